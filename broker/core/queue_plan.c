/* SPDX-License-Identifier: Apache-2.0 */
/* Changes the queue by an event: what waits, goes or is given up; what is planned anew. */
#include "core/queue_plan.h"

#include "core/organisation.h"
#include "core/queue_follow.h"
#include "core/queue_wait.h"

#include "sdk/webhook.h"

#include <string.h>

/* ---- who caused it ---------------------------------------------------------------------- */

/* A person with us tells us whom a share is for: the event's supplier is not who spoke. */
static struct queue_cause cause_of(const struct event *event)
{
	if (!event || event->kind == EVENT_INCIDENT_SHARED || event->kind == EVENT_INCIDENT_UNSHARED)
		return (struct queue_cause){event, ENT_STR("")};
	return (struct queue_cause){event, sdk_or_empty(event->supplier)};
}

/* ---- what an event does to what waits ------------------------------------------------------ */

/* An unknown delivery may have been done. It must not be sent again when the incident is shared again, because we could
 * not search for it. An owed delivery stays: the withdrawal of the share itself ends what is owed. A removal stays: no
 * word goes out with it, and the comment stands in the tool until it is done. */
static void cancel_waiting(struct queue *queue, struct ent_str supplier)
{
	struct delivery *delivery;

	for (int64_t id = 0; (delivery = queue_next_waiting(queue, supplier, id)); id = delivery->id)
		if (delivery->owed || delivery->op == ENT_REMOVE_COMMENT)
			continue;
		else if (delivery->state == DELIVERY_UNKNOWN)
			queue_end_as(
			    queue, delivery, DELIVERY_CANCELLED, CAUSE_UNKNOWN,
			    SDK_SENTENCE("delivery.unshared_on_way",
					 "the share was taken back while this was on its way: it may have been done"));
		else
			queue_end_as(queue, delivery, DELIVERY_CANCELLED, CAUSE_UNSHARED,
				     SDK_SENTENCE("delivery.unshared", "the share was taken back"));
}

static bool names_us(const struct event *event)
{
	int64_t number;

	return event->correlation.number.n && incident_number_parse(event->correlation.number, &number);
}

/* Other deliveries go first now. */
static void touch_all(struct dossier *dossier)
{
	dossier_load_shares(dossier);
	for (size_t i = 0; i < dossier->n_share; i++)
		dossier_queue(dossier, dossier->share[i]->supplier)->touched = true;
}

static void meet_merged(struct queue *queue)
{
	const struct supplier_set *suppliers = queue->dossier->suppliers;

	for (size_t i = 0; i < suppliers->n; i++)
		queue_meet_ticket(queue, suppliers->at[i].name, false);
	touch_all(queue->dossier);
}

/* Unless a ticket can be made. */
static void park_without_ticket(struct queue *queue, struct ent_str name)
{
	const struct supplier *supplier = supplier_by_name(queue->dossier->suppliers, name);

	if (!supplier || !supplier_can(supplier, ENT_CREATE_TICKET))
		queue_park_gone(queue, name);
}

/* Deliveries that wait for a supplier that takes no part here are of the time when both were one. So is an update: it
 * says what the other incident said. */
static void heed_restored(struct queue *queue)
{
	struct dossier *dossier = queue->dossier;
	struct delivery *delivery;

	touch_all(dossier);
	for (size_t i = 0; i < dossier->n_share; i++) {
		const struct share *share = dossier->share[i];

		if (share->withdrawn_ms != 0)
			cancel_waiting(queue, share->supplier);
		for (int64_t id = 0; (delivery = queue_next_waiting(queue, share->supplier, id)); id = delivery->id)
			if (delivery->op == ENT_UPDATE_TICKET)
				queue_end_as(
				    queue, delivery, DELIVERY_CANCELLED, CAUSE_SUPERSEDED,
				    SDK_SENTENCE("delivery.parted",
						 "the merge was undone; these values belong to the other incident"));
		park_without_ticket(queue, share->supplier);
	}
}

