/* SPDX-License-Identifier: Apache-2.0 */
#include "store/apply.h"

#include "store/delivery_rows.h"
#include "sdk/marker.h"
#include "store/correct.h"
#include "store/follow.h"
#include "store/outbox.h"
#include "store/quotes.h"

#include <string.h>

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

/* What waits for a supplier's ticket goes when it is there, and not when it is not. Whoever can be written to. */
static void heed_ticket(struct apply *apply, struct unit *unit, const struct event *event, bool was_removed)
{
	bool came = event->kind == EVENT_TICKET_LINKED && event->sequence > 2; /* 2: it opened the incident */
	bool moved = unit->has_ticket && unit->ticket.removed != was_removed;

	if (!came && !moved)
		return;
	unit_save(unit);
	delivery_heads(apply->db, unit->incident.number, unit->ticket.supplier);
}

static void store_event(struct apply *apply, struct unit *unit, struct event *event)
{
	struct incident before = unit->incident;
	struct unit *outer = apply->unit;
	bool was_removed = unit->has_ticket && unit->ticket.removed;

	event->sequence = before.sequence + 1;
	if (event->kind == EVENT_INCIDENT_ABSORBED) { /* counts in the incident that goes */
		struct incident gone;
		event->sequence =
		    incident_load(apply->db, apply->arena, event->incident, &gone) ? gone.sequence + 1 : 1;
	}
	name_comment(apply, event);
	append_event(apply, event, sdk_str(event->incident_uuid));
	unit_fold(unit, event);
	heed_ticket(apply, unit, event, was_removed);
	if (event->kind == EVENT_INCIDENT_MERGED)
		delivery_heads_all(apply->db, apply->arena, event->incident);
	apply->unit = unit;
	deliveries_plan(apply, apply->suppliers, &before, &unit->incident, event);
	apply->unit = outer;
}

void apply_events(struct apply *apply, struct unit *unit, struct events *events)
{
	for (size_t i = 0; i < events->n; i++)
		store_event(apply, unit, &events->at[i]);
	events->n = 0;
}

void apply_supplier_event(struct apply *apply, struct event *event)
{
	append_event(apply, event, event->supplier);
}

void apply_merge(struct apply *apply, struct unit *unit, struct situation *at, int64_t gone)
{
	struct events events = {.arena = apply->arena};
	struct incident absorbed;

	if (!incident_load(apply->db, apply->arena, gone, &absorbed))
		return;
	decide_merge(at, &unit->incident, &absorbed, &events);
	struct event *merged = &events.at[events.n - 1];
	merged->n_moved = ticket_list(apply->db, apply->arena, gone, &merged->moved);
	apply_events(apply, unit, &events);
	unit_save(unit);
	apply->quotes.incident = 0; /* loaded again: the merge brought more copies */
}

static bool merge_all(struct apply *apply, struct unit *unit, struct situation *at, const struct leads *leads,
		      int64_t kept)
{
	bool merged = false;

	for (size_t i = 0; i < leads->n; i++)
		/* Asked again: one found twice is gone by now. */
		if (leads->found[i] != 0 && leads->found[i] != kept &&
		    incident_living(apply->db, leads->found[i]) != kept) {
			apply_merge(apply, unit, at, leads->found[i]);
			merged = true;
		}
	return merged;
}

/* Loads the incident that the change belongs to into the unit, or makes one. False: nothing to do. */
static bool find_incident(struct apply *apply, struct unit *unit, struct situation *at, const struct ent_change *change,
			  bool *ret_merged)
{
	struct leads leads;

	find_leads(apply->db, at, change, &leads);
	int64_t number = correlate(leads.found, leads.n);
	at->news = news_of(apply, at, change, &leads, number);
	if (number) {
		(void)unit_load_incident(unit, number);
		*ret_merged = merge_all(apply, unit, at, &leads, number);
		return true;
	}
	if (change->kind == ENT_TICKET_REMOVED)
		return false; /* of a ticket nobody has heard of */
	unit->incident = (struct incident){.number = ++apply->ledger->number};
	unit->incident_is_new = true;
	apply->chance->uuid(apply->chance, unit->incident.uuid);
	return true;
}

/* ---- our own coming back --------------------------------------------------------- */

static bool update_is_open(struct db *db, int64_t incident, struct ent_str supplier)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 FROM delivery WHERE incident = $1 AND supplier = $2 AND op = 'update_ticket' AND "
		       "state NOT IN ('done', 'cancelled') LIMIT 1");
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	return db_found(stmt);
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
static void find_echo(struct apply *apply, struct situation *at, const struct ent_change *change,
		      const struct echo_sent **ret_sent)
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
	at->sweep = at->sweep && !update_is_open(apply->db, at->incident->number, at->supplier);
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

