/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts are a read of their own: why nothing goes to a tool is asked of the dossier, which would make each page of a
 * thread slow. A page tells what one row tells: where a comment is on its way, and who has seen it. */
#include "view/view_receipt.h"

#include "core/delivery.h"
#include "core/organisation.h"
#include "core/reach.h"
#include "sdk/webhook.h"
#include "store/dossier.h"
#include "store/rows.h"
#include "view/view_json.h"
#include "view/view_seen.h"
#include "view/view_thread.h"

enum { READ_BY_MAX = 100 };

/* ---- one comment's receipts ---------------------------------------------------------------- */

struct receipt {
	const struct view *view;
	struct sdk_jsonw *w;
	const struct comment *comment;
	struct ent_str part; /* who takes part */
};

static int64_t seen_at(const struct receipt *receipt, struct ent_str organisation)
{
	return view_seen_at(receipt->view, sdk_str(receipt->comment->uuid), organisation);
}

static void receipt_open(const struct receipt *receipt, struct ent_str organisation, const char *state)
{
	sdk_jsonw_open(receipt->w, '{');
	sdk_jsonw_kstr(receipt->w, "organisation", organisation);
	sdk_jsonw_kz(receipt->w, "state", state);
}

static void receipt_close(const struct receipt *receipt, struct ent_str organisation)
{
	int64_t seen_ms = seen_at(receipt, organisation);

	if (seen_ms)
		json_time(receipt->w, "seen", seen_ms);
	sdk_jsonw_close(receipt->w, '}');
}

/* A delivery's state, in the words of receipts. */
static const char *state_of_delivery(struct ent_str word)
{
	enum delivery_state state = DELIVERY_PENDING;

	(void)delivery_state_by_name(word, &state);
	switch (state) {
	case DELIVERY_PENDING:
	case DELIVERY_IN_FLIGHT:
		return "waiting";
	case DELIVERY_UNKNOWN:
	case DELIVERY_PARKED:
		return "failed";
	case DELIVERY_DONE:
		return "in_tool";
	case DELIVERY_CANCELLED:
		break;
	}
	return "not_sent";
}

/* Why a tool refuses is told to ours; to its own organisation that it does. */
static void print_why(const struct receipt *receipt, struct db_stmt *stmt)
{
	enum delivery_cause cause;

	if (!view_is_ours(receipt->view) || sdk_eqz(db_str(stmt, 0), "done"))
		return;
	if (db_str(stmt, 3).n)
		said_kprint(receipt->w, "why", db_str(stmt, 3));
	else if (db_str(stmt, 2).n && delivery_cause_by_word(db_str(stmt, 2), &cause))
		sdk_said_kprint(receipt->w, "why", delivery_cause_next(cause));
}

/* The delivery that brings it. False: there is none. */
static bool print_delivered(const struct receipt *receipt, const struct reach_tool *tool)
{
	struct db_stmt *stmt =
	    db_use(receipt->view->db,
		   "SELECT state, state_ms, cause, reason FROM delivery WHERE comment = $1 AND supplier = $2 "
		   "AND op = 'add_comment'");
	const struct ent_str organisation = organisation_of(tool->supplier);

	db_bind_str(stmt, 1, sdk_str(receipt->comment->uuid));
	db_bind_str(stmt, 2, tool->supplier->name);
	bool found = db_row(stmt);
	if (found) {
		receipt_open(receipt, organisation, state_of_delivery(db_str(stmt, 0)));
		sdk_jsonw_kstr(receipt->w, "supplier", tool->supplier->name);
		json_time(receipt->w, "since", db_int(stmt, 1));
		print_why(receipt, stmt);
	}
	db_done(stmt);
	if (found)
		receipt_close(receipt, organisation);
	return found;
}

/* A copy that was found there, or whose delivery a rebuilt store does not know; or the comment was written there. */
static bool stands_in(const struct receipt *receipt, struct ent_str supplier)
{
	struct db_stmt *stmt =
	    db_use(receipt->view->db, "SELECT 1 FROM copy WHERE comment = $1 AND supplier = $2 AND gone = 0 LIMIT 1");

	if (sdk_eq(receipt->comment->supplier, supplier))
		return true;
	db_bind_str(stmt, 1, sdk_str(receipt->comment->uuid));
	db_bind_str(stmt, 2, supplier);
	return db_found(stmt);
}

static void print_tool(const struct receipt *receipt, const struct reach_tool *tool)
{
	const struct ent_str organisation = organisation_of(tool->supplier);

	if (print_delivered(receipt, tool))
		return;
	bool stands = stands_in(receipt, tool->supplier->name);
	receipt_open(receipt, organisation, stands ? "in_tool" : "not_sent");
	sdk_jsonw_kstr(receipt->w, "supplier", tool->supplier->name);
	if (!stands)
		sdk_said_kprint(receipt->w, "why", tool->why);
	receipt_close(receipt, organisation);
}

static bool has_tool(const struct reach *reach, struct ent_str organisation)
{
	for (size_t i = 0; i < reach->n_tool; i++)
		if (sdk_eq(organisation_of(reach->tool[i].supplier), organisation))
			return true;
	return false;
}

