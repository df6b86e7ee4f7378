/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of polls. See link_world.h for the world and its tool. */
#include "link_pages.h"

/* ---- the poll --------------------------------------------------------------------------- */

static void test_poll(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 more ticket:P1:Open ticket:P2:Open");
	assert_int_equal(n_ticket(world), 2);
	assert_string_equal(cursor_is(world, "poll"), "m1 phase 1 pages 1 changes 2 running");
	answer(world, "GET", "/orion/poll?m1", 200, "page m2 end ticket:P3:Open");
	assert_string_equal(cursor_is(world, "poll"), "m2 phase 0 pages 2 changes 3 running");
	pass_ms(world, 50000);
	assert_int_equal(n_open(world), 0);
	pass_ms(world, 20000);
	answer(world, "GET", "/orion/poll?m2", 200, "page m2 end"); /* nothing new */
	assert_int_equal(n_ticket(world), 3);
	pass_ms(world, 70000);
	answer(world, "GET", "/orion/poll?m2", 200, "page m3 end ticket:P1:Fixed");
	assert_string_equal(cursor_is(world, "poll"), "m3 phase 0 pages 3 changes 4 running");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM ticket WHERE status = 'resolved'"), 1);
	world_free(world);
}

/* At whatever instant the power goes: the page is read again, or the next one; nothing is missed. */
/* The first poll begins a quarter of an hour back: the tool's clock may be behind, and what was said while the broker
 * was set up is heard. */
static void test_first_poll_looks_back(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	char path[64];
	(void)state;

	snprintf(path, sizeof path, "/orion/poll?since=%" PRId64, world_now_ms(&world->clock) - 900000);
	answer(world, "GET", path, 200, "page m1 end");
	assert_int_equal(db_ask(world->db, "SELECT since_ms FROM cursor WHERE stream = 'poll'"),
			 world_now_ms(&world->clock) - 900000);
	world_free(world);
}

/* The first page begins where the first try began, however late the tool answers it, and whatever it answered before.
 */
static void test_the_first_poll_waits_where_it_began(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	char path[64];
	(void)state;

	snprintf(path, sizeof path, "/orion/poll?since=%" PRId64, world_now_ms(&world->clock) - 900000);
	for (int i = 0; i < 8; i++) {
		give(expect(world, "GET", path), TRANSFER_ANSWERED, i == 0 ? 503 : 200, i == 0 ? "" : "nonsense");
		settle(world);
		pass_ms(world, 600000);
		if (i == 3) {
			world_die(world);
			world_start(world);
			settle(world);
		}
	}
	answer(world, "GET", path, 200, "page m1 end ticket:P1:Open");
	assert_string_equal(cursor_is(world, "poll"), "m1 phase 0 pages 1 changes 1 running");
	world_free(world);
}

static void test_poll_crash(void **state)
{
	struct ent_err err;
	(void)state;

	for (int at = 0; at < 5; at++) {
		struct supplier *orion;
		struct world *world = polled(tune_poll, &orion);

		give(expect(world, "GET", "/orion/poll?"), TRANSFER_ANSWERED, 200, "page m1 more ticket:P1:Open");
		for (int i = 0; i < at; i++)
			if (i % 2 == 0)
				(void)link_step(world->link);
			else
				assert_true(writer_step(world->writer, &err) >= ENT_OK);
		bool is_stored = db_ask(world->db, "SELECT count(*) FROM cursor") == 1;
		assert_int_equal(n_ticket(world), is_stored);
		assert_true(is_stored == (at >= 2));
		if (!is_stored) /* the next page is not asked for before this one is durable */
			assert_int_equal(world->fake.n, 1);
		world_die(world);
		world_start(world);
		settle(world);
		assert_int_equal(world->fake.n, 1);
		assert_non_null(strstr(world->fake.sent[0].line, is_stored ? "/poll?m1" : "/poll?"));
		if (!is_stored)
			answer(world, "GET", "/orion/poll?", 200, "page m1 more ticket:P1:Open");
		answer(world, "GET", "/orion/poll?m1", 200, "page m2 end ticket:P2:Open");
		assert_int_equal(n_ticket(world), 2);
		world_free(world);
	}
}

