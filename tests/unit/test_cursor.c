/* SPDX-License-Identifier: Apache-2.0 */
/* The plain rules of the one cursor, a row each; tests/cursor tries them all together against random tools. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdk/cursor.h"
#include "sdk/http.h"

#define START_MS INT64_C(1795320000000) /* 2026-11-22T04:00:00Z */

/* One walk, step by step: what is kept between two requests is the memo. */
struct poll {
	struct sdk_arena arena;
	struct sdk_cursor_rule rule;
	struct ent_call call;
	struct ent_response response;
	struct sdk_cursor cursor;
	struct ent_result result;
	struct ent_err err;
};

static void poll_open(struct poll *poll, struct sdk_cursor_rule rule)
{
	memset(poll, 0, sizeof *poll);
	sdk_arena_init(&poll->arena);
	poll->rule = rule;
	poll->call = (struct ent_call){.op = {.kind = ENT_POLL, .since_ms = START_MS}, .attempt = 1};
	poll->call.now_ms = START_MS + 3600000; /* nothing is fresh */
}

static void poll_begin(struct poll *poll, int status)
{
	poll->response = (struct ent_response){.status = status};
	poll->err.msg[0] = '\0';
	sdk_cursor_begin(&poll->cursor, &poll->rule, &poll->call, &poll->response, &poll->arena.abi, &poll->err);
}

static enum ent_rc poll_end(struct poll *poll, enum ent_rc rc)
{
	if (rc < ENT_OK)
		(void)snprintf(poll->err.msg, sizeof poll->err.msg, "HTTP %d", poll->response.status);
	rc = sdk_cursor_end(&poll->cursor, rc, &poll->result);
	if (rc >= ENT_OK)
		poll->call.memo = poll->result.memo;
	return rc;
}

static struct sdk_cursor_item item_of(const char *id)
{
	return (struct sdk_cursor_item){.ticket = sdk_str(id)};
}

/* A row that needs a request of its own. True: it was news. */
static bool row(struct poll *poll, const char *id, int64_t stamp_ms)
{
	struct sdk_cursor_item item = item_of(id);
	bool news = sdk_cursor_news(&poll->cursor, item.ticket, stamp_ms, ENT_STR("1"));

	if (news)
		sdk_cursor_ask(&poll->cursor, &item);
	return news;
}

static void asks_for(struct poll *poll, const char *id)
{
	poll_begin(poll, 200);
	if (!poll->cursor.ask || !sdk_eqz(poll->cursor.ask->ticket, id))
		fail_msg("ticket %s is not asked for", id);
}

static void tell(struct poll *poll, const char *id)
{
	sdk_changes_add(&poll->cursor.list, ENT_TICKET_CHANGED)->ticket.id = sdk_str(id);
}

/* ---- the list ---------------------------------------------------------------------------------- */

static void test_pages_of_one_time_go_by_number_then_down_again(void **state)
{
	struct poll poll;
	static const int64_t pages[] = {0, 1, 2, 1, 0};

	(void)state;
	poll_open(&poll, (struct sdk_cursor_rule){.grain_ms = 1000});
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		char id[20];

		poll_begin(&poll, 200);
		assert_int_equal(poll.cursor.page, pages[i]);
		assert_true(poll.cursor.since_ms == START_MS);
		(void)snprintf(id, sizeof id, "%d", (int)pages[i]);
		assert_int_equal(sdk_cursor_news(&poll.cursor, sdk_str(id), START_MS, ENT_STR("1")), i < 3);
		sdk_cursor_page(&poll.cursor, pages[i] < 2, ENT_ABSENT);
		assert_int_equal(poll_end(&poll, ENT_OK), i < 4 ? ENT_MORE : ENT_OK);
	}
	sdk_arena_release(&poll.arena);
}

