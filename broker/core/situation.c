/* SPDX-License-Identifier: Apache-2.0 */
#include "core/situation.h"

#include "core/arrival.h"

struct event *events_add(struct events *events, enum event_kind kind, const struct situation *at)
{
	if (events->n == events->cap) {
		size_t cap = events->cap ? events->cap * 2 : 4; /* an event is near 1 KB */
		struct event *grown = SDK_NEW_N(events->arena, struct event, cap);
		if (events->n)
			memcpy(grown, events->at, events->n * sizeof *grown);
		events->at = grown;
		events->cap = cap;
	}
	struct event *event = &events->at[events->n++];
	*event = (struct event){.kind = kind, .incident = at->incident->number};
	memcpy(event->incident_uuid, at->incident->uuid, ID_SIZE);
	event->time_ms = event->recorded_ms = at->now_ms;
	if (at->arrival) {
		event->supplier = at->supplier;
		event->delivery_id = at->arrival->delivery_id;
		event->traceparent = at->arrival->traceparent;
	}
	return event;
}

struct event *events_add_change(struct events *events, enum event_kind kind, const struct situation *at,
				const struct ent_change *change)
{
	struct event *event = events_add(events, kind, at);
	event->actor = at->actor;
	event->ticket_id = change->ticket.id;
	event->ticket_key = change->ticket.key;
	event->stamp = change->stamp;
	event->time_ms = situation_when(at, change);
	return event;
}

/* ---- older and newer ------------------------------------------------------------------- */

int64_t situation_when(const struct situation *at, const struct ent_change *change)
{
	int64_t said_ms = change->stamp.time_ms;

	return said_ms != 0 && said_ms < at->now_ms ? said_ms : at->now_ms;
}

bool situation_can_compare(struct ent_stamp a, struct ent_stamp b)
{
	return (a.version > 0 && b.version > 0) || (a.time_ms != 0 && b.time_ms != 0);
}

bool situation_is_older(const struct situation *at, const struct ent_change *change, struct ent_stamp stored)
{
	/* A dead letter without a stamp is as old as the day it came. */
	if (at->arrival && at->arrival->replayed && !situation_can_compare(change->stamp, stored))
		return at->arrival->received_ms < at->ticket->changed_ms;
	return stamp_compare(change->stamp, stored) < 0;
}

uint32_t situation_late(const struct situation *at, const struct ent_change *change)
{
	const struct ticket *ticket = at->ticket;
	uint32_t late = 0;

	if (!ticket)
		return 0;
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(change->ticket.has & ticket->has, i) && situation_is_older(at, change, ticket->at[i].stamp))
			late |= 1u << i;
	return late;
}

struct word ticket_word(const struct ticket *ticket)
{
	return (struct word){ticket->supplier, ticket->at[ENT_TRANSFERRED_TO].value.text, ticket_values(ticket),
			     ticket->at[ENT_STATUS].stamp.time_ms};
}
