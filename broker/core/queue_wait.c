/* SPDX-License-Identifier: Apache-2.0 */
#include "core/queue_wait.h"

/* The open one behind `after` that is not in flight: of those, the outcome will tell. */
struct delivery *queue_next_waiting(struct queue *queue, struct ent_str supplier, int64_t after)
{
	struct dossier_queue *of = dossier_queue(queue->dossier, supplier);
	struct delivery *delivery = dossier_open(queue->dossier, of, after);

	while (delivery && delivery->state == DELIVERY_IN_FLIGHT)
		delivery = dossier_open(queue->dossier, of, delivery->id);
	return delivery;
}

void queue_end_as(struct queue *queue, struct delivery *delivery, enum delivery_state state, enum delivery_cause cause,
		  struct ent_said reason)
{
	queue_end(queue, delivery, &(struct queue_verdict){.state = state, .cause = cause, .reason = reason});
}

static bool ticket_stands(struct queue *queue, struct ent_str supplier)
{
	const struct ticket *ticket = dossier_speaker(queue->dossier, supplier);

	return ticket && !ticket->removed;
}

bool queue_ticket_comes(struct dossier *dossier, struct ent_str supplier)
{
	const struct share *share = dossier_share(dossier, supplier);

	return share && share->n_create > 0;
}

void queue_park_gone(struct queue *queue, struct ent_str supplier)
{
	struct delivery *delivery;

	if (ticket_stands(queue, supplier) || queue_ticket_comes(queue->dossier, supplier))
		return;
	for (int64_t id = 0; (delivery = queue_next_waiting(queue, supplier, id)); id = delivery->id)
		if (delivery->state == DELIVERY_PENDING && delivery->op != ENT_CREATE_TICKET)
			queue_end_as(
			    queue, delivery, DELIVERY_PARKED, CAUSE_GONE,
			    SDK_SENTENCE("delivery.no_ticket",
					 "the supplier has no ticket for this incident, and none is on its way"));
}

/* Its text becomes a comment: a second ticket is not made. */
static void become_comment(struct queue *queue, struct delivery *delivery)
{
	struct share *share = dossier_share(queue->dossier, delivery->supplier);

	if (share)
		share->n_create--;
	delivery->op = ENT_ADD_COMMENT;
	delivery->title = ENT_ABSENT;
	delivery->values = (struct values){{0}};
	delivery->dirty = true;
}

void queue_meet_ticket(struct queue *queue, struct ent_str supplier, bool is_named)
{
	struct delivery *delivery;

	if (!queue_ticket_comes(queue->dossier, supplier) || !ticket_stands(queue, supplier))
		return;
	for (int64_t id = 0; (delivery = queue_next_waiting(queue, supplier, id)); id = delivery->id) {
		if (delivery->op != ENT_CREATE_TICKET)
			continue;
		if (delivery->state == DELIVERY_UNKNOWN && is_named)
			queue_end_as(queue, delivery, DELIVERY_DONE, CAUSE_NONE, SDK_SILENCE);
		else if (delivery->state != DELIVERY_UNKNOWN && !delivery->look && delivery->phase == 0)
			become_comment(queue, delivery); /* it is known not to be done */
	}
}
