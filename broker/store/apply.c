/* SPDX-License-Identifier: Apache-2.0 */
#include "store/apply.h"

#include "core/queue.h"
#include "core/queue_plan.h"
#include "sdk/marker.h"
#include "store/correct.h"
#include "store/deliveries.h"
#include "store/delivery_rows.h"
#include "store/dossier.h"
#include "store/follow.h"
#include "store/outbox.h"
#include "store/quotes.h"
#include "store/row_folds.h"
#include "store/rows.h"

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
	if (!dossier_load(dossier, apply->db, apply->arena, apply->suppliers, incident))
		return NULL;
	dossier->next = apply->dossier;
	apply->dossier = dossier;
	return dossier;
}

static struct dossier *dossier_made(struct apply *apply)
{
	struct dossier *dossier = SDK_NEW(apply->arena, struct dossier);

	dossier_new(dossier, apply->db, apply->arena, apply->suppliers, ++apply->ledger->number);
	apply->chance->uuid(apply->chance, dossier->incident.uuid);
	dossier->next = apply->dossier;
	apply->dossier = dossier;
	return dossier;
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

/* ---- which incident ---------------------------------------------------------- */

enum { FOUND_MAX = 3 + ENT_REFERENCES_MAX + REFERRERS_MAX };

/* All that leads to an incident, each a living one's number or 0. */
struct leads {
	int64_t current, by_number, by_key;
	int64_t found[FOUND_MAX]; /* the above and both kinds of references */
	size_t n;
};

static void find_leads(struct db *db, const struct situation *at, const struct ent_change *change, struct leads *ret)
{
	const struct ent_correlation *said = &change->correlation;
	int64_t number, referrer[REFERRERS_MAX];

	*ret = (struct leads){.current = at->ticket ? at->ticket->incident : 0};
	if (said->number.n && incident_number_parse(said->number, &number))
		ret->by_number = incident_living(db, number);
	if (said->key.n)
		ret->by_key = incident_living(db, correlation_find(db, said->key));
	ret->found[ret->n++] = ret->current;
	ret->found[ret->n++] = ret->by_number;
	ret->found[ret->n++] = ret->by_key;
	for (size_t i = 0; i < said->n_reference; i++)
		ret->found[ret->n++] = ticket_incident(db, said->reference[i].supplier, said->reference[i].id);
	if (at->ticket)
		return;
	/* Others may have named this ticket before it was heard of. */
	size_t n = reference_find(db, at->supplier, change->ticket.id, change->ticket.key, referrer);
	for (size_t i = 0; i < n; i++)
		ret->found[ret->n++] = incident_living(db, referrer[i]);
}

/* The part of the correlation that is not stored yet, for the ticket's event. */
static struct ent_correlation news_of(struct apply *apply, const struct situation *at, const struct ent_change *change,
				      const struct leads *leads, int64_t incident)
{
	const struct ent_correlation *said = &change->correlation;
	struct ent_correlation news = {ENT_ABSENT, ENT_ABSENT, NULL, 0};
	struct ent_reference *reference = SDK_NEW_N(apply->arena, struct ent_reference, said->n_reference + 1);

	if (said->number.n && (!at->ticket || (leads->by_number && leads->by_number != leads->current)))
		news.number = said->number;
	if (said->key.n && (!at->ticket || leads->by_key == 0))
		news.key = said->key;
	for (size_t i = 0; i < said->n_reference; i++)
		if (!at->ticket || !reference_known(apply->db, &said->reference[i], incident))
			reference[news.n_reference++] = said->reference[i];
	news.reference = reference;
	return news;
}

/* ---- events -------------------------------------------------------------------- */

/* To the outbox, with its number in the store; its number in the incident is the caller's. */
static void append_event(struct apply *apply, struct event *event, struct ent_str key)
{
	event->seq = ++apply->ledger->seq;
	event->recorded_ms = apply->now_ms;
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
	if (event->kind != EVENT_COMMENT_ADDED && event->kind != EVENT_COMMENT_REMOVED)
		return;
	if (!event->comment.uuid[0])
		apply->chance->uuid(apply->chance, event->comment.uuid);
	if (!event->comment.supplier.n && !event->comment.external_id.n)
		event->comment.external_id = sdk_dup(apply->arena, sdk_str(event->comment.uuid));
}

/* What it makes happen is added at the list's end. */
static void store_event(struct apply *apply, struct events *events, size_t i)
{
	struct event *event = &events->at[i];
	struct dossier *dossier = apply_dossier(apply, event->incident);

	if (!dossier)
		return;
	struct queue queue = apply_queue(apply, dossier, events);
	const struct incident before = dossier->incident;
	event->sequence = before.sequence + 1;
	name_comment(apply, event);
	append_event(apply, event, sdk_str(event->incident_uuid));
	dossier_fold(dossier, event);
	row_folds_apply(apply->db, event);
	if (event->kind == EVENT_INCIDENT_MERGED)
		row_folds_merge(apply->db, dossier, apply_dossier(apply, event->other), event->recorded_ms);
	queue_plan(&queue, &before, event);
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

void apply_merge(struct apply *apply, struct dossier *kept, const struct situation *at, int64_t gone)
{
	struct dossier *absorbed = apply_dossier(apply, gone);
	struct events events = {.arena = apply->arena};

	if (!absorbed)
		return;
	decide_merge(at, &kept->incident, &absorbed->incident, &events);
	struct event *merged = &events.at[events.n - 1];
	merged->n_moved = ticket_list(apply->db, apply->arena, gone, &merged->moved);
	apply_events(apply, &events);
	apply_save(apply);
	apply->quotes.incident = 0; /* loaded again: the merge brought more copies */
}

static bool merge_all(struct apply *apply, struct dossier *dossier, struct situation *at, const struct leads *leads)
{
	int64_t kept = dossier->incident.number;
	bool merged = false;

	for (size_t i = 0; i < leads->n; i++)
		/* Asked again: one found twice is gone by now. */
		if (leads->found[i] != 0 && leads->found[i] != kept &&
		    incident_living(apply->db, leads->found[i]) != kept) {
			apply_merge(apply, dossier, at, leads->found[i]);
			merged = true;
		}
	return merged;
}

/* The dossier of the incident that the change belongs to, or a new one. NULL: nothing to do. */
static struct dossier *find_incident(struct apply *apply, struct situation *at, const struct ent_change *change,
				     bool *ret_merged)
{
	struct leads leads;

	find_leads(apply->db, at, change, &leads);
	int64_t number = correlate(leads.found, leads.n);
	at->news = news_of(apply, at, change, &leads, number);
	if (!number && change->kind == ENT_TICKET_REMOVED)
		return NULL; /* of a ticket nobody has heard of */
	struct dossier *dossier = number ? apply_dossier(apply, number) : dossier_made(apply);
	if (!dossier)
		return NULL;
	at->incident = &dossier->incident;
	if (number)
		*ret_merged = merge_all(apply, dossier, at, &leads);
	return dossier;
}

/* ---- our own coming back --------------------------------------------------------- */

/* An update of the supplier's ticket is not done yet. */
static bool update_is_open(struct dossier *dossier, struct ent_str supplier)
{
	struct dossier_queue *queue = dossier_queue(dossier, supplier);
	struct delivery *delivery = dossier_open(dossier, queue, 0);

	while (delivery && delivery->op != ENT_UPDATE_TICKET)
		delivery = dossier_open(dossier, queue, delivery->id);
	return delivery != NULL;
}

/* A tool may be read long after we wrote there: the marker in the words tells whose they are. */
static size_t add_marked(struct apply *apply, const struct situation *at, const struct ent_change *change,
			 const struct echo_sent **sent, size_t n)
{
	char key[SDK_MARKER_KEY_SIZE];

	if (!sdk_marker_find(change->comment.body, key))
		return n;
	for (size_t i = 0; i < n; i++)
		if (strcmp((*sent)[i].key, key) == 0)
			return n;
	struct echo_sent *list = SDK_NEW_N(apply->arena, struct echo_sent, n + 1);
	if (n)
		memcpy(list, *sent, n * sizeof *list);
	n += echo_by_key(apply->db, apply->arena, at->incident->number, at->supplier, sdk_str(key), &list[n]);
	*sent = list;
	return n;
}

/* Asked only of a tool that we write to. *ret_sent: the delivery that this is the echo of. */
static void find_echo(struct apply *apply, struct dossier *dossier, struct situation *at,
		      const struct ent_change *change, const struct echo_sent **ret_sent)
{
	const struct supplier *from = at->arrival->from;
	const struct echo_sent *sent = NULL;
	bool is_new_comment = change->kind == ENT_COMMENT_ADDED && !at->comment;
	uint32_t told = change->ticket.has & ATTR_CARRIED;
	size_t n = 0;

	if (is_new_comment || told)
		n = echo_list(apply->db, apply->arena, at->incident->number, at->supplier,
			      apply->now_ms - ECHO_WINDOW_MS, &sent);
	if (is_new_comment)
		n = add_marked(apply, at, change, &sent, n);
	if (told && !at->sweep) /* what a sweep finds is what stands there, whoever set it */
		at->echo = echo_attributes(from, change, sent, n);
	bool is_known = (is_new_comment || (change->kind == ENT_COMMENT_REMOVED && !at->comment)) &&
			(copy_known(apply->db, at->supplier, change->ticket.id, change->comment.id) ||
			 follow_copy(apply, at, change));
	at->is_comment_echo = is_known;
	if (is_new_comment)
		at->is_comment_echo =
		    echo_comment(from, change, is_known, sent, n, apply->arena, ret_sent) != ECHO_NONE;
	at->sweep = at->sweep && !update_is_open(dossier, at->supplier);
}

/* What it tells about our deliveries. */
static void heed_echo(struct apply *apply, const struct situation *at, const struct ent_change *change,
		      const struct echo_sent *sent)
{
	if (at->echo)
		delivery_bind_updates(apply->db, at->incident->number, at->supplier, at->echo);
	if (sent && sent->key[0])
		delivery_seen(apply, sdk_str(sent->key), change->ticket.id, change->comment.id);
}

/* ---- one change --------------------------------------------------------------------- */

/* What a supplier may say to get into an incident: with `joins: shared` the number of one that is shared with it. */
static struct ent_correlation admitted(struct apply *apply, const struct situation *at, const struct ent_change *change)
{
	const struct supplier *from = at->arrival ? at->arrival->from : NULL;
	struct ent_correlation said = change->correlation;
	int64_t number = 0;

	if (!from || !from->joins_shared)
		return said;
	if (said.number.n && incident_number_parse(said.number, &number))
		number = incident_living(apply->db, number);
	struct dossier *dossier = number ? apply_dossier(apply, number) : NULL;
	if (!dossier || !dossier_shares(dossier, at->supplier))
		said.number = ENT_ABSENT;
	return (struct ent_correlation){said.number, ENT_ABSENT, NULL, 0};
}

/* The ticket as it stands; NULL: not heard of yet. */
static struct ticket *find_ticket(struct apply *apply, struct ent_str supplier, struct ent_str id)
{
	struct ticket *ticket = NULL;

	for (struct dossier *dossier = apply->dossier; dossier && !ticket; dossier = dossier->next)
		ticket = dossier_ticket_known(dossier, supplier, id);
	if (ticket)
		return ticket;
	ticket = SDK_NEW(apply->arena, struct ticket);
	return ticket_load(apply->db, apply->arena, supplier, id, ticket) ? ticket : NULL;
}

/* What the incident holds of what the change names. */
static void find_neighbours(struct apply *apply, struct dossier *dossier, struct situation *at,
			    const struct ent_change *change)
{
	bool is_comment = change->kind == ENT_COMMENT_ADDED || change->kind == ENT_COMMENT_REMOVED;

	if (at->ticket) { /* it may have come in just now */
		struct ticket ticket = *at->ticket;
		ticket.incident = dossier->incident.number;
		at->ticket = dossier_ticket_add(dossier, &ticket);
	}
	if (is_comment) {
		at->comment = dossier_comment(dossier, at->supplier, change->ticket.id, change->comment.id);
		if (!at->comment->uuid[0])
			at->comment = follow_comment(apply, dossier, at->ticket, change);
	} else if (change->kind == ENT_ATTACHMENT_ADDED) {
		at->attachment_known =
		    attachment_known(apply->db, at->supplier, change->ticket.id, change->attachment.id) ||
		    follow_attachment(apply->db, at->ticket, change);
	}
	if (dossier->incident.n_ticket > (at->ticket != NULL)) /* there are others */
		at->n_word = dossier_words(
		    dossier, &(struct ticket){.supplier = at->supplier, .external_id = change->ticket.id}, &at->word);
	if (at->ticket && !dossier->is_new)
		at->withdrawn = !dossier_shares(dossier, at->supplier);
	/* Else a sweep would hear two that differ as one who keeps changing its mind. */
	at->sweep = at->sweep && at->ticket && dossier_speaks_last(dossier, at->ticket);
}

static void apply_change(struct apply *apply, const struct situation *base, const struct ent_change *told)
{
	struct ent_change admits = *told;
	const struct ent_change *change = &admits;
	struct situation at = *base;
	const struct echo_sent *sent = NULL;
	struct events events = {.arena = apply->arena};
	bool merged = false;

	if (told->kind == ENT_TICKET_CONTINUES) {
		follow_ticket(apply, base, told);
		return;
	}
	admits.correlation = admitted(apply, &at, told);
	at.ticket = find_ticket(apply, at.supplier, change->ticket.id);
	if (at.ticket && at.ticket->continues_as.n) /* it ties nothing together any more */
		admits.correlation = (struct ent_correlation){ENT_ABSENT, ENT_ABSENT, NULL, 0};
	struct dossier *dossier = find_incident(apply, &at, change, &merged);
	if (!dossier || db_failed(apply->db))
		return;
	find_neighbours(apply, dossier, &at, change);
	if (at.writes && !dossier->is_new) {
		if (change->kind == ENT_COMMENT_ADDED)
			admits.comment.body = quotes_strip(apply, &at, change);
		find_echo(apply, dossier, &at, change, &sent);
	}
	const struct order before = order_of(&dossier->incident);
	decide_change(&at, change, &events);
	const size_t n_event = events.n;
	apply_events(apply, &events);
	correct(apply, dossier, &at, &before, events.at, n_event, merged);
	apply_save(apply);
	memcpy(apply->incident_uuid, dossier->incident.uuid, ID_SIZE);
	heed_echo(apply, &at, change, sent);
}

void apply_changes(struct apply *apply, const struct arrival *arrival)
{
	struct situation base = {.suppliers = arrival->suppliers,
				 .supplier = arrival->supplier,
				 .public_audience = arrival->from ? arrival->from->public_audience : AUDIENCE_INTERNAL,
				 .now_ms = arrival->received_ms ? arrival->received_ms : apply->now_ms,
				 .arrival = arrival,
				 .writes = arrival->from && supplier_takes_words(arrival->from),
				 .sweep = arrival->sweep,
				 .asked = apply->asked};

	if (arrival->from)
		memcpy(base.policy, arrival->from->policy, sizeof base.policy);
	for (size_t i = 0; i < arrival->changes.n && !db_failed(apply->db); i++)
		apply_change(apply, &base, &arrival->changes.at[i]);
}

void apply_told(struct apply *apply, const struct arrival *told, uint32_t asked)
{
	uint32_t outer = apply->asked;

	apply->asked = asked;
	apply_changes(apply, told);
	apply->asked = outer;
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

bool apply_dead_letter(struct apply *apply, const struct arrival *arrival, struct ent_str packed, struct ent_str reason,
		       bool conflict)
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
