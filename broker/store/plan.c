/* SPDX-License-Identifier: Apache-2.0 */
/* From what is to be brought to rows in the queue: order, merging, the loop breaker. */
#include "store/delivery_rows.h"

#include "store/loops.h"
#include "sdk/webhook.h"

#include <stdio.h>
#include <string.h>

enum { THREAD_MAX = 100 };

/* ---- the queue's head ---------------------------------------------------------------- */

#define OF_QUEUE "q.incident = $1 AND q.supplier = $2"

void delivery_heads(struct db *db, int64_t incident, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(
	    db,
	    "SELECT q.id, q.head FROM delivery AS q WHERE " OF_QUEUE " AND q.state NOT IN ('done', 'cancelled') AND "
	    "NOT (q.state IN ('parked', 'unknown') AND (q.op = 'update_ticket' OR q.cause IN ('loop', 'earlier'))) AND "
	    "(q.op = "
	    "'create_ticket' OR q.state = 'in_flight' "
	    "OR EXISTS (SELECT 1 FROM ticket WHERE ticket.incident = q.incident AND ticket.supplier = q.supplier AND "
	    "ticket.removed = 0)) ORDER BY CASE WHEN q.state = 'in_flight' THEN 0 ELSE 1 END, q.id LIMIT 1");
	int64_t first = 0;
	bool was = false;

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	if (db_row(stmt)) {
		first = db_int(stmt, 0);
		was = db_int(stmt, 1) != 0;
	}
	db_done(stmt);
	stmt = db_use(db, "UPDATE delivery AS q SET head = 0 WHERE " OF_QUEUE
			  " AND q.state NOT IN ('done', 'cancelled') AND q.head = 1 AND q.id <> $3");
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	db_bind_int(stmt, 3, first);
	(void)db_row(stmt);
	if (first == 0 || was)
		return;
	stmt = db_use(db, "UPDATE delivery SET head = 1 WHERE id = $1");
	db_bind_int(stmt, 1, first);
	(void)db_row(stmt);
}

void delivery_heads_all(struct db *db, struct ent_arena *arena, int64_t incident)
{
	enum { SUPPLIERS_MAX = 256 };
	struct db_stmt *stmt = db_use(db, "SELECT DISTINCT supplier FROM delivery WHERE incident = $1 AND "
					  "state NOT IN ('done', 'cancelled') ORDER BY supplier LIMIT $2");
	struct ent_str *name = SDK_NEW_N(arena, struct ent_str, SUPPLIERS_MAX);
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, SUPPLIERS_MAX);
	while (n < SUPPLIERS_MAX && db_row(stmt))
		name[n++] = sdk_dup(arena, db_str(stmt, 0));
	db_done(stmt);
	for (size_t i = 0; i < n; i++)
		delivery_heads(db, incident, name[i]);
}

/* ---- a row for a plan ------------------------------------------------------------------ */

struct planning {
	struct apply *apply;
	const struct incident *incident; /* with the event */
	const struct event *event;       /* NULL: a person asked for the thread */
	struct ent_str endless;          /* why its comment is an endless answer; absent: it is none */
};

/* The supplier whose word caused it; "": a person with us, who tells us whom it is for. */
static struct ent_str origin_of(const struct event *event)
{
	if (!event || event->kind == EVENT_INCIDENT_SHARED || event->kind == EVENT_INCIDENT_UNSHARED)
		return ENT_STR("");
	return sdk_or_empty(event->supplier);
}

static void end(struct apply *apply, const struct delivery *delivery, enum delivery_state state,
		enum delivery_cause cause, struct ent_str reason)
{
	delivery_end(apply, delivery, &(struct delivery_verdict){.state = state, .cause = cause, .reason = reason});
}

