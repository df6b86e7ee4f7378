/* SPDX-License-Identifier: Apache-2.0 */
/* A tool takes an update and answers with nothing. Its webhook comes later, or never. */
#include "delivery_outcome.h"

#include "view/view_drift.h"

/* Rows of drift that name this. */
static int n_drift(struct world *world, const char *what)
{
	struct view view = {.db = world->read, .arena = &world->arena.abi, .reader = &reader_ours};
	struct ent_str page;
	struct ent_err err;
	int n = 0;

	assert_int_equal(view_drift(&view, world->suppliers, ENT_ABSENT, ENT_ABSENT, 50, &page, &err), ENT_OK);
	for (const char *at = sdk_z(&world->arena.abi, page); (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

/* Whatever is due at telnord is taken, and nothing is answered. Returns what was brought; id 0: nothing was due. */
static struct delivery take(struct world *world)
{
	struct delivery delivery = due(world, "telnord");

	if (!delivery.id)
		return delivery;
	assert_int_equal(send(world, delivery.id, NULL), JOB_ACCEPTED);
	assert_int_equal(settle(world, outcome(&delivery, OUTCOME_DONE), "telnord", NULL), JOB_ACCEPTED);
	return delivery;
}

/* Both say in_progress. */
static void in_sync(struct world *world)
{
	two_parties(world);
	assert_int_equal(tell(world, "telnord", "T-1", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, 0);
}

static void test_it_is_set_once(void **state)
{
	struct world *world = *state;

	in_sync(world);
	tell(world, "orion", "O-1", "resolved");
	assert_int_equal(take(world).values.at[ENT_STATUS], ENT_RESOLVED);
	assert_int_equal(due(world, "telnord").id, 0);
	assert_int_equal(n_drift(world, "\"what\""), 0);

	/* Its webhook, half a second later: our own doing. */
	world->now_ms += 500;
	int64_t n = n_event(world, "incident.status_changed");
	assert_int_equal(tell(world, "telnord", "T-1", "resolved"), JOB_ACCEPTED);
	assert_int_equal(n_event(world, "incident.status_changed"), n);
	assert_int_equal(due(world, "telnord").id, 0);

	world->now_ms += 1000;
	tell(world, "orion", "O-1", "in_progress");
	assert_int_equal(take(world).values.at[ENT_STATUS], ENT_IN_PROGRESS);
	assert_int_equal(due(world, "telnord").id, 0);
	check_all(world);
}

/* The incident is as the ticket told last, and the ticket is not: that was not heard yet. */
static void test_it_goes_back_before_it_was_heard(void **state)
{
	struct world *world = *state;

	in_sync(world);
	tell(world, "orion", "O-1", "resolved");
	assert_true(take(world).id > 0);
	world->now_ms += 100;
	tell(world, "orion", "O-1", "in_progress");
	assert_int_equal(take(world).values.at[ENT_STATUS], ENT_IN_PROGRESS);
	assert_int_equal(n_drift(world, "\"what\""), 0);

	/* Also where the update was on its way. */
	world->now_ms += 120000;
	tell(world, "orion", "O-1", "pending");
	struct delivery delivery = due(world, "telnord");
	assert_int_equal(send(world, delivery.id, NULL), JOB_ACCEPTED);
	tell(world, "orion", "O-1", "in_progress");
	assert_int_equal(settle(world, outcome(&delivery, OUTCOME_DONE), "telnord", NULL), JOB_ACCEPTED);
	assert_int_equal(take(world).values.at[ENT_STATUS], ENT_IN_PROGRESS);
	assert_int_equal(due(world, "telnord").id, 0);
	check_all(world);
}

/* What somebody there says afterwards counts. */
static void test_what_is_told_since_counts(void **state)
{
	struct world *world = *state;

	in_sync(world);
	tell(world, "orion", "O-1", "resolved");
	assert_true(take(world).id > 0);
	world->now_ms += 1000;
	tell(world, "telnord", "T-1", "held"); /* overruled: set again */
	assert_int_equal(take(world).values.at[ENT_STATUS], ENT_RESOLVED);
	assert_int_equal(due(world, "telnord").id, 0);
	check_all(world);
}

/* Its tool said yes and did nothing: a page that shows the ticket as before tells, once. */
static void test_it_was_not_done(void **state)
{
	struct world *world = *state;
	struct ent_change before;

	two_parties(world);
	before = ticket(world, "T-1", "in_progress", NULL);
	assert_int_equal(arrive(world, "telnord", &before), JOB_ACCEPTED);
	tell(world, "orion", "O-1", "resolved");
	assert_true(take(world).id > 0);
	int64_t n = n_event(world, "ticket.changed");
	for (int i = 0; i < 2; i++) {
		world->now_ms += 60000;
		struct job job = {.kind = JOB_ARRIVAL, .arrival = arrival_of(world, "telnord", &before, 1)};
		job.arrival.is_page = true;
		assert_int_equal(run(world, &job), JOB_ACCEPTED);
		assert_int_equal(n_event(world, "ticket.changed"), n + 1);
		assert_int_equal(n_drift(world, "\"theirs\":\"in_progress\""), 1);
		assert_int_equal(due(world, "telnord").id, 0);
	}
	check_all(world);
}

/* A ticket that never told its status, of a tool that is never read. */
static void test_it_never_tells(void **state)
{
	struct world *world = *state;

	assert_int_equal(tell(world, "orion", "O-1", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	struct delivery create = due(world, "telnord");
	struct ent_change told = ticket(world, "T-1", NULL, NULL);
	struct delivery_result done = outcome(&create, OUTCOME_DONE);
	told.correlation.number = ENT_STR("ENT-000001");
	done.remote_id = ENT_STR("T-1");
	assert_int_equal(send(world, create.id, "words"), JOB_ACCEPTED);
	assert_int_equal(settle(world, done, "telnord", &told), JOB_ACCEPTED);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(take(world).op, ENT_UPDATE_TICKET);
		assert_int_equal(due(world, "telnord").id, 0);
		assert_int_equal(n_drift(world, "\"what\""), 0);
		world->now_ms += 1000;
		tell(world, "orion", "O-1", i % 2 ? "in_progress" : "pending");
	}
	check_all(world);
}

/* One that stands still as a loop swallows what comes: then drift says so. */
static void test_a_loop_drifts(void **state)
{
	struct world *world = *state;
	struct delivery parked = {.id = 0};

	two_parties(world);
	for (int i = 0; i < 40 && parked.state != DELIVERY_PARKED; i++) {
		tell(world, "orion", "O-1", i % 2 ? "in_progress" : "pending");
		parked = load(world, ask(world, "SELECT max(id) FROM delivery"));
		if (parked.state == DELIVERY_PENDING)
			take(world);
	}
	assert_int_equal(parked.cause, CAUSE_LOOP);
	assert_int_equal(n_drift(world, "\"what\":\"status\""), 1);
	tell(world, "orion", "O-1", "resolved"); /* goes into it */
	assert_int_equal(ask(world, "SELECT max(id) FROM delivery"), parked.id);
	assert_int_equal(load(world, parked.id).values.at[ENT_STATUS], ENT_RESOLVED);
	assert_int_equal(n_drift(world, "\"ours\":\"resolved\""), 1);
	check_all(world);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_it_is_set_once),
	    TEST(test_it_goes_back_before_it_was_heard),
	    TEST(test_what_is_told_since_counts),
	    TEST(test_it_was_not_done),
	    TEST(test_it_never_tells),
	    TEST(test_a_loop_drifts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
