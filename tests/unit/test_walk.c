/* SPDX-License-Identifier: Apache-2.0 */
/* Where a poll stands, and our number in a title: what RT and Redmine keep between two requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sdk/title.h"
#include "sdk/walk.h"

#define MEMO_MAX ENT_MEMO_MAX

static struct sdk_walk *walk_read(struct sdk_arena *arena, struct ent_str memo)
{
	struct ent_call call = {.op = {.kind = ENT_POLL, .since_ms = 1000}, .memo = memo};
	struct sdk_walk *walk;
	struct ent_err err;

	assert_int_equal(sdk_walk_read(&call, &arena->abi, &walk, &err), ENT_OK);
	return walk;
}

static void test_begins_and_goes_on(void **state)
{
	struct ent_result result = {0};
	struct sdk_arena arena;
	struct sdk_walk *walk;

	(void)state;
	sdk_arena_init(&arena);
	walk = walk_read(&arena, ENT_ABSENT);
	assert_int_equal(walk->since_ms, 1000);
	assert_null(walk->from.p);
	assert_null(sdk_walk_first(walk).p);
	assert_int_equal(sdk_walk_end(walk, &result), ENT_OK);
	assert_int_equal(result.phase, 0);

	walk->from = ENT_STR("35");
	walk->since_ms = 2000;
	walk->skip = 50;
	assert_true(sdk_walk_see(walk, ENT_STR("36")));
	assert_true(sdk_walk_see(walk, ENT_STR("37")));
	assert_true(sdk_walk_add(walk, ENT_STR("t 7 \"Mo\" Keller")));
	assert_true(sdk_walk_add(walk, ENT_STR("c 37 7")));
	assert_int_equal(sdk_walk_end(walk, &result), ENT_MORE);
	assert_int_equal(result.phase, 1);

	walk = walk_read(&arena, result.memo); /* after a crash: nothing but the memo */
	assert_int_equal(walk->since_ms, 2000);
	assert_int_equal(walk->skip, 50);
	assert_true(sdk_eqz(walk->from, "35"));
	assert_true(sdk_walk_has_seen(walk, ENT_STR("37")));
	assert_false(sdk_walk_has_seen(walk, ENT_STR("38")));
	assert_true(sdk_eqz(sdk_walk_first(walk), "t 7 \"Mo\" Keller"));
	sdk_walk_drop(walk);
	sdk_walk_put(walk, ENT_STR("C 42 37 7"));
	assert_true(sdk_eqz(sdk_walk_first(walk), "C 42 37 7"));
	sdk_walk_forget(walk, 1);
	assert_false(sdk_walk_has_seen(walk, ENT_STR("36")));
	sdk_walk_drop_at(walk, 0);
	assert_int_equal(sdk_walk_end(walk, &result), ENT_OK);
	walk->more = true;
	assert_int_equal(sdk_walk_end(walk, &result), ENT_MORE);
	sdk_arena_release(&arena);
}

/* One bad ticket holds nobody up for long, and is not forgotten at once. */
static void test_aside(void **state)
{
	static const struct ent_response broken = {.status = 500}, busy = {.status = 503};
	struct ent_call call = {.phase = 1, .attempt = SDK_WALK_TRIES - 1};
	struct ent_result result = {0};
	struct sdk_arena arena;
	struct sdk_walk *walk;

	(void)state;
	sdk_arena_init(&arena);
	walk = walk_read(&arena, ENT_ABSENT);
	assert_false(sdk_walk_aside(walk, &call, &broken, ENT_EINVAL)); /* it was the list */
	assert_true(sdk_walk_add(walk, ENT_STR("bad")));
	assert_true(sdk_walk_add(walk, ENT_STR("good")));
	assert_false(sdk_walk_aside(walk, &call, &broken, ENT_ERETRY)); /* not often enough */
	call.attempt = SDK_WALK_TRIES;
	assert_false(sdk_walk_aside(walk, &call, &busy, ENT_ERETRY)); /* the tool is away, not the ticket bad */
	assert_false(sdk_walk_aside(walk, &call, &broken, ENT_EAUTH));
	assert_true(sdk_walk_aside(walk, &call, &broken, ENT_ERETRY));
	assert_true(sdk_eqz(sdk_walk_first(walk), "good"));
	sdk_walk_drop(walk);
	assert_int_equal(sdk_walk_end(walk, &result), ENT_OK); /* its chance is the next poll's */
	for (int i = 1; i <= SDK_WALK_CHANCES; i++) {
		walk = walk_read(&arena, result.memo);
		assert_null(sdk_walk_first(walk).p); /* behind the list */
		assert_int_equal(sdk_walk_end(walk, &result), ENT_MORE);
		call = (struct ent_call){.phase = 1, .attempt = 1, .memo = result.memo};
		assert_int_equal(sdk_walk_read(&call, &arena.abi, &walk, NULL), ENT_OK);
		assert_true(sdk_eqz(sdk_walk_first(walk), "bad"));
		assert_true(sdk_walk_aside(walk, &call, &broken, ENT_EINVAL));
		assert_int_equal(sdk_walk_end(walk, &result), ENT_OK);
	}
	walk = walk_read(&arena, result.memo);
	assert_int_equal(sdk_walk_end(walk, &result), ENT_OK); /* given up */
	assert_int_equal(walk->aside.n, 0);
	sdk_arena_release(&arena);
}

