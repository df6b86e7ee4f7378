/* SPDX-License-Identifier: Apache-2.0 */
/* The outbound queue for people: what is on its way to suppliers' tools, what stands still and why. */
#include "view/view_delivery.h"
#include "sdk/time.h"
#include "sdk/webhook.h"
#include "store/people.h"
#include "view/view_json.h"

enum { OF_INCIDENT_MAX = 100 };

#define DELIVERY_SQL                                                                                                   \
	"SELECT d.id, d.key, d.incident, d.supplier, d.op, d.attributes, d.comment, d.planned, "                       \
	"d.organisations, d.everyone, d.requester, d.state, d.head, d.look, d.attempt, d.made_ms, d.due_ms, "          \
	"d.state_ms, d.cause, "                                                                                        \
	"d.reason, d.remote_id, (SELECT CASE WHEN t.key = '' THEN t.external_id ELSE t.key END FROM ticket t WHERE "   \
	"t.incident = d.incident AND t.supplier = d.supplier AND t.removed = 0 ORDER BY t.changed_ms DESC, t.id DESC " \
	"LIMIT 1), (SELECT min(o.id) FROM delivery o WHERE o.incident = d.incident AND o.supplier = d.supplier AND "   \
	"o.head = 1 AND o.state NOT IN ('done', 'cancelled')), d.title, d.text, d.exchange FROM delivery d WHERE "
/* First which ones, then what they are: sorting must not carry all that is told of each. */
#define PAGE(which) DELIVERY_SQL "d.id IN (SELECT o.id FROM delivery o WHERE " which " LIMIT $5) ORDER BY d.id DESC"
#define IS_OPEN     "o.state NOT IN ('done', 'cancelled') AND "
#define FILTER                                                                                                         \
	"($1 IS NULL OR o.state = $1) AND o.id < $2 AND ($3 IS NULL OR o.supplier = $3) AND ($4 IS NULL OR "           \
	"($30 IS NULL AND o.cause = $4)) AND " VIEW_SEES_DELIVERY("o") " "

enum {
	D_ID,
	D_KEY,
	D_INCIDENT,
	D_SUPPLIER,
	D_OP,
	D_SET,
	D_COMMENT,
	D_PLANNED,
	D_ORGANISATIONS,
	D_EVERYONE,
	D_REQUESTER,
	D_STATE,
	D_HEAD,
	D_LOOK,
	D_ATTEMPT,
	D_MADE,
	D_DUE,
	D_SINCE,
	D_CAUSE,
	D_REASON,
	D_REMOTE,
	D_TICKET,
	D_FIRST,
	D_TITLE,
	D_TEXT,
	D_EXCHANGE
};

/* Only our people see why a delivery waits, and how often it was tried. */
static void print_queue(struct sdk_jsonw *w, struct db_stmt *stmt)
{
	bool pending = sdk_eqz(db_str(stmt, D_STATE), "pending");

	view_json_cause(w, db_str(stmt, D_CAUSE), db_str(stmt, D_REASON));
	sdk_jsonw_kint(w, "attempt", db_int(stmt, D_ATTEMPT));
	sdk_jsonw_kbool(w, "look", db_int(stmt, D_LOOK) != 0);
	if (pending && db_int(stmt, D_HEAD))
		json_time(w, "due", db_int(stmt, D_DUE));
	if (pending && !db_int(stmt, D_HEAD) && db_int(stmt, D_FIRST))
		sdk_jsonw_kint(w, "waits_for", db_int(stmt, D_FIRST));
	if (db_str(stmt, D_REMOTE).n)
		sdk_jsonw_kstr(w, "remote_id", db_str(stmt, D_REMOTE));
}

