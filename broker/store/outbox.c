/* SPDX-License-Identifier: Apache-2.0 */
#include "store/outbox.h"

#include "store/said.h"

#include "sdk/webhook.h"
#include "store/acts.h"
#include "store/raw.h"
#include "store/json.h"
#include "store/rows.h"

#include <stdio.h>
#include <string.h>

enum { RAW_MAX = 64 << 20 };
#define META_RESERVED_SEQ "reserved_seq"

/* The part of a row that only dead letters have. False: it is gone or damaged, what is known is still told. */
static void read_dead(struct db *db, struct ent_arena *arena, struct outbox_row *row)
{
	struct ent_err err;
	struct db_stmt *stmt = db_use(db, "SELECT reason, header, body FROM dead_letter WHERE id = $1");

	row->topic = OUTBOX_DEADLETTER;
	row->key = row->supplier;
	row->json = row->reason = row->header_json = ENT_STR("");
	db_bind_int(stmt, 1, row->dead_letter);
	if (db_row(stmt)) {
		row->reason = sdk_or_empty(said_column(stmt, 0, arena).text);
		row->header_json = sdk_dup(arena, db_str(stmt, 1));
		if (raw_unpack(arena, db_str(stmt, 2), RAW_MAX, &row->json, &err) != ENT_OK)
			row->reason = sdk_dup(arena, sdk_str(err.msg));
	}
	db_done(stmt);
}

int64_t outbox_read(struct db *db, int64_t after, int64_t max, bool (*take)(void *to, const struct outbox_row *row),
		    void *to)
{
	struct db_stmt *stmt = db_use(
	    db, "SELECT event.seq, event.kind, event.incident, event.sequence, event.partition_no, event.time_ms, "
		"event.recorded_ms, event.supplier, event.delivery_id, event.traceparent, event.json, incident.uuid "
		"FROM event LEFT JOIN incident ON incident.number = event.incident "
		"WHERE event.seq > $1 ORDER BY event.seq LIMIT $2");
	struct sdk_arena arena;
	int64_t n = 0;
	bool go_on = true;

	sdk_arena_init(&arena);
	db_bind_int(stmt, 1, after);
	db_bind_int(stmt, 2, max);
	while (go_on && db_row(stmt)) {
		struct outbox_row row = {.seq = db_int(stmt, 0),
					 .sequence = db_int(stmt, 3),
					 .partition = (int32_t)db_int(stmt, 4),
					 .time_ms = db_int(stmt, 5),
					 .recorded_ms = db_int(stmt, 6),
					 .supplier = db_str(stmt, 7),
					 .delivery_id = db_str(stmt, 8),
					 .traceparent = db_str(stmt, 9),
					 .json = db_str(stmt, 10),
					 .subject = db_str(stmt, 11),
					 .key = db_str(stmt, 11)};
		if (db_int(stmt, 2) < 0) /* a supplier's state: of no incident */
			row.subject = row.key = row.supplier;
		struct ent_str kind = db_str(stmt, 1);
		if (!row.traceparent.n)
			row.traceparent = ENT_ABSENT;
		if (!row.delivery_id.n)
			row.supplier = row.delivery_id = ENT_ABSENT;
		if (sdk_eqz(kind, EVENT_KIND_DEADLETTER)) {
			row.dead_letter = db_int(stmt, 3);
			read_dead(db, &arena.abi, &row);
			if (db_failed(db))
				break; /* half a row must reach nobody, not even in a transaction that will be aborted
					*/
		} else if (sdk_eqz(kind, EVENT_KIND_PERSON)) {
			row.topic = OUTBOX_PEOPLE;
			row.subject = row.key = kind;
		} else if (!event_kind_by_name(kind, &row.kind)) {
			db_fail(db, "event %lld is of an unknown kind; was the store written by a newer program?",
				(long long)row.seq);
			break;
		}
		go_on = take(to, &row);
		n += go_on;
		sdk_arena_release(&arena);
	}
	db_done(stmt);
	sdk_arena_release(&arena);
	return db_failed(db) ? -1 : n;
}

int64_t outbox_last_seq(struct db *db)
{
	/* Numbers that rebuild reserved count: they stand on Kafka, for dead letters that did not come back. */
	return db_ask(db,
		      "SELECT max(seq) FROM (SELECT max(seq) AS seq FROM event UNION ALL SELECT CAST(value AS BIGINT) "
		      "FROM meta WHERE name = '" META_RESERVED_SEQ "') AS told");
}

void outbox_reserve(struct db *db, int64_t seq)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO meta (name, value) VALUES ('" META_RESERVED_SEQ "', CAST($1 AS TEXT)) "
		       "ON CONFLICT (name) DO UPDATE SET value = excluded.value");
	db_bind_int(stmt, 1, seq);
	(void)db_row(stmt);
}

int64_t outbox_reserved(struct db *db)
{
	return db_ask(db, "SELECT max(CAST(value AS BIGINT)) FROM meta WHERE name = '" META_RESERVED_SEQ "'");
}