/* The same page again is a repeat, and its cursor is saved all the same. */
static void test_poll_repeats(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	int64_t n_event;
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	n_event = writer_last_seq(world->writer);
	for (int i = 0; i < 3; i++) {
		pass_ms(world, 70000);
		answer(world, "GET", "/orion/poll?m1", 200, "page m1 end ticket:P1:Open");
	}
	assert_int_equal(writer_last_seq(world->writer), n_event);
	assert_string_equal(cursor_is(world, "poll"), "m1 phase 0 pages 4 changes 4 running");
	world_free(world);
}

/* A tool without stamps: a ticket is closed, and opened again. */
static void test_a_list_that_shows_a_former_state_again_is_heard(void **state)
{
	static const char *const words[] = {"Closed", "Open", "Closed"};
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	char page[60];
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	for (size_t i = 0; i < 3; i++) {
		int64_t seq = writer_last_seq(world->writer);

		pass_ms(world, 70000);
		(void)snprintf(page, sizeof page, "page m1 end ticket:P1:%s", words[i]);
		answer(world, "GET", "/orion/poll?m1", 200, page);
		assert_true(writer_last_seq(world->writer) > seq);
	}
	world_free(world);
}

static void test_poll_unreadable(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	for (int i = 0; i < 3; i++) {
		pass_ms(world, 70000);
		answer(world, "GET", "/orion/poll?m1", 200, "nonsense");
	}
	assert_string_equal(cursor_is(world, "poll"), "m1 phase 0 pages 1 changes 1 running");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM dead_letter WHERE state = 'waiting'"), 1);
	assert_string_equal(supplier_is(world, "orion"), "failing");
	pass_ms(world, 70000);
	answer(world, "GET", "/orion/poll?m1", 200, "page m2 end ticket:P2:Open");
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	assert_int_equal(n_ticket(world), 2);
	world_free(world);
}

static void test_poll_fails(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	for (int i = 0; i < 6; i++) {
		if (i % 2)
			lose(world, "GET", "/orion/poll?");
		else
			answer(world, "GET", "/orion/poll?", 502, "");
		assert_int_equal(n_open(world), 0);
		for (int k = 0; k < 4000 && !n_open(world); k++)
			pass_ms(world, 100);
	}
	assert_string_equal(supplier_is(world, "orion"), "failing");
	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	assert_string_equal(supplier_is(world, "orion"), "healthy");
	world_free(world);
}

/* A tool that says "more" and gives places it gave before, after 1, 2 or 7 pages. */
static void test_poll_never_ends(void **state)
{
	static const int around[] = {1, 2, 7};
	(void)state;

	for (size_t i = 0; i < 3; i++) {
		struct supplier *orion;
		struct world *world = polled(tune_poll, &orion);
		char path[64], body[64];
		int at = 0, pages = 0;

		for (; n_open(world) && pages < 100; pages++) {
			snprintf(path, sizeof path, pages ? "/orion/poll?m%d" : "/orion/poll?", at);
			at = (at + 1) % around[i];
			snprintf(body, sizeof body, "page m%d more ticket:P1:Open", at);
			answer(world, "GET", path, 200, body);
		}
		assert_in_range(pages, around[i] + 1, 4 * around[i] + 4);
		assert_string_equal(supplier_is(world, "orion"), "failing");
		assert_int_equal(n_ticket(world), 1);
		pass_ms(world, 30000);
		assert_int_equal(n_open(world), 0);
		pass_ms(world, 60000); /* it is tried again, and all is well when it ends */
		snprintf(path, sizeof path, "/orion/poll?m%d", at);
		answer(world, "GET", path, 200, "page z end");
		assert_string_equal(supplier_is(world, "orion"), "healthy");
		world_free(world);
	}
}

