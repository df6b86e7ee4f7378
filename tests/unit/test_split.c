/* SPDX-License-Identifier: Apache-2.0 */
/* A merge is undone: each ticket and comment goes back, nobody reads more than before, and no tool merges them again.
 */
#include "shares.h"
#include "view/view_merge.h"

static const char uuid_1[] = "00000001-0000-4000-8000-000000000001", uuid_2[] = "00000002-0000-4000-8000-000000000002",
		  uuid_3[] = "00000003-0000-4000-8000-000000000003";

static enum job_outcome pair(struct world *world, enum job_kind kind, int64_t incident, int64_t other)
{
	struct job job = {.kind = kind,
			  .ask = {.incident = incident, .other = other, .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	return run(world, &job);
}

/* What `split` with dry_run answers. */
static enum ent_rc foretold(struct world *world, int64_t kept, int64_t other, struct ent_str *ret, struct ent_err *err)
{
	const struct view view = {world->read, &world->arena.abi, &reader_ours, world->suppliers};
	struct incident incident;

	assert_true(incident_load(world->read, view.arena, kept, &incident));
	return view_split_reach(&view, &incident, other, ret, err);
}

static void join(struct world *world, const char *ticket_id, const char *number)
{
	struct ent_change meets = ticket(world, ticket_id, "in_progress", NULL);

	meets.correlation.number = sdk_str(number);
	assert_int_equal(arrive(world, "orion", &meets), JOB_ACCEPTED);
}

static void drain(struct world *world)
{
	while (bring(world, "telnord", "x"))
		;
}

/* 1: O-1, telnord's T-1, and a comment. 2: O-2, and a comment. */
static void two_incidents(struct world *world)
{
	two_parties(world);
	assert_int_equal(say(world, 1, uuid_1, "In the first.", "everyone"), JOB_ACCEPTED);
	assert_int_equal(tell(world, "orion", "O-2", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(say(world, 2, uuid_2, "In the second.", "everyone"), JOB_ACCEPTED);
	assert_int_equal(write_word(world, "orion", "O-2", "c1", "Said in O-2."), JOB_ACCEPTED);
	drain(world);
}

static void check_apart(struct world *world)
{
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE merged_into = 0"), 2);
	assert_int_equal(count(world, "ticket", "incident = 1 AND external_id = 'O-1'"), 1);
	assert_int_equal(count(world, "ticket", "incident = 2 AND external_id = 'O-2'"), 1);
	assert_int_equal(count(world, "comment", "incident = 2 AND body IN ('In the second.', 'Said in O-2.')"), 2);
	assert_int_equal(count(world, "comment", "incident = 1 AND body = 'In the first.'"), 1);
	check_all(world);
}

static void test_each_goes_back(void **state)
{
	struct world *world = *state;

	two_incidents(world);
	join(world, "O-2", "ENT-000001");
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE merged_into = 0"), 1);
	assert_int_equal(write_word(world, "orion", "O-2", "c2", "Said in O-2 later."), JOB_ACCEPTED);
	assert_int_equal(say(world, 1, uuid_3, "Said by us later.", "everyone"), JOB_ACCEPTED);
	check_all(world);
	assert_int_equal(pair(world, JOB_SPLIT, 1, 0), JOB_ACCEPTED);
	check_apart(world);
	assert_int_equal(count(world, "comment", "incident = 2 AND body = 'Said in O-2 later.'"), 1);
	assert_int_equal(count(world, "comment", "incident = 1 AND body = 'Said by us later.'"), 1);
	/* telnord took part in the first alone. */
	assert_int_equal(count(world, "share", "incident = 1 AND supplier = 'telnord' AND withdrawn_ms = 0"), 1);
	assert_int_equal(count(world, "share", "incident = 2 AND supplier = 'telnord' AND withdrawn_ms = 0"), 0);
	assert_int_equal(count(world, "share", "supplier = 'orion' AND withdrawn_ms = 0"), 2);
	drain(world);
	check_all(world);
}

static void test_a_tool_does_not_merge_them_again(void **state)
{
	struct world *world = *state;
	struct ent_str told;
	struct ent_err err;

	two_incidents(world);
	join(world, "O-2", "ENT-000001");
	assert_int_equal(pair(world, JOB_SPLIT, 2, 0), JOB_ACCEPTED); /* named by the one that went in */
	join(world, "O-2", "ENT-000001");
	check_apart(world);
	assert_int_equal(pair(world, JOB_SPLIT, 1, 2), JOB_REPEATED);
	assert_int_equal(pair(world, JOB_SPLIT, 1, 0), JOB_CONFLICT);
	assert_int_equal(foretold(world, 1, 2, &told, &err), ENT_OK); /* as the act itself answers */
	assert_true(strstr(sdk_z(&world->arena.abi, told), "\"other\":\"ENT-000002\"") && !strstr(told.p, "stays"));
	assert_int_equal(foretold(world, 1, 0, &told, &err), ENT_EINVAL);
	assert_string_equal(err.msg, "ENT-000001 took no such incident in: there is nothing to part");
	assert_int_equal(pair(world, JOB_MERGE, 2, 1), JOB_ACCEPTED); /* a person does */
	assert_int_equal(pair(world, JOB_MERGE, 2, 1), JOB_REPEATED);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE merged_into = 0"), 1);
	assert_int_equal(count(world, "apart", "1 = 1"), 0);
	check_all(world);
	assert_int_equal(pair(world, JOB_SPLIT, 1, 2), JOB_ACCEPTED);
	check_apart(world);
}

/* Taken back while they were one: it stays taken back in both. Shared anew: it reads from then on. */
static void test_what_was_taken_back_stays_so(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(tell(world, "orion", "O-2", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 2, "telnord", false), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "T-2") > 0);
	drain(world);
	assert_int_equal(pair(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_int_equal(pair(world, JOB_SPLIT, 1, 0), JOB_ACCEPTED);
	assert_int_equal(count(world, "share", "supplier = 'telnord' AND withdrawn_ms = 0"), 0);
	check_all(world);
	assert_int_equal(pair(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	int64_t reads_ms = ask(world, "SELECT reads_ms FROM share WHERE incident = 1 AND supplier = 'telnord'");
	assert_int_equal(pair(world, JOB_SPLIT, 1, 0), JOB_ACCEPTED);
	assert_true(ask(world, "SELECT min(reads_ms) FROM share WHERE supplier = 'telnord' AND withdrawn_ms = 0") >=
		    reads_ms);
	drain(world);
	check_all(world);
}

/* Taken back and shared anew while they were one: of both incidents only what is said since. */
static void test_shared_anew_reads_later(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(tell(world, "orion", "O-2", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 2, "telnord", false), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "T-2") > 0);
	drain(world);
	assert_int_equal(pair(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	int64_t reads_ms = ask(world, "SELECT reads_ms FROM share WHERE incident = 1 AND supplier = 'telnord'");
	assert_int_equal(pair(world, JOB_SPLIT, 1, 0), JOB_ACCEPTED);
	assert_int_equal(count(world, "share", "supplier = 'telnord' AND withdrawn_ms = 0"), 2);
	assert_true(ask(world, "SELECT min(reads_ms) FROM share WHERE supplier = 'telnord'") >= reads_ms);
	check_all(world);
}

/* The one whose tickets all go back takes no part in the survivor, and is told; the ball comes to us. */
static void test_who_came_with_it_leaves_with_it(void **state)
{
	struct world *world = *state;

	assert_int_equal(tell(world, "orion", "O-1", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(tell(world, "orion", "O-2", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 2, "telnord", false), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "T-2") > 0);
	assert_int_equal(pair(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	assert_int_equal(share(world, 1, "telnord", true), JOB_ACCEPTED); /* it holds the ball */
	assert_int_equal(pair(world, JOB_SPLIT, 1, 0), JOB_ACCEPTED);
	assert_int_equal(count(world, "share", "incident = 1 AND supplier = 'telnord' AND withdrawn_ms = 0"), 0);
	assert_int_equal(count(world, "share", "incident = 2 AND supplier = 'telnord' AND withdrawn_ms = 0"), 1);
	assert_int_equal(count(world, "incident", "number = 1 AND holder = 'us'"), 1);
	assert_int_equal(count(world, "event", "kind = 'incident.unshared' AND json LIKE '%\"cause\":\"split\"%'"), 1);
	drain(world);
	check_all(world);
}

/* Merged by a person again: who left by the split was not taken back, and takes part as before. */
static void test_merged_again(void **state)
{
	struct world *world = *state;

	assert_int_equal(tell(world, "orion", "O-1", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(tell(world, "orion", "O-2", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 2, "telnord", false), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "T-2") > 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pair(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
		assert_int_equal(count(world, "share", "incident = 1 AND withdrawn_ms = 0"), 2);
		int64_t at_ms = world->now_ms;
		assert_true(ask(world, "SELECT reads_ms FROM share WHERE supplier = 'telnord' AND incident = 1") >=
			    at_ms);
		check_all(world);
		assert_int_equal(pair(world, JOB_SPLIT, 1, 0), JOB_ACCEPTED);
		assert_int_equal(count(world, "share", "incident = 1 AND withdrawn_ms = 0"), 1);
		assert_int_equal(count(world, "share", "incident = 2 AND withdrawn_ms = 0"), 2);
		drain(world);
		check_all(world);
	}
}

/* The last one that came in goes first. */
static void test_one_after_the_other(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(tell(world, "orion", "O-2", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(tell(world, "orion", "O-3", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(tell(world, "orion", "O-4", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(pair(world, JOB_MERGE, 2, 3), JOB_ACCEPTED);
	assert_int_equal(pair(world, JOB_MERGE, 1, 2), JOB_ACCEPTED);
	assert_int_equal(pair(world, JOB_MERGE, 1, 4), JOB_ACCEPTED);
	assert_int_equal(pair(world, JOB_SPLIT, 1, 2), JOB_CONFLICT);
	assert_int_equal(pair(world, JOB_SPLIT, 1, 4), JOB_ACCEPTED);
	assert_int_equal(pair(world, JOB_SPLIT, 1, 3), JOB_CONFLICT);
	assert_int_equal(pair(world, JOB_SPLIT, 1, 2), JOB_ACCEPTED);
	assert_int_equal(count(world, "ticket", "incident = 2 AND external_id IN ('O-2', 'O-3')"), 2);
	check_all(world);
	assert_int_equal(pair(world, JOB_SPLIT, 2, 3), JOB_ACCEPTED);
	assert_int_equal(count(world, "ticket", "incident = 3 AND external_id = 'O-3'"), 1);
	drain(world);
	check_all(world);
}

static void test_links(void **state)
{
	struct world *world = *state;
	struct job job = {
	    .kind = JOB_LINK,
	    .ask = {
		.incident = 1, .other = 2, .relation = RELATION_CAUSES, .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	two_incidents(world);
	struct job again = job, not = job, same = job;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(run(world, &again), JOB_REPEATED);
	assert_int_equal(count(world, "link", "incident = 2 AND other = 1 AND relation = 'caused_by'"), 1);
	same.ask.other = 1;
	assert_int_equal(run(world, &same), JOB_CONFLICT);
	check_all(world);
	not .kind = JOB_UNLINK;
	assert_int_equal(run(world, &not ), JOB_ACCEPTED);
	assert_int_equal(count(world, "link", "1 = 1"), 0);
	check_all(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_each_goes_back, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_tool_does_not_merge_them_again, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_what_was_taken_back_stays_so, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_shared_anew_reads_later, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_who_came_with_it_leaves_with_it, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_merged_again, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_one_after_the_other, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_links, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
