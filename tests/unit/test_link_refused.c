/* SPDX-License-Identifier: Apache-2.0 */
/* Who is refused: a ticket, or we? The probe, what is known without one, and "you ask too often". See link_world.h. */
#include "link_two.h"

/* ---- who we are --------------------------------------------------------------------------------- */

static void test_refused(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	(void)state;

	comment(world, incident, "Hello");
	answer(world, "POST", "/orion/comment", 401, "");
	assert_string_equal(supplier_is(world, "orion"), "refused");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 0");
	pass_ms(world, 290000);
	assert_int_equal(world->fake.n, 1);
	pass_ms(world, 20000);
	answer(world, "POST", "/orion/comment", 401, "");
	refresh(world, same_two(world, "search")); /* a new secret: tried at once */
	pass_ms(world, 10);
	answer(world, "POST", "/orion/comment", 200, "ok C1");
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 0");
	world_free(world);
}

/* Forbidden at one ticket only: others go on, and a person hears of the one. */
static void test_forbidden_ticket(void **state)
{
	struct world *world = many(2, tune_none);
	(void)state;

	comment(world, 2, "fine");
	answer(world, "POST", "/orion/comment", 200, "ok");
	comment(world, 1, "poison");
	for (int i = 0; i < 2000 && n_delivery(world, "parked") == 0; i++) {
		for (size_t k = 0; k < world->fake.n; k++) {
			struct sent *sent = &world->fake.sent[k];
			if (sent->is_open)
				give(sent, TRANSFER_ANSWERED, strstr(sent->body, "poison") ? 403 : 200, "ok");
		}
		settle(world);
		if (i % 50 == 1) {
			comment(world, 2, "fine");
			assert_true(n_open(world) > 0); /* nobody waits for the other one */
		}
		pass_ms(world, 5000);
	}
	assert_string_equal(delivery_is(world, 2), "parked refused phase 0 look 0");
	assert_int_equal(n_delivery(world, "pending"), 0);
	assert_int_equal(n_state_event(world, "orion"), 0); /* a ticket that refuses is no supplier that refuses */
	world_free(world);
}

static void test_our_rules_refuse(void **state)
{
	int64_t incident;
	struct world *world = two("never", &incident);
	(void)state;

	comment(world, incident, "Hello");
	give(expect(world, "POST", "/orion/comment"), TRANSFER_REFUSED, 0, "127.0.0.1 is in a special range");
	settle(world);
	assert_string_equal(supplier_is(world, "orion"), "refused");
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 0");
	world_free(world);
}

/* ---- with a probe ------------------------------------------------------------------------------- */

static void say_to(struct world *world, int n)
{
	for (int i = 1; i <= n; i++)
		comment(world, i, "word");
}

/* Answers all comments that are open now. */
static void answer_all(struct world *world, int status, const char *words)
{
	while (sent_find(world, "POST", "/orion/comment"))
		answer(world, "POST", "/orion/comment", status, words);
}

static void test_locked_tickets(void **state)
{
	struct world *world = many(6, tune_probe);
	int64_t began_us;
	(void)state;

	began_us = world->us;
	say_to(world, 5); /* more different ones in a row than three */
	while (n_delivery(world, "parked") < 5 && world->us - began_us < 120000000) {
		answer_all(world, 403, "it is locked");
		if (sent_find(world, "GET", "/orion/whoami"))
			answer(world, "GET", "/orion/whoami", 200, "ok");
		pass_ms(world, 100);
	}
	assert_int_equal(n_delivery(world, "parked"), 5);
	assert_true(world->us - began_us < 10000000);
	assert_string_equal(delivery_is(world, 1), "parked refused phase 0 look 0");
	assert_int_equal(
	    db_ask(world->db, "SELECT count(*) FROM delivery WHERE instr(reason, 'HTTP 403: it is locked')"),
	    5);                                                       /* the tool's own reason */
	assert_in_range(n_sent(world, "GET", "/orion/whoami"), 1, 2); /* one answer speaks for all of them */
	assert_int_equal(n_state_event(world, "orion"), 0);
	comment(world, 6, "word"); /* and another ticket does not notice */
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_int_equal(n_delivery(world, "done"), 1);
	world_free(world);
}

