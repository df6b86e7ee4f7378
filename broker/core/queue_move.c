/* SPDX-License-Identifier: Apache-2.0 */
#include "core/queue_move.h"

#include "core/worklist.h"
#include "sdk/webhook.h"

#include <assert.h>
#include <string.h>

#define TO(state) (1u << DELIVERY_##state)

static const unsigned queue_moves[] = {
    [DELIVERY_PENDING] = TO(PENDING) | TO(IN_FLIGHT) | TO(PARKED) | TO(DONE) | TO(CANCELLED),
    [DELIVERY_IN_FLIGHT] = TO(PENDING) | TO(IN_FLIGHT) | TO(UNKNOWN) | TO(PARKED) | TO(DONE) | TO(CANCELLED),
    [DELIVERY_UNKNOWN] = TO(PENDING) | TO(DONE) | TO(CANCELLED),
    [DELIVERY_PARKED] = TO(PENDING) | TO(DONE) | TO(CANCELLED),
    [DELIVERY_DONE] = 0,
    [DELIVERY_CANCELLED] = TO(PENDING), /* withheld or taken back with its share, and wanted after all */
};

void queue_become(struct queue *queue, struct delivery *delivery, enum delivery_state state)
{
	bool creates = delivery->op == ENT_CREATE_TICKET;
	struct share *share = creates ? dossier_share(queue->dossier, delivery->supplier) : NULL;
	bool was_open = delivery_is_open(delivery);
	const unsigned stuck = TO(PARKED) | TO(UNKNOWN);

	assert(queue_moves[delivery->state] & (1u << state));
	if (((1u << delivery->state) | (1u << state)) & stuck)
		queue->dossier->stirred |= WORK_STIR_ALL;
	delivery->state = state;
	delivery->state_ms = queue->now_ms;
	delivery->dirty = true;
	if (share)
		share->n_create += delivery_is_open(delivery) - was_open;
	if (state != DELIVERY_IN_FLIGHT) /* that one stays first */
		dossier_queue(queue->dossier, delivery->supplier)->touched = true;
}

static enum event_kind event_of_state(enum delivery_state state)
{
	switch (state) {
	case DELIVERY_DONE:
		return EVENT_DELIVERY_DONE;
	case DELIVERY_CANCELLED:
		return EVENT_DELIVERY_CANCELLED;
	case DELIVERY_PARKED:
	case DELIVERY_UNKNOWN:
		return EVENT_DELIVERY_PARKED;
	case DELIVERY_PENDING:
	case DELIVERY_IN_FLIGHT:
		break;
	}
	return EVENT_N;
}

static void add_event(struct queue *queue, const struct delivery *delivery, const struct queue_verdict *verdict)
{
	struct situation at = {.incident = &queue->dossier->incident, .now_ms = queue->now_ms};
	const struct ticket *ticket = dossier_addressee(queue->dossier, delivery);
	struct event *event = events_add(queue->events, event_of_state(verdict->state), &at);

	event->supplier = delivery->supplier;
	event->ticket_id = ticket ? ticket->external_id : ENT_STR("");
	event->ticket_key = ticket && ticket->key.n ? ticket->key : ENT_ABSENT;
	if (verdict->ticket.n)
		event->ticket_id = verdict->ticket;
	event->delivery = delivery->id;
	memcpy(event->delivery_key, delivery->key, ID_SIZE);
	memcpy(event->comment.uuid, delivery->comment, ID_SIZE);
	event->op = delivery->op;
	event->remote_id = verdict->remote_id;
	event->cause = sdk_str(delivery_cause_word(verdict->cause));
	event->said = verdict->reason;
	event->unknown = verdict->state == DELIVERY_UNKNOWN;
	if (verdict->author)
		event->actor = *verdict->author;
}

void queue_tell_why(struct delivery *delivery, enum delivery_cause cause, struct ent_said reason,
		    struct ent_str exchange)
{
	delivery->cause = cause;
	delivery->reason = reason;
	delivery->remote_id = ENT_STR("");
	if (exchange.n)
		delivery->exchange = exchange;
}

void queue_end(struct queue *queue, struct delivery *delivery, const struct queue_verdict *verdict)
{
	bool is_done = verdict->state == DELIVERY_DONE;

	queue_become(queue, delivery, verdict->state);
	queue_tell_why(delivery, verdict->cause, verdict->reason, verdict->exchange);
	delivery->remote_id = sdk_or_empty(verdict->remote_id);
	if (delivery->remote_id.n && (delivery->op == ENT_ADD_COMMENT || delivery->op == ENT_EDIT_COMMENT))
		delivery->bound = 1;
	if (is_done) { /* else it may go again, and then goes on where it was */
		delivery->phase = 0;
		delivery->memo = delivery->exchange = ENT_STR("");
	}
	add_event(queue, delivery, verdict);
}
