/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody knows whether a write was done: how long it is looked for, and when a person is asked. See link_world.h. */
#include "link_world.h"

enum { LAG_S = 60 };

/* "acme" opened an incident and is only listened to; a ticket of it is being made at "orion", whose search lags. */
static struct world *asked_to_create(int64_t setting_ms)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, set, 1, "orion", "search")->link.search_lag_ms = setting_ms;
	((struct toy *)set->at[1].settings)->lag_s = LAG_S;
	world_start(world);
	share(world, ticket_comes(world, "acme", "A1", "Open", 0), "orion");
	return world;
}

/* Answers each look in turn until `ms` have passed; gives how many there were. */
static int answer_looks(struct world *world, int64_t ms, const char *body)
{
	int64_t until_us = world->us + ms * 1000;
	int n = 0;

	while (world->us < until_us) {
		pass_ms(world, 100);
		for (; sent_find(world, "GET", "/orion/search/"); n++)
			answer(world, "GET", "/orion/search/", 200, body);
	}
	return n;
}

static void test_nothing_is_written_before_the_lag_is_over(void **state)
{
	struct world *world = asked_to_create(-1);
	(void)state;

	lose(world, "POST", "/orion/create");
	int n = answer_looks(world, LAG_S * 1000 - 1000, "none");
	assert_in_range(n, 3, 8); /* growing pauses: few requests */
	assert_int_equal(n_sent(world, "POST", "/orion/create"), 1);
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 1");
	assert_non_null(strstr(reason_of(world, 1), "may not show it yet"));
	answer_looks(world, 3000, "none"); /* the last look, when its search shows everything */
	answer(world, "POST", "/orion/create", 201, "ok T7");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 1");
	world_free(world);
}

static void test_found_late(void **state)
{
	struct world *world = asked_to_create(-1);
	(void)state;

	lose(world, "POST", "/orion/create");
	answer_looks(world, 40000, "none");
	answer_looks(world, 30000, "found T7");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 1");
	assert_int_equal(n_sent(world, "POST", "/orion/create"), 1);
	world_free(world);
}

/* The write left in the life before: its time stands in the store. */
static void test_the_lag_is_waited_for_across_restarts(void **state)
{
	struct world *world = asked_to_create(-1);
	(void)state;

	lose(world, "POST", "/orion/create");
	answer_looks(world, 20000, "none");
	world_die(world);
	world_start(world);
	answer_looks(world, 30000, "none");
	assert_int_equal(n_sent(world, "POST", "/orion/create"), 0);
	answer_looks(world, 12000, "none");
	answer(world, "POST", "/orion/create", 201, "ok T7");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 1");
	world_free(world);
}

static void test_the_supplier_may_say_how_long(void **state)
{
	static const int64_t setting_ms[] = {0, 5000, 200000};
	(void)state;

	for (size_t i = 0; i < 3; i++) {
		struct world *world = asked_to_create(setting_ms[i]);

		lose(world, "POST", "/orion/create");
		answer_looks(world, setting_ms[i] > 2000 ? setting_ms[i] - 2000 : 0, "none");
		assert_int_equal(n_sent(world, "POST", "/orion/create"), 1);
		answer_looks(world, 4500, "none");
		assert_int_equal(n_sent(world, "POST", "/orion/create"), 2);
		world_free(world);
	}
}

/* While nobody can look, nothing is written; when looking is refused for good, a person is asked. */
static void test_a_look_that_cannot_be_made(void **state)
{
	struct world *world = asked_to_create(-1);
	(void)state;

	lose(world, "POST", "/orion/create");
	pass_ms(world, 2000);
	answer(world, "GET", "/orion/search/", 400, "");
	assert_string_equal(delivery_is(world, 1), "unknown unknown phase 0 look 1");
	assert_non_null(strstr(reason_of(world, 1), "we cannot look"));
	pass_ms(world, 3600000);
	assert_int_equal(n_sent(world, "POST", "/orion/create"), 1);
	world_free(world);
}

/* The tool said yes in words that nobody can read: where its search does not find it, nobody writes again by himself.
 */
static void test_a_yes_that_is_not_found_is_asked_of_a_person(void **state)
{
	struct world *world = asked_to_create(-1);
	struct job *job;
	(void)state;

	answer(world, "POST", "/orion/create", 201, "nonsense");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 2");
	answer_looks(world, LAG_S * 1000 + 5000, "none");
	assert_string_equal(delivery_is(world, 1), "unknown unknown phase 0 look 2");
	assert_int_equal(n_sent(world, "POST", "/orion/create"), 1);
	job = job_new(world, JOB_DELIVERY_ACT); /* whoever looked says that it is not there */
	job->ask.id = 1;
	job->ask.action = DELIVERY_RETRY;
	job_run(world, job);
	answer_looks(world, 2000, "none");
	answer(world, "POST", "/orion/create", 201, "ok T7");
	assert_int_equal(n_delivery(world, "done"), 1);
	world_free(world);
}