/* Nobody is told to check anything before the probe was asked, and nothing is parked when it is refused. */
static void test_probe_is_refused(void **state)
{
	struct world *world = many(3, tune_probe);
	(void)state;

	say_to(world, 3);
	answer_all(world, 401, "who are you");
	assert_int_equal(n_state_event(world, "orion"), 0);
	answer(world, "GET", "/orion/whoami", 401, "who are you");
	assert_string_equal(supplier_is(world, "orion"), "refused");
	assert_int_equal(n_delivery(world, "pending"), 3);
	pass_ms(world, 290000);
	assert_int_equal(n_open(world), 0);
	pass_ms(world, 20000); /* the trial is the probe, and no ticket */
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), 3);
	answer(world, "GET", "/orion/whoami", 200, "ok");
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	pass_ms(world, 10);
	answer_all(world, 200, "ok");
	assert_int_equal(n_delivery(world, "done"), 3);
	world_free(world);
}

/* 401 says nothing while the probe cannot be asked; a word about one ticket (403) parks it for all that. */
static void test_probe_is_not_answered(void **state)
{
	struct world *world = many(3, tune_probe);
	(void)state;

	comment(world, 1, "word 401");
	comment(world, 2, "word 403");
	for (int i = 0; i < 1200; i++) {
		for (size_t k = 0; k < world->fake.n; k++)
			if (world->fake.sent[k].is_open)
				give(&world->fake.sent[k], TRANSFER_ANSWERED,
				     strstr(world->fake.sent[k].line, "whoami")     ? 500
				     : strstr(world->fake.sent[k].body, "word 401") ? 401
										    : 403,
				     "no");
		settle(world);
		pass_ms(world, 100);
	}
	assert_string_equal(delivery_is(world, 1), "pending phase 0 look 0");
	assert_string_equal(delivery_is(world, 2), "parked refused phase 0 look 0");
	assert_string_not_equal(supplier_is(world, "orion"), "refused");
	world_free(world);
}

/* One 401 of a tool that means the ticket by it. */
static void test_401_of_one_ticket(void **state)
{
	struct world *world = many(2, tune_probe);
	(void)state;

	comment(world, 1, "word");
	answer(world, "POST", "/orion/comment", 401, "not yours");
	answer(world, "GET", "/orion/whoami", 200, "ok");
	pass_ms(world, 2000);
	answer(world, "POST", "/orion/comment", 401, "not yours");
	assert_string_equal(delivery_is(world, 1), "parked refused phase 0 look 0");
	assert_int_equal(n_state_event(world, "orion"), 0);
	world_free(world);
}

/* A probe that the tool does not have is none: three different tickets decide. */
static void test_probe_that_is_none(void **state)
{
	struct world *world = many(3, tune_probe);
	(void)state;

	say_to(world, 3);
	answer_all(world, 403, "no");
	answer(world, "GET", "/orion/whoami", 404, "what");
	assert_int_equal(n_state_event(world, "orion"), 0);
	for (int i = 0; i < 30; i++) {
		pass_ms(world, 100);
		answer_all(world, 403, "no");
	}
	assert_string_equal(supplier_is(world, "orion"), "refused");
	assert_int_equal(n_sent(world, "GET", "/orion/whoami"), 1);
	assert_int_equal(n_delivery(world, "pending"), 3);
	world_free(world);
}

