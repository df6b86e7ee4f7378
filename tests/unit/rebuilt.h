/* SPDX-License-Identifier: Apache-2.0 */
/* A world goes on with a store that was made from its stream alone. */
#ifndef UNIT_REBUILT_H
#define UNIT_REBUILT_H

#include "deliveries.h"

static inline void become_rebuilt(struct world *world)
{
	static const struct writer_options options = {.queue_max = 1000, .batch_max = 500, .wal_pages = 200};
	char command[400];
	struct ent_err err;
	struct db *db = NULL;

	rebuild_again(world);
	db_close(world->read);
	writer_free(world->writer);
	snprintf(command, sizeof command, "rm -f '%s'* && mv '%s' '%s'", world->path, world->again, world->path);
	assert_int_equal(system(command), 0);
	if (store_open(world->path, NULL, 6, &world->clock, &world->chance, &db, &world->meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	world->writer =
	    writer_new(db, &world->meta, &world->clock, &world->chance, &world->metrics, &options, world_woken, world);
	writer_reload(world->writer, world->suppliers);
	if (store_open_read(world->path, NULL, &world->read, &world->meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	assert_int_equal(db_ask(world->read, "SELECT count(*) FROM delivery"), 0);
}

#endif
