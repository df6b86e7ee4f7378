/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets that come from both sides at once: which one a share is about, and merges. */
#include "shares.h"

static void test_the_webhook_comes_before_the_answer(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "in_progress");
	share(world, 1, "telnord", false);
	struct delivery create = due(world, "telnord");
	send(world, create.id, "x");
	write_word(world, "orion", "O-1", "c1", "hello");
	tell(world, "telnord", "T-1", "new"); /* it does not say our number */
	assert_int_equal(count(world, "incident", "merged_into = 0"), 2);
	struct ent_change told = ticket(world, "T-1", "new", NULL);
	told.correlation.number = ENT_STR("ENT-000001");
	struct delivery_result done = {
	    .id = create.id, .attempt = 1, .outcome = OUTCOME_DONE, .remote_id = ENT_STR("T-1")};
	assert_int_equal(settle(world, done, "telnord", &told), JOB_ACCEPTED);
	assert_int_equal(count(world, "incident", "merged_into = 0"), 1);
	assert_int_equal(count(world, "share", "1 = 1"), 2);
	assert_int_equal(load(world, create.id).state, DELIVERY_DONE);
	assert_int_equal(due(world, "telnord").op, ENT_ADD_COMMENT);
	check_all(world);
}

static void test_its_own_ticket_joins_meanwhile(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "in_progress");
	share(world, 1, "telnord", false);
	struct delivery create = due(world, "telnord");
	struct ent_change own = ticket(world, "T-7", "in_progress", NULL);
	own.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "telnord", &own);
	struct delivery brief = due(world, "telnord"); /* no second ticket: the brief becomes a comment in this one */
	assert_int_equal(brief.id, create.id);
	assert_int_equal(brief.op, ENT_ADD_COMMENT);
	assert_true(sdk_eqz(brief.ticket, "T-7"));
	enum delivery_cause cause;
	assert_true(delivery_may_go(&brief, supplier_by_name(world->suppliers, brief.supplier), NULL,
				    (struct reading){true, 0}, &cause));
	bring(world, "telnord", "t1");
	check_all(world);
}

/* The tool refused ours, and then they open one by hand: what a person retries makes no second one. */
static void test_its_own_ticket_joins_after_ours_was_refused(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "in_progress");
	share(world, 1, "telnord", false);
	struct delivery create = due(world, "telnord");
	send(world, create.id, "x");
	settle(
	    world,
	    (struct delivery_result){.id = create.id, .attempt = 1, .outcome = OUTCOME_PARKED, .cause = CAUSE_REFUSED},
	    "telnord", NULL);
	struct ent_change own = ticket(world, "T-7", "in_progress", NULL);
	own.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "telnord", &own);
	assert_int_equal(act(world, create.id, DELIVERY_RETRY, NULL), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, create.id);
	assert_int_equal(due(world, "telnord").op, ENT_ADD_COMMENT);
	check_all(world);
}

/* A person gives up the ticket: what waited for it does not wait in silence. */
static void test_what_waits_for_a_ticket_that_never_comes(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "in_progress");
	share(world, 1, "telnord", false);
	write_word(world, "orion", "O-1", "c1", "hello");
	struct delivery create = due(world, "telnord");
	assert_int_equal(act(world, create.id, DELIVERY_IGNORE, "it is done by phone"), JOB_ACCEPTED);
	assert_int_equal(count(world, "delivery", "state = 'pending' AND supplier = 'telnord'"), 0);
	assert_int_equal(count(world, "delivery", "state = 'parked' AND cause = 'gone'"), 1);
	check_all(world);

	share(world, 1, "telnord", false); /* once more: there will be a ticket after all */
	assert_int_equal(bring(world, "telnord", "T-1"), create.id + 2);
	struct job job = {.kind = JOB_REPAIR, .ask.cause = CAUSE_GONE};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(bring(world, "telnord", "t1"), create.id + 1);
	check_all(world);
}

