/* SPDX-License-Identifier: Apache-2.0 */
#include "store/inbox.h"

#include "store/said.h"

#include "sdk/webhook.h"
#include "store/supplier_rows.h"

#include <string.h>

static struct ent_str hash_of(const struct arrival *arrival)
{
	return (struct ent_str){(const char *)arrival->body_hash, sizeof arrival->body_hash};
}

/* Its row; 0: the supplier sent this delivery before. */
static int64_t inbox_insert(struct db *db, struct ent_str supplier, struct ent_str delivery_id, int64_t received_ms,
			    struct ent_str hash)
{
	struct db_stmt *stmt = db_use(db, "INSERT INTO inbox (supplier, delivery_id, received_ms, body_hash) "
					  "VALUES ($1, $2, $3, $4) ON CONFLICT (supplier, delivery_id) DO NOTHING");
	db_bind_str(stmt, 1, supplier);
	db_bind_str(stmt, 2, delivery_id);
	db_bind_int(stmt, 3, received_ms);
	db_bind_blob(stmt, 4, hash);
	return db_insert(stmt);
}

static enum inbox_found inbox_known(struct db *db, const struct arrival *arrival)
{
	struct db_stmt *stmt = db_use(db, "SELECT body_hash FROM inbox WHERE supplier = $1 AND delivery_id = $2");
	enum inbox_found found = INBOX_REPEAT;

	db_bind_str(stmt, 1, arrival->supplier);
	db_bind_str(stmt, 2, arrival->delivery_id);
	if (db_row(stmt)) {
		struct ent_str hash = db_str(stmt, 0);
		if (hash.n && !sdk_eq(hash, hash_of(arrival)))
			found = INBOX_OTHER_BODY;
	}
	db_done(stmt);
	return found;
}

enum inbox_found inbox_take(struct db *db, const struct arrival *arrival, struct ent_str packed)
{
	int64_t id = inbox_insert(db, arrival->supplier, arrival->delivery_id, arrival->received_ms, hash_of(arrival));

	if (id == 0)
		return inbox_known(db, arrival);
	struct db_stmt *stmt = db_use(db, "INSERT INTO raw (inbox, received_ms, header, body) VALUES ($1, $2, $3, $4)");
	db_bind_int(stmt, 1, id);
	db_bind_int(stmt, 2, arrival->received_ms);
	db_bind_str(stmt, 3, arrival->header_json);
	db_bind_blob(stmt, 4, packed);
	(void)db_row(stmt);
	return INBOX_NEW;
}

void inbox_mark(struct db *db, struct ent_str supplier, struct ent_str delivery_id, int64_t received_ms)
{
	(void)inbox_insert(db, supplier, delivery_id, received_ms, ENT_STR(""));
}

bool inbox_prune(struct db *db, int64_t before_ms, int64_t max)
{
	/* Rows come in the order of time: of the oldest `max`, those that are old enough. */
	static const char *const sql[] = {
	    ("DELETE FROM raw WHERE inbox IN (SELECT inbox FROM (SELECT inbox, received_ms FROM raw ORDER BY inbox "
	     "LIMIT $1) "
	     "AS oldest WHERE received_ms < $2)"),
	    ("DELETE FROM inbox WHERE id IN (SELECT id FROM (SELECT id, received_ms FROM inbox ORDER BY id LIMIT $1) "
	     "AS oldest WHERE received_ms < $2)"),
	};
	bool more = false;

	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
		struct db_stmt *stmt = db_use(db, sql[i]);

		db_bind_int(stmt, 1, max);
		db_bind_int(stmt, 2, before_ms);
		if (db_changed(stmt) >= max)
			more = true;
	}
	return more;
}

int64_t dead_letter_add(struct db *db, const struct arrival *arrival, struct ent_str packed, struct ent_said reason,
			bool conflict)
{
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO dead_letter (supplier, delivery_id, received_ms, body_hash, reason, "
		"state, state_ms, header, body, conflict, exchange) VALUES ($1, $2, $3, $4, $5, 'waiting', $3, $6, $7, "
		"$8, $9) "
		"ON CONFLICT (supplier, delivery_id, body_hash) DO NOTHING");
	struct sdk_buf said;

	db_bind_str(stmt, 1, arrival->supplier);
	db_bind_str(stmt, 2, arrival->delivery_id);
	db_bind_int(stmt, 3, arrival->received_ms);
	db_bind_blob(stmt, 4, hash_of(arrival));
	said_bind(stmt, 5, reason, &said);
	db_bind_str(stmt, 6, arrival->header_json);
	db_bind_blob(stmt, 7, packed);
	db_bind_int(stmt, 8, conflict);
	db_bind_str(stmt, 9, sdk_or_empty(arrival->exchange));
	int64_t id = db_insert(stmt);
	sdk_buf_release(&said);
	return id;
}

