/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sdk/str.h"
#include "sdk/uuid.h"

#define N(array) (sizeof(array) / sizeof *(array))

static void assert_str(struct ent_str got, const char *want)
{
	if (!want) {
		assert_null(got.p);
		return;
	}
	assert_non_null(got.p);
	assert_int_equal(got.n, strlen(want));
	assert_memory_equal(got.p, want, got.n);
}

/* ---- arena ---------------------------------------------------------------- */

static void test_arena_zeroes_and_aligns(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (int round = 0; round < 3; round++) { /* release leaves it ready for use, with memory that was written to */
		unsigned char *last = NULL;
		for (size_t size = 1; size < 300000; size = size * 3 / 2 + 1) {
			unsigned char *p = sdk_alloc(&arena.abi, size);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xA5, size);
			if (last) /* the one before was not overlapped */
				assert_int_equal(last[0], 0xA5);
			last = p;
		}
		sdk_arena_release(&arena);
	}
	sdk_arena_release(&arena); /* nothing left: allowed */
}

struct trace {
	char text[16];
	size_t n;
};
/* The memory of the work before, zeroed again, as often as one likes; a chunk that is too large is not kept. */
static void test_arenas_share_spare_chunks(void **state)
{
	struct sdk_spare spare = {0};
	struct sdk_arena first, second;
	const void *at = NULL;

	(void)state;
	sdk_arena_init_spare(&first, &spare);
	sdk_arena_init_spare(&second, &spare);
	for (int round = 0; round < 20; round++) {
		struct sdk_arena *arena = round % 2 == 0 ? &first : &second;
		unsigned char *p = sdk_alloc(&arena->abi, 100);
		if (round > 0)
			assert_ptr_equal(p, at);
		at = p;
		for (size_t i = 0; i < 100; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xA5, 100);
		for (size_t size = 1; size < 300000; size = size * 3 / 2 + 1)
			memset(sdk_alloc(&arena->abi, size), 0xA5, size);
		sdk_arena_release(arena);
		assert_true(spare.n_chunk > 0 && spare.n_chunk <= 8);
		assert_null(arena->chunk);
	}
	sdk_spare_release(&spare);
	assert_null(spare.chunk);
	assert_int_equal(spare.n_chunk, 0);
}

struct step {
	struct trace *trace;
	struct ent_arena *arena;
	struct step *more; /* deferred from within */
	char name;
};

static void leave_mark(void *what)
{
	struct step *step = what;

	step->trace->text[step->trace->n++] = step->name;
	if (step->more)
		step->arena->defer(step->arena, leave_mark, step->more);
}

static void test_arena_defers_last_first(void **state)
{
	struct sdk_arena arena;
	struct trace trace = {0};

	(void)state;
	sdk_arena_init(&arena);
	struct step *late = SDK_NEW(&arena.abi, struct step);
	*late = (struct step){&trace, &arena.abi, NULL, 'x'};
	for (char c = 'a'; c <= 'd'; c++) {
		struct step *step = SDK_NEW(&arena.abi, struct step); /* still there when it runs */
		*step = (struct step){&trace, &arena.abi, c == 'b' ? late : NULL, c};
		arena.abi.defer(&arena.abi, leave_mark, step);
	}
	sdk_arena_release(&arena);
	assert_string_equal(trace.text, "dcbxa");
	sdk_arena_release(&arena);
	assert_int_equal(trace.n, 5);
}

/* ---- strings -------------------------------------------------------------- */

