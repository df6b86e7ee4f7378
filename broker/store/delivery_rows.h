/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of deliveries and of copies, as the writer's files share them. */
#ifndef STORE_DELIVERY_ROWS_H
#define STORE_DELIVERY_ROWS_H

#include "core/delivery.h"
#include "store/db.h"

#define DELIVERY_COLUMNS                                                                                               \
	"SELECT delivery.id, delivery.key, delivery.incident, delivery.supplier, delivery.op, delivery.attributes, "   \
	"delivery.comment, delivery.title, delivery.text, delivery.planned, delivery.audience, "                       \
	"delivery.audience_suppliers, delivery.state, delivery.head, delivery.look, delivery.attempt, "                \
	"delivery.phase, delivery.memo, delivery.made_ms, delivery.due_ms, delivery.state_ms, delivery.cause, "        \
	"delivery.reason, delivery.remote_id, delivery.marked, delivery.unsure_ms, delivery.halved, delivery.owed, "   \
	"delivery.sent_to, delivery.anyway, delivery.origin, delivery.said_ms"
#define DELIVERY_FIELDS DELIVERY_COLUMNS " FROM delivery "
/* The row that stands of a statement that begins with these columns: without incident_uuid, ticket and ticket_key. */
void delivery_read(struct db_stmt *stmt, struct ent_arena *arena, struct delivery *ret);
/* A new one or what changed of it. */
void delivery_save(struct db *db, struct delivery *delivery);
/* The values of updates that are done were told since: the same said once more is news. */
void delivery_bind_updates(struct db *db, int64_t incident, struct ent_str supplier, uint32_t bits);

void copy_save(struct db *db, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id,
	       const char *comment, bool learned);

#endif
