/* SPDX-License-Identifier: Apache-2.0 */
#include "book.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdk/crypto.h"

const enum ent_attr book_attr[BOOK_ATTRS] = {ENT_TITLE, ENT_STATUS, ENT_PRIORITY, ENT_ASSIGNEE, ENT_CATEGORY};

static void supplier_write(struct book *book, int i)
{
	struct book_supplier *supplier = &book->supplier[i];
	unsigned char key[24];
	struct ent_str text;

	snprintf(supplier->name, sizeof supplier->name, "s%d", i);
	for (size_t k = 0; k < sizeof key; k++)
		key[k] = (unsigned char)rng_u64(&book->rng);
	supplier->key = sdk_dup(&book->arena.abi, (struct ent_str){(const char *)key, sizeof key});
	text = sdk_base64(&book->arena.abi, key, sizeof key);
	snprintf(supplier->secret, sizeof supplier->secret, "whsec_%.*s", (int)text.n, text.p);
	supplier->stamps = (enum stamp_mode)rng_below(&book->rng, STAMP_N);
	supplier->is_whole = rng_below(&book->rng, 2);
	supplier->skew_ms = rng_range(&book->rng, -300000, 300000);
}

static void ticket_write(struct book *book, const struct plan *plan, int i)
{
	struct book_ticket *ticket = &book->ticket[i];

	ticket->supplier = (int)rng_below(&book->rng, (uint64_t)plan->n_supplier);
	ticket->group = i < plan->n_group ? i : (int)rng_below(&book->rng, (uint64_t)plan->n_group);
	ticket->time_ms = SIM_EPOCH_MS;
	snprintf(ticket->id, sizeof ticket->id, "T%d", i);
	for (int k = 0; k < BOOK_ATTRS; k++)
		ticket->now[k] = ENT_STR("");
}

/* ---- statements ------------------------------------------------------------ */

static struct ent_str value_draw(struct book *book, enum ent_attr attr, const struct book_ticket *ticket)
{
	static const char *const status[] = {"new",  "acknowledged", "in_progress", "pending",
					     "held", "resolved",     "closed"};

	if (attr == ENT_STATUS)
		return sdk_str(status[rng_below(&book->rng, sizeof status / sizeof *status)]);
	if (attr == ENT_PRIORITY)
		return sdk_int(&book->arena.abi, rng_range(&book->rng, 1, 5));
	return sdk_format(&book->arena.abi, "%s a%d v%d", ticket->id, (int)attr, (int)ticket->version);
}

static struct ent_stamp stamp_of(const struct book_supplier *supplier, const struct book_ticket *ticket)
{
	struct ent_stamp stamp = {0, ticket->time_ms + supplier->skew_ms};

	switch (supplier->stamps) {
	case STAMP_VERSION:
		stamp.version = ticket->version;
		break;
	case STAMP_COARSE:
		stamp.time_ms = stamp.time_ms / 1000 * 1000;
		break;
	case STAMP_TIME:
	case STAMP_N:
		break;
	}
	return stamp;
}

/* A ticket of the group at another supplier; -1: there is none. */
static int other_of_group(struct book *book, int ticket)
{
	int candidates[BOOK_TICKETS], n = 0;

	for (int i = 0; i < book->n_ticket; i++)
		if (book->ticket[i].group == book->ticket[ticket].group &&
		    book->ticket[i].supplier != book->ticket[ticket].supplier)
			candidates[n++] = i;
	return n ? candidates[rng_below(&book->rng, (uint64_t)n)] : -1;
}

/* A pair is tied by the second naming the first; a larger group by its key. */
static void correlate_simply(struct book *book, struct statement *says)
{
	int group = book->ticket[says->ticket].group, n = 0;
	int other = other_of_group(book, says->ticket);

	for (int i = 0; i < book->n_ticket; i++)
		n += book->ticket[i].group == group;
	if (n != 2 || other < 0)
		says->says_key = true;
	else if (other < says->ticket)
		says->refers_to = other;
}

static void correlate_write(struct book *book, struct statement *says)
{
	uint64_t way = rng_below(&book->rng, 5);

	if (way >= 3)
		return; /* it comes later, or never */
	if (!book->is_tangled)
		correlate_simply(book, says);
	else if (way == 2)
		says->refers_to = other_of_group(book, says->ticket);
	else
		says->says_key = true;
}

static void attrs_write(struct book *book, struct statement *says, struct book_ticket *ticket, bool is_whole)
{
	bool is_first = ticket->version == 1;
	uint32_t changed =
	    is_first ? (1u << BOOK_ATTRS) - 1 : (uint32_t)rng_range(&book->rng, 1, (1 << BOOK_ATTRS) - 1);

	for (int k = 0; k < BOOK_ATTRS; k++)
		if (changed >> k & 1)
			ticket->now[k] = value_draw(book, book_attr[k], ticket);
	says->has = is_whole ? (1u << BOOK_ATTRS) - 1 : changed;
	memcpy(says->value, ticket->now, sizeof says->value);
}

