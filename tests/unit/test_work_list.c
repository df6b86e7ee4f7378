/* SPDX-License-Identifier: Apache-2.0 */
/* Where to start, as it is read: in its order, page by page, from an index and without sorting. */
#include "store/works.h"
#include "view/view_work.h"
#include "work_world.h"

#define A1 "a1000000-0000-4000-8000-000000000001"

static const struct reader of_orion = {.kind = READER_ORGANISATION,
				       .organisation = ENT_STR("orion"),
				       .role = ROLE_SUPPLIER_SYSTEM,
				       .verbs = VERB_ALL},
			   of_telnord = {.kind = READER_ORGANISATION,
					 .organisation = ENT_STR("telnord"),
					 .role = ROLE_SUPPLIER_SYSTEM,
					 .verbs = VERB_ALL};

static struct ent_str list(struct world *world, const struct reader *reader, struct work_filter filter,
			   struct ent_str *ret_next)
{
	struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	const struct sdk_json *answer, *items;
	struct ent_str json, text = ENT_STR("");
	struct ent_err err;

	if (view_work(&view, &filter, &json, &err) != ENT_OK ||
	    sdk_json_parse(view.arena, json, &answer, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	items = sdk_json_at(answer, "items");
	for (const struct sdk_json *place = sdk_json_first(items); place; place = sdk_json_next(place)) {
		const struct sdk_json *first = sdk_json_first(sdk_json_at(place, "reasons"));

		assert_non_null(first);
		assert_true(sdk_json_text_at(first, "said.code").n && sdk_json_text_at(first, "said.text").n);
		text = sdk_format(view.arena, "%.*s%.*s %.*s\n", ENT_F(text), ENT_F(sdk_json_text_at(place, "number")),
				  ENT_F(sdk_json_text_at(first, "reason")));
	}
	*ret_next = sdk_or_empty(sdk_json_text_at(answer, "next"));
	return text;
}

static void test_the_order_and_its_pages(void **state)
{
	static const char *const wanted[] = {"ENT-000003 ask\n", "ENT-000001 held\n", "ENT-000002 held\n"};
	struct world *world = *state;
	struct ent_str next = ENT_ABSENT;
	int n = 0;

	for (int i = 1; i <= 3; i++)
		tell(world, "orion", sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "O-%d", i)), "new");
	struct job job = {.kind = JOB_ACT_BEGIN,
			  .ask = {.incident = 3,
				  .text = ENT_STR("Is it up?"),
				  .author = {ENT_STR("desk"), ENT_STR("desk")},
				  .act = {.kind = ACT_QUESTION, .to = ENT_STR("orion")}}};
	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", A1);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	do {
		struct ent_str page = list(world, &of_orion, (struct work_filter){.limit = 1, .cursor = next}, &next);
		assert_true(n < 3);
		assert_string_equal(sdk_z(&world->arena.abi, page), wanted[n++]);
	} while (next.n);
	assert_int_equal(n, 3);
	struct ent_str asks = list(world, &of_orion, (struct work_filter){.limit = 5, .reason = ENT_STR("ask")}, &next);
	assert_string_equal(sdk_z(&world->arena.abi, asks), "ENT-000003 ask\n");
	assert_int_equal(list(world, &of_telnord, (struct work_filter){.limit = 5}, &next).n, 0);
	assert_int_equal(list(world, &reader_ours, (struct work_filter){.limit = 5}, &next).n, 0);
}

/* The places are read in order from an index, and nothing is sorted. */
static void test_the_list_is_read_by_index(void **state)
{
	struct world *world = *state;
	struct db_stmt *stmt =
	    db_use(world->read, "EXPLAIN QUERY PLAN SELECT work.incident FROM work JOIN incident ON incident.number = "
				"work.incident WHERE work.organisation = $1 AND work.put_off = 0 AND work.place = 1 "
				"AND (work.rank, work.at_ms, "
				"work.incident) > ($2, $3, $4) ORDER BY work.rank, work.at_ms, work.incident LIMIT $5");
	int n = 0;

	db_bind_str(stmt, 1, ENT_STR("us"));
	while (db_row(stmt)) {
		n += strstr(sdk_z(&world->arena.abi, db_str(stmt, 3)),
			    "work_place (organisation=? AND put_off=? AND (rank,at_ms,"
			    "incident)>(?,?,?))") != NULL;
		assert_null(strstr(sdk_z(&world->arena.abi, db_str(stmt, 3)), "TEMP B-TREE"));
	}
	assert_int_equal(n, 1);
}

/* The last word and the last move are read from the end of an index of their own. */
static void test_the_last_word_is_read_by_index(void **state)
{
	struct world *world = *state;
	static const struct {
		const char *sql, *wanted;
	} row[] = {
	    {"EXPLAIN QUERY PLAN " WORKS_LAST_SAID, "comment_came (incident=? AND recorded_ms>?)"},
	    {"EXPLAIN QUERY PLAN " WORKS_LAST_MOVED, "event_moved (incident=?)"},
	};

	for (size_t i = 0; i < 2; i++) {
		struct db_stmt *stmt = db_use(world->read, row[i].sql);
		int n = 0;

		while (db_row(stmt)) {
			const char *step = sdk_z(&world->arena.abi, db_str(stmt, 3));

			n += strstr(step, row[i].wanted) != NULL;
			assert_null(strstr(step, "TEMP B-TREE"));
		}
		assert_int_equal(n, 1);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_the_order_and_its_pages, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_the_list_is_read_by_index, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_the_last_word_is_read_by_index, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