/* A supplier's ticket may have gone with the other incident: one is made, see plan_parted() of federate.c. */
static void heed_split(struct queue *queue)
{
	touch_all(queue->dossier);
	for (size_t i = 0; i < queue->dossier->n_share; i++)
		if (queue->dossier->share[i]->withdrawn_ms == 0)
			park_without_ticket(queue, queue->dossier->share[i]->supplier);
}

static bool gives_up_ticket(const struct event *event)
{
	return event->kind == EVENT_DELIVERY_CANCELLED && event->op == ENT_CREATE_TICKET;
}

static void heed_event(struct queue *queue, const struct event *event)
{
	if (event->kind == EVENT_TICKET_LINKED)
		queue_meet_ticket(queue, event->supplier, names_us(event));
	else if (event->kind == EVENT_TICKET_CONTINUED)
		queue_meet_ticket(queue, event->supplier, false);
	else if (event->kind == EVENT_TICKET_REMOVED || gives_up_ticket(event))
		queue_park_gone(queue, event->supplier);
	else if (event->kind == EVENT_INCIDENT_MERGED)
		meet_merged(queue);
	else if (event->kind == EVENT_INCIDENT_RESTORED)
		heed_restored(queue);
	else if (event->kind == EVENT_INCIDENT_SPLIT)
		heed_split(queue);
	else if (event->kind == EVENT_INCIDENT_UNSHARED) /* also for a supplier that is configured no more */
		cancel_waiting(queue, event->supplier);
	else if (event->kind == EVENT_COMMENT_REMOVED)
		queue_follow_removed(queue, event->comment.uuid);
	else if (event->kind == EVENT_COMMENT_EDITED)
		queue_follow_edited(queue, event);
	if (event->kind == EVENT_TICKET_LINKED || event->kind == EVENT_TICKET_CONTINUED ||
	    event->kind == EVENT_TICKET_REMOVED)
		dossier_queue(queue->dossier, event->supplier)->touched = true;
}

/* ---- a delivery for a plan ------------------------------------------------------------------ */

/* A comment goes to a supplier once. NULL: no delivery of it was made, as of one that is just added. */
static struct delivery *find_delivery(const struct queue_line *line, const struct delivery *like)
{
	struct dossier *dossier = line->queue->dossier;
	const struct event *event = line->cause.event;
	struct delivery **found;
	bool may_be = like->comment[0] && !(event && event->kind == EVENT_COMMENT_ADDED);
	size_t n = may_be ? dossier_of_comment(dossier, like->comment, &found) : 0;

	for (size_t i = 0; i < n; i++)
		if (found[i]->op == ENT_ADD_COMMENT && sdk_eq(found[i]->supplier, like->supplier))
			return found[i];
	return NULL;
}

/* A delivery that was cancelled with its share or audience, or withheld as older, may go after all; its phase and memo
 * stay. NULL: it stands in the queue already, or was done. */
static struct delivery *take_up(struct queue *queue, struct delivery *known, const struct delivery *like)
{
	bool was_cancelled =
	    known->state == DELIVERY_CANCELLED && (known->cause == CAUSE_UNSHARED || known->cause == CAUSE_AUDIENCE);

	if (!was_cancelled &&
	    !(known->cause == CAUSE_EARLIER && (known->state == DELIVERY_CANCELLED || known->state == DELIVERY_PARKED)))
		return NULL;
	queue_become(queue, known, DELIVERY_PENDING);
	known->audience = like->audience;
	known->due_ms = queue->now_ms;
	known->cause = CAUSE_NONE;
	known->reason = SDK_SILENCE;
	known->attempt = 0;
	known->owed = false;
	known->anyway = like->anyway;
	return known;
}

/* The comment stands there, and no delivery of it is remembered, as after a rebuild. A new comment stands nowhere. */
static bool stands_forgotten(const struct queue_line *line, const struct delivery *like)
{
	const struct event *event = line->cause.event;
	struct dossier *dossier = line->queue->dossier;

	if (!like->comment[0] || !dossier->source || (event && event->kind == EVENT_COMMENT_ADDED))
		return false;
	return dossier->source->stands(dossier, like->comment, like->supplier);
}

