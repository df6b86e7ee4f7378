/* SPDX-License-Identifier: Apache-2.0 */
#include "store/shelf.h"

#include "base/text_hash.h"
#include "sdk/webhook.h"

#include <stdlib.h>
#include <string.h>

enum { TICKET_PLACES = 8 * SHELF_PLACES }; /* few tickets put each other out */

/* One block of memory: this, then tickets, shares and all their text. */
struct entry {
	struct entry *next; /* of the retired ones */
	size_t size;
	struct incident incident;
	struct ticket *ticket;
	size_t n_ticket;
	struct share *share;
	size_t n_share;
	bool has_tickets, has_shares, has_reads; /* as in struct dossier; with has_reads there are none */
};

struct shelf {
	struct entry *at[SHELF_PLACES];   /* by the number */
	int64_t ticket_of[TICKET_PLACES]; /* number of the incident, by the ticket's hash; 0: none */
	size_t size, hand;                /* of all entries; where room is made next */
	struct entry *retired;            /* out of the shelf; a job may still read them */
};

struct shelf *shelf_new(void)
{
	struct shelf *shelf = sdk_xalloc(sizeof *shelf);

	memset(shelf, 0, sizeof *shelf);
	return shelf;
}

static void free_retired(struct shelf *shelf)
{
	while (shelf->retired) {
		struct entry *entry = shelf->retired;
		shelf->retired = entry->next;
		free(entry);
	}
}

void shelf_free(struct shelf *shelf)
{
	if (!shelf)
		return;
	shelf_clear(shelf);
	free_retired(shelf);
	free(shelf);
}

static size_t place_of(int64_t number)
{
	return (size_t)((uint64_t)number % SHELF_PLACES);
}

/* Two tickets may have one place: then the earlier one is read from the tables, which costs time and nothing else. */
static size_t ticket_place(struct ent_str supplier, struct ent_str external_id)
{
	uint64_t hash = text_hash(text_hash(TEXT_HASH, supplier), external_id);

	return (size_t)((hash ^ hash >> 32) % TICKET_PLACES);
}

static void entry_retire(struct shelf *shelf, size_t place)
{
	struct entry *entry = shelf->at[place];

	if (!entry)
		return;
	shelf->at[place] = NULL;
	shelf->size -= entry->size;
	entry->next = shelf->retired;
	shelf->retired = entry;
}

void shelf_clear(struct shelf *shelf)
{
	for (size_t i = 0; i < SHELF_PLACES; i++)
		entry_retire(shelf, i);
}

/* ---- out of it ------------------------------------------------------------------------------- */

static const struct entry *entry_of(const struct shelf *shelf, int64_t number)
{
	const struct entry *entry = shelf ? shelf->at[place_of(number)] : NULL;

	return entry && entry->incident.number == number ? entry : NULL;
}

bool shelf_fill(const struct shelf *shelf, struct dossier *ret)
{
	const struct entry *entry = entry_of(shelf, ret->incident.number);

	if (!entry)
		return false;
	ret->incident = entry->incident;
	for (size_t i = 0; i < entry->n_ticket; i++)
		(void)dossier_ticket_add(ret, &entry->ticket[i]);
	for (size_t i = 0; i < entry->n_share; i++)
		(void)dossier_share_add(ret, entry->share[i]);
	ret->has_tickets = entry->has_tickets;
	ret->has_shares = entry->has_shares;
	ret->has_reads = entry->has_reads;
	return true;
}

bool shelf_ticket(const struct shelf *shelf, struct ent_str supplier, struct ent_str external_id, struct ticket *ret)
{
	const struct entry *entry =
	    shelf ? entry_of(shelf, shelf->ticket_of[ticket_place(supplier, external_id)]) : NULL;

	for (size_t i = 0; entry && i < entry->n_ticket; i++)
		if (sdk_eq(entry->ticket[i].external_id, external_id) && sdk_eq(entry->ticket[i].supplier, supplier)) {
			*ret = entry->ticket[i];
			return true;
		}
	return false;
}

/* ---- into it --------------------------------------------------------------------------------- */

/* Measures with `to` NULL, then copies. An absent string becomes empty, as it comes back from the tables. */
struct press {
	char *to;
	size_t n;
};

static void press_str(struct press *press, struct ent_str *s)
{
	if (press->to && s->n)
		memcpy(press->to + press->n, s->p, s->n);
	*s = (struct ent_str){press->to && s->n ? press->to + press->n : "", s->n};
	press->n += s->n;
}

static struct incident press_incident(struct press *press, const struct incident *from)
{
	struct incident incident = *from;
	struct ent_str *text[] = {&incident.title,   &incident.holder, &incident.handed_by,    &incident.declined_by,
				  &incident.service, &incident.site,   &incident.requester.ref};

	if (!incident.requester.ref.n)
		incident.requester = (struct person){.ref = ENT_STR("")};
	incident.requester.name = ENT_STR(""); /* it stands elsewhere */
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		press_str(press, text[i]);
	press_str(press, &incident.requester.organisation);
	return incident;
}

static struct ticket press_ticket(struct press *press, const struct ticket *from)
{
	struct ticket ticket = *from;