bool dead_letter_said(struct db *db, struct ent_str supplier, struct ent_said reason)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM dead_letter WHERE supplier = $1 AND reason = $2 LIMIT 1");
	struct sdk_buf said;

	db_bind_str(stmt, 1, supplier);
	said_bind(stmt, 2, reason, &said);
	bool found = db_found(stmt);
	sdk_buf_release(&said);
	return found;
}

bool dead_letter_close(struct db *db, int64_t id, const char *state, int64_t now_ms)
{
	struct db_stmt *stmt = db_use(db, "UPDATE dead_letter SET state = $1, state_ms = $2 WHERE id = $3 AND "
					  "state = 'waiting'");
	db_bind_str(stmt, 1, sdk_str(state));
	db_bind_int(stmt, 2, now_ms);
	db_bind_int(stmt, 3, id);
	return db_changed(stmt) > 0;
}

static bool letter_waits(struct db *db, int64_t id, const char *was, struct ent_said reason, int64_t now_ms)
{
	struct db_stmt *stmt = db_use(db, "UPDATE dead_letter SET reason = $1, state_ms = $2, state = 'waiting' "
					  "WHERE id = $3 AND state = $4");
	struct sdk_buf said;

	said_bind(stmt, 1, reason, &said);
	db_bind_int(stmt, 2, now_ms);
	db_bind_int(stmt, 3, id);
	db_bind_str(stmt, 4, sdk_str(was));
	bool waits = db_changed(stmt) > 0;
	sdk_buf_release(&said);
	return waits;
}

bool dead_letter_again(struct db *db, int64_t id, struct ent_said reason, int64_t now_ms)
{
	return letter_waits(db, id, "waiting", reason, now_ms);
}

void dead_letter_reopen(struct db *db, int64_t id, struct ent_said reason, int64_t now_ms)
{
	(void)letter_waits(db, id, "replayed", reason, now_ms);
}

void supplier_tally_save(struct db *db, const struct supplier_tally *tally)
{
	if (tally->accepted > 0 && !supplier_gap_save(db, tally->name, tally->heard_ms, tally->accepted))
		(void)supplier_row(db, tally->name, tally->heard_ms);
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO supplier (name, heard_ms, accepted, repeated, dead, late, unmapped, dropped, on_time_ms) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (name) DO UPDATE SET heard_ms = CASE WHEN "
		"excluded.heard_ms > supplier.heard_ms THEN excluded.heard_ms ELSE supplier.heard_ms END, "
		"on_time_ms = CASE WHEN excluded.on_time_ms > supplier.on_time_ms THEN excluded.on_time_ms ELSE "
		"supplier.on_time_ms END, "
		"accepted = supplier.accepted + excluded.accepted, repeated = supplier.repeated + excluded.repeated, "
		"dead = supplier.dead + excluded.dead, late = supplier.late + excluded.late, "
		"unmapped = supplier.unmapped + excluded.unmapped, dropped = supplier.dropped + excluded.dropped");
	db_bind_str(stmt, 1, tally->name);
	db_bind_int(stmt, 2, tally->heard_ms);
	db_bind_int(stmt, 3, tally->accepted);
	db_bind_int(stmt, 4, tally->repeated);
	db_bind_int(stmt, 5, tally->dead);
	db_bind_int(stmt, 6, tally->late);
	db_bind_int(stmt, 7, tally->unmapped);
	db_bind_int(stmt, 8, tally->dropped);
	db_bind_int(stmt, 9, tally->on_time_ms);
	(void)db_row(stmt);
}

int64_t supplier_on_time(struct db *db, const struct supplier_tally *tally)
{
	struct db_stmt *stmt;

	if (tally->on_time_ms)
		return tally->on_time_ms;
	stmt = db_use(db, "SELECT on_time_ms FROM supplier WHERE name = $1");
	db_bind_str(stmt, 1, tally->name);
	int64_t on_time_ms = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return on_time_ms;
}

struct supplier_tally *supplier_tally_of(struct db *db, struct supplier_tallies *tallies, struct ent_str name)
{
	for (size_t i = 0; i < tallies->n; i++)
		if (sdk_eq(tallies->at[i].name, name))
			return &tallies->at[i];
	if (tallies->n == TALLIES_MAX) {
		for (size_t i = 0; i < tallies->n; i++)
			supplier_tally_save(db, &tallies->at[i]);
		tallies->n = 0;
	}
	struct supplier_tally *tally = &tallies->at[tallies->n++];
	*tally = (struct supplier_tally){.name = name};
	return tally;
}