static void plan_one(const struct queue_line *line, const struct planned *planned)
{
	struct queue *queue = line->queue;
	bool is_rush = queue_is_rush(queue, &line->cause, planned->supplier->name, planned->op);
	struct delivery made = queue_line_make(line, planned);
	struct delivery *known = find_delivery(line, &made);
	struct delivery *delivery = NULL;

	if (known)
		delivery = take_up(queue, known, &made);
	else if (!stands_forgotten(line, &made))
		delivery = queue_line_up(queue, &made);
	if (!delivery)
		return;
	queue_line_vet(line, delivery, planned, is_rush);
}

/* ---- updates: one waits at most ------------------------------------------------------------ */

/* It says what the incident says now. */
static void merge_update(const struct queue *queue, struct delivery *into, uint32_t set)
{
	into->set |= set;
	into->values = queue->dossier->incident.values;
	into->dirty = true;
}

/* A new update also sets what an update that stands still was to set. */
static void update_plan(const struct queue_line *line, const struct planned *planned)
{
	struct queue *queue = line->queue;
	struct ent_str supplier = planned->supplier->name;
	bool is_rush = queue_is_rush(queue, &line->cause, supplier, planned->op);
	struct delivery *delivery, *last = NULL;
	struct planned all = *planned;

	for (int64_t id = 0; (delivery = queue_next_waiting(queue, supplier, id)); id = delivery->id) {
		last = delivery;
		if (delivery->op != ENT_UPDATE_TICKET || delivery->state == DELIVERY_PENDING)
			continue;
		if (is_rush && delivery->cause == CAUSE_LOOP) { /* it stands still already, visibly */
			merge_update(queue, delivery, all.set);
			return;
		}
		all.set |= delivery->set;
		queue_end_as(queue, delivery, DELIVERY_CANCELLED, CAUSE_SUPERSEDED,
			     SDK_SENTENCE("delivery.newer_update", "a newer update says it"));
	}
	if (last && last->op == ENT_UPDATE_TICKET && last->state == DELIVERY_PENDING && last->attempt == 0)
		merge_update(queue, last, all.set);
	else
		plan_one(line, &all);
}

/* ---- planning ------------------------------------------------------------------------------- */

enum concern { CONCERNS_NOBODY, CONCERNS_OTHERS, CONCERNS_ALL /* also the supplier that the event names */ };

static enum concern concern_of(const struct incident *before, const struct incident *after, const struct event *event)
{
	switch (event->kind) {
	case EVENT_INCIDENT_OPENED:
	case EVENT_INCIDENT_ABSORBED:
	case EVENT_INCIDENT_LINKED:
	case EVENT_JOIN_REQUESTED:
	case EVENT_JOIN_REFUSED:
	case EVENT_INCIDENT_CORRECTED: /* its suppliers are only listened to */
	case EVENT_INCIDENT_HOLDER_ACCEPTED:
	case EVENT_TICKET_LATE:
	case EVENT_OF_ACTS:
	case EVENT_ATTACHMENT_ADDED:
	case EVENT_DELIVERY_PARKED:
	case EVENT_SUPPLIER_STATE_CHANGED:
	case EVENT_COMMENT_PINNED:
	case EVENT_N:
		break;
	case EVENT_DELIVERY_CANCELLED:
		return gives_up_ticket(event) ? CONCERNS_ALL : CONCERNS_NOBODY;
	case EVENT_DELIVERY_DONE:
		return event->op == ENT_UPDATE_TICKET ? CONCERNS_ALL : CONCERNS_NOBODY;
	case EVENT_TICKET_LINKED: /* not the one that opened the incident */
		return after->sequence == 2 && sdk_eq(after->holder, event->supplier) ? CONCERNS_NOBODY : CONCERNS_ALL;
	case EVENT_TICKET_CHANGED:
	case EVENT_INCIDENT_DESCRIBED:
		return attr_differ(&before->values, &after->values) ? CONCERNS_OTHERS : CONCERNS_NOBODY;
	case EVENT_INCIDENT_SHARED: /* its ticket comes by itself */
		return event->ticket_id.n ? CONCERNS_NOBODY : CONCERNS_ALL;
	case EVENT_INCIDENT_MERGED:
	case EVENT_INCIDENT_SPLIT:
	case EVENT_INCIDENT_RESTORED:
	case EVENT_INCIDENT_UNSHARED:
	case EVENT_TICKET_OVERRULED:
	case EVENT_TICKET_REMOVED:
	case EVENT_TICKET_CONTINUED:
		return CONCERNS_ALL;
	case EVENT_COMMENT_EDITED: /* also one that shares no more has it taken out */
	case EVENT_COMMENT_REMOVED:
		return event->comment.held_by.n ? CONCERNS_NOBODY : CONCERNS_ALL;
	case EVENT_INCIDENT_STATUS_CHANGED:
	case EVENT_INCIDENT_HOLDER_CHANGED:
	case EVENT_COMMENT_PUBLISHED:
		return CONCERNS_OTHERS;
	case EVENT_COMMENT_ADDED: /* one that is held goes into no tool, not even its own organisation's */
		return event->comment.held_by.n ? CONCERNS_NOBODY : CONCERNS_OTHERS;
	}
	return CONCERNS_NOBODY;
}

