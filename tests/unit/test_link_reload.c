/* SPDX-License-Identifier: Apache-2.0 */
/* Other suppliers while something flies, and the end. See link_world.h. */
#include "link_two.h"

/* ---- reload, end ------------------------------------------------------------------------------- */

static void test_reload_refused(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct supplier_set *set = same_two(world, "broken");
	struct ent_err err;
	(void)state;

	assert_int_equal(link_reload(world->link, set, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, "orion"));
	supplier_set_unref(set);
	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_int_equal(n_delivery(world, "done"), 1);
	world_free(world);
}

static void test_reload_while_flying(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct supplier_set *none = supplier_set_new(1), *other = same_two(world, "search");
	(void)state;

	other->at[1].link.url = ENT_STR(BASE "/elsewhere");
	comment(world, incident, "one");
	expect(world, "POST", "/orion/comment");
	refresh(world, other);
	comment(world, incident, "two");
	assert_int_equal(world->fake.n_drop, 0); /* not before what flies has landed */
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_int_equal(world->fake.n_drop, 1);
	pass_ms(world, 10);
	expect(world, "POST", "/elsewhere/comment");
	toy_supplier(world, none, 0, "acme", "safe")->link.url = ENT_ABSENT;
	refresh(world, none); /* gone while something is under way */
	answer(world, "POST", "/elsewhere/comment", 200, "ok");
	assert_int_equal(n_delivery(world, "done"), 2);
	pass_ms(world, 2000);
	world_free(world);
}

/* A supplier that is taken out of the configuration: what waits for it is parked, with its own cause, and goes when it
 * is back and a person says so. */
static void test_supplier_taken_out(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct supplier_set *without = supplier_set_new(1);
	struct job *repair;
	(void)state;

	toy_supplier(world, without, 0, "acme", "safe")->link.url = ENT_ABSENT;
	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 408, "");
	comment(world, incident, "and behind it");
	refresh(world, without);
	assert_string_equal(delivery_is(world, 1), "parked left phase 0 look 0");
	assert_string_equal(delivery_is(world, 2), "parked left phase 0 look 0");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM event WHERE kind = 'delivery.parked' AND "
					   "json_extract(json, '$.cause') = 'left'"),
			 2);
	comment(world, incident, "said later");
	pass_ms(world, 130000);
	refresh(world, same_two(world, "search"));
	repair = job_new(world, JOB_REPAIR);
	repair->ask.cause = CAUSE_LEFT;
	job_run(world, repair);
	assert_true(repair->ask.ret_count >= 2);
	for (int i = 0; i < 3 && sent_find(world, "POST", "/orion/comment"); i++) {
		answer(world, "POST", "/orion/comment", 200, "ok");
		pass_ms(world, 10);
	}
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 0");
	assert_string_equal(delivery_is(world, 2), "done phase 0 look 0");
	world_free(world);
}

static void test_drain(void **state)
{
	struct world *world = many(3, tune_none);
	(void)state;

	comment(world, 1, "one");
	assert_false(link_drain(world->link));
	comment(world, 2, "two");
	pass_ms(world, 10);
	assert_int_equal(world->fake.n, 1);
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_true(link_drain(world->link));
	assert_int_equal(n_delivery(world, "in_flight"), 0);
	assert_int_equal(n_delivery(world, "pending"), 1);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reload_refused),
	    cmocka_unit_test(test_reload_while_flying),
	    cmocka_unit_test(test_supplier_taken_out),
	    cmocka_unit_test(test_drain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