	ticket.origin = ticket.origin ? ticket.origin : ticket.incident;
	ticket.placed = false;
	press_str(press, &ticket.supplier);
	press_str(press, &ticket.external_id);
	press_str(press, &ticket.key);
	press_str(press, &ticket.continues_as);
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ticket.has, i)) {
			press_str(press, &ticket.at[i].value.text);
			press_str(press, &ticket.at[i].value.native);
		} else {
			ticket.at[i] = (struct attribute){.stamp = {0}};
		}
	return ticket;
}

static struct share press_share(struct press *press, const struct share *from)
{
	struct share share = *from;

	press_str(press, &share.supplier);
	return share;
}

/* The entry with its lists, text and all, at press->to; only its size when that is NULL. */
static void press_dossier(struct press *press, struct entry *entry, const struct dossier *dossier)
{
	const struct incident incident = press_incident(press, &dossier->incident);

	if (entry)
		entry->incident = incident;
	for (size_t i = 0; i < dossier->n_ticket; i++) {
		const struct ticket ticket = press_ticket(press, dossier->ticket[i]);
		if (entry)
			entry->ticket[entry->n_ticket++] = ticket;
	}
	for (size_t i = 0; i < dossier->n_share; i++) {
		const struct share share = press_share(press, dossier->share[i]);
		if (entry)
			entry->share[entry->n_share++] = share;
	}
}

static int by_since_and_name(const void *one, const void *two)
{
	const struct share *a = one, *b = two;
	size_t n = a->supplier.n < b->supplier.n ? a->supplier.n : b->supplier.n;
	int rc = (a->since_ms > b->since_ms) - (a->since_ms < b->since_ms);

	rc = rc || !n ? rc : memcmp(a->supplier.p, b->supplier.p, n);
	return rc ? rc : (a->supplier.n > b->supplier.n) - (a->supplier.n < b->supplier.n);
}

/* Which open deliveries will make a ticket is counted with the shares. */
static bool moved_creates(const struct dossier *dossier)
{
	for (size_t i = 0; i < dossier->n_delivery; i++)
		if (dossier->delivery[i]->op == ENT_CREATE_TICKET)
			return true;
	return false;
}

static struct entry *entry_make(const struct dossier *dossier)
{
	const size_t head =
	    sizeof(struct entry) + dossier->n_ticket * sizeof(struct ticket) + dossier->n_share * sizeof(struct share);
	struct press press = {NULL, 0};

	press_dossier(&press, NULL, dossier);
	if (head + press.n > SHELF_BYTES / 16)
		return NULL;
	struct entry *entry = sdk_xalloc(head + press.n);
	*entry = (struct entry){.size = head + press.n,
				.ticket = (struct ticket *)(entry + 1),
				.has_tickets = dossier->has_tickets,
				.has_shares = dossier->has_shares && !moved_creates(dossier),
				.has_reads = dossier->has_reads && !dossier->n_reads};
	entry->share = (struct share *)(entry->ticket + dossier->n_ticket);
	press = (struct press){(char *)(entry->share + dossier->n_share), 0};
	press_dossier(&press, entry, dossier);
	entry->n_share = entry->has_shares ? entry->n_share : 0;
	qsort(entry->share, entry->n_share, sizeof *entry->share, by_since_and_name);
	return entry;
}

/* All that the job changed of it stands in the tables. */
static bool is_saved(const struct dossier *dossier)
{
	bool dirty = dossier->dirty || dossier->is_new;

	for (size_t i = 0; i < dossier->n_ticket; i++)
		dirty = dirty || dossier->ticket[i]->dirty || !dossier->ticket[i]->id;
	for (size_t i = 0; i < dossier->n_share; i++)
		dirty = dirty || dossier->share[i]->dirty;
	for (size_t i = 0; i < dossier->n_delivery; i++)
		dirty = dirty || dossier->delivery[i]->dirty;
	return !dirty;
}

static void make_room(struct shelf *shelf, size_t size)
{
	while (shelf->size + size > SHELF_BYTES) {
		entry_retire(shelf, shelf->hand);
		shelf->hand = (shelf->hand + 1) % SHELF_PLACES;
	}
}

static void keep_one(struct shelf *shelf, const struct dossier *dossier)
{
	const size_t place = place_of(dossier->incident.number);
	struct entry *entry = NULL;

	if (is_saved(dossier) && dossier->incident.merged_into == 0 && dossier->n_ticket <= SHELF_TICKETS_MAX)
		entry = entry_make(dossier);
	if (entry || entry_of(shelf, dossier->incident.number))
		entry_retire(shelf, place);
	if (!entry)
		return;
	make_room(shelf, entry->size);
	shelf->at[place] = entry;
	shelf->size += entry->size;
	for (size_t i = 0; i < entry->n_ticket; i++)
		shelf->ticket_of[ticket_place(entry->ticket[i].supplier, entry->ticket[i].external_id)] =
		    entry->incident.number;
}

void shelf_keep(struct shelf *shelf, const struct dossier *list)
{
	for (; list; list = list->next)
		keep_one(shelf, list);
	free_retired(shelf);
}
