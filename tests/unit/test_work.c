/* SPDX-License-Identifier: Apache-2.0 */
/* Where to start: each reason, for whom it is one, and that time and words move places. */
#include "work_world.h"

#define A1 "a1000000-0000-4000-8000-000000000001"
#define A2 "a1000000-0000-4000-8000-000000000002"
#define A3 "a1000000-0000-4000-8000-000000000003"

static const struct reader of_orion = {.kind = READER_ORGANISATION,
				       .organisation = ENT_STR("orion"),
				       .role = ROLE_SUPPLIER_SYSTEM,
				       .verbs = VERB_ALL},
			   of_telnord = {.kind = READER_ORGANISATION,
					 .organisation = ENT_STR("telnord"),
					 .role = ROLE_SUPPLIER_SYSTEM,
					 .verbs = VERB_ALL};

static int work_set_up(void **state)
{
	int rc = world_set_up(state);
	struct world *world = *state;

	world->suppliers->silence_after_ms = 4 * (int64_t)HOUR_MS;
	return rc;
}

/* The reasons of the organisation's places, one line each: "1 us ask". Nothing else stands in the table for it. */
static void has(struct world *world, const char *organisation, const char *rows)
{
	const struct ent_str found = work_rows(world->read, &world->arena.abi, organisation, false);

	assert_string_equal(sdk_z(&world->arena.abi, found), rows);
	check_work(world);
}

static enum job_outcome begin(struct world *world, const struct reader *by, enum act_kind kind, const char *uuid,
			      const char *to, int64_t due_ms)
{
	struct job job = {.kind = JOB_ACT_BEGIN,
			  .ask = {.incident = 1,
				  .text = ENT_STR("Is the port up?"),
				  .author = {ENT_STR("desk"), ENT_STR("desk")},
				  .act = {.kind = kind, .to = sdk_str(to), .due_ms = due_ms}}};

	if (by)
		job.ask.by = *by;
	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	return run(world, &job);
}

static enum job_outcome write_as(struct world *world, const struct reader *by, const char *uuid)
{
	struct job job = {.kind = JOB_COMMENT,
			  .ask = {.incident = 1,
				  .by = *by,
				  .text = ENT_STR("We look at it."),
				  .narrowest = true,
				  .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	return run(world, &job);
}

static void test_the_holder_has_it(void **state)
{
	struct world *world = *state;

	two_parties(world);
	has(world, "orion", "1 orion held\n");
	has(world, "telnord", "");
	has(world, "us", "");
	share(world, 1, "telnord", true);
	has(world, "telnord", "1 telnord held\n");
	has(world, "orion", "");
	unshare(world, 1, "telnord"); /* the ball comes to us */
	has(world, "telnord", "");
	has(world, "us", "1 us held\n");
	give_status(world, 1, ENT_RESOLVED);
	has(world, "us", "");
}

static void test_an_ask(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, NULL, ACT_QUESTION, A1, "telnord", world->now_ms + HOUR_MS);
	has(world, "telnord", "1 telnord ask\n");
	has(world, "orion", "1 orion held\n"); /* it does not even read that */
	pass(world, HOUR_MS);
	has(world, "telnord", "1 telnord ask overdue\n");
	begin(world, &of_telnord, ACT_QUESTION, A2, "us", 0);
	has(world, "us", "1 us ask\n");
	unshare(world, 1, "telnord");
	has(world, "telnord", "");
	has(world, "us", "1 us ask\n"); /* it was asked all the same */
}

static void test_a_hand_over(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, NULL, ACT_HANDOVER, A1, "telnord", 0);
	has(world, "telnord", "1 telnord handover\n");
	has(world, "us", "");
	has(world, "orion", "1 orion held\n");
}

static void test_a_promise(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, &of_telnord, ACT_PROMISE, A1, NULL, world->now_ms + 2 * HOUR_MS);
	has(world, "telnord", "");
	pass(world, HOUR_MS + 1000);
	has(world, "telnord", "1 telnord promise_due\n");
	has(world, "us", "");
	pass(world, HOUR_MS);
	has(world, "telnord", "1 telnord promise_broken overdue\n");
	has(world, "us", "1 us promise_broken overdue\n");
	has(world, "orion", "1 orion held\n");
	say(world, 1, A2, "Not by who promised.", "everyone");
	has(world, "telnord", "1 telnord promise_broken overdue\n");
	write_as(world, &of_telnord, A3);
	has(world, "telnord", "");
	has(world, "us", "");
}

static void test_another_promise_stands_for_a_broken_one(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, &of_telnord, ACT_PROMISE, A1, NULL, world->now_ms + HOUR_MS / 2);
	pass(world, HOUR_MS);
	has(world, "us", "1 us promise_broken overdue\n");
	begin(world, &of_telnord, ACT_PROMISE, A2, NULL, world->now_ms + 3 * HOUR_MS);
	has(world, "us", "");
	has(world, "telnord", "");
}

