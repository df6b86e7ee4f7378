/* SPDX-License-Identifier: Apache-2.0 */
#include "store/dossier.h"

#include "sdk/webhook.h"
#include "store/deliveries.h"
#include "store/rows.h"
#include "store/rows_ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct db *db_of(const struct dossier *dossier)
{
	return dossier->of;
}

/* ---- tickets, comments ---------------------------------------------------------------------- */

static void bring_tickets_of(struct dossier *dossier, struct db_stmt *stmt)
{
	struct ticket ticket;

	db_bind_int(stmt, 1, dossier->incident.number);
	db_bind_int(stmt, 2, DOSSIER_TICKETS_MAX);
	while (ticket_read(db_of(dossier), stmt, dossier->arena, &ticket))
		(void)dossier_ticket_add(dossier, &ticket);
	db_done(stmt);
}

/* One supplier may have more of them than all others together. So where they are too many, those that speak for each
 * supplier are brought as well: the first, and the one behind it. */
static void bring_tickets(struct dossier *dossier)
{
	bring_tickets_of(dossier, db_use(db_of(dossier), TICKET_COLUMNS "WHERE incident = $1 ORDER BY removed, "
									"changed_ms DESC, id DESC LIMIT $2"));
	if (dossier->n_ticket >= DOSSIER_TICKETS_MAX)
		bring_tickets_of(dossier,
				 db_use(db_of(dossier), TICKET_COLUMNS
					"WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION "
					"BY supplier ORDER BY removed, changed_ms DESC, id DESC) AS place FROM "
					"ticket WHERE incident = $1) AS speakers WHERE place <= 2) LIMIT 2 * $2"));
}

static struct ticket *bring_ticket(struct dossier *dossier, struct ent_str supplier, struct ent_str external_id)
{
	struct ticket ticket;

	if (!ticket_load(db_of(dossier), dossier->arena, supplier, external_id, &ticket) ||
	    ticket.incident != dossier->incident.number)
		return NULL;
	return dossier_ticket_add(dossier, &ticket);
}

static bool bring_comment(struct dossier *dossier, struct ent_str supplier, struct ent_str ticket,
			  struct ent_str external_id, struct comment *ret)
{
	return comment_load(db_of(dossier), dossier->arena, supplier, ticket, external_id, ret);
}

/* ---- shares ------------------------------------------------------------------------------------ */

static void bring_shares(struct dossier *dossier)
{
	struct db_stmt *stmt = db_use(
	    db_of(dossier),
	    "SELECT supplier, since_ms, sees_ms, reads_ms, withdrawn_ms, anew, parted, (SELECT count(*) FROM delivery "
	    "WHERE delivery.incident = share.incident AND delivery.supplier = share.supplier AND "
	    "delivery.op = 'create_ticket' AND delivery.state NOT IN ('done', 'cancelled')) FROM share "
	    "WHERE incident = $1 ORDER BY since_ms, supplier");
	db_bind_int(stmt, 1, dossier->incident.number);
	while (db_row(stmt))
		(void)dossier_share_add(dossier, (struct share){.supplier = sdk_dup(dossier->arena, db_str(stmt, 0)),
								.since_ms = db_int(stmt, 1),
								.sees_ms = db_int(stmt, 2),
								.reads_ms = db_int(stmt, 3),
								.withdrawn_ms = db_int(stmt, 4),
								.anew = db_int(stmt, 5) != 0,
								.parted = db_int(stmt, 6) != 0,
								.n_create = db_int(stmt, 7)});
}

