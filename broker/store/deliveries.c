/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the outbound queue: one delivery, those that are due, those that an echo is compared with. */
#include "store/deliveries.h"

#include "store/said.h"

#include "sdk/webhook.h"

#include <stdio.h>
#include <string.h>

/* The ticket is not the row's: it may come while the row waits. If there are several: the one that it was begun for,
 * else the one that changed last. */
#define WITH_TICKET                                                                                                    \
	DELIVERY_COLUMNS                                                                                               \
	", incident.uuid, ticket.external_id, ticket.key FROM delivery JOIN incident ON incident.number = "            \
	"delivery.incident LEFT JOIN ticket ON ticket.id = "                                                           \
	"coalesce((SELECT s.id FROM ticket AS s WHERE s.supplier = delivery.supplier AND s.external_id = "             \
	"delivery.sent_to AND s.incident = delivery.incident AND s.removed = 0), "                                     \
	"(SELECT t.id FROM ticket AS t WHERE t.incident = delivery.incident AND t.supplier = delivery.supplier AND "   \
	"t.removed = 0 ORDER BY t.changed_ms DESC, t.id DESC LIMIT 1)) "

static void read_words(struct db_stmt *stmt, struct ent_arena *arena, struct delivery *ret)
{
	ret->title = db_str(stmt, 7).n ? sdk_dup(arena, db_str(stmt, 7)) : ENT_ABSENT;
	ret->text = db_str(stmt, 8).n ? sdk_dup(arena, db_str(stmt, 8)) : ENT_ABSENT;
	ret->values = attr_values_parse(db_str(stmt, 9));
	ret->audience =
	    (struct audience){sdk_dup(arena, db_str(stmt, 10)), db_int(stmt, 11) == 1, db_int(stmt, 32) == 1};
}

/* Unknown words stand for what does least: parked, no cause. */
static void read_state(struct db_stmt *stmt, struct ent_arena *arena, struct delivery *ret)
{
	ret->state = DELIVERY_PARKED;
	(void)delivery_state_by_name(db_str(stmt, 12), &ret->state);
	ret->head = db_int(stmt, 13) != 0;
	ret->look = db_int(stmt, 14) != 0;
	ret->look_only = db_int(stmt, 14) > 1;
	ret->unsure_ms = db_int(stmt, 25);
	ret->attempt = (unsigned)db_int(stmt, 15);
	ret->phase = (unsigned)db_int(stmt, 16);
	ret->memo = sdk_dup(arena, db_str(stmt, 17));
	ret->made_ms = db_int(stmt, 18);
	ret->due_ms = db_int(stmt, 19);
	ret->state_ms = db_int(stmt, 20);
	(void)delivery_cause_by_word(db_str(stmt, 21), &ret->cause);
	ret->reason = said_column(stmt, 22, arena);
	ret->remote_id = sdk_dup(arena, db_str(stmt, 23));
}

static void copy_text(char ret[ID_SIZE], struct ent_str s)
{
	snprintf(ret, ID_SIZE, "%.*s", ENT_F(s));
}

void delivery_read(struct db_stmt *stmt, struct ent_arena *arena, struct delivery *ret)
{
	*ret = (struct delivery){.id = db_int(stmt, 0),
				 .incident = db_int(stmt, 2),
				 .supplier = sdk_dup(arena, db_str(stmt, 3)),
				 .set = (uint32_t)db_int(stmt, 5),
				 .marked = db_int(stmt, 24),
				 .halved = db_int(stmt, 26) != 0,
				 .owed = db_int(stmt, 27) != 0,
				 .sent_to = sdk_dup(arena, db_str(stmt, 28)),
				 .anyway = db_int(stmt, 29) != 0,
				 .origin = sdk_dup(arena, db_str(stmt, 30)),
				 .said_ms = db_int(stmt, 31),
				 .bound = -1};
	(void)delivery_op_by_name(db_str(stmt, 4), &ret->op);
	copy_text(ret->key, db_str(stmt, 1));
	copy_text(ret->comment, db_str(stmt, 6));
	read_words(stmt, arena, ret);
	read_state(stmt, arena, ret);
}

static size_t read_rows(struct db_stmt *stmt, struct ent_arena *arena, struct delivery *ret, size_t max)
{
	size_t n = 0;

	for (; n < max && db_row(stmt); n++) {
		delivery_read(stmt, arena, &ret[n]);
		copy_text(ret[n].incident_uuid, db_str(stmt, 33));
		ret[n].ticket = sdk_dup(arena, db_str(stmt, 34));
		ret[n].ticket_key = db_str(stmt, 35).n ? sdk_dup(arena, db_str(stmt, 35)) : ENT_ABSENT;
	}
	db_done(stmt);
	return n;
}

bool delivery_load(struct db *db, struct ent_arena *arena, int64_t id, struct delivery *ret)
{
	struct db_stmt *stmt = db_use(db, WITH_TICKET "WHERE delivery.id = $1");

	db_bind_int(stmt, 1, id);
	return read_rows(stmt, arena, ret, 1) == 1;
}

