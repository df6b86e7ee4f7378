/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rebuild.h"

#include "store/deliveries.h"
#include "store/inbox.h"
#include "store/outbox.h"
#include "store/people.h"
#include "store/dossier.h"
#include "store/row_folds.h"
#include "store/supplier_rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 5000 }; /* records a transaction */

struct rebuild {
	struct db *db;
	int64_t n_open;        /* in the open transaction */
	int64_t last_delivery; /* the highest id that an event names */
};

static void meta_set(struct db *db, const char *name, const char *value)
{
	struct db_stmt *stmt = db_use(db, "UPDATE meta SET value = $2 WHERE name = $1");

	db_bind_str(stmt, 1, sdk_str(name));
	db_bind_str(stmt, 2, sdk_str(value));
	(void)db_row(stmt);
}

enum ent_rc rebuild_open(const char *path, const char *vfs, const struct store_meta *meta, struct clock *clock,
			 struct chance *chance, struct rebuild **ret, struct ent_err *err)
{
	struct store_meta made;
	struct db *db = NULL;

	if (!vfs && access(path, F_OK) == 0)
		return sdk_fail(err, ENT_EINVAL, "%s exists; rebuild fills an empty data_dir only", path);
	enum ent_rc rc = store_open(path, vfs, meta->partitions, clock, chance, &db, &made, err);
	if (rc != ENT_OK)
		return rc;
	meta_set(db, "store_id", meta->store_id);
	if (meta->people_key[0])
		meta_set(db, "people_key", meta->people_key);
	struct rebuild *rebuild = sdk_xalloc(sizeof *rebuild);
	*rebuild = (struct rebuild){.db = db};
	*ret = rebuild;
	return ENT_OK;
}

static enum ent_rc commit_some(struct rebuild *rebuild, bool end, struct ent_err *err)
{
	if (rebuild->n_open > 0 && (end || rebuild->n_open >= BATCH)) {
		(void)db_commit(rebuild->db);
		rebuild->n_open = 0;
	}
	if (db_failed(rebuild->db))
		return sdk_fail(err, ENT_EINVAL, "%s", db_error(rebuild->db));
	return ENT_OK;
}

static void begin_some(struct rebuild *rebuild)
{
	if (rebuild->n_open++ == 0)
		db_begin(rebuild->db);
}

enum ent_rc rebuild_add(struct rebuild *rebuild, const struct rebuild_record *record, struct ent_err *err)
{
	struct sdk_arena arena;
	enum event_kind kind;
	struct event event;

	if (!event_kind(record->type, &kind))
		return sdk_fail(err, ENT_EINVAL, "event %" PRId64 " has a type this program does not know: %.*s",
				record->seq, (int)record->type.n, record->type.p);
	sdk_arena_init(&arena);
	enum ent_rc rc = event_parse(&arena.abi, kind, record->json, &event, err);
	if (rc == ENT_OK) {
		event.seq = record->seq;
		event.sequence = record->sequence;
		event.time_ms = record->time_ms;
		event.recorded_ms = record->recorded_ms;
		event.traceparent = record->traceparent;
		begin_some(rebuild);
		if (kind == EVENT_SUPPLIER_STATE_CHANGED)
			event.incident = -supplier_row(rebuild->db, event.supplier, event.recorded_ms);
		struct db_stmt *stmt = db_use(rebuild->db, "DELETE FROM event WHERE seq = $1");
		db_bind_int(stmt, 1, event.seq);
		(void)db_row(stmt);
		outbox_append(rebuild->db, &(struct outbox_entry){.seq = event.seq,
								  .kind = sdk_str(event_name(kind)),
								  .incident = event.incident,
								  .sequence = event.sequence,
								  .partition = record->partition,
								  .time_ms = event.time_ms,
								  .recorded_ms = event.recorded_ms,
								  .supplier = event.supplier,
								  .delivery_id = event.delivery_id,
								  .traceparent = event.traceparent,
								  .json = record->json});
		rc = commit_some(rebuild, false, err);
	}
	sdk_arena_release(&arena);
	return rc;
}

enum ent_rc rebuild_person(struct rebuild *rebuild, struct ent_str ref, struct ent_str value, struct ent_err *err)
{
	struct person_row row;
	struct sdk_arena arena;
	enum ent_rc rc = ENT_OK;

	sdk_arena_init(&arena);
	if (value.p)
		rc = person_record_parse(&arena.abi, value, &row, err);
	if (rc == ENT_OK && value.p && !sdk_eq(row.person.ref, ref))
		rc = sdk_fail(err, ENT_EINVAL, "the record of person %.*s is another's", ENT_F(ref));
	if (rc == ENT_OK) {
		begin_some(rebuild);
		if (value.p)
			people_restore(rebuild->db, &row);
		else
			people_forget(rebuild->db, ref);
		rc = commit_some(rebuild, false, err);
	}
	sdk_arena_release(&arena);
	return rc;
}

/* ---- folding in order ------------------------------------------------------------- */

