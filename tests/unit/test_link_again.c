/* SPDX-License-Identifier: Apache-2.0 */
/* What goes a second time by a person's word, after a merge, after a share that came back: nothing stands there twice.
 */
#include "link_world.h"

/* "acme" opened an incident and is only listened to, "orion" takes part with ticket T1. */
static struct world *two(const char *repeats, int64_t *ret_incident)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, set, 1, "orion", repeats);
	world_start(world);
	*ret_incident = ticket_comes(world, "acme", "A1", "Open", 0);
	assert_int_equal(ticket_comes(world, "orion", "T1", "Open", *ret_incident), *ret_incident);
	return world;
}

static void act(struct world *world, int64_t id, enum delivery_action action, const char *text)
{
	struct job *job = job_new(world, JOB_DELIVERY_ACT);

	job->ask.id = id;
	job->ask.action = action;
	job->ask.text = sdk_str(text);
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
	pass_ms(world, 2000);
}

static void unshare(struct world *world, int64_t incident)
{
	struct job *job = job_new(world, JOB_UNSHARE);

	job->ask.incident = incident;
	job->ask.supplier = ENT_STR("orion");
	job->ask.text = ENT_STR("a mistake");
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
}

static void share_with_history(struct world *world, int64_t incident)
{
	struct job *job = job_new(world, JOB_SHARE);

	job->ask.incident = incident;
	job->ask.supplier = ENT_STR("orion");
	job->ask.with_history = true;
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
	pass_ms(world, 2000);
}

/* The first request wrote the comment, the second was refused, a person mended the cause. */
static void test_parked_after_a_phase_that_wrote(void **state)
{
	static const char *const repeats[] = {"never", "search", "safe"};
	(void)state;

	for (size_t i = 0; i < 3; i++) {
		int64_t incident;
		struct world *world = two(repeats[i], &incident);

		comment(world, incident, "Hello");
		answer(world, "POST", "/orion/comment", 200, "more 2 C5");
		answer(world, "PUT", "/orion/show/C5", 422, "");
		assert_non_null(strstr(delivery_is(world, 1), "parked refused"));
		act(world, 1, DELIVERY_RETRY, NULL);
		if (i == 1)
			answer(world, "GET", "/orion/search/", 200, "found C5");
		else
			answer(world, "PUT", "/orion/show/C5", 200, "ok C5");
		assert_int_equal(n_delivery(world, "done"), 1);
		assert_int_equal(n_sent(world, "POST", "/orion/comment"), 1);
		world_free(world);
	}
}

/* Its second request was lost and nobody can look: whoever looked and says "again" means that one. */
static void test_unknown_after_a_phase_that_wrote(void **state)
{
	int64_t incident;
	(void)state;

	for (int crash = 0; crash < 2; crash++) {
		struct world *world = two("never", &incident);

		comment(world, incident, "Hello");
		answer(world, "POST", "/orion/comment", 200, "more 2 C5");
		if (crash) {
			expect(world, "PUT", "/orion/show/C5");
			world_die(world);
			world_start(world);
			settle(world);
		} else {
			lose(world, "PUT", "/orion/show/C5");
		}
		assert_string_equal(delivery_is(world, 1), "unknown unknown phase 2 look 0");
		act(world, 1, DELIVERY_RETRY, NULL);
		answer(world, "PUT", "/orion/show/C5", 200, "ok C5");
		assert_int_equal(n_delivery(world, "done"), 1);
		assert_int_equal(n_sent(world, "POST", "/orion/comment"), crash ? 0 : 1); /* the log is of this life */
		world_free(world);
	}
}

/* It said yes in words that nobody can read, or sent us elsewhere after it was done. */
static void test_looks_after_a_yes_that_is_none(void **state)
{
	static const struct {
		int status;
		const char *body;
	} row[] = {{200, "nonsense"}, {303, ""}, {200, "more 0 round"}};
	(void)state;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int64_t incident;
		struct world *world = two("search", &incident);

		comment(world, incident, "Hello");
		answer(world, "POST", "/orion/comment", row[i].status, row[i].body);
		assert_string_equal(delivery_is(world, 1), "pending phase 0 look 2");
		pass_ms(world, 2000);
		answer(world, "GET", "/orion/search/", 200, "found C5");
		assert_int_equal(n_delivery(world, "done"), 1);
		assert_int_equal(n_sent(world, "POST", "/orion/comment"), 1);
		world_free(world);
	}
}

/* What nobody knows about does not go again because the share does. */
static void test_unknown_then_unshared_and_shared_again(void **state)
{
	int64_t incident;
	struct world *world = two("never", &incident);
	(void)state;

	comment(world, incident, "Hello");
	lose(world, "POST", "/orion/comment"); /* it stands there, who knows */
	assert_int_equal(n_delivery(world, "unknown"), 1);
	unshare(world, incident);
	answer(world, "POST", "/orion/comment", 200, "ok N1"); /* the notice */
	share_with_history(world, incident);
	assert_int_equal(n_open(world), 0);
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), 2);
	world_free(world);
}

/* Half of it stands there when the share is taken back. */
static void test_half_done_then_unshared_and_shared_again(void **state)
{
	int64_t incident;
	struct world *world = two("never", &incident);
	(void)state;

	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 200, "more 2 C5");
	answer(world, "PUT", "/orion/show/C5", 408, "");
	unshare(world, incident);
	pass_ms(world, 10000);
	answer(world, "POST", "/orion/comment", 200, "ok N1"); /* the notice */
	share_with_history(world, incident);
	answer(world, "PUT", "/orion/show/C5", 200, "ok C5");
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), 2);
	world_free(world);
}

static struct ent_str marker_in(const struct sent *sent)
{
	const char *at = strstr(sent->body, "ENT-");

	assert_non_null(at);
	return (struct ent_str){at, 10};
}

static enum ent_rc marking_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
				 struct ent_request *ret, struct ent_err *err)
{
	if (call->op.kind != ENT_ADD_COMMENT)
		return toy_build(self, call, arena, ret, err);
	return toy_request(ret, "POST", call->look ? ENT_STR("/search") : ENT_STR("/comment"), call->op.marker);
}

/* The incident goes into another between the lost answer and the look: what is looked for is what was written. */
static void test_merged_before_the_look(void **state)
{
	struct ent_connector marking = toy_connector;
	int64_t incident;
	struct world *world = two("search", &incident);
	char first[32];
	(void)state;

	marking.build = marking_build;
	world->set->at[1].connector = &marking;
	int64_t second = ticket_comes(world, "acme", "A2", "Open", 0);
	assert_int_equal(ticket_comes(world, "orion", "T2", "Open", second), second);
	comment(world, second, "Hello");
	struct sent *sent = expect(world, "POST", "/orion/comment");
	snprintf(first, sizeof first, "%.*s", ENT_F(marker_in(sent)));
	lose(world, "POST", "/orion/comment");
	assert_int_equal(ticket_comes(world, "acme", "A2", "Open", incident), incident);
	pass_ms(world, 2000);
	sent = expect(world, "POST", "/orion/search");
	assert_true(sdk_eqz(marker_in(sent), first));
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parked_after_a_phase_that_wrote),
	    cmocka_unit_test(test_unknown_after_a_phase_that_wrote),
	    cmocka_unit_test(test_looks_after_a_yes_that_is_none),
	    cmocka_unit_test(test_unknown_then_unshared_and_shared_again),
	    cmocka_unit_test(test_half_done_then_unshared_and_shared_again),
	    cmocka_unit_test(test_merged_before_the_look),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
