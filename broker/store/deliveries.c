/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the outbound queue: a new one, those that are due, one delivery, those that an echo is compared with. */
#include "store/delivery_rows.h"

#include "sdk/webhook.h"

#include <stdio.h>
#include <string.h>

/* The ticket is not the row's: it may come while the row waits. Of several, the one that it was begun for, else the one
 * that changed last. */
#define COLUMNS                                                                                                        \
	"SELECT delivery.id, delivery.key, delivery.incident, delivery.supplier, delivery.op, delivery.attributes, "   \
	"delivery.comment, delivery.title, delivery.text, delivery.planned, delivery.audience, "                       \
	"delivery.audience_suppliers, delivery.state, delivery.head, delivery.look, delivery.attempt, "                \
	"delivery.phase, delivery.memo, delivery.made_ms, delivery.due_ms, delivery.state_ms, delivery.cause, "        \
	"delivery.reason, delivery.remote_id, incident.uuid, ticket.external_id, ticket.key, "                         \
	"delivery.marked, delivery.unsure_ms, delivery.halved, delivery.owed, delivery.sent_to, delivery.anyway FROM " \
	"delivery "                                                                                                    \
	"JOIN incident ON incident.number = delivery.incident LEFT JOIN ticket ON ticket.id = "                        \
	"coalesce((SELECT s.id FROM ticket AS s WHERE s.supplier = delivery.supplier AND s.external_id = "             \
	"delivery.sent_to AND s.incident = delivery.incident AND s.removed = 0), "                                     \
	"(SELECT t.id FROM ticket AS t WHERE t.incident = delivery.incident AND t.supplier = delivery.supplier AND "   \
	"t.removed = 0 ORDER BY t.changed_ms DESC, t.id DESC LIMIT 1)) "

static void read_words(struct db_stmt *stmt, struct ent_arena *arena, struct delivery *ret)
{
	ret->title = db_str(stmt, 7).n ? sdk_dup(arena, db_str(stmt, 7)) : ENT_ABSENT;
	ret->text = db_str(stmt, 8).n ? sdk_dup(arena, db_str(stmt, 8)) : ENT_ABSENT;
	ret->values = attr_values_parse(db_str(stmt, 9));
	(void)audience_kind(db_str(stmt, 10), &ret->audience.kind); /* an unknown word stays internal */
	ret->audience.suppliers = sdk_dup(arena, db_str(stmt, 11));
}

/* Unknown words stand for what does least: parked, no cause. */
static void read_state(struct db_stmt *stmt, struct ent_arena *arena, struct delivery *ret)
{
	ret->state = DELIVERY_PARKED;
	(void)delivery_state_by_name(db_str(stmt, 12), &ret->state);
	ret->head = db_int(stmt, 13) != 0;
	ret->look = db_int(stmt, 14) != 0;
	ret->look_only = db_int(stmt, 14) > 1;
	ret->unsure_ms = db_int(stmt, 28);
	ret->attempt = (unsigned)db_int(stmt, 15);
	ret->phase = (unsigned)db_int(stmt, 16);
	ret->memo = sdk_dup(arena, db_str(stmt, 17));
	ret->made_ms = db_int(stmt, 18);
	ret->due_ms = db_int(stmt, 19);
	ret->state_ms = db_int(stmt, 20);
	(void)delivery_cause_by_word(db_str(stmt, 21), &ret->cause);
	ret->reason = sdk_dup(arena, db_str(stmt, 22));
	ret->remote_id = sdk_dup(arena, db_str(stmt, 23));
}

static void copy_text(char ret[ID_SIZE], struct ent_str s)
{
	snprintf(ret, ID_SIZE, "%.*s", ENT_F(s));
}

static void read_row(struct db_stmt *stmt, struct ent_arena *arena, struct delivery *ret)
{
	*ret = (struct delivery){.id = db_int(stmt, 0),
				 .incident = db_int(stmt, 2),
				 .marked = db_int(stmt, 27),
				 .halved = db_int(stmt, 29) != 0,
				 .owed = db_int(stmt, 30) != 0,
				 .sent_to = sdk_dup(arena, db_str(stmt, 31)),
				 .anyway = db_int(stmt, 32) != 0,
				 .supplier = sdk_dup(arena, db_str(stmt, 3)),
				 .set = (uint32_t)db_int(stmt, 5),
				 .ticket = sdk_dup(arena, db_str(stmt, 25)),
				 .ticket_key = db_str(stmt, 26).n ? sdk_dup(arena, db_str(stmt, 26)) : ENT_ABSENT};
	(void)delivery_op_by_name(db_str(stmt, 4), &ret->op);
	copy_text(ret->key, db_str(stmt, 1));
	copy_text(ret->comment, db_str(stmt, 6));
	copy_text(ret->incident_uuid, db_str(stmt, 24));
	read_words(stmt, arena, ret);
	read_state(stmt, arena, ret);
}

