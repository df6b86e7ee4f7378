/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endless answers: two tools whose programs answer each other. Pure.
 *
 * Two signs, whatever the pace:
 * - An account says the same words again, each time after something of ours was brought to its tool. Words are compared
 *   without digits, times and quotes, because an automatic answer puts a new date into the same sentence.
 * - Two accounts of two tools answer each other many times, each within seconds. Their words may change.
 * People repeat themselves, too, but not the same sentence three times, each time as an answer; a nod ("ok", "thanks")
 * counts only when it is said six times.
 */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H

#include "base/world.h"

#define LOOP_SAME       3     /* times the same words, each after ours */
#define LOOP_NOD        6     /* the same of what is as short as a nod */
#define LOOP_NOD_WORDS  2     /* that many words are a nod */
#define LOOP_SWITCHES   20    /* alternations of two accounts */
#define LOOP_PACE_MS    10000 /* of one alternation */
#define LOOP_THREAD_MAX 200   /* comments that are looked at */

/* A comment of the thread. */
struct loop_word {
	struct ent_str supplier; /* where it was written; "": with us */
	struct ent_str author;   /* ref; may be empty */
	struct ent_str body;
	int64_t said_ms; /* by the clock of its tool */
	bool reached;    /* it was brought to the tool of the last one's supplier, or may have been */
};

enum loop_sign { LOOP_NONE, LOOP_SAME_WORDS, LOOP_ALTERNATING };

/* word: oldest first, in order of arrival; the last one is to be carried on. is_ours: we opened its ticket, which a
 * tool may answer, too. *ret_other: index of the other side's last comment, SIZE_MAX when it is the ticket itself. */
enum loop_sign loop_find(const struct loop_word *word, size_t n, bool is_ours, struct ent_arena *arena,
			 size_t *ret_other);

/* The words that are compared: without quoted lines, text in quotation marks, each word that holds a digit, names of
 * days and months; ASCII letters in lower case, one blank between words. *ret_words: how many are left. */
struct ent_str loop_words(struct ent_arena *arena, struct ent_str body, size_t *ret_words);

#endif
