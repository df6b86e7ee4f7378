/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets that cannot be read, and polls that a person asks for. See link_world.h for the world and its tool. */
#include "link_pages.h"

#include "store/aside.h"

/* "poll A 4 no, sweep B 3 HTTP 500", the oldest first. */
static const char *asides(struct world *world)
{
	struct db_stmt *stmt = db_use(
	    world->db, "SELECT stream, ticket, tries, json_extract(reason, '$.text') FROM aside WHERE supplier = "
		       "'orion' ORDER BY stream, ticket");
	struct ent_str is = ENT_STR("");

	while (db_row(stmt))
		is = sdk_format(&world->arena.abi, "%.*s%s%.*s %.*s %d %.*s", ENT_F(is), is.n ? ", " : "",
				ENT_F(db_str(stmt, 0)), ENT_F(db_str(stmt, 1)), (int)db_int(stmt, 2),
				ENT_F(db_str(stmt, 3)));
	return sdk_z(&world->arena.abi, is);
}

static int64_t of_poll(struct world *world, const char *column)
{
	return db_ask(world->db,
		      sdk_z(&world->arena.abi,
			    sdk_format(&world->arena.abi,
				       "SELECT %s FROM cursor WHERE supplier = 'orion' AND stream = 'poll'", column)));
}

/* Each page says all that is put aside; it is stored with the page and survives the broker. */
static void test_a_page_replaces_what_is_aside(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 more ticket:P1:Open aside:B1:HTTP-500 aside:B2:no-JSON");
	assert_string_equal(asides(world), "poll B1 4 HTTP-500, poll B2 4 no-JSON");
	assert_int_equal(aside_count(world->db, ENT_STR("orion")), 2);
	world_die(world);
	world_start(world);
	settle(world);
	assert_string_equal(asides(world), "poll B1 4 HTTP-500, poll B2 4 no-JSON");
	answer(world, "GET", "/orion/poll?m1", 200, "page m2 end aside:B2:no-JSON note:anew");
	assert_string_equal(asides(world), "poll B2 4 no-JSON");
	assert_int_equal(of_poll(world, "json_extract(note, '$.text') = 'anew' AND note_ms = moved_ms"), 1);
	pass_ms(world, 70000);
	answer(world, "GET", "/orion/poll?m2", 500, ""); /* says nothing about them */
	assert_string_equal(asides(world), "poll B2 4 no-JSON");
	pass_ms(world, 70000);
	answer(world, "GET", "/orion/poll?m2", 200, "page m3 end");
	assert_string_equal(asides(world), "");
	assert_int_equal(of_poll(world, "json_extract(note, '$.text') = 'anew'"),
			 1); /* the last one stays to be read */
	world_free(world);
}

/* More than the contract allows: nothing is dropped, so the poll stands still and says why. */
static void test_too_many_aside(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 end asides:201");
	assert_string_equal(cursor_is(world, "poll"), " phase 0 pages 0 changes 0 running");
	assert_string_equal(supplier_is(world, "orion"), "failing");
	pass_ms(world, 70000);
	answer(world, "GET", "/orion/poll?", 200, "page m1 end asides:200");
	assert_int_equal(aside_count(world->db, ENT_STR("orion")), ENT_ASIDE_MAX);
	world_free(world);
}

/* A ticket that a sweep passes over is listed beside them, until a sweep reads it or it is swept no more. */
static void test_a_sweep_puts_aside(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_sweep, &orion);
	(void)state;

	ticket_comes(world, "orion", "T0", "Open", 0);
	ticket_comes(world, "orion", "T1", "Open", 0);
	pass_ms(world, 61000);
	for (int i = 0; i < 3; i++) {
		answer(world, "GET", "/orion/ticket/T0", 500, "");
		for (int k = 0; k < 100 && !n_open(world); k++)
			pass_ms(world, 100);
	}
	assert_string_equal(asides(world), "sweep T0 3 HTTP 500");
	answer(world, "GET", "/orion/ticket/T1", 200, "is Open");
	pass_ms(world, 2000);
	assert_string_equal(asides(world), "sweep T0 3 HTTP 500");
	pass_ms(world, 3600000);
	answer(world, "GET", "/orion/ticket/T0", 200, "is Open");
	assert_string_equal(asides(world), "");
	world_free(world);
}

