/* SPDX-License-Identifier: Apache-2.0 */
#include "store/apply.h"

#include "core/decide_word.h"
#include "core/holder.h"
#include "core/merge.h"
#include "core/organisation.h"
#include "core/queue.h"
#include "core/queue_plan.h"
#include "core/worklist.h"
#include "sdk/webhook.h"
#include "store/acts_follow.h"
#include "store/deliveries.h"
#include "store/dossier.h"
#include "store/dossier_check.h"
#include "store/notify.h"
#include "store/outbox.h"
#include "store/parting.h"
#include "store/people.h"
#include "store/row_folds.h"
#include "store/rows.h"
#include "store/rows_ticket.h"

#include <string.h>

/* ---- the job's dossiers ------------------------------------------------------- */

static struct dossier *dossier_known(const struct apply *apply, int64_t incident)
{
	struct dossier *dossier = apply->dossier;

	while (dossier && dossier->incident.number != incident)
		dossier = dossier->next;
	return dossier;
}

struct dossier *apply_dossier(struct apply *apply, int64_t incident)
{
	struct dossier *dossier = dossier_known(apply, incident);

	if (dossier)
		return dossier;
	dossier = SDK_NEW(apply->arena, struct dossier);
	if (dossier_recall(dossier, apply->db, apply->arena, apply->suppliers, incident, apply->shelf))
		DOSSIER_CHECK(dossier, apply->db);
	else if (!dossier_load(dossier, apply->db, apply->arena, apply->suppliers, incident))
		return NULL;
	dossier->next = apply->dossier;
	apply->dossier = dossier;
	return dossier;
}

struct dossier *apply_new(struct apply *apply)
{
	struct dossier *dossier = SDK_NEW(apply->arena, struct dossier);

	dossier_new(dossier, apply->db, apply->arena, apply->suppliers, ++apply->ledger->number);
	apply->chance->uuid(apply->chance, dossier->incident.uuid);
	dossier->next = apply->dossier;
	apply->dossier = dossier;
	return dossier;
}

struct ticket *apply_ticket(struct apply *apply, struct ent_str supplier, struct ent_str external_id)
{
	struct ticket *ticket = NULL;

	for (struct dossier *dossier = apply->dossier; dossier && !ticket; dossier = dossier->next)
		ticket = dossier_ticket_known(dossier, supplier, external_id);
	if (ticket)
		return ticket;
	ticket = SDK_NEW(apply->arena, struct ticket);
	/* The tables know more of an incident that the job has touched. */
	if (shelf_ticket(apply->shelf, supplier, external_id, ticket) && !dossier_known(apply, ticket->incident))
		return ticket;
	return ticket_load(apply->db, apply->arena, supplier, external_id, ticket) ? ticket : NULL;
}

struct delivery *apply_delivery(struct apply *apply, int64_t id, struct dossier **ret_dossier)
{
	struct delivery *delivery;

	for (struct dossier *dossier = apply->dossier; dossier; dossier = dossier->next)
		if ((delivery = dossier_delivery(dossier, id)) != NULL) {
			*ret_dossier = dossier;
			return delivery;
		}
	delivery = SDK_NEW(apply->arena, struct delivery);
	*ret_dossier = dossier_delivery_load(apply->db, apply->arena, id, delivery)
			   ? apply_dossier(apply, delivery->incident)
			   : NULL;
	if (!*ret_dossier)
		return NULL;
	memcpy(delivery->incident_uuid, (*ret_dossier)->incident.uuid, ID_SIZE);
	return dossier_adopt(*ret_dossier, delivery);
}

struct queue apply_queue(struct apply *apply, struct dossier *dossier, struct events *events)
{
	return (struct queue){dossier, events, apply->chance, &apply->ledger->delivery, apply->now_ms};
}

void apply_save(struct apply *apply)
{
	for (struct dossier *dossier = apply->dossier; dossier && !db_failed(apply->db); dossier = dossier->next) {
		queue_heads(dossier);
		dossier_save(dossier);
	}
}

/* ---- events -------------------------------------------------------------------- */

/* To the outbox, with its number in the store; its number in the incident is the caller's. */
static void append_event(struct apply *apply, struct event *event, struct ent_str key)
{
	event->seq = ++apply->ledger->seq;
	event->recorded_ms = apply->now_ms;
	people_named(apply, event);
	sdk_buf_clear(apply->json);
	event_print(event, apply->json);
	outbox_append(apply->db, &(struct outbox_entry){.seq = event->seq,
							.kind = sdk_str(event_name(event->kind)),
							.incident = event->incident,
							.sequence = event->sequence,
							.partition = event_partition(key, apply->partitions),
							.time_ms = event->time_ms,
							.recorded_ms = event->recorded_ms,
							.supplier = event->supplier,
							.delivery_id = event->delivery_id,
							.traceparent = event->traceparent,
							.json = sdk_buf_view(apply->json)});
	apply->n_event++;
	if (event->kind == EVENT_TICKET_LATE)
		apply->n_late++;
}