static void bring_reads(struct dossier *dossier)
{
	struct db_stmt *stmt = db_use(db_of(dossier), "SELECT supplier, origin, since_ms FROM reads WHERE incident = "
						      "$1 ORDER BY supplier, origin");
	size_t n = 0, cap = 0;
	struct reads *list = NULL;

	db_bind_int(stmt, 1, dossier->incident.number);
	while (db_row(stmt)) {
		if (n == cap) {
			struct reads *grown = SDK_NEW_N(dossier->arena, struct reads, cap = cap ? cap * 2 : 8);
			if (n)
				memcpy(grown, list, n * sizeof *grown);
			list = grown;
		}
		list[n++] = (struct reads){sdk_dup(dossier->arena, db_str(stmt, 0)), db_int(stmt, 1), db_int(stmt, 2)};
	}
	dossier->reads = list;
	dossier->n_reads = n;
}

static void share_save(struct db *db, struct share *share)
{
	struct db_stmt *stmt;

	if (!share->dirty)
		return;
	stmt = db_use(
	    db, "INSERT INTO share (incident, supplier, since_ms, reads_ms, withdrawn_ms, anew, sees_ms, parted) "
		"VALUES ($1, $2, "
		"$3, $4, $5, $6, $7, $8) ON CONFLICT (incident, supplier) DO UPDATE SET since_ms = excluded.since_ms, "
		"reads_ms = excluded.reads_ms, withdrawn_ms = excluded.withdrawn_ms, anew = excluded.anew, sees_ms = "
		"excluded.sees_ms, parted = excluded.parted");
	db_bind_int(stmt, 1, share->incident);
	db_bind_str(stmt, 2, share->supplier);
	db_bind_int(stmt, 3, share->since_ms);
	db_bind_int(stmt, 4, share->reads_ms);
	db_bind_int(stmt, 5, share->withdrawn_ms);
	db_bind_int(stmt, 6, share->anew);
	db_bind_int(stmt, 7, share->sees_ms);
	db_bind_int(stmt, 8, share->parted);
	(void)db_row(stmt);
	if (share->reads_anew) {
		stmt = db_use(db, "DELETE FROM reads WHERE incident = $1 AND supplier = $2");
		db_bind_int(stmt, 1, share->incident);
		db_bind_str(stmt, 2, share->supplier);
		(void)db_row(stmt);
	}
	if (share->owes_none) {
		stmt = db_use(db, "UPDATE delivery SET owed = 0 WHERE incident = $1 AND supplier = $2 AND owed = 1");
		db_bind_int(stmt, 1, share->incident);
		db_bind_str(stmt, 2, share->supplier);
		(void)db_row(stmt);
	}
	share->is_new = share->dirty = share->reads_anew = share->owes_none = false;
}

/* ---- deliveries ---------------------------------------------------------------------------------- */

#define OF_QUEUE      "delivery.incident = $1 AND delivery.supplier = $2"
#define OPEN_OF_QUEUE DELIVERY_FIELDS "WHERE " OF_QUEUE " AND delivery.state NOT IN ('done', 'cancelled') AND "

static size_t adopt_rows(struct dossier *dossier, struct db_stmt *stmt, int64_t *ret_last)
{
	struct delivery delivery;
	size_t n = 0;

	for (; db_row(stmt); n++) {
		delivery_read(stmt, dossier->arena, &delivery);
		memcpy(delivery.incident_uuid, dossier->incident.uuid, ID_SIZE);
		(void)dossier_adopt(dossier, &delivery);
		*ret_last = delivery.id;
	}
	return n;
}

static void bring_page(struct dossier *dossier, struct dossier_queue *queue)
{
	size_t max = queue->n > DOSSIER_PAGE ? queue->n : DOSSIER_PAGE;
	bool is_first = queue->cursor == 0;
	int64_t head;
	struct db_stmt *stmt = db_use(db_of(dossier), OPEN_OF_QUEUE "delivery.id > $3 ORDER BY delivery.id LIMIT $4");

	db_bind_int(stmt, 1, dossier->incident.number);
	db_bind_str(stmt, 2, queue->supplier);
	db_bind_int(stmt, 3, queue->cursor);
	db_bind_int(stmt, 4, (int64_t)max);
	queue->is_whole = adopt_rows(dossier, stmt, &queue->cursor) < max;
	if (queue->is_whole || !is_first)
		return;
	/* Each that is in flight: a merge brings two together. */
	stmt = db_use(db_of(dossier), OPEN_OF_QUEUE "(delivery.head = 1 OR delivery.state = 'in_flight')");
	db_bind_int(stmt, 1, dossier->incident.number);
	db_bind_str(stmt, 2, queue->supplier);
	(void)adopt_rows(dossier, stmt, &head);
}

