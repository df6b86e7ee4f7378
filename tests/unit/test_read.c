/* SPDX-License-Identifier: Apache-2.0 */
/* How far a person has read: in the order in which comments came, of what the person may read, through merges. */
#include "readers.h"

#include "store/read_place.h"

#define FIRST  "c0000000-0000-4000-8000-000000000001"
#define SECOND "c0000000-0000-4000-8000-000000000002"
#define THIRD  "c0000000-0000-4000-8000-000000000003"
#define HIDDEN "c0000000-0000-4000-8000-000000000004"

static void test_up_to_a_comment(void **state)
{
	struct world *world = *state;

	two_parties(world);
	const struct reader ana = person(world, ANA_REF, "us", ROLE_TECHNICIAN);
	const struct reader ben = person(world, BEN_REF, "us", ROLE_TECHNICIAN);
	assert_int_equal(says(world, &orion, FIRST, "one", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(says(world, &orion, SECOND, "two", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(says(world, &ana, THIRD, "three", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &ana, 1), 2); /* one's own words are read */
	assert_int_equal(n_unread(world, &ben, 1), 3);
	assert_int_equal(n_unread(world, &ada, 1), -1); /* a machine reads nothing */
	assert_int_equal(has_read(world, &ana, 1, FIRST), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &ana, 1), 1);
	assert_int_equal(n_unread(world, &ben, 1), 3);
	assert_int_equal(has_read(world, &ana, 1, SECOND), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ana, 1, FIRST), JOB_REPEATED); /* never back */
	assert_int_equal(n_unread(world, &ana, 1), 0);
	assert_int_equal(has_read(world, &ada, 1, FIRST), JOB_DENIED);
	check_all(world);
}

static void late_word(struct world *world, const char *id, int64_t before_ms)
{
	struct ent_change change = word(world, "O-1", id, "late");

	change.comment.created_ms = world->now_ms - before_ms;
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
}

/* It stands where it was said, above what was read. */
static void test_what_comes_late(void **state)
{
	struct world *world = *state;

	two_parties(world);
	const struct reader ana = person(world, ANA_REF, "us", ROLE_TECHNICIAN);
	world->now_ms += 3600000;
	assert_int_equal(says(world, &orion, FIRST, "one", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ana, 1, FIRST), JOB_ACCEPTED);
	late_word(world, "l-1", 1800000);
	assert_int_equal(n_unread(world, &ana, 1), 1);
	const struct sdk_json *thread = sdk_json_at(told(world, &ana, 1), "thread"), *late = sdk_json_first(thread);
	assert_true(sdk_json_bool(sdk_json_at(late, "late"), false));
	assert_true(sdk_json_bool(sdk_json_at(late, "unread"), false));
	assert_true(sdk_json_is(sdk_json_next(late), "id", FIRST));
}

static const struct sdk_json *page_of(struct world *world, const struct reader *reader, struct thread_page page)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	const struct sdk_json *answer;
	struct incident incident;
	struct ent_str json;
	struct ent_err err;

	assert_int_equal(view_find(&view, ENT_STR("1"), &incident, &err), ENT_OK);
	assert_int_equal(view_thread(&view, &incident, &page, &json, &err), ENT_OK);
	assert_int_equal(sdk_json_parse(view.arena, json, &answer, &err), ENT_OK);
	return sdk_json_at(answer, "items");
}

/* What it is later than stands on another page. */
static void test_late_across_pages(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(share(world, 1, "datacoeur", false), JOB_ACCEPTED);
	world->now_ms += 3600000;
	assert_int_equal(says(world, &orion, FIRST, "one", "us", 0), JOB_ACCEPTED);
	late_word(world, "l-1", 1800000);
	world->now_ms += 3600000;
	assert_int_equal(says(world, &orion, SECOND, "two", "everyone", 0), JOB_ACCEPTED);
	const struct thread_page page = {.before = ENT_STR(FIRST), .limit = 1};
	const struct sdk_json *late = sdk_json_first(page_of(world, &ada, page));
	assert_true(sdk_json_is(late, "body", "late"));
	assert_true(sdk_json_bool(sdk_json_at(late, "late"), false));
	/* Who does not read what came before it is not told that something did. */
	const struct thread_page others = {.before = ENT_STR(SECOND), .limit = 1};
	late = sdk_json_first(page_of(world, &telnord, others));
	assert_true(sdk_json_is(late, "body", "late"));
	assert_null(sdk_json_at(late, "late"));
}

/* Held words are there for the own people, and for nobody else; published, they are new to the others. */
static void test_what_was_held(void **state)
{
	struct world *world = *state;

	two_parties(world);
	const struct reader ana = person(world, ANA_REF, "us", ROLE_TECHNICIAN);
	const struct reader ola = person(world, OLA_REF, "orion", ROLE_SUPPLIER_TECHNICIAN);
	assert_int_equal(says(world, &orion, FIRST, "held", "everyone", UNDO_MS), JOB_ACCEPTED);
	assert_int_equal(says(world, &telnord, SECOND, "after", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &ana, 1), 1);
	assert_int_equal(n_unread(world, &ola, 1), 2);
	assert_int_equal(has_read(world, &ana, 1, FIRST), JOB_NOT_FOUND);
	assert_int_equal(has_read(world, &ana, 1, SECOND), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ola, 1, SECOND), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &ana, 1) + n_unread(world, &ola, 1), 0);
	pass(world, UNDO_MS);
	assert_true(is_unread(world, &ana, 1, FIRST));
	assert_int_equal(n_unread(world, &ana, 1), 1);
	assert_int_equal(n_unread(world, &ola, 1), 0); /* she had read it */
	assert_int_equal(says(world, &telnord, THIRD, "later", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ana, 1, FIRST), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &ana, 1), 1);
	check_all(world);
}

