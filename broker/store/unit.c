/* SPDX-License-Identifier: Apache-2.0 */
#include "store/unit.h"

#include "store/correct.h"

#include "store/deliveries.h"

#include <assert.h>
#include <string.h>

void unit_init(struct unit *unit, struct db *db, struct ent_arena *arena)
{
	*unit = (struct unit){.db = db, .arena = arena};
}

bool unit_load_ticket(struct unit *unit, struct ent_str supplier, struct ent_str external_id)
{
	unit->has_ticket = ticket_load(unit->db, unit->arena, supplier, external_id, &unit->ticket);
	return unit->has_ticket;
}

bool unit_load_comment(struct unit *unit, struct ent_str supplier, struct ent_str ticket, struct ent_str external_id)
{
	unit->has_comment = comment_load(unit->db, unit->arena, supplier, ticket, external_id, &unit->comment);
	return unit->has_comment;
}

bool unit_load_incident(struct unit *unit, int64_t number)
{
	unit->incident_is_new = !incident_load(unit->db, unit->arena, number, &unit->incident);
	return !unit->incident_is_new;
}

static void fold_ticket_event(struct unit *unit, const struct event *event)
{
	if (!unit->has_ticket)
		unit->ticket = (struct ticket){.id = 0};
	unit->has_ticket = true;
	unit->ticket_dirty = true;
	fold_ticket(&unit->ticket, event);
	correlation_save(unit->db, event->incident, &event->correlation);
	share_fold(unit->db, event);
}

static void fold_comment_event(struct unit *unit, const struct event *event)
{
	if (!unit->has_comment)
		unit->comment = (struct comment){.id = 0};
	bool stood = unit->has_comment && !unit->comment.removed;
	unit->has_comment = true;
	fold_comment(&unit->comment, event);
	unit->incident.n_comment += !unit->comment.removed - stood;
	comment_save(unit->db, &unit->comment);
}

/* The other incident's last event: its row alone. */
static void fold_absorbed(struct unit *unit, const struct event *event)
{
	struct incident gone;

	if (incident_load(unit->db, unit->arena, event->incident, &gone)) {
		fold_incident(&gone, event);
		incident_save(unit->db, &gone, false);
	}
}

static void fold_merged(struct unit *unit, const struct event *event)
{
	if (unit->ticket_dirty) { /* its row must be where rows_move() finds it */
		ticket_save(unit->db, &unit->ticket);
		unit->ticket_dirty = false;
	}
	struct incident gone;
	if (incident_load(unit->db, unit->arena, event->other, &gone)) {
		if (gone.opened_ms < unit->incident.opened_ms)
			unit->incident.opened_ms = gone.opened_ms;
		if (gone.said_ms > unit->incident.said_ms)
			unit->incident.said_ms = gone.said_ms;
	}
	rows_move(unit->db, event->other, event->incident, event->recorded_ms);
	incident_count(unit->db, &unit->incident);
	if (unit->has_ticket && unit->ticket.incident == event->other)
		unit->ticket.incident = event->incident;
}

/* Both rows are written at once: what is counted and chosen below is asked of the table. */
static void fold_continued_event(struct unit *unit, const struct event *event)
{
	struct ticket next, left = unit->has_ticket ? unit->ticket : (struct ticket){.id = 0};

	if (!ticket_load(unit->db, unit->arena, event->supplier, event->continues_id, &next)) {
		next = fold_continued(&left, event);
		ticket_save(unit->db, &next);
	} else if (next.continues_as.n) { /* the ticket came back */
		next = fold_returned(&next, &left, event);
		ticket_save(unit->db, &next);
	}
	if (!unit->has_ticket)
		unit->ticket = (struct ticket){.id = 0};
	unit->has_ticket = true;
	fold_ticket(&unit->ticket, event);
	ticket_save(unit->db, &unit->ticket);
	unit->ticket_dirty = false;
	ticket_follow(unit->db, event->supplier, event->ticket_id, event->continues_id);
	incident_count(unit->db, &unit->incident);
}

void unit_fold(struct unit *unit, const struct event *event)
{
	if (event->kind == EVENT_INCIDENT_ABSORBED) {
		fold_absorbed(unit, event);
		return;
	}
	fold_incident(&unit->incident, event);
	unit->incident_dirty = true;
	switch (event->kind) {
	case EVENT_TICKET_LINKED:
	case EVENT_TICKET_CHANGED:
	case EVENT_TICKET_REMOVED:
		fold_ticket_event(unit, event);
		break;
	case EVENT_TICKET_CONTINUED:
		fold_continued_event(unit, event);
		break;
	case EVENT_COMMENT_ADDED:
	case EVENT_COMMENT_EDITED:
	case EVENT_COMMENT_REMOVED:
		fold_comment_event(unit, event);
		break;
	case EVENT_ATTACHMENT_ADDED:
		attachment_save(unit->db, event);
		break;
	case EVENT_INCIDENT_MERGED:
		fold_merged(unit, event);
		break;
	case EVENT_INCIDENT_SHARED:
	case EVENT_INCIDENT_UNSHARED:
		share_fold(unit->db, event);
		break;
	case EVENT_INCIDENT_HOLDER_CHANGED:
	case EVENT_INCIDENT_CORRECTED:
		hand_over_fold(unit->db, event);
		break;
	case EVENT_DELIVERY_DONE:
		delivery_fold(unit->db, event);
		break;
	case EVENT_INCIDENT_OPENED:
	case EVENT_INCIDENT_STATUS_CHANGED:
	case EVENT_INCIDENT_ABSORBED:
	case EVENT_TICKET_LATE:
	case EVENT_TICKET_OVERRULED:
	case EVENT_DELIVERY_PARKED:
	case EVENT_DELIVERY_CANCELLED:
	case EVENT_SUPPLIER_STATE_CHANGED: /* of no incident: never comes here */
	case EVENT_N:
		break;
	}
}

void unit_save(struct unit *unit)
{
	if (unit->incident_dirty)
		incident_save(unit->db, &unit->incident, unit->incident_is_new);
	if (unit->ticket_dirty)
		ticket_save(unit->db, &unit->ticket);
	unit->incident_is_new = unit->incident_dirty = unit->ticket_dirty = false;
}