/* Rows are numbered through, so that a number tells an organisation how much is sent to others: it is given the key. */
static void print_delivery_members(const struct view *view, struct sdk_jsonw *w, struct db_stmt *stmt)
{
	char number[INCIDENT_NUMBER_SIZE];
	struct values planned;

	if (view_is_ours(view))
		sdk_jsonw_kint(w, "id", db_int(stmt, D_ID));
	sdk_jsonw_kstr(w, "key", db_str(stmt, D_KEY));
	sdk_jsonw_kstr(w, "incident", incident_number(db_int(stmt, D_INCIDENT), number));
	sdk_jsonw_kstr(w, "supplier", db_str(stmt, D_SUPPLIER));
	if (db_str(stmt, D_TICKET).n)
		sdk_jsonw_kstr(w, "ticket", db_str(stmt, D_TICKET));
	sdk_jsonw_kstr(w, "op", db_str(stmt, D_OP));
	if (db_int(stmt, D_SET))
		view_json_set(w, (uint32_t)db_int(stmt, D_SET));
	if (db_str(stmt, D_COMMENT).n)
		sdk_jsonw_kstr(w, "comment", db_str(stmt, D_COMMENT));
	planned = attr_values_parse(db_str(stmt, D_PLANNED));
	attr_json_known(w, &planned);
	sdk_jsonw_kstr(w, "state", db_str(stmt, D_STATE));
	json_time(w, "made", db_int(stmt, D_MADE));
	json_time(w, "since", db_int(stmt, D_SINCE));
	if (view_is_ours(view))
		print_queue(w, stmt);
}

/* ---- the list ----------------------------------------------------------------- */

/* *ret_state: bound as $1. *ret_all: also what is done and cancelled. */
static bool filter_state(struct ent_str word, struct ent_str *ret_state, bool *ret_all)
{
	enum delivery_state state;

	*ret_state = ENT_ABSENT;
	*ret_all = sdk_eqz(word, "all");
	if (!word.n || sdk_eqz(word, "open") || *ret_all)
		return true;
	if (!delivery_state_by_name(word, &state))
		return false;
	*ret_state = word;
	*ret_all = state == DELIVERY_DONE || state == DELIVERY_CANCELLED;
	return true;
}

/* The open ones are few among many: found by their own index and then sorted. */
static struct db_stmt *list_statement(const struct view *view, bool all, bool of_incident)
{
	static const char open[] = PAGE(IS_OPEN FILTER "ORDER BY +o.id DESC");
	static const char any[] = PAGE(FILTER "ORDER BY o.id DESC");
	static const char incident_open[] = PAGE(IS_OPEN FILTER "AND o.incident = $6 ORDER BY +o.id DESC");
	static const char incident_any[] = PAGE(FILTER "AND o.incident = $6 ORDER BY +o.id DESC");

	if (of_incident)
		return db_use(view->db, all ? incident_any : incident_open);
	return db_use(view->db, all ? any : open);
}

/* A position is a row's number, or its key. */
static bool find_delivery_place(const struct view *view, struct ent_str cursor, int64_t *ret)
{
	struct db_stmt *stmt;

	if (view_is_ours(view))
		return sdk_to_int(cursor, ret);
	stmt = db_use(view->db, "SELECT id FROM delivery WHERE key = $1 AND " VIEW_SEES_OWN("supplier"));
	db_bind_str(stmt, 1, cursor);
	view_bind(view, stmt);
	bool found = db_row(stmt);
	if (found)
		*ret = db_int(stmt, 0);
	db_done(stmt);
	return found;
}

enum ent_rc view_delivery_list(const struct view *view, const struct delivery_filter *filter, struct ent_str *ret,
			       struct ent_err *err)
{
	int limit = filter->limit < 1 ? 50 : filter->limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : filter->limit;
	int64_t before = INT64_MAX;
	struct ent_str last = ENT_ABSENT;
	enum delivery_cause cause;
	struct ent_str state;
	struct sdk_buf buf;
	struct sdk_jsonw w;
	bool all;
	int n = 0;

	if (!filter_state(filter->state, &state, &all))
		return sdk_fail_as(err, ENT_EINVAL, "ask.delivery_state",
				   "state is one of open, all, pending, in_flight, unknown, parked, done, cancelled");
	if (filter->cause.n && !delivery_cause_by_word(filter->cause, &cause))
		return sdk_fail_as(err, ENT_EINVAL, "ask.delivery_cause",
				   "cause is none of those that deliveries are parked or cancelled for");
	if (filter->cursor.n && !find_delivery_place(view, filter->cursor, &before))
		return sdk_fail_as(err, ENT_EINVAL, "ask.cursor", "the cursor is not one that a page gave as 'next'");
	struct db_stmt *stmt = list_statement(view, all, filter->incident != 0);
	db_bind_str(stmt, 1, state);
	db_bind_int(stmt, 2, before);
	db_bind_str(stmt, 3, filter->supplier.n ? filter->supplier : ENT_ABSENT);
	db_bind_str(stmt, 4, filter->cause.n ? filter->cause : ENT_ABSENT);
	db_bind_int(stmt, 5, limit + 1);
	if (filter->incident)
		db_bind_int(stmt, 6, filter->incident);
	view_bind(view, stmt);
	json_page_open(&w, &buf);
	while (db_row(stmt)) {
		if (++n > limit)
			continue;
		if (n == limit)
			last = view_is_ours(view) ? sdk_int(view->arena, db_int(stmt, D_ID))
						  : sdk_dup(view->arena, db_str(stmt, D_KEY));
		sdk_jsonw_open(&w, '{');
		print_delivery_members(view, &w, stmt);
		sdk_jsonw_close(&w, '}');
	}
	json_page_close(&w, n > limit ? last : ENT_ABSENT);
	return json_answer(view->db, view->arena, &buf, ret, err);
}

