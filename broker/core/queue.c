/* SPDX-License-Identifier: Apache-2.0 */
/* One delivery: an attempt, a person's decision; which one goes first. queue_plan.c is about events. */
#include "core/queue.h"

#include "core/queue_follow.h"
#include "core/queue_wait.h"
#include "sdk/webhook.h"

#include <string.h>

/* ---- an attempt -------------------------------------------------------------------------- */

bool queue_begin(struct queue *queue, struct delivery *delivery, const unsigned char hash[32])
{
	static const unsigned char no_words[32] = {0};
	bool is_update = delivery->op == ENT_UPDATE_TICKET;

	if (delivery->state != DELIVERY_PENDING || !delivery->head)
		return false;
	const struct ticket *ticket = dossier_addressee(queue->dossier, delivery);
	queue_become(queue, delivery, DELIVERY_IN_FLIGHT);
	delivery->attempt++;
	delivery->sent_to = ticket ? ticket->external_id : ENT_STR("");
	/* A delivery that may not go any more has no text now; the hash of the text sent before stays, to know its
	 * echo. */
	if (!is_update && memcmp(hash, no_words, sizeof no_words) != 0)
		delivery->hash = hash;
	if (is_update)
		delivery->bound = 0;
	return true;
}

/* Now, and not when it was begun: the tool may have done it at any time until then. */
static void mark_doubt(struct queue *queue, struct delivery *delivery, const struct delivery_result *result)
{
	delivery->look = true;
	delivery->look_only |= result->said_yes;
	delivery->unsure_ms = queue->now_ms;
}

static void from_first_phase(struct delivery *delivery)
{
	delivery->phase = 0;
	delivery->memo = ENT_STR("");
}

static void wait_again(struct queue *queue, struct delivery *delivery, const struct delivery_result *result)
{
	queue_become(queue, delivery, DELIVERY_PENDING);
	delivery->halved |= result->halves;
	if (!result->keeps_phase)
		from_first_phase(delivery);
	delivery->due_ms = result->due_ms;
	queue_tell_why(delivery, CAUSE_NONE, result->reason, result->exchange);
}

/* At the ticket that its own went on as, from the first phase. */
static void follow_move(struct queue *queue, struct delivery *delivery, const struct delivery_result *result)
{
	if (result->may_look) /* what was written before moved with the ticket */
		mark_doubt(queue, delivery, result);
	wait_again(
	    queue, delivery,
	    &(struct delivery_result){.due_ms = queue->now_ms, .reason = result->reason, .exchange = result->exchange});
}

static void next_phase(struct queue *queue, struct delivery *delivery, const struct delivery_result *result)
{
	queue_become(queue, delivery, DELIVERY_IN_FLIGHT);
	delivery->phase = result->phase;
	delivery->memo = sdk_or_empty(result->memo);
	queue_tell_why(delivery, CAUSE_NONE, SDK_SILENCE, ENT_ABSENT);
}

static void end_with(struct queue *queue, struct delivery *delivery, enum delivery_state state,
		     enum delivery_cause cause, const struct delivery_result *result)
{
	if (state == DELIVERY_PARKED && result->may_look)
		mark_doubt(queue, delivery, result);
	if (!result->keeps_phase)
		from_first_phase(delivery);
	queue_end(queue, delivery,
		  &(struct queue_verdict){.state = state,
					  .cause = cause,
					  .reason = result->reason,
					  .remote_id = state == DELIVERY_DONE ? result->remote_id : ENT_ABSENT,
					  .exchange = result->exchange});
}

static void settle_by_outcome(struct queue *queue, struct delivery *delivery, const struct delivery_result *result)
{
	switch (result->outcome) {
	case OUTCOME_DONE:
		end_with(queue, delivery, DELIVERY_DONE, CAUSE_NONE, result);
		break;
	case OUTCOME_MORE:
		next_phase(queue, delivery, result);
		break;
	case OUTCOME_LATER:
		wait_again(queue, delivery, result);
		break;
	case OUTCOME_LOST:
		if (!result->may_look) {
			end_with(queue, delivery, DELIVERY_UNKNOWN, CAUSE_UNKNOWN, result);
			break;
		}
		mark_doubt(queue, delivery, result);
		wait_again(queue, delivery, result);
		break;
	case OUTCOME_PARKED:
		end_with(queue, delivery, DELIVERY_PARKED, result->cause, result);
		break;
	case OUTCOME_CANCELLED:
		end_with(queue, delivery, DELIVERY_CANCELLED, result->cause, result);
		break;
	}
}