void delivery_place(struct db *db, struct ent_arena *arena, struct delivery *delivery)
{
	struct db_stmt *stmt = db_use(
	    db,
	    "SELECT external_id FROM copy WHERE comment = $1 AND supplier = $2 AND substr(external_id, 1, 9) <> "
	    "'delivery:' AND (ticket = $3 OR ticket IN (SELECT t.external_id FROM ticket AS t WHERE t.supplier = $2 "
	    "AND t.continues_as = $3 AND t.continues_as <> '')) ORDER BY ticket <> $3, learned, external_id LIMIT 1");

	db_bind_str(stmt, 1, sdk_str(delivery->comment));
	db_bind_str(stmt, 2, delivery->supplier);
	db_bind_str(stmt, 3, sdk_or_empty(delivery->ticket));
	delivery->stands_as = db_row(stmt) ? sdk_dup(arena, db_str(stmt, 0)) : ENT_ABSENT;
	db_done(stmt);
	stmt = db_use(db, "SELECT key, marked FROM delivery WHERE comment = $1 AND supplier = $2 AND comment <> '' AND "
			  "op = 'add_comment'");
	db_bind_str(stmt, 1, sdk_str(delivery->comment));
	db_bind_str(stmt, 2, delivery->supplier);
	if (db_row(stmt)) {
		copy_text(delivery->first_key, db_str(stmt, 0));
		delivery->first_marked = db_int(stmt, 1);
	}
	db_done(stmt);
}

size_t delivery_due(struct db *db, struct ent_arena *arena, struct ent_str supplier, int64_t now_ms,
		    struct delivery *ret, size_t max)
{
	struct db_stmt *stmt = db_use(db, WITH_TICKET "WHERE delivery.state = 'pending' AND delivery.head = 1 AND "
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
	    db_use(db, WITH_TICKET "WHERE delivery.state = 'in_flight' AND delivery.state NOT IN ('done', 'cancelled') "
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

#define META_RESERVED "reserved_delivery"

int64_t delivery_last_id(struct db *db)
{
	return db_ask(db, "SELECT coalesce(max(id), 0) FROM (SELECT max(id) AS id FROM delivery UNION ALL SELECT "
			  "CAST(value AS BIGINT) FROM meta WHERE name = '" META_RESERVED "') AS told");
}

/* ---- writing ------------------------------------------------------------------- */

/* Binds the columns that may change, from $1 on. `planned` and `reason` last until the statement has run. */
static void bind_changing(struct db_stmt *stmt, const struct delivery *delivery, char planned[ATTR_VALUES_SIZE],
			  struct sdk_buf *reason)
{
	bool has_values = delivery->op == ENT_UPDATE_TICKET || delivery->op == ENT_CREATE_TICKET;

	db_bind_str(stmt, 1, sdk_str(delivery_state_name(delivery->state)));
	db_bind_int(stmt, 2, delivery->head);
	db_bind_int(stmt, 3, delivery->look_only ? 2 : delivery->look);
	db_bind_int(stmt, 4, delivery->phase);
	db_bind_str(stmt, 5, sdk_or_empty(delivery->memo));
	db_bind_int(stmt, 6, delivery->due_ms);
	db_bind_str(stmt, 7, sdk_str(delivery_cause_word(delivery->cause)));
	said_bind(stmt, 8, delivery->reason, reason);
	db_bind_str(stmt, 9, sdk_or_empty(delivery->remote_id));
	db_bind_int(stmt, 10, delivery->state_ms);
	db_bind_int(stmt, 11, delivery->unsure_ms);
	db_bind_int(stmt, 12, delivery->attempt);
	db_bind_str(stmt, 13, sdk_str(delivery_op_name(delivery->op)));
	db_bind_int(stmt, 14, delivery->set);
	db_bind_str(stmt, 15, has_values ? attr_values_print(&delivery->values, planned) : ENT_STR(""));
	db_bind_str(stmt, 16, sdk_or_empty(delivery->title));
	db_bind_str(stmt, 17, sdk_or_empty(delivery->text));
	db_bind_str(stmt, 18, sdk_or_empty(delivery->audience.organisations));
	db_bind_int(stmt, 19, delivery->audience.everyone);
	db_bind_str(stmt, 20, sdk_or_empty(delivery->sent_to));
	db_bind_int(stmt, 21, delivery->halved);
	db_bind_int(stmt, 22, delivery->owed);
	db_bind_int(stmt, 23, delivery->anyway);
	db_bind_int(stmt, 24, delivery->id);
	db_bind_int(stmt, 33, delivery->audience.requester);
}

void delivery_reserve(struct db *db, int64_t last_id)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO meta (name, value) VALUES ('" META_RESERVED "', CAST($1 AS TEXT)) "
		       "ON CONFLICT (name) DO UPDATE SET value = excluded.value");
	db_bind_int(stmt, 1, last_id);
	(void)db_row(stmt);
}

static void delivery_insert(struct db *db, const struct delivery *delivery)
{
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO delivery (state, head, look, phase, memo, due_ms, cause, reason, remote_id, state_ms, "
		"unsure_ms, attempt, op, attributes, planned, title, text, organisations, everyone, sent_to, "
		"halved, owed, anyway, id, key, incident, marked, supplier, comment, origin, said_ms, made_ms, hash, "
		"exchange, bound, requester) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
		"$16, $17, "
		"$18, $19, $20, $21, $22, $23, $24, $25, $26, $26, $27, $28, $29, $30, $31, $32, '', 0, $33)");
	char planned[ATTR_VALUES_SIZE];
	struct sdk_buf reason;

	bind_changing(stmt, delivery, planned, &reason);
	db_bind_str(stmt, 25, sdk_str(delivery->key));
	db_bind_int(stmt, 26, delivery->incident);
	db_bind_str(stmt, 27, delivery->supplier);
	db_bind_str(stmt, 28, sdk_str(delivery->comment));
	db_bind_str(stmt, 29, sdk_or_empty(delivery->origin));
	db_bind_int(stmt, 30, delivery->said_ms);
	db_bind_int(stmt, 31, delivery->made_ms);
	db_bind_blob(stmt, 32, ENT_STR(""));
	(void)db_row(stmt);
	sdk_buf_release(&reason);
}

/* The tool may have taken any of the texts that went: each attempt's stay, the first ones and the last. */
static struct ent_str hashes_with(struct db *db, const struct delivery *delivery, char ret[ECHO_HASHES_SIZE])
{
	struct db_stmt *stmt = delivery->hash ? db_use(db, "SELECT hash FROM delivery WHERE id = $1") : NULL;
	size_t n = 0;