static void test_the_next_page_is_asked_from_the_last_rows_time(void **state)
{
	struct poll poll;

	(void)state;
	poll_open(&poll, (struct sdk_cursor_rule){.grain_ms = 1000});
	poll_begin(&poll, 200);
	assert_true(sdk_cursor_news(&poll.cursor, ENT_STR("1"), START_MS, ENT_STR("1")));
	assert_true(sdk_cursor_news(&poll.cursor, ENT_STR("2"), START_MS + 5500, ENT_STR("1")));
	sdk_cursor_page(&poll.cursor, true, ENT_ABSENT);
	assert_int_equal(poll_end(&poll, ENT_OK), ENT_MORE);
	poll_begin(&poll, 200); /* whatever moved to another page meanwhile: the last row is read again, told once */
	assert_true(poll.cursor.since_ms == START_MS + 5000);
	assert_int_equal(poll.cursor.page, 0);
	assert_false(sdk_cursor_news(&poll.cursor, ENT_STR("2"), START_MS + 5500, ENT_STR("1")));
	assert_true(sdk_cursor_news(&poll.cursor, ENT_STR("2"), START_MS + 5500, ENT_STR("2"))); /* another version */
	sdk_arena_release(&poll.arena);
}

static void test_the_next_walk_begins_the_overlap_earlier(void **state)
{
	struct poll poll;

	(void)state;
	poll_open(&poll, (struct sdk_cursor_rule){.overlap_ms = 30000});
	poll_begin(&poll, 200);
	assert_true(sdk_cursor_news(&poll.cursor, ENT_STR("1"), START_MS + 60000, ENT_STR("1")));
	/* a clock that is a year ahead moves nothing */
	assert_true(sdk_cursor_news(&poll.cursor, ENT_STR("2"), START_MS + 365LL * 86400000, ENT_STR("1")));
	sdk_cursor_page(&poll.cursor, false, ENT_ABSENT);
	assert_int_equal(poll_end(&poll, ENT_OK), ENT_OK);
	poll_begin(&poll, 200);
	assert_true(poll.cursor.since_ms <= START_MS + 60000 - 30000);
	assert_false(sdk_cursor_news(&poll.cursor, ENT_STR("1"), START_MS + 60000, ENT_STR("1")));
	sdk_arena_release(&poll.arena);
}

static void test_a_list_that_failed_moves_no_cursor(void **state)
{
	struct poll poll;
	struct ent_str before;

	(void)state;
	poll_open(&poll, (struct sdk_cursor_rule){0});
	poll_begin(&poll, 200);
	sdk_cursor_page(&poll.cursor, false, ENT_ABSENT);
	assert_int_equal(poll_end(&poll, ENT_OK), ENT_OK);
	before = poll.call.memo;
	poll_begin(&poll, 200);
	(void)row(&poll, "1", START_MS + 1);
	assert_int_equal(poll_end(&poll, ENT_ERETRY), ENT_ERETRY);
	assert_true(sdk_eq(poll.call.memo, before));
	poll_begin(&poll, 200);
	assert_true(row(&poll, "1", START_MS + 1));
	sdk_arena_release(&poll.arena);
}

static void test_a_refused_token_is_dropped_once_and_told(void **state)
{
	struct poll poll;

	(void)state;
	poll_open(&poll, (struct sdk_cursor_rule){.by = SDK_BY_TOKEN});
	for (int i = 0; i < 2; i++) {
		poll_begin(&poll, 200);
		(void)sdk_cursor_news(&poll.cursor, i ? ENT_STR("2") : ENT_STR("1"), START_MS + 1, ENT_STR("1"));
		sdk_cursor_page(&poll.cursor, true, ENT_STR("abc"));
		assert_int_equal(poll_end(&poll, ENT_OK), ENT_MORE);
		poll_begin(&poll, 400);
		assert_true(sdk_eqz(poll.cursor.token, "abc"));
		if (i) { /* the new one as well: the tool is seen to fail */
			assert_int_equal(poll_end(&poll, ENT_EINVAL), ENT_EINVAL);
			break;
		}
		assert_int_equal(poll_end(&poll, ENT_EINVAL), ENT_MORE);
		assert_non_null(strstr(sdk_z(&poll.arena.abi, poll.result.note), "began anew"));
		poll_begin(&poll, 200);
		assert_null(poll.cursor.token.p);
		assert_true(poll.cursor.since_ms <= START_MS);
	}
	sdk_arena_release(&poll.arena);
}

