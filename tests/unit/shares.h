/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a table are counted. For the tests of test_shares*.c. */
#ifndef UNIT_SHARES_H
#define UNIT_SHARES_H

#include "deliveries.h"

static inline int64_t count(struct world *world, const char *table, const char *where)
{
	char sql[400];
	struct db_stmt *stmt;

	snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE %s", table, where);
	stmt = db_use(world->read, sdk_z(&world->arena.abi, sdk_str(sql)));
	int64_t n = db_row(stmt) ? db_int(stmt, 0) : -1;
	db_done(stmt); /* else this handle goes on reading the past */
	if (db_failed(world->read))
		fail_msg("%s", db_error(world->read));
	return n;
}

#endif
