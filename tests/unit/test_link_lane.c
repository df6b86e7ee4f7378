/* SPDX-License-Identifier: Apache-2.0 */
/* A supplier's lane: the second ask, limits, one that fails. See link_world.h. */
#include "link_two.h"

/* ---- the second ask ------------------------------------------------------------------------------ */

static void unshare(struct world *world, int64_t incident)
{
	struct job *job = job_new(world, JOB_UNSHARE);

	job->ask.incident = incident;
	job->ask.supplier = ENT_STR("orion");
	job->ask.text = ENT_STR("a mistake");
	job->answer = nothing;
	job->suppliers = world->set;
	assert_true(writer_submit(world->writer, job));
}

/* The share is taken back between the commit of JOB_SEND and the bytes. */
static void test_second_ask(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct job *job = job_new(world, JOB_COMMENT);
	struct ent_err err;
	(void)state;

	job->ask.incident = incident;
	job->ask.text = ENT_STR("Secret");
	job->ask.audience.everyone = true;
	job->answer = nothing;
	job->suppliers = world->set;
	assert_true(writer_submit(world->writer, job));
	assert_int_equal(writer_step(world->writer, &err), ENT_OK);
	link_wake(world->link);
	world->us += 5000;
	while (link_step(world->link)) /* hands over JOB_SEND */
		;
	unshare(world, incident);
	assert_int_equal(writer_step(world->writer, &err), ENT_OK); /* both in one commit */
	settle(world);
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), 0 + (n_delivery(world, "in_flight") > 0));
	for (size_t i = 0; i < world->fake.n; i++)
		assert_null(strstr(world->fake.sent[i].body, "Secret"));
	assert_non_null(strstr(delivery_is(world, 1), "cancelled"));
	world_free(world);
}

/* A tool that keeps nothing internal: sent as public where the settings allow it, else parked. */
static void test_what_is_shown_there(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	(void)state;

	comment(world, incident, "shown here 1");
	pass_ms(world, 1000);
	assert_string_equal(delivery_is(world, 1), "parked public phase 0 look 0");
	assert_int_equal(n_sent(world, "POST", "/orion/comment"), 0);
	comment(world, incident, "kept internal"); /* holds nobody back */
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_string_equal(delivery_is(world, 2), "done phase 0 look 0");
	world_free(world);

	world = two("search", &incident);
	((struct supplier *)(uintptr_t)supplier_by_name(world->set, ENT_STR("orion")))->public_reader =
	    PUBLIC_SERVICE_DESK;
	comment(world, incident, "shown here 2");
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_string_equal(delivery_is(world, 1), "done phase 0 look 0");
	world_free(world);
}

/* Edited between the commit of JOB_SEND and the bytes: the new words go, and it is theirs that are kept against echoes.
 */
static void test_words_change(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct ent_err err;
	(void)state;

	assert_true(writer_submit(world->writer, comment_there(world, "acme", "A1", "c1", "the old words")));
	assert_int_equal(writer_step(world->writer, &err), ENT_OK);
	world->us += 10000;
	while (link_step(world->link)) /* hands over JOB_SEND */
		;
	assert_true(writer_submit(world->writer, comment_there(world, "acme", "A1", "c1", "the new words")));
	pass_ms(world, 100);
	assert_int_equal(n_open(world), 1);
	assert_non_null(strstr(expect(world, "POST", "/orion/comment")->body, "the new words"));
	assert_int_equal(world->fake.n, 1);
	answer(world, "POST", "/orion/comment", 200, "ok C1");
	assert_int_equal(db_ask(world->db, "SELECT attempt FROM delivery"), 2);
	world_free(world);
}

/* One dead supplier: the others do not notice. */
static void test_one_is_dead(void **state)
{
	struct supplier_set *set = supplier_set_new(3);
	struct world *world = world_new(set);
	int64_t incident;
	(void)state;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, set, 1, "orion", "search");
	toy_supplier(world, set, 2, "vega", "search");
	world_start(world);
	incident = ticket_comes(world, "acme", "A1", "Open", 0);
	ticket_comes(world, "orion", "T1", "Open", incident);
	ticket_comes(world, "vega", "V1", "Open", incident);
	for (int i = 0; i < 50; i++) {
		comment(world, incident, "word");
		answer(world, "POST", "/vega/comment", 200, "ok"); /* at once */
		for (struct sent *sent; (sent = sent_find(world, "POST", "/orion"));) {
			give(sent, TRANSFER_NOT_SENT, 0, "connection refused");
			settle(world);
		}
		pass_ms(world, 3000);
	}
	assert_string_equal(supplier_is(world, "orion"), "failing");
	assert_string_equal(supplier_is(world, "vega"), "healthy");
	assert_int_equal(n_delivery(world, "done"), 50);
	world_free(world);
}