static void test_rights_and_limits_drop_no_token(void **state)
{
	static const int statuses[] = {401, 403, 429, 500, 503, 0};

	(void)state;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		struct poll poll;

		poll_open(&poll, (struct sdk_cursor_rule){.by = SDK_BY_TOKEN});
		poll_begin(&poll, 200);
		sdk_cursor_page(&poll.cursor, true, ENT_STR("abc"));
		assert_int_equal(poll_end(&poll, ENT_OK), ENT_MORE);
		poll_begin(&poll, statuses[i]);
		assert_int_equal(poll_end(&poll, ENT_ERETRY), ENT_ERETRY);
		poll_begin(&poll, 200);
		assert_true(sdk_eqz(poll.cursor.token, "abc"));
		sdk_arena_release(&poll.arena);
	}
}

static void test_a_memo_of_another_shape_begins_anew_and_says_so(void **state)
{
	static const char *const bad[] = {"page=3",
					  "[]",
					  "{}",
					  "{\"since\":-1,\"page\":0,\"high\":0}",
					  "{\"since\":1,\"page\":0,\"high\":0,\"seen\":[[1,0,\"+12\"]]}",
					  "{\"since\":1,\"page\":0,\"high\":0,\"seen\":[[1,0,\"?abcdefgh\"]]}",
					  "{\"since\":1,\"page\":0,\"high\":0,\"seen\":[],\"todo\":[\"7\"]}",
					  "{\"since\":1,\"skip\":0,\"more\":false,\"seen\":[\"33\"],\"todo\":[]}"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct poll poll;

		poll_open(&poll, (struct sdk_cursor_rule){0});
		poll.call.memo = sdk_str(bad[i]);
		assert_false(sdk_cursor_is_memo(&poll.arena.abi, poll.call.memo));
		poll_begin(&poll, 200);
		assert_true(poll.cursor.since_ms == START_MS);
		sdk_cursor_page(&poll.cursor, false, ENT_ABSENT);
		assert_int_equal(poll_end(&poll, ENT_OK), ENT_OK);
		assert_true(poll.result.note.n > 0);
		assert_true(sdk_cursor_is_memo(&poll.arena.abi, poll.call.memo));
		sdk_arena_release(&poll.arena);
	}
}

static void test_behind_a_young_row_the_next_walk_reads_again(void **state)
{
	static const struct {
		const char *key, *token; /* of the row; where its page was asked for */
		int64_t stamp_ms, now_ms;
		bool is_more;
	} rows[] = {{"10", "", 0, 60000, true}, {"12", "10", 60000, 60000, true}, {"13", "12", 61000, 3600000, false}};
	struct poll poll;

	(void)state;
	poll_open(&poll, (struct sdk_cursor_rule){.by = SDK_BY_KEY, .overlap_ms = 10000});
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t stamp_ms = START_MS + rows[i].stamp_ms;
		struct ent_str key = sdk_str(rows[i].key);

		poll.call.now_ms = START_MS + rows[i].now_ms;
		poll_begin(&poll, 200);
		assert_true(sdk_eqz(sdk_or_empty(poll.cursor.token), rows[i].token));
		assert_true(sdk_cursor_news(&poll.cursor, key, stamp_ms, ENT_STR("1")));
		sdk_cursor_keys(&poll.cursor, rows[i].is_more, key,
				sdk_cursor_is_old(&poll.cursor, stamp_ms) ? key : ENT_ABSENT);
		assert_int_equal(poll_end(&poll, ENT_OK), rows[i].is_more ? ENT_MORE : ENT_OK);
	}
	poll_begin(&poll, 200); /* 11 was stored before 12 and showed behind it */
	assert_true(sdk_eqz(poll.cursor.token, "10"));
	assert_true(sdk_cursor_news(&poll.cursor, ENT_STR("11"), START_MS + 60000, ENT_STR("1")));
	assert_false(sdk_cursor_news(&poll.cursor, ENT_STR("12"), START_MS + 60000, ENT_STR("1")));
	sdk_arena_release(&poll.arena);
}

