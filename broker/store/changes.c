/* SPDX-License-Identifier: Apache-2.0 */
#include "store/changes.h"

#include "core/echo.h"
#include "core/holder.h"
#include "core/organisation.h"
#include "core/queue.h"
#include "sdk/marker.h"
#include "sdk/webhook.h"
#include "store/acts_follow.h"
#include "store/acts_told.h"
#include "store/copies.h"
#include "store/correct.h"
#include "store/deliveries.h"
#include "store/dossier.h"
#include "store/follow.h"
#include "store/forgotten.h"
#include "store/join_ask.h"
#include "store/parting.h"
#include "store/people.h"
#include "store/quotes.h"
#include "store/rows.h"
#include "store/rows_ticket.h"
#include "store/shares.h"

#include <string.h>

/* ---- which incident ---------------------------------------------------------- */

enum { FOUND_MAX = 3 + ENT_REFERENCES_MAX + REFERRERS_MAX };

/* An incident that the change leads to, and that its ticket may not get into without us. */
struct wish {
	int64_t incident;
	const char *cause;
	struct ent_str by_supplier,
	    by_ticket; /* whose ticket in `incident` named this one; absent: this one named it */
};

/* All that leads to an incident, each a living one's number or 0. */
struct leads {
	int64_t current, by_number, by_key;
	int64_t found[FOUND_MAX]; /* the above and both kinds of references */
	size_t n;
	struct wish wish[FOUND_MAX];
	size_t n_wish;
};

/* May this ticket get into that incident by naming it? Its organisation takes part, or has `joins: anyone`, or the
 * change answers our own CREATE. */
static bool is_admitted(const struct apply *apply, const struct situation *at, int64_t incident)
{
	const struct supplier *from = at->arrival ? at->arrival->from : NULL;

	return !from || from->joins == JOINS_ANYONE || apply->asked == UINT32_MAX ||
	       shares_stand(apply->db, apply->suppliers, incident, organisation_of(from));
}

/* Notes an incident that the change leads to. 0: the ticket may not get in; the incident becomes a wish. */
static int64_t lead_add(const struct apply *apply, const struct situation *at, int64_t incident, const char *cause,
			struct leads *ret)
{
	bool leads_on = incident != 0 && incident != ret->current;

	if (leads_on && ret->current != 0 && parting_is_apart(apply->db, ret->current, incident))
		return 0;
	if (leads_on && !is_admitted(apply, at, incident)) {
		ret->wish[ret->n_wish++] = (struct wish){incident, cause, ENT_ABSENT, ENT_ABSENT};
		incident = 0;
	}
	ret->found[ret->n++] = incident;
	return incident;
}

/* A ticket that was named before it was heard of. It joins where both sides may join freely; else the one who named it
 * asks, so that nobody gets into what others will open, or asks in their name, by guessing their next numbers. */
static void referrer_add(const struct apply *apply, const struct situation *at, const struct referrer *referrer,
			 struct leads *ret)
{
	const struct supplier *by = apply->suppliers ? supplier_by_name(apply->suppliers, referrer->supplier) : NULL;
	int64_t incident = incident_living(apply->db, referrer->incident);

	if (incident == 0)
		return;
	if ((!by || by->joins == JOINS_ANYONE) && is_admitted(apply, at, incident))
		ret->found[ret->n++] = incident;
	else if (by && by->joins != JOINS_SHARED)
		ret->wish[ret->n_wish++] = (struct wish){incident, "reference", referrer->supplier, referrer->ticket};
}

static void find_leads(const struct apply *apply, const struct situation *at, const struct ent_change *change,
		       struct leads *ret)
{
	const struct ent_correlation *said = &change->correlation;
	struct db *db = apply->db;
	struct referrer referrer[REFERRERS_MAX];
	int64_t number;