static struct delivery_row row_of(const struct planning *planning, const struct planned *planned)
{
	struct apply *apply = planning->apply;
	const struct incident *incident = planning->incident;
	struct delivery_row row = {.delivery = {.incident = incident->number,
						.supplier = planned->supplier->name,
						.op = planned->op,
						.set = planned->set,
						.text = planned->text,
						.values = incident->values,
						.audience = planned->audience,
						.anyway = planned->anyway,
						.state = DELIVERY_PENDING,
						.made_ms = apply->now_ms},
				   .origin = origin_of(planning->event),
				   .said_ms = planning->event ? planning->event->time_ms : apply->now_ms};

	apply->chance->uuid(apply->chance, row.delivery.key);
	memcpy(row.delivery.comment, planned->comment, ID_SIZE);
	memcpy(row.delivery.incident_uuid, incident->uuid, ID_SIZE);
	if (planned->op == ENT_CREATE_TICKET)
		row.delivery.title = incident->title;
	return row;
}

static struct loop_cause loop_cause_of(const struct planning *planning)
{
	return (struct loop_cause){planning->incident->number, planning->event, origin_of(planning->event)};
}

static bool is_rush(const struct planning *planning, const struct planned *planned)
{
	struct loop_cause cause = loop_cause_of(planning);

	return loop_is_rush(planning->apply, &cause, planned->supplier->name, planned->op);
}

/* A comment that is older than the supplier's share. If only a clock that is behind may make it older, it is parked for
 * a person. */
static void withhold(const struct planning *planning, const struct delivery *delivery, enum when_said said)
{
	bool perhaps = said == SAID_JUST_BEFORE;

	end(planning->apply, delivery, perhaps ? DELIVERY_PARKED : DELIVERY_CANCELLED, CAUSE_EARLIER,
	    perhaps
		? ENT_STR("by its tool's clock the comment was made shortly before the supplier took part, but that "
			  "clock may be behind: retry to send it, or ignore it")
		: ENT_STR("the comment was made before the supplier took part: retry to send it all the same"));
}

static void add_row(const struct planning *planning, const struct planned *planned)
{
	bool rush = is_rush(planning, planned);
	struct delivery_row row = row_of(planning, planned);

	if (!delivery_insert(planning->apply->db, &row))
		return;
	if (planned->said != SAID_SINCE) {
		withhold(planning, &row.delivery, planned->said);
		return;
	}
	if (planning->endless.p)
		end(planning->apply, &row.delivery, DELIVERY_PARKED, CAUSE_LOOP, planning->endless);
	else if (rush)
		end(planning->apply, &row.delivery, DELIVERY_PARKED, CAUSE_LOOP,
		    ENT_STR(
			"more than 10 updates or 30 comments in a minute, none by a person with us: an automation in "
			"their tool probably reacts to ours"));
}

/* ---- updates: one waits at most ------------------------------------------------------------ */

static void update_merge(const struct planning *planning, const struct delivery *into, uint32_t set)
{
	struct db_stmt *stmt =
	    db_use(planning->apply->db, "UPDATE delivery SET attributes = $1, planned = $2 WHERE id = $3");
	char planned[ATTR_VALUES_SIZE];

	db_bind_int(stmt, 1, into->set | set);
	db_bind_str(stmt, 2, attr_values_print(&planning->incident->values, planned));
	db_bind_int(stmt, 3, into->id);
	(void)db_row(stmt);
}

/* It says what the incident says now, so what one that stands still was to set goes along. */
static void plan_update(const struct planning *planning, const struct planned *planned)
{
	struct apply *apply = planning->apply;
	const struct delivery *waiting;
	size_t n =
	    delivery_waiting(apply->db, apply->arena, planning->incident->number, planned->supplier->name, &waiting);
	struct planned all = *planned;
	bool loops = is_rush(planning, planned);

	for (size_t i = 0; i < n; i++) {
		if (waiting[i].op != ENT_UPDATE_TICKET ||
		    (waiting[i].state != DELIVERY_PARKED && waiting[i].state != DELIVERY_UNKNOWN))
			continue;
		if (loops && waiting[i].cause == CAUSE_LOOP) { /* it stands still already, visibly */
			update_merge(planning, &waiting[i], all.set);
			return;
		}
		all.set |= waiting[i].set;
		end(apply, &waiting[i], DELIVERY_CANCELLED, CAUSE_SUPERSEDED, ENT_STR("a newer update says it"));
	}
	const struct delivery *last = n ? &waiting[n - 1] : NULL;
	if (last && last->op == ENT_UPDATE_TICKET && last->state == DELIVERY_PENDING && last->attempt == 0) {
		update_merge(planning, last, all.set);
		return;
	}
	add_row(planning, &all);
}

