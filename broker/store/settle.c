/* SPDX-License-Identifier: Apache-2.0 */
#include "store/settle.h"

#include "core/organisation.h"
#include "core/queue_plan.h"
#include "core/reader.h"
#include "store/changes.h"
#include "store/copies.h"
#include "store/deliveries.h"
#include "store/dossier.h"
#include "store/rows.h"

#include "sdk/webhook.h"

#include <stdio.h>
#include <string.h>

enum { THREAD_MAX = 100, REPAIR_MAX = 10000 };

/* ---- an attempt ------------------------------------------------------------------------ */

bool settle_begin(struct apply *apply, int64_t id, const unsigned char hash[32])
{
	struct dossier *dossier;
	struct delivery *delivery = apply_delivery(apply, id, &dossier);
	struct events events = {.arena = apply->arena};
	struct queue queue = apply_queue(apply, dossier, &events);

	if (!delivery || !queue_begin(&queue, delivery, hash))
		return false;
	apply_save(apply);
	return true;
}

/* Its ticket came to be after the share was taken back: the supplier is told, as it would have been then. */
static void tell_withdrawn(struct apply *apply, struct dossier *dossier, struct ent_str supplier)
{
	struct events events = {.arena = apply->arena};
	struct queue queue = apply_queue(apply, dossier, &events);
	struct event event = {.kind = EVENT_INCIDENT_UNSHARED,
			      .incident = dossier->incident.number,
			      .supplier = supplier,
			      .time_ms = apply->now_ms,
			      .recorded_ms = apply->now_ms};

	if (dossier_shares(dossier, supplier))
		return;
	queue_plan(&queue, &dossier->incident, &event);
	apply_events(apply, &events);
}

static uint32_t told_bits(const struct arrival *told)
{
	uint32_t bits = 0;

	for (size_t i = 0; told && i < told->changes.n; i++)
		if (told->changes.at[i].kind == ENT_TICKET_CHANGED)
			bits |= told->changes.at[i].ticket.has;
	return bits;
}

bool settle_result(struct apply *apply, const struct delivery_result *result, const struct arrival *told)
{
	struct dossier *dossier;
	struct delivery *delivery = apply_delivery(apply, result->id, &dossier);
	struct events events = {.arena = apply->arena};

	if (!delivery || delivery->state != DELIVERY_IN_FLIGHT || delivery->attempt != result->attempt)
		return false;
	bool is_told = told && told->changes.n, is_done = result->outcome == OUTCOME_DONE;
	bool creates = delivery->op == ENT_CREATE_TICKET, updates = delivery->op == ENT_UPDATE_TICKET;
	bool tells_ticket = creates || updates || queue_is_gone(delivery, result);
	/* The ticket first, so that what is done can name it, and is compared with what stands there now; it may turn
	 * out to be in another incident. */
	if (is_told && tells_ticket) {
		changes_told(apply, told, creates ? UINT32_MAX : delivery->set);
		delivery = apply_delivery(apply, result->id, &dossier);
		if (!delivery)
			return false;
		if (delivery->state != DELIVERY_IN_FLIGHT) { /* the answer told what the delivery had to bring */
			apply_save(apply);
			return true;
		}
	}
	struct queue queue = apply_queue(apply, dossier, &events);
	queue_settle(&queue, delivery, result);
	apply_events(apply, &events);
	apply_save(apply);
	if (is_told && !tells_ticket) {
		changes_told(apply, told, delivery->set);
		delivery = apply_delivery(apply, result->id, &dossier);
		if (!delivery)
			return false;
	}
	if (is_done && updates)
		delivery_bind_updates(apply->db, dossier->incident.number, delivery->supplier, told_bits(told));
	if (is_done && creates)
		tell_withdrawn(apply, dossier, delivery->supplier);
	apply_save(apply);
	return true;
}

/* ---- a person --------------------------------------------------------------------------- */

bool settle_act(struct apply *apply, int64_t id, enum delivery_action action, struct ent_str text,
		const struct person *author, struct delivery *ret)
{
	struct dossier *dossier;
	struct delivery *delivery = apply_delivery(apply, id, &dossier);
	struct events events = {.arena = apply->arena};
	struct queue queue = apply_queue(apply, dossier, &events);

	*ret = delivery ? *delivery : (struct delivery){.id = 0};
	if (!delivery || !queue_act(&queue, delivery, action, text, author))
		return false;
	apply_events(apply, &events);
	apply_save(apply);
	memcpy(apply->incident_uuid, dossier->incident.uuid, ID_SIZE);
	return true;
}

