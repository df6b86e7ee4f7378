/* SPDX-License-Identifier: Apache-2.0 */
/* The cursor of polls: against a tool that changes between pages, stores late and stamps coarsely. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "sdk/poll.h"
#include "sdk/time.h"

#define TICKETS  60
#define PAGE     7
#define START_MS 1795320000000LL /* 2026-11-22T04:00:00Z */
#define LATE_MS  5000            /* how much later than its stamp a change may appear */
#define STEPS    500
#define QUIET    12 /* walks after the last change */

struct tool {
	uint64_t random;
	int64_t now_ms, grain_ms;
	bool tells_date, tells_content;
	struct {
		int64_t stamp_ms, visible_ms; /* of the newest version */
		unsigned version, shown;      /* shown: what lists show now */
		int64_t shown_stamp_ms;
		unsigned told; /* newest version that a poll told */
	} ticket[TICKETS];
};

static uint64_t draw(struct tool *tool, uint64_t n)
{
	tool->random = tool->random * 6364136223846793005u + 1442695040888963407u;
	return (tool->random >> 33) % n;
}

static void tool_change(struct tool *tool)
{
	size_t i = draw(tool, TICKETS);

	if (tool->ticket[i].visible_ms > tool->now_ms)
		return; /* one transaction at a time */
	tool->ticket[i].version++;
	tool->ticket[i].stamp_ms = tool->now_ms - tool->now_ms % tool->grain_ms;
	tool->ticket[i].visible_ms = tool->now_ms + (draw(tool, 2) ? (int64_t)draw(tool, LATE_MS) : 0);
}

static void tool_time(struct tool *tool, int64_t ms)
{
	tool->now_ms += ms;
	for (size_t i = 0; i < TICKETS; i++)
		if (tool->ticket[i].visible_ms <= tool->now_ms) {
			tool->ticket[i].shown = tool->ticket[i].version;
			tool->ticket[i].shown_stamp_ms = tool->ticket[i].stamp_ms;
		}
}

struct item {
	int64_t stamp_ms;
	size_t ticket;
};

