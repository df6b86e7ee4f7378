/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of an answer when what it quotes of ours is taken out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/echo.h"
#include "core/quote.h"
#include "sdk/webhook.h"

#define KEY    "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define MARKER "[ENT-000042:0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a]"
#define SAID                                                                                                           \
	"Mo (Orion): The pump on floor 2 is out of order.\n\nWe bring another one at ten, please keep the door open."

static const struct quote_copy copies[] = {
    {ENT_STR(SAID), KEY},
    {ENT_STR("Dana (Delta): ok"), "11111111-4d1a-4f6c-8e2b-7a5d3c1f0e9a"},
};

static const struct row {
	const char *what, *text, *rest;
} row[] = {
    {"an answer above a quoted copy with its marker",
     "The door is open.\n\n> Mo (Orion): The pump on floor 2 is out of order.\n>\n> We bring another one at ten, "
     "please "
     "keep the door open.\n>\n> " MARKER,
     "The door is open."},
    {"the marker was cut off by the tool",
     "The door is open.\n\n> Mo (Orion): The pump on floor 2 is out of order.\n>\n> We bring another one at ten, "
     "please "
     "keep the door open.",
     "The door is open."},
    {"the mail program wrapped it and says who wrote",
     "The door is open.\n\nOn Sun, 22 Nov 2026 at 04:18, Entente <desk@us.example> wrote:\n> Mo (Orion): The pump "
     "on\n> "
     "floor 2 is out of order. We bring\n> another one at ten, please keep the\n> door open.\n> " MARKER "\n",
     "The door is open."},
    {"the introduction is wrapped, too",
     "The door is open.\n\nOn Sun, 22 Nov 2026 at 04:18, Entente\n<desk@us.example> wrote:\n\n> Mo (Orion): The pump "
     "on "
     "floor 2 is out of order.\n",
     "The door is open."},
    {"French, quoted twice",
     "La porte est ouverte.\n\nLe 22 nov. 2026 \xc3\xa0 "
     "04:18, Entente a \xc3\xa9"
     "crit :\n>> Mo (Orion): The pump on "
     "floor 2 "
     "is out of order.\n>> We bring another one at ten, please keep the door open.\n",
     "La porte est ouverte."},
    {"HTML-escaped quote signs", "Yes.\n\n&gt; Mo (Orion): The pump on floor 2 is out of order.\n&gt; " MARKER, "Yes."},
    {"an answer below the quote",
     "> Mo (Orion): The pump on floor 2 is out of order.\n> We bring another one at ten, please keep the door "
     "open.\n\nThe "
     "door is open.",
     "The door is open."},
    {"answers between the lines",
     "> Mo (Orion): The pump on floor 2 is out of order.\nSince when?\n> We bring another one at ten, please keep the "
     "door "
     "open.\nAt ten nobody is here.",
     "Since when?\nAt ten nobody is here."},
    {"without quote signs, below the head of a mail",
     "The door is open.\n\n-----Original Message-----\nFrom: Entente <desk@us.example>\nSent: Sunday, 22 November 2026 "
     "04:18\nTo: Dana\nSubject: Pump\n\n" SAID "\n\n" MARKER,
     "The door is open."},
    {"without quote signs and without a marker", "The door is open.\n\n" SAID, "The door is open."},
    {"mangled in its middle, the marker tells its end",
     "The door is open.\n\nMo (Orion): The pump on floor 2 is out of ord...\n" MARKER, "The door is open."},
    {"words behind the copy, on its line",
     "Mo (Orion): The pump on floor 2 is out of order.\n\nWe bring another one at ten, please keep the door open. It "
     "is "
     "open.\nDana",
     "We bring another one at ten, please keep the door open. It is open.\nDana"},
    {"a copy that is the beginning of a longer word", "Dana (Delta): okay, but not before ten\nthanks", NULL},
    {"an answer below a copy that was mangled",
     "Mo (Orion): The pump on floor 2 is out of ord...\n" MARKER "\nThe door is open.", "The door is open."},
    {"words behind the marker of one that was mangled",
     "Mo (Orion): The pump on floor 2 is out of ord...\nplease keep it " MARKER " The door is open.",
     "please keep it " MARKER " The door is open."},
    {"a marker behind the last word of one that was mangled",
     "Mo (Orion): The pump on floor 2 is out of ord...\nkeep it open. " MARKER "\nThe door is open.",
     "The door is open."},
    {"a short copy", "Then I come.\n\n> Dana (Delta): ok", "Then I come."},
    {"a signature stays", "The door is open.\n-- \nDana\n\n> Mo (Orion): The pump on floor 2 is out of order.",
     "The door is open.\n-- \nDana"},
    {"a part of the copy is quoted", "Which floor?\n\n> We bring another one at ten", "Which floor?"},
    {"a quote of somebody else stays", "He said:\n\n> I was never told about that pump at all.\n\nWhat now?",
     "He said:\n\n> I was never told about that pump at all.\n\nWhat now?"},
    {"one of ours and one of somebody else",
     "See both.\n\n> The caretaker has the key of the cellar.\n> Mo (Orion): The pump on floor 2 is out of order.",
     "See both.\n\n> The caretaker has the key of the cellar."},
    {"words of ours in the middle of a sentence stay", "I saw that Dana (Delta): ok\nand more", NULL},
    {"no line break, no quote", "The door is open.", NULL},
    {"the copy alone is no answer", SAID "\n\n" MARKER, NULL},
    {"the copy alone, quoted", "> Mo (Orion): The pump on floor 2 is out of order.\n> " MARKER, NULL},
    {"only an introduction above it",
     "On Sun, 22 Nov 2026 at 04:18, Entente <desk@us.example> wrote:\n> Mo (Orion): The pump on floor 2 is out of "
     "order.\n> " MARKER,
     NULL},
    {"nothing", "", NULL},
};

