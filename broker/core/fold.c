/* SPDX-License-Identifier: Apache-2.0 */
/* Changes an incident, a ticket, a comment by an event. core/dossier_fold.c has what an event moves between rows (a
 * merge) and counts. */
#include "core/fold.h"

#include "core/event_duty.h"

#include "sdk/webhook.h"

#include <assert.h>
#include <string.h>

static const struct ent_value *attr_of(const struct event *event, enum ent_attr attr)
{
	for (size_t i = 0; i < event->n_attr; i++)
		if (event->attr[i].attr == attr)
			return &event->attr[i].to;
	return NULL;
}

/* The ball holder's word counts; anybody's until the holder has said one. Policies say otherwise in the event. */
static void fold_level(struct incident *incident, const struct event *event, enum ent_attr attr)
{
	const struct ent_value *value = attr_of(event, attr);
	unsigned said = value ? attr_value(attr, value->text) : 0, *level = &incident->values.at[attr];

	if (event->values.at[attr])
		*level = event->values.at[attr];
	else if (said && (*level == 0 || sdk_eq(event->supplier, incident->holder)))
		*level = said;
}

static void fold_incident_ticket(struct incident *incident, const struct event *event)
{
	const struct ent_value *title = attr_of(event, ENT_TITLE);

	if (event->kind == EVENT_TICKET_LINKED)
		incident->n_ticket++;
	if (title && !incident->title.n)
		incident->title = title->text;
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_LEVELS & ~event->nobodys, i))
			fold_level(incident, event, (enum ent_attr)i);
}

/* Words come late: the earliest opened it, whenever it came. */
static void fold_times(struct incident *incident, const struct event *event)
{
	if (event->time_ms < incident->opened_ms)
		incident->opened_ms = event->time_ms;
	if (event->time_ms > incident->said_ms)
		incident->said_ms = event->time_ms;
}

static void fold_corrected(struct incident *incident, const struct event *event)
{
	incident->title = event->title;
	incident->values = event->values;
	incident->holder = event->holder_to;
	incident->holder_since_ms = event->holder_since_ms;
	incident->is_accepted = event->is_accepted;
	incident->handed_by = event->handed_by;
	incident->declined_by = event->declined_by;
	incident->opened_ms = event->opened_ms;
}

static void fold_holder(struct incident *incident, const struct event *event)
{
	incident->holder = event->holder_to;
	incident->holder_since_ms = event->holder_since_ms;
	incident->is_accepted = event->is_accepted;
	incident->handed_by = event->is_accepted ? ENT_STR("") : event->holder_from;
	incident->declined_by = event->is_declined ? event->holder_from : ENT_STR("");
}

static void fold_accepted(struct incident *incident)
{
	incident->is_accepted = true;
	incident->handed_by = ENT_STR("");
}

static void fold_first(struct incident *incident, const struct event *event)
{
	incident->number = event->incident;
	memcpy(incident->uuid, event->incident_uuid, ID_SIZE);
	incident->opened_ms = incident->said_ms = event->time_ms;
	incident->values.at[ENT_STATUS] = event->status_to;
	fold_holder(incident, event);
}

/* A tool's ticket was there before anybody wrote into it. */
static void fold_said(struct incident *incident, const struct event *event)
{
	if (event->supplier.n && event->time_ms < incident->opened_ms)
		incident->opened_ms = event->time_ms;
}

void fold_incident(struct incident *incident, const struct event *event)
{
	incident->sequence = event->sequence;
	incident->changed_ms = event_duty_is(event) ? incident->changed_ms : event->recorded_ms;
	switch (event->kind) {
	case EVENT_INCIDENT_OPENED:
		fold_first(incident, event);
		break;
	case EVENT_INCIDENT_DESCRIBED:
		description_fold(incident, &event->description);
		break;
	case EVENT_INCIDENT_STATUS_CHANGED:
		incident->values.at[ENT_STATUS] = event->status_to;
		break;
	case EVENT_INCIDENT_HOLDER_CHANGED:
		fold_holder(incident, event);
		attr_take(&incident->values, &event->values);
		break;
	case EVENT_INCIDENT_MERGED: /* the store moves tickets and comments and counts them again */
	case EVENT_INCIDENT_RESTORED:
		incident->merged_into = 0;
		attr_take(&incident->values, &event->values);
		break;
	case EVENT_INCIDENT_HOLDER_ACCEPTED:
		fold_accepted(incident);
		break;
	case EVENT_INCIDENT_ABSORBED:
		incident->merged_into = event->other;
		break;
	case EVENT_TICKET_LINKED:
	case EVENT_TICKET_CHANGED:
		fold_incident_ticket(incident, event);
		fold_times(incident, event);
		break;
	case EVENT_TICKET_LATE:
		fold_times(incident, event);
		break;
	case EVENT_INCIDENT_CORRECTED:
		fold_corrected(incident, event);
		break;
	case EVENT_COMMENT_ADDED:
		fold_said(incident, event);
		break;
	case EVENT_COMMENT_REMOVED: /* the store counts comments: it knows which of them stand */
	case EVENT_COMMENT_EDITED:
	case EVENT_COMMENT_PUBLISHED:
	case EVENT_COMMENT_PINNED:
	case EVENT_TICKET_REMOVED:
	case EVENT_TICKET_CONTINUED: /* the store counts tickets again */
	case EVENT_TICKET_OVERRULED:
	case EVENT_OF_ACTS:
	case EVENT_ATTACHMENT_ADDED:
	case EVENT_INCIDENT_SHARED: /* shares and deliveries are rows of their own */
	case EVENT_INCIDENT_UNSHARED:
	case EVENT_OF_PAIRS:
	case EVENT_OF_JOINS:
	case EVENT_OF_DELIVERIES:
		break;
	case EVENT_SUPPLIER_STATE_CHANGED: /* of no incident: never comes here */
	case EVENT_N:
		assert(event->kind < EVENT_SUPPLIER_STATE_CHANGED);
	}
}