static int by_stamp(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return x->stamp_ms != y->stamp_ms ? (x->stamp_ms > y->stamp_ms) - (x->stamp_ms < y->stamp_ms)
					  : (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

static size_t tool_list(const struct tool *tool, int64_t since_ms, struct item ret[TICKETS])
{
	size_t n = 0;

	for (size_t i = 0; i < TICKETS; i++)
		if (tool->ticket[i].shown > 0 && tool->ticket[i].shown_stamp_ms >= since_ms)
			ret[n++] = (struct item){tool->ticket[i].shown_stamp_ms, i};
	qsort(ret, n, sizeof *ret, by_stamp);
	return n;
}

static struct ent_str http_date(struct ent_arena *arena, int64_t ms)
{
	char text[SDK_TIME_SIZE];

	(void)sdk_time_format(ms, text);
	return sdk_format(arena, "Sun, %.2s Nov %.4s %.8s GMT", text + 8, text, text + 11);
}

/* One round trip. Returns what the cursor said; *ret_news: items told. */
static enum ent_rc poll_once(struct tool *tool, char *memo, size_t size, size_t *ret_news)
{
	struct sdk_poll_rule rule = {.grain_ms = tool->grain_ms, .stamp_ms = tool->grain_ms, .overlap_ms = 10000};
	struct ent_call call = {.op = {.kind = ENT_POLL, .since_ms = START_MS}, .memo = sdk_str(memo[0] ? memo : NULL)};
	struct ent_header date;
	struct ent_response response = {200, &date, tool->tells_date, ENT_ABSENT};
	struct item item[TICKETS];
	struct ent_str next = ENT_ABSENT;
	struct sdk_arena arena;
	struct sdk_poll poll;
	struct ent_err err = {""};
	enum ent_rc rc;
	size_t n, begin, end;

	sdk_arena_init(&arena);
	call.now_ms = tool->now_ms - 7000; /* our clock is not theirs */
	date = (struct ent_header){ENT_STR("Date"), http_date(&arena.abi, tool->now_ms)};
	assert_int_equal(sdk_poll_begin(&poll, &rule, &call, &response, &arena.abi, &err), ENT_OK);
	assert_int_equal(poll.since_ms % tool->grain_ms, 0);
	if (poll.todo.p) { /* its own request shows the ticket as it is now */
		int64_t i;

		assert_true(sdk_to_int(poll.todo, &i));
		tool->ticket[i].told = tool->ticket[i].shown;
		rc = sdk_poll_done(&poll, &next);
		++*ret_news;
	} else {
		n = tool_list(tool, poll.since_ms, item);
		begin = (size_t)poll.page * PAGE < n ? (size_t)poll.page * PAGE : n;
		end = begin + PAGE < n ? begin + PAGE : n;
		for (size_t i = begin; i < end; i++) {
			struct ent_str id = sdk_int(&arena.abi, (int64_t)item[i].ticket);
			unsigned version = tool->ticket[item[i].ticket].shown;
			struct ent_str content = tool->tells_content ? sdk_int(&arena.abi, version) : ENT_ABSENT;

			if (!sdk_poll_news(&poll, id, item[i].stamp_ms, content))
				continue;
			if (tool->tells_content) {
				tool->ticket[item[i].ticket].told = version;
				++*ret_news;
			} else {
				sdk_poll_later(&poll, id);
			}
		}
		rc = sdk_poll_page(&poll, end - begin == PAGE, ENT_ABSENT, &next);
	}
	assert_true(rc == ENT_OK || rc == ENT_MORE);
	assert_true(next.n > 0 && next.n < size);
	memcpy(memo, next.p, next.n);
	memo[next.n] = '\0';
	sdk_arena_release(&arena);
	return rc;
}

static void walk_quiet(struct tool *tool, char *memo, size_t size, size_t *ret_news)
{
	size_t trips = 0;

	*ret_news = 0;
	do
		assert_true(++trips < 1000);
	while (poll_once(tool, memo, size, ret_news) == ENT_MORE);
}

static void tool_try(uint64_t seed)
{
	struct tool tool = {.random = seed, .now_ms = START_MS};
	static const int64_t grain[] = {1, 1000, 60000};
	static char memo[64 * 1024], before[64 * 1024]; /* of this test, in one thread */
	size_t news = 0;

	memo[0] = '\0';
	tool.grain_ms = grain[seed % 3];
	tool.tells_date = seed / 3 % 2;
	tool.tells_content = seed / 6 % 2;
	for (size_t i = 0; i < STEPS; i++) {
		for (size_t k = draw(&tool, 4); k > 0; k--)
			tool_change(&tool);
		tool_time(&tool, (int64_t)draw(&tool, 3) * (int64_t)draw(&tool, 900));
		if (draw(&tool, 3) && poll_once(&tool, memo, sizeof memo, &news) == ENT_OK)
			tool_time(&tool,
				  4000); /* the interval of polls, more than the tool's grain when it is coarse */
	}
	for (size_t i = 0; i < QUIET; i++) {
		memcpy(before, memo, sizeof memo);
		tool_time(&tool, 60000);
		walk_quiet(&tool, memo, sizeof memo, &news);
	}
	if (news != 0 || strcmp(before, memo) != 0)
		fail_msg("seed %u: it does not stop: %zu, %s", (unsigned)seed, news, memo);
	for (size_t i = 0; i < TICKETS; i++)
		if (tool.ticket[i].told != tool.ticket[i].version)
			fail_msg("seed %u: ticket %zu was told at version %u of %u", (unsigned)seed, i,
				 tool.ticket[i].told, tool.ticket[i].version);
}

static void nothing_is_missed(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 36; seed++)
		tool_try(seed);
}

/* A thousand tickets of one time: pages by number, then on. */
static void one_time(void **state)
{
	struct sdk_poll_rule rule = {.grain_ms = 1000};
	struct ent_call call = {.op = {.kind = ENT_POLL, .since_ms = START_MS + 999}};
	struct ent_str memo = ENT_ABSENT;
	struct sdk_arena arena;
	struct sdk_poll poll;
	struct ent_err err;

	(void)state;
	sdk_arena_init(&arena);
	for (int page = 0; page < 10; page++) {
		call.memo = memo;
		call.now_ms = START_MS;
		assert_int_equal(sdk_poll_begin(&poll, &rule, &call, NULL, &arena.abi, &err), ENT_OK);
		assert_true(poll.since_ms == START_MS);
		assert_true(poll.page == page);
		for (int i = 0; i < 100; i++)
			assert_true(sdk_poll_news(&poll, sdk_int(&arena.abi, page * 100 + i), START_MS, ENT_STR("")));
		assert_int_equal(sdk_poll_page(&poll, true, ENT_ABSENT, &memo), ENT_MORE);
	}
	call.memo = memo;
	assert_int_equal(sdk_poll_begin(&poll, &rule, &call, NULL, &arena.abi, &err), ENT_OK);
	assert_true(sdk_poll_news(&poll, ENT_STR("x"), START_MS + 5000, ENT_STR("")));
	assert_int_equal(sdk_poll_page(&poll, true, ENT_ABSENT, &memo), ENT_MORE);
	call.memo = memo;
	assert_int_equal(sdk_poll_begin(&poll, &rule, &call, NULL, &arena.abi, &err), ENT_OK);
	assert_true(poll.since_ms == START_MS + 5000);
	assert_true(poll.page == 0);
	sdk_arena_release(&arena);
}

static void tokens_and_limits(void **state)
{
	struct sdk_poll_rule rule = {0};
	struct ent_call call = {.op = {.kind = ENT_POLL, .since_ms = START_MS}, .now_ms = START_MS};
	static const char *const bad[] = {"",
					  "{",
					  "[]",
					  "{}",
					  "{\"since\":-1,\"page\":0,\"high\":0}",
					  "{\"since\":1,\"page\":0,\"high\":0,\"seen\":[[1,\"+12\"]]}",
					  "{\"since\":1,\"page\":0,\"high\":0,\"seen\":[],\"todo\":[\"\"]}"};
	struct ent_str memo;
	struct sdk_arena arena;
	struct sdk_poll poll;
	struct ent_err err;

	(void)state;
	sdk_arena_init(&arena);
	assert_int_equal(sdk_poll_begin(&poll, &rule, &call, NULL, &arena.abi, &err), ENT_OK);
	assert_true(sdk_poll_news(&poll, ENT_STR("1"), START_MS + 1, ENT_STR("")));
	assert_false(sdk_poll_news(&poll, ENT_STR("1"), START_MS + 1, ENT_STR("")));
	assert_true(sdk_poll_news(&poll, ENT_STR("1"), START_MS + 1, ENT_STR("other")));
	/* a clock that is a year ahead moves nothing */
	assert_true(sdk_poll_news(&poll, ENT_STR("2"), START_MS + 365LL * 86400000, ENT_STR("")));
	assert_int_equal(sdk_poll_page(&poll, true, ENT_STR("abc"), &memo), ENT_MORE);
	call.memo = memo;
	assert_int_equal(sdk_poll_begin(&poll, &rule, &call, NULL, &arena.abi, &err), ENT_OK);
	assert_true(sdk_eqz(poll.token, "abc"));
	assert_true(poll.since_ms == START_MS);
	assert_int_equal(sdk_poll_page(&poll, false, ENT_ABSENT, &memo), ENT_OK);
	call.memo = memo;
	assert_int_equal(sdk_poll_begin(&poll, &rule, &call, NULL, &arena.abi, &err), ENT_OK);
	assert_null(poll.token.p);
	assert_true(poll.since_ms == START_MS - 321000);
	call.memo = ENT_STR("{\"since\":1,\"page\":10000,\"high\":0,\"seen\":[]}");
	assert_int_equal(sdk_poll_begin(&poll, &rule, &call, NULL, &arena.abi, &err), ENT_OK);
	assert_int_equal(sdk_poll_page(&poll, true, ENT_ABSENT, &memo), ENT_EINVAL);
	for (size_t i = 1; i < sizeof bad / sizeof *bad; i++) {
		call.memo = sdk_str(bad[i]);
		assert_int_equal(sdk_poll_begin(&poll, &rule, &call, NULL, &arena.abi, &err), ENT_EINVAL);
	}
	sdk_arena_release(&arena);
}

#define CROWD 1300 /* more than SDK_POLL_TODO_MAX twice */

/* An answer names more tickets than one memo holds: each of them is asked for, once, whatever their times are. */
static void a_crowd_is_asked_for_in_parts(void **state)
{
	static const struct {
		int64_t step_ms;
		int n;
	} rows[] = {{1000, CROWD}, {1, CROWD}, {0, SDK_POLL_TODO_MAX + 1}};
	static unsigned char asked[CROWD];

	(void)state;
	for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
		struct sdk_poll_rule rule = {0};
		struct ent_call call = {.op = {.kind = ENT_POLL, .since_ms = START_MS},
					.now_ms = START_MS + CROWD * 1000LL + 600000};
		struct sdk_arena arena;
		enum ent_rc rc = ENT_MORE;
		int requests = 0;

		sdk_arena_init(&arena);
		memset(asked, 0, sizeof asked);
		while (rc == ENT_MORE && ++requests < 3 * CROWD) {
			struct sdk_poll poll;
			struct ent_str memo;
			struct ent_err err;

			assert_int_equal(sdk_poll_begin(&poll, &rule, &call, NULL, &arena.abi, &err), ENT_OK);
			if (poll.todo.p) {
				int64_t i;

				assert_true(sdk_to_int(poll.todo, &i));
				assert_int_equal(asked[i]++, 0);
				rc = sdk_poll_done(&poll, &memo);
			} else {
				for (int i = 0; i < rows[row].n; i++) {
					int64_t at_ms = START_MS + 5000 + rows[row].step_ms * i;
					struct ent_str id = sdk_int(&arena.abi, i);

					if (at_ms >= poll.since_ms && sdk_poll_news(&poll, id, at_ms, ENT_STR("1")))
						sdk_poll_later(&poll, id);
				}
				rc = sdk_poll_page(&poll, false, ENT_ABSENT, &memo);
			}
			call.memo = memo;
		}
		assert_int_equal(rc, ENT_OK);
		for (int i = 0; i < rows[row].n; i++)
			assert_int_equal(asked[i], 1);
		sdk_arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_missed),
	    cmocka_unit_test(one_time),
	    cmocka_unit_test(tokens_and_limits),
	    cmocka_unit_test(a_crowd_is_asked_for_in_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