/* ---- what an event does to what waits --------------------------------------------------------- */

static void cancel_waiting(struct apply *apply, int64_t incident, struct ent_str supplier)
{
	const struct delivery *waiting;
	size_t n = delivery_waiting(apply->db, apply->arena, incident, supplier, &waiting);

	/* An unknown delivery may have been done. It must not be sent again when the incident is shared again, because
	 * we could not search for it. An owed delivery stays: share_withdraw() ends it when a person takes the share
	 * back. */
	for (size_t i = 0; i < n; i++)
		if (waiting[i].owed)
			continue;
		else if (waiting[i].state == DELIVERY_UNKNOWN)
			end(apply, &waiting[i], DELIVERY_CANCELLED, CAUSE_UNKNOWN,
			    ENT_STR("the share was taken back while this was on its way: it may have been done"));
		else
			end(apply, &waiting[i], DELIVERY_CANCELLED, CAUSE_UNSHARED,
			    ENT_STR("the share was taken back"));
}

/* Where one is in flight, its outcome tells. */
static void cancel_comment(struct apply *apply, const struct incident *incident, const char *uuid)
{
	struct db_stmt *stmt = db_use(apply->db, "SELECT id FROM delivery WHERE comment = $1 AND comment <> '' AND "
						 "state IN ('pending', 'parked', 'unknown') ORDER BY id");
	enum { ROWS_MAX = 256 };
	int64_t *id = SDK_NEW_N(apply->arena, int64_t, ROWS_MAX);
	struct delivery delivery;
	size_t n = 0;

	db_bind_str(stmt, 1, sdk_str(uuid));
	while (n < ROWS_MAX && db_row(stmt))
		id[n++] = db_int(stmt, 0);
	db_done(stmt);
	for (size_t i = 0; i < n; i++)
		if (delivery_load(apply->db, apply->arena, id[i], &delivery))
			end(apply, &delivery, DELIVERY_CANCELLED, CAUSE_SUPERSEDED, ENT_STR("the comment was removed"));
	if (n)
		delivery_heads_all(apply->db, apply->arena, incident->number);
}

void delivery_park_gone(struct apply *apply, int64_t incident, struct ent_str supplier)
{
	const struct delivery *waiting;
	size_t n = ticket_comes(apply->db, incident, supplier)
		       ? 0
		       : delivery_waiting(apply->db, apply->arena, incident, supplier, &waiting);

	for (size_t i = 0; i < n; i++)
		if (waiting[i].state == DELIVERY_PENDING && !waiting[i].ticket.n && waiting[i].op != ENT_CREATE_TICKET)
			end(apply, &waiting[i], DELIVERY_PARKED, CAUSE_GONE,
			    ENT_STR("the supplier has no ticket for this incident, and none is on its way"));
}

/* A ticket is there. A second one is not made: its text becomes a comment. One that may have been made by us and now
 * tells our number is that one. */
static void meet_ticket(struct apply *apply, int64_t incident, struct ent_str supplier, bool is_named)
{
	const struct delivery *waiting;
	size_t n = delivery_waiting(apply->db, apply->arena, incident, supplier, &waiting);

	for (size_t i = 0; i < n; i++) {
		if (waiting[i].op != ENT_CREATE_TICKET || !waiting[i].ticket.n)
			continue;
		if (waiting[i].state == DELIVERY_UNKNOWN && is_named) {
			end(apply, &waiting[i], DELIVERY_DONE, CAUSE_NONE, ENT_STR(""));
		} else if ((waiting[i].state == DELIVERY_PENDING || waiting[i].state == DELIVERY_PARKED) &&
			   !waiting[i].look && waiting[i].phase == 0) { /* known not to be done */
			struct db_stmt *stmt =
			    db_use(apply->db, "UPDATE delivery SET op = 'add_comment', title = '', planned = '' "
					      "WHERE id = $1");
			db_bind_int(stmt, 1, waiting[i].id);
			(void)db_row(stmt);
		}
	}
}