static void test_an_unknown_ticket_tells_our_number(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "in_progress");
	share(world, 1, "telnord", false);
	struct delivery create = due(world, "telnord");
	send(world, create.id, "x");
	settle(world, (struct delivery_result){.id = create.id, .attempt = 1, .outcome = OUTCOME_LOST}, "telnord",
	       NULL);
	assert_int_equal(load(world, create.id).state, DELIVERY_UNKNOWN);
	write_word(world, "orion", "O-1", "c1", "hello");
	assert_int_equal(due(world, "telnord").id, 0);
	struct ent_change ours = ticket(world, "T-7", "in_progress", NULL);
	ours.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "telnord", &ours);
	assert_int_equal(load(world, create.id).state, DELIVERY_DONE);
	assert_int_equal(due(world, "telnord").op, ENT_ADD_COMMENT);
	check_all(world);
}

static void test_merges_move_the_way_out(void **state)
{
	struct world *world = *state;

	two_parties(world);
	tell(world, "orion", "O-2", "in_progress");
	share(world, 2, "telnord", false);
	bring(world, "telnord", "T-2");
	while (bring(world, "telnord", "x"))
		;
	share(world, 2, "datacoeur", false);
	write_word(world, "orion", "O-1", "c1", "in the first");
	write_word(world, "orion", "O-2", "c2", "in the second");
	share(world, 1, "datacoeur", false);
	struct ent_change meets = ticket(world, "O-2", "in_progress", NULL);
	meets.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "orion", &meets);
	assert_int_equal(count(world, "incident", "merged_into = 0"), 1);
	assert_int_equal(count(world, "share", "incident = 1 AND withdrawn_ms = 0"), 3);
	assert_int_equal(count(world, "share", "incident <> 1"), 0);
	assert_int_equal(count(world, "delivery", "incident <> 1"), 0);
	check_sound(world);
	struct delivery delivery = due(world, "telnord"); /* one queue now */
	struct comment comment;
	assert_true(comment_by_uuid(world->read, &world->arena.abi, sdk_str(delivery.comment), &comment));
	assert_true(sdk_eqz(comment.body, "in the first"));
	assert_int_equal(due(world, "datacoeur").op, ENT_CREATE_TICKET);
	bring(world, "datacoeur", "D-1"); /* one ticket is enough: the second brief is a comment in it */
	assert_int_equal(count(world, "delivery", "supplier = 'datacoeur' AND op = 'create_ticket'"), 1);
	while (bring(world, "datacoeur", sdk_z(&world->arena.abi, sdk_int(&world->arena.abi, world->now_ms))))
		;
	assert_int_equal(count(world, "delivery", "supplier = 'datacoeur' AND state <> 'done'"), 0);
	check_all(world);
}

static enum job_outcome sweep(struct world *world, const struct ent_change *change)
{
	struct job job = {.kind = JOB_PAGE, .arrival = arrival_of(world, "orion", change, 1)};

	job.arrival.sweep = true;
	job.ask.cursor = (struct cursor){.supplier = ENT_STR("orion"), .stream = CURSOR_SWEEP, .memo = ENT_STR("")};
	return run(world, &job);
}

/* The ball holder has two tickets in one incident that say different things. Each sweep hears both of them, and that
 * is nobody changing their mind: the one that changed last speaks, and the other's tool is left alone. */
static void test_two_tickets_of_the_holder_do_not_quarrel(void **state)
{
	struct world *world = *state;

	two_parties(world);
	struct ent_change first = ticket(world, "O-1", "in_progress", NULL), second;
	world->now_ms += 60000;
	second = ticket(world, "O-2", "pending", NULL);
	arrive(world, "orion", &second);
	second.correlation.number = ENT_STR("ENT-000001");
	world->now_ms += 60000;
	second.stamp.time_ms = world->now_ms;
	arrive(world, "orion", &second);
	assert_int_equal(count(world, "incident", "merged_into = 0"), 1);
	while (bring(world, "telnord", "x"))
		;
	int64_t n = n_event(world, "incident.status_changed");
	for (int i = 0; i < 4; i++) {
		world->now_ms += 600000;
		assert_int_equal(sweep(world, &first), JOB_ACCEPTED);
		while (bring(world, "telnord", "x"))
			;
		assert_int_equal(sweep(world, &second), JOB_ACCEPTED);
		while (bring(world, "telnord", "x"))
			;
	}
	assert_in_range(n_event(world, "incident.status_changed"), n, n + 1);
	assert_int_equal(count(world, "incident", "number = 1 AND status = 'pending'"), 1);
	check_all(world);
}

