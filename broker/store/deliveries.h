/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shares, deliveries, copies: planning them, moving them, picking them. What writes runs
 * in the writer's transaction; failures stick in db.
 */
#ifndef STORE_DELIVERIES_H
#define STORE_DELIVERIES_H

#include "core/delivery.h"
#include "core/echo.h"
#include "store/db.h"

struct apply;
struct arrival;
struct unit;

/* ---- reading: any handle ------------------------------------------------------ */

bool delivery_load(struct db *db, struct ent_arena *arena, int64_t id, struct delivery *ret);
/* Heads that are due, oldest due first. Returns how many of max. */
size_t delivery_due(struct db *db, struct ent_arena *arena, struct ent_str supplier, int64_t now_ms,
		    struct delivery *ret, size_t max);
int64_t delivery_next_due(struct db *db, struct ent_str supplier); /* due_ms of the next head; INT64_MAX: none */
/* In flight from a life before: their outcome is not known. */
size_t delivery_in_flight(struct db *db, struct ent_arena *arena, struct delivery *ret, size_t max);
/* Suppliers that the set does not have, and what is left of theirs: what waits, and what stands still for a person. */
struct stranded {
	struct ent_str supplier;
	int64_t n_pending, n_still;
};
size_t delivery_stranded(struct db *db, struct ent_arena *arena, const struct supplier_set *suppliers,
			 struct stranded *ret, size_t max);
bool comment_by_uuid(struct db *db, struct ent_arena *arena, struct ent_str uuid, struct comment *ret);
bool share_stands(struct db *db, int64_t incident, struct ent_str supplier);
/* Is a delivery open for this supplier that is owed from before a merge (see delivery.owed)? */
bool delivery_is_owed(struct db *db, int64_t incident, struct ent_str supplier);
/* What the supplier may read in this incident. comment: the comment in question; NULL: none. */
struct reading share_reading(struct db *db, int64_t incident, struct ent_str supplier, const struct comment *comment);
/* Every supplier with a share, with its ticket; a supplier that is not in `suppliers` is left out (NULL: every one).
 * comment: the comment for which reads_ms is wanted; NULL: none. */
size_t party_list(struct db *db, struct ent_arena *arena, const struct supplier_set *suppliers, int64_t incident,
		  const struct comment *comment, const struct party **ret);
bool copy_known(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id);
/* The one with this key, whatever its age: a marker is found in texts that were not read for long. */
bool echo_by_key(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier, struct ent_str key,
		 struct echo_sent *ret);
/* What was brought, or may have been, to this supplier in this incident since. */
size_t echo_list(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier, int64_t since_ms,
		 const struct echo_sent **ret);

/* ---- writing -------------------------------------------------------------------- */

/* After each stored event: federate() and a row for each plan; the loop breaker parks what is too much. */
void deliveries_plan(struct apply *apply, const struct supplier_set *suppliers, const struct incident *before,
		     const struct incident *after, const struct event *event);
/* pending -> in_flight, attempt + 1; keeps the hash of the words for the echo guard. False: it does not wait any more.
 */
bool delivery_begin(struct db *db, int64_t id, const unsigned char hash[32], int64_t now_ms);
/* An attempt's result by its fence; makes the delivery.* event, the copy, and for a CREATE links the ticket. False:
 * that attempt is not the one in flight. */
bool delivery_settle(struct apply *apply, const struct supplier_set *suppliers, const struct delivery_result *result,
		     const struct arrival *told);
/* A person's decision. Parked and unknown deliveries take all three; one cancelled as `earlier` takes RETRY; a pending
 * one takes EDIT and IGNORE. False: it is in another state, or an update, which has no text to edit. */
enum delivery_action { DELIVERY_RETRY, DELIVERY_EDIT, DELIVERY_IGNORE };
bool delivery_act(struct apply *apply, int64_t id, enum delivery_action action, struct ent_str text,
		  const struct ent_person *author);
/* Parked ones of a supplier (absent: all) with that cause: pending again, words mapped anew. Returns how many. */
int64_t delivery_repair(struct apply *apply, struct ent_str supplier, enum delivery_cause cause);
/* What waits for suppliers that are not in the set is parked as `left`. How many; call again until there are none. */
int64_t delivery_strand(struct apply *apply, const struct supplier_set *suppliers);
/* An echo told us that an open or unknown delivery stands there: done. */
void delivery_seen(struct apply *apply, struct ent_str key, struct ent_str ticket, struct ent_str external_id);

/* Folds, also used by rebuild. */
void share_fold(struct db *db, const struct event *event);    /* shared, unshared, ticket.linked */
void delivery_fold(struct db *db, const struct event *event); /* delivery.done: the copy */
/* A merge: first since when each supplier reads the tickets of each incident; then shares and deliveries. */
void reads_move(struct db *db, int64_t from, int64_t to, int64_t at_ms);
void deliveries_move(struct db *db, int64_t from, int64_t to, int64_t at_ms);

#endif