bool queue_is_gone(const struct delivery *delivery, const struct delivery_result *result)
{
	return result->outcome == OUTCOME_PARKED && result->cause == CAUSE_GONE && delivery->op != ENT_CREATE_TICKET;
}

void queue_settle(struct queue *queue, struct delivery *delivery, const struct delivery_result *result)
{
	const struct ticket *ticket = dossier_addressee(queue->dossier, delivery);
	bool is_gone = queue_is_gone(delivery, result);

	/* The ticket went on as another one: this answer says so, or an arrival said it before. */
	if (is_gone && ticket && !sdk_eq(ticket->external_id, sdk_or_empty(delivery->sent_to)))
		follow_move(queue, delivery, result);
	else
		settle_by_outcome(queue, delivery, result);
	queue_follow_settled(queue, delivery);
	/* A ticket may have come meanwhile, or was lost. */
	if (delivery->op == ENT_CREATE_TICKET)
		queue_meet_ticket(queue, delivery->supplier, false);
	else
		queue_park_gone(queue, delivery->supplier);
}

/* ---- a person ---------------------------------------------------------------------------- */

void queue_revive(struct queue *queue, struct delivery *delivery, struct ent_str text)
{
	queue_become(queue, delivery, DELIVERY_PENDING);
	delivery->attempt = 0;
	delivery->halved = false;
	if (text.n) { /* other words begin from the first request */
		from_first_phase(delivery);
		delivery->text = text;
	}
	delivery->look_only = false; /* a person's word lets a write go where looking shows nothing */
	delivery->anyway |= delivery->cause == CAUSE_EARLIER;
	delivery->cause = CAUSE_NONE;
	delivery->reason = SDK_SILENCE;
	delivery->due_ms = queue->now_ms;
	queue_meet_ticket(queue, delivery->supplier, false); /* it may have come since */
	queue_park_gone(queue, delivery->supplier);          /* or there may still be none */
}

static bool is_of_its_ticket(enum delivery_cause cause)
{
	return cause == CAUSE_GONE || cause == CAUSE_REFUSED || cause == CAUSE_CONFLICT;
}

void queue_revive_moved(struct queue *queue, struct ent_str supplier)
{
	struct dossier_queue *waiting = dossier_queue(queue->dossier, supplier);
	struct delivery *delivery;

	for (int64_t id = 0; (delivery = dossier_open(queue->dossier, waiting, id)); id = delivery->id)
		if (delivery->state == DELIVERY_PARKED && is_of_its_ticket(delivery->cause))
			queue_revive(queue, delivery, ENT_ABSENT);
	waiting->touched = true;
}

/* Their own words, which no catalogue translates. */
static struct ent_said words_of_person(const struct queue *queue, struct ent_str text)
{
	return text.n ? sdk_say(queue->dossier->arena, "delivery.words", "{words=%.*s}", ENT_F(text)) : SDK_SILENCE;
}

bool queue_act(struct queue *queue, struct delivery *delivery, enum delivery_action action, struct ent_str text,
	       const struct person *author)
{
	bool stands_still = delivery->state == DELIVERY_PARKED || delivery->state == DELIVERY_UNKNOWN;
	bool waits = delivery->state == DELIVERY_PENDING;
	bool withheld = delivery->state == DELIVERY_CANCELLED && delivery->cause == CAUSE_EARLIER;

	switch (action) {
	case DELIVERY_RETRY:
		if (!stands_still && !withheld)
			return false;
		queue_revive(queue, delivery, ENT_ABSENT);
		break;
	case DELIVERY_EDIT:
		if (!(stands_still || waits) || !text.n || !delivery_has_words(delivery->op))
			return false;
		queue_revive(queue, delivery, text);
		queue_follow_mended(queue, delivery);
		break;
	case DELIVERY_IGNORE:
		if (!(stands_still || waits))
			return false;
		queue_end(queue, delivery,
			  &(struct queue_verdict){.state = DELIVERY_CANCELLED,
						  .cause = CAUSE_IGNORED,
						  .reason = words_of_person(queue, text),
						  .author = author});
		queue_follow_settled(queue, delivery);
		break;
	}
	return true;
}

bool queue_seen(struct queue *queue, struct delivery *delivery, struct ent_str ticket, struct ent_str external_id)
{
	if (delivery->op != ENT_ADD_COMMENT)
		return false;
	if (delivery_is_open(delivery)) {
		queue_end(queue, delivery,
			  &(struct queue_verdict){.state = DELIVERY_DONE, .remote_id = external_id, .ticket = ticket});
		return false;
	}
	if (delivery->remote_id.n || !external_id.n)
		return false;
	delivery->remote_id = external_id; /* the tool told no id when it answered; its echo does */
	delivery->bound = 1;
	delivery->dirty = true;
	return true;
}