/* ---- limits ---------------------------------------------------------------------------------------- */

static void test_one_at_a_time_and_in_order(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	char text[16];
	(void)state;

	for (int i = 0; i < 5; i++) {
		snprintf(text, sizeof text, "word %d", i);
		comment(world, incident, text);
	}
	for (int i = 0; i < 5; i++) {
		assert_int_equal(n_open(world), 1);
		snprintf(text, sizeof text, "word %d", i);
		assert_non_null(strstr(expect(world, "POST", "/orion/comment")->body, text));
		answer(world, "POST", "/orion/comment", 200, "ok");
		pass_ms(world, 10);
	}
	assert_int_equal(n_delivery(world, "done"), 5);
	world_free(world);
}

static void tune_slow(struct supplier *supplier)
{
	supplier->link.rate_per_min = 60;
}

static void test_at_once(void **state)
{
	struct world *world = many(10, tune_none);
	char id[16];
	(void)state;

	for (int i = 1; i <= 10; i++) {
		snprintf(id, sizeof id, "word %d", i);
		comment(world, i, id);
	}
	pass_ms(world, 100);
	assert_int_equal(n_open(world), 4);
	for (int i = 0; i < 10; i++) {
		assert_in_range(n_open(world), 1, 4);
		answer(world, "POST", "/orion/comment", 200, "ok");
		pass_ms(world, 10);
	}
	assert_int_equal(n_delivery(world, "done"), 10);
	world_free(world);
}

static void test_rate(void **state)
{
	struct world *world = many(5, tune_slow);
	(void)state;

	for (int i = 1; i <= 5; i++)
		comment(world, i, "word");
	for (int i = 0; i < 5; i++) {
		pass_ms(world, 1010);
		answer(world, "POST", "/orion/comment", 200, "ok");
	}
	for (size_t i = 1; i < world->fake.n; i++)
		assert_true(world->fake.sent[i].at_us - world->fake.sent[i - 1].at_us >= 1000000);
	assert_int_equal(n_delivery(world, "done"), 5);
	world_free(world);
}

static void test_retry_after(void **state)
{
	struct world *world = many(3, tune_none);
	struct sent *sent;
	int64_t from_us;
	(void)state;

	comment(world, 1, "word");
	sent = expect(world, "POST", "/orion/comment");
	snprintf(sent->retry_after, sizeof sent->retry_after, "120");
	from_us = world->us;
	answer(world, "POST", "/orion/comment", 429, "");
	comment(world, 2, "word"); /* its pause is the supplier's */
	pass_ms(world, 119000);
	assert_int_equal(world->fake.n, 1);
	pass_ms(world, 5000);
	assert_int_equal(world->fake.n, 3);
	assert_true(world->fake.sent[1].at_us - from_us >= 120000000);
	world_free(world);
}

static void test_retry_after_is_capped(void **state)
{
	struct world *world = many(1, tune_none);
	struct sent *sent;
	(void)state;

	comment(world, 1, "word");
	sent = expect(world, "POST", "/orion/comment");
	snprintf(sent->retry_after, sizeof sent->retry_after, "99999999");
	answer(world, "POST", "/orion/comment", 503, "");
	pass_ms(world, 3590000);
	assert_int_equal(world->fake.n, 1);
	pass_ms(world, 30000);
	assert_int_equal(world->fake.n, 2);
	world_free(world);
}

static void test_backoff_grows(void **state)
{
	struct world *world = many(1, tune_none);
	int64_t last_us = 0;
	(void)state;

	comment(world, 1, "word");
	for (int i = 0; i < 4; i++) {
		int64_t gap_us = world->us - last_us, least_us = 500000 << (i > 0 ? i - 1 : 0);
		if (i > 0)
			assert_in_range(gap_us, least_us, 2 * least_us + 5000);
		last_us = world->us;
		answer(world, "POST", "/orion/comment", 408, "");
		while (!n_open(world))
			pass_ms(world, 1);
	}
	world_free(world);
}

/* ---- one that fails holds back nobody else ------------------------------------------------------- */