/* A maintenance page does not switch off the probe for ever: later the probe lets a refused supplier in again. */
static void test_probe_that_answered_oddly(void **state)
{
	struct world *world = many(3, tune_probe);
	(void)state;

	say_to(world, 3);
	answer_all(world, 403, "no");
	answer(world, "GET", "/orion/whoami", 200, "back soon");
	for (int i = 0; i < 30; i++) {
		pass_ms(world, 100);
		answer_all(world, 403, "no");
	}
	assert_string_equal(supplier_is(world, "orion"), "refused");
	size_t n_asked = n_sent(world, "POST", "/orion/comment");
	pass_ms(world, 310000); /* the probe is tried again, and no delivery is used for it */
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), n_asked);
	answer(world, "GET", "/orion/whoami", 200, "ok");
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	assert_int_equal(n_sent(world, "GET", "/orion/whoami"), 2);
	world_free(world);
}

/* ---- without one -------------------------------------------------------------------------------- */

static void test_three_in_a_row(void **state)
{
	struct world *world = many(3, tune_none);
	(void)state;

	comment(world, 1, "word");
	comment(world, 2, "word");
	for (int i = 0; i < 20; i++) {
		answer_all(world, 403, "no");
		pass_ms(world, 100);
	}
	assert_int_equal(n_state_event(world, "orion"), 0); /* two are two tickets */
	comment(world, 3, "word");
	answer_all(world, 403, "no");
	assert_string_equal(supplier_is(world, "orion"), "refused");
	assert_int_equal(n_delivery(world, "pending"), 3); /* and none of them pays for it */
	world_free(world);
}

static void test_something_succeeds_between(void **state)
{
	struct world *world = many(4, tune_none);
	(void)state;

	for (int i = 1; i <= 3; i++) {
		comment(world, i, "poison");
		answer(world, "POST", "/orion/comment", 403, "no");
		comment(world, 4, "fine");
		for (size_t k = 0; k < world->fake.n; k++)
			if (world->fake.sent[k].is_open)
				give(&world->fake.sent[k], TRANSFER_ANSWERED,
				     strstr(world->fake.sent[k].body, "fine") ? 200 : 403, "ok");
		settle(world);
	}
	for (int i = 0; i < 30; i++) {
		pass_ms(world, 100);
		answer_all(world, 403, "no");
	}
	assert_int_equal(n_delivery(world, "parked"), 3);
	assert_int_equal(n_state_event(world, "orion"), 0);
	world_free(world);
}

/* ---- a poll and a sweep ---------------------------------------------------------------------------- */

static void tune_poll(struct supplier *supplier)
{
	tune_probe(supplier);
	supplier->link.poll_ms = 60000;
}

static void test_poll_is_refused_once(void **state)
{
	struct world *world = many(1, tune_poll);
	(void)state;

	pass_ms(world, 10);
	answer(world, "GET", "/orion/poll", 401, "no");
	answer(world, "GET", "/orion/whoami", 200, "ok");
	assert_int_equal(n_state_event(world, "orion"), 0);
	pass_ms(world, 2000);
	answer(world, "GET", "/orion/poll", 200, "page 1 end");
	assert_int_equal(n_state_event(world, "orion"), 0);
	world_free(world);
}

static void tune_sweep(struct supplier *supplier)
{
	tune_probe(supplier);
	supplier->link.sweep_ms = 60000;
}

/* A ticket that is not for us to see holds up no sweep. */
static void test_sweep_goes_past_a_refused_ticket(void **state)
{
	struct world *world = many(2, tune_sweep);
	int n = 0;
	(void)state;

	for (int i = 0; i < 2000 && n == 0; i++) {
		if (sent_find(world, "GET", "/orion/ticket/T0"))
			answer(world, "GET", "/orion/ticket/T0", 403, "no");
		if (sent_find(world, "GET", "/orion/whoami"))
			answer(world, "GET", "/orion/whoami", 200, "ok");
		if (sent_find(world, "GET", "/orion/ticket/T1")) {
			answer(world, "GET", "/orion/ticket/T1", 200, "is Open");
			n++;
		}
		pass_ms(world, 100);
	}
	assert_int_equal(n, 1);
	assert_int_equal(n_sent(world, "GET", "/orion/ticket/T0"), 2);
	assert_int_equal(n_state_event(world, "orion"), 0);
	world_free(world);
}

