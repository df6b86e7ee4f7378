/* SPDX-License-Identifier: Apache-2.0 */
/* The rows that an event adds or moves besides what a dossier holds: keys, attachments, the ball's way, where our
 * comments stand; and all that is of an incident when it goes into another. */
#include "store/row_folds.h"

#include "core/merge.h"
#include "core/queue.h"
#include "sdk/webhook.h"
#include "store/acts.h"
#include "store/copies.h"
#include "store/deliveries.h"
#include "store/dossier.h"
#include "store/duties.h"
#include "store/hand_over.h"
#include "store/join.h"
#include "store/links.h"
#include "store/mentions.h"
#include "store/merge_moves.h"
#include "store/parting.h"
#include "store/read_place.h"
#include "store/rows.h"
#include "store/rows_ticket.h"
#include "store/timers.h"
#include "store/uploads.h"

#include <stdio.h>
#include <string.h>

static void fold_correlation(struct db *db, const struct event *event)
{
	if (event->kind == EVENT_TICKET_LINKED || event->kind == EVENT_TICKET_CHANGED)
		correlation_save(db, event);
}

/* Tickets that went on as the one that was left go on as its next one, also where nobody asked for it. */
static void fold_chain(struct db *db, const struct event *event)
{
	if (event->kind == EVENT_TICKET_CONTINUED)
		ticket_follow(db, event->supplier, event->ticket_id, event->continues_id);
}

static void fold_attachment(struct db *db, const struct event *event)
{
	if (event->kind == EVENT_ATTACHMENT_ADDED)
		attachment_save(db, event);
	else if (event->kind == EVENT_COMMENT_EDITED || event->kind == EVENT_COMMENT_REMOVED)
		attachments_narrow(db, event->incident, &event->comment);
}

static void fold_hand_over(struct db *db, const struct event *event)
{
	if (event->kind == EVENT_INCIDENT_HOLDER_CHANGED || event->kind == EVENT_INCIDENT_CORRECTED)
		hand_over_fold(db, event);
}

static void fold_copy(struct db *db, const struct event *event)
{
	char made[sizeof "delivery:" + ID_SIZE] = "delivery:";

	if (event->kind == EVENT_DELIVERY_DONE && event->op == ENT_REMOVE_COMMENT)
		copy_taken_out(db, event->supplier, event->comment.uuid);
	if (event->kind != EVENT_DELIVERY_DONE || event->op != ENT_ADD_COMMENT || !event->ticket_id.n)
		return;
	memcpy(made + sizeof "delivery:" - 1, event->delivery_key, ID_SIZE);
	copy_save(db, event->supplier, event->ticket_id, event->remote_id.n ? event->remote_id : sdk_str(made),
		  event->comment.uuid, false);
}

/* A comment that is held is published when its time has come. */
static void fold_undo(struct db *db, const struct event *event)
{
	const struct comment *comment = &event->comment;
	struct timer timer = {
	    .kind = TIMER_UNDO, .incident = event->incident, .due_ms = comment->held_ms, .made_ms = event->recorded_ms};

	memcpy(timer.subject, comment->uuid, ID_SIZE);
	if (event->kind == EVENT_COMMENT_ADDED && comment->held_by.n)
		timer_set(db, &timer);
	else if (event->kind == EVENT_COMMENT_PUBLISHED || (event->kind == EVENT_COMMENT_REMOVED && event->is_undone))
		timer_clear(db, TIMER_UNDO, sdk_str(comment->uuid));
}

static const struct {
	const char *name;
	void (*fold)(struct db *db, const struct event *event);
} row_folds[] = {
    {"correlation", fold_correlation},
    {"chain", fold_chain},
    {"attachment", fold_attachment},
    {"upload", uploads_fold},
    {"hand_over", fold_hand_over},
    {"copy", fold_copy},
    {"join", join_fold},
    {"act", acts_fold},
    {"duty", duties_fold},
    {"undo", fold_undo},
    {"mention", mentions_fold},
    {"read_place", read_place_fold},
    {"link", links_fold},
};

void row_folds_apply(struct db *db, const struct event *event)
{
	for (size_t i = 0; i < sizeof row_folds / sizeof *row_folds; i++)
		row_folds[i].fold(db, event);
}

/* ---- a merge ------------------------------------------------------------------------- */

/* Each supplier goes on reading its incident as before, and the other incident from now on. */
static void move_reads(struct db *db, int64_t from, int64_t to, int64_t at_ms)
{
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO reads (incident, supplier, origin, since_ms) SELECT $2, share.supplier, said.origin, "
		"min(CASE WHEN said.incident = share.incident AND share.parted = 0 THEN coalesce((SELECT r.since_ms "
		"FROM reads AS r WHERE "
		"r.incident = share.incident AND r.supplier = share.supplier AND r.origin = said.origin), "
		"share.reads_ms) ELSE $3 END) FROM share JOIN (SELECT incident, origin FROM ticket WHERE incident IN "
		"($1, $2) UNION SELECT number, number FROM incident WHERE number IN ($1, $2)) AS said WHERE "
		"share.incident IN ($1, $2) GROUP BY share.supplier, said.origin "
		"ON CONFLICT (incident, supplier, origin) DO UPDATE SET since_ms = excluded.since_ms");
	db_bind_int(stmt, 1, from);
	db_bind_int(stmt, 2, to);
	db_bind_int(stmt, 3, at_ms);
	(void)db_row(stmt);
	stmt = db_use(db, "DELETE FROM reads WHERE incident = $1");
	db_bind_int(stmt, 1, from);
	(void)db_row(stmt);
}

