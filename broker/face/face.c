/* SPDX-License-Identifier: Apache-2.0 */
#include "face/face.h"

#include "face/crowd.h"
#include "face/presence.h"
#include "face/quota.h"

void face_open(struct face *face, const struct face_options *options, const struct face_world *world)
{
	*face = (struct face){.world = *world, .limits = options->limits, .read_ms = options->read_ms};
	sdk_arena_init(&face->arena);
	face->store_path = (struct ent_str){sdk_z(&face->arena.abi, options->store_path), options->store_path.n};
	face->source = sdk_dup(&face->arena.abi, options->source);
	face->entrance = entrance_new(&options->ways, world->chance, world->ask_provider, &face->stopping);
	face->quota = quota_new();
	face->crowd = crowd_new(world->chance);
	face->presence = presence_new(world->chance, options->presence);
	atomic_store(&face->last_seq, writer_last_seq(world->writer));
}

void face_close(struct face *face)
{
	entrance_free(face->entrance);
	quota_free(face->quota);
	crowd_free(face->crowd);
	presence_free(face->presence);
	sdk_arena_release(&face->arena);
}