static size_t read_rows(struct db_stmt *stmt, struct ent_arena *arena, struct delivery *ret, size_t max)
{
	size_t n = 0;

	while (n < max && db_row(stmt))
		read_row(stmt, arena, &ret[n++]);
	db_done(stmt);
	return n;
}

bool delivery_load(struct db *db, struct ent_arena *arena, int64_t id, struct delivery *ret)
{
	struct db_stmt *stmt = db_use(db, COLUMNS "WHERE delivery.id = $1");

	db_bind_int(stmt, 1, id);
	return read_rows(stmt, arena, ret, 1) == 1;
}

size_t delivery_due(struct db *db, struct ent_arena *arena, struct ent_str supplier, int64_t now_ms,
		    struct delivery *ret, size_t max)
{
	struct db_stmt *stmt = db_use(db, COLUMNS "WHERE delivery.state = 'pending' AND delivery.head = 1 AND "
						  "delivery.supplier = $1 AND delivery.due_ms <= $2 "
						  "ORDER BY delivery.due_ms, delivery.id LIMIT $3");
	db_bind_str(stmt, 1, supplier);
	db_bind_int(stmt, 2, now_ms);
	db_bind_int(stmt, 3, (int64_t)max);
	return read_rows(stmt, arena, ret, max);
}

int64_t delivery_next_due(struct db *db, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(db, "SELECT due_ms FROM delivery WHERE state = 'pending' AND head = 1 AND "
					  "supplier = $1 ORDER BY due_ms, id LIMIT 1");
	db_bind_str(stmt, 1, supplier);
	int64_t due_ms = db_row(stmt) ? db_int(stmt, 0) : INT64_MAX;
	db_done(stmt);
	return due_ms;
}

size_t delivery_in_flight(struct db *db, struct ent_arena *arena, struct delivery *ret, size_t max)
{
	/* Both words: the second lets the partial index serve it. */
	struct db_stmt *stmt =
	    db_use(db, COLUMNS "WHERE delivery.state = 'in_flight' AND delivery.state NOT IN ('done', 'cancelled') "
			       "ORDER BY delivery.id LIMIT $1");
	db_bind_int(stmt, 1, (int64_t)max);
	return read_rows(stmt, arena, ret, max);
}

size_t delivery_stranded(struct db *db, struct ent_arena *arena, const struct supplier_set *suppliers,
			 struct stranded *ret, size_t max)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT supplier, sum(state = 'pending'), sum(state <> 'pending') FROM delivery "
		       "WHERE state IN ('pending', 'parked', 'unknown') AND state NOT IN ('done', "
		       "'cancelled') GROUP BY supplier ORDER BY supplier");
	size_t n = 0;

	while (n < max && db_row(stmt)) {
		if (supplier_by_name(suppliers, db_str(stmt, 0)))
			continue;
		ret[n++] = (struct stranded){sdk_dup(arena, db_str(stmt, 0)), db_int(stmt, 1), db_int(stmt, 2)};
	}
	db_done(stmt);
	return n;
}

size_t delivery_waiting(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier,
			const struct delivery **ret)
{
	size_t n = 0, cap = 16;
	struct delivery *list = SDK_NEW_N(arena, struct delivery, cap);
	struct db_stmt *stmt = db_use(db, COLUMNS "WHERE delivery.incident = $1 AND delivery.supplier = $2 AND "
						  "delivery.state NOT IN ('done', 'cancelled') AND "
						  "delivery.state <> 'in_flight' ORDER BY delivery.id");
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	while (db_row(stmt)) {
		if (n == cap) {
			struct delivery *grown = SDK_NEW_N(arena, struct delivery, cap * 2);
			memcpy(grown, list, n * sizeof *grown);
			list = grown;
			cap *= 2;
		}
		read_row(stmt, arena, &list[n++]);
	}
	*ret = list;
	return n;
}

/* ---- writing ------------------------------------------------------------------- */

static void bind_delivery(struct db_stmt *stmt, const struct delivery *delivery)
{
	bool is_ticket = delivery->op == ENT_UPDATE_TICKET || delivery->op == ENT_CREATE_TICKET;
	char planned[ATTR_VALUES_SIZE];

	db_bind_str(stmt, 1, sdk_str(delivery->key));
	db_bind_int(stmt, 2, delivery->incident);
	db_bind_str(stmt, 3, delivery->supplier);
	db_bind_str(stmt, 4, sdk_str(delivery_op_name(delivery->op)));
	db_bind_int(stmt, 5, delivery->set);
	db_bind_str(stmt, 6, sdk_str(delivery->comment));
	db_bind_str(stmt, 7, sdk_or_empty(delivery->title));
	db_bind_str(stmt, 8, sdk_or_empty(delivery->text));
	db_bind_str(stmt, 9, is_ticket ? attr_values_print(&delivery->values, planned) : ENT_STR(""));
	db_bind_str(stmt, 11, sdk_str(audience_name(delivery->audience.kind)));
	db_bind_str(stmt, 12, sdk_or_empty(delivery->audience.suppliers));
	db_bind_str(stmt, 13, sdk_str(delivery_state_name(delivery->state)));
	db_bind_int(stmt, 14, delivery->made_ms);
}

