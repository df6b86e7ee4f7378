/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shares, deliveries, copies, as link/ and people read them, and the writer's turns around core/queue.h. What writes
 * runs in the writer's transaction; failures stick in db.
 */
#ifndef STORE_DELIVERIES_H
#define STORE_DELIVERIES_H

#include "core/queue.h"
#include "core/echo.h"
#include "store/db.h"

struct apply;
struct arrival;

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
/* What the supplier may read in this incident. comment: the comment in question; NULL: none. */
struct reading share_reading(struct db *db, int64_t incident, struct ent_str supplier, const struct comment *comment);
bool copy_known(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id);
/* The one with this key, whatever its age: a marker is found in texts that were not read for long. */
bool echo_by_key(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier, struct ent_str key,
		 struct echo_sent *ret);
/* What was brought, or may have been, to this supplier in this incident since. */
size_t echo_list(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier, int64_t since_ms,
		 const struct echo_sent **ret);

/* ---- writing -------------------------------------------------------------------- */

/* pending -> in_flight: see queue_begin(). */
bool delivery_begin(struct apply *apply, int64_t id, const unsigned char hash[32]);
/* An attempt's result by its fence; makes the delivery.* event, the copy, and for a CREATE links the ticket. False:
 * that attempt is not the one in flight. */
bool delivery_settle(struct apply *apply, const struct delivery_result *result, const struct arrival *told);
/* A person's decision: see queue_act(). *ret: the delivery as it was; id 0: there is none. */
bool delivery_act(struct apply *apply, int64_t id, enum delivery_action action, struct ent_str text,
		  const struct ent_person *author, struct delivery *ret);
/* Parked ones of a supplier (absent: all) with that cause: pending again, words mapped anew. Returns how many. */
int64_t delivery_repair(struct apply *apply, struct ent_str supplier, enum delivery_cause cause);
/* What waits for suppliers that are not in the set is parked as `left`. How many; call again until there are none. */
int64_t delivery_strand(struct apply *apply, const struct supplier_set *suppliers);
/* The thread as it stands, as far as its audience lets this supplier read: at most 100, the newest, oldest first.
 * What it has stays one. */
void delivery_thread(struct apply *apply, int64_t incident, const struct supplier *supplier);

#endif
