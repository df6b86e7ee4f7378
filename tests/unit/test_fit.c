/* SPDX-License-Identifier: Apache-2.0 */
/* What is too long is shortened where a reader would, and says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sdk/ask.h"
#include "sdk/fit.h"
#include "sdk/grapheme.h"
#include "sdk/marker.h"
#include "sdk/title.h"

#define KEY    "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define MARKER "[ENT-000042:0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a]"

static void test_measure(void **state)
{
	static const struct {
		const char *text;
		size_t characters, utf16, bytes;
	} row[] = {
	    {"", 0, 0, 0},
	    {"abc", 3, 3, 3},
	    {"\xc3\xa9", 1, 1, 2},
	    {"\xe2\x82\xac", 1, 1, 3},
	    {"\xf0\x9f\x94\xa5!", 2, 3, 5}, /* a flame is two of what Java and JavaScript count */
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		assert_int_equal(sdk_measure(sdk_str(row[i].text), ENT_CHARACTERS), row[i].characters);
		assert_int_equal(sdk_measure(sdk_str(row[i].text), ENT_UTF16), row[i].utf16);
		assert_int_equal(sdk_measure(sdk_str(row[i].text), ENT_BYTES), row[i].bytes);
	}
}

/* '|' marks each place where a text may be cut; every other place goes back to the one before it. */
static void test_no_character_is_cut(void **state)
{
	static const char *const row[] = {
	    "|a|b|",
	    "|e\xcc\x81|e\xcc\x81|",                                                        /* letter and accent */
	    "|\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7|x|", /* a family */
	    "|\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd|\xf0\x9f\x91\x8d|",                          /* a thumb with a skin */
	    "|\xf0\x9f\x87\xab\xf0\x9f\x87\xb7|\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa|",          /* two flags */
	    "|\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab|\xe1\x84\x80\xe1\x85\xb3|",              /* Hangul in parts */
	    "|\xed\x95\x9c|\xea\xb8\x80|",                                                  /* and whole */
	    "|\xea\xb0\x80\xe1\x86\xab|a|",                                                 /* LV and a final */
	    "|a|\r\n|b|\n|\n|",
	    "|\xe0\xa4\x95\xe0\xa5\x8d|\xe0\xa4\xa4\xe0\xa5\x87|",  /* Devanagari vowel signs */
	    "|\xe0\xb8\x81\xe0\xb8\xb3|a|",                         /* Thai sara am */
	    "|\xe2\x9d\xa4\xef\xb8\x8f|1\xef\xb8\x8f\xe2\x83\xa3|", /* heart, keycap */
	    "|\xd8\x80\xd9\xa1|a|",                                 /* a number sign before */
	    "|\xe4\xb8\xad|\xe6\x96\x87|",
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		char text[128];
		bool may[128] = {false};
		size_t n = 0, last = 0;

		for (const char *p = row[i]; *p; p++)
			if (*p == '|')
				may[n] = true;
			else
				text[n++] = *p;
		for (size_t at = 0; at <= n; at++) {
			last = may[at] ? at : last;
			size_t found = sdk_grapheme_before((struct ent_str){text, n}, at);
			if (found != last)
				fail_msg("row %zu: cut before %zu at %zu, not at %zu", i, at, found, last);
		}
	}
}

static void test_a_heap_of_marks_is_cut(void **state)
{
	char text[1 + 2 * 500];

	(void)state;
	text[0] = 'e';
	for (size_t i = 0; i < 500; i++)
		memcpy(text + 1 + 2 * i, "\xcc\x81", 2);
	assert_int_equal(sdk_grapheme_before((struct ent_str){text, sizeof text}, 900), 899);
	assert_int_equal(sdk_grapheme_before((struct ent_str){text, sizeof text}, 64), 0);
}