/* The one that was published last came last: what came before it is read with it. */
static void test_up_to_what_was_held(void **state)
{
	struct world *world = *state;

	two_parties(world);
	const struct reader ana = person(world, ANA_REF, "us", ROLE_TECHNICIAN);
	assert_int_equal(says(world, &orion, FIRST, "held", "everyone", UNDO_MS), JOB_ACCEPTED);
	assert_int_equal(says(world, &telnord, SECOND, "after", "everyone", 0), JOB_ACCEPTED);
	pass(world, UNDO_MS);
	assert_int_equal(has_read(world, &ana, 1, FIRST), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &ana, 1), 0);
}

/* What is published after the clock was set back is not dated before what was read. */
static void test_a_clock_set_back(void **state)
{
	struct world *world = *state;

	two_parties(world);
	const struct reader ana = person(world, ANA_REF, "us", ROLE_TECHNICIAN);
	assert_int_equal(says(world, &orion, FIRST, "held", "everyone", UNDO_MS), JOB_ACCEPTED);
	assert_int_equal(says(world, &telnord, SECOND, "after", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ana, 1, SECOND), JOB_ACCEPTED);
	world->now_ms -= 60000;
	struct job job = {.kind = JOB_COMMENT_PUBLISH, .ask = {.incident = 1, .by = orion, .comment_uuid = FIRST}};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_true(is_unread(world, &ana, 1, FIRST));
}

static void test_only_what_one_may_read(void **state)
{
	struct world *world = *state;

	two_parties(world);
	const struct reader tim = person(world, TIM_REF, "telnord", ROLE_SUPPLIER_TECHNICIAN);
	assert_int_equal(says(world, &ada, HIDDEN, "hidden", "orion", 0), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &tim, 1), 0);
	assert_int_equal(has_read(world, &tim, 1, HIDDEN), JOB_NOT_FOUND);
	assert_int_equal(count(world, "reading_place", "1"), 0);
	assert_int_equal(says(world, &ada, FIRST, "for all", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &tim, 1), 1);
	assert_int_equal(has_read(world, &tim, 1, FIRST), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &tim, 1), 0);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &tim, 1, FIRST), JOB_NOT_FOUND);
}