static void test_poison(void **state)
{
	struct world *world = many(3, tune_none);
	int done = 0;
	(void)state;

	comment(world, 1, "poison");
	comment(world, 2, "fine");
	comment(world, 1, "behind it");
	for (int i = 0; i < 4000 && n_delivery(world, "parked") == 0; i++) {
		for (size_t k = 0; k < world->fake.n; k++) {
			struct sent *sent = &world->fake.sent[k];
			if (!sent->is_open)
				continue;
			assert_null(strstr(sent->body, "behind it"));
			give(sent, TRANSFER_ANSWERED, strstr(sent->body, "poison") ? 408 : 200, "ok");
			done += !strstr(sent->body, "poison");
		}
		settle(world);
		if (i % 100 == 0 && i > 0)
			comment(world, 2, "fine");
		pass_ms(world, 1000);
	}
	assert_string_equal(delivery_is(world, 1), "parked failing phase 0 look 0");
	assert_true(done >= 9);
	assert_int_equal(n_delivery(world, "pending"), 1); /* "behind it" */
	world_free(world);
}

/* The supplier as a whole fails: nothing is parked, and only one trial at a time goes. */
static void test_breaker(void **state)
{
	struct world *world = many(8, tune_none);
	int64_t first_us;
	size_t before;
	(void)state;

	for (int i = 1; i <= 8; i++)
		comment(world, i, "word");
	for (int i = 0; i < 400; i++) {
		for (size_t k = 0; k < world->fake.n; k++)
			if (world->fake.sent[k].is_open)
				give(&world->fake.sent[k], TRANSFER_NOT_SENT, 0, "connection refused");
		settle(world);
		pass_ms(world, 100);
	}
	assert_string_equal(supplier_is(world, "orion"), "failing");
	before = world->fake.n;
	first_us = world->us;
	for (int i = 0; i < 1200 * 10; i++) { /* 20 minutes */
		assert_in_range(n_open(world), 0, 1);
		for (size_t k = before; k < world->fake.n; k++)
			if (world->fake.sent[k].is_open)
				give(&world->fake.sent[k], TRANSFER_NOT_SENT, 0, "connection refused");
		settle(world);
		pass_ms(world, 100);
	}
	assert_in_range(world->fake.n - before, 4, 12); /* a trial every 5 minutes at the end */
	assert_true(world->us > first_us);
	assert_int_equal(n_delivery(world, "pending"), 8);
	for (int i = 0; i < 4000 && n_delivery(world, "done") < 8; i++) {
		for (size_t k = 0; k < world->fake.n; k++)
			if (world->fake.sent[k].is_open)
				give(&world->fake.sent[k], TRANSFER_ANSWERED, 200, "ok");
		settle(world);
		pass_ms(world, 1000);
	}
	assert_int_equal(n_delivery(world, "done"), 8);
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	world_free(world);
}

static void test_paused(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	struct supplier_set *set = same_two(world, "search");
	(void)state;

	set->at[1].link.paused = true;
	refresh(world, set);
	comment(world, incident, "Hello");
	pass_ms(world, 60000);
	assert_int_equal(world->fake.n, 0);
	assert_string_equal(supplier_is(world, "orion"), "paused");
	refresh(world, same_two(world, "search"));
	pass_ms(world, 10);
	answer(world, "POST", "/orion/comment", 200, "ok");
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	world_free(world);
}

static void test_slow(void **state)
{
	int64_t incident;
	struct world *world = two("search", &incident);
	(void)state;

	for (int i = 0; i < 60; i++) {
		comment(world, incident, "Hello");
		expect(world, "POST", "/orion/comment")->took_us = i < 12 ? 9000000 : 1000;
		answer(world, "POST", "/orion/comment", 200, "ok");
		if (i == 11)
			assert_string_equal(supplier_is(world, "orion"), "slow");
		pass_ms(world, 5000);
	}
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_second_ask),    cmocka_unit_test(test_words_change),
	    cmocka_unit_test(test_one_is_dead),   cmocka_unit_test(test_one_at_a_time_and_in_order),
	    cmocka_unit_test(test_at_once),       cmocka_unit_test(test_rate),
	    cmocka_unit_test(test_retry_after),   cmocka_unit_test(test_retry_after_is_capped),
	    cmocka_unit_test(test_backoff_grows), cmocka_unit_test(test_poison),
	    cmocka_unit_test(test_breaker),       cmocka_unit_test(test_paused),
	    cmocka_unit_test(test_slow),          cmocka_unit_test(test_what_is_shown_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
