/* SPDX-License-Identifier: Apache-2.0 */
/* Deliveries that were open before a merge are still sent after it, and to no new supplier: two incidents, one of whose
 * shares was taken back. */
#include "deliveries.h"

static const char uuid_1[] = "00000001-0000-4000-8000-000000000001", uuid_2[] = "00000002-0000-4000-8000-000000000002";

static void join(struct world *world, const char *ticket_id, const char *number)
{
	struct ent_change meets = ticket(world, ticket_id, "in_progress", NULL);

	meets.correlation.number = sdk_str(number);
	assert_int_equal(arrive(world, "orion", &meets), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE merged_into = 0"), 1);
}

/* 1: O-1 and telnord's T-1; 2: O-2 and telnord's T-2. All deliveries are done. */
static void two_incidents(struct world *world)
{
	two_parties(world);
	assert_int_equal(tell(world, "orion", "O-2", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 2, "telnord", false), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "T-2") > 0);
	while (bring(world, "telnord", "x"))
		;
}

static void take_back(struct world *world, int64_t incident)
{
	assert_int_equal(unshare(world, incident, "telnord"), JOB_ACCEPTED);
	while (bring(world, "telnord", "notice"))
		;
}

/* The question that link asks right before it builds the request. */
static bool may_go(struct world *world, const struct delivery *delivery)
{
	struct comment comment;
	enum delivery_cause cause;
	bool found = delivery->comment[0] &&
		     comment_by_uuid(world->read, &world->arena.abi, sdk_str(delivery->comment), &comment);

	return delivery_may_go(
	    delivery, supplier_by_name(world->suppliers, delivery->supplier), found ? &comment : NULL,
	    share_reading(world->read, delivery->incident, delivery->supplier, found ? &comment : NULL), &cause);
}

static struct delivery of_comment(struct world *world, const char *uuid)
{
	struct db_stmt *stmt =
	    db_use(world->read, "SELECT id FROM delivery WHERE comment = $1 AND supplier = 'telnord'");

	db_bind_str(stmt, 1, sdk_str(uuid));
	int64_t id = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return load(world, id);
}

/* ---- what was owed goes ---------------------------------------------------------------- */

static void run_owed(void **state, int64_t kept, int64_t taken_back)
{
	struct world *world = *state;

	two_incidents(world);
	take_back(world, taken_back);
	assert_int_equal(say(world, kept, uuid_1, "Please look.", "everyone"), JOB_ACCEPTED);
	assert_int_equal(give_status(world, kept, ENT_PENDING), JOB_ACCEPTED);
	join(world, "O-2", "ENT-000001");
	assert_false(share_stands(world->read, 1, ENT_STR("telnord")));
	struct delivery delivery = due(world, "telnord");
	assert_string_equal(delivery.comment, uuid_1);
	assert_true(may_go(world, &delivery));
	assert_true(bring(world, "telnord", "c1") > 0);
	delivery = due(world, "telnord"); /* the status as it was planned there */
	assert_int_equal(delivery.op, ENT_UPDATE_TICKET);
	assert_true(may_go(world, &delivery));
	assert_int_equal(delivery.values.at[ENT_STATUS], ENT_PENDING);
	assert_true(bring(world, "telnord", "x") > 0);
	delivery = due(world, "telnord"); /* the merge ended its share: it is told */
	assert_non_null(memmem(delivery.text.p, delivery.text.n, "not shared with you any more", 28));
	assert_true(bring(world, "telnord", "c2") > 0);

	/* Comments made from now on are not for it. */
	assert_int_equal(say(world, 1, uuid_2, "Between us now.", "everyone"), JOB_ACCEPTED);
	assert_int_equal(give_status(world, 1, ENT_RESOLVED), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, 0);
	check_all(world);
}

static void test_of_the_incident_that_goes(void **state)
{
	run_owed(state, 2, 1);
}

static void test_of_the_incident_that_stays(void **state)
{
	run_owed(state, 1, 2);
}