struct fixed {
	int64_t id;
	bool is_held;           /* it is about whom it is meant for */
	struct comment comment; /* uuid and audience */
};

static void save_audience(struct db *db, int64_t incident, const struct fixed *fixed)
{
	static const char now[] = "UPDATE comment SET organisations = $2, everyone = 0 WHERE id = $1";
	static const char later[] = "UPDATE comment SET meant_organisations = $2, meant_everyone = 0 WHERE id = $1";
	struct db_stmt *stmt = db_use(db, fixed->is_held ? later : now);

	db_bind_int(stmt, 1, fixed->id);
	db_bind_str(stmt, 2, sdk_or_empty(fixed->comment.audience.organisations));
	(void)db_row(stmt);
	if (!fixed->is_held)
		attachments_narrow(db, incident, &fixed->comment);
}

/* A comment for everyone on this side becomes one for those by name who can read it now. */
static void fix_audiences(struct db *db, struct dossier *side, const struct event *merged)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT id, supplier, ticket, CASE WHEN held_by = '' THEN organisations ELSE "
		       "meant_organisations END, requester, created_ms, recorded_ms, origin, uuid, held_by <> '' "
		       "FROM comment WHERE incident = $1 AND CASE WHEN held_by = '' THEN everyone ELSE "
		       "meant_everyone END = 1 ORDER BY id");
	struct fixed *list = NULL;
	size_t n = 0, cap = 0;

	db_bind_int(stmt, 1, side->incident.number);
	while (db_row(stmt)) {
		const struct comment comment = {
		    .supplier = sdk_dup(side->arena, db_str(stmt, 1)),
		    .ticket = sdk_dup(side->arena, db_str(stmt, 2)),
		    .audience = {sdk_dup(side->arena, db_str(stmt, 3)), true, db_int(stmt, 4) == 1},
		    .created_ms = db_int(stmt, 5),
		    .recorded_ms = db_int(stmt, 6),
		    .origin = db_int(stmt, 7)};
		if (n == cap) {
			struct fixed *grown = SDK_NEW_N(side->arena, struct fixed, cap = cap ? cap * 2 : 16);
			if (n)
				memcpy(grown, list, n * sizeof *grown);
			list = grown;
		}
		list[n] = (struct fixed){.id = db_int(stmt, 0), .is_held = db_int(stmt, 9) == 1};
		snprintf(list[n].comment.uuid, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 8)));
		list[n++].comment.audience = merge_audience(side, merged, &comment);
	}
	for (size_t i = 0; i < n; i++)
		save_audience(db, side->incident.number, &list[i]);
}

void row_folds_merge(struct db *db, struct dossier *kept, struct dossier *gone, const struct event *merged)
{
	int64_t at_ms = merged->recorded_ms;

	if (gone->incident.opened_ms < kept->incident.opened_ms)
		kept->incident.opened_ms = gone->incident.opened_ms;
	if (gone->incident.said_ms > kept->incident.said_ms)
		kept->incident.said_ms = gone->incident.said_ms;
	dossier_save(gone);
	dossier_save(kept);
	parting_keep(db, gone->incident.number, merged);
	fix_audiences(db, kept, merged); /* by the shares and reads of before */
	fix_audiences(db, gone, merged);
	hand_over_fix(db, gone, merged);
	move_reads(db, gone->incident.number, kept->incident.number, at_ms); /* before tickets and shares move */
	queue_merge_shares(kept, gone, at_ms);
	dossier_save(gone);
	dossier_save(kept);
	merge_moves(db, MERGE_IN, gone->incident.number, kept->incident.number);
	join_merge(db, kept->incident.number, at_ms);
	incident_count(db, &kept->incident);
	kept->dirty = true;
	dossier_forget(kept);
	dossier_forget(gone);
}

void row_folds_split(struct db *db, struct dossier *kept, struct dossier *gone, const struct event *split)
{
	const int64_t number = gone->incident.number;

	dossier_save(gone);
	dossier_save(kept);
	parting_share(db, number, split);
	merge_moves(db, MERGE_APART, number, kept->incident.number);
	parting_end(db, number, split);
	incident_count(db, &kept->incident);
	incident_count(db, &gone->incident);
	kept->dirty = gone->dirty = true;
	dossier_save(gone);
	dossier_forget(kept);
	dossier_forget(gone);
}