/* Our own comments have one id, in the thread and outside. */
static void name_comment(struct apply *apply, struct event *event)
{
	if (event->kind == EVENT_COMMENT_ADDED || event->kind == EVENT_COMMENT_EDITED ||
	    event->kind == EVENT_COMMENT_REMOVED || event->kind == EVENT_COMMENT_PUBLISHED) {
		event->comment.recorded_ms = event->comment.recorded_ms ? event->comment.recorded_ms : apply->now_ms;
		event->comment.origin = event->comment.origin ? event->comment.origin : event->incident;
	}
	if (event->kind != EVENT_COMMENT_ADDED && event->kind != EVENT_COMMENT_REMOVED)
		return;
	if (!event->comment.uuid[0])
		apply->chance->uuid(apply->chance, event->comment.uuid);
	if (!event->comment.supplier.n && !event->comment.external_id.n)
		event->comment.external_id = sdk_dup(apply->arena, sdk_str(event->comment.uuid));
}

/* Events that it makes happen are added at the list's end. */
static void store_event(struct apply *apply, struct events *events, size_t i)
{
	struct event *event = &events->at[i];
	struct dossier *dossier = apply_dossier(apply, event->incident);

	if (!dossier || acts_follow_is_stale(apply, event))
		return;
	struct queue queue = apply_queue(apply, dossier, events);
	const struct incident before = dossier->incident;
	event->sequence = before.sequence + 1;
	name_comment(apply, event);
	if (event->kind == EVENT_INCIDENT_SHARED && event->reads_from == READS_FROM_TIME)
		event->reads_ms = apply->now_ms; /* an arrival may have waited */
	append_event(apply, event, sdk_str(event->incident_uuid));
	dossier_fold(dossier, event);
	dossier->stirred |= worklist_stir(event);
	row_folds_apply(apply->db, event);
	if ((event->kind == EVENT_TICKET_CONTINUED || event->kind == EVENT_INCIDENT_SPLIT) && apply->shelf)
		shelf_clear(apply->shelf); /* other tickets were changed in their rows */
	if (event->kind == EVENT_INCIDENT_MERGED)
		row_folds_merge(apply->db, dossier, apply_dossier(apply, event->other), event);
	if (event->kind == EVENT_INCIDENT_SPLIT)
		row_folds_split(apply->db, dossier, apply_dossier(apply, event->other), event);
	queue_plan(&queue, &before, event);
	event = &events->at[i]; /* the list may have grown */
	notify_event(apply, dossier, event);
	if (act_may_follow(event)) {
		const struct event said = *event;
		acts_follow(apply, dossier, &said, events);
	}
}

void apply_events(struct apply *apply, struct events *events)
{
	for (size_t i = 0; i < events->n && !db_failed(apply->db); i++)
		store_event(apply, events, i);
	events->n = 0;
}

void apply_supplier_event(struct apply *apply, struct event *event)
{
	append_event(apply, event, event->supplier);
}

/* The ticket of the one who holds the ball comes in: what it says of levels counts from now on, as after a hand-over.
 */
static struct values brought_levels(const struct situation *at, struct dossier *kept, struct dossier *gone)
{
	struct ent_str holder = kept->incident.holder;
	const struct word *word;
	struct values none = {{0}};
	size_t n = dossier_words(kept, NULL, &word);

	for (size_t i = 0; i < n; i++)
		if (holder_is(at->suppliers, holder, word[i].supplier))
			return none; /* it was heard already */
	n = dossier_words(gone, NULL, &word);
	for (size_t i = 0; i < n; i++)
		if (holder_is(at->suppliers, holder, word[i].supplier))
			return decide_brought_levels(at, &word[i]);
	return none;
}

/* The other incident's share was taken back, so the holder's ended with the merge: the ball comes to us, as it does
 * when a person takes the share back. */
static void take_the_ball_back(struct apply *apply, struct dossier *kept, const struct situation *merge)
{
	struct events events = {.arena = apply->arena};
	struct situation at = *merge;

	at.incident = &kept->incident;
	struct event *event = events_add(&events, EVENT_INCIDENT_HOLDER_CHANGED, &at);
	event->actor = at.actor;
	event->time_ms = event->holder_since_ms = apply->now_ms;
	event->holder_from = kept->incident.holder;
	event->holder_to = organisation_ours(apply->suppliers);
	event->is_accepted = true;
	apply_events(apply, &events);
}

/* A share that ended with a merge or a split is told as one that a person took back. */
static void tell_ended(struct apply *apply, struct dossier *dossier, const struct situation *by, const char *cause,
		       const struct ent_str *supplier, size_t n)
{
	struct events events = {.arena = apply->arena};
	struct situation at = *by;

	at.incident = &dossier->incident;
	for (size_t i = 0; i < n; i++) {
		struct event *event = events_add(&events, EVENT_INCIDENT_UNSHARED, &at);
		event->supplier = supplier[i];
		event->delivery_id = ENT_ABSENT;
		event->actor = at.arrival ? event->actor : at.actor;
		event->reason = ENT_STR("");
		event->cause = sdk_str(cause);
	}
	apply_events(apply, &events);
}