/* A search among a job's dossiers walks all of them: those of thousands of incidents are not kept to its end. */
static void save_some(struct apply *apply, int64_t i)
{
	enum { DOSSIERS_KEPT = 200 };

	if (i % DOSSIERS_KEPT != DOSSIERS_KEPT - 1)
		return;
	apply_save(apply);
	apply->dossier = NULL;
	if (apply->shelf) /* it is not told of them at the job's end */
		shelf_clear(apply->shelf);
}

/* The living incidents in which something of this supplier's is stale. */
static size_t stale_incidents(struct apply *apply, const struct supplier *supplier, int64_t *ret, size_t max)
{
	struct db_stmt *stmt =
	    db_use(apply->db, "SELECT DISTINCT c.incident FROM copy AS k JOIN comment AS c ON c.uuid = k.comment WHERE "
			      "k.supplier = $1 AND k.comment <> '' AND k.gone = 0 AND " COPY_IS_STALE(
				  "$1", "$3") " ORDER BY c.incident LIMIT $2");
	size_t n = 0;

	db_bind_str(stmt, 1, supplier->name);
	db_bind_int(stmt, 2, (int64_t)max);
	db_bind_str(stmt, 3, organisation_of(supplier));
	while (n < max && db_row(stmt))
		ret[n++] = db_int(stmt, 0);
	db_done(stmt);
	return n;
}

/* Its removal is planned as it was when the comment was removed, or was for fewer. */
static void take_out(struct apply *apply, struct dossier *dossier, const struct copy_stale *stale)
{
	struct events events = {.arena = apply->arena};
	struct queue queue = apply_queue(apply, dossier, &events);
	struct event event = {.kind = stale->removed ? EVENT_COMMENT_REMOVED : EVENT_COMMENT_EDITED,
			      .incident = dossier->incident.number,
			      .time_ms = apply->now_ms,
			      .recorded_ms = apply->now_ms};

	if (!comment_by_uuid(apply->db, apply->arena, stale->comment, &event.comment))
		return;
	event.supplier = event.comment.supplier;
	event.said_ms = event.comment.created_ms;
	queue_plan(&queue, &dossier->incident, &event);
	apply_events(apply, &events);
}

/* Comments that stand in tools and should not, and whose removal nobody remembers. */
static int64_t take_out_stale(struct apply *apply, struct ent_str supplier)
{
	struct copy_stale *stale = SDK_NEW_N(apply->arena, struct copy_stale, THREAD_MAX);
	int64_t *incident = SDK_NEW_N(apply->arena, int64_t, REPAIR_MAX), before = apply->ledger->delivery;

	for (size_t i = 0; apply->suppliers && i < apply->suppliers->n; i++) {
		const struct supplier *one = &apply->suppliers->at[i];
		size_t n_incident =
		    !supplier.n || sdk_eq(one->name, supplier) ? stale_incidents(apply, one, incident, REPAIR_MAX) : 0;
		for (size_t k = 0; k < n_incident; k++) {
			size_t n = copy_stale(apply->db, apply->arena, incident[k], one->name, organisation_of(one),
					      stale, THREAD_MAX);
			struct dossier *dossier = n ? apply_dossier(apply, incident[k]) : NULL;
			for (size_t m = 0; dossier && m < n; m++)
				take_out(apply, dossier, &stale[m]);
			save_some(apply, (int64_t)k);
		}
		apply_save(apply);
	}
	return apply->ledger->delivery - before;
}

int64_t settle_repair(struct apply *apply, struct ent_str supplier, enum delivery_cause cause)
{
	struct db_stmt *stmt =
	    db_use(apply->db, "SELECT id FROM delivery WHERE state = 'parked' AND state NOT IN ('done', 'cancelled') "
			      "AND cause = $1 AND ($2 = '' OR supplier = $2) ORDER BY id LIMIT $3");
	int64_t *id = SDK_NEW_N(apply->arena, int64_t, REPAIR_MAX), n = 0;
	struct events events = {.arena = apply->arena};
	struct dossier *dossier;

	db_bind_str(stmt, 1, sdk_str(delivery_cause_word(cause)));
	db_bind_str(stmt, 2, sdk_or_empty(supplier));
	db_bind_int(stmt, 3, REPAIR_MAX);
	while (n < REPAIR_MAX && db_row(stmt))
		id[n++] = db_int(stmt, 0);
	db_done(stmt);
	for (int64_t i = 0; i < n; i++) {
		struct delivery *delivery = apply_delivery(apply, id[i], &dossier);
		if (!delivery || delivery->state != DELIVERY_PARKED)
			continue;
		struct queue queue = apply_queue(apply, dossier, &events);
		queue_revive(&queue, delivery, ENT_ABSENT);
		apply_events(apply, &events);
		save_some(apply, i);
	}
	apply_save(apply);
	return cause == CAUSE_AUDIENCE ? n + take_out_stale(apply, supplier) : n;
}