void view_json_deliveries(const struct view *view, struct sdk_jsonw *w, int64_t incident)
{
	static const char sql[] = DELIVERY_SQL
	    "d.incident = $1 AND d.comment = '' AND (d.state NOT IN ('done', 'cancelled') OR d.cause = 'unsupported') "
	    "AND " VIEW_SEES_DELIVERY("d") " ORDER BY +d.id DESC LIMIT $2";
	struct db_stmt *stmt = db_use(view->db, sql);

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, OF_INCIDENT_MAX);
	view_bind(view, stmt);
	sdk_jsonw_key(w, "deliveries");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(w, '{');
		print_delivery_members(view, w, stmt);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

/* ---- one ------------------------------------------------------------------------ */

/* The words as they are or would be read: an edit takes precedence over the comment's own. */
static void print_words(const struct view *view, struct sdk_jsonw *w, struct db_stmt *stmt)
{
	struct db_stmt *comment =
	    db_use(view->db,
		   "SELECT body, " PEOPLE_NAME("author") ", supplier FROM comment WHERE incident = $1 AND uuid = $2");
	struct ent_str text = db_str(stmt, D_TEXT);
	bool of_thread = db_str(stmt, D_COMMENT).n > 0;

	if (db_str(stmt, D_TITLE).n)
		sdk_jsonw_kstr(w, "title", db_str(stmt, D_TITLE));
	db_bind_int(comment, 1, db_int(stmt, D_INCIDENT));
	db_bind_str(comment, 2, db_str(stmt, D_COMMENT));
	if (of_thread && db_row(comment)) {
		sdk_jsonw_kstr(w, "text", text.n ? text : db_str(comment, 0));
		sdk_jsonw_key(w, "author");
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "name", db_str(comment, 1));
		sdk_jsonw_kstr(w, "supplier", db_str(comment, 2));
		sdk_jsonw_close(w, '}');
	} else if (text.n) {
		sdk_jsonw_kstr(w, "text", text);
	}
	db_done(comment);
	sdk_jsonw_kbool(w, "edited", of_thread && text.n > 0);
	view_json_audience(view, w,
			   (struct audience){db_str(stmt, D_ORGANISATIONS), db_int(stmt, D_EVERYONE) == 1,
					     db_int(stmt, D_REQUESTER) == 1});
	if (db_str(stmt, D_EXCHANGE).n) {
		sdk_jsonw_key(w, "exchange");
		sdk_jsonw_raw(w, db_str(stmt, D_EXCHANGE));
	}
}

enum ent_rc view_delivery(const struct view *view, int64_t id, struct ent_str *ret, struct ent_err *err)
{
	static const char one[] = DELIVERY_SQL "d.id = $1";
	struct db_stmt *stmt = db_use(view->db, one);
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!view_ours_only(view, err))
		return ENT_EGONE;
	db_bind_int(stmt, 1, id);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	bool found = db_row(stmt);
	if (found) {
		sdk_jsonw_open(&w, '{');
		print_delivery_members(view, &w, stmt);
		print_words(view, &w, stmt);
		sdk_jsonw_close(&w, '}');
	}
	db_done(stmt);
	if (!found && !db_failed(view->db)) {
		sdk_buf_release(&buf);
		return sdk_fail_as(
		    err, ENT_EGONE, "ask.no_delivery_listed",
		    "there is no delivery {id=%lld}; GET /v1/deliveries, or entente delivery list, lists them",
		    (long long)id);
	}
	return json_answer(view->db, view->arena, &buf, ret, err);
}