	*ret = (struct leads){.current = at->ticket ? at->ticket->incident : 0};
	ret->found[ret->n++] = ret->current;
	if (said->number.n && incident_number_parse(said->number, &number))
		ret->by_number = lead_add(apply, at, incident_living(db, number), "number", ret);
	if (said->key.n)
		ret->by_key = lead_add(apply, at,
				       incident_living(db, correlation_find(db, said->key, at->supplier, ret->current)),
				       "key", ret);
	for (size_t i = 0; i < said->n_reference; i++)
		(void)lead_add(apply, at, ticket_incident(db, said->reference[i].supplier, said->reference[i].id),
			       "reference", ret);
	if (at->ticket)
		return;
	size_t n = reference_find(db, apply->arena, at->supplier, change->ticket.id, change->ticket.key, referrer);
	for (size_t i = 0; i < n; i++)
		referrer_add(apply, at, &referrer[i], ret);
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
	if (said->key.n && (!at->ticket || (leads->by_key == 0 && !correlation_known(apply->db, said->key, incident))))
		news.key = said->key;
	for (size_t i = 0; i < said->n_reference; i++)
		if (!at->ticket || !reference_known(apply->db, &said->reference[i], incident))
			reference[news.n_reference++] = said->reference[i];
	news.reference = reference;
	return news;
}

static bool merge_all(struct apply *apply, struct dossier *dossier, struct situation *at, const struct leads *leads)
{
	int64_t kept = dossier->incident.number;
	bool merged = false;

	for (size_t i = 0; i < leads->n; i++)
		/* Asked again: one found twice is gone by now. */
		if (leads->found[i] != 0 && leads->found[i] != kept &&
		    incident_living(apply->db, leads->found[i]) != kept &&
		    !parting_is_apart(apply->db, kept, leads->found[i])) {
			apply_merge(apply, dossier, at, leads->found[i]);
			merged = true;
		}
	return merged;
}

/* The dossier of the incident that the change belongs to, or a new one. NULL: nothing to do. */
static struct dossier *incident_of_change(struct apply *apply, struct situation *at, const struct ent_change *change,
					  struct leads *leads, bool *ret_merged)
{
	find_leads(apply, at, change, leads);
	int64_t number = correlate(leads->found, leads->n);
	at->news = news_of(apply, at, change, leads, number);
	if (!number && change->kind == ENT_TICKET_REMOVED)
		return NULL; /* of a ticket nobody has heard of */
	struct dossier *dossier = number ? apply_dossier(apply, number) : apply_new(apply);
	if (!dossier)
		return NULL;
	at->incident = &dossier->incident;
	if (number)
		*ret_merged = merge_all(apply, dossier, at, leads);
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

/* The marker of the text of ours that a comment stands below: its quote is cut away next. */
static void note_below(struct apply *apply, const struct ent_change *change)
{
	if (change->kind != ENT_COMMENT_ADDED || !sdk_marker_find(change->comment.body, apply->below))
		apply->below[0] = '\0';
}

/* The ticket says by now what was brought, as far as its tool's yes can tell. */
static bool is_unheard(struct dossier *dossier, const struct ticket *ticket)
{
	struct values told = ticket_values(ticket), stands = told;

	dossier->source->brought(dossier, ticket, &stands);
	return attr_differ(&told, &stands) != 0;
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
		n = forgotten_echo(apply, at, change, &sent, add_marked(apply, at, change, &sent, n));
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
	at->unheard = told && at->ticket && is_unheard(dossier, at->ticket);
}

/* An echo told us that an open or unknown delivery stands there: done. */
static void see_delivery(struct apply *apply, struct ent_str key, struct ent_str ticket, struct ent_str external_id)
{
	struct db_stmt *stmt = db_use(apply->db, "SELECT id FROM delivery WHERE key = $1");
	struct events events = {.arena = apply->arena};
	struct dossier *dossier;

	db_bind_str(stmt, 1, key);
	int64_t id = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	struct delivery *delivery = id ? apply_delivery(apply, id, &dossier) : NULL;
	if (!delivery)
		return;
	struct queue queue = apply_queue(apply, dossier, &events);
	if (queue_seen(&queue, delivery, ticket, external_id))
		copy_save(apply->db, delivery->supplier, ticket, external_id, delivery->comment, true);
	apply_events(apply, &events);
	apply_save(apply);
}

/* Notes what the change tells about our deliveries. */
static void heed_echo(struct apply *apply, const struct situation *at, const struct ent_change *change,
		      const struct echo_sent *sent)
{
	if (at->echo)
		delivery_bind_updates(apply->db, at->incident->number, at->supplier, at->echo);
	if (sent && sent->key[0])
		see_delivery(apply, sdk_str(sent->key), change->ticket.id, change->comment.id);
	else if (sent && sent->comment.n && change->comment.id.n)
		copy_save(apply->db, at->supplier, change->ticket.id, change->comment.id, sent->comment.p, true);
}

/* ---- one change --------------------------------------------------------------------- */

/* With `joins: shared` a supplier's keys and references tie nothing together. */
static struct ent_correlation admitted_correlation(const struct situation *at, const struct ent_change *change)
{
	const struct supplier *from = at->arrival ? at->arrival->from : NULL;