static void test_equal(void **state)
{
	(void)state;
	assert_true(sdk_eq(ENT_STR("ab"), sdk_str("ab")));
	assert_false(sdk_eq(ENT_STR("ab"), ENT_STR("ac")));
	assert_false(sdk_eq(ENT_STR("ab"), ENT_STR("abc")));
	assert_false(sdk_eq(ENT_ABSENT, ENT_STR(""))); /* absent is not empty */
	assert_true(sdk_eq(ENT_ABSENT, ENT_ABSENT));
	assert_true(sdk_eqz(ENT_STR(""), ""));
	assert_false(sdk_eqz(ENT_ABSENT, ""));
	assert_true(sdk_eqz(ENT_ABSENT, NULL));
	assert_true(sdk_ieqz(ENT_STR("X-Hub"), "x-hUB"));
	assert_false(sdk_ieqz(ENT_STR("X-Hub"), "x-hubs"));
	assert_false(sdk_ieqz(ENT_STR("X-Hubs"), "x-hub"));
	assert_false(sdk_ieqz(ENT_STR("a@"), "a`")); /* only letters fold */
	assert_false(sdk_ieqz(ENT_ABSENT, ""));
	assert_true(sdk_ieq(ENT_STR("Aé"), ENT_STR("aé")));
	assert_false(sdk_ieq(ENT_STR("a"), ENT_STR("ab")));
	assert_true(sdk_ieq(ENT_ABSENT, ENT_ABSENT));
	assert_true(sdk_starts(ENT_STR("sha256=ab"), "sha256="));
	assert_false(sdk_starts(ENT_STR("sha2"), "sha256="));
	assert_false(sdk_starts(ENT_ABSENT, ""));
}

static void test_trim_and_cut(void **state)
{
	struct ent_str rest;

	(void)state;
	assert_str(sdk_trim(ENT_STR(" \t\r\n a b \v\f")), "a b");
	assert_str(sdk_trim(ENT_STR("  ")), "");
	assert_str(sdk_trim(ENT_ABSENT), NULL);
	assert_str(sdk_cut(ENT_STR("k=v=w"), '=', &rest), "k");
	assert_str(rest, "v=w");
	assert_str(sdk_cut(ENT_STR("k="), '=', &rest), "k");
	assert_str(rest, "");
	assert_str(sdk_cut(ENT_STR("k"), '=', &rest), "k");
	assert_str(rest, NULL);
	assert_str(sdk_cut(ENT_ABSENT, '=', &rest), NULL);
	assert_str(rest, NULL);
}

static void test_format(void **state)
{
	struct sdk_arena arena;
	char *long_text = test_malloc(5001);

	(void)state;
	sdk_arena_init(&arena);
	memset(long_text, 'x', 5000);
	long_text[5000] = '\0';
	assert_str(sdk_format(&arena.abi, "%s-%d", "a", 7), "a-7");
	assert_str(sdk_format(&arena.abi, "%s", ""), "");
	assert_int_equal(sdk_format(&arena.abi, "%s!", long_text).n, 5001);
	for (size_t n = 254; n <= 257; n++) { /* around the size of the inner buffer */
		struct ent_str s = sdk_format(&arena.abi, "%.*s", (int)n, long_text);
		assert_int_equal(s.n, n);
		assert_int_equal(s.p[n - 1], 'x');
	}
	struct ent_str copy = sdk_dup(&arena.abi, ENT_STR("a\0b"));
	assert_int_equal(copy.n, 3);
	assert_memory_equal(copy.p, "a\0b", 4); /* and a NUL behind it */
	assert_str(sdk_dup(&arena.abi, ENT_ABSENT), NULL);
	assert_str(sdk_dup(&arena.abi, ENT_STR("")), "");
	assert_string_equal(sdk_z(&arena.abi, (struct ent_str){"abc", 2}), "ab");
	assert_string_equal(sdk_z(&arena.abi, ENT_ABSENT), "");
	test_free(long_text);
	sdk_arena_release(&arena);
}

static void test_join(void **state)
{
	struct ent_str list = ENT_ABSENT;
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	assert_str(sdk_join(&arena.abi, ENT_ABSENT, ",", ENT_ABSENT), "");
	list = sdk_join(&arena.abi, list, ", ", ENT_STR("ana"));
	assert_str(list, "ana");
	list = sdk_join(&arena.abi, list, ", ", ENT_STR("bo"));
	assert_str(list, "ana, bo");
	assert_str(sdk_join(&arena.abi, list, ",", ENT_ABSENT), "ana, bo,");
	assert_str(sdk_join(&arena.abi, ENT_STR(""), ",", ENT_STR("ana")), "ana");
	sdk_arena_release(&arena);
}