/* What a merge brings along was not read; what was read stays so. */
static void test_a_merge(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "T-9", "new", "3");

	two_parties(world);
	assert_int_equal(arrive(world, "telnord", &change), JOB_ACCEPTED);
	const struct reader ana = person(world, ANA_REF, "us", ROLE_TECHNICIAN);
	assert_int_equal(write_word(world, "orion", "O-1", "o-1", "in the first"), JOB_ACCEPTED);
	assert_int_equal(write_word(world, "telnord", "T-9", "t-1", "in the second"), JOB_ACCEPTED);
	assert_int_equal(says(world, &orion, FIRST, "one", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ana, 1, FIRST), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &ana, 1), 0);
	assert_int_equal(n_unread(world, &ana, 2), 1);
	change = ticket(world, "T-9", "new", "3");
	change.correlation.number = ENT_STR("ENT-000001");
	assert_int_equal(arrive(world, "telnord", &change), JOB_ACCEPTED);
	assert_int_equal(n_event(world, "incident.merged"), 1);
	assert_int_equal(n_unread(world, &ana, 1), 1);
	assert_false(is_unread(world, &ana, 1, FIRST));
	assert_int_equal(has_read(world, &ana, 2, FIRST), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &ana, 1), 0);
	check_all(world);
}

static enum job_outcome pair(struct world *world, enum job_kind kind, int64_t incident, int64_t other)
{
	struct job job = {.kind = kind,
			  .ask = {.incident = incident, .other = other, .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	return run(world, &job);
}

static const char *uuid_of(struct world *world, const char *body)
{
	struct db_stmt *stmt = db_use(world->read, "SELECT uuid FROM comment WHERE body = $1");

	db_bind_str(stmt, 1, sdk_str(body));
	assert_true(db_row(stmt));
	const char *uuid = sdk_z(&world->arena.abi, db_str(stmt, 0));
	db_done(stmt);
	return uuid;
}

/* Parted again each has what was read of it, and from then on a place of its own. */
static void test_a_merge_undone(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "T-9", "new", "3");