	if (!stmt)
		return ENT_ABSENT;
	db_bind_int(stmt, 1, delivery->id);
	if (db_row(stmt)) {
		struct ent_str stored = db_str(stmt, 0);
		n = stored.n > ECHO_HASHES_SIZE ? 0 : stored.n;
		if (n)
			memcpy(ret, stored.p, n);
	}
	db_done(stmt);
	if (echo_hash_among((struct ent_str){ret, n}, delivery->hash))
		return ENT_ABSENT;
	if (n == ECHO_HASHES_SIZE)
		n -= ECHO_HASH_SIZE;
	memcpy(ret + n, delivery->hash, ECHO_HASH_SIZE);
	return (struct ent_str){ret, n + ECHO_HASH_SIZE};
}

static void delivery_update(struct db *db, const struct delivery *delivery)
{
	char hashes[ECHO_HASHES_SIZE], planned[ATTR_VALUES_SIZE];
	const struct ent_str hash = hashes_with(db, delivery, hashes);
	struct db_stmt *stmt = db_use(
	    db, "UPDATE delivery SET state = $1, head = $2, look = $3, phase = $4, memo = $5, due_ms = $6, cause = $7, "
		"reason = $8, remote_id = $9, state_ms = $10, unsure_ms = $11, attempt = $12, op = $13, attributes = "
		"$14, planned = $15, title = $16, text = $17, organisations = $18, everyone = $19, requester = $33, "
		"sent_to = $20, "
		"halved = $21, owed = $22, anyway = $23, hash = coalesce($25, hash), exchange = coalesce($26, "
		"exchange), bound = CASE WHEN $27 < 0 THEN bound ELSE $27 END WHERE id = $24");
	struct sdk_buf reason;

	bind_changing(stmt, delivery, planned, &reason);
	db_bind_blob(stmt, 25, hash);
	db_bind_str(stmt, 26, delivery->exchange);
	db_bind_int(stmt, 27, delivery->bound);
	(void)db_row(stmt);
	sdk_buf_release(&reason);
}

void delivery_save(struct db *db, struct delivery *delivery)
{
	if (delivery->is_new)
		delivery_insert(db, delivery);
	else
		delivery_update(db, delivery);
	delivery->hash = NULL;
	delivery->exchange = ENT_ABSENT;
	delivery->bound = -1;
	delivery->is_new = delivery->dirty = false;
}

void delivery_bind_updates(struct db *db, int64_t incident, struct ent_str supplier, uint32_t bits)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE delivery SET bound = 1 WHERE incident = $1 AND supplier = $2 AND "
		       "op = 'update_ticket' AND state NOT IN ('pending', 'in_flight') AND bound = 0 AND "
		       "(attributes & $3) <> 0");
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	db_bind_int(stmt, 3, bits);
	(void)db_row(stmt);
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
	if (hash.n)
		ret->hashes = sdk_dup(arena, hash);
	if (ret->set)
		ret->values = attr_values_parse(db_str(stmt, 4));
}

bool echo_by_key(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str supplier, struct ent_str key,
		 struct echo_sent *ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT " SENT_COLUMNS " FROM delivery WHERE key = $1 AND supplier = $3 AND "
		       "(incident = $2 OR state = 'in_flight') AND (attempt > 0 OR length(hash) > 0)");

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
	/* A delivery that was never begun has no echo. An open one may still be under way, however old. */
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