/* An update sets a value: three times it may be said again, then a person reads why. What is behind it goes on. */
static void test_an_update_whose_answers_cannot_be_read(void **state)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);
	struct job *job;
	int64_t incident;
	(void)state;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, set, 1, "orion", "search");
	world_start(world);
	incident = ticket_comes(world, "acme", "A1", "Open", 0);
	assert_int_equal(ticket_comes(world, "orion", "T1", "Open", incident), incident);
	job = job_new(world, JOB_STATUS);
	job->ask.incident = incident;
	job->ask.status = ENT_IN_PROGRESS;
	job_run(world, job);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(n_delivery(world, "unknown"), 0);
		answer(world, "GET", "/orion/read/T1", 200, "more 1 etag7");
		answer(world, "PUT", "/orion/write/T1", 200, "nonsense");
		pass_ms(world, 20000);
	}
	assert_int_equal(n_delivery(world, "unknown"), 1);
	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 200, "ok C1");
	assert_int_equal(n_delivery(world, "done"), 1);
	world_free(world);
}

/* A ticket of theirs joins while ours may have been made: what creates ours still looks for it, and becomes no comment
 * on theirs, or ours would stay beside it and nobody would know of it. */
static void test_what_may_have_been_made_becomes_no_comment(void **state)
{
	struct world *world = asked_to_create(-1);
	struct db_stmt *stmt;
	(void)state;

	lose(world, "POST", "/orion/create");
	assert_int_equal(ticket_comes(world, "orion", "T9", "Open", 1), 1);
	stmt = db_use(world->db, "SELECT op FROM delivery WHERE id = 1");
	assert_true(db_row(stmt));
	assert_true(sdk_eqz(db_str(stmt, 0), "create_ticket"));
	db_done(stmt);
	answer_looks(world, 3000, "found T7");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 1");
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), 0);
	world_free(world);
}

static struct world *with_ticket(int64_t *ret_incident)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, set, 1, "orion", "never");
	world_start(world);
	*ret_incident = ticket_comes(world, "acme", "A1", "Open", 0);
	assert_int_equal(ticket_comes(world, "orion", "T1", "Open", *ret_incident), *ret_incident);
	return world;
}

static void set_status(struct world *world, int64_t incident, enum ent_status status)
{
	struct job *job = job_new(world, JOB_STATUS);

	job->ask.incident = incident;
	job->ask.status = status;
	job_run(world, job);
}

/* An update that was begun may stand there: a newer value is another update, or its echo would be taken for news. */
static void test_a_newer_value_is_another_update(void **state)
{
	int64_t incident;
	struct world *world = with_ticket(&incident);
	(void)state;

	set_status(world, incident, ENT_IN_PROGRESS);
	answer(world, "GET", "/orion/read/T1", 200, "more 1 etag7");
	lose(world, "PUT", "/orion/write/T1");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 1");
	set_status(world, incident, ENT_RESOLVED);
	assert_int_equal(
	    db_ask(world->db,
		   "SELECT count(*) FROM delivery WHERE op = 'update_ticket' AND planned LIKE 'status=in_progress%'"),
	    1);
	assert_int_equal(
	    db_ask(world->db,
		   "SELECT count(*) FROM delivery WHERE op = 'update_ticket' AND planned LIKE 'status=resolved%'"),
	    1);
	world_free(world);
}

/* What is open may still be under way, however long ago it left: its echo is ours. */
static void test_the_echo_of_what_is_long_under_way_is_ours(void **state)
{
	int64_t incident, n;
	struct world *world = with_ticket(&incident);
	char said[TEXT_MAX];
	(void)state;

	comment(world, incident, "Hello");
	snprintf(said, sizeof said, "%s", expect(world, "POST", "/orion/comment")->body);
	lose(world, "POST", "/orion/comment");
	assert_string_equal(delivery_is(world, 1), "unknown unknown phase 0 look 0");
	pass_ms(world, 48 * 3600000);
	n = db_ask(world->db, "SELECT count(*) FROM comment");
	struct job *job = comment_there(world, "orion", "T1", "C9", said);
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM comment"), n);
	world_free(world);
}

/* In order per incident and supplier: the second one cannot be begun while the first is open, whoever asks. */
static void test_only_the_head_of_a_queue_is_begun(void **state)
{
	int64_t incident;
	struct world *world = with_ticket(&incident);
	struct job *job;
	(void)state;

	comment(world, incident, "First");
	lose(world, "POST", "/orion/comment"); /* unknown: it holds back the second */
	comment(world, incident, "Second");
	assert_string_equal(delivery_is(world, 2), "pending phase 0 look 0");
	job = job_new(world, JOB_SEND);
	job->ask.id = 2;
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_NOT_FOUND);
	assert_string_equal(delivery_is(world, 2), "pending phase 0 look 0");
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_is_written_before_the_lag_is_over),
	    cmocka_unit_test(test_found_late),
	    cmocka_unit_test(test_the_lag_is_waited_for_across_restarts),
	    cmocka_unit_test(test_the_supplier_may_say_how_long),
	    cmocka_unit_test(test_a_look_that_cannot_be_made),
	    cmocka_unit_test(test_a_yes_that_is_not_found_is_asked_of_a_person),
	    cmocka_unit_test(test_an_update_whose_answers_cannot_be_read),
	    cmocka_unit_test(test_what_may_have_been_made_becomes_no_comment),
	    cmocka_unit_test(test_a_newer_value_is_another_update),
	    cmocka_unit_test(test_the_echo_of_what_is_long_under_way_is_ours),
	    cmocka_unit_test(test_only_the_head_of_a_queue_is_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