static void test_silence(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	pass(world, 3 * HOUR_MS);
	has(world, "orion", "1 orion held\n");
	write_as(world, &of_telnord, A1); /* no word of the holder */
	say(world, 1, A2, "Nor ours.", "everyone");
	pass(world, HOUR_MS + HOUR_MS / 2);
	has(world, "orion", "1 orion silence\n1 orion held\n");
	has(world, "us", "1 us silence\n");
	has(world, "telnord", "");
	change = ticket(world, "O-1", NULL, "2"); /* what others say comes back like this */
	arrive(world, "orion", &change);
	has(world, "us", "1 us silence\n");
	write_word(world, "orion", "O-1", "c1", "We are on it.");
	has(world, "us", "");
	has(world, "orion", "1 orion held\n");
	pass(world, 4 * HOUR_MS - 1000);
	has(world, "us", "");
	pass(world, 2000);
	has(world, "us", "1 us silence\n");
	tell(world, "orion", "O-1", "pending");
	has(world, "us", "");
	pass(world, 5 * HOUR_MS);
	has(world, "us", "1 us silence\n");
	begin(world, &of_orion, ACT_PROMISE, A3, NULL, world->now_ms + 9 * HOUR_MS);
	pass(world, 7 * HOUR_MS); /* it has said when it speaks again */
	has(world, "us", "");
}

/* What is held nobody else has read: that somebody wrote must not show. */
static void test_what_is_held_is_no_word_yet(void **state)
{
	struct world *world = *state;
	struct job job = {.kind = JOB_COMMENT,
			  .ask = {.incident = 1,
				  .by = of_orion,
				  .text = ENT_STR("We look at it."),
				  .undo_ms = 10000,
				  .author = {ENT_STR("desk"), ENT_STR("desk")},
				  .audience = {.organisations = ENT_STR("telnord")}}};

	two_parties(world);
	pass(world, 5 * HOUR_MS);
	has(world, "us", "1 us silence\n");
	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", A1);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	has(world, "us", "1 us silence\n");
	pass(world, 20000);
	has(world, "us", "");
}

static void test_needed_before(void **state)
{
	struct world *world = *state;
	struct job job = {.kind = JOB_STATUS,
			  .ask = {.incident = 1,
				  .status = ENT_STATUS_UNKNOWN,
				  .author = {ENT_STR("desk"), ENT_STR("desk")},
				  .description = {.says = 1u << DESCRIBED_NEEDED_BEFORE}}};

	world->suppliers->silence_after_ms = 0;
	two_parties(world);
	job.ask.description.needed_before_ms = world->now_ms + 30 * (int64_t)HOUR_MS;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	has(world, "orion", "1 orion held\n");
	pass(world, 7 * HOUR_MS);
	has(world, "orion", "1 orion needed_before\n1 orion held\n");
	has(world, "us", "1 us needed_before\n");
	has(world, "telnord", "");
	pass(world, 24 * HOUR_MS);
	has(world, "us", "1 us needed_before overdue\n");
}

static void test_a_delivery_that_is_stuck(void **state)
{
	struct world *world = *state;

	two_parties(world);
	say(world, 1, A1, "Look here.", "everyone");
	struct delivery delivery = due(world, "telnord");
	send(world, delivery.id, "Look here.");
	settle(world,
	       (struct delivery_result){.id = delivery.id,
					.attempt = delivery.attempt + 1,
					.outcome = OUTCOME_PARKED,
					.cause = CAUSE_REFUSED,
					.reason = SDK_SENTENCE("test.refused", "It says no.")},
	       "telnord", NULL);
	has(world, "us", "1 us stuck_delivery\n");
	has(world, "telnord", "1 telnord stuck_delivery\n");
	has(world, "orion", "1 orion held\n");
	give_status(world, 1, ENT_RESOLVED);
	has(world, "us", "1 us stuck_delivery\n"); /* somebody has to decide all the same */
	act(world, delivery.id, DELIVERY_RETRY, NULL);
	has(world, "us", "");
	has(world, "telnord", "");
}

static void test_a_join_request(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	for (size_t i = 0; i < world->suppliers->n; i++)
		world->suppliers->at[i].joins = JOINS_ASK;
	two_parties(world);
	change = ticket(world, "D-1", "new", NULL);
	change.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "datacoeur", &change);
	has(world, "us", "1 us join_request\n");
	has(world, "orion", "1 orion held\n");
	has(world, "datacoeur", "2 datacoeur held\n");
	struct job job = {
	    .kind = JOB_JOIN_REFUSE,
	    .ask = {.id = ask(world, "SELECT id FROM join_request"), .author = {ENT_STR("desk"), ENT_STR("desk")}}};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	has(world, "us", "");
}

static void test_the_third_hand_over(void **state)
{
	struct world *world = *state;

	two_parties(world);
	share(world, 1, "telnord", true);
	share(world, 1, "orion", true);
	has(world, "us", "");
	share(world, 1, "telnord", true);
	has(world, "us", "1 us third_handover\n");
	has(world, "telnord", "1 telnord held\n");
}