/* part: those whose shares stood in either incident. */
static void tell_merged_away(struct apply *apply, struct dossier *kept, const struct situation *at,
			     const struct ent_reference *part, size_t n)
{
	struct ent_str *list = SDK_NEW_N(apply->arena, struct ent_str, n + 1);
	size_t n_ended = 0;

	for (size_t i = 0; i < n; i++)
		if (!dossier_shares(kept, part[i].supplier))
			list[n_ended++] = part[i].supplier;
	tell_ended(apply, kept, at, EVENT_BY_MERGE, list, n_ended);
}

void apply_merge(struct apply *apply, struct dossier *kept, const struct situation *at, int64_t gone)
{
	struct dossier *absorbed = apply_dossier(apply, gone);
	struct events events = {.arena = apply->arena};

	if (!absorbed)
		return;
	const struct values brought = brought_levels(at, kept, absorbed);
	decide_merge(at, &kept->incident, &absorbed->incident, &brought, &events);
	struct event *merged = &events.at[events.n - 1];
	merge_name_shares(kept, absorbed, merged);
	merged->n_moved = ticket_list(apply->db, apply->arena, gone, &merged->moved);
	bool took_part = dossier_takes_part(kept, kept->incident.holder, ENT_ABSENT);
	const struct ent_reference *part = merged->part;
	size_t n_part = merged->n_part;
	apply_events(apply, &events);
	tell_merged_away(apply, kept, at, part, n_part);
	if (took_part && !dossier_takes_part(kept, kept->incident.holder, ENT_ABSENT))
		take_the_ball_back(apply, kept, at);
	apply_save(apply);
	apply->quotes.incident = 0; /* loaded again: the merge brought more copies */
}

/* Whoever holds the ball and takes no part gives it to us. */
static void keep_ball_inside(struct apply *apply, struct dossier *dossier, const struct situation *at)
{
	struct ent_str name, holder = dossier->incident.holder;

	if (holder_word(holder, &name) || same_text(holder, organisation_ours(apply->suppliers)) ||
	    dossier_takes_part(dossier, holder, ENT_ABSENT))
		return;
	take_the_ball_back(apply, dossier, at);
}

void apply_split(struct apply *apply, struct dossier *kept, const struct situation *by, int64_t gone)
{
	struct dossier *parted = apply_dossier(apply, gone);
	struct events events = {.arena = apply->arena};
	struct situation at = *by;
	const struct ent_str *leaver;

	if (!parted)
		return;
	size_t n = parting_leavers(apply->db, apply->arena, gone, kept->incident.number, &leaver);
	decide_split(&at, &kept->incident, &parted->incident, &events);
	events.at[0].n_moved =
	    parting_tickets(apply->db, apply->arena, gone, kept->incident.number, &events.at[0].moved);
	apply_events(apply, &events); /* its tickets are its own again: then they say how it stands */
	at.incident = &parted->incident;
	at.n_word = dossier_words(parted, NULL, &at.word);
	decide_restored(&at, &kept->incident, &parted->incident, &events);
	apply_events(apply, &events);
	keep_ball_inside(apply, parted, by);
	tell_ended(apply, kept, by, EVENT_BY_SPLIT, leaver, n);
	keep_ball_inside(apply, kept, by);
	apply_save(apply);
	apply->quotes.incident = 0; /* loaded again: copies went away */
}

struct dossier *apply_open(struct apply *apply, int64_t incident, struct situation *ret)
{
	struct dossier *dossier = apply_dossier(apply, incident_living(apply->db, incident));

	if (!dossier)
		return NULL;
	*ret = (struct situation){.suppliers = apply->suppliers,
				  .supplier = ENT_STR(""),
				  .incident = &dossier->incident,
				  .now_ms = apply->now_ms};
	ret->n_word = dossier_words(dossier, NULL, &ret->word);
	memcpy(apply->incident_uuid, dossier->incident.uuid, ID_SIZE);
	return dossier;
}

bool apply_dead_letter(struct apply *apply, const struct arrival *arrival, struct ent_str packed,
		       struct ent_said reason, bool conflict)
{
	int64_t id = dead_letter_add(apply->db, arrival, packed, reason, conflict);

	if (id == 0)
		return false;
	outbox_append(apply->db, &(struct outbox_entry){.seq = ++apply->ledger->seq,
							.kind = ENT_STR(EVENT_KIND_DEADLETTER),
							.sequence = id,
							.partition = -1,
							.time_ms = arrival->received_ms,
							.recorded_ms = apply->now_ms,
							.supplier = arrival->supplier,
							.delivery_id = arrival->delivery_id,
							.traceparent = arrival->traceparent,
							.json = ENT_STR("")});
	apply->n_event++;
	return true;
}