static bool names_us(const struct event *event)
{
	int64_t number;

	return event->correlation.number.n && incident_number_parse(event->correlation.number, &number);
}

static void meet_merged(struct apply *apply, const struct supplier_set *suppliers, int64_t incident)
{
	for (size_t i = 0; i < suppliers->n; i++)
		meet_ticket(apply, incident, suppliers->at[i].name, false);
	delivery_heads_all(apply->db, apply->arena, incident);
}

/* With the share all that waits is cancelled anyway. */
static bool gives_up_ticket(const struct event *event)
{
	return event->kind == EVENT_DELIVERY_CANCELLED && event->op == ENT_CREATE_TICKET &&
	       !sdk_eqz(event->cause, delivery_cause_word(CAUSE_UNSHARED));
}

static void prepare(struct apply *apply, const struct supplier_set *suppliers, const struct incident *incident,
		    const struct event *event)
{
	if (event->kind == EVENT_TICKET_LINKED) {
		meet_ticket(apply, incident->number, event->supplier, names_us(event));
		delivery_heads(apply->db, incident->number, event->supplier);
	} else if (event->kind == EVENT_TICKET_CONTINUED) {
		meet_ticket(apply, incident->number, event->supplier, false);
		delivery_heads(apply->db, incident->number, event->supplier);
	} else if (event->kind == EVENT_TICKET_REMOVED || gives_up_ticket(event)) {
		delivery_park_gone(apply, incident->number, event->supplier);
		delivery_heads(apply->db, incident->number, event->supplier);
	} else if (event->kind == EVENT_INCIDENT_MERGED) {
		meet_merged(apply, suppliers, incident->number);
	} else if (event->kind == EVENT_INCIDENT_UNSHARED) { /* also for a supplier that is configured no more */
		cancel_waiting(apply, incident->number, event->supplier);
		delivery_heads(apply->db, incident->number, event->supplier);
	} else if (event->kind == EVENT_COMMENT_REMOVED) {
		cancel_comment(apply, incident, event->comment.uuid);
	}
}

/* ---- planning ---------------------------------------------------------------------------------- */

static bool others_share(struct db *db, int64_t incident, struct ent_str supplier)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM share WHERE incident = $1 AND supplier <> $2 AND withdrawn_ms = 0 LIMIT 1");
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, sdk_or_empty(supplier));
	return db_found(stmt);
}

/* Most events are of one supplier's ticket alone, and end here without a question to the tables. */
static bool concerns_others(struct apply *apply, const struct supplier_set *suppliers, const struct incident *before,
			    const struct incident *after, const struct event *event)
{
	bool to_all = false, others = false;

	switch (event->kind) {
	case EVENT_INCIDENT_OPENED:
	case EVENT_INCIDENT_ABSORBED:
	case EVENT_INCIDENT_CORRECTED: /* its suppliers are only listened to */
	case EVENT_TICKET_LATE:
	case EVENT_ATTACHMENT_ADDED:
	case EVENT_DELIVERY_PARKED:
	case EVENT_SUPPLIER_STATE_CHANGED:
	case EVENT_N:
		return false;
	case EVENT_COMMENT_EDITED:
		if (!event->is_published)
			return false;
		break;
	case EVENT_DELIVERY_CANCELLED:
		if (!gives_up_ticket(event))
			return false;
		to_all = true;
		break;
	case EVENT_DELIVERY_DONE:
		if (event->op != ENT_UPDATE_TICKET)
			return false;
		to_all = true;
		break;
	case EVENT_TICKET_LINKED:
		if (after->sequence == 2 && sdk_eq(after->holder, event->supplier)) /* it opened the incident */
			return false;
		to_all = true;
		break;
	case EVENT_TICKET_CHANGED:
		if (attr_differ(&before->values, &after->values) == 0)
			return false;
		break;
	case EVENT_INCIDENT_MERGED:
	case EVENT_INCIDENT_SHARED:
	case EVENT_INCIDENT_UNSHARED:
	case EVENT_TICKET_OVERRULED:
	case EVENT_TICKET_REMOVED:
	case EVENT_TICKET_CONTINUED:
		to_all = true;
		break;
	case EVENT_INCIDENT_STATUS_CHANGED:
	case EVENT_INCIDENT_HOLDER_CHANGED:
	case EVENT_COMMENT_ADDED:
	case EVENT_COMMENT_REMOVED:
		break;
	}
	for (size_t i = 0; i < suppliers->n && !others; i++)
		others = supplier_takes_words(&suppliers->at[i]) &&
			 (to_all || !sdk_eq(suppliers->at[i].name, event->supplier));
	return others && (to_all || others_share(apply->db, after->number, event->supplier));
}