static void comment_write(struct book *book, struct statement *says)
{
	int mine[BOOK_COMMENTS], n = 0;

	for (int i = 0; i < book->n_comment; i++)
		if (book->comment_ticket[i] == says->ticket && !book->comment_removed[i])
			mine[n++] = i;
	says->kind = SAYS_COMMENT;
	if (n > 0 && rng_below(&book->rng, 3) == 0) {
		says->comment = mine[rng_below(&book->rng, (uint64_t)n)];
		says->revision = ++book->comment_revision[says->comment];
		if (rng_below(&book->rng, 4) == 0) {
			says->kind = SAYS_COMMENT_REMOVED;
			book->comment_removed[says->comment] = true;
		}
	} else {
		assert(book->n_comment < BOOK_COMMENTS);
		says->comment = book->n_comment++;
		book->comment_ticket[says->comment] = says->ticket;
	}
}

static void statement_write(struct book *book, struct statement *says)
{
	struct book_ticket *ticket;

	says->ticket = (int)rng_below(&book->rng, (uint64_t)book->n_ticket);
	says->refers_to = says->comment = -1;
	ticket = &book->ticket[says->ticket];
	ticket->version++;
	ticket->time_ms += rng_range(&book->rng, 1, 2000);
	says->stamp = stamp_of(&book->supplier[ticket->supplier], ticket);
	if (rng_below(&book->rng, 5) < 2) {
		comment_write(book, says);
		return;
	}
	attrs_write(book, says, ticket, book->supplier[ticket->supplier].is_whole || ticket->version == 1);
	correlate_write(book, says);
}

static void delivery_write(struct book *book, const struct plan *plan, int i)
{
	struct message *delivery = &book->delivery[i];
	int old = i > 0 ? (int)rng_below(&book->rng, (uint64_t)i) : 0;
	bool is_stale = rng_ppm(&book->rng, plan->stale_ppm), is_poison = rng_ppm(&book->rng, plan->poison_ppm);

	if (i > 0 && is_stale && book->delivery[old].kind == DELIVERY_GOOD)
		delivery->says = book->delivery[old].says;
	else
		statement_write(book, &delivery->says);
	delivery->supplier = book->ticket[delivery->says.ticket].supplier;
	if (is_poison)
		delivery->kind = rng_below(&book->rng, 2) ? DELIVERY_POISON : DELIVERY_FORGED;
	snprintf(delivery->id, sizeof delivery->id, "d%d-%08x", i, (unsigned)rng_below(&book->rng, UINT32_MAX));
	wire_body(book, delivery, rng_below(&book->rng, 2));
}

void book_write(struct book *book, const struct plan *plan, uint64_t seed)
{
	rng_init(&book->rng, seed, "book", 0);
	book->n_supplier = plan->n_supplier;
	book->n_ticket = plan->n_ticket;
	book->is_tangled = plan_has(plan, FAULT_TANGLE);
	for (int i = 0; i < plan->n_supplier; i++)
		supplier_write(book, i);
	for (int i = 0; i < plan->n_ticket; i++)
		ticket_write(book, plan, i);
	assert(plan->n_delivery <= BOOK_DELIVERIES);
	book->n_delivery = plan->n_delivery;
	book->delivery = SDK_NEW_N(&book->arena.abi, struct message, (size_t)plan->n_delivery);
	for (int i = 0; i < plan->n_delivery; i++)
		delivery_write(book, plan, i);
}

void book_release(struct book *book)
{
	sdk_arena_release(&book->arena);
}

/* A secret the way the broker gets it: by reference to the environment, which keeps nothing afterwards. */
static void secret_give(struct supplier *supplier, const char *text)
{
	struct ent_err err;
	int failed = setenv("ENTENTE_SIM_SECRET", text, 1);

	assert(!failed);
	failed = secret_load(ENT_STR("env:ENTENTE_SIM_SECRET"), &supplier->secret[0], &err) != ENT_OK;
	assert(!failed);
	supplier->n_secret = 1;
	(void)unsetenv("ENTENTE_SIM_SECRET"); /* nobody else reads it */
}

/* Nothing but their defaults. */
static void *settings_give(struct supplier_set *set, const struct ent_connector *connector)
{
	char *settings = sdk_alloc(&set->arena.abi, connector->settings_size);

	memset(settings, 0, connector->settings_size);
	for (const struct ent_setting *one = connector->setting; one->name; one++)
		if (one->type == ENT_SETTING_STR && one->dflt)
			*(struct ent_str *)(void *)(settings + one->offset) = sdk_str(one->dflt);
	return settings;
}

void book_configure(const struct book *book, struct supplier_set *set, int from)
{
	for (int i = 0; i < book->n_supplier; i++) {
		struct supplier *supplier = &set->at[from + i];

		supplier->name = sdk_dup(&set->arena.abi, sdk_str(book->supplier[i].name));
		supplier->title = sdk_format(&set->arena.abi, "Client %d", i);
		supplier->connector = entente_connector(ENT_ABI);
		supplier->settings = settings_give(set, supplier->connector);
		supplier->public_everyone = true;
		supplier->joins = JOINS_ANYONE;
		secret_give(supplier, book->supplier[i].secret);
	}
}
