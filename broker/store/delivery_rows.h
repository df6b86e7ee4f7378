/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the outbound queue share: the row, its place in the queue, its events. Only the writer. */
#ifndef STORE_DELIVERY_ROWS_H
#define STORE_DELIVERY_ROWS_H

#include "store/apply.h"
#include "store/deliveries.h"

/* Not yet in the table: id 0, key made. */
struct delivery_row {
	struct delivery delivery;
	struct ent_str origin; /* the supplier whose word caused it; "" a person with us */
	int64_t said_ms;
};
/* Takes its place at the end of the queue; heads are the caller's. False: this comment stands in that queue. */
bool delivery_insert(struct db *db, struct delivery_row *row);

/* The first open one of an incident at a supplier goes next. An update that is parked or unknown holds nobody back, nor
 * does what was parked as a loop: people's words go past an automatic answer. While there is no
 * ticket only what creates it can go. After each change of a state, of a ticket's presence, of an incident. */
void delivery_heads(struct db *db, int64_t incident, struct ent_str supplier);
/* The same for each supplier with an open delivery. */
void delivery_heads_all(struct db *db, struct ent_arena *arena, int64_t incident);

struct delivery_verdict {
	enum delivery_state state; /* DONE, PARKED, UNKNOWN, CANCELLED */
	enum delivery_cause cause;
	struct ent_str reason, remote_id, exchange;
	const struct ent_person *author; /* NULL: nobody */
};
/* Writes the state and makes the delivery.* event; heads are the caller's. */
void delivery_end(struct apply *apply, const struct delivery *delivery, const struct delivery_verdict *verdict);
/* Without a ticket nothing can be sent until the incident is shared again or the ticket comes back: open deliveries are
 * parked for a person, unless a ticket is being made. */
void delivery_park_gone(struct apply *apply, int64_t incident, struct ent_str supplier);
bool ticket_comes(struct db *db, int64_t incident, struct ent_str supplier); /* a delivery that makes one is open */
/* Deliveries that a ticket did not take (it was gone, refused, or was closed by the merge) go to the ticket that it
 * goes on as. */
void delivery_revive_moved(struct apply *apply, int64_t incident, struct ent_str supplier);
/* Open ones of an incident at a supplier (never one in flight: its outcome will tell), in their order. */
size_t delivery_waiting(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier,
			const struct delivery **ret);
/* The values of updates that are done were told since: the same said once more is news. */
void delivery_bind_updates(struct db *db, int64_t incident, struct ent_str supplier, uint32_t bits);

/* The thread as it stands, as far as its audience lets this supplier read: at most 100, the newest, oldest first.
 * What it has stays one. */
void deliveries_thread(struct apply *apply, const struct supplier *supplier, const struct incident *incident);
void copy_save(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id,
	       const char *comment, bool learned);

#endif
