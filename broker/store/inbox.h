/* SPDX-License-Identifier: Apache-2.0 */
/* Deliveries as they came, each once, and what could not be handled. Failures stick in db. */
#ifndef STORE_INBOX_H
#define STORE_INBOX_H

#include "core/arrival.h"
#include "store/db.h"

enum inbox_found { INBOX_NEW, INBOX_REPEAT, INBOX_OTHER_BODY };

/* Takes the arrival in, or says that it is known. */
enum inbox_found inbox_take(struct db *db, const struct arrival *arrival, struct ent_str packed);
/* A known arrival with no body kept (after a rebuild). */
void inbox_mark(struct db *db, struct ent_str supplier, struct ent_str delivery_id, int64_t received_ms);
/* Forgets at most max bodies and as many deliveries received before: a repeat from before is taken for new then, and
 * its stamps say that it is late. */
bool inbox_prune(struct db *db, int64_t before_ms, int64_t max); /* true: there may be more that is as old */

/* Returns the dead letter's id, 0 when this very one is kept already. */
int64_t dead_letter_add(struct db *db, const struct arrival *arrival, struct ent_str packed, struct ent_said reason,
			bool conflict);
/* waiting -> replayed | ignored. False: there is none, or it does not wait. */
bool dead_letter_close(struct db *db, int64_t id, const char *state, int64_t now_ms);
/* The reason after a replay that failed again. False: there is none waiting. */
bool dead_letter_again(struct db *db, int64_t id, struct ent_said reason, int64_t now_ms);
/* There is a letter of the supplier with these words, whatever became of it. */
bool dead_letter_said(struct db *db, struct ent_str supplier, struct ent_said reason);
/* A letter that was replayed just now waits again: a part of it could not be taken. */
void dead_letter_reopen(struct db *db, int64_t id, struct ent_said reason, int64_t now_ms);

/* Counts of one step, per supplier, written once a commit. */
struct supplier_tally {
	struct ent_str name;
	int64_t heard_ms, on_time_ms, accepted, repeated, dead, late, unmapped, dropped;
};
void supplier_tally_save(struct db *db, const struct supplier_tally *tally);
/* When the supplier last sent a webhook whose newest time was that of its arrival; 0: never. */
int64_t supplier_on_time(struct db *db, const struct supplier_tally *tally);
#define TALLIES_MAX 64
struct supplier_tallies {
	struct supplier_tally at[TALLIES_MAX];
	size_t n;
};
/* The one of this supplier; many suppliers in one step: some are written early. */
struct supplier_tally *supplier_tally_of(struct db *db, struct supplier_tallies *tallies, struct ent_str name);

#endif
