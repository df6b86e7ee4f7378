/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a text, and what was typed: the same function, no operator gets through, everything is bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "search/words.h"

static struct ent_str words_in(struct ent_arena *arena, struct ent_str text)
{
	struct sdk_buf buf;

	sdk_buf_init(&buf, 1 << 22);
	words_append(&buf, text);
	struct ent_str ret = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return ret;
}

static void test_words(void **state)
{
	static const struct {
		const char *text, *words;
	} row[] = {
	    {"Éclairage de l'imprimante", "eclairage de imprimante "},
	    {"Éclairage de l’imprimante", "eclairage de imprimante "},
	    {"le cœur du RÉSEAU", "le coeur du reseau "},
	    {"qu'elle n'a d'eau", "elle a eau "},
	    {"PROJ-123, INC0012345: #7", "proj 123 inc0012345 7 "},
	    {"a\xC2\xA0"
	     "b\xE2\x80\x94"
	     "c",
	     "a b c "},
	    {"東京駅の電源", "東 京 駅 の 電 源 "},
	    {"ไฟดับ", "ไ ฟ ด ั บ "},
	    {"kaputt \xF0\x9F\x94\xA5!", "kaputt \xF0\x9F\x94\xA5 "},
	    {"\"NEAR\" AND who:orion *", "near and who orion "},
	    {"bad \xFF\xFE bytes\xC3", "bad bytes "},
	    {"_ - . , ; ! ? ( ) \xE2\x80\xA6", ""},
	    {"", ""},
	};
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ent_str got = words_in(&arena.abi, sdk_str(row[i].text));

		if (!sdk_eqz(got, row[i].words))
			fail_msg("'%s' gives '%.*s'", row[i].text, ENT_F(got));
	}
	sdk_arena_release(&arena);
}

/* A long word is cut at a character, in text and query alike. */
static void test_long_words(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t n = 50; n < 300; n++) {
		char *text = sdk_alloc(&arena.abi, 2 * n + 1);

		for (size_t i = 0; i < n; i++)
			memcpy(text + 2 * i, i % 3 ? "xy" : "\xD1\x84", 2);
		struct ent_str got = words_in(&arena.abi, (struct ent_str){text, 2 * n});
		assert_true(got.n <= WORDS_ONE_MAX + 1);
		assert_true(sdk_is_utf8(got));
		assert_true(n < 60 || got.n > WORDS_ONE_MAX - 4);
	}
	sdk_arena_release(&arena);
}

static void test_query(void **state)
{
	static const struct {
		const char *text, *match;
	} row[] = {
	    {"disque", "({name text} : (\"disque\" *))"},
	    {"disque sql", "({name text} : (\"disque\" AND \"sql\" *))"},
	    {"PROJ-123", "({name text} : (\"proj 123\" *))"},
	    {"l'imprimante d", "({name text} : (\"imprimante\" AND \"d\"))"},
	    {"\"a\" OR b* NOT who : orion",
	     "({name text} : (\"a\" AND \"or\" AND \"b\" AND \"not\" AND \"who\" AND \"orion\" *))"},
	    {"NEAR(a b, 3)", "({name text} : (\"near a\" AND \"b\" AND \"3\"))"},
	    {"^x + {name}:y", "({name text} : (\"x\" AND \"name y\"))"},
	    {"_orion", "({name text} : (\"orion\" *))"},
	};
	struct sdk_arena arena;
	struct query query;
	struct ent_err err;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		assert_true(query_read(&arena.abi, sdk_str(row[i].text), &query, &err));
		struct ent_str got = query_match(&arena.abi, &query, ENT_ABSENT);
		if (!sdk_eqz(got, row[i].match))
			fail_msg("'%s' gives '%.*s'", row[i].text, ENT_F(got));
	}
	assert_true(query_read(&arena.abi, ENT_STR("disque"), &query, &err));
	assert_true(sdk_eqz(query_match(&arena.abi, &query, query_who(&arena.abi, ENT_STR("tel-nord"))),
			    "(who : \"_tel-nord\") AND ({name text} : (\"disque\" *))"));
	sdk_arena_release(&arena);
}

static void test_limits(void **state)
{
	struct sdk_arena arena;
	struct query query;
	struct ent_err err;
	char *text = calloc(1, 1 << 16);

	(void)state;
	sdk_arena_init(&arena);
	memset(text, 'a', (1 << 16) - 1);
	assert_false(query_read(&arena.abi, sdk_str(text), &query, &err));
	assert_non_null(strstr(err.msg, "at most"));
	for (size_t i = 0; i < 2000; i += 2)
		memcpy(text + i, "a ", 2);
	text[2000] = '\0';
	assert_false(query_read(&arena.abi, sdk_str(text), &query, &err)); /* 1,000 words */
	text[2 * QUERY_PHRASES_MAX] = '\0';
	assert_true(query_read(&arena.abi, sdk_str(text), &query, &err));
	assert_int_equal(query.n, QUERY_PHRASES_MAX);
	assert_true(query_read(&arena.abi, ENT_STR("?!... ~~ --"), &query, &err));
	assert_int_equal(query.n, 0);
	assert_true(query_read(&arena.abi, (struct ent_str){"a\0b", 3}, &query, &err));
	assert_int_equal(query.n, 2);
	free(text);
	sdk_arena_release(&arena);
}

static void test_places(void **state)
{
	static const struct {
		const char *query, *text;
		size_t from, to;
	} row[] = {
	    {"impr", "Éclairage de l'imprimante", 15, 25},
	    {"coeur", "le cœur du réseau", 3, 7},
	    {"京駅", "東京駅の電源", 1, 3},
	    {"proj-12", "see PROJ-123 please", 4, 12},
	    {"reseau", "Le RÉSEAU", 3, 9},
	};
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct words_place place[4] = {{0, 0}};
		struct query query;
		struct ent_err err;

		assert_true(query_read(&arena.abi, sdk_str(row[i].query), &query, &err));
		size_t n = query_places(&query, sdk_str(row[i].text), place, 4);
		if (n != 1 || place[0].from != row[i].from || place[0].to != row[i].to)
			fail_msg("'%s' in '%s': %zu, %zu to %zu", row[i].query, row[i].text, n, place[0].from,
				 place[0].to);
	}
	sdk_arena_release(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_words), cmocka_unit_test(test_long_words),
						  cmocka_unit_test(test_query), cmocka_unit_test(test_limits),
						  cmocka_unit_test(test_places)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