static void ask_poll(struct world *world, int64_t from_ms)
{
	struct job *job = job_new(world, JOB_POLL);

	job->ask.supplier = ENT_STR("orion");
	job->ask.since_ms = from_ms;
	job_run(world, job);
	assert_int_equal(job->outcome, JOB_ACCEPTED);
	link_wake(world->link);
	pass_ms(world, 1100);
}

static void test_a_person_asks_now(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	int64_t told_ms = of_poll(world, "told_ms");
	assert_true(told_ms > 0);
	pass_ms(world, 5000);
	assert_int_equal(n_open(world), 0);
	ask_poll(world, 0);
	answer(world, "GET", "/orion/poll?m1", 200, "page m1 end"); /* nothing is new; that it was asked is stored */
	assert_true(of_poll(world, "moved_ms") > of_poll(world, "asked_ms"));
	assert_int_equal(of_poll(world, "told_ms"), told_ms);
	pass_ms(world, 5000);
	assert_int_equal(n_open(world), 0);
	world_free(world);
}

/* What was put aside belonged to the place that is thrown away. */
static void test_a_person_begins_anew(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open aside:B1:HTTP-500");
	ask_poll(world, START_MS - 86400000);
	assert_string_equal(asides(world), "");
	assert_int_equal(of_poll(world, "since_ms"), START_MS - 86400000);
	world_die(world); /* it was durable */
	world_start(world);
	settle(world);
	answer(world, "GET", "/orion/poll?", 200, "page m2 end ticket:P2:Open");
	assert_string_equal(cursor_is(world, "poll"), "m2 phase 0 pages 2 changes 2 running");
	world_free(world);
}

static void test_anew_begins_before_what_is_put_aside(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open aside:B1:HTTP-500");
	int64_t aside_ms = db_ask(world->db, "SELECT since_ms FROM aside");
	assert_true(aside_ms > 0);
	ask_poll(world, aside_ms + 60000);
	assert_int_equal(of_poll(world, "since_ms"), aside_ms - 3600000);
	world_free(world);
}

/* The page under way was asked from the old place: it tells, and does not bring the old place back. */
static void test_a_person_begins_anew_while_a_page_flies(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 more ticket:P1:Open");
	expect(world, "GET", "/orion/poll?m1");
	ask_poll(world, START_MS - 86400000);
	answer(world, "GET", "/orion/poll?m1", 200, "page m2 end ticket:P2:Open aside:B1:HTTP-500");
	assert_int_equal(n_ticket(world), 2);
	assert_string_equal(asides(world), "");
	pass_ms(world, 1100);
	answer(world, "GET", "/orion/poll?", 200, "page m3 end");
	world_free(world);
}

/* `poll: 0`: nobody asks but a person, and then once. */
static void test_polled_only_by_hand(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	(void)state;

	ask_poll(world, START_MS - 86400000);
	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	pass_ms(world, 3600000);
	assert_int_equal(n_open(world), 0);
	ask_poll(world, 0);
	answer(world, "GET", "/orion/poll?m1", 200, "page m2 end");
	assert_int_equal(world->fake.n, 2);
	world_free(world);
}

/* A failure after a person's word has its own pause; the word is not heeded again and again. */
static void test_asked_once(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	ask_poll(world, 0);
	answer(world, "GET", "/orion/poll?m1", 200, "invalid");
	for (int i = 0; i < 20; i++) {
		link_wake(world->link);
		pass_ms(world, 1100);
	}
	assert_int_equal(n_open(world), 0);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_page_replaces_what_is_aside),
	    cmocka_unit_test(test_too_many_aside),
	    cmocka_unit_test(test_a_sweep_puts_aside),
	    cmocka_unit_test(test_a_person_asks_now),
	    cmocka_unit_test(test_a_person_begins_anew),
	    cmocka_unit_test(test_anew_begins_before_what_is_put_aside),
	    cmocka_unit_test(test_a_person_begins_anew_while_a_page_flies),
	    cmocka_unit_test(test_polled_only_by_hand),
	    cmocka_unit_test(test_asked_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
