/* SPDX-License-Identifier: Apache-2.0 */
/* The plain rules of the one cursor, a row each; tests/cursor tries them all together against random tools. */
#include "cursor_poll.h"

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
		assert_non_null(strstr(sdk_z(&poll.arena.abi, poll.result.note.text), "began anew"));
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
		assert_true(poll.result.note.code.n > 0);
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
	assert_true(sdk_eqz(poll->result.aside[0].reason.text, why));
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
	    cmocka_unit_test(test_a_bad_ticket_is_put_aside_once_the_list_answers),
	    cmocka_unit_test(test_a_tool_that_is_down_puts_nothing_aside),
	    cmocka_unit_test(test_what_is_put_aside_has_growing_pauses_and_comes_back),
	    cmocka_unit_test(test_a_long_ticket_is_told_in_parts_in_order),
	    cmocka_unit_test(test_the_list_inside_a_ticket_goes_on_at_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