/* Deliveries do not wait for the end of a long poll, nor it for theirs. */
static void test_poll_beside_deliveries(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	char path[64], body[64];
	int64_t incident;
	(void)state;

	give(expect(world, "GET", "/orion/poll?"), TRANSFER_ANSWERED, 200, "page m0 more");
	settle(world);
	incident = ticket_comes(world, "acme", "A1", "Open", 0);
	ticket_comes(world, "orion", "T1", "Open", incident);
	for (int i = 0; i < 20; i++) {
		comment(world, incident, "word");
		answer(world, "POST", "/orion/comment", 200, "ok");
		snprintf(path, sizeof path, "/orion/poll?m%d", i);
		snprintf(body, sizeof body, "page m%d more", i + 1);
		answer(world, "GET", path, 200, body);
	}
	assert_int_equal(n_delivery(world, "done"), 20);
	world_free(world);
}

/* We may write but not read there, or reading fails: it is shown, and deliveries go on. */
static void test_poll_alone_fails(void **state)
{
	static const int status[] = {403, 500};
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		struct supplier *orion;
		struct world *world = polled(tune_poll, &orion);
		int64_t incident;

		answer(world, "GET", "/orion/poll?", status[i], "");
		incident = ticket_comes(world, "acme", "A1", "Open", 0);
		ticket_comes(world, "orion", "T1", "Open", incident);
		for (int k = 0; k < 200; k++) {
			comment(world, incident, "word");
			answer(world, "POST", "/orion/comment", 200, "ok"); /* at once */
			pass_ms(world, 10000);
			if (sent_find(world, "GET", "/orion/poll?"))
				answer(world, "GET", "/orion/poll?", status[i], "");
		}
		assert_string_equal(supplier_is(world, "orion"), "failing");
		assert_in_range(n_sent(world, "GET", "/orion/poll?"), 5, 30);
		world_free(world);
	}
}

static void other_connector(const struct world *world)
{
	struct db *db;
	struct ent_err err;

	assert_int_equal(db_open(world->path, DB_WRITE, NULL, &db, &err), ENT_OK);
	db_begin(db);
	db_exec(db, "UPDATE cursor SET connector = 'other'");
	assert_true(db_commit(db));
	db_close(db);
}

/* The supplier changed its tool and kept its name: what another connector noted is not read. */
static void test_poll_foreign_memo(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "page m1 end ticket:P1:Open");
	pass_ms(world, 70000);
	answer(world, "GET", "/orion/poll?m1", 200, "page m2 end");
	assert_int_equal(db_ask(world->db, "SELECT count(*) FROM cursor WHERE connector = 'toy'"), 1);
	world_die(world);
	other_connector(world);
	world_start(world);
	pass_ms(world, 70000);
	assert_null(sent_find(world, "GET", "/orion/poll?m2"));
	answer(world, "GET", "/orion/poll?", 200, "page n1 end");
	world_free(world);
}

/* Its settings leave nothing to ask: that is no trouble, and is not asked again. */
static void test_poll_unsupported(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	answer(world, "GET", "/orion/poll?", 200, "unsupported");
	pass_ms(world, 600000);
	assert_null(sent_find(world, "GET", "/orion/poll?"));
	assert_string_equal(supplier_is(world, "orion"), "unknown"); /* never in trouble */
	world_free(world);
}