/* ---- tickets ------------------------------------------------------------------------------------ */

#define CROWD 1300 /* more than a memo holds twice */

/* A row whose list does not show what changed in it. */
static bool bare_row(struct poll *poll, const char *id, int64_t stamp_ms)
{
	return sdk_cursor_news(&poll->cursor, sdk_str(id), stamp_ms, ENT_ABSENT);
}

static bool walk_tells(struct poll *poll, int64_t now_ms, const char *id, int64_t stamp_ms)
{
	bool news;

	poll->call.now_ms = now_ms;
	poll_begin(poll, 200);
	news = bare_row(poll, id, stamp_ms);
	sdk_cursor_page(&poll->cursor, false, ENT_ABSENT);
	assert_int_equal(poll_end(poll, ENT_OK), ENT_OK);
	return news;
}

static void test_a_stamp_of_just_now_is_told_again_after_pauses_that_double(void **state)
{
	/* seconds after it was first seen; the tool tells no time, so the last look is at 41 s */
	static const struct {
		int64_t at_ms;
		bool told;
	} walks[] = {{0, true},      {300, true},   {600, true},    {1100, true},  {1400, false},  {1900, false},
		     {2000, true},   {3000, false}, {4100, true},   {5000, false}, {8200, true},   {16300, true},
		     {31000, false}, {32500, true}, {40000, false}, {41000, true}, {41300, false}, {90000, false}};
	int64_t now_ms = START_MS + 200;
	struct poll poll;

	(void)state;
	poll_open(&poll, (struct sdk_cursor_rule){0});
	for (size_t i = 0; i < sizeof walks / sizeof *walks; i++)
		if (walk_tells(&poll, now_ms + walks[i].at_ms, "7", START_MS) != walks[i].told)
			fail_msg("after %lld ms", (long long)walks[i].at_ms);
	sdk_arena_release(&poll.arena);
}

static void test_a_clock_that_is_set_back_delays_no_second_look(void **state)
{
	struct poll poll;

	(void)state;
	poll_open(&poll, (struct sdk_cursor_rule){0});
	assert_true(walk_tells(&poll, START_MS + 3600000, "7", START_MS + 3600000));
	assert_true(walk_tells(&poll, START_MS + 200, "7", START_MS + 3600000));
	sdk_arena_release(&poll.arena);
}

static void test_a_row_stamped_ahead_moves_no_walk_into_the_future(void **state)
{
	int64_t now_ms = START_MS + 3600000;
	struct poll poll;

	(void)state;
	poll_open(&poll, (struct sdk_cursor_rule){0});
	for (int i = 0; i < 3; i++) {
		(void)walk_tells(&poll, now_ms + i * 1000, "ahead", now_ms + 7200000);
		poll_begin(&poll, 200);
		if (poll.cursor.since_ms > now_ms)
			fail_msg("the next walk begins %lld ms ahead", (long long)(poll.cursor.since_ms - now_ms));
	}
	sdk_arena_release(&poll.arena);
}

static void test_a_crowd_that_is_remembered_is_not_asked_for_again(void **state)
{
	int64_t now_ms = START_MS + 200;
	struct poll poll;
	char id[12];

	(void)state;
	poll_open(&poll, (struct sdk_cursor_rule){0});
	for (int walk = 0; walk < 2; walk++) {
		int told = 0;

		poll.call.now_ms = now_ms + walk * 1500;
		poll_begin(&poll, 200);
		for (int i = 0; i < 2500; i++) {
			(void)snprintf(id, sizeof id, "%d", i);
			told += bare_row(&poll, id, START_MS);
		}
		sdk_cursor_page(&poll.cursor, false, ENT_ABSENT);
		assert_int_equal(poll_end(&poll, ENT_OK), ENT_OK);
		assert_int_equal(told, 2500);
		assert_true(poll.result.memo.n < 40000);
	}
	poll.call.now_ms += 100;
	poll_begin(&poll, 200);
	for (int i = 0; i < 2500; i++) {
		(void)snprintf(id, sizeof id, "%d", i);
		assert_false(bare_row(&poll, id, START_MS));
	}
	sdk_arena_release(&poll.arena);
}

