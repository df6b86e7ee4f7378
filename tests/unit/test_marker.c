/* SPDX-License-Identifier: Apache-2.0 */
/* What we leave in a text, found again in what tools make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sdk/marker.h"

#define KEY    "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define DIGITS "0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a"
#define MARKER "[ENT-000042:" DIGITS "]"
#define OTHER  "[ENT-000007:ffffffff4d1a4f6c8e2b7a5d3c1f0e9a]"

static void test_made(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	struct ent_str marker = sdk_marker(&arena.abi, ENT_STR("ENT-000042"), ENT_STR(KEY));
	assert_true(sdk_eqz(marker, MARKER));
	assert_true(sdk_eqz(sdk_marker_append(&arena.abi, ENT_STR("a word"), marker), "a word\n\n" MARKER));
	sdk_arena_release(&arena);
}

static void test_found_and_cut(void **state)
{
	(void)state;
	static const struct {
		const char *text, *key, *stripped; /* key NULL: none */
	} row[] = {
	    {"a word\n\n" MARKER, KEY, "a word"},
	    {"a word\r\n" MARKER "\r\n", KEY, "a word"},
	    {MARKER, KEY, ""},
	    {"a word " MARKER " and more", KEY, "a word and more"},
	    {"two " OTHER "\n" MARKER, KEY, "two " OTHER},
	    {"> a word\n> " MARKER, KEY, "> a word\n>"},
	    {"a word &#91;ENT-000042:" DIGITS "&#93;", KEY, "a word"},
	    {"a word &lbrack;ENT-000042:" DIGITS "&rbrack;", KEY, "a word"},
	    {"a word \\[ENT-000042:" DIGITS "\\]", KEY, "a word"},
	    {"ENT-000042 ENT- [ENT-1:" DIGITS "] ENT-", KEY, "ENT-000042 ENT- ENT-"},
	    {"no marker", NULL, "no marker"},
	    {"", NULL, ""},
	    {"ENT-000042:" DIGITS, NULL, "ENT-000042:" DIGITS},
	    {"[ENT-000042:" DIGITS, NULL, "[ENT-000042:" DIGITS},
	    {"[ENT-:" DIGITS "]", NULL, "[ENT-:" DIGITS "]"},
	    {"[ENT-000042:0b9c]", NULL, "[ENT-000042:0b9c]"},
	    {"[ENT-000042:0B9C6F0E4D1A4F6C8E2B7A5D3C1F0E9A]", NULL, "[ENT-000042:0B9C6F0E4D1A4F6C8E2B7A5D3C1F0E9A]"},
	    {"[ENT-000042:" DIGITS "00]", NULL, "[ENT-000042:" DIGITS "00]"},
	    {"[ENT-", NULL, "[ENT-"},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct sdk_arena arena;
		char key[SDK_MARKER_KEY_SIZE] = "";
		/* a copy without a NUL behind it, so that a read too far is seen */
		size_t n = strlen(row[i].text);
		char *copy = sdk_xalloc(n);
		struct ent_str text = {memcpy(copy, row[i].text, n), n};

		sdk_arena_init(&arena);
		bool found = sdk_marker_find(text, key);
		if (found != (row[i].key != NULL) || (found && strcmp(key, row[i].key) != 0))
			fail_msg("%s: found '%s'", row[i].text, key);
		struct ent_str stripped = sdk_marker_strip(&arena.abi, text);
		if (stripped.n != strlen(row[i].stripped) || memcmp(stripped.p, row[i].stripped, stripped.n) != 0)
			fail_msg("%s: left '%.*s'", row[i].text, (int)stripped.n, stripped.p);
		sdk_arena_release(&arena);
		free(copy);
	}
}

static void test_absent(void **state)
{
	char key[SDK_MARKER_KEY_SIZE];
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	assert_false(sdk_marker_find(ENT_ABSENT, key));
	assert_null(sdk_marker_strip(&arena.abi, ENT_ABSENT).p);
	sdk_arena_release(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_made),
	    cmocka_unit_test(test_found_and_cut),
	    cmocka_unit_test(test_absent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
