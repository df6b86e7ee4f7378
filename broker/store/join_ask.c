/* SPDX-License-Identifier: Apache-2.0 */
#include "store/join_ask.h"

#include "sdk/webhook.h"
#include "store/rows.h"

#include <string.h>

/* A refused pair is not asked again. A hand-over that was accepted is: the supplier may have lost its share since. */
static bool was_asked(struct db *db, int64_t incident, int64_t asking, struct ent_str supplier)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM join_request WHERE incident = $1 AND asking = $2 AND supplier = $3 AND "
		       "(state <> 'accepted' OR asking <> 0) LIMIT 1");

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, asking);
	db_bind_str(stmt, 3, supplier);
	return db_found(stmt);
}

/* Each has room of its own: what others hand over to a supplier takes no room from its own requests. giver: of a
 * hand-over, who had the ball before; NULL: the supplier's own. */
static int64_t open_requests(struct db *db, struct ent_str supplier, const struct ent_str *giver)
{
	struct db_stmt *stmt =
	    giver ? db_use(db, "SELECT count(*) FROM (SELECT 1 FROM join_request AS r JOIN incident AS i ON i.number = "
			       "r.incident WHERE r.asking = 0 AND r.state = 'open' AND i.handed_by = $1 LIMIT $2)")
		  : db_use(db, "SELECT count(*) FROM (SELECT 1 FROM join_request WHERE asking <> 0 AND supplier = $1 "
			       "AND state = 'open' LIMIT $2)");

	db_bind_str(stmt, 1, giver ? *giver : supplier);
	db_bind_int(stmt, 2, JOIN_OPEN_MAX);
	int64_t n = db_row(stmt) ? db_int(stmt, 0) : JOIN_OPEN_MAX;
	db_done(stmt);
	return n;
}

void join_ask(struct apply *apply, const struct situation *at, const struct join_asking *asking, int64_t incident)
{
	struct events events = {.arena = apply->arena};
	struct dossier *dossier = apply_dossier(apply, incident_living(apply->db, incident));
	const struct dossier *from = asking->dossier;
	struct situation about = *at;

	if (!dossier || dossier == from || db_failed(apply->db) ||
	    was_asked(apply->db, dossier->incident.number, from ? from->incident.number : 0, asking->supplier))
		return;
	const struct ent_str giver = sdk_or_empty(dossier->incident.handed_by);
	int64_t n_open = open_requests(apply->db, asking->supplier, from ? NULL : &giver);
	if (n_open >= JOIN_OPEN_MAX)
		return;
	apply->joins_full = apply->joins_full || n_open + 1 == JOIN_OPEN_MAX;
	about.incident = &dossier->incident;
	struct event *event = events_add(&events, EVENT_JOIN_REQUESTED, &about);
	event->actor = at->actor;
	event->cause = sdk_str(asking->cause);
	if (from) {
		event->other = from->incident.number;
		memcpy(event->other_uuid, from->incident.uuid, ID_SIZE);
		event->ticket_id = asking->ticket;
		event->ticket_key = asking->key;
	}
	if (!same_text(event->supplier, asking->supplier)) { /* the arrival was another supplier's */
		event->supplier = asking->supplier;
		event->delivery_id = ENT_ABSENT;
		event->actor = from ? (struct person){.ref = ENT_ABSENT} : event->actor;
	}
	apply_events(apply, &events);
	apply_save(apply);
}