/* Who looks whether a comment stands there has to look where it was written, whichever ticket changed since. */
static void test_each_attempt_is_for_the_same_ticket(void **state)
{
	struct world *world = *state;

	two_parties(world);
	struct ent_change second = ticket(world, "T-2", "new", NULL);
	second.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "telnord", &second);
	write_word(world, "orion", "O-1", "c1", "hello");
	while (due(world, "telnord").op == ENT_UPDATE_TICKET)
		bring(world, "telnord", "x");
	struct delivery delivery = due(world, "telnord");
	assert_true(sdk_eqz(delivery.ticket, "T-2")); /* it changed last */
	send(world, delivery.id, "hello");
	settle(world,
	       (struct delivery_result){.id = delivery.id, .attempt = 1, .outcome = OUTCOME_LOST, .may_look = true},
	       "telnord", NULL);
	world->now_ms += 60000;
	struct ent_change first = ticket(world, "T-1", NULL, "2");
	arrive(world, "telnord", &first);
	assert_true(sdk_eqz(load(world, delivery.id).ticket, "T-2"));
	check_all(world);
}

static void test_a_share_taken_back_stays_so_in_a_merge(void **state)
{
	struct world *world = *state;

	two_parties(world);
	unshare(world, 1, "telnord");
	bring(world, "telnord", "t1");
	tell(world, "orion", "O-2", "in_progress");
	share(world, 2, "telnord", false);
	bring(world, "telnord", "T-2");
	struct ent_change meets = ticket(world, "O-2", "in_progress", NULL);
	meets.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "orion", &meets);
	assert_false(share_stands(world->read, 1, ENT_STR("telnord")));
	check_all(world);
}

/* telnord holds the ball in the one, and was sent away from the other: it cannot hold what they became. */
static void test_a_share_that_a_merge_ends_gives_the_ball_back(void **state)
{
	struct world *world = *state;

	two_parties(world);
	share(world, 1, "telnord", true);
	assert_int_equal(count(world, "incident", "number = 1 AND holder = 'telnord'"), 1);
	tell(world, "orion", "O-2", "in_progress");
	share(world, 2, "telnord", false);
	unshare(world, 2, "telnord");
	struct ent_change meets = ticket(world, "O-2", "in_progress", NULL);
	meets.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "orion", &meets);
	assert_false(share_stands(world->read, 1, ENT_STR("telnord")));
	assert_int_equal(count(world, "incident", "number = 1 AND holder = 'us' AND accepted = 1"), 1);
	assert_int_equal(count(world, "join_request", "1"), 0);
	check_all(world);
}

/* The ball is with one whose ticket is in another incident: when the two turn out to be one, its level counts.
 */
static void test_a_merge_hears_the_holder(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "O-1", "in_progress", "3");

	(void)arrive(world, "orion", &change);
	change = ticket(world, "O-1", "transferred", NULL);
	sdk_set(&change.ticket, ENT_TRANSFERRED_TO, ENT_STR("telnord"));
	(void)arrive(world, "orion", &change);
	change = ticket(world, "T-1", "in_progress", "1");
	(void)arrive(world, "telnord", &change);
	assert_int_equal(
	    count(world, "incident", "number = 1 AND holder = 'telnord' AND attributes LIKE '%priority=3'"), 1);
	change = ticket(world, "T-1", "in_progress", NULL);
	change.correlation.number = ENT_STR("ENT-000001");
	(void)arrive(world, "telnord", &change);
	assert_int_equal(count(world, "incident", "number = 1 AND n_ticket = 2 AND attributes LIKE '%priority=1'"), 1);
	assert_int_equal(count(world, "event", "kind = 'incident.merged' AND json LIKE '%\"priority\":1}'"), 1);
	check_all(world);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_the_webhook_comes_before_the_answer),
	    TEST(test_its_own_ticket_joins_meanwhile),
	    TEST(test_its_own_ticket_joins_after_ours_was_refused),
	    TEST(test_what_waits_for_a_ticket_that_never_comes),
	    TEST(test_an_unknown_ticket_tells_our_number),
	    TEST(test_merges_move_the_way_out),
	    TEST(test_a_share_taken_back_stays_so_in_a_merge),
	    TEST(test_each_attempt_is_for_the_same_ticket),
	    TEST(test_two_tickets_of_the_holder_do_not_quarrel),
	    TEST(test_a_merge_hears_the_holder),
	    TEST(test_a_share_that_a_merge_ends_gives_the_ball_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