static void test_int(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t value;
	} row[] = {
	    {"0", true, 0},
	    {"-0", true, 0},
	    {"007", true, 7},
	    {"9007199254740993", true, 9007199254740993},
	    {"9223372036854775807", true, INT64_MAX},
	    {"-9223372036854775808", true, INT64_MIN},
	    {"9223372036854775808", false, 0},
	    {"-9223372036854775809", false, 0},
	    {"18446744073709551617", false, 0},
	    {"99999999999999999999999", false, 0},
	    {"", false, 0},
	    {"-", false, 0},
	    {"+1", false, 0},
	    {" 1", false, 0},
	    {"1 ", false, 0},
	    {"1.0", false, 0},
	    {"1e3", false, 0},
	    {"0x10", false, 0},
	    {"--1", false, 0},
	};
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < N(row); i++) {
		int64_t got = 42;
		assert_int_equal(sdk_to_int(sdk_str(row[i].text), &got), row[i].good);
		assert_int_equal(got, row[i].good ? row[i].value : 42);
	}
	assert_false(sdk_to_int(ENT_ABSENT, &(int64_t){0}));
	assert_str(sdk_int(&arena.abi, 0), "0");
	assert_str(sdk_int(&arena.abi, INT64_MAX), "9223372036854775807");
	assert_str(sdk_int(&arena.abi, INT64_MIN), "-9223372036854775808");
	sdk_arena_release(&arena);
}

static void test_utf8(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} row[] = {
	    {"", true},
	    {"plain text longer than a word", true},
	    {"caf\xC3\xA9 longer than a word", true},
	    {"\xE2\x82\xAC", true},
	    {"\xED\x9F\xBF", true}, /* U+D7FF */
	    {"\xEE\x80\x80", true}, /* U+E000 */
	    {"\xEF\xBF\xBF", true}, /* a noncharacter is still a code point */
	    {"\xF0\x90\x80\x80", true},
	    {"\xF4\x8F\xBF\xBF", true},
	    {"\xF4\x90\x80\x80", false}, /* past U+10FFFF */
	    {"\xC0\x80", false},         /* overlong */
	    {"\xC1\xBF", false},
	    {"\xE0\x9F\xBF", false},
	    {"\xF0\x8F\xBF\xBF", false},
	    {"\xED\xA0\x80", false}, /* surrogate */
	    {"\xED\xBF\xBF", false},
	    {"\x80", false},
	    {"\xBF", false},
	    {"\xC3", false}, /* cut off */
	    {"\xE2\x82", false},
	    {"\xF0\x90\x80", false},
	    {"\xC3\x28", false},
	    {"\xE2\x28\xA1", false},
	    {"\xF0\x90\x28\xBC", false},
	    {"\xF5\x80\x80\x80", false},
	    {"\xFE", false},
	    {"\xFF", false},
	    {"eight by\xFFtes and more", false},
	};

	(void)state;
	for (size_t i = 0; i < N(row); i++)
		if (sdk_is_utf8(sdk_str(row[i].text)) != row[i].good)
			fail_msg("row %zu", i);
	assert_true(sdk_is_utf8(ENT_ABSENT));
}

