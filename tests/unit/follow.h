/* SPDX-License-Identifier: Apache-2.0 */
/* A ticket is told to go on as another one, and what is kept of both is read. For the tests of test_follow*.c. */
#ifndef UNIT_FOLLOW_H
#define UNIT_FOLLOW_H

#include "deliveries.h"

static inline struct ent_change goes_on(struct world *world, const char *id, const char *next, const char *key)
{
	struct ent_change change = {.kind = ENT_TICKET_CONTINUES,
				    .stamp.time_ms = world->now_ms,
				    .ticket.id = sdk_str(id),
				    .continues_as.id = sdk_str(next)};

	if (key)
		change.continues_as.key = sdk_str(key);
	return change;
}

static inline void move(struct world *world, const char *supplier, const char *id, const char *next)
{
	struct ent_change change = goes_on(world, id, next, NULL);

	assert_int_equal(arrive(world, supplier, &change), JOB_ACCEPTED);
}

/* "A>B B" of one supplier, in the order of ids; '-': it was removed. */
static inline const char *tickets(struct world *world, const char *supplier)
{
	struct db_stmt *stmt =
	    db_use(world->read, "SELECT external_id, continues_as, removed FROM ticket WHERE supplier "
				"= $1 ORDER BY external_id");
	struct ent_str is = ENT_STR("");

	db_bind_str(stmt, 1, sdk_str(supplier));
	while (db_row(stmt))
		is = sdk_format(&world->arena.abi, "%.*s%s%.*s%s%.*s", ENT_F(is), is.n ? " " : "",
				ENT_F(db_str(stmt, 0)),
				db_str(stmt, 1).n      ? ">"
				: db_int(stmt, 2) != 0 ? "-"
						       : "",
				ENT_F(db_str(stmt, 1)));
	return sdk_z(&world->arena.abi, is);
}

#endif
