/* SPDX-License-Identifier: Apache-2.0 */
#include "store/join.h"

#include "sdk/webhook.h"

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

void join_merge(struct db *db, int64_t incident, int64_t at_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE join_request SET state = 'accepted', decided_ms = $2 WHERE incident = $1 AND asking = "
		       "$1 AND state <> 'accepted'");

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, at_ms);
	(void)db_row(stmt);
	accept_shared(db, incident, at_ms);
}