bool dossier_delivery_load(struct db *db, struct ent_arena *arena, int64_t id, struct delivery *ret)
{
	struct db_stmt *stmt = db_use(db, DELIVERY_FIELDS "WHERE delivery.id = $1");

	db_bind_int(stmt, 1, id);
	bool found = db_row(stmt);
	if (found)
		delivery_read(stmt, arena, ret);
	db_done(stmt);
	return found;
}

static void bring_of_comment(struct dossier *dossier, const char *uuid)
{
	enum { ROWS_MAX = 256 };
	struct db_stmt *stmt = db_use(db_of(dossier), DELIVERY_FIELDS "WHERE delivery.comment = $1 AND "
								      "delivery.comment <> '' ORDER BY delivery.id "
								      "LIMIT $2");
	int64_t last;

	db_bind_str(stmt, 1, sdk_str(uuid));
	db_bind_int(stmt, 2, ROWS_MAX);
	(void)adopt_rows(dossier, stmt, &last);
}

/* ---- the loop breaker's questions --------------------------------------------------------------------- */

static size_t bring_lately(struct dossier *dossier, struct ent_str supplier, enum ent_op_kind op, size_t max,
			   struct lately *ret)
{
	size_t n = 0;
	struct db_stmt *stmt =
	    db_use(db_of(dossier), "SELECT origin, made_ms, said_ms FROM delivery WHERE incident = $1 AND "
				   "supplier = $2 AND op = $3 AND cause <> 'earlier' ORDER BY id DESC LIMIT $4");
	db_bind_int(stmt, 1, dossier->incident.number);
	db_bind_str(stmt, 2, supplier);
	db_bind_str(stmt, 3, sdk_str(delivery_op_name(op)));
	db_bind_int(stmt, 4, (int64_t)max);
	while (n < max && db_row(stmt))
		ret[n++] = (struct lately){sdk_dup(dossier->arena, db_str(stmt, 0)), db_int(stmt, 1), db_int(stmt, 2)};
	db_done(stmt);
	return n;
}

struct thread_word {
	int64_t id; /* grows with each arrival */
	struct loop_word word;
};

static int by_arrival(const void *a, const void *b)
{
	int64_t one = ((const struct thread_word *)a)->id, two = ((const struct thread_word *)b)->id;

	return one < two ? -1 : one > two;
}

static size_t bring_thread(struct dossier *dossier, struct ent_str origin, const struct person *author,
			   struct loop_word ret[LOOP_THREAD_MAX])
{
	struct ent_arena *arena = dossier->arena;
	struct thread_word *list = SDK_NEW_N(arena, struct thread_word, LOOP_THREAD_MAX);
	size_t n = 0;
	struct db_stmt *stmt = db_use(
	    db_of(dossier),
	    "SELECT c.id, c.supplier, c.author, CASE WHEN c.supplier = $2 AND c.author = $3 THEN c.body ELSE '' END, "
	    "c.created_ms, c.supplier <> $2 AND EXISTS (SELECT 1 FROM delivery AS d WHERE d.comment = c.uuid AND "
	    "d.comment <> '' AND d.supplier = $2 AND d.attempt > 0 AND "
	    "d.state <> 'cancelled') "
	    "FROM comment AS c WHERE c.incident = $1 AND c.removed = 0 ORDER BY c.created_ms DESC, c.id DESC LIMIT $4");
	db_bind_int(stmt, 1, dossier->incident.number);
	db_bind_str(stmt, 2, origin);
	db_bind_str(stmt, 3, sdk_or_empty(author->ref));
	db_bind_int(stmt, 4, LOOP_THREAD_MAX);
	while (n < LOOP_THREAD_MAX && db_row(stmt)) {
		list[n++] = (struct thread_word){
		    .id = db_int(stmt, 0),
		    .word = {.supplier = sdk_dup(arena, db_str(stmt, 1)),
			     .author = sdk_dup(arena, db_str(stmt, 2)),
			     .body = sdk_dup(arena, db_str(stmt, 3)),
			     .said_ms = db_int(stmt, 4),
			     .reached = db_int(stmt, 5) != 0},
		};
	}
	db_done(stmt);
	qsort(list, n, sizeof *list, by_arrival);
	for (size_t i = 0; i < n; i++)
		ret[i] = list[i].word;
	return n;
}