/* Most events are of one supplier's ticket alone, and end here without a question to the source. */
static bool concerns_anybody(struct dossier *dossier, const struct incident *before, const struct event *event)
{
	enum concern concern = concern_of(before, &dossier->incident, event);
	const struct supplier_set *suppliers = dossier->suppliers;
	bool can_be_told = false;

	if (concern == CONCERNS_NOBODY || !suppliers)
		return false;
	for (size_t i = 0; i < suppliers->n && !can_be_told; i++)
		can_be_told =
		    supplier_takes_words(&suppliers->at[i]) &&
		    (concern == CONCERNS_ALL || !sdk_eq(suppliers->at[i].name, sdk_or_empty(event->supplier)));
	return can_be_told && (concern == CONCERNS_ALL || dossier_others_share(dossier, sdk_or_empty(event->supplier)));
}

/* The values that were just brought stand there by now: the tool may answer with nothing. */
static const struct party *with_brought(struct dossier *dossier, const struct event *event, const struct party *party,
					size_t n)
{
	const struct delivery *done =
	    event->kind == EVENT_DELIVERY_DONE ? dossier_delivery(dossier, event->delivery) : NULL;
	struct party *list;

	if (!done || n == 0)
		return party;
	list = SDK_NEW_N(dossier->arena, struct party, n);
	memcpy(list, party, n * sizeof *list);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < ENT_N_ATTR; k++)
			if (attr_in(done->set & ATTR_CARRIED, k) && sdk_eq(list[i].supplier->name, done->supplier) &&
			    sdk_eq(sdk_or_empty(list[i].ticket), done->sent_to))
				list[i].values.at[k] = done->values.at[k];
	return list;
}

void queue_plan(struct queue *queue, const struct incident *before, const struct event *event)
{
	struct dossier *dossier = queue->dossier;
	struct queue_line line = {.queue = queue, .cause = cause_of(event)};
	struct planned_list list = {.arena = dossier->arena};
	struct federate at = {.ours = organisation_ours(dossier->suppliers),
			      .before = before,
			      .after = &dossier->incident,
			      .event = event};

	if (!concerns_anybody(dossier, before, event))
		return;
	heed_event(queue, event);
	at.n_party = dossier_parties(dossier, &event->comment, &at.party);
	at.party = with_brought(dossier, event, at.party, at.n_party);
	federate(&at, &list);
	if (list.n > 0)
		(void)queue_is_endless(queue, &line.cause, &line.endless);
	for (size_t i = 0; i < list.n; i++) {
		const struct planned *planned = &list.at[i];
		if (planned->op == ENT_UPDATE_TICKET)
			update_plan(&line, planned);
		else if (delivery_changes_comment(planned->op))
			queue_follow(&line, planned);
		else if (planned->op == ENT_CREATE_TICKET || planned->comment[0] || planned->text.n)
			plan_one(&line, planned);
	}
}

void queue_thread(struct queue *queue, const struct planned *planned, size_t n)
{
	struct queue_line line = {.queue = queue, .cause = cause_of(NULL)};

	for (size_t i = 0; i < n; i++)
		if (delivery_changes_comment(planned[i].op))
			queue_follow(&line, &planned[i]);
		else
			plan_one(&line, &planned[i]);
}