/* The reader is told of this organisation's tools, too. */
static bool tells_tools(const struct receipt *receipt, struct ent_str organisation)
{
	return view_is_ours(receipt->view) || reader_sees_own(receipt->view->reader, organisation);
}

/* One of an organisation without a tool, or of another one: of that no more than that it was seen. */
static void print_reader(const struct receipt *receipt, const struct reach_organisation *one)
{
	const bool seen = seen_at(receipt, one->name) > 0;

	if (!tells_tools(receipt, one->name) &&
	    (!seen || !view_seen_is_told(receipt->view, &receipt->comment->audience, receipt->part, one->name)))
		return;
	receipt_open(receipt, one->name, seen ? "seen" : one->why == REACH_AUTHOR ? "author" : "here");
	receipt_close(receipt, one->name);
}

static bool is_reader(const struct reach *reach, struct ent_str organisation)
{
	for (size_t i = 0; i < reach->n_organisation; i++)
		if (sdk_eq(reach->organisation[i].name, organisation))
			return true;
	return has_tool(reach, organisation);
}

/* Ours is told, too, of those that have seen it and do not read it any more. */
static void print_former(const struct receipt *receipt, const struct reach *reach)
{
	struct db_stmt *stmt =
	    db_use(receipt->view->db, "SELECT organisation FROM seen WHERE comment = $1 ORDER BY organisation");

	db_bind_str(stmt, 1, sdk_str(receipt->comment->uuid));
	while (db_row(stmt)) {
		const struct ent_str name = db_str(stmt, 0);

		if (!view_is_ours(receipt->view) || is_reader(reach, name))
			continue;
		receipt_open(receipt, name, "seen");
		receipt_close(receipt, name);
	}
}

static void print_sent(const struct receipt *receipt, struct dossier *dossier)
{
	struct reach reach;

	reach_stored(dossier, receipt->comment, &reach);
	for (size_t i = 0; i < reach.n_organisation; i++)
		if (!tells_tools(receipt, reach.organisation[i].name) || !has_tool(&reach, reach.organisation[i].name))
			print_reader(receipt, &reach.organisation[i]);
	for (size_t i = 0; i < reach.n_tool; i++)
		if (tells_tools(receipt, organisation_of(reach.tool[i].supplier)))
			print_tool(receipt, &reach.tool[i]);
	print_former(receipt, &reach);
}

/* Nobody else reads it yet; its own people are told for whom it is meant. */
static void print_held_back(const struct receipt *receipt)
{
	const struct audience *meant = &receipt->comment->meant;
	struct ent_str rest = receipt->part;

	while (rest.n) {
		struct ent_str name = sdk_cut(rest, ',', &rest);

		if (sdk_eq(name, receipt->comment->held_by) || !(meant->everyone || audience_names(meant, name)))
			continue;
		receipt_open(receipt, name, "held");
		sdk_jsonw_close(receipt->w, '}');
	}
}

/* ---- who of the own people ---------------------------------------------------------------------- */

static void print_read_by(const struct receipt *receipt)
{
	struct db_stmt *stmt =
	    db_use(receipt->view->db,
		   "SELECT account.ref, account.name, account.organisation FROM comment JOIN account ON "
		   "account.organisation = "
		   "coalesce($30, $39) WHERE comment.uuid = $1 AND account.shows_seen = 1 AND account.ref <> "
		   "comment.author AND " READ_PLACE_PASSED(
		       "account.ref", "account.organisation") " AND " VIEW_SEES_COMMENT
							      " ORDER BY account.name, account.ref LIMIT $2");

	db_bind_str(stmt, 1, sdk_str(receipt->comment->uuid));
	db_bind_int(stmt, 2, READ_BY_MAX);
	view_bind(receipt->view, stmt);
	sdk_jsonw_key(receipt->w, "read_by");
	sdk_jsonw_open(receipt->w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(receipt->w, '{');
		sdk_jsonw_kstr(receipt->w, "ref", db_str(stmt, 0));
		sdk_jsonw_kstr(receipt->w, "organisation", db_str(stmt, 2));
		sdk_jsonw_kz(receipt->w, "kind", "person");
		sdk_jsonw_kstr(receipt->w, "name", db_str(stmt, 1));
		sdk_jsonw_close(receipt->w, '}');
	}
	sdk_jsonw_close(receipt->w, ']');
}

enum ent_rc view_receipt(const struct view *view, int64_t incident, struct ent_str uuid, struct ent_str *ret,
			 struct ent_err *err)
{
	enum ent_rc rc = view_thread_has(view, incident, uuid, err);
	struct comment comment = {.removed = true};
	struct dossier dossier;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (rc != ENT_OK)
		return rc;
	if (!comment_by_uuid(view->db, view->arena, uuid, &comment) ||
	    !dossier_load(&dossier, view->db, view->arena, view->suppliers, incident))
		comment.removed = true; /* the store failed, which json_answer() tells */
	const struct receipt receipt = {view, &w, &comment, view_json_part(view, incident)};
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "comment", uuid);
	sdk_jsonw_key(&w, "items");
	sdk_jsonw_open(&w, '[');
	if (!comment.removed && comment.held_by.n)
		print_held_back(&receipt);
	else if (!comment.removed)
		print_sent(&receipt, &dossier);
	sdk_jsonw_close(&w, ']');
	print_read_by(&receipt);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
