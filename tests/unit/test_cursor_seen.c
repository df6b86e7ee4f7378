/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows were told: what is remembered of them, and what is asked for or told a second time. */
#include "cursor_poll.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_stamp_of_just_now_is_told_again_after_pauses_that_double),
	    cmocka_unit_test(test_a_clock_that_is_set_back_delays_no_second_look),
	    cmocka_unit_test(test_a_row_stamped_ahead_moves_no_walk_into_the_future),
	    cmocka_unit_test(test_a_crowd_that_is_remembered_is_not_asked_for_again),
	    cmocka_unit_test(test_rows_that_move_up_in_a_page_of_parts_are_asked_for),
	    cmocka_unit_test(test_a_crowd_is_asked_for_in_parts_each_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