/* 900 rows of one page, in parts of what the memo holds; a row that was taken leaves, and the others move up. */
static void test_rows_that_move_up_in_a_page_of_parts_are_asked_for(void **state)
{
	bool asked[900] = {false};
	static char id[900][12];
	struct poll poll;

	(void)state;
	for (int i = 0; i < 900; i++)
		(void)snprintf(id[i], sizeof id[i], "%d", i);
	poll_open(&poll, (struct sdk_cursor_rule){0});
	for (int part = 0; part < 12; part++) {
		poll_begin(&poll, 200);
		while (poll.cursor.ask) {
			long i = strtol(poll.cursor.ask->ticket.p, NULL, 10);

			asked[i] = true;
			tell(&poll, "1");
			(void)poll_end(&poll, ENT_OK);
			poll_begin(&poll, 200);
		}
		for (int i = part; i < 900; i++) { /* those before it were changed again, and are later ones now */
			(void)row(&poll, id[i], START_MS);
		}
		sdk_cursor_page(&poll.cursor, false, ENT_ABSENT);
		(void)poll_end(&poll, ENT_OK);
	}
	for (int i = 0; i < 900; i++)
		if (!asked[i])
			fail_msg("row %d is never asked for", i);
	sdk_arena_release(&poll.arena);
}

static void test_a_crowd_is_asked_for_in_parts_each_once(void **state)
{
	static const int64_t steps_ms[] = {1000, 1, 0};

	(void)state;
	for (size_t i = 0; i < sizeof steps_ms / sizeof *steps_ms; i++) {
		unsigned char asked[CROWD] = {0};
		enum ent_rc rc = ENT_MORE;
		struct poll poll;
		int requests = 0;

		poll_open(&poll, (struct sdk_cursor_rule){0});
		poll.call.now_ms = START_MS + CROWD * 1000LL + 3600000;
		while (rc == ENT_MORE && ++requests < 3 * CROWD) {
			poll_begin(&poll, 200);
			if (poll.cursor.ask) {
				int64_t n = 0;

				assert_true(sdk_to_int(poll.cursor.ask->ticket, &n));
				asked[n]++;
			}
			for (int k = 0; k < CROWD && !poll.cursor.ask; k++) {
				char id[20];

				(void)snprintf(id, sizeof id, "%d", k);
				if (START_MS + steps_ms[i] * k >= poll.cursor.since_ms)
					(void)row(&poll, sdk_z(&poll.arena.abi, sdk_str(id)),
						  START_MS + steps_ms[i] * k);
			}
			if (!poll.cursor.ask)
				sdk_cursor_page(&poll.cursor, false, ENT_ABSENT);
			rc = poll_end(&poll, ENT_OK);
			assert_true(poll.result.memo.n <= ENT_MEMO_MAX);
		}
		assert_int_equal(rc, ENT_OK);
		for (int k = 0; k < CROWD; k++)
			assert_int_equal(asked[k], 1);
		sdk_arena_release(&poll.arena);
	}
}

static void two_are_listed(struct poll *poll)
{
	poll_open(poll, (struct sdk_cursor_rule){0});
	poll_begin(poll, 200);
	(void)row(poll, "bad", START_MS + 1);
	(void)row(poll, "good", START_MS + 2);
	sdk_cursor_page(&poll->cursor, false, ENT_ABSENT);
	assert_int_equal(poll_end(poll, ENT_OK), ENT_MORE);
	asks_for(poll, "bad");
}

