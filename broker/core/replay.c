/* SPDX-License-Identifier: Apache-2.0 */
#include "core/replay.h"

#include "core/arrival.h"
#include "core/decide.h"
#include "core/fold.h"
#include "core/holder.h"
#include "core/situation.h"
#include "sdk/webhook.h"

#include <stdlib.h>
#include <string.h>

/* A word that is told again. */
struct told {
	struct ent_change change;
	struct ent_str supplier;
	int64_t time_ms;
	size_t at; /* its place in the order of arrival */
	bool is_done;
};

struct telling {
	const struct supplier_set *suppliers;
	struct ent_arena *arena;
	struct told *told;
	size_t n;
	struct ticket *ticket; /* of the incident, as far as it was told */
	size_t n_ticket;
	struct incident incident;
	struct hand_over *hand_over;
	size_t n_hand_over;
};

/* ---- what was said, from the events ------------------------------------------------ */

static struct ticket *told_ticket(struct ticket *ticket, size_t *n, struct ent_str supplier, struct ent_str id)
{
	for (size_t i = 0; i < *n; i++)
		if (same_text(ticket[i].supplier, supplier) && same_text(ticket[i].external_id, id))
			return &ticket[i];
	ticket[*n] = (struct ticket){.supplier = supplier, .external_id = id};
	return &ticket[(*n)++];
}

/* An event lists what differs from what was stored when it came; the rest of what it spoke of was the same. */
static struct ent_change change_of(const struct event *event, const struct ticket *stored)
{
	struct ent_change change = {.kind =
					event->kind == EVENT_TICKET_REMOVED ? ENT_TICKET_REMOVED : ENT_TICKET_CHANGED,
				    .stamp = event->stamp,
				    .ticket = {.id = event->ticket_id, .key = event->ticket_key, .has = event->seen}};

	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (event->seen & (1u << i))
			change.ticket.at[i] = stored->at[i].value;
	for (size_t i = 0; i < event->n_attr; i++)
		change.ticket.at[event->attr[i].attr] = event->attr[i].to;
	return change;
}

/* One change may have made two events: what was new, and what came too late. */
static bool is_rest_of(const struct event *event, const struct event *before)
{
	return event->kind == EVENT_TICKET_LATE && before->kind != EVENT_TICKET_REMOVED &&
	       before->kind != EVENT_TICKET_LATE && same_text(event->delivery_id, before->delivery_id) &&
	       same_text(event->supplier, before->supplier) && same_text(event->ticket_id, before->ticket_id) &&
	       event->time_ms == before->time_ms && stamp_compare(event->stamp, before->stamp) == 0;
}

static void add_rest(struct ent_change *change, const struct ent_change *rest)
{
	change->ticket.has |= rest->ticket.has;
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(rest->ticket.has, i))
			change->ticket.at[i] = rest->ticket.at[i];
}

static void events_collect(struct telling *telling, const struct event *event, size_t n)
{
	struct ticket *stored = SDK_NEW_N(telling->arena, struct ticket, n + 1);
	size_t n_stored = 0;

	telling->told = SDK_NEW_N(telling->arena, struct told, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct ticket *ticket = told_ticket(stored, &n_stored, event[i].supplier, event[i].ticket_id);

		if (i > 0 && is_rest_of(&event[i], &event[i - 1])) {
			const struct ent_change rest = change_of(&event[i], ticket);
			add_rest(&telling->told[telling->n - 1].change, &rest);
			continue;
		}
		telling->told[telling->n++] = (struct told){.change = change_of(&event[i], ticket),
							    .supplier = event[i].supplier,
							    .time_ms = event[i].time_ms,
							    .at = i};
		if (event[i].kind != EVENT_TICKET_LATE)
			fold_ticket(ticket, &event[i]);
	}
}

/* ---- the order in which it was said --------------------------------------------------- */

static int compare_text(struct ent_str a, struct ent_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int rc = n ? memcmp(a.p, b.p, n) : 0;

	return rc ? rc : (a.n > b.n) - (a.n < b.n);
}

static int compare_told(const void *one, const void *two)
{
	const struct told *a = one, *b = two;
	int rc = (a->time_ms > b->time_ms) - (a->time_ms < b->time_ms);

	rc = rc ? rc : compare_text(a->supplier, b->supplier);
	rc = rc ? rc : compare_text(a->change.ticket.id, b->change.ticket.id);
	rc = rc ? rc : stamp_compare(a->change.stamp, b->change.stamp);
	return rc ? rc : (a->at > b->at) - (a->at < b->at);
}