/* Of several tickets of one supplier in an incident the one that changed last speaks: see struct word. */
static bool speaks_last(struct db *db, const struct ticket *ticket)
{
	struct db_stmt *stmt = db_use(
	    db, "SELECT 1 FROM ticket WHERE incident = $1 AND supplier = $2 AND removed = 0 AND external_id <> $3 "
		"AND changed_ms >= $4 LIMIT 1");
	db_bind_int(stmt, 1, ticket->incident);
	db_bind_str(stmt, 2, ticket->supplier);
	db_bind_str(stmt, 3, ticket->external_id);
	db_bind_int(stmt, 4, ticket->changed_ms);
	bool found = db_row(stmt);
	db_done(stmt);
	return !found;
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
	if (number == 0 || !share_stands(apply->db, number, at->supplier))
		said.number = ENT_ABSENT;
	return (struct ent_correlation){said.number, ENT_ABSENT, NULL, 0};
}

static void apply_change(struct apply *apply, const struct situation *base, const struct ent_change *told)
{
	struct ent_change admits = *told;
	const struct ent_change *change = &admits;
	struct situation at = *base;
	const struct echo_sent *sent = NULL;
	struct events events = {.arena = apply->arena};
	bool merged = false;
	struct unit unit;

	if (told->kind == ENT_TICKET_CONTINUES) {
		follow_ticket(apply, base, told);
		return;
	}
	admits.correlation = admitted(apply, &at, told);
	unit_init(&unit, apply->db, apply->arena);
	if (unit_load_ticket(&unit, at.supplier, change->ticket.id))
		at.ticket = &unit.ticket;
	if (at.ticket && at.ticket->continues_as.n) /* it ties nothing together any more */
		admits.correlation = (struct ent_correlation){ENT_ABSENT, ENT_ABSENT, NULL, 0};
	at.incident = &unit.incident;
	if (!find_incident(apply, &unit, &at, change, &merged) || db_failed(apply->db))
		return;
	if (change->kind == ENT_COMMENT_ADDED || change->kind == ENT_COMMENT_REMOVED) {
		if (unit_load_comment(&unit, at.supplier, change->ticket.id, change->comment.id) ||
		    follow_comment(&unit, change))
			at.comment = &unit.comment;
	} else if (change->kind == ENT_ATTACHMENT_ADDED) {
		at.attachment_known =
		    attachment_known(apply->db, at.supplier, change->ticket.id, change->attachment.id) ||
		    follow_attachment(&unit, change);
	}
	if (unit.incident.n_ticket > unit.has_ticket) /* there are others */
		at.n_word = ticket_words(apply->db, apply->arena, unit.incident.number, at.supplier, change->ticket.id,
					 &at.word);
	if (at.ticket && !unit.incident_is_new)
		at.withdrawn = !share_stands(apply->db, unit.incident.number, at.supplier);
	/* Else a sweep would hear two that differ as one who keeps changing its mind. */
	at.sweep = at.sweep && at.ticket && speaks_last(apply->db, at.ticket);
	if (at.writes && !unit.incident_is_new) {
		if (change->kind == ENT_COMMENT_ADDED)
			admits.comment.body = quotes_strip(apply, &at, change);
		find_echo(apply, &at, change, &sent);
	}
	const struct order before = order_of(&unit.incident);
	decide_change(&at, change, &events);
	const size_t n_event = events.n;
	apply_events(apply, &unit, &events);
	correct(apply, &unit, &at, &before, events.at, n_event, merged);
	unit_save(&unit);
	memcpy(apply->incident_uuid, unit.incident.uuid, ID_SIZE);
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

bool apply_open(struct apply *apply, int64_t incident, struct unit *ret_unit, struct situation *ret)
{
	int64_t number = incident_living(apply->db, incident);

	unit_init(ret_unit, apply->db, apply->arena);
	if (number == 0 || !unit_load_incident(ret_unit, number))
		return false;
	*ret = (struct situation){.suppliers = apply->suppliers,
				  .supplier = ENT_STR(""),
				  .incident = &ret_unit->incident,
				  .now_ms = apply->now_ms};
	ret->n_word = ticket_words(apply->db, apply->arena, number, ENT_STR(""), ENT_STR(""), &ret->word);
	memcpy(apply->incident_uuid, ret_unit->incident.uuid, ID_SIZE);
	return true;
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