bool delivery_insert(struct db *db, struct delivery_row *row)
{
	/* A delivery that was cancelled with its share or audience may go after all; its phase and memo stay. */
	struct db_stmt *stmt = db_use(
	    db,
	    "INSERT INTO delivery (key, incident, marked, supplier, sent_to, op, attributes, comment, title, text, "
	    "planned, "
	    "audience, audience_suppliers, hash, state, head, look, unsure_ms, attempt, phase, memo, origin, said_ms, "
	    "made_ms, "
	    "due_ms, state_ms, cause, reason, exchange, remote_id, bound, anyway) VALUES ($1, $2, $2, $3, '', $4, $5, "
	    "$6, $7, "
	    "$8, $9, "
	    "$11, "
	    "$12, $17, $13, 0, 0, 0, 0, 0, '', $15, $16, $14, $14, $14, '', '', '', '', 0, $18) ON CONFLICT (comment, "
	    "supplier) "
	    "WHERE comment <> '' DO UPDATE SET incident = excluded.incident, audience = excluded.audience, "
	    "audience_suppliers = excluded.audience_suppliers, state = excluded.state, due_ms = excluded.due_ms, "
	    "state_ms = excluded.state_ms, cause = '', reason = '', attempt = 0, owed = 0, anyway = excluded.anyway "
	    "WHERE delivery.state = 'cancelled' AND delivery.cause IN ('unshared', 'audience', 'earlier') OR "
	    "delivery.state = 'parked' AND delivery.cause = 'earlier' RETURNING id");

	bind_delivery(stmt, &row->delivery);
	db_bind_str(stmt, 15, sdk_or_empty(row->origin));
	db_bind_int(stmt, 16, row->said_ms);
	db_bind_blob(stmt, 17, ENT_STR(""));
	db_bind_int(stmt, 18, row->delivery.anyway);
	bool is_new = db_row(stmt);
	if (is_new)
		row->delivery.id = db_int(stmt, 0);
	db_done(stmt);
	return is_new;
}

/* ---- echoes --------------------------------------------------------------------- */

enum { ECHOES_MAX = 200 };

#define SENT_COLUMNS "comment, key, hash, attributes, planned, bound"

static void read_sent(struct db_stmt *stmt, struct ent_arena *arena, struct echo_sent *ret)
{
	struct ent_str hash = db_str(stmt, 2);

	*ret = (struct echo_sent){.set = (uint32_t)db_int(stmt, 3), .is_bound = db_int(stmt, 5) != 0};
	if (db_str(stmt, 0).n)
		ret->comment = sdk_dup(arena, db_str(stmt, 0));
	copy_text(ret->key, db_str(stmt, 1));
	if (hash.n == sizeof ret->hash)
		memcpy(ret->hash, hash.p, sizeof ret->hash);
	if (ret->set)
		ret->values = attr_values_parse(db_str(stmt, 4));
}

bool echo_by_key(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier, struct ent_str key,
		 struct echo_sent *ret)
{
	struct db_stmt *stmt = db_use(db, "SELECT " SENT_COLUMNS " FROM delivery WHERE key = $1 AND incident = $2 AND "
					  "supplier = $3 AND (attempt > 0 OR length(hash) > 0)");

	db_bind_str(stmt, 1, key);
	db_bind_int(stmt, 2, incident);
	db_bind_str(stmt, 3, supplier);
	bool found = db_row(stmt);
	if (found)
		read_sent(stmt, arena, ret);
	db_done(stmt);
	return found;
}

size_t echo_list(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier, int64_t since_ms,
		 const struct echo_sent **ret)
{
	/* Begun once: what was not is nobody's echo. What is open may still be under way, however old. */
	struct db_stmt *stmt =
	    db_use(db, "SELECT " SENT_COLUMNS " FROM delivery "
		       "WHERE incident = $1 AND supplier = $2 AND (attempt > 0 OR length(hash) > 0) AND "
		       "(state_ms >= $3 OR state NOT IN ('done', 'cancelled')) ORDER BY id DESC LIMIT $4");
	struct echo_sent *list = NULL;
	size_t n = 0, cap = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	db_bind_int(stmt, 3, since_ms);
	db_bind_int(stmt, 4, ECHOES_MAX);
	while (n < ECHOES_MAX && db_row(stmt)) { /* most find nothing, and take nothing */
		if (n == cap) {
			struct echo_sent *grown = SDK_NEW_N(arena, struct echo_sent, cap = cap ? cap * 2 : 8);
			if (n)
				memcpy(grown, list, n * sizeof *grown);
			list = grown;
		}
		read_sent(stmt, arena, &list[n++]);
	}
	db_done(stmt);
	*ret = list;
	return n;
}