static bool bring_last(struct dossier *dossier, struct ent_str supplier, enum ent_op_kind op, uint32_t set,
		       struct delivery *ret)
{
	struct db_stmt *stmt = db_use(db_of(dossier), DELIVERY_FIELDS
				      "WHERE delivery.incident = $1 AND delivery.supplier = $2 AND delivery.op = "
				      "$3 AND (delivery.attributes & $4) = $4 AND delivery.cause <> 'superseded' "
				      "ORDER BY delivery.id DESC LIMIT 1");
	db_bind_int(stmt, 1, dossier->incident.number);
	db_bind_str(stmt, 2, supplier);
	db_bind_str(stmt, 3, sdk_str(delivery_op_name(op)));
	db_bind_int(stmt, 4, set);
	bool found = db_row(stmt);
	if (found)
		delivery_read(stmt, dossier->arena, ret);
	db_done(stmt);
	return found;
}

/* When a ticket of the supplier told that attribute last, as we heard it; 0: none did, or long before. */
static int64_t told_at(struct dossier *dossier, struct ent_str supplier, enum ent_attr attr)
{
	enum { LOOKED_AT = 500 }; /* newest events of the incident */
	struct db_stmt *stmt = db_use(
	    db_of(dossier), "SELECT recorded_ms FROM event WHERE incident = $1 AND supplier = $2 AND kind IN "
			    "('ticket.linked', 'ticket.changed', 'ticket.continued') AND json LIKE $3 AND sequence > "
			    "$4 ORDER BY sequence DESC LIMIT 1");

	db_bind_int(stmt, 1, dossier->incident.number);
	db_bind_str(stmt, 2, supplier);
	db_bind_str(stmt, 3, sdk_format(dossier->arena, "%%\"%s\"%%", sdk_attr_name(attr)));
	db_bind_int(stmt, 4, dossier->incident.sequence - LOOKED_AT);
	int64_t told_ms = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return told_ms;
}

static void bring_brought(struct dossier *dossier, const struct ticket *ticket, struct values *ret)
{
	struct db_stmt *stmt =
	    db_use(db_of(dossier), "SELECT attributes, planned, state_ms FROM delivery WHERE "
				   "incident = $1 AND supplier = $2 AND sent_to = $3 AND op = 'update_ticket' AND "
				   "state = 'done' AND bound = 0 ORDER BY state_ms, id");
	int64_t done_ms[ENT_N_ATTR] = {0};
	struct values set = {{0}};

	db_bind_int(stmt, 1, dossier->incident.number);
	db_bind_str(stmt, 2, ticket->supplier);
	db_bind_str(stmt, 3, ticket->external_id);
	while (db_row(stmt)) {
		const struct values values = attr_values_parse(db_str(stmt, 1));
		for (unsigned i = 0; i < ENT_N_ATTR; i++)
			if (attr_in(ATTR_CARRIED & (uint32_t)db_int(stmt, 0), i)) {
				set.at[i] = values.at[i];
				done_ms[i] = db_int(stmt, 2);
			}
	}
	db_done(stmt);
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (set.at[i] && set.at[i] != ret->at[i] &&
		    told_at(dossier, ticket->supplier, (enum ent_attr)i) <= done_ms[i])
			ret->at[i] = set.at[i];
}

