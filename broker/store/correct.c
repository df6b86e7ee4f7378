/* SPDX-License-Identifier: Apache-2.0 */
#include "store/correct.h"

#include "core/replay.h"
#include "sdk/webhook.h"
#include "store/hand_over.h"

#include <string.h>

/* ---- is it out of order? -------------------------------------------------------------- */

struct order order_of(const struct incident *incident)
{
	return (struct order){incident->said_ms, incident->opened_ms, incident->n_ticket, incident->number};
}

#define TELLING (ATTR_CARRIED | 1u << ENT_TRANSFERRED_TO | 1u << ENT_TITLE)

static bool is_out_of_order(const struct order *before, const struct event *event, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool is_late = event[i].kind == EVENT_TICKET_LATE;
		bool is_word = is_late || event[i].kind == EVENT_TICKET_LINKED || event[i].kind == EVENT_TICKET_CHANGED;

		if (event[i].kind == EVENT_COMMENT_ADDED && event[i].supplier.n && event[i].time_ms < before->opened_ms)
			return true;
		if (!is_word || before->said_ms == 0 ||
		    !((event[i].seen & TELLING) || event[i].kind == EVENT_TICKET_LINKED))
			continue;
		/* Same time: the order of arrival is the order of one ticket; for several it says nothing. */
		if (is_late || event[i].time_ms < before->said_ms ||
		    (event[i].time_ms == before->said_ms && before->n_ticket > 1) ||
		    (event[i].time_ms == before->said_ms && event[i].kind == EVENT_TICKET_LINKED))
			return true;
	}
	return false;
}

/* ---- may it be told again? ------------------------------------------------------------- */

#define ITS_EVENTS                                                                                                     \
	"WITH RECURSIVE its(number) AS (SELECT $1 UNION SELECT incident.number FROM incident JOIN its ON "             \
	"incident.merged_into = its.number WHERE incident.merged_into <> 0) "

#define TICKET_KINDS "'ticket.linked', 'ticket.changed', 'ticket.late', 'ticket.removed'"

static bool people_acted(struct db *db, int64_t incident)
{
	struct db_stmt *stmt =
	    db_use(db, ITS_EVENTS "SELECT 1 FROM event WHERE incident IN (SELECT number FROM its) AND (kind IN "
				  "('incident.unshared', 'incident.described', 'incident.split', 'incident.restored', "
				  "'ticket.continued') OR kind IN "
				  "('incident.shared', 'incident.status_changed', "
				  "'incident.holder_changed') AND delivery_id = '') LIMIT 1");

	db_bind_int(stmt, 1, incident);
	return db_found(stmt);
}

static bool is_listened_to(const struct supplier *supplier)
{
	if (!supplier)
		return true;
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_CARRIED, i) && supplier->policy[i] != POLICY_HOLDER)
			return false;
	return !supplier_takes_words(supplier);
}

/* False: more than are told again, or one of a supplier that we write to. */
static bool words_load(struct apply *apply, int64_t incident, struct event **ret, size_t *ret_n)
{
	struct db_stmt *stmt = db_use(apply->db, ITS_EVENTS
				      "SELECT kind, time_ms, supplier, json FROM event WHERE incident IN (SELECT "
				      "number FROM its) AND (kind IN (" TICKET_KINDS ") OR kind = 'comment.added' AND "
				      "supplier <> '' AND time_ms < (SELECT min(t.time_ms) FROM event AS t WHERE "
				      "t.incident IN (SELECT number FROM its) AND t.kind IN (" TICKET_KINDS "))) "
				      "ORDER BY seq LIMIT $2");
	struct event *list = SDK_NEW_N(apply->arena, struct event, REPLAY_MAX + 1);
	bool may = true;
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, REPLAY_MAX + 1);
	while (may && db_row(stmt)) {
		const struct supplier *supplier =
		    apply->suppliers ? supplier_by_name(apply->suppliers, db_str(stmt, 2)) : NULL;
		enum event_kind kind;
		struct ent_err err;

		may = n < REPLAY_MAX && is_listened_to(supplier) && event_kind_by_name(db_str(stmt, 0), &kind) &&
		      event_parse(apply->arena, kind, sdk_dup(apply->arena, db_str(stmt, 3)), &list[n], &err) == ENT_OK;
		if (may)
			list[n++].time_ms = db_int(stmt, 1);
	}
	db_done(stmt);
	*ret = list;
	*ret_n = n;
	return may;
}

/* ---- correcting ---------------------------------------------------------------------------- */

void correct(struct apply *apply, const struct dossier *dossier, const struct situation *at, const struct order *before,
	     const struct event *event, size_t n_event, bool is_merged)
{
	struct events events = {.arena = apply->arena};
	const struct hand_over *stored;
	struct replay told;
	struct event *word;
	size_t n;

	if ((!is_merged && !is_out_of_order(before, event, n_event)) || people_acted(apply->db, before->number) ||
	    !words_load(apply, before->number, &word, &n))
		return;
	replay(word, n, apply->suppliers, apply->arena, &told);
	size_t n_stored = hand_over_list(apply->db, apply->arena, before->number, &stored);
	if (replay_agrees(&told, &dossier->incident, stored, n_stored))
		return;
	struct event *corrected = events_add(&events, EVENT_INCIDENT_CORRECTED, at);
	corrected->title = told.incident.title;
	corrected->values = told.incident.values;
	corrected->holder_to = told.incident.holder;
	corrected->holder_since_ms = told.incident.holder_since_ms;
	corrected->is_accepted =
	    told.incident.is_accepted ||
	    (dossier->incident.is_accepted && same_text(told.incident.holder, dossier->incident.holder) &&
	     told.incident.holder_since_ms == dossier->incident.holder_since_ms);
	if (!corrected->is_accepted)
		corrected->handed_by = told.incident.handed_by;
	corrected->declined_by = told.incident.declined_by;
	corrected->opened_ms = dossier->incident.opened_ms; /* always the earliest word */
	corrected->hand_over = told.hand_over;
	corrected->n_hand_over = told.n_hand_over;
	apply_events(apply, &events);
}
