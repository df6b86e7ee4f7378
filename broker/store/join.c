/* SPDX-License-Identifier: Apache-2.0 */
#include "store/join.h"

#include "sdk/webhook.h"
#include "store/rows.h"
#include "store/shares.h"

#include <string.h>

bool join_load(struct db *db, struct ent_arena *arena, int64_t id, struct join_request *ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT incident, asking, supplier, ticket, state FROM join_request WHERE id = $1");

	db_bind_int(stmt, 1, id);
	if (!db_row(stmt))
		return false;
	*ret = (struct join_request){.id = id,
				     .incident = db_int(stmt, 0),
				     .asking = db_int(stmt, 1),
				     .supplier = sdk_dup(arena, db_str(stmt, 2)),
				     .ticket = sdk_dup(arena, db_str(stmt, 3)),
				     .state = sdk_dup(arena, db_str(stmt, 4))};
	db_done(stmt);
	return true;
}

/* ---- asking ----------------------------------------------------------------------------- */

/* Whatever was decided: a refused pair is not asked again. */
static bool was_asked(struct db *db, int64_t incident, int64_t asking, struct ent_str supplier)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM join_request WHERE incident = $1 AND asking = $2 AND supplier = $3 LIMIT 1");

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, asking);
	db_bind_str(stmt, 3, supplier);
	return db_found(stmt);
}

static bool asks_too_much(struct db *db, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(
	    db, "SELECT count(*) FROM (SELECT 1 FROM join_request WHERE supplier = $1 AND state = 'open' LIMIT $2)");

	db_bind_str(stmt, 1, supplier);
	db_bind_int(stmt, 2, JOIN_OPEN_MAX);
	bool full = db_row(stmt) && db_int(stmt, 0) >= JOIN_OPEN_MAX;
	db_done(stmt);
	return full;
}

void join_ask(struct apply *apply, const struct situation *at, struct ent_str supplier, int64_t incident,
	      const struct dossier *asking, const struct ent_change *change, const char *cause)
{
	struct events events = {.arena = apply->arena};
	struct dossier *dossier = apply_dossier(apply, incident_living(apply->db, incident));
	struct situation about = *at;

	if (!dossier || dossier == asking || db_failed(apply->db) ||
	    was_asked(apply->db, dossier->incident.number, asking ? asking->incident.number : 0, supplier) ||
	    asks_too_much(apply->db, supplier))
		return;
	about.incident = &dossier->incident;
	struct event *event = events_add(&events, EVENT_JOIN_REQUESTED, &about);
	event->actor = change->actor;
	event->cause = sdk_str(cause);
	if (asking) {
		event->other = asking->incident.number;
		memcpy(event->other_uuid, asking->incident.uuid, ID_SIZE);
		event->ticket_id = change->ticket.id;
		event->ticket_key = change->ticket.key;
	} else {
		event->supplier = supplier; /* the arrival was another supplier's */
		event->delivery_id = ENT_ABSENT;
	}
	apply_events(apply, &events);
	apply_save(apply);
}

/* ---- folds ------------------------------------------------------------------------------ */

static void save_requested(struct db *db, const struct event *event)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO join_request (id, incident, asking, supplier, ticket, cause, state, made_ms, "
		       "decided_ms, reason) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, 0, '')");

	db_bind_int(stmt, 1, event->seq);
	db_bind_int(stmt, 2, event->incident);
	db_bind_int(stmt, 3, event->other);
	db_bind_str(stmt, 4, event->supplier);
	db_bind_str(stmt, 5, sdk_or_empty(event->ticket_id));
	db_bind_str(stmt, 6, event->cause);
	db_bind_int(stmt, 7, event->recorded_ms);
	(void)db_row(stmt);
}

static void save_refused(struct db *db, const struct event *event)
{
	struct db_stmt *stmt = db_use(
	    db, "UPDATE join_request SET state = 'refused', decided_ms = $4, reason = $5 WHERE incident = $1 AND "
		"asking = $2 AND supplier = $3 AND state = 'open'");

	db_bind_int(stmt, 1, event->incident);
	db_bind_int(stmt, 2, event->other);
	db_bind_str(stmt, 3, event->supplier);
	db_bind_int(stmt, 4, event->recorded_ms);
	db_bind_str(stmt, 5, sdk_or_empty(event->reason));
	(void)db_row(stmt);
}

/* The supplier takes part: what a tool's hand-over asked for is given. */
static void accept_shared(struct db *db, int64_t incident, int64_t at_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE join_request SET state = 'accepted', decided_ms = $2 WHERE incident = $1 AND asking = 0 "
		       "AND state <> 'accepted' AND EXISTS (SELECT 1 FROM share WHERE share.incident = "
		       "join_request.incident AND share.supplier = join_request.supplier AND share.withdrawn_ms = 0)");

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, at_ms);
	(void)db_row(stmt);
}

static void accept_of(struct db *db, const struct event *event)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE join_request SET state = 'accepted', decided_ms = $3 WHERE incident = $1 AND asking = 0 "
		       "AND supplier = $2 AND state <> 'accepted'");

	db_bind_int(stmt, 1, event->incident);
	db_bind_str(stmt, 2, event->supplier);
	db_bind_int(stmt, 3, event->recorded_ms);
	(void)db_row(stmt);
}

void join_fold(struct db *db, const struct event *event)
{
	if (event->kind == EVENT_JOIN_REQUESTED)
		save_requested(db, event);
	else if (event->kind == EVENT_JOIN_REFUSED)
		save_refused(db, event);
	else if (event->kind == EVENT_INCIDENT_SHARED)
		accept_of(db, event);
}

void join_merge(struct db *db, int64_t from, int64_t to, int64_t at_ms)
{
	static const char *const moves[] = {"UPDATE join_request SET incident = $2 WHERE incident = $1",
					    "UPDATE join_request SET asking = $2 WHERE asking = $1"};
	struct db_stmt *stmt;

	for (size_t i = 0; i < 2; i++) {
		stmt = db_use(db, moves[i]);
		db_bind_int(stmt, 1, from);
		db_bind_int(stmt, 2, to);
		(void)db_row(stmt);
	}
	stmt =
	    db_use(db, "UPDATE join_request SET state = 'accepted', decided_ms = $2 WHERE incident = $1 AND asking = "
		       "$1 AND state <> 'accepted'");
	db_bind_int(stmt, 1, to);
	db_bind_int(stmt, 2, at_ms);
	(void)db_row(stmt);
	accept_shared(db, to, at_ms);
}