static bool bring_stands(struct dossier *dossier, const char *uuid, struct ent_str supplier)
{
	struct db_stmt *stmt =
	    db_use(db_of(dossier), "SELECT 1 FROM copy WHERE comment = $1 AND supplier = $2 AND gone = 0 LIMIT 1");

	db_bind_str(stmt, 1, sdk_str(uuid));
	db_bind_str(stmt, 2, supplier);
	return db_found(stmt);
}

static bool bring_is_our_ticket(struct dossier *dossier, struct ent_str supplier)
{
	struct db_stmt *stmt =
	    db_use(db_of(dossier), "SELECT 1 FROM delivery WHERE incident = $1 AND supplier = $2 AND "
				   "op = 'create_ticket' AND state = 'done' LIMIT 1");

	db_bind_int(stmt, 1, dossier->incident.number);
	db_bind_str(stmt, 2, supplier);
	return db_found(stmt);
}

/* ---- all ------------------------------------------------------------------------------------------------ */

static const struct dossier_source tables = {
    .tickets = bring_tickets,
    .ticket = bring_ticket,
    .shares = bring_shares,
    .reads = bring_reads,
    .page = bring_page,
    .of_comment = bring_of_comment,
    .lately = bring_lately,
    .thread = bring_thread,
    .last = bring_last,
    .brought = bring_brought,
    .stands = bring_stands,
    .is_our_ticket = bring_is_our_ticket,
    .comment = bring_comment,
};

bool dossier_load(struct dossier *ret, struct db *db, struct ent_arena *arena, const struct supplier_set *suppliers,
		  int64_t number)
{
	dossier_init(ret, arena, suppliers, &tables, db);
	ret->is_new = !incident_load(db, arena, number, &ret->incident);
	ret->incident.number = number;
	return !ret->is_new;
}

bool dossier_recall(struct dossier *ret, struct db *db, struct ent_arena *arena, const struct supplier_set *suppliers,
		    int64_t number, const struct shelf *shelf)
{
	dossier_init(ret, arena, suppliers, &tables, db);
	ret->incident.number = number;
	return shelf_fill(shelf, ret);
}

void dossier_new(struct dossier *ret, struct db *db, struct ent_arena *arena, const struct supplier_set *suppliers,
		 int64_t number)
{
	dossier_init(ret, arena, suppliers, &tables, db);
	ret->is_new = ret->has_tickets = ret->has_shares = ret->has_reads = true; /* there are none */
	ret->incident.number = number;
}

void dossier_save(struct dossier *dossier)
{
	struct db *db = db_of(dossier);

	for (size_t i = 0; i < dossier->n_ticket; i++)
		if (dossier->ticket[i]->dirty) {
			ticket_save(db, dossier->ticket[i]);
			dossier->ticket[i]->dirty = dossier->ticket[i]->placed = false;
		}
	for (size_t i = 0; i < dossier->n_comment; i++)
		if (dossier->comment[i]->dirty) {
			comment_save(db, dossier->comment[i]);
			dossier->comment[i]->dirty = false;
		}
	for (size_t i = 0; i < dossier->n_share; i++)
		share_save(db, dossier->share[i]);
	if (dossier->dirty)
		incident_save(db, dossier->arena, &dossier->incident, dossier->is_new);
	dossier->is_new = dossier->is_new && !dossier->dirty;
	dossier->dirty = false;
	for (size_t i = 0; i < dossier->n_delivery; i++)
		if (dossier->delivery[i]->dirty)
			delivery_save(db, dossier->delivery[i]);
}