/* Of two incidents that become one, one place stays. */
static void test_a_merge(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	tell(world, "orion", "O-1", "new");
	tell(world, "telnord", "T-1", "new");
	has(world, "", "1 orion held\n2 telnord held\n");
	change = ticket(world, "T-1", "new", NULL);
	change.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "telnord", &change);
	assert_int_equal(ask(world, "SELECT merged_into FROM incident WHERE number = 2"), 1);
	has(world, "", "1 orion held\n");
}

/* Of one that becomes two again, each has its place. */
static void test_a_split(void **state)
{
	struct world *world = *state;
	struct job merge = {.kind = JOB_MERGE,
			    .ask = {.incident = 1, .other = 2, .author = {ENT_STR("d"), ENT_STR("d")}}},
		   split = {.kind = JOB_SPLIT, .ask = {.incident = 1, .author = {ENT_STR("d"), ENT_STR("d")}}};
	struct job asks = {.kind = JOB_ACT_BEGIN,
			   .ask = {.incident = 2,
				   .text = ENT_STR("Is the port up?"),
				   .author = {ENT_STR("desk"), ENT_STR("desk")},
				   .act = {.kind = ACT_QUESTION, .to = ENT_STR("telnord")}}};

	tell(world, "orion", "O-1", "new");
	tell(world, "telnord", "T-1", "new");
	snprintf(asks.ask.comment_uuid, ID_SIZE, "%s", A1);
	assert_int_equal(run(world, &asks), JOB_ACCEPTED);
	has(world, "", "1 orion held\n2 telnord ask\n2 telnord held\n");
	assert_int_equal(run(world, &merge), JOB_ACCEPTED);
	has(world, "", "1 orion held\n1 telnord ask\n");
	assert_int_equal(run(world, &split), JOB_ACCEPTED);
	has(world, "", "1 orion held\n2 telnord ask\n2 telnord held\n");
	assert_int_equal(run(world, &merge), JOB_ACCEPTED);
	assert_int_equal(run(world, &split), JOB_ACCEPTED);
	has(world, "", "1 orion held\n2 telnord ask\n2 telnord held\n");
	check_all(world);
}

/* What the holder's tool tells as an act are words of its people. */
static void test_a_told_act_ends_the_silence(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	begin(world, NULL, ACT_QUESTION, A1, "orion", 0);
	begin(world, NULL, ACT_QUESTION, A2, "telnord", 0);
	pass(world, 5 * HOUR_MS);
	has(world, "us", "1 us silence\n");
	change = word(world, "T-1", "c0", "Since nine.");
	change.kind = ENT_ACT;
	change.act = (struct ent_act){.kind = ENT_ASK_ANSWERED, .id = ENT_STR(A2)};
	assert_int_equal(arrive(world, "telnord", &change), JOB_ACCEPTED);
	has(world, "us", "1 us silence\n"); /* not of the holder */
	change = word(world, "O-1", "c1", "Since nine.");
	change.kind = ENT_ACT;
	change.act = (struct ent_act){.kind = ENT_ASK_ANSWERED, .id = ENT_STR(A1)};
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	assert_false(world->last.has_letter);
	has(world, "us", "");
	has(world, "orion", "1 orion held\n");
}

/* ---- the list ------------------------------------------------------------------------------------- */

/* Another configuration: `telnord` is another organisation's tool now, and nobody is ever silent. */
static void test_another_configuration(void **state)
{
	struct world *world = *state;
	struct supplier_set *set = world_suppliers(), *before = world->suppliers;

	two_parties(world);
	begin(world, NULL, ACT_QUESTION, A1, "telnord", 0);
	pass(world, 5 * HOUR_MS);
	has(world, "us", "1 us silence\n");
	world->suppliers = set;
	writer_reload(world->writer, set);
	pass(world, 0);
	has(world, "us", "");
	has(world, "telnord", "1 telnord ask\n");
	supplier_set_unref(before);
}

/* A store rebuilt from the stream has the table as soon as it is served. */
static void test_a_rebuilt_store(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, NULL, ACT_QUESTION, A1, "telnord", world->now_ms + HOUR_MS);
	begin(world, &of_telnord, ACT_PROMISE, A2, NULL, world->now_ms + HOUR_MS);
	pass(world, 5 * HOUR_MS);
	rebuild_again(world);
	struct ent_str kept = work_rows(world->read, &world->arena.abi, "", true),
		       anew = work_anew(world, world->again);
	assert_string_equal(sdk_z(&world->arena.abi, kept), sdk_z(&world->arena.abi, anew));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_the_holder_has_it, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_an_ask, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_hand_over, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_promise, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_another_promise_stands_for_a_broken_one, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_silence, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_what_is_held_is_no_word_yet, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_needed_before, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_delivery_that_is_stuck, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_join_request, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_the_third_hand_over, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_merge, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_split, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_told_act_ends_the_silence, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_another_configuration, work_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_rebuilt_store, work_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