/* With one request at a time both go by turns. */
static void test_turns(void **state)
{
	struct supplier_set *set = supplier_set_new(2);
	struct world *world = world_new(set);
	char text[64];
	int polls = 0, posts = 0;
	(void)state;

	toy_supplier(world, set, 0, "acme", "safe")->link.url = ENT_ABSENT;
	struct supplier *orion = toy_supplier(world, set, 1, "orion", "search");
	orion->link.at_once = 1;
	world_start(world);
	for (int i = 0; i < 12; i++) {
		snprintf(text, sizeof text, "A%d", i);
		int64_t incident = ticket_comes(world, "acme", text, "Open", 0);
		ticket_comes(world, "orion", text, "Open", incident);
		comment(world, incident, "word");
	}
	struct supplier_set *again = supplier_set_new(2);
	struct ent_err err;
	toy_supplier(world, again, 0, "acme", "safe")->link.url = ENT_ABSENT;
	toy_supplier(world, again, 1, "orion", "search")->link = orion->link;
	again->at[1].link.poll_ms = 1000;
	assert_int_equal(link_reload(world->link, again, &err), ENT_OK);
	for (int i = 0; i < 20; i++) {
		pass_ms(world, 10);
		assert_int_equal(n_open(world), 1);
		for (size_t k = 0; k < world->fake.n; k++) {
			struct sent *sent = &world->fake.sent[k];
			if (!sent->is_open)
				continue;
			polls += strstr(sent->line, "/poll") != NULL;
			posts += strstr(sent->line, "/comment") != NULL;
			snprintf(text, sizeof text, "page m%d more", i);
			give(sent, TRANSFER_ANSWERED, 200, strstr(sent->line, "/poll") ? text : "ok");
		}
		settle(world);
	}
	assert_in_range(polls, 8, 12);
	assert_in_range(posts, 8, 12);
	supplier_set_unref(world->set);
	world->set = again;
	world_free(world);
}

/* ---- beside them --------------------------------------------------------------------- */

/* Lists that do not say whose they are: the same bytes about another ticket are no repeat. */
static enum ent_rc nameless_parse(const struct ent_self *self, const struct ent_call *call,
				  const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
				  struct ent_err *err)
{
	struct sdk_changes list;

	if (call->op.kind != ENT_POLL)
		return toy_parse(self, call, response, arena, ret, err);
	sdk_changes_init(&list, arena);
	toy_ticket(&list, call->memo.n ? call->memo : ENT_STR("P1"), ENT_STR("Open"));
	ret->phase = 1;
	ret->memo = call->memo.n ? ENT_STR("P3") : ENT_STR("P2");
	enum ent_rc rc = sdk_changes_take(&list, &ret->changes, err);
	return rc != ENT_OK || sdk_eqz(call->memo, "P2") ? rc : ENT_MORE;
}

static void test_pages_of_the_same_bytes(void **state)
{
	struct ent_connector nameless = toy_connector;
	struct supplier *orion;
	struct world *world = polled(tune_poll, &orion);
	(void)state;

	nameless.parse = nameless_parse;
	orion->connector = &nameless;
	answer(world, "GET", "/orion/poll?", 200, "[]");
	answer(world, "GET", "/orion/poll?P2", 200, "[]");
	assert_int_equal(n_ticket(world), 2);
	world_free(world);
}

/* A supplier at rest costs nothing but a look a second. */
static void test_rest(void **state)
{
	struct supplier *orion;
	struct world *world = polled(tune_nothing, &orion);
	int turns = 0;
	(void)state;

	settle(world);
	for (int64_t until_us = world->us + 60000000; world->us < until_us; turns++) {
		world->us = link_next_us(world->link);
		settle(world);
	}
	assert_in_range(turns, 55, 65);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_poll),
	    cmocka_unit_test(test_first_poll_looks_back),
	    cmocka_unit_test(test_the_first_poll_waits_where_it_began),
	    cmocka_unit_test(test_poll_crash),
	    cmocka_unit_test(test_poll_repeats),
	    cmocka_unit_test(test_a_list_that_shows_a_former_state_again_is_heard),
	    cmocka_unit_test(test_poll_unreadable),
	    cmocka_unit_test(test_poll_fails),
	    cmocka_unit_test(test_poll_never_ends),
	    cmocka_unit_test(test_poll_beside_deliveries),
	    cmocka_unit_test(test_poll_alone_fails),
	    cmocka_unit_test(test_poll_foreign_memo),
	    cmocka_unit_test(test_poll_unsupported),
	    cmocka_unit_test(test_turns),
	    cmocka_unit_test(test_pages_of_the_same_bytes),
	    cmocka_unit_test(test_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