/* It may be one that was never heard of: then only this is known of it. */
static void fold_left(struct ticket *ticket, const struct event *event)
{
	ticket->incident = event->incident;
	ticket->supplier = event->supplier;
	ticket->external_id = event->ticket_id;
	if (event->ticket_key.n)
		ticket->key = event->ticket_key;
	ticket->removed = true;
	ticket->removed_stamp = event->stamp;
	ticket->changed_ms = event->time_ms;
	ticket->continues_as = event->continues_id;
}

struct ticket fold_continued(const struct ticket *left, const struct event *event)
{
	struct ticket ticket = *left;

	ticket.id = 0;
	ticket.incident = event->incident;
	ticket.external_id = event->continues_id;
	ticket.key = event->continues_key.n ? event->continues_key : ENT_STR("");
	ticket.removed = false;
	ticket.removed_stamp = (struct ent_stamp){0, 0};
	ticket.continues_as = ENT_STR("");
	ticket.changed_ms = event->time_ms;
	/* Its address is another one, and its versions are counted anew: its first word is newer than all of these. */
	ticket.has &= ~(1u << ENT_URL);
	ticket.at[ENT_URL].value = (struct ent_value){ENT_STR(""), ENT_STR("")};
	for (int i = 0; i < ENT_N_ATTR; i++)
		ticket.at[i].stamp = (struct ent_stamp){0, 0};
	return ticket;
}

struct ticket fold_returned(const struct ticket *known, const struct ticket *left, const struct event *event)
{
	struct ticket ticket = fold_continued(left, event);

	ticket.id = known->id;
	if (!event->continues_key.n)
		ticket.key = known->key;
	ticket.has |= known->has & (1u << ENT_URL);
	ticket.at[ENT_URL].value = known->at[ENT_URL].value;
	return ticket;
}

/* A late word may bring an attribute that nobody spoke of: that does not make the ticket older. A comment may come
 * before all that the ticket says: then the first that it says counts. */
static void fold_changed(struct ticket *ticket, const struct event *event)
{
	bool is_bare = ticket->has == 0 && !ticket->removed;

	if (event->kind == EVENT_TICKET_CHANGED && !event->seen)
		return;
	if (is_bare || event->time_ms > ticket->changed_ms)
		ticket->changed_ms = event->time_ms;
}

void fold_ticket(struct ticket *ticket, const struct event *event)
{
	if (event->kind == EVENT_TICKET_CONTINUED) {
		fold_left(ticket, event);
		return;
	}
	if (event->kind == EVENT_TICKET_REMOVED) {
		fold_changed(ticket, event);
		ticket->removed = true;
		ticket->removed_stamp = event->stamp;
		return;
	}
	if (event->kind != EVENT_TICKET_LINKED && event->kind != EVENT_TICKET_CHANGED)
		return;
	if (event->kind == EVENT_TICKET_LINKED) {
		ticket->incident = event->incident;
		ticket->supplier = event->supplier;
		ticket->external_id = event->ticket_id;
	}
	if (event->ticket_key.n)
		ticket->key = event->ticket_key;
	fold_changed(ticket, event);
	ticket->has |= event->seen;
	if (event->seen && ticket->removed && stamp_compare(event->stamp, ticket->removed_stamp) > 0)
		ticket->removed = false;
	for (int i = 0; i < ENT_N_ATTR; i++)
		if (event->seen & (1u << i))
			ticket->at[i].stamp = event->stamp;
	for (size_t i = 0; i < event->n_attr; i++)
		ticket->at[event->attr[i].attr].value = event->attr[i].to;
}

void fold_comment(struct comment *comment, const struct event *event)
{
	const struct comment *said = &event->comment;

	if (!comment->uuid[0]) {
		*comment = *said;
		comment->supplier = sdk_or_empty(said->supplier); /* by these it is found again */
		comment->ticket = sdk_or_empty(said->ticket);
		comment->incident = event->incident;
		comment->origin = said->origin ? said->origin : event->incident;
		comment->recorded_ms = said->recorded_ms ? said->recorded_ms : event->recorded_ms;
		comment->removed = event->kind == EVENT_COMMENT_REMOVED;
		comment->version = 1;
		return;
	}
	if (event->kind == EVENT_COMMENT_PINNED) {
		comment->pinned_ms = event->is_pinned ? event->recorded_ms : 0;
		return;
	}
	comment->stamp = said->stamp;
	comment->version++;
	if (event->kind == EVENT_COMMENT_PUBLISHED) { /* others read it as one that was said now */
		comment->audience = said->audience;
		comment->recorded_ms = event->recorded_ms;
		comment->held_by = ENT_STR("");
		return;
	}
	if (event->kind == EVENT_COMMENT_REMOVED) {
		comment->removed = true;
		comment->body = ENT_STR("");
		return;
	}
	comment->body = said->body;
	comment->format = said->format;
	comment->visibility = said->visibility;
	comment->audience = said->audience;
	comment->edited_ms = said->edited_ms;
}