/* However long the words are, the memo fits, and what did not fit is told. */
static void test_bounded(void **state)
{
	static const size_t size[] = {1, 60, 200, 5000};

	(void)state;
	for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
		struct ent_result result = {0};
		struct sdk_arena arena;
		struct sdk_walk *walk;
		struct ent_str word;
		size_t n = 0, seen, todo;

		sdk_arena_init(&arena);
		word = (struct ent_str){sdk_alloc(&arena.abi, size[i]), size[i]};
		memset((char *)word.p, 'x', size[i]);
		walk = walk_read(&arena, ENT_ABSENT);
		while (n < 1000 && sdk_walk_see(walk, word) && sdk_walk_add(walk, word))
			n++;
		assert_true(n >= 1 && n <= SDK_WALK_WORDS_MAX);
		assert_int_equal(sdk_walk_end(walk, &result), ENT_MORE);
		assert_true(result.memo.n <= MEMO_MAX);
		seen = walk->seen.n;
		todo = walk->todo.n;
		walk = walk_read(&arena, result.memo);
		assert_int_equal(walk->seen.n, seen);
		assert_int_equal(walk->todo.n, todo);
		sdk_walk_forget(walk, 1000); /* more than there are: all */
		while (sdk_walk_first(walk).p)
			sdk_walk_drop(walk);
		assert_int_equal(walk->size, 0);
		sdk_arena_release(&arena);
	}
}

static void test_strange_memo(void **state)
{
	static const char *const memo[] = {
	    "page=3",
	    "[]",
	    "{}",
	    "{\"since\":\"x\",\"skip\":0}",
	    "{\"since\":1,\"skip\":0,\"seen\":[1],\"todo\":[]}",
	    "{\"since\":1,\"skip\":0,\"seen\":[],\"todo\":[null]}",
	};
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof memo / sizeof *memo; i++) {
		struct ent_call call = {.memo = sdk_str(memo[i])};
		struct ent_err err = {""};
		struct sdk_walk *walk;

		assert_int_equal(sdk_walk_read(&call, &arena.abi, &walk, &err), ENT_EINVAL);
		assert_true(err.msg[0]);
	}
	sdk_arena_release(&arena);
}

static void test_title_split(void **state)
{
	static const struct {
		const char *title, *rest, *number; /* number NULL: none */
	} row[] = {
	    {"Lift 3 stuck [ENT-000042]", "Lift 3 stuck", "ENT-000042"},
	    {"Lift 3 stuck [ENT-000042]  ", "Lift 3 stuck", "ENT-000042"},
	    {"[ENT-000042]", "", "ENT-000042"},
	    {"[ENT-000042] Lift", "[ENT-000042] Lift", NULL}, /* at its end alone */
	    {"Lift [ENT-]", "Lift [ENT-]", NULL},
	    {"Lift [ENT-42x]", "Lift [ENT-42x]", NULL},
	    {"Lift [CHG-42]", "Lift [CHG-42]", NULL},
	    {"Lift [ENT-1234567890123456789]", "Lift [ENT-1234567890123456789]", NULL},
	    {"]", "]", NULL},
	    {"", "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ent_str number, rest = sdk_title_split(sdk_str(row[i].title), &number);

		assert_true(sdk_eqz(rest, row[i].rest));
		assert_true(sdk_eq(number, sdk_str(row[i].number)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_begins_and_goes_on),
	    cmocka_unit_test(test_aside),
	    cmocka_unit_test(test_bounded),
	    cmocka_unit_test(test_strange_memo),
	    cmocka_unit_test(test_title_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