/* ---- order -------------------------------------------------------------------------------- */

static bool can_go_first(struct dossier *dossier, const struct delivery *delivery, bool has_ticket)
{
	bool stands_still = delivery->state == DELIVERY_PARKED || delivery->state == DELIVERY_UNKNOWN;
	bool is_replaced = delivery->op == ENT_UPDATE_TICKET || delivery_changes_comment(delivery->op);

	if (stands_still && (is_replaced || delivery->cause == CAUSE_LOOP || delivery->cause == CAUSE_EARLIER ||
			     delivery->cause == CAUSE_PUBLIC))
		return false;
	if (queue_follow_waits(dossier, delivery))
		return false;
	return has_ticket || delivery->op == ENT_CREATE_TICKET || delivery->state == DELIVERY_IN_FLIGHT;
}

/* The one in flight stays: it was the head when it was begun. */
static struct delivery *queue_first(struct dossier *dossier, struct dossier_queue *queue)
{
	const struct ticket *ticket = dossier_speaker(dossier, queue->supplier);
	bool has_ticket = ticket && !ticket->removed;
	struct delivery *delivery = dossier_open(dossier, queue, 0); /* so that the head is here */

	for (size_t i = 0; i < queue->n; i++)
		if (queue->at[i]->state == DELIVERY_IN_FLIGHT)
			return queue->at[i];
	while (delivery && !can_go_first(dossier, delivery, has_ticket))
		delivery = dossier_open(dossier, queue, delivery->id);
	return delivery;
}

void queue_heads(struct dossier *dossier)
{
	for (size_t i = 0; i < dossier->n_queue; i++) {
		struct dossier_queue *queue = dossier->queue[i];
		if (!queue->touched)
			continue;
		queue->touched = false;
		struct delivery *first = queue_first(dossier, queue);
		for (size_t k = 0; k < queue->n; k++) {
			struct delivery *delivery = queue->at[k];
			if (delivery->head == (delivery == first) || !delivery_is_open(delivery))
				continue;
			delivery->head = delivery == first;
			delivery->dirty = true;
		}
	}
}

/* ---- a merge ------------------------------------------------------------------------------- */

/* By a person. One that ended when both were parted the last time counts as none. */
static bool is_taken_back(const struct share *share)
{
	return share->withdrawn_ms != 0 && !share->parted;
}

static void owe_open(struct dossier *own, struct dossier *other)
{
	for (size_t i = 0; i < own->n_share; i++) {
		const struct share *share = own->share[i], *met = dossier_share(other, share->supplier);
		struct dossier_queue *queue = dossier_queue(own, share->supplier);
		struct delivery *delivery;

		if (share->withdrawn_ms != 0 || !met || !is_taken_back(met))
			continue;
		for (int64_t id = 0; (delivery = dossier_open(own, queue, id)); id = delivery->id)
			delivery->owed = delivery->dirty = true;
	}
}

/* One of the two ended when they were parted: the other one alone counts. */
static void merge_parted(struct share *into, const struct share *from, int64_t at_ms)
{
	int64_t n_create = into->n_create + from->n_create;

	if (into->parted && !from->parted) {
		into->since_ms = from->since_ms;
		into->reads_ms = into->sees_ms = at_ms;
		into->withdrawn_ms = from->withdrawn_ms;
		into->anew = from->anew;
		into->parted = false;
	}
	into->n_create = n_create;
}

/* If one of the two shares was taken back, that one counts: any doubt is no. */
void queue_merge_shares(struct dossier *kept, struct dossier *gone, int64_t at_ms)
{
	dossier_load_shares(kept);
	dossier_load_shares(gone);
	owe_open(kept, gone);
	owe_open(gone, kept);
	for (size_t i = 0; i < gone->n_share; i++) {
		const struct share *from = gone->share[i];
		struct share *into = dossier_share(kept, from->supplier);
		if (!into) {
			into = dossier_share_add(kept, *from);
			into->reads_ms = into->sees_ms = at_ms;
			into->is_new = true;
		} else if (into->parted || from->parted) {
			merge_parted(into, from, at_ms);
		} else {
			into->n_create += from->n_create;
			if (from->since_ms < into->since_ms)
				into->since_ms = from->since_ms;
			if (from->withdrawn_ms > into->withdrawn_ms)
				into->withdrawn_ms = from->withdrawn_ms;
		}
		into->dirty = true;
	}
}