void deliveries_plan(struct apply *apply, const struct supplier_set *suppliers, const struct incident *before,
		     const struct incident *after, const struct event *event)
{
	struct planning planning = {.apply = apply, .incident = after, .event = event};
	struct planned_list list = {.arena = apply->arena};
	struct federate at = {.before = before, .after = after, .event = event};

	if (!suppliers || !concerns_others(apply, suppliers, before, after, event))
		return;
	unit_save(apply->unit); /* what is asked below is asked of the tables */
	prepare(apply, suppliers, after, event);
	at.n_party = party_list(apply->db, apply->arena, suppliers, after->number, &event->comment, &at.party);
	federate(&at, &list);
	if (list.n > 0) {
		struct loop_cause cause = loop_cause_of(&planning);
		(void)loop_is_endless(apply, &cause, &planning.endless);
	}
	for (size_t i = 0; i < list.n && !db_failed(apply->db); i++) {
		const struct planned *planned = &list.at[i];
		if (planned->op == ENT_UPDATE_TICKET)
			plan_update(&planning, planned);
		else if (planned->op == ENT_CREATE_TICKET || planned->comment[0] || planned->text.n)
			add_row(&planning, planned);
		delivery_heads(apply->db, after->number, planned->supplier->name);
	}
}

/* ---- the thread for who joins ------------------------------------------------------------------- */

void deliveries_thread(struct apply *apply, const struct supplier *supplier, const struct incident *incident)
{
	struct planning planning = {.apply = apply, .incident = incident};
	struct planned *list = SDK_NEW_N(apply->arena, struct planned, THREAD_MAX);
	struct db_stmt *stmt =
	    db_use(apply->db, "SELECT uuid, audience, audience_suppliers FROM comment WHERE incident = $1 AND "
			      "removed = 0 AND supplier <> $2 AND NOT EXISTS (SELECT 1 FROM copy WHERE copy.comment = "
			      "comment.uuid AND copy.supplier = $2) ORDER BY created_ms DESC, id DESC");
	size_t n = 0;

	db_bind_int(stmt, 1, incident->number);
	db_bind_str(stmt, 2, supplier->name);
	while (n < THREAD_MAX && db_row(stmt)) {
		struct planned *planned = &list[n];
		*planned = (struct planned){.supplier = supplier, .op = ENT_ADD_COMMENT};
		if (!audience_kind(db_str(stmt, 1), &planned->audience.kind))
			continue;
		planned->audience.suppliers = sdk_dup(apply->arena, db_str(stmt, 2));
		if (!audience_allows(&planned->audience, supplier->name, true))
			continue;
		snprintf(planned->comment, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
		n++;
	}
	db_done(stmt);
	while (n-- > 0) /* the oldest first */
		add_row(&planning, &list[n]);
	delivery_heads(apply->db, incident->number, supplier->name);
}
