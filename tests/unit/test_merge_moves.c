/* SPDX-License-Identifier: Apache-2.0 */
/* Every table with a number of an incident is named among those that a merge moves, or that stay. */
#include "store_world.h"

#include "store/merge_moves.h"

#include <string.h>

static bool is_named(const char *table, const char *column)
{
	for (const struct merge_move *move = merge_move_rows; move->table; move++)
		if (strcmp(move->table, table) == 0 && strcmp(move->column, column) == 0)
			return true;
	return false;
}

static void test_each_table_is_named(void **state)
{
	struct world *world = *state;
	struct db_stmt *stmt = db_use(world->read, "SELECT m.name, c.name FROM sqlite_master AS m JOIN "
						   "pragma_table_info(m.name) AS c WHERE m.type = 'table' AND c.name "
						   "IN ('incident', 'asking') ORDER BY m.name, c.name");
	size_t n = 0;

	while (db_row(stmt)) {
		char table[64], column[64];
		snprintf(table, sizeof table, "%.*s", ENT_F(db_str(stmt, 0)));
		snprintf(column, sizeof column, "%.*s", ENT_F(db_str(stmt, 1)));
		if (!is_named(table, column))
			fail_msg("%s.%s: store/merge_moves.c has no row for it", table, column);
		n++;
	}
	assert_true(n > 10);
}

/* What moves comes back, or the row says why not. */
static void test_each_row_is_whole(void **state)
{
	(void)state;
	for (const struct merge_move *move = merge_move_rows; move->table; move++) {
		if (!move->merge && !move->why)
			fail_msg("%s.%s: why does it stay?", move->table, move->column);
		if (move->merge && !move->split && !move->why)
			fail_msg("%s.%s: why does it not go back?", move->table, move->column);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_each_table_is_named, world_set_up, world_tear_down),
	    cmocka_unit_test(test_each_row_is_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