static void is_aside(const struct poll *poll, const char *why)
{
	assert_int_equal(poll->result.n_aside, 1);
	assert_true(sdk_eqz(poll->result.aside[0].ticket, "bad"));
	assert_true(sdk_eqz(poll->result.aside[0].reason, why));
}

static void test_a_bad_ticket_is_put_aside_once_the_list_answers(void **state)
{
	static const struct {
		int status;
		enum ent_rc rc;
		bool at_once; /* the tool itself answered */
	} rows[] = {{403, ENT_EAUTH, false},
		    {404, ENT_EGONE, false},
		    {0, ENT_ERETRY, false},
		    {500, ENT_ERETRY, false},
		    {200, ENT_EINVAL, true}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char why[20];
		struct poll poll;

		two_are_listed(&poll);
		(void)snprintf(why, sizeof why, "HTTP %d", rows[i].status);
		for (; rows[i].rc == ENT_ERETRY && poll.call.attempt < SDK_CURSOR_TRIES; poll.call.attempt++) {
			poll_begin(&poll, rows[i].status);
			assert_int_equal(poll_end(&poll, rows[i].rc), ENT_ERETRY);
		}
		poll_begin(&poll, rows[i].status);
		assert_int_equal(poll_end(&poll, rows[i].rc), ENT_MORE);
		poll.call.attempt = 1;
		if (!rows[i].at_once) {
			assert_int_equal(poll.result.n_aside, 0);
			poll_begin(&poll, 200); /* does the tool answer its list? */
			assert_null(poll.cursor.ask);
			assert_int_equal(poll_end(&poll, ENT_OK), ENT_MORE);
		}
		is_aside(&poll, why);
		asks_for(&poll, "good");
		tell(&poll, "good");
		assert_int_equal(poll_end(&poll, ENT_OK), ENT_OK);
		assert_int_equal(poll.result.changes.n, 1);
		is_aside(&poll, why);
		sdk_arena_release(&poll.arena);
	}
}

static void test_a_tool_that_is_down_puts_nothing_aside(void **state)
{
	struct poll poll;

	(void)state;
	two_are_listed(&poll);
	poll.call.attempt = SDK_CURSOR_TRIES;
	poll_begin(&poll, 503);
	assert_int_equal(poll_end(&poll, ENT_ERETRY), ENT_MORE);
	poll_begin(&poll, 503); /* its list neither */
	assert_int_equal(poll_end(&poll, ENT_ERETRY), ENT_ERETRY);
	poll_begin(&poll, 401);
	assert_int_equal(poll_end(&poll, ENT_EAUTH), ENT_EAUTH);
	assert_int_equal(poll.result.n_aside, 0);
	sdk_arena_release(&poll.arena);
}

static void test_what_is_put_aside_has_growing_pauses_and_comes_back(void **state)
{
	int64_t pause_ms = 0;
	struct poll poll;

	(void)state;
	two_are_listed(&poll);
	assert_int_equal(poll_end(&poll, ENT_EINVAL), ENT_MORE);
	asks_for(&poll, "good");
	assert_int_equal(poll_end(&poll, ENT_OK), ENT_OK);
	for (unsigned tries = 1; tries <= 6; tries++) {
		int64_t next_ms = poll.result.aside[0].next_ms;

		assert_int_equal(poll.result.aside[0].tries, tries);
		assert_true(next_ms - poll.call.now_ms > pause_ms);
		pause_ms = next_ms - poll.call.now_ms;
		poll.call.now_ms = next_ms - 1;
		poll_begin(&poll, 200);
		sdk_cursor_page(&poll.cursor, false, ENT_ABSENT);
		assert_int_equal(poll_end(&poll, ENT_OK), ENT_OK); /* not yet */
		poll.call.now_ms = next_ms;
		poll_begin(&poll, 200);
		assert_null(poll.cursor.ask); /* behind the list */
		sdk_cursor_page(&poll.cursor, false, ENT_ABSENT);
		assert_int_equal(poll_end(&poll, ENT_OK), ENT_MORE);
		asks_for(&poll, "bad");
		if (tries == 6)
			tell(&poll, "bad");
		assert_int_equal(poll_end(&poll, tries == 6 ? ENT_OK : ENT_EINVAL), ENT_OK);
	}
	assert_int_equal(poll.result.n_aside, 0);
	assert_int_equal(poll.result.changes.n, 1);
	sdk_arena_release(&poll.arena);
}

