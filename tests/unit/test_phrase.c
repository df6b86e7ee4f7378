/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue: each phrase in each language, with the same params. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/entry.h"
#include "core/phrase.h"

/* The names in braces, each with a comma behind it, in the order of the text. */
static struct ent_str names_of(struct ent_arena *arena, const char *text)
{
	struct ent_str names = ENT_STR(""), rest = sdk_str(text);

	for (;;) {
		(void)sdk_cut(rest, '{', &rest);
		if (!rest.n)
			return names;
		const struct ent_str name = sdk_cut(rest, '}', &rest); /* ENT_F() reads its argument twice */
		names = sdk_format(arena, "%.*s%.*s,", ENT_F(names), ENT_F(name));
	}
}

static bool has_each(struct ent_str all, struct ent_str names)
{
	while (names.n) {
		struct ent_str name = sdk_cut(names, ',', &names);
		if (!memmem(all.p, all.n, name.p, name.n))
			return false;
	}
	return true;
}

static void test_both_languages_have_the_same_params(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (int i = 0; i < PHRASE_N; i++) {
		const char *english = phrase_text((enum phrase)i, ENT_ENGLISH);
		const char *french = phrase_text((enum phrase)i, ENT_FRENCH);
		struct ent_str a = names_of(&arena.abi, english), b = names_of(&arena.abi, french);

		if (a.n != b.n || !has_each(a, b) || !has_each(b, a) || strcmp(english, french) == 0)
			fail_msg("%s: \"%s\" and \"%s\"", phrase_code((enum phrase)i), english, french);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(phrase_code((enum phrase)i), phrase_code((enum phrase)k));
	}
	sdk_arena_release(&arena);
}

static void test_times_have_date_hour_and_zone(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	assert_true(sdk_eqz(phrase_time(&arena.abi, ENT_ENGLISH, 1795335243123), "2026-11-22 08:14 UTC"));
	assert_true(sdk_eqz(phrase_time(&arena.abi, ENT_FRENCH, 1795335243123), "22/11/2026 à 08:14 UTC"));
	sdk_arena_release(&arena);
}

static void test_lines(void **state)
{
	static const struct {
		struct entry_act entry;
		enum ent_language language;
		const char *line;
	} row[] = {
	    {{.kind = ENTRY_WORDS}, ENT_ENGLISH, ""},
	    {{.kind = ENTRY_TOLD}, ENT_FRENCH, ""},
	    {{.kind = ENTRY_QUESTION}, ENT_ENGLISH, "Question to Orion."},
	    {{.kind = ENTRY_QUESTION, .due_ms = 1795335243123},
	     ENT_ENGLISH,
	     "Question to Orion. Answer wanted by 2026-11-22 08:14 UTC."},
	    {{.kind = ENTRY_APPROVAL, .due_ms = 1795335243123},
	     ENT_FRENCH,
	     "Accord demandé à Orion. Réponse attendue au plus tard le 22/11/2026 à 08:14 UTC."},
	    {{.kind = ENTRY_PROMISE, .due_ms = 1795335243123}, ENT_ENGLISH, "Next news by 2026-11-22 08:14 UTC."},
	    {{.kind = ENTRY_PROMISE, .due_ms = 1795335243123, .was_ms = 1795335243123 - 3600000},
	     ENT_FRENCH,
	     "Prochaines nouvelles au plus tard le 22/11/2026 à 08:14 UTC, et non plus le 22/11/2026 à 07:14 UTC."},
	    {{.kind = ENTRY_DECLINED}, ENT_FRENCH, "Orion refuse de prendre cet incident en charge."},
	};
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ent_str line = entry_line(&arena.abi, row[i].language, &row[i].entry, ENT_STR("Orion"));
		if (!sdk_eqz(line, row[i].line))
			fail_msg("row %zu: %.*s", i, ENT_F(line));
	}
	sdk_arena_release(&arena);
}

static void test_an_entry_is_stored_and_read_back(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (int i = 0; i < ENTRY_N; i++) {
		const struct entry_act entry = {(enum entry_act_kind)i, i ? ENT_STR("orion") : ENT_ABSENT, i * 60000,
						0};
		struct entry_act back = entry_of_text(&arena.abi, entry_text(&arena.abi, &entry));

		assert_int_equal(back.kind, i);
		assert_int_equal(back.due_ms, i ? entry.due_ms : 0);
		assert_true(!i || sdk_eqz(back.to, "orion"));
	}
	assert_int_equal(entry_of_text(&arena.abi, ENT_STR("{\"kind\":\"song\"}")).kind, ENTRY_WORDS);
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_both_languages_have_the_same_params),
	    cmocka_unit_test(test_times_have_date_hour_and_zone),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_an_entry_is_stored_and_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