	if (!from || from->joins != JOINS_SHARED)
		return change->correlation;
	return (struct ent_correlation){change->correlation.number, ENT_ABSENT, NULL, 0};
}

/* By whom an organisation that takes no part would come in, and is asked for first: its first tool, or itself. Absent:
 * it takes part, or is ours, or nobody's. */
static struct ent_str asked_without_share(struct apply *apply, int64_t incident, struct ent_str organisation)
{
	const struct supplier_set *set = apply->suppliers;

	if (!set || sdk_eq(organisation, organisation_ours(set)) || !organisation_is_known(set, organisation) ||
	    shares_stand(apply->db, set, incident, organisation))
		return ENT_ABSENT;
	for (size_t i = 0; i < set->n; i++)
		if (sdk_eq(organisation_of(&set->at[i]), organisation))
			return set->at[i].joins == JOINS_ASK ? set->at[i].name : ENT_ABSENT;
	return organisation;
}

/* This ticket asks to get into another's incident, or another's ticket that named it asks to get into its. */
static void ask_join(struct apply *apply, const struct situation *at, const struct dossier *dossier,
		     const struct ent_change *change, const struct wish *wish)
{
	struct join_asking asking = {at->supplier, change->ticket.id, change->ticket.key, dossier, wish->cause};

	if (!wish->by_supplier.n) {
		if (at->arrival && at->arrival->from && at->arrival->from->joins == JOINS_ASK)
			join_ask(apply, at, &asking, wish->incident);
		return;
	}
	asking = (struct join_asking){wish->by_supplier, wish->by_ticket, ENT_ABSENT,
				      apply_dossier(apply, incident_living(apply->db, wish->incident)), wish->cause};
	if (asking.dossier)
		join_ask(apply, at, &asking, dossier->incident.number);
}

/* Raises join requests: for this ticket's wishes, and for a supplier that a tool handed over to and that still takes no
 * part, whatever it is that changes now. */
static void ask_joins(struct apply *apply, const struct situation *at, const struct dossier *dossier,
		      const struct ent_change *change, const struct leads *leads)
{
	struct ent_str holder = dossier->incident.holder, to = ENT_ABSENT;

	for (size_t i = 0; i < leads->n_wish; i++)
		ask_join(apply, at, dossier, change, &leads->wish[i]);
	if (!holder_is(apply->suppliers, holder, at->supplier))
		to = asked_without_share(apply, dossier->incident.number, holder);
	if (to.n)
		join_ask(apply, at, &(struct join_asking){.supplier = to, .cause = "hand_over"},
			 dossier->incident.number);
}

/* An organisation that handed the ball over and takes no part any more cannot get it back. */
static bool has_giver_left(struct dossier *dossier, const struct supplier_set *suppliers)
{
	const struct incident *incident = &dossier->incident;
	struct ent_str name, giver = incident->handed_by;

	if (dossier->is_new || incident->is_accepted || !giver.n || holder_word(giver, &name) ||
	    same_text(giver, organisation_ours(suppliers)))
		return false;
	return !dossier_takes_part(dossier, giver, ENT_ABSENT);
}

/* Looks up what the change names in the incident. */
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
			at->comment = follow_comment(apply, dossier, at, change);
	} else if (change->kind == ENT_ATTACHMENT_ADDED) {
		at->attachment_known =
		    attachment_known(apply->db, at->supplier, change->ticket.id, change->attachment.id) ||
		    follow_attachment(apply->db, at->ticket, change);
		if (change->comment.id.n) {
			at->comment = dossier_comment(dossier, at->supplier, change->ticket.id, change->comment.id);
			at->comment = at->comment->uuid[0] ? at->comment : NULL;
		}
	}
	if (dossier->incident.n_ticket > (at->ticket != NULL)) /* there are others */
		at->n_word = dossier_words(
		    dossier, &(struct ticket){.supplier = at->supplier, .external_id = change->ticket.id}, &at->word);
	at->joins = !at->ticket && !dossier->is_new && !dossier_share(dossier, at->supplier);
	at->withdrawn = !dossier->is_new && !at->joins && !dossier_shares(dossier, at->supplier);
	at->giver_left = has_giver_left(dossier, at->suppliers);
	/* Without this a sweep would hear two tickets that differ as one that keeps changing its mind. */
	at->sweep = at->sweep && at->ticket && dossier_speaks_last(dossier, at->ticket);
}

