/* SPDX-License-Identifier: Apache-2.0 */
/* What is under way for a ticket that went on as another one. See link_world.h for the world and its tool. */
#include "link_two.h"

#include "link_pages.h"

static void test_an_update_follows(void **state)
{
	int64_t incident;
	struct world *world = two("never", &incident);
	(void)state;

	set_status(world, incident, ENT_IN_PROGRESS);
	answer(world, "GET", "/orion/read/T1", 200, "moved T9");
	answer(world, "GET", "/orion/read/T9", 200, "more 1 etag7");
	answer(world, "PUT", "/orion/write/T9", 200, "is Working");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 0");
	assert_int_equal(n_delivery(world, "parked"), 0);
	world_free(world);
}

/* The second request says so: what the first one wrote moved with the ticket, and is looked for there. */
static void test_a_comment_follows(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	(void)state;

	comment(world, incident, "Please look.");
	answer(world, "POST", "/orion/comment", 200, "more 2 c1");
	answer(world, "PUT", "/orion/show/c1", 200, "moved T9");
	answer(world, "GET", "/orion/search/", 200, "found c1");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 1");
	world_free(world);
}

/* A sweep asks for the old one and hears of the new one: no ticket is lost, and the next sweep asks for that. */
static void test_a_sweep_follows(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_sweep, &orion);
	(void)state;

	ticket_comes(world, "orion", "T0", "Open", 0);
	pass_ms(world, 61000);
	answer(world, "GET", "/orion/ticket/T0", 200, "moved T9");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM ticket WHERE external_id = 'T9' AND removed = 0 AND "
					   "incident = 1"),
			 1);
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/ticket/T9", 200, "is Open");
	assert_int_equal(n_ticket(world), 1);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_update_follows),
	    cmocka_unit_test(test_a_comment_follows),
	    cmocka_unit_test(test_a_sweep_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
