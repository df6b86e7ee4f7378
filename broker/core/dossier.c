/* SPDX-License-Identifier: Apache-2.0 */
#include "core/dossier.h"

#include "core/organisation.h"
#include "sdk/webhook.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 64 }; /* tickets of an incident that count for who holds the ball */

/* A list of pointers with room for one more. */
static void *list_grown(struct ent_arena *arena, void *at, size_t n, size_t *cap)
{
	if (n < *cap)
		return at;
	void **grown = SDK_NEW_N(arena, void *, *cap = *cap ? *cap * 2 : 4);
	if (n)
		memcpy(grown, at, n * sizeof *grown);
	return grown;
}

#define DOSSIER_ADD(dossier, list, what)                                                                               \
	((dossier)->list = list_grown((dossier)->arena, (dossier)->list, (dossier)->n_##list, &(dossier)->cap_##list), \
	 (dossier)->list[(dossier)->n_##list++] = (what))

void dossier_init(struct dossier *dossier, struct ent_arena *arena, const struct supplier_set *suppliers,
		  const struct dossier_source *source, void *of)
{
	*dossier = (struct dossier){.arena = arena, .suppliers = suppliers, .source = source, .of = of};
	dossier->has_tickets = dossier->has_shares = dossier->has_reads = !source;
}

void dossier_forget(struct dossier *dossier)
{
	struct dossier empty;

	dossier_init(&empty, dossier->arena, dossier->suppliers, dossier->source, dossier->of);
	empty.incident = dossier->incident;
	empty.is_new = dossier->is_new;
	empty.dirty = dossier->dirty;
	empty.stirred = dossier->stirred;
	empty.next = dossier->next;
	*dossier = empty;
}

/* ---- tickets -------------------------------------------------------------------------- */

static bool is_ticket(const struct ticket *ticket, struct ent_str supplier, struct ent_str external_id)
{
	return sdk_eq(ticket->supplier, supplier) && sdk_eq(ticket->external_id, external_id);
}

struct ticket *dossier_ticket_known(struct dossier *dossier, struct ent_str supplier, struct ent_str external_id)
{
	for (size_t i = 0; i < dossier->n_ticket; i++)
		if (is_ticket(dossier->ticket[i], supplier, external_id))
			return dossier->ticket[i];
	return NULL;
}

struct ticket *dossier_ticket_add(struct dossier *dossier, const struct ticket *ticket)
{
	struct ticket *known = dossier_ticket_known(dossier, ticket->supplier, ticket->external_id);

	if (known)
		return known;
	struct ticket *kept = SDK_NEW(dossier->arena, struct ticket);
	*kept = *ticket;
	DOSSIER_ADD(dossier, ticket, kept);
	return kept;
}

struct ticket *dossier_ticket(struct dossier *dossier, struct ent_str supplier, struct ent_str external_id)
{
	struct ticket *known = dossier_ticket_known(dossier, supplier, external_id);
	bool is_whole = !dossier->source || (dossier->has_tickets && dossier->n_ticket < DOSSIER_TICKETS_MAX);

	return known || is_whole ? known : dossier->source->ticket(dossier, supplier, external_id);
}

static void tickets_need(struct dossier *dossier)
{
	if (dossier->has_tickets)
		return;
	dossier->has_tickets = true;
	dossier->source->tickets(dossier);
}

/* Not stored yet: it came after all others. */
static int64_t ticket_age(const struct ticket *ticket)
{
	return ticket->id ? ticket->id : INT64_MAX;
}

/* Does `a` speak rather than `b`? */
static bool speaks_before(const struct ticket *a, const struct ticket *b)
{
	if (a->removed != b->removed)
		return b->removed;
	if (a->changed_ms != b->changed_ms)
		return a->changed_ms > b->changed_ms;
	return ticket_age(a) > ticket_age(b);
}

const struct ticket *dossier_speaker(struct dossier *dossier, struct ent_str supplier)
{
	const struct ticket *best = NULL;

	tickets_need(dossier);
	for (size_t i = 0; i < dossier->n_ticket; i++) {
		const struct ticket *ticket = dossier->ticket[i];
		if (sdk_eq(ticket->supplier, supplier) && (!best || speaks_before(ticket, best)))
			best = ticket;
	}
	return best;
}

bool dossier_speaks_last(struct dossier *dossier, const struct ticket *ticket)
{
	tickets_need(dossier);
	for (size_t i = 0; i < dossier->n_ticket; i++) {
		const struct ticket *other = dossier->ticket[i];
		if (!other->removed && other->changed_ms >= ticket->changed_ms &&
		    sdk_eq(other->supplier, ticket->supplier) && !sdk_eq(other->external_id, ticket->external_id))
			return false;
	}
	return true;
}

const struct ticket *dossier_addressee(struct dossier *dossier, const struct delivery *delivery)
{
	const struct ticket *ticket =
	    delivery->sent_to.n ? dossier_ticket(dossier, delivery->supplier, delivery->sent_to) : NULL;

	if (!ticket || ticket->removed)
		ticket = dossier_speaker(dossier, delivery->supplier);
	return ticket && !ticket->removed ? ticket : NULL;
}

static int compare_str(struct ent_str a, struct ent_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int rc = n ? memcmp(a.p, b.p, n) : 0;

	return rc ? rc : (a.n > b.n) - (a.n < b.n);
}

static int by_last_changed(const void *one, const void *two)
{
	const struct ticket *a = *(const struct ticket *const *)one, *b = *(const struct ticket *const *)two;
	int rc = (a->changed_ms < b->changed_ms) - (a->changed_ms > b->changed_ms);

	rc = rc ? rc : compare_str(a->supplier, b->supplier);
	return rc ? rc : compare_str(a->external_id, b->external_id);
}

size_t dossier_words(struct dossier *dossier, const struct ticket *but, const struct word **ret)
{
	tickets_need(dossier);
	const struct ticket **stands = SDK_NEW_N(dossier->arena, const struct ticket *, dossier->n_ticket + 1);
	size_t n = 0;

	for (size_t i = 0; i < dossier->n_ticket; i++) {
		const struct ticket *ticket = dossier->ticket[i];
		if (!ticket->removed && !(but && is_ticket(ticket, but->supplier, but->external_id)))
			stands[n++] = ticket;
	}
	qsort(stands, n, sizeof *stands, by_last_changed);
	n = n < WORDS_MAX ? n : WORDS_MAX;
	struct word *list = SDK_NEW_N(dossier->arena, struct word, n + 1);
	for (size_t i = 0; i < n; i++)
		list[i] = ticket_word(stands[i]);
	*ret = list;
	return n;
}

/* ---- comments --------------------------------------------------------------------------- */

struct comment *dossier_comment(struct dossier *dossier, struct ent_str supplier, struct ent_str ticket,
				struct ent_str external_id)
{
	for (size_t i = 0; i < dossier->n_comment; i++) {
		struct comment *comment = dossier->comment[i];
		if (sdk_eq(comment->external_id, external_id) && sdk_eq(comment->supplier, supplier) &&
		    sdk_eq(comment->ticket, ticket))
			return comment;
	}
	struct comment *kept = SDK_NEW(dossier->arena, struct comment);
	if (!dossier->source || !dossier->source->comment(dossier, supplier, ticket, external_id, kept))
		*kept = (struct comment){.supplier = supplier, .ticket = ticket, .external_id = external_id};
	DOSSIER_ADD(dossier, comment, kept);
	return kept;
}

/* ---- shares --------------------------------------------------------------------------- */

void dossier_load_shares(struct dossier *dossier)
{
	if (dossier->has_shares)
		return;
	dossier->has_shares = true;
	dossier->source->shares(dossier);
}

struct share *dossier_share(struct dossier *dossier, struct ent_str supplier)
{
	dossier_load_shares(dossier);
	for (size_t i = 0; i < dossier->n_share; i++)
		if (sdk_eq(dossier->share[i]->supplier, supplier))
			return dossier->share[i];
	return NULL;
}

struct share *dossier_share_add(struct dossier *dossier, struct share share)
{
	struct share *kept = SDK_NEW(dossier->arena, struct share);

	*kept = share;
	kept->incident = dossier->incident.number;
	DOSSIER_ADD(dossier, share, kept);
	return kept;
}

bool dossier_shares(struct dossier *dossier, struct ent_str supplier)
{
	const struct share *share = dossier_share(dossier, supplier);

	return share && share->withdrawn_ms == 0;
}

bool dossier_takes_part(struct dossier *dossier, struct ent_str organisation, struct ent_str but)
{
	struct ent_str tool[ORGANISATION_TOOLS_MAX];

	for (size_t i = organisation_tools(dossier->suppliers, organisation, tool); i-- > 0;)
		if (!sdk_eq(tool[i], but) && dossier_shares(dossier, tool[i]))
			return true;
	return false;
}

bool dossier_share_begins(struct dossier *dossier, struct ent_str supplier)
{
	const struct share *share = dossier_share(dossier, supplier);

	if (!share || share->withdrawn_ms != 0)
		return true;
	const struct ticket *ticket = dossier_speaker(dossier, supplier);
	return !share->anew && (!ticket || ticket->removed);
}

bool dossier_others_share(struct dossier *dossier, struct ent_str supplier)
{
	dossier_load_shares(dossier);
	for (size_t i = 0; i < dossier->n_share; i++)
		if (dossier->share[i]->withdrawn_ms == 0 && !sdk_eq(dossier->share[i]->supplier, supplier))
			return true;
	return false;
}

static void reads_need(struct dossier *dossier)
{
	if (dossier->has_reads)
		return;
	dossier->has_reads = true;
	dossier->source->reads(dossier);
}

/* The incident that a comment's ticket was in first; -1: not heard of. */
static int64_t said_in(struct dossier *dossier, const struct comment *comment)
{
	const struct ticket *ticket = dossier_ticket(dossier, comment->supplier, comment->ticket);

	return !ticket ? -1 : ticket->origin ? ticket->origin : ticket->incident;
}

int64_t dossier_reads_since(struct dossier *dossier, const struct share *share, const struct comment *comment)
{
	int64_t since_ms = INT64_MAX, origin;
	bool is_merged = false;

	reads_need(dossier);
	origin = comment->supplier.n ? said_in(dossier, comment)
		 : comment->origin   ? comment->origin
				     : dossier->incident.number; /* it is said just now */
	for (size_t i = 0; i < dossier->n_reads; i++) {
		const struct reads *reads = &dossier->reads[i];
		if (!sdk_eq(reads->supplier, share->supplier))
			continue;
		is_merged = true;
		if (reads->origin == origin && reads->since_ms < since_ms)
			since_ms = reads->since_ms;
	}
	return is_merged ? since_ms : share->reads_ms;
}

/* Where no merge says anything of the comment's incident, its share does. */
static int64_t reads_since(struct dossier *dossier, const struct share *share, const struct comment *comment)
{
	int64_t since_ms = dossier_reads_since(dossier, share, comment);

	return since_ms == INT64_MAX ? share->reads_ms : since_ms;
}

static struct party party_by(struct dossier *dossier, const struct supplier *supplier, const struct share *share,
			     const struct comment *comment)
{
	const struct ticket *ticket = dossier_speaker(dossier, share->supplier);
	bool removed = ticket && ticket->removed;
	struct party party = {.supplier = supplier,
			      .since_ms = share->since_ms,
			      .comes = share->n_create > 0,
			      .reads_ms = comment ? reads_since(dossier, share, comment) : share->reads_ms};

	party.shares = share->withdrawn_ms == 0 && (!removed || share->anew);
	if (!ticket || removed) /* nothing can be said there any more */
		return party;
	party.ticket = ticket->external_id;
	party.values = ticket_values(ticket);
	party.tells = ticket->has;
	if (dossier->source && !(comment && comment->uuid[0])) /* of a comment, no value is asked for */
		dossier->source->brought(dossier, ticket, &party.values);
	return party;
}

static int by_since(const void *one, const void *two)
{
	const struct party *a = one, *b = two;
	int rc = (a->since_ms > b->since_ms) - (a->since_ms < b->since_ms);

	return rc ? rc : compare_str(a->supplier->name, b->supplier->name);
}

size_t dossier_parties(struct dossier *dossier, const struct comment *comment, const struct party **ret)
{
	size_t n = 0;

	dossier_load_shares(dossier);
	struct party *list = SDK_NEW_N(dossier->arena, struct party, dossier->n_share + 1);
	for (size_t i = 0; dossier->suppliers && i < dossier->n_share; i++) {
		const struct supplier *supplier = supplier_by_name(dossier->suppliers, dossier->share[i]->supplier);
		if (supplier)
			list[n++] = party_by(dossier, supplier, dossier->share[i], comment);
	}
	qsort(list, n, sizeof *list, by_since);
	*ret = list;
	return n;
}

/* ---- deliveries ---------------------------------------------------------------------------- */

struct dossier_queue *dossier_queue(struct dossier *dossier, struct ent_str supplier)
{
	for (size_t i = 0; i < dossier->n_queue; i++)
		if (sdk_eq(dossier->queue[i]->supplier, supplier))
			return dossier->queue[i];
	struct dossier_queue *queue = SDK_NEW(dossier->arena, struct dossier_queue);
	*queue = (struct dossier_queue){.supplier = supplier, .is_whole = !dossier->source};
	DOSSIER_ADD(dossier, queue, queue);
	return queue;
}

/* Its place among the ids, from the end: most come last. */
static void queue_place(struct dossier *dossier, struct dossier_queue *queue, struct delivery *delivery)
{
	queue->at = list_grown(dossier->arena, queue->at, queue->n, &queue->cap);
	size_t i = queue->n++;

	for (; i > 0 && queue->at[i - 1]->id > delivery->id; i--)
		queue->at[i] = queue->at[i - 1];
	queue->at[i] = delivery;
}

/* The first one behind `after`, open or closed. */
static size_t queue_behind(const struct dossier_queue *queue, int64_t after)
{
	size_t low = 0, high = queue->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (queue->at[middle]->id <= after)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct delivery *queue_find(const struct dossier_queue *queue, int64_t id)
{
	size_t i = queue_behind(queue, id - 1);

	return i < queue->n && queue->at[i]->id == id ? queue->at[i] : NULL;
}

struct delivery *dossier_delivery(struct dossier *dossier, int64_t id)
{
	struct delivery *found = NULL;

	for (size_t i = 0; i < dossier->n_queue && !found; i++)
		found = queue_find(dossier->queue[i], id);
	return found;
}

/* The share was taken back in this job: what is brought only now was owed before that. */
static bool owes_none(const struct dossier *dossier, struct ent_str supplier)
{
	for (size_t i = 0; i < dossier->n_share; i++)
		if (sdk_eq(dossier->share[i]->supplier, supplier))
			return dossier->share[i]->owes_none;
	return false;
}

struct delivery *dossier_adopt(struct dossier *dossier, const struct delivery *delivery)
{
	struct dossier_queue *queue = dossier_queue(dossier, delivery->supplier);
	struct delivery *known = queue_find(queue, delivery->id);

	if (known)
		return known;
	struct delivery *kept = SDK_NEW(dossier->arena, struct delivery);
	*kept = *delivery;
	kept->owed = kept->owed && !owes_none(dossier, kept->supplier);
	DOSSIER_ADD(dossier, delivery, kept);
	queue_place(dossier, queue, kept);
	return kept;
}

struct delivery *dossier_open(struct dossier *dossier, struct dossier_queue *queue, int64_t after)
{
	for (;;) {
		size_t i = queue_behind(queue, after);
		while (i < queue->n && !delivery_is_open(queue->at[i]))
			i++;
		if (queue->is_whole || (i < queue->n && queue->at[i]->id <= queue->cursor))
			return i < queue->n ? queue->at[i] : NULL;
		dossier->source->page(dossier, queue);
	}
}

/* ---- what was sent, what was said: of this job and before ------------------------------- */

static int by_id(const void *one, const void *two)
{
	const struct delivery *a = *(struct delivery *const *)one, *b = *(struct delivery *const *)two;

	return (a->id > b->id) - (a->id < b->id);
}

size_t dossier_of_comment(struct dossier *dossier, const char *uuid, struct delivery ***ret)
{
	dossier->source->of_comment(dossier, uuid);
	size_t n = 0;
	struct delivery **list = SDK_NEW_N(dossier->arena, struct delivery *, dossier->n_delivery + 1);
	for (size_t i = 0; i < dossier->n_delivery; i++)
		if (strcmp(dossier->delivery[i]->comment, uuid) == 0)
			list[n++] = dossier->delivery[i];
	qsort(list, n, sizeof *list, by_id);
	*ret = list;
	return n;
}

size_t dossier_lately(struct dossier *dossier, struct ent_str supplier, enum ent_op_kind op, size_t max,
		      struct lately *ret)
{
	size_t n = 0;

	for (size_t i = dossier->n_delivery; i-- > 0 && n < max;) {
		const struct delivery *delivery = dossier->delivery[i];
		if (delivery->is_new && delivery->op == op && delivery->cause != CAUSE_EARLIER &&
		    sdk_eq(delivery->supplier, supplier))
			ret[n++] = (struct lately){delivery->origin, delivery->made_ms, delivery->said_ms};
	}
	return n + dossier->source->lately(dossier, supplier, op, max - n, ret + n);
}

size_t dossier_thread(struct dossier *dossier, struct ent_str origin, const struct person *author,
		      struct loop_word ret[LOOP_THREAD_MAX])
{
	size_t n = dossier->source->thread(dossier, origin, author, ret);

	for (size_t i = 0; i < dossier->n_comment; i++) {
		const struct comment *comment = dossier->comment[i];

		if (comment->id != 0 || !comment->uuid[0] || comment->removed)
			continue;
		if (n == LOOP_THREAD_MAX)
			memmove(ret, ret + 1, --n * sizeof *ret);
		ret[n++] = (struct loop_word){.supplier = comment->supplier,
					      .author = sdk_or_empty(comment->author.ref),
					      .body = comment->body,
					      .said_ms = comment->created_ms};
	}
	return n;
}
