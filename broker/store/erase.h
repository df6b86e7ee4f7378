/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person is erased: the name is forgotten, the words and the ref stay. What is small goes in the transaction of the
 * request: the account's name, mail, password and provider, sessions, tokens, invitations, drafts, files that no
 * comment carries, reading places, followed threads, the inbox, and the name in table person, from where the topic and
 * the index forget it. What tools sent and were sent is looked through
 * afterwards, some rows in each turn of the writer; where that stands is in table erasure, so that a restart goes on.
 * Only rows that came before an erasure is done are looked at: a tool that tells the name again is asked to forget it
 * there.
 */
#ifndef STORE_ERASE_H
#define STORE_ERASE_H

#include "store/db.h"

#define ERASE_WORDS_MAX 10 /* further words that are looked for */

struct erasure {
	int64_t begun_ms, done_ms; /* done_ms 0: it goes on */
	int64_t n_raw, n_letter, n_delivery;
};
bool erase_find(struct db *db, struct ent_str ref, struct erasure *ret);

/* ---- in the writer's transaction ---- */

/* Begins to look for the words, one a line; of a person who was erased before, once more. */
void erase_begin(struct db *db, struct ent_str ref, struct ent_str words, int64_t now_ms);
/* The rows that are the person's own go, and the account is empty and disabled. */
void erase_account(struct db *db, struct ent_str ref);
/* Some rows more. False: nothing is left to do. */
bool erase_step(struct db *db, int64_t now_ms);
bool erase_waits(struct db *db);

#endif