static void test_a_long_ticket_is_told_in_parts_in_order(void **state)
{
	int64_t told = 0;
	struct poll poll;

	(void)state;
	two_are_listed(&poll);
	for (int part = 0; told < 2500; part++) {
		assert_true(part < 3);
		asks_for(&poll, "bad");
		for (int i = 0; i < 2500; i++)
			sdk_changes_add(&poll.cursor.list, ENT_TICKET_CHANGED)->ticket =
			    (struct ent_ticket){.id = ENT_STR("bad"), .key = sdk_int(&poll.arena.abi, i)};
		assert_int_equal(poll_end(&poll, ENT_OK), ENT_MORE);
		assert_true(poll.result.changes.n <= ENT_CHANGES_MAX);
		for (size_t i = 0; i < poll.result.changes.n; i++, told++)
			assert_true(sdk_eq(poll.result.changes.at[i].ticket.key, sdk_int(&poll.arena.abi, told)));
	}
	asks_for(&poll, "good");
	sdk_arena_release(&poll.arena);
}

static void test_the_list_inside_a_ticket_goes_on_at_its_place(void **state)
{
	struct poll poll;

	(void)state;
	two_are_listed(&poll);
	assert_null(poll.cursor.ask->place.p);
	tell(&poll, "bad");
	sdk_cursor_part(&poll.cursor, ENT_STR("page 2"));
	assert_int_equal(poll_end(&poll, ENT_OK), ENT_MORE);
	asks_for(&poll, "bad");
	assert_true(sdk_eqz(poll.cursor.ask->place, "page 2"));
	sdk_cursor_part(&poll.cursor, ENT_STR("page 2")); /* it does not end */
	assert_int_equal(poll_end(&poll, ENT_OK), ENT_MORE);
	is_aside(&poll, "the list inside it does not end");
	sdk_arena_release(&poll.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pages_of_one_time_go_by_number_then_down_again),
	    cmocka_unit_test(test_the_next_page_is_asked_from_the_last_rows_time),
	    cmocka_unit_test(test_the_next_walk_begins_the_overlap_earlier),
	    cmocka_unit_test(test_a_list_that_failed_moves_no_cursor),
	    cmocka_unit_test(test_a_refused_token_is_dropped_once_and_told),
	    cmocka_unit_test(test_rights_and_limits_drop_no_token),
	    cmocka_unit_test(test_a_memo_of_another_shape_begins_anew_and_says_so),
	    cmocka_unit_test(test_behind_a_young_row_the_next_walk_reads_again),
	    cmocka_unit_test(test_a_stamp_of_just_now_is_told_again_after_pauses_that_double),
	    cmocka_unit_test(test_a_clock_that_is_set_back_delays_no_second_look),
	    cmocka_unit_test(test_a_row_stamped_ahead_moves_no_walk_into_the_future),
	    cmocka_unit_test(test_a_crowd_that_is_remembered_is_not_asked_for_again),
	    cmocka_unit_test(test_rows_that_move_up_in_a_page_of_parts_are_asked_for),
	    cmocka_unit_test(test_a_crowd_is_asked_for_in_parts_each_once),
	    cmocka_unit_test(test_a_bad_ticket_is_put_aside_once_the_list_answers),
	    cmocka_unit_test(test_a_tool_that_is_down_puts_nothing_aside),
	    cmocka_unit_test(test_what_is_put_aside_has_growing_pauses_and_comes_back),
	    cmocka_unit_test(test_a_long_ticket_is_told_in_parts_in_order),
	    cmocka_unit_test(test_the_list_inside_a_ticket_goes_on_at_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