static struct ent_str strip(struct ent_arena *arena, struct ent_str text, const struct quote_copy *copy, size_t n)
{
	struct quote_copy *brought = SDK_NEW_N(arena, struct quote_copy, n + 1);
	size_t room = SIZE_MAX;

	for (size_t i = 0; i < n; i++) {
		brought[i] = copy[i];
		brought[i].words = echo_words(arena, copy[i].words);
	}
	return quote_strip(arena, text, brought, n, &room);
}

static void what_is_quoted_of_ours_is_not_said_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct sdk_arena arena;
		const char *expect = row[i].rest ? row[i].rest : row[i].text;

		sdk_arena_init(&arena);
		struct ent_str rest = strip(&arena.abi, sdk_str(row[i].text), copies, 2);
		if (!sdk_eqz(rest, expect))
			fail_msg("%s:\n%.*s\ninstead of\n%s", row[i].what, ENT_F(rest), expect);
		/* the same again, as a sweep or an edit reads it */
		struct ent_str again = strip(&arena.abi, rest, copies, 2);
		if (!sdk_eq(again, rest))
			fail_msg("%s: a second time gives\n%.*s", row[i].what, ENT_F(again));
		sdk_arena_release(&arena);
	}
}

static struct ent_str lines(struct ent_arena *arena, const char *words, int n, const char *end)
{
	char *text = sdk_alloc(arena, (size_t)n * 128);
	size_t at = 0;

	for (int i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, 128, "%s %d\n", words, i);
	snprintf(text + at, 128, "%s", end);
	return sdk_str(text);
}

/* The search ends in time, however long the copies are: nothing else is stored meanwhile. A quote of thousands of lines
 * from one of them is still found. */
static void the_work_is_bounded(void **state)
{
	enum { COPIES = 100, LINES = 3900, MOMENT_MS = 5000 /* on a busy machine, or with sanitizers */ };
	static const char ours[] = "a line of a log that was pasted into a comment, number";
	static const char quoted[] = "> a line of a log that was pasted into a comment, number";
	static const char others[] = "> nobody of us has said these words to anybody, not even once, line";
	struct quote_copy copy[COPIES];
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (int i = 0; i < COPIES; i++) {
		copy[i].words = lines(&arena.abi, ours, LINES, "");
		snprintf(copy[i].key, sizeof copy[i].key, "%08d-4d1a-4f6c-8e2b-7a5d3c1f0e9a", i);
	}
	struct ent_str answer = lines(&arena.abi, quoted, LINES, "\nI see.");
	struct ent_str foreign = lines(&arena.abi, others, LINES, "\nI see.");
	clock_t began = clock();
	assert_true(sdk_eqz(strip(&arena.abi, answer, copy, COPIES), "I see."));
	assert_true(sdk_eq(strip(&arena.abi, foreign, copy, COPIES), foreign));
	assert_in_range((clock() - began) * 1000 / CLOCKS_PER_SEC, 0, MOMENT_MS);
	sdk_arena_release(&arena);
}

/* The texts of one job share one limit: the first are searched, the last stay as they are. */
static void all_texts_of_a_job_are_bounded(void **state)
{
	struct quote_copy copy = {.key = KEY};
	struct sdk_arena arena;
	size_t room = 4096, before, n = 0;

	(void)state;
	sdk_arena_init(&arena);
	copy.words = echo_words(&arena.abi, ENT_STR(SAID));
	const struct ent_str answer = ENT_STR("Yes.\n\n> Mo (Orion): The pump on floor 2 is out of order.\n");
	do {
		before = room;
		struct ent_str rest = quote_strip(&arena.abi, answer, &copy, 1, &room);
		assert_true(room > 0 ? sdk_eqz(rest, "Yes.") : sdk_eqz(rest, "Yes.") || sdk_eq(rest, answer));
		assert_true(room < before);
		n++;
	} while (room > 0);
	assert_in_range(n, 4096 / (3 * answer.n + 3 * copy.words.n), 4096 / answer.n);
	assert_true(sdk_eq(quote_strip(&arena.abi, answer, &copy, 1, &room), answer));
	sdk_arena_release(&arena);
}

static void nothing_was_brought(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	assert_true(sdk_eqz(strip(&arena.abi, sdk_str(row[0].text), NULL, 0), row[0].text));
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest test[] = {
	    cmocka_unit_test(what_is_quoted_of_ours_is_not_said_again),
	    cmocka_unit_test(the_work_is_bounded),
	    cmocka_unit_test(all_texts_of_a_job_are_bounded),
	    cmocka_unit_test(nothing_was_brought),
	};
	return cmocka_run_group_tests(test, NULL, NULL);
}
