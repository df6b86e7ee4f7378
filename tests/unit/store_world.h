/* SPDX-License-Identifier: Apache-2.0 */
/* A store in a folder of its own, three suppliers whose tools take words and one that is only listened to. For the
 * tests of the way out, by way of deliveries.h. */
#ifndef UNIT_STORE_WORLD_H
#define UNIT_STORE_WORLD_H

#include "sdk/webhook.h"
#include "store/writer.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct world {
	char dir[64], path[96], again[96];
	struct clock clock;
	int64_t now_ms;
	struct chance chance;
	uint64_t seed;
	struct metrics metrics;
	struct store_meta meta;
	struct writer *writer;
	struct db *read;
	struct sdk_arena arena;
	struct supplier_set *suppliers;
	int n_arrival, n_woken;
	struct job last; /* the job that ran last */
	bool is_old;
};

/* ---- time, chance, suppliers ------------------------------------------------------------ */

static inline int64_t world_now_ms(struct clock *clock)
{
	return ((struct world *)((char *)clock - offsetof(struct world, clock)))->now_ms;
}

static inline int64_t world_mono_us(struct clock *clock)
{
	return world_now_ms(clock) * 1000;
}

static inline uint64_t world_random(struct world *world)
{
	world->seed ^= world->seed << 13;
	world->seed ^= world->seed >> 7;
	world->seed ^= world->seed << 17;
	return world->seed;
}

static inline void world_uuid(struct chance *chance, char ret[ID_SIZE])
{
	struct world *world = (struct world *)((char *)chance - offsetof(struct world, chance));
	snprintf(ret, ID_SIZE, "%08x-0000-4000-8000-%012" PRIx64, (unsigned)world_random(world),
		 world_random(world) & 0xffffffffffff);
}

static inline void world_bytes(struct chance *chance, void *ret, size_t n)
{
	struct world *world = (struct world *)((char *)chance - offsetof(struct world, chance));

	for (size_t i = 0; i < n; i++)
		((unsigned char *)ret)[i] = (unsigned char)world_random(world);
}

static inline enum ent_rc world_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
				      struct ent_request *ret, struct ent_err *err)
{
	(void)self, (void)call, (void)arena, (void)ret;
	return sdk_fail(err, ENT_EUNSUPPORTED, "nothing is built here");
}

static inline enum ent_rc world_parse(const struct ent_self *self, const struct ent_call *call,
				      const struct ent_response *response, struct ent_arena *arena,
				      struct ent_result *ret, struct ent_err *err)
{
	(void)self, (void)call, (void)response, (void)arena, (void)ret;
	return sdk_fail(err, ENT_EUNSUPPORTED, "nothing is read here");
}

static inline struct supplier_set *world_suppliers(void)
{
	static const struct ent_map_row status[] = {
	    {"new", "new"},   {"in_progress", "in_progress"}, {"pending", "pending"},
	    {"held", "held"}, {"resolved", "resolved"},       {"closed", "closed"},
	    {NULL, NULL}};
	static const struct ent_map_row priority[] = {{"1", "1"}, {"2", "2"}, {"3", "3"}, {"4", "4"}, {NULL, NULL}};
	static const struct ent_connector connector = {.abi = ENT_ABI,
						       .size = sizeof connector,
						       .name = "paper",
						       .ops = (1u << ENT_PROBE) - 1,
						       .map[ENT_STATUS] = status,
						       .map[ENT_PRIORITY] = priority,
						       .build = world_build,
						       .parse = world_parse};
	static const char *const name[] = {"orion", "telnord", "datacoeur", "deaf"};
	struct supplier_set *set = supplier_set_new(4);

	for (size_t i = 0; i < 4; i++) {
		struct supplier *supplier = &set->at[i];
		supplier->name = supplier->title = sdk_str(name[i]);
		supplier->connector = &connector;
		supplier->account = ENT_STR("robot");
		supplier->public_everyone = true;
		supplier->joins = JOINS_ANYONE;
		if (i < 3)
			supplier->link.url = ENT_STR("https://tool.example");
	}
	return set;
}

static inline void world_woken(void *of)
{
	((struct world *)of)->n_woken++;
}

static inline int world_set_up(void **state)
{
	static const struct writer_options options = {.queue_max = 1000, .batch_max = 500, .wal_pages = 200};
	struct world *world = calloc(1, sizeof *world);
	struct ent_err err;
	struct db *db = NULL;

	snprintf(world->dir, sizeof world->dir, "/tmp/entente-out-XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	snprintf(world->path, sizeof world->path, "%s/entente.db", world->dir);
	snprintf(world->again, sizeof world->again, "%s/again.db", world->dir);
	world->clock = (struct clock){world_now_ms, world_mono_us};
	world->now_ms = 1700000000000;
	world->chance = (struct chance){world_uuid, world_bytes};
	world->seed = 88172645463325252u;
	world->suppliers = world_suppliers();
	sdk_arena_init(&world->arena);
	if (store_open(world->path, NULL, 6, &world->clock, &world->chance, &db, &world->meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	world->writer =
	    writer_new(db, &world->meta, &world->clock, &world->chance, &world->metrics, &options, world_woken, world);
	writer_reload(world->writer, world->suppliers);
	if (store_open_read(world->path, NULL, &world->read, &world->meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	*state = world;
	return 0;
}

static inline int world_tear_down(void **state)
{
	struct world *world = *state;
	char command[128];

	db_close(world->read);
	writer_free(world->writer);
	supplier_set_unref(world->suppliers);
	sdk_arena_release(&world->arena);
	snprintf(command, sizeof command, "rm -rf '%s'", world->dir);
	assert_int_equal(system(command), 0);
	free(world);
	return 0;
}

#endif