	two_parties(world);
	assert_int_equal(arrive(world, "telnord", &change), JOB_ACCEPTED);
	const struct reader ana = person(world, ANA_REF, "us", ROLE_TECHNICIAN);
	assert_int_equal(write_word(world, "orion", "O-1", "o-1", "in the first"), JOB_ACCEPTED);
	assert_int_equal(write_word(world, "telnord", "T-9", "t-1", "in the second"), JOB_ACCEPTED);
	assert_int_equal(pair(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &ana, 1), 2);
	assert_int_equal(has_read(world, &ana, 1, uuid_of(world, "in the second")), JOB_ACCEPTED);
	assert_int_equal(write_word(world, "telnord", "T-9", "t-2", "while they were one"), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &ana, 1), 1);
	assert_int_equal(pair(world, JOB_SPLIT, 1, 2), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &ana, 1), 0);
	assert_int_equal(n_unread(world, &ana, 2), 1);
	assert_int_equal(write_word(world, "orion", "O-1", "o-2", "in the first again"), JOB_ACCEPTED);
	assert_int_equal(write_word(world, "telnord", "T-9", "t-3", "in the second again"), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ana, 2, uuid_of(world, "in the second again")), JOB_ACCEPTED);
	assert_int_equal(n_unread(world, &ana, 2), 0);
	assert_int_equal(n_unread(world, &ana, 1), 1);
	assert_int_equal(pair(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	assert_true(is_unread(world, &ana, 1, uuid_of(world, "in the first again")));
	check_all(world);
}

static int n_steps(struct world *world, const char *sql, const char *wanted)
{
	struct db_stmt *stmt = db_use(world->read, sql);
	int n = 0;

	while (db_row(stmt)) {
		const char *step = sdk_z(&world->arena.abi, db_str(stmt, 3));
		const char *at = strstr(step, " comment ");

		if (at && strstr(step, wanted))
			n++;
		else if (at)
			fail_msg("%s: %s", sql, step);
	}
	assert_false(db_failed(world->read));
	return n;
}

/* What is new, of a thread however long: a step looks at a range of one thread, or at one row. */
static void test_a_long_thread_is_not_walked(void **state)
{
	struct world *world = *state;

	assert_int_equal(n_steps(world, "EXPLAIN QUERY PLAN " READ_PLACE_LAST, "comment_order (incident=? AND id>?)"),
			 1);
	assert_int_equal(n_steps(world, "EXPLAIN QUERY PLAN " READ_PLACE_ORIGINS, "comment_origin (incident=?"), 2);
	assert_int_equal(n_steps(world, "EXPLAIN QUERY PLAN " READ_PLACE_LEAST, "comment_origin (incident=?"), 2);
	assert_int_equal(n_steps(world, "EXPLAIN QUERY PLAN " READ_PLACE_NEWS, " (incident=? AND "), 2);
	assert_int_equal(
	    n_steps(world, "EXPLAIN QUERY PLAN SELECT uuid FROM comment WHERE id IN (" READ_PLACE_NEWS ")", "?)"), 3);
}

/* Below the place nothing is asked for any more, though nobody has seen it. */
static void test_only_what_is_new_is_seen(void **state)
{
	struct world *world = *state;

	two_parties(world);
	const struct reader ana = person(world, ANA_REF, "us", ROLE_TECHNICIAN);
	assert_int_equal(says(world, &orion, FIRST, "one", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(says(world, &orion, SECOND, "held", "everyone", UNDO_MS), JOB_ACCEPTED);
	assert_int_equal(says(world, &orion, THIRD, "two", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ana, 1, THIRD), JOB_ACCEPTED);
	assert_int_equal(count(world, "seen", "1"), 2);
	pass(world, UNDO_MS);
	assert_int_equal(has_read(world, &ana, 1, SECOND), JOB_ACCEPTED);
	assert_int_equal(count(world, "seen", "comment = '" SECOND "'"), 1); /* a low id, published late */
	assert_int_equal(count(world, "seen", "1"), 3);
}

static void test_the_tag_follows(void **state)
{
	struct world *world = *state;
	struct incident incident;
	struct ent_str tag[4];
	struct ent_err err;

	two_parties(world);
	const struct reader ana = person(world, ANA_REF, "us", ROLE_TECHNICIAN);
	const struct reader ben = person(world, BEN_REF, "us", ROLE_TECHNICIAN);
	const struct reader *const by[] = {&ana, &ben, &ana, &ana};
	assert_int_equal(says(world, &orion, FIRST, "one", "everyone", 0), JOB_ACCEPTED);
	for (size_t i = 0; i < 4; i++) {
		const struct view view = {world->read, &world->arena.abi, by[i], world->suppliers};
		if (i == 2)
			assert_int_equal(has_read(world, &ana, 1, FIRST), JOB_ACCEPTED);
		if (i == 3)
			set_person(world, ANA_REF, USER_HAS_LANGUAGE, false, "fr");
		assert_int_equal(view_find(&view, ENT_STR("1"), &incident, &err), ENT_OK);
		assert_int_equal(view_incident_tag(&view, &incident, &tag[i], &err), ENT_OK);
		for (size_t k = 0; k < i; k++)
			assert_false(sdk_eq(tag[i], tag[k]));
	}
}

#define READ_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    READ_TEST(test_up_to_a_comment),
	    READ_TEST(test_what_comes_late),
	    READ_TEST(test_late_across_pages),
	    READ_TEST(test_what_was_held),
	    READ_TEST(test_up_to_what_was_held),
	    READ_TEST(test_a_clock_set_back),
	    READ_TEST(test_only_what_one_may_read),
	    READ_TEST(test_a_merge),
	    READ_TEST(test_a_merge_undone),
	    READ_TEST(test_the_tag_follows),
	    READ_TEST(test_a_long_thread_is_not_walked),
	    READ_TEST(test_only_what_is_new_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
