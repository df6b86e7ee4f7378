/* SPDX-License-Identifier: Apache-2.0 */
/* A life that ends while a delivery is under way, at each instant: the next one writes nothing twice. See link_world.h.
 */
#include "link_two.h"

static void test_crash_in_flight(void **state)
{
	static const char *const repeats[] = {"never", "search", "safe"};
	static const char *const becomes[] = {"unknown unknown phase 0 look 0", "in_flight phase 0 look 1",
					      "in_flight phase 0 look 1"};
	(void)state;

	for (size_t i = 0; i < 3; i++) {
		int64_t incident;
		struct world *world = two(repeats[i], &incident);

		comment(world, incident, "Hello");
		expect(world, "POST", "/orion/comment");
		world_die(world);
		world_start(world);
		settle(world);
		assert_string_equal(delivery_is(world, 1), becomes[i]);
		if (i == 1)
			answer(world, "GET", "/orion/search/", 200, "found C1");
		if (i == 2)
			answer(world, "POST", "/orion/comment", 200, "ok C1");
		assert_int_equal(n_delivery(world, i ? "done" : "unknown"), 1);
		world_free(world);
	}
}

/* Nobody can be asked about it any more. */
static void test_crash_and_gone(void **state)
{
	int64_t incident;
	struct world *world = two("safe", &incident);
	struct supplier_set *set = supplier_set_new(1);
	(void)state;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	comment(world, incident, "Hello");
	world_die(world);
	supplier_set_unref(world->set);
	world->set = set;
	world_start(world);
	settle(world);
	assert_string_equal(delivery_is(world, 1), "unknown unknown phase 0 look 0");
	world_free(world);
}

/* Between two phases, at each possible instant: the first request is made once. */
static void test_crash_between_phases(void **state)
{
	struct ent_err err;
	(void)state;

	for (int at = 0; at < 6; at++) {
		int64_t incident;
		struct world *world = two("safe", &incident);
		size_t posts = 0;

		comment(world, incident, "Hello");
		give(expect(world, "POST", "/orion/comment"), TRANSFER_ANSWERED, 200, "more 2 C5");
		for (int i = 0; i < at; i++)
			if (i % 2 == 0)
				(void)link_step(world->link);
			else
				assert_true(writer_step(world->writer, &err) >= ENT_OK);
		bool was_stored = db_ask(world->db, "SELECT phase FROM delivery") == 2;
		posts = n_sent(world, "POST", "/orion/comment");
		assert_int_equal(posts, 1);
		world_die(world);
		world_start(world);
		settle(world);
		if (was_stored) {
			answer(world, "PUT", "/orion/show/C5", 200, "ok C5");
		} else {
			answer(world, "POST", "/orion/comment", 200, "more 2 C5");
			answer(world, "PUT", "/orion/show/C5", 200, "ok C5");
		}
		assert_int_equal(n_delivery(world, "done"), 1);
		assert_true(at < 2 ? !was_stored : at > 2 || was_stored || !was_stored);
		if (at >= 3)
			assert_true(was_stored);
		world_free(world);
	}
}

/* A life that went on in between: the result of the old attempt changes nothing. */
static void test_fence(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct job *job;
	(void)state;

	comment(world, incident, "Hello");
	expect(world, "POST", "/orion/comment");
	job = job_new(world, JOB_RESULT);
	job->ask.result = (struct delivery_result){.id = 1,
						   .attempt = 1,
						   .outcome = OUTCOME_LATER,
						   .due_ms = START_MS + 3600000,
						   .reason = SDK_SENTENCE("test.said", "elsewhere")};
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
	answer(world, "POST", "/orion/comment", 404, "");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 0");
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_crash_in_flight),
	    cmocka_unit_test(test_crash_and_gone),
	    cmocka_unit_test(test_crash_between_phases),
	    cmocka_unit_test(test_fence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
