/* SPDX-License-Identifier: Apache-2.0 */
#include "core/queue_line.h"

#include "core/queue_wait.h"

#include <string.h>

struct delivery queue_line_make(const struct queue_line *line, const struct planned *planned)
{
	struct queue *queue = line->queue;
	const struct incident *incident = &queue->dossier->incident;
	const struct event *event = line->cause.event;
	struct delivery delivery = {.incident = incident->number,
				    .marked = incident->number,
				    .supplier = planned->supplier->name,
				    .sent_to = ENT_STR(""),
				    .op = planned->op,
				    .set = planned->set,
				    .text = planned->text,
				    .values = incident->values,
				    .audience = planned->audience,
				    .anyway = planned->anyway,
				    .state = DELIVERY_PENDING,
				    .made_ms = queue->now_ms,
				    .due_ms = queue->now_ms,
				    .state_ms = queue->now_ms,
				    .origin = line->cause.origin,
				    .said_ms = event ? event->time_ms : queue->now_ms,
				    .bound = 0,
				    .is_new = true,
				    .dirty = true};

	queue->chance->uuid(queue->chance, delivery.key);
	memcpy(delivery.comment, planned->comment, ID_SIZE);
	memcpy(delivery.incident_uuid, incident->uuid, ID_SIZE);
	if (planned->op == ENT_CREATE_TICKET)
		delivery.title = incident->title;
	return delivery;
}

struct delivery *queue_line_up(struct queue *queue, struct delivery *made)
{
	struct share *share = made->op == ENT_CREATE_TICKET ? dossier_share(queue->dossier, made->supplier) : NULL;

	made->id = ++*queue->last_id;
	if (share)
		share->n_create++;
	dossier_queue(queue->dossier, made->supplier)->touched = true;
	return dossier_adopt(queue->dossier, made);
}

/* A comment that is older than the supplier's share. If only a clock that is behind may make it older, it is parked for
 * a person. */
static void withhold_earlier(struct queue *queue, struct delivery *delivery, enum when_said said)
{
	if (said == SAID_JUST_BEFORE)
		queue_end_as(queue, delivery, DELIVERY_PARKED, CAUSE_EARLIER,
			     SDK_SENTENCE("delivery.just_before",
					  "by its tool's clock the comment was made shortly before the supplier took "
					  "part, but that clock may be behind: retry to send it, or ignore it"));
	else
		queue_end_as(
		    queue, delivery, DELIVERY_CANCELLED, CAUSE_EARLIER,
		    SDK_SENTENCE("delivery.before",
				 "the comment was made before the supplier took part: retry to send it all the same"));
}

void queue_line_vet(const struct queue_line *line, struct delivery *delivery, const struct planned *planned,
		    bool is_rush)
{
	struct queue *queue = line->queue;

	if (planned->said != SAID_SINCE)
		withhold_earlier(queue, delivery, planned->said);
	else if (line->endless.code.n)
		queue_end_as(queue, delivery, DELIVERY_PARKED, CAUSE_LOOP, line->endless);
	else if (is_rush)
		queue_end_as(queue, delivery, DELIVERY_PARKED, CAUSE_LOOP,
			     SDK_SENTENCE("delivery.rush",
					  "more than 10 updates or 30 comments in a minute, none by a person "
					  "with us: an automation in their tool probably reacts to ours"));
}