/* ---- limits ------------------------------------------------------------------------------------------- */

static int64_t next_after_us(struct world *world, int status, const char *words)
{
	int64_t from_us = world->us;

	answer(world, "POST", "/orion/comment", status, words);
	while (!n_open(world))
		pass_ms(world, 100);
	return world->us - from_us;
}

/* "You ask too often" without Retry-After: a minute, two, four; after a success a minute again. It holds all. */
static void test_limits_double(void **state)
{
	struct world *world = many(2, tune_none);
	(void)state;

	comment(world, 1, "word");
	assert_in_range(next_after_us(world, 429, ""), 60000000, 61000000);
	assert_in_range(next_after_us(world, 429, ""), 120000000, 121000000);
	assert_in_range(next_after_us(world, 403, "you have exceeded a secondary rate limit"), 240000000, 241000000);
	comment(world, 2, "another");
	answer_all(world, 200, "ok");
	comment(world, 1, "word");
	answer(world, "POST", "/orion/comment", 429, "");
	comment(world, 2, "another"); /* waits with it */
	pass_ms(world, 59000);
	assert_int_equal(n_open(world), 0);
	pass_ms(world, 3000);
	assert_int_equal(n_open(world), 2);
	assert_int_equal(n_state_event(world, "orion"), 0);
	world_free(world);
}

/* Several that fly at once are told the same: the pause is one. */
static void test_limit_of_many_at_once(void **state)
{
	struct world *world = many(4, tune_none);
	(void)state;

	say_to(world, 4);
	assert_int_equal(n_open(world), 4);
	answer_all(world, 429, "");
	pass_ms(world, 59000);
	assert_int_equal(n_open(world), 0);
	pass_ms(world, 3000);
	assert_int_equal(n_open(world), 4);
	world_free(world);
}

static void test_retry_after_with_a_fraction(void **state)
{
	struct world *world = many(1, tune_none);
	(void)state;

	comment(world, 1, "word");
	struct sent *sent = expect(world, "POST", "/orion/comment");
	snprintf(sent->retry_after, sizeof sent->retry_after, "3.5");
	assert_in_range(next_after_us(world, 429, ""), 3500000, 3700000);
	world_free(world);
}

/* 503 with Retry-After speaks of all of the tool: another incident waits as well. */
static void test_503_with_retry_after_holds_the_others(void **state)
{
	struct world *world = many(2, tune_none);
	(void)state;

	comment(world, 1, "word");
	struct sent *sent = expect(world, "POST", "/orion/comment");
	snprintf(sent->retry_after, sizeof sent->retry_after, "100");
	answer(world, "POST", "/orion/comment", 503, "");
	comment(world, 2, "another");
	pass_ms(world, 99000);
	assert_int_equal(world->fake.n, 1);
	pass_ms(world, 2000);
	assert_int_equal(world->fake.n, 3);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_forbidden_ticket),
	    cmocka_unit_test(test_our_rules_refuse),
	    cmocka_unit_test(test_locked_tickets),
	    cmocka_unit_test(test_probe_is_refused),
	    cmocka_unit_test(test_probe_is_not_answered),
	    cmocka_unit_test(test_401_of_one_ticket),
	    cmocka_unit_test(test_probe_that_is_none),
	    cmocka_unit_test(test_probe_that_answered_oddly),
	    cmocka_unit_test(test_three_in_a_row),
	    cmocka_unit_test(test_something_succeeds_between),
	    cmocka_unit_test(test_poll_is_refused_once),
	    cmocka_unit_test(test_sweep_goes_past_a_refused_ticket),
	    cmocka_unit_test(test_limits_double),
	    cmocka_unit_test(test_limit_of_many_at_once),
	    cmocka_unit_test(test_retry_after_with_a_fraction),
	    cmocka_unit_test(test_503_with_retry_after_holds_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
