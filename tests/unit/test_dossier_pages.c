/* SPDX-License-Identifier: Apache-2.0 */
/* Of a large incident the dossier brings a part: what it leaves in the store still counts. */
#include "deliveries.h"

static void say_many(struct world *world, int64_t incident, int from, int n)
{
	char uuid[ID_SIZE];

	for (int i = from; i < from + n; i++) {
		snprintf(uuid, sizeof uuid, "0000%04x-0000-4000-8000-000000000001", i);
		world->now_ms += 120000;
		assert_int_equal(say(world, incident, uuid, "Please look.", "everyone"), JOB_ACCEPTED);
	}
}

static void join(struct world *world, const char *ticket_id, const char *number)
{
	struct ent_change meets = ticket(world, ticket_id, "in_progress", NULL);

	meets.correlation.number = sdk_str(number);
	assert_int_equal(arrive(world, "orion", &meets), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE merged_into = 0"), 1);
}

/* A supplier with more tickets than a dossier holds does not hide the ticket of another one. */
static void test_many_tickets_hide_no_supplier(void **state)
{
	struct world *world = *state;
	char id[16];

	two_parties(world);
	for (int i = 0; i < DOSSIER_TICKETS_MAX + 10; i++) {
		snprintf(id, sizeof id, "O-1%03d", i);
		world->now_ms += 1000;
		struct ent_change child = ticket(world, id, "in_progress", NULL);
		child.correlation.number = ENT_STR("ENT-000001");
		assert_int_equal(arrive(world, "orion", &child), JOB_ACCEPTED);
	}
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket WHERE incident = 1") > DOSSIER_TICKETS_MAX, 1);
	say_many(world, 1, 1, 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE supplier = 'telnord' AND comment <> '' AND "
				    "state = 'pending' AND head = 1"),
			 1);
	check_all(world);
}

/* Two deliveries are in flight when their incidents are merged; there are more in between than a page holds. While
 * the second one flies nothing else goes to that supplier. */
static void test_one_in_flight_is_seen_behind_the_page(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(tell(world, "orion", "O-2", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 2, "telnord", false), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "T-2") > 0);
	while (bring(world, "telnord", "x"))
		;
	say_many(world, 1, 1, 60);
	struct delivery first = due(world, "telnord");
	assert_int_equal(send(world, first.id, "Please look."), JOB_ACCEPTED);
	say_many(world, 2, 100, 1);
	int64_t second = ask(world, "SELECT id FROM delivery WHERE incident = 2 AND supplier = 'telnord' AND comment "
				    "<> '' AND head = 1 AND state = 'pending'");
	assert_int_equal(send(world, second, "Please look."), JOB_ACCEPTED);
	join(world, "O-2", "ENT-000001");
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE state = 'in_flight'"), 2);
	struct delivery_result done = {.id = first.id,
				       .attempt = 1,
				       .outcome = OUTCOME_DONE,
				       .remote_id = ENT_STR("c-1"),
				       .due_ms = world->now_ms};
	assert_int_equal(settle(world, done, "telnord", NULL), JOB_ACCEPTED);
	assert_int_equal(load(world, second).state, DELIVERY_IN_FLIGHT);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE head = 1 AND state = 'pending' AND supplier = "
				    "'telnord'"),
			 0);
	check_sound(world);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_many_tickets_hide_no_supplier),
	    TEST(test_one_in_flight_is_seen_behind_the_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
