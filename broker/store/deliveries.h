/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of deliveries: those that link/ reads, those that an echo is compared with. Failures stick in db. */
#ifndef STORE_DELIVERIES_H
#define STORE_DELIVERIES_H

#include "core/queue.h"
#include "core/echo.h"
#include "store/db.h"

/* ---- reading: any handle ------------------------------------------------------ */

bool delivery_load(struct db *db, struct ent_arena *arena, int64_t id, struct delivery *ret);
/* Finds the id that a delivery's comment has in the delivery's ticket, or in one that went on as it. */
void delivery_place(struct db *db, struct ent_arena *arena, struct delivery *delivery);
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
/* The one with this key, whatever its age: a marker is found in texts that were not read for long. One in flight also
 * when it is another incident's: the tool may have moved its ticket and not told it yet. */
bool echo_by_key(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier, struct ent_str key,
		 struct echo_sent *ret);
/* Deliveries that were brought, or may have been, to this supplier in this incident since. */
size_t echo_list(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier, int64_t since_ms,
		 const struct echo_sent **ret);

/* The highest id that a delivery has, or had in a store that this one was rebuilt after. */
int64_t delivery_last_id(struct db *db);

/* ---- the writer's ---------------------------------------------------------------- */

#define DELIVERY_COLUMNS                                                                                               \
	"SELECT delivery.id, delivery.key, delivery.incident, delivery.supplier, delivery.op, delivery.attributes, "   \
	"delivery.comment, delivery.title, delivery.text, delivery.planned, delivery.organisations, "                  \
	"delivery.everyone, delivery.state, delivery.head, delivery.look, delivery.attempt, "                          \
	"delivery.phase, delivery.memo, delivery.made_ms, delivery.due_ms, delivery.state_ms, delivery.cause, "        \
	"delivery.reason, delivery.remote_id, delivery.marked, delivery.unsure_ms, delivery.halved, delivery.owed, "   \
	"delivery.sent_to, delivery.anyway, delivery.origin, delivery.said_ms, delivery.requester"
#define DELIVERY_FIELDS DELIVERY_COLUMNS " FROM delivery "
/* The row that stands of a statement that begins with these columns: without incident_uuid, ticket and ticket_key. */
void delivery_read(struct db_stmt *stmt, struct ent_arena *arena, struct delivery *ret);
/* Events on the stream name ids up to this one: no new delivery gets one of them. */
void delivery_reserve(struct db *db, int64_t last_id);
/* A new one or what changed of it. */
void delivery_save(struct db *db, struct delivery *delivery);
/* The values of updates that are done were told since: the same said once more is news. */
void delivery_bind_updates(struct db *db, int64_t incident, struct ent_str supplier, uint32_t bits);

#endif