/* The next of the words that have the time of `first`, which is the first of them that was not told. */
static struct told *next_of_time(struct telling *telling, size_t first)
{
	struct told *told = telling->told, *next = &told[first];

	for (size_t i = first; i < telling->n && told[i].time_ms == told[first].time_ms; i++)
		if (!told[i].is_done && holder_is(telling->suppliers, telling->incident.holder, told[i].supplier))
			return &told[i];
	return next;
}

/* ---- telling it again ------------------------------------------------------------------ */

static int compare_tickets(const void *one, const void *two)
{
	const struct ticket *const *a = one, *const *b = two;
	int rc = ((*a)->changed_ms < (*b)->changed_ms) - ((*a)->changed_ms > (*b)->changed_ms);

	rc = rc ? rc : compare_text((*a)->supplier, (*b)->supplier);
	return rc ? rc : compare_text((*a)->external_id, (*b)->external_id);
}

/* The words of the other tickets, the last changed first. */
static size_t words_of(struct telling *telling, const struct ticket *but, struct word **ret)
{
	const struct ticket **list = SDK_NEW_N(telling->arena, const struct ticket *, telling->n_ticket + 1);
	size_t n = 0;

	*ret = SDK_NEW_N(telling->arena, struct word, telling->n_ticket + 1);
	for (size_t i = 0; i < telling->n_ticket; i++)
		if (&telling->ticket[i] != but && !telling->ticket[i].removed)
			list[n++] = &telling->ticket[i];
	qsort(list, n, sizeof(struct ticket *), compare_tickets);
	for (size_t i = 0; i < n; i++)
		(*ret)[i] = ticket_word(list[i]);
	return n;
}

static void tell_again(struct telling *telling, const struct told *told)
{
	const struct arrival arrival = {.supplier = told->supplier};
	size_t before = telling->n_ticket;
	struct ticket *ticket =
	    told_ticket(telling->ticket, &telling->n_ticket, told->supplier, told->change.ticket.id);
	struct events events = {.arena = telling->arena};
	struct word *word;
	struct situation at = {.suppliers = telling->suppliers,
			       .supplier = told->supplier,
			       .incident = &telling->incident,
			       .ticket = before == telling->n_ticket ? ticket : NULL,
			       .now_ms = told->time_ms,
			       .arrival = &arrival};

	at.n_word = words_of(telling, ticket, &word);
	at.word = word;
	decide_change(&at, &told->change, &events);
	for (size_t i = 0; i < events.n; i++) {
		struct event *event = &events.at[i];

		event->sequence = telling->incident.sequence + 1;
		fold_incident(&telling->incident, event);
		fold_ticket(ticket, event);
		if (event->kind == EVENT_INCIDENT_HOLDER_CHANGED)
			telling->hand_over[telling->n_hand_over++] =
			    (struct hand_over){event->holder_from, event->holder_to, event->holder_since_ms};
	}
}

void replay(const struct event *event, size_t n, const struct supplier_set *suppliers, struct ent_arena *arena,
	    struct replay *ret)
{
	struct telling telling = {.suppliers = suppliers,
				  .arena = arena,
				  .ticket = SDK_NEW_N(arena, struct ticket, n + 1),
				  .hand_over = SDK_NEW_N(arena, struct hand_over, n + 1)};

	events_collect(&telling, event, n);
	qsort(telling.told, telling.n, sizeof *telling.told, compare_told);
	for (size_t first = 0; first < telling.n;) {
		struct told *told = next_of_time(&telling, first);

		tell_again(&telling, told);
		told->is_done = true;
		while (first < telling.n && telling.told[first].is_done)
			first++;
	}
	*ret = (struct replay){telling.incident, telling.hand_over, telling.n_hand_over};
}

bool replay_agrees(const struct replay *replay, const struct incident *incident, const struct hand_over *hand_over,
		   size_t n_hand_over)
{
	const struct incident *told = &replay->incident;

	if (!same_text(told->title, incident->title) || attr_differ(&told->values, &incident->values) ||
	    !same_text(told->holder, incident->holder) || told->holder_since_ms != incident->holder_since_ms ||
	    (told->is_accepted && !incident->is_accepted) || !same_text(told->declined_by, incident->declined_by) ||
	    replay->n_hand_over != n_hand_over)
		return false;
	for (size_t i = 0; i < n_hand_over; i++)
		if (!same_text(replay->hand_over[i].from, hand_over[i].from) ||
		    !same_text(replay->hand_over[i].to, hand_over[i].to) ||
		    replay->hand_over[i].at_ms != hand_over[i].at_ms)
			return false;
	return true;
}