static enum ent_rc record_missing(int64_t sequence, struct ent_str whose, int64_t found, struct ent_err *err)
{
	return sdk_fail(err, ENT_EINVAL,
			"%.*s: event %" PRId64 " of it is missing on the stream (found %" PRId64
			"); was the topic's retention shorter than its history?",
			ENT_F(whose), sequence, found);
}

/* Folds an event of a supplier; it belongs to no incident. */
static enum ent_rc fold_supplier(struct rebuild *rebuild, const struct event *event, struct ent_err *err)
{
	int64_t last = supplier_sequence(rebuild->db, event->supplier);
	struct supplier_state state = {
	    .supplier = event->supplier, .since_ms = event->time_ms, .why = event->why, .next = event->next};

	if (last + 1 != event->sequence)
		return record_missing(last + 1, event->supplier, event->sequence, err);
	(void)supplier_health_by_name(event->state_to, &state.state);
	supplier_state_save(rebuild->db, &state, event->sequence);
	return ENT_OK;
}

static enum ent_rc fold_one(struct rebuild *rebuild, struct ent_arena *arena, const struct event *event,
			    struct ent_err *err)
{
	char number[INCIDENT_NUMBER_SIZE];
	struct dossier dossier, other;

	if (event->kind == EVENT_SUPPLIER_STATE_CHANGED)
		return fold_supplier(rebuild, event, err);
	(void)dossier_load(&dossier, rebuild->db, arena, NULL, event->incident);
	if (dossier.incident.sequence + 1 != event->sequence)
		return record_missing(dossier.incident.sequence + 1, incident_number(event->incident, number),
				      event->sequence, err);
	if (event->delivery > rebuild->last_delivery)
		rebuild->last_delivery = event->delivery;
	dossier_fold(&dossier, event);
	row_folds_apply(rebuild->db, event);
	if (event->kind == EVENT_INCIDENT_MERGED) {
		(void)dossier_load(&other, rebuild->db, arena, NULL, event->other);
		row_folds_merge(rebuild->db, &dossier, &other, event);
	}
	if (event->kind == EVENT_INCIDENT_SPLIT) {
		(void)dossier_load(&other, rebuild->db, arena, NULL, event->other);
		row_folds_split(rebuild->db, &dossier, &other, event);
	}
	dossier_save(&dossier);
	if (event->delivery_id.n)
		inbox_mark(rebuild->db, event->supplier, event->delivery_id, event->recorded_ms);
	return ENT_OK;
}

/* One event's row, parsed into the arena. False: no more. */
static bool next_event(struct db *db, struct ent_arena *arena, int64_t after, struct event *ret, enum ent_rc *ret_rc,
		       struct ent_err *err)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT seq, kind, sequence, time_ms, recorded_ms, json FROM event WHERE seq > $1 "
		       "AND kind NOT IN ('" EVENT_KIND_DEADLETTER "', '" EVENT_KIND_PERSON "') ORDER BY seq LIMIT 1");
	enum event_kind kind;

	db_bind_int(stmt, 1, after);
	if (!db_row(stmt))
		return false;
	*ret_rc = event_kind_by_name(db_str(stmt, 1), &kind)
		      ? event_parse(arena, kind, sdk_dup(arena, db_str(stmt, 5)), ret, err)
		      : sdk_fail(err, ENT_EINVAL, "an event's kind is unknown");
	if (*ret_rc == ENT_OK) {
		ret->seq = db_int(stmt, 0);
		ret->sequence = db_int(stmt, 2);
		ret->time_ms = db_int(stmt, 3);
		ret->recorded_ms = db_int(stmt, 4);
	}
	db_done(stmt);
	return true;
}

enum ent_rc rebuild_finish(struct rebuild *rebuild, int64_t *ret_events, struct ent_err *err)
{
	enum ent_rc rc = commit_some(rebuild, true, err);
	struct sdk_arena arena;
	struct event event = {.seq = 0};
	int64_t after = 0, n = 0;

	sdk_arena_init(&arena);
	while (rc == ENT_OK && next_event(rebuild->db, &arena.abi, after, &event, &rc, err)) {
		if (rc != ENT_OK)
			break;
		begin_some(rebuild);
		rc = fold_one(rebuild, &arena.abi, &event, err);
		after = event.seq;
		n++;
		if (rc == ENT_OK)
			rc = commit_some(rebuild, false, err);
		sdk_arena_release(&arena);
	}
	sdk_arena_release(&arena);
	if (rc == ENT_OK) {
		begin_some(rebuild);
		delivery_reserve(rebuild->db, rebuild->last_delivery);
		rc = commit_some(rebuild, true, err);
	}
	*ret_events = n;
	return rc;
}

void rebuild_reserve(struct rebuild *rebuild, int64_t last_seq)
{
	outbox_reserve(rebuild->db, last_seq);
}

void rebuild_close(struct rebuild *rebuild)
{
	if (!rebuild)
		return;
	db_rollback(rebuild->db);
	db_close(rebuild->db);
	free(rebuild);
}
