/* SPDX-License-Identifier: Apache-2.0 */
/* One incident, whole: tickets, shares, the thread and where each comment of it stands. */
#include "view/view_incident.h"
#include "view/view_share.h"
#include "view/view_json.h"

enum { THREAD_MAX = 5000 };

#define COMMENT_COLUMNS                                                                                                \
	"SELECT uuid, supplier, ticket, external_id, author_id, author_name, body, visibility, audience, "             \
	"audience_suppliers, created_ms, edited_ms, removed FROM comment WHERE "

static void print_comment(const struct view *view, struct sdk_jsonw *w, struct db_stmt *stmt)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "id", db_str(stmt, 0));
	sdk_jsonw_kstr(w, "supplier", db_str(stmt, 1));
	sdk_jsonw_kstr(w, "ticket", db_str(stmt, 2));
	sdk_jsonw_kstr(w, "external_id", db_str(stmt, 3));
	sdk_jsonw_key(w, "author");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "id", db_str(stmt, 4));
	sdk_jsonw_kstr(w, "name", db_str(stmt, 5));
	sdk_jsonw_close(w, '}');
	sdk_jsonw_kstr(w, "body", db_str(stmt, 6));
	sdk_jsonw_kstr(w, "visibility", db_str(stmt, 7));
	view_json_audience(w, db_str(stmt, 8), db_str(stmt, 9));
	json_time(w, "created", db_int(stmt, 10));
	if (db_int(stmt, 11))
		json_time(w, "edited", db_int(stmt, 11));
	sdk_jsonw_kbool(w, "removed", db_int(stmt, 12) != 0);
	view_json_where(view, w, db_str(stmt, 0));
	sdk_jsonw_close(w, '}');
}

static int64_t count_comments(const struct view *view, int64_t number)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT count(*) FROM comment WHERE incident = $1");
	int64_t n;

	db_bind_int(stmt, 1, number);
	n = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return n;
}

/* The newest, oldest of them first. */
static void print_thread(const struct view *view, struct sdk_jsonw *w, int64_t number)
{
	struct db_stmt *stmt =
	    db_use(view->db, COMMENT_COLUMNS "id IN (SELECT id FROM comment WHERE incident = $1 ORDER BY "
					     "created_ms DESC, id DESC LIMIT $2) ORDER BY created_ms, id");
	int64_t n = 0;

	db_bind_int(stmt, 1, number);
	db_bind_int(stmt, 2, THREAD_MAX);
	sdk_jsonw_key(w, "thread");
	sdk_jsonw_open(w, '[');
	for (; db_row(stmt); n++)
		print_comment(view, w, stmt);
	sdk_jsonw_close(w, ']');
	sdk_jsonw_kint(w, "thread_left_out", n < THREAD_MAX ? 0 : count_comments(view, number) - n);
}

enum ent_rc view_comment(const struct view *view, struct ent_str uuid, struct ent_str *ret, struct ent_err *err)
{
	struct db_stmt *stmt = db_use(view->db, COMMENT_COLUMNS "supplier = '' AND ticket = '' AND external_id = $1");
	struct sdk_buf buf;
	struct sdk_jsonw w;

	db_bind_str(stmt, 1, uuid);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	bool found = db_row(stmt);
	if (found)
		print_comment(view, &w, stmt);
	db_done(stmt);
	if (!found && !db_failed(view->db)) {
		sdk_buf_release(&buf);
		return sdk_fail(err, ENT_EGONE, "there is no comment of ours with this id");
	}
	return json_answer(view->db, view->arena, &buf, ret, err);
}

static void print_attachments(const struct view *view, struct sdk_jsonw *w, int64_t number)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT supplier, ticket, external_id, name, media_type, url, size FROM attachment "
			     "WHERE incident = $1 ORDER BY id LIMIT $2");
	db_bind_int(stmt, 1, number);
	db_bind_int(stmt, 2, THREAD_MAX);
	sdk_jsonw_key(w, "attachments");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "supplier", db_str(stmt, 0));
		sdk_jsonw_kstr(w, "ticket", db_str(stmt, 1));
		sdk_jsonw_kstr(w, "id", db_str(stmt, 2));
		sdk_jsonw_kstr(w, "name", db_str(stmt, 3));
		sdk_jsonw_kstr(w, "media_type", db_str(stmt, 4));
		sdk_jsonw_kstr(w, "url", db_str(stmt, 5));
		if (db_int(stmt, 6) >= 0)
			sdk_jsonw_kint(w, "size", db_int(stmt, 6));
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

enum ent_rc view_incident(const struct view *view, const struct incident *incident, struct ent_str *ret,
			  struct ent_err *err)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	json_incident(&w, incident);
	view_json_tickets(view, &w, incident->number);
	json_hand_overs(view->db, view->arena, &w, incident->number);
	view_json_shares(view, &w, incident);
	view_json_deliveries(view, &w, incident->number);
	print_thread(view, &w, incident->number);
	print_attachments(view, &w, incident->number);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
