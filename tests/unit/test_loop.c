/* SPDX-License-Identifier: Apache-2.0 */
/* Which threads are two programs that answer each other, and which are people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/loop.h"

static void words_are_compared_without_digits_times_and_quotes(void **state)
{
	static const struct {
		const char *one, *two;
		bool same;
	} row[] = {
	    {"I am out of the office until Monday.", "I am out of the office until Friday.", true},
	    {"Your request was received at 04:18:45 on 22.11.2026.",
	     "Your request was received at 9:01:02 on 1.12.2026.", true},
	    {"Received Sun, 22 Nov 2026 04:18:45 GMT: thank you", "Received Mon, 07 Dec 2026 11:00:01 GMT: thank you",
	     true},
	    {"We got \"Mo: on site\" and look at it", "We got \"Dana: thank you\" and look at it", true},
	    {"Nous avons reçu « Bonjour » de votre part", "Nous avons reçu « Merci » de votre part", true},
	    {"Thank you.\n\n> Mo (Orion): on site\n> at ten", "Thank you.\n\n> Dana: it rains", true},
	    {"Ticket [SD-4711] was updated", "ticket [SD-4712] was  updated", true},
	    {"The pump is out", "The fan is out", false},
	    {"Out of office", "Out of office, call Bo", false},
	};
	struct sdk_arena arena;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		sdk_arena_init(&arena);
		struct ent_str one = loop_words(&arena.abi, sdk_str(row[i].one), &n);
		struct ent_str two = loop_words(&arena.abi, sdk_str(row[i].two), &n);
		if (sdk_eq(one, two) != row[i].same)
			fail_msg("\"%.*s\" and \"%.*s\"", ENT_F(one), ENT_F(two));
		sdk_arena_release(&arena);
	}
}

/* ---- threads: "supplier/author: words" a line; lower case suppliers; `us` is us. "+" before: it did not reach
 * -------- */

struct thread {
	struct loop_word word[LOOP_THREAD_MAX];
	size_t n;
};

static void say(struct thread *thread, const char *supplier, const char *author, const char *body, int64_t said_ms)
{
	thread->word[thread->n++] = (struct loop_word){
	    .supplier = sdk_str(supplier), .author = sdk_str(author), .body = sdk_str(body), .said_ms = said_ms};
}

/* As the store reads it: what others said has reached the last one's tool. */
static enum loop_sign sign_of(struct thread *thread, bool is_ours, size_t *ret_other)
{
	const struct loop_word *last = &thread->word[thread->n - 1];
	struct sdk_arena arena;
	enum loop_sign sign;

	for (size_t i = 0; i < thread->n; i++)
		thread->word[i].reached = !sdk_eq(thread->word[i].supplier, last->supplier);
	sdk_arena_init(&arena);
	sign = loop_find(thread->word, thread->n, is_ours, &arena.abi, ret_other);
	sdk_arena_release(&arena);
	return sign;
}

static void the_same_words_a_third_time_after_ours_are_a_loop_at_any_pace(void **state)
{
	const int64_t day = 24 * 3600 * 1000LL;
	struct thread thread = {.n = 0};
	size_t other;

	(void)state;
	for (int64_t i = 0; i < 3; i++) {
		say(&thread, "a", "Auto a", "I am out of the office until Monday.", i * day);
		if (i < 2)
			assert_int_equal(sign_of(&thread, true, &other), LOOP_NONE);
		else
			assert_int_equal(sign_of(&thread, true, &other), LOOP_SAME_WORDS);
		if (i < 2)
			say(&thread, "b", "Auto b", "Your message was received.", i * day + 1);
	}
	assert_int_equal(other, 3); /* the other side is named by its last word */
}

static void our_ticket_counts_as_something_to_answer(void **state)
{
	struct thread thread = {.n = 0};
	size_t other;

	(void)state;
	for (int i = 0; i < 3; i++) {
		say(&thread, "a", "Auto a", "I am out of the office.", i);
		if (i < 2)
			say(&thread, "us", "David", "And now?", i);
	}
	assert_int_equal(sign_of(&thread, false, &other), LOOP_NONE); /* its first one was no answer */
	assert_int_equal(sign_of(&thread, true, &other), LOOP_SAME_WORDS);
}

static void the_same_words_that_answer_nothing_are_no_loop(void **state)
{
	struct thread thread = {.n = 0};
	size_t other;

	(void)state;
	say(&thread, "b", "Bo", "Please keep us informed.", 0);
	for (int i = 0; i < 8; i++)
		say(&thread, "a", "Monitor", "Still down: probe failed.", i * 60000);
	assert_int_equal(sign_of(&thread, true, &other), LOOP_NONE);
}

static void another_account_with_the_same_words_is_no_loop(void **state)
{
	static const char *const who[] = {"Ann", "Bea", "Cleo", "Dot"};
	struct thread thread = {.n = 0};
	size_t other;

	(void)state;
	for (int i = 0; i < 4; i++) {
		say(&thread, "b", "Bo", "Who takes it?", i * 60000);
		say(&thread, "a", who[i], "I will have a look at it.", i * 60000 + 1);
	}
	assert_int_equal(sign_of(&thread, true, &other), LOOP_NONE);
}