/* Its ticket does not exist yet: it is made, gets the owed deliveries, and then the notice that nothing more comes. */
static void test_a_ticket_that_was_owed(void **state)
{
	struct world *world = *state;

	assert_int_equal(tell(world, "orion", "O-1", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED); /* before it had a ticket */
	assert_int_equal(due(world, "telnord").id, 0);
	assert_int_equal(tell(world, "orion", "O-2", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 2, "telnord", false), JOB_ACCEPTED);
	assert_int_equal(say(world, 2, uuid_1, "Please look.", "everyone"), JOB_ACCEPTED);
	join(world, "O-2", "ENT-000001");
	struct delivery delivery = due(world, "telnord");
	assert_int_equal(delivery.op, ENT_CREATE_TICKET);
	assert_true(may_go(world, &delivery));
	assert_true(bring(world, "telnord", "T-2") > 0);
	delivery = due(world, "telnord");
	assert_string_equal(delivery.comment, uuid_1);
	assert_true(may_go(world, &delivery));
	assert_true(bring(world, "telnord", "c1") > 0);
	delivery = due(world, "telnord");
	assert_non_null(memmem(delivery.text.p, delivery.text.n, "not shared with you any more", 28));
	assert_true(bring(world, "telnord", "c2") > 0);
	assert_int_equal(due(world, "telnord").id, 0);
	check_all(world);
}

/* ---- what was not owed does not ------------------------------------------------------------ */

/* More is owed than one page of a queue holds: nothing of it goes once the share is taken back by hand. */
static void test_taken_back_by_hand_nothing_is_owed(void **state)
{
	struct world *world = *state;
	char uuid[ID_SIZE];

	two_incidents(world);
	take_back(world, 1);
	for (int i = 1; i <= 40; i++) {
		snprintf(uuid, sizeof uuid, "000000%02x-0000-4000-8000-000000000001", i);
		world->now_ms += 120000;
		assert_int_equal(say(world, 2, uuid, "Please look.", "everyone"), JOB_ACCEPTED);
	}
	join(world, "O-2", "ENT-000001");
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE owed = 1 AND state = 'pending'"), 40);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE owed = 1"), 0);
	assert_int_equal(
	    ask(world,
		"SELECT count(*) FROM delivery WHERE supplier = 'telnord' AND comment <> '' AND state = 'pending'"),
	    0);
	check_all(world);
}

/* It was in flight when the share of its own incident was taken back. */
static void test_what_was_taken_back_in_its_own_incident(void **state)
{
	struct world *world = *state;

	two_incidents(world);
	assert_int_equal(say(world, 1, uuid_1, "Please look.", "everyone"), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	join(world, "O-2", "ENT-000001");
	struct delivery_result later = {
	    .id = delivery.id, .attempt = 1, .outcome = OUTCOME_LATER, .due_ms = world->now_ms};
	assert_int_equal(settle(world, later, "telnord", NULL), JOB_ACCEPTED);
	delivery = of_comment(world, uuid_1);
	assert_int_equal(delivery.state, DELIVERY_PENDING);
	assert_false(may_go(world, &delivery));
	check_all(world);
}

/* A person also takes back the owed deliveries; the supplier is told, and the one in flight is not sent again. */
static void test_what_is_owed_can_be_taken_back(void **state)
{
	struct world *world = *state;

	two_incidents(world);
	take_back(world, 1);
	assert_int_equal(say(world, 2, uuid_1, "Please look.", "everyone"), JOB_ACCEPTED);
	assert_int_equal(say(world, 2, uuid_2, "And here.", "everyone"), JOB_ACCEPTED);
	join(world, "O-2", "ENT-000001");
	struct delivery delivery = due(world, "telnord");
	assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_int_equal(of_comment(world, uuid_2).state, DELIVERY_CANCELLED);
	struct delivery_result later = {
	    .id = delivery.id, .attempt = 1, .outcome = OUTCOME_LATER, .due_ms = world->now_ms};
	assert_int_equal(settle(world, later, "telnord", NULL), JOB_ACCEPTED);
	delivery = of_comment(world, uuid_1);
	assert_int_equal(delivery.state, DELIVERY_PENDING);
	assert_false(may_go(world, &delivery));
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE owed = 1"), 0);
	check_all(world);
}

/* Nothing is owed any more, so a second unshare has nothing to take back. */
static void test_nothing_to_take_back(void **state)
{
	struct world *world = *state;

	two_incidents(world);
	take_back(world, 1);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_NOT_FOUND);
}

/* An internal comment, and a comment for others, are not owed. */
static void test_the_audience_stays(void **state)
{
	struct world *world = *state;
	struct delivery delivery;
	struct comment comment;
	enum delivery_cause cause;

	two_incidents(world);
	take_back(world, 1);
	assert_int_equal(say(world, 2, uuid_1, "Please look.", "everyone"), JOB_ACCEPTED);
	join(world, "O-2", "ENT-000001");
	delivery = of_comment(world, uuid_1);
	assert_true(delivery.owed);
	assert_true(comment_by_uuid(world->read, &world->arena.abi, sdk_str(uuid_1), &comment));
	comment.audience = (struct audience){ENT_STR("us"), false, false};
	assert_false(delivery_may_go(&delivery, supplier_by_name(world->suppliers, delivery.supplier), &comment,
				     (struct reading){false, 0}, &cause));
	comment.audience = (struct audience){ENT_STR("datacoeur,us"), false, false};
	assert_false(delivery_may_go(&delivery, supplier_by_name(world->suppliers, delivery.supplier), &comment,
				     (struct reading){false, 0}, &cause));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_of_the_incident_that_goes),
	    TEST(test_of_the_incident_that_stays),
	    TEST(test_a_ticket_that_was_owed),
	    TEST(test_taken_back_by_hand_nothing_is_owed),
	    TEST(test_what_was_taken_back_in_its_own_incident),
	    TEST(test_what_is_owed_can_be_taken_back),
	    TEST(test_nothing_to_take_back),
	    TEST(test_the_audience_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