void outbox_append(struct db *db, const struct outbox_entry *entry)
{
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO event (seq, kind, incident, sequence, partition_no, time_ms, recorded_ms, supplier, "
		"delivery_id, traceparent, json) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
	db_bind_int(stmt, 1, entry->seq);
	db_bind_str(stmt, 2, entry->kind);
	db_bind_int(stmt, 3, entry->incident);
	db_bind_int(stmt, 4, entry->sequence);
	db_bind_int(stmt, 5, entry->partition);
	db_bind_int(stmt, 6, entry->time_ms);
	db_bind_int(stmt, 7, entry->recorded_ms);
	db_bind_str(stmt, 8, entry->supplier.p ? entry->supplier : ENT_STR(""));
	db_bind_str(stmt, 9, entry->delivery_id.p ? entry->delivery_id : ENT_STR(""));
	db_bind_str(stmt, 10, entry->traceparent.p ? entry->traceparent : ENT_STR(""));
	db_bind_str(stmt, 11, entry->json);
	(void)db_row(stmt);
}

int64_t outbox_oldest_ms(struct db *db, int64_t after)
{
	struct db_stmt *stmt = db_use(db, "SELECT recorded_ms FROM event WHERE seq > $1 ORDER BY seq LIMIT 1");
	db_bind_int(stmt, 1, after);
	int64_t ms = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return ms;
}

int64_t outbox_touched(struct db *db, int64_t after, int64_t up_to,
		       bool (*take)(void *to, const struct outbox_touch *touch), void *to)
{
	struct db_stmt *stmt = db_use(db, "SELECT seq, incident, sequence, partition_no FROM event "
					  "WHERE seq > $1 AND seq <= $2 AND incident > 0 ORDER BY seq");
	int64_t reached = after;
	bool go_on = true;

	db_bind_int(stmt, 1, after);
	db_bind_int(stmt, 2, up_to);
	while (go_on && db_row(stmt)) {
		struct outbox_touch touch = {.seq = db_int(stmt, 0),
					     .incident = db_int(stmt, 1),
					     .sequence = db_int(stmt, 2),
					     .partition = (int32_t)db_int(stmt, 3)};
		go_on = take(to, &touch);
		if (go_on)
			reached = touch.seq;
	}
	db_done(stmt);
	return go_on ? up_to : reached;
}

/* ---- people ---------------------------------------------------------------------- */

int64_t outbox_people_next(struct db *db, int64_t after)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT min(next) FROM (SELECT min(seq) AS next FROM person WHERE seq > $1 UNION ALL "
		       "SELECT min(first_seq) FROM person WHERE first_seq > $1) AS told");

	db_bind_int(stmt, 1, after);
	int64_t next = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return next ? next : INT64_MAX;
}

bool outbox_people(struct db *db, int64_t after, int64_t up_to, struct ent_str last,
		   bool (*take)(void *to, const struct person_row *row), void *to)
{
	/* A name that changed since: the row stands for both, as it is now. */
	struct db_stmt *stmt =
	    db_use(db, "SELECT ref, organisation, account_hash, kind, name, erased FROM person WHERE ref IN "
		       "(SELECT ref FROM person WHERE seq > $1 AND seq <= $2 UNION SELECT ref FROM "
		       "person WHERE first_seq > $1 AND first_seq <= $2) AND ref > $3 ORDER BY ref");
	bool go_on = true;

	db_bind_int(stmt, 1, after);
	db_bind_int(stmt, 2, up_to);
	db_bind_str(stmt, 3, sdk_or_empty(last));
	while (go_on && db_row(stmt)) {
		struct ent_str mark = db_str(stmt, 2);
		struct person_row row = {.person = {.ref = db_str(stmt, 0),
						    .organisation = db_str(stmt, 1),
						    .name = db_str(stmt, 4),
						    .is_machine = sdk_eqz(db_str(stmt, 3), "machine"),
						    .is_erased = db_int(stmt, 5) != 0}};

		memcpy(row.mark, mark.p, mark.n < sizeof row.mark ? mark.n : sizeof row.mark);
		go_on = take(to, &row);
	}
	db_done(stmt);
	return go_on && !db_failed(db);
}

/* ---- the snapshot --------------------------------------------------------------- */

static void print_snapshot(struct db *db, struct ent_arena *arena, const struct incident *incident, struct sdk_buf *buf)
{
	struct sdk_jsonw w;

	sdk_jsonw_init(&w, buf);
	sdk_jsonw_open(&w, '{');
	json_incident(&w, incident, true);
	person_print(&w, "requester", &incident->requester);
	json_tickets(db, &w, incident->number);
	json_hand_overs(db, arena, &w, incident->number);
	json_shares(db, &w, incident->number);
	acts_json(db, arena, &w, incident->number);
	sdk_jsonw_close(&w, '}');
}

struct ent_str outbox_snapshot(struct db *db, struct ent_arena *arena, int64_t number, struct outbox_shown *ret)
{
	struct incident incident;
	struct sdk_buf buf;

	*ret = (struct outbox_shown){.sequence = 0};
	/* First, so that all else is at least as new as the sequence that is told. */
	if (!incident_load(db, arena, number, &incident))
		return ENT_ABSENT;
	memcpy(ret->uuid, incident.uuid, ID_SIZE);
	ret->sequence = incident.sequence;
	ret->gone = incident.merged_into != 0;
	if (ret->gone)
		return ENT_ABSENT;
	sdk_buf_init(&buf, RAW_MAX);
	print_snapshot(db, arena, &incident, &buf);
	struct ent_str json = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return json;
}