static void test_fail_cuts_on_a_border(void **state)
{
	struct ent_err err;
	char text[400];

	(void)state;
	assert_int_equal(sdk_fail(&err, ENT_EAUTH, "no %s", "way"), ENT_EAUTH);
	assert_string_equal(err.msg, "no way");
	for (size_t lead = 0; lead < 4; lead++) { /* the cut falls on each byte of a 4 byte sequence */
		size_t n = lead;
		memset(text, 'x', lead);
		while (n + 4 < sizeof text) {
			memcpy(text + n, "\xF0\x9F\x9A\xA8", 4);
			n += 4;
		}
		text[n] = '\0';
		sdk_fail(&err, ENT_EINVAL, "%s", text);
		size_t got = strlen(err.msg);
		assert_true(got > sizeof err.msg - 5 && got < sizeof err.msg);
		assert_true(sdk_is_utf8(sdk_str(err.msg)));
	}
	memset(text, 'y', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	sdk_fail(&err, ENT_EINVAL, "%s", text);
	assert_int_equal(strlen(err.msg), sizeof err.msg - 1); /* plain text loses nothing more */
}

/* ---- buffer --------------------------------------------------------------- */

static void test_buf_keeps_its_limit(void **state)
{
	struct sdk_buf buf;

	(void)state;
	sdk_buf_init(&buf, 10);
	assert_str(sdk_buf_view(&buf), ""); /* empty, not absent */
	sdk_buf_z(&buf, "12345");
	sdk_buf_add(&buf, "67890", 5);
	assert_false(buf.failed);
	assert_str(sdk_buf_view(&buf), "1234567890");
	sdk_buf_add(&buf, "", 0);
	assert_false(buf.failed);
	sdk_buf_add(&buf, "x", 1);
	assert_true(buf.failed);
	sdk_buf_clear(&buf);
	assert_false(buf.failed);
	sdk_buf_z(&buf, "12345678901");
	assert_true(buf.failed);
	assert_int_equal(buf.n, 0);
	sdk_buf_z(&buf, "1"); /* would fit, but what came before did not */
	assert_int_equal(buf.n, 0);
	sdk_buf_release(&buf);
	sdk_buf_release(&buf);
	sdk_buf_z(&buf, "again");
	assert_str(sdk_buf_view(&buf), "again");
	sdk_buf_release(&buf);
}

static void test_buf_grows(void **state)
{
	struct sdk_buf buf;
	char text[1000];

	(void)state;
	memset(text, 'z', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	sdk_buf_init(&buf, 100000);
	for (int i = 0; i < 99; i++)
		sdk_buf_format(&buf, "%s%d", text, i % 10);
	sdk_buf_str(&buf, ENT_STR("-"));
	sdk_buf_int(&buf, -12);
	assert_false(buf.failed);
	assert_int_equal(buf.n, 99004);
	assert_memory_equal(buf.p + 98998, "z8--12", 6);
	sdk_buf_format(&buf, "%s", text); /* 996 bytes are left */
	assert_true(buf.failed);
	sdk_buf_release(&buf);
}

static void test_head(void **state)
{
	struct sdk_arena arena;
	const struct ent_str fire = ENT_STR("a\xC3\xA9\xF0\x9F\x9A\xA8z"); /* 1, 2, 4 and 1 bytes */
	static const size_t want[] = {0, 1, 1, 3, 3, 3, 3, 7, 8, 8};

	(void)state;
	for (size_t max = 0; max < N(want); max++)
		assert_int_equal(sdk_head(fire, max).n, want[max]);
	assert_int_equal(sdk_head(ENT_STR("\x80\x80\x80\x80\x80"), 4).n, 4); /* no UTF-8: cut all the same */
	assert_null(sdk_head(ENT_ABSENT, 3).p);
	sdk_arena_init(&arena);
	assert_str(sdk_format(&arena.abi, "<%.*s|%.*s>", ENT_F(sdk_head(fire, 4)), ENT_F(ENT_ABSENT)), "<a\xC3\xA9|>");
	assert_str(sdk_lower(&arena.abi, ENT_STR("AZ@[\xC3\x89")), "az@[\xC3\x89");
	assert_null(sdk_lower(&arena.abi, ENT_ABSENT).p);
	sdk_arena_release(&arena);
}

static void test_hex_value(void **state)
{
	static const char digit[] = "0123456789abcdefABCDEF";

	(void)state;
	for (int c = -128; c < 128; c++) {
		const char *at = c ? strchr(digit, c) : NULL;
		int want = at ? (int)(at - digit) : -1;

		assert_int_equal(sdk_hex_value((char)c), want > 15 ? want - 6 : want);
	}
}

static void test_uuid(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} row[] = {
	    {"5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d", true},
	    {"5A52AC4E-4A53-4dd0-A1D4-BD9F4F5A4A9D", true},
	    {"00000000-0000-0000-0000-000000000000", true},
	    {NULL, false},
	    {"", false},
	    {"-", false},
	    {"5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9", false},
	    {"5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d0", false},
	    {"5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9g", false},
	    {"g a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d", false},
	    {"5a52ac4e04a53-4dd0-a1d4-bd9f4f5a4a9d", false},
	    {"5a52ac4e-4a5304dd0-a1d4-bd9f4f5a4a9d", false},
	    {"5a52ac4e-4a53-4dd00a1d4-bd9f4f5a4a9d", false},
	    {"5a52ac4e-4a53-4dd0-a1d40bd9f4f5a4a9d", false},
	    {"5a52ac4-e4a53-4dd0-a1d4-bd9f4f5a4a9d", false},
	    {"5a52ac4e4a534dd0a1d4bd9f4f5a4a9d", false},
	    {"{5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d}", false},
	};

	(void)state;
	for (size_t i = 0; i < N(row); i++)
		if (sdk_is_uuid(sdk_str(row[i].text)) != row[i].is)
			fail_msg("%s", row[i].text ? row[i].text : "absent");
	assert_false(sdk_is_uuid(ENT_STR("5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9\0")));
}

static void test_percent(void **state)
{
	static const char *const bad[] = {"%", "%4", "a%4", "%4g", "%g4", "%%41", "% 41"};
	struct ent_str text;
	struct sdk_arena arena;
	struct sdk_buf buf;
	char all[256];

	(void)state;
	sdk_arena_init(&arena);
	sdk_buf_init(&buf, 1024);
	sdk_percent_encode(&buf, ENT_STR("aZ09-._~/ +%\xC3\xA9"));
	sdk_buf_add(&buf, "\0", 1);
	assert_string_equal(buf.p, "aZ09-._~%2F%20%2B%25%C3%A9");
	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (char)i;
	sdk_buf_clear(&buf);
	sdk_percent_encode(&buf, (struct ent_str){all, sizeof all});
	assert_true(sdk_percent_decode(&arena.abi, sdk_buf_view(&buf), true, &text));
	assert_int_equal(text.n, sizeof all);
	assert_memory_equal(text.p, all, sizeof all);
	sdk_buf_release(&buf);
	assert_true(sdk_percent_decode(&arena.abi, ENT_STR("a+b%2b"), true, &text));
	assert_str(text, "a b+");
	assert_true(sdk_percent_decode(&arena.abi, ENT_STR("a+b%2B"), false, &text));
	assert_str(text, "a+b+");
	assert_true(sdk_percent_decode(&arena.abi, ENT_ABSENT, false, &text));
	assert_str(text, "");
	for (size_t i = 0; i < N(bad); i++)
		if (sdk_percent_decode(&arena.abi, sdk_str(bad[i]), true, &text))
			fail_msg("decoded: %s", bad[i]);
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_arena_zeroes_and_aligns),
	    cmocka_unit_test(test_arenas_share_spare_chunks),
	    cmocka_unit_test(test_arena_defers_last_first),
	    cmocka_unit_test(test_equal),
	    cmocka_unit_test(test_trim_and_cut),
	    cmocka_unit_test(test_format),
	    cmocka_unit_test(test_join),
	    cmocka_unit_test(test_int),
	    cmocka_unit_test(test_head),
	    cmocka_unit_test(test_hex_value),
	    cmocka_unit_test(test_uuid),
	    cmocka_unit_test(test_percent),
	    cmocka_unit_test(test_utf8),
	    cmocka_unit_test(test_fail_cuts_on_a_border),
	    cmocka_unit_test(test_buf_keeps_its_limit),
	    cmocka_unit_test(test_buf_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