static void apply_change(struct apply *apply, const struct situation *base, const struct ent_change *told)
{
	struct ent_change admits = *told;
	const struct ent_change *change = &admits;
	struct situation at = *base;
	const struct echo_sent *sent = NULL;
	struct events events = {.arena = apply->arena};
	struct leads leads;
	bool merged = false;

	people_of_change(apply, &at, &admits);
	if (told->kind == ENT_TICKET_CONTINUES) {
		follow_ticket(apply, &at, &admits);
		return;
	}
	if (told->kind == ENT_ACT) {
		acts_told(apply, &at, &admits);
		return;
	}
	admits.correlation = admitted_correlation(&at, told);
	at.ticket = apply_ticket(apply, at.supplier, change->ticket.id);
	if (at.ticket && at.ticket->continues_as.n) /* it ties nothing together any more */
		admits.correlation = (struct ent_correlation){ENT_ABSENT, ENT_ABSENT, NULL, 0};
	struct dossier *dossier = incident_of_change(apply, &at, change, &leads, &merged);
	if (!dossier || db_failed(apply->db))
		return;
	find_neighbours(apply, dossier, &at, change);
	if (at.writes && !dossier->is_new) {
		note_below(apply, change);
		if (change->kind == ENT_COMMENT_ADDED)
			admits.comment.body = quotes_strip(apply, &at, change);
		find_echo(apply, dossier, &at, change, &sent);
		acts_follow_look(apply, dossier, &at, change);
	}
	const struct order before = order_of(&dossier->incident);
	decide_change(&at, change, &events);
	apply->n_dropped += decide_drops(&at, change);
	const size_t n_event = events.n;
	apply_events(apply, &events);
	correct(apply, dossier, &at, &before, events.at, n_event, merged);
	apply_save(apply);
	ask_joins(apply, &at, dossier, change, &leads);
	memcpy(apply->incident_uuid, dossier->incident.uuid, ID_SIZE);
	heed_echo(apply, &at, change, sent);
}

void changes_apply(struct apply *apply, const struct arrival *arrival)
{
	struct situation base = {.suppliers = arrival->suppliers,
				 .supplier = arrival->supplier,
				 .from = arrival->from,
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

void changes_told(struct apply *apply, const struct arrival *told, uint32_t asked)
{
	uint32_t outer = apply->asked;

	apply->asked = asked;
	changes_apply(apply, told);
	apply->asked = outer;
}