int64_t settle_strand(struct apply *apply, const struct supplier_set *suppliers)
{
	enum { GONE_MAX = 16 };
	const struct queue_verdict verdict = {
	    .state = DELIVERY_PARKED,
	    .cause = CAUSE_LEFT,
	    .reason = SDK_SENTENCE("delivery.supplier_left", "its supplier is not in the configuration any more")};
	struct stranded *gone = SDK_NEW_N(apply->arena, struct stranded, GONE_MAX);
	int64_t *id = SDK_NEW_N(apply->arena, int64_t, REPAIR_MAX), n = 0;
	size_t n_gone = delivery_stranded(apply->db, apply->arena, suppliers, gone, GONE_MAX);
	struct events events = {.arena = apply->arena};
	struct dossier *dossier;

	for (size_t i = 0; i < n_gone; i++) {
		struct db_stmt *stmt =
		    db_use(apply->db, "SELECT id FROM delivery WHERE state = 'pending' AND state NOT IN "
				      "('done', 'cancelled') AND supplier = $1 ORDER BY id LIMIT $2");
		db_bind_str(stmt, 1, gone[i].supplier);
		db_bind_int(stmt, 2, REPAIR_MAX - n);
		while (n < REPAIR_MAX && db_row(stmt))
			id[n++] = db_int(stmt, 0);
		db_done(stmt);
	}
	for (int64_t i = 0; i < n; i++) {
		struct delivery *delivery = apply_delivery(apply, id[i], &dossier);
		if (!delivery)
			continue;
		struct queue queue = apply_queue(apply, dossier, &events);
		queue_end(&queue, delivery, &verdict);
		apply_events(apply, &events);
		save_some(apply, i);
	}
	apply_save(apply);
	return n;
}

/* ---- the thread for who joins ------------------------------------------------------------------- */

#define COPY_OF_IT "SELECT 1 FROM copy WHERE copy.comment = c.uuid AND copy.supplier = $2 AND copy.gone = 0"

void settle_thread(struct apply *apply, int64_t incident, const struct supplier *supplier)
{
	struct events events = {.arena = apply->arena};
	struct dossier *dossier = apply_dossier(apply, incident);
	struct queue queue = apply_queue(apply, dossier, &events);
	struct planned *newest = SDK_NEW_N(apply->arena, struct planned, THREAD_MAX);
	struct planned *oldest = SDK_NEW_N(apply->arena, struct planned, THREAD_MAX);
	struct db_stmt *stmt = db_use(
	    apply->db,
	    "SELECT c.uuid, c.organisations, c.everyone, c.requester, EXISTS (" COPY_OF_IT "), edit.text FROM comment "
	    "AS c LEFT JOIN delivery AS edit ON edit.id = (SELECT max(d.id) FROM delivery AS d WHERE d.comment = "
	    "c.uuid AND d.comment <> '' AND d.supplier = $2 AND d.op <> 'add_comment' AND d.op = 'edit_comment') WHERE "
	    "c.incident = $1 AND c.removed = 0 AND c.held_by = '' AND c.supplier <> $2 AND (NOT EXISTS (" COPY_OF_IT
	    ") OR (edit.state "
	    "<> 'done' AND edit.cause IN ('unshared', 'earlier'))) ORDER BY c.created_ms DESC, c.id DESC");
	size_t n = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier->name);
	while (n < THREAD_MAX && db_row(stmt)) {
		struct planned *planned = &newest[n];
		*planned = (struct planned){.supplier = supplier, .op = ENT_ADD_COMMENT};
		if (db_int(stmt, 4)) { /* an edit of it was withheld */
			planned->op = ENT_EDIT_COMMENT;
			planned->text = db_str(stmt, 5).n ? sdk_dup(apply->arena, db_str(stmt, 5)) : ENT_ABSENT;
		}
		planned->audience = (struct audience){sdk_dup(apply->arena, db_str(stmt, 1)), db_int(stmt, 2) == 1,
						      db_int(stmt, 3) == 1};
		const struct spoken spoken = {.audience = &planned->audience};
		if (reader_right_of(organisation_of(supplier), &spoken, true) == RIGHT_NONE)
			continue;
		snprintf(planned->comment, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
		n++;
	}
	db_done(stmt);
	for (size_t i = 0; i < n; i++)
		oldest[i] = newest[n - 1 - i];
	queue_thread(&queue, oldest, n);
	apply_events(apply, &events);
	apply_save(apply);
}