static void test_words(void **state)
{
	static const struct {
		const char *text;
		size_t at, found;
	} row[] = {
	    {"one two three four five six seven", 24, 23},
	    {"one two three four five six seven", 23, 23},
	    {"one  \n two", 5, 3},
	    {"averyveryverylongword", 10, 10},
	    {"one two", 7, 7},
	    {"one two", 99, 7},
	    {"        ", 4, 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		assert_int_equal(sdk_word_before(sdk_str(row[i].text), row[i].at), row[i].found);
}

static struct sdk_fit fit_of(enum sdk_dialect dialect, enum ent_unit unit, size_t max)
{
	return (struct sdk_fit){
	    .dialect = dialect, .unit = unit, .max = max, .number = ENT_STR("ENT-000042"), .marker = ENT_STR(MARKER)};
}

static void test_text(void **state)
{
	struct sdk_arena arena;
	struct sdk_fit fit = fit_of(SDK_PLAIN, ENT_CHARACTERS, 0);
	char key[SDK_MARKER_KEY_SIZE], words[401];

	(void)state;
	sdk_arena_init(&arena);
	assert_true(sdk_eqz(sdk_fit_text(&arena.abi, ENT_STR("Out."), &fit), "Out.\n\n" MARKER));
	for (size_t i = 0; i < 400; i++)
		words[i] = i % 8 == 7 ? ' ' : 'w';
	words[400] = '\0';
	fit.max = 400 + 2 + strlen(MARKER);
	assert_int_equal(sdk_fit_text(&arena.abi, sdk_str(words), &fit).n, fit.max);
	fit.max--;
	struct ent_str cut = sdk_fit_text(&arena.abi, sdk_str(words), &fit);
	assert_true(cut.n <= fit.max);
	assert_non_null(
	    memmem(cut.p, cut.n, " characters are missing. The whole text is in incident ENT-000042.)\n\n" MARKER,
		   strlen(" characters are missing. The whole text is in incident ENT-000042.)\n\n" MARKER)));
	assert_true(sdk_marker_find(cut, key));
	assert_string_equal(key, KEY);
	fit.language = ENT_FRENCH;
	cut = sdk_fit_text(&arena.abi, sdk_str(words), &fit);
	assert_non_null(memmem(cut.p, cut.n, "Le texte entier est dans l'incident ENT-000042.)", 48));
	fit.max = 10; /* nothing but the marker, which finds it again */
	assert_true(sdk_eqz(sdk_fit_text(&arena.abi, sdk_str(words), &fit), MARKER));
	sdk_arena_release(&arena);
}

/* What is missing is told exactly: head and number of characters make the whole. */
static void test_the_note_counts(void **state)
{
	static const char piece[] = "caf\xc3\xa9 \xf0\x9f\x94\xa5 ";
	struct sdk_arena arena;
	struct sdk_fit fit = fit_of(SDK_PLAIN, ENT_UTF16, 500);
	struct sdk_buf buf;
	size_t missing = 0;

	(void)state;
	sdk_arena_init(&arena);
	sdk_buf_init(&buf, 1 << 20);
	for (int i = 0; i < 200; i++)
		sdk_buf_z(&buf, piece);
	struct ent_str cut = sdk_fit_text(&arena.abi, sdk_buf_view(&buf), &fit);
	const char *note = memmem(cut.p, cut.n, "\n\n(Shortened by Entente: ", 25);
	assert_non_null(note);
	for (const char *p = note + 25; *p >= '0' && *p <= '9'; p++)
		missing = missing * 10 + (size_t)(*p - '0');
	assert_int_equal(sdk_measure((struct ent_str){cut.p, (size_t)(note - cut.p)}, ENT_CHARACTERS) + missing,
			 sdk_measure(sdk_buf_view(&buf), ENT_CHARACTERS));
	sdk_buf_release(&buf);
	sdk_arena_release(&arena);
}

/* Whatever the words, the dialect, the unit and the limit: it fits, it is text, and the marker is its last line. */
static void test_always_fits(void **state)
{
	static const char *const piece[] = {"word ",     "@dana ", "#12 ",   "{code} ", "&lt; ",
					    "0b9c6f0 ",  "\n",     "    in", "$1 $2 ",  "\xf0\x9f\x94\xa5",
					    "e\xcc\x81", "[~a] ",  "C:\\x ", "--- "};
	unsigned seed = 42;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct sdk_arena arena;
		struct sdk_buf buf;
		char key[SDK_MARKER_KEY_SIZE];
		int n;

		sdk_arena_init(&arena);
		sdk_buf_init(&buf, 1 << 20);
		seed = seed * 1103515245u + 12345u;
		n = (int)(seed >> 16) % 200;
		for (int i = 0; i < n; i++) {
			seed = seed * 1103515245u + 12345u;
			sdk_buf_z(&buf, piece[(seed >> 16) % (sizeof piece / sizeof *piece)]);
		}
		seed = seed * 1103515245u + 12345u;
		struct sdk_fit fit = fit_of((enum sdk_dialect)(round % SDK_N_DIALECT), (enum ent_unit)(round % 3),
					    60 + (seed >> 16) % 1000);
		struct ent_str made = sdk_fit_text(&arena.abi, sdk_buf_view(&buf), &fit);
		if (sdk_measure(made, fit.unit) > fit.max || !sdk_is_utf8(made) || !sdk_marker_find(made, key) ||
		    memcmp(made.p + made.n - strlen(MARKER), MARKER, strlen(MARKER)) != 0)
			fail_msg("round %d, limit %zu: %.*s", round, fit.max, ENT_F(made));
		fit.max = 12 + fit.max % 80;
		made = sdk_fit_title(&arena.abi, sdk_buf_view(&buf), fit.number, &fit);
		if (sdk_measure(made, fit.unit) > fit.max || !sdk_is_utf8(made) || sdk_has_control(made))
			fail_msg("round %d, limit %zu: %.*s", round, fit.max, ENT_F(made));
		sdk_buf_release(&buf);
		sdk_arena_release(&arena);
	}
}

static void test_title(void **state)
{
	static const struct {
		const char *title, *number, *made;
		size_t max;
	} row[] = {
	    {"Lift 3 stuck", "ENT-000042", "Lift 3 stuck [ENT-000042]", 200},
	    {"Lift 3 stuck", NULL, "Lift 3 stuck", 200},
	    {"Lift 3 stuck", NULL, "Lift 3 stuck", 12},
	    {"Lift 3 stuck", NULL, "Lift 3 stuck", 0},
	    {"", "ENT-000042", "[ENT-000042]", 200},
	    {"Two\nlines\t", "ENT-000042", "Two lines [ENT-000042]", 200},
	    {"Two\r\n\r\nlines\xe2\x80\xa8more\xc2\x85", NULL, "Two lines more", 200},
	    {"Lift 3 stuck", "ENT-000042", "Lift 3\xe2\x80\xa6 [ENT-000042]", 20},
	    {"\xc3\xa9\xc3\xa9\xc3\xa9", "ENT-000042", "\xc3\xa9\xe2\x80\xa6 [ENT-000042]", 15},
	    {"Lift", "ENT-000042", "[ENT-000042]", 12},
	};
	struct sdk_arena arena;
	struct ent_str number;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct sdk_fit fit = {.unit = ENT_CHARACTERS, .max = row[i].max};
		struct ent_str made = sdk_fit_title(&arena.abi, sdk_str(row[i].title), sdk_str(row[i].number), &fit);

		if (!sdk_eqz(made, row[i].made))
			fail_msg("row %zu: %.*s", i, ENT_F(made));
		(void)sdk_title_split(made, &number);
		assert_true(sdk_eq(number, sdk_str(row[i].number)));
	}
	sdk_arena_release(&arena);
}