static void a_nod_may_be_said_five_times(void **state)
{
	struct thread thread = {.n = 0};
	size_t other;

	(void)state;
	for (int i = 1; i <= 6; i++) {
		say(&thread, "b", "Bo", i % 2 ? "Done, have a look" : "And the second one too", i * 600000);
		say(&thread, "a", "Ann", "Thank you!", i * 600000 + 30000);
		assert_int_equal(sign_of(&thread, true, &other), i < 6 ? LOOP_NONE : LOOP_SAME_WORDS);
	}
}

static void changing_words_are_a_loop_after_twenty_alternations_within_seconds(void **state)
{
	static char body[LOOP_THREAD_MAX][40];
	struct thread thread = {.n = 0};
	size_t other;

	(void)state;
	for (int i = 0; i <= LOOP_SWITCHES; i++) {
		body[i][0] = (char)('a' + i), body[i][1] = '\0';
		memcpy(body[i] + 1, " is what I say", sizeof " is what I say");
		/* b's clock is an hour behind */
		say(&thread, i % 2 ? "b" : "a", i % 2 ? "Auto b" : "Auto a", body[i], i * 9000 - (i % 2) * 3600000);
		assert_int_equal(sign_of(&thread, true, &other), i < LOOP_SWITCHES ? LOOP_NONE : LOOP_ALTERNATING);
	}
	assert_int_equal(other, LOOP_SWITCHES - 1);
}

/* A thread of two people in a hurry, as recorded: how many seconds after the one before, who, what. */
static const struct line {
	int after_s;
	const char *supplier, *author, *body;
} hurry[] = {
    {0, "a", "Mo", "Do you see the link?"},
    {6, "b", "Dana", "No"},
    {5, "a", "Mo", "And now?"},
    {7, "b", "Dana", "No"},
    {30, "a", "Mo", "Port 12 is up"},
    {8, "b", "Dana", "Yes now"},
    {4, "a", "Mo", "ok"},
    {9, "b", "Dana", "And the second one?"},
    {12, "a", "Mo", "wait"},
    {3, "b", "Dana", "ok"},
    {25, "a", "Mo", "Do you see it?"},
    {6, "b", "Dana", "Yes"},
    {5, "a", "Mo", "ok"},
    {7, "b", "Dana", "Third one?"},
    {6, "a", "Mo", "wait"},
    {4, "b", "Dana", "ok"},
    {9, "a", "Mo", "Do you see it?"},
    {9, "b", "Dana", "Yes"},
    {8, "a", "Mo", "Then I close"},
    {3, "b", "Dana", "ok"},
    {5, "a", "Mo", "Good night"},
    {4, "b", "Dana", "Good night, thank you"},
    {3, "a", "Mo", "You are welcome"},
};

static void two_people_in_a_hurry_are_no_loop(void **state)
{
	struct thread thread = {.n = 0};
	int64_t now_ms = 0;
	size_t other;

	(void)state;
	for (size_t i = 0; i < sizeof hurry / sizeof *hurry; i++) {
		now_ms += hurry[i].after_s * 1000;
		say(&thread, hurry[i].supplier, hurry[i].author, hurry[i].body, now_ms);
		assert_int_equal(sign_of(&thread, true, &other), LOOP_NONE);
	}
}

/* Each says something else each time, but for "Any news?", which everybody says now and then. */
static void three_people_who_write_for_days_are_no_loop(void **state)
{
	enum { N = 150, ASKS = 40 };
	static const char *const supplier[] = {"a", "b", "c"}, *const author[] = {"Mo", "Dana", "Ines"};
	static char body[N][64];
	struct thread thread = {.n = 0};
	size_t other;

	(void)state;
	for (int i = 0; i < N; i++) {
		snprintf(body[i], sizeof body[i], "Part %c%c%c is ordered, the next one follows", 'a' + i % 26,
			 'a' + i / 26, 'a' + i % 7);
		say(&thread, supplier[i % 3], author[i % 3], i % ASKS == ASKS - 1 ? "Any news?" : body[i],
		    i * (int64_t)7200000);
		assert_int_equal(sign_of(&thread, true, &other), LOOP_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest test[] = {
	    cmocka_unit_test(words_are_compared_without_digits_times_and_quotes),
	    cmocka_unit_test(the_same_words_a_third_time_after_ours_are_a_loop_at_any_pace),
	    cmocka_unit_test(our_ticket_counts_as_something_to_answer),
	    cmocka_unit_test(the_same_words_that_answer_nothing_are_no_loop),
	    cmocka_unit_test(another_account_with_the_same_words_is_no_loop),
	    cmocka_unit_test(a_nod_may_be_said_five_times),
	    cmocka_unit_test(changing_words_are_a_loop_after_twenty_alternations_within_seconds),
	    cmocka_unit_test(two_people_in_a_hurry_are_no_loop),
	    cmocka_unit_test(three_people_who_write_for_days_are_no_loop),
	};
	return cmocka_run_group_tests(test, NULL, NULL);
}