/* A title that is cut is not lost: its rest stands at the beginning of the text, once. */
static void test_rest_of_the_title_in_the_description(void **state)
{
	static const char title[] = "The third lift of the north building is stuck between two floors";
	struct sdk_arena arena;
	struct ent_op op = {.kind = ENT_CREATE_TICKET,
			    .marker = ENT_STR(MARKER),
			    .number = ENT_STR("ENT-000042"),
			    .limits = {ENT_CHARACTERS, 40, 0}};
	struct ent_str made;

	(void)state;
	sdk_arena_init(&arena);
	op.ticket.at[ENT_TITLE].text = sdk_str(title);
	op.ticket.at[ENT_DESCRIPTION].text = ENT_STR("Somebody is in it.");
	made = sdk_op_title(&op, SDK_PLAIN, ENT_ABSENT, &arena.abi);
	assert_true(sdk_eqz(made, "The third lift of the north building is\xe2\x80\xa6"));
	made = sdk_op_description(&op, SDK_PLAIN, ENT_ABSENT, &arena.abi);
	assert_true(sdk_eqz(made, "\xe2\x80\xa6 stuck between two floors\n\nSomebody is in it.\n\n" MARKER));
	op.ticket.at[ENT_DESCRIPTION].text = sdk_format(&arena.abi, "%s\nSomebody is in it.", title);
	made = sdk_op_description(&op, SDK_PLAIN, ENT_ABSENT, &arena.abi);
	assert_true(sdk_eq(made, sdk_format(&arena.abi, "%s\nSomebody is in it.\n\n" MARKER, title)));
	op.limits.title = 255;
	op.ticket.at[ENT_DESCRIPTION].text = ENT_STR("Somebody is in it.");
	made = sdk_op_description(&op, SDK_PLAIN, ENT_ABSENT, &arena.abi);
	assert_true(sdk_eqz(made, "Somebody is in it.\n\n" MARKER));
	sdk_arena_release(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_measure),
	    cmocka_unit_test(test_no_character_is_cut),
	    cmocka_unit_test(test_a_heap_of_marks_is_cut),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_the_note_counts),
	    cmocka_unit_test(test_always_fits),
	    cmocka_unit_test(test_title),
	    cmocka_unit_test(test_rest_of_the_title_in_the_description),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
