/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_upload.h"

#include "view/view_json.h"

#include <stdio.h>

enum { UPLOADS_MAX = 5000 };

void view_upload_print(struct sdk_jsonw *w, struct db_stmt *stmt, int from)
{
	sdk_jsonw_kstr(w, "id", db_str(stmt, from));
	sdk_jsonw_kstr(w, "name", db_str(stmt, from + 1));
	sdk_jsonw_kstr(w, "media_type", db_str(stmt, from + 2));
	sdk_jsonw_kint(w, "size", db_int(stmt, from + 3));
	sdk_jsonw_kstr(w, "sha256", db_str(stmt, from + 4));
	sdk_jsonw_kz(w, "state", db_int(stmt, from + 5) ? "missing" : "kept");
}

void view_upload_print_of(const struct view *view, struct sdk_jsonw *w, struct ent_str comment)
{
	struct db_stmt *stmt = db_use(
	    view->db, "SELECT " VIEW_UPLOAD "FROM attachment WHERE attachment.comment = $1 AND attachment.sha256 <> '' "
		      "AND " VIEW_SEES_UPLOADED "ORDER BY attachment.id");
	bool more;

	db_bind_str(stmt, 1, comment);
	view_bind(view, stmt);
	more = db_row(stmt);
	if (!more) {
		db_done(stmt);
		return;
	}
	sdk_jsonw_key(w, "attachments");
	sdk_jsonw_open(w, '[');
	for (; more; more = db_row(stmt)) {
		sdk_jsonw_open(w, '{');
		view_upload_print(w, stmt, 0);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

#define STAGED_SQL                                                                                                     \
	"SELECT id, name, media_type, size, sha256, state, made_ms FROM upload WHERE asker = $1 AND asker <> '' AND "

static void print_staged(struct sdk_jsonw *w, struct db_stmt *stmt)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "id", db_str(stmt, 0));
	sdk_jsonw_kstr(w, "name", db_str(stmt, 1));
	sdk_jsonw_kstr(w, "media_type", db_str(stmt, 2));
	sdk_jsonw_kint(w, "size", db_int(stmt, 3));
	sdk_jsonw_kstr(w, "sha256", db_str(stmt, 4));
	sdk_jsonw_kstr(w, "state", db_str(stmt, 5));
	json_time(w, "until", db_int(stmt, 6) + UPLOAD_STAYS_MS);
	sdk_jsonw_close(w, '}');
}

static void print_attached(const struct view *view, struct sdk_jsonw *w, int64_t incident)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT attachment.comment, " VIEW_UPLOAD
			     "FROM attachment WHERE attachment.incident = $1 AND attachment.sha256 <> '' "
			     "AND " VIEW_SEES_UPLOADED "ORDER BY attachment.id LIMIT $2");

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, UPLOADS_MAX);
	view_bind(view, stmt);
	while (db_row(stmt)) {
		sdk_jsonw_open(w, '{');
		view_upload_print(w, stmt, 1);
		sdk_jsonw_kstr(w, "comment", db_str(stmt, 0));
		sdk_jsonw_close(w, '}');
	}
}

enum ent_rc view_upload_list(const struct view *view, int64_t incident, struct ent_str *ret, struct ent_err *err)
{
	struct db_stmt *stmt;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "attachments");
	sdk_jsonw_open(&w, '[');
	print_attached(view, &w, incident);
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_key(&w, "staged");
	sdk_jsonw_open(&w, '[');
	stmt = db_use(view->db, STAGED_SQL "incident = $2 ORDER BY made_ms, id");
	db_bind_str(stmt, 1, reader_key(view->reader));
	db_bind_int(stmt, 2, incident);
	while (db_row(stmt))
		print_staged(&w, stmt);
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}

static enum ent_rc fail_none(const struct view *view, struct ent_err *err)
{
	if (db_failed(view->db))
		return sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(view->db));
	return sdk_fail_as(err, ENT_EGONE, "upload.none_here",
			   "There is no such file in this incident; GET /v1/incidents/INCIDENT/attachments, or entente "
			   "attachment list, lists them.");
}

enum ent_rc view_upload_staged(const struct view *view, struct ent_str id, struct ent_str *ret, struct ent_err *err)
{
	struct db_stmt *stmt = db_use(view->db, STAGED_SQL "id = $2");
	struct sdk_buf buf;
	struct sdk_jsonw w;

	db_bind_str(stmt, 1, reader_key(view->reader));
	db_bind_str(stmt, 2, id);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	bool found = db_row(stmt);
	if (found)
		print_staged(&w, stmt);
	db_done(stmt);
	if (found)
		return json_answer(view->db, view->arena, &buf, ret, err);
	sdk_buf_release(&buf);
	return fail_none(view, err);
}

static bool find_attached(const struct view *view, int64_t incident, struct ent_str id, struct view_upload *ret)
{
	struct db_stmt *stmt =
	    db_use(view->db,
		   "SELECT " VIEW_UPLOAD "FROM attachment WHERE attachment.incident = $1 AND attachment.supplier = '' "
		   "AND attachment.ticket = '' AND attachment.external_id = $2 AND "
		   "attachment.sha256 <> '' AND " VIEW_SEES_UPLOADED);

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, id);
	view_bind(view, stmt);
	bool found = db_row(stmt);
	if (found) {
		*ret = (struct view_upload){.name = sdk_dup(view->arena, db_str(stmt, 1)),
					    .media_type = sdk_dup(view->arena, db_str(stmt, 2)),
					    .size = db_int(stmt, 3),
					    .state = UPLOAD_KEPT};
		snprintf(ret->sha256, sizeof ret->sha256, "%.*s", ENT_F(db_str(stmt, 4)));
	}
	db_done(stmt);
	return found;
}

/* The reader's own, of this incident. */
static bool find_staged(const struct view *view, int64_t incident, struct ent_str id, struct view_upload *ret)
{
	struct upload_row row;

	if (!upload_load(view->db, view->arena, id, &row) || row.incident != incident || !row.asker.n ||
	    !sdk_eq(row.asker, reader_key(view->reader)))
		return false;
	*ret =
	    (struct view_upload){.name = row.name, .media_type = row.media_type, .size = row.size, .state = row.state};
	snprintf(ret->sha256, sizeof ret->sha256, "%s", row.sha256);
	return true;
}

enum ent_rc view_upload_find(const struct view *view, int64_t incident, struct ent_str id, struct view_upload *ret,
			     struct ent_err *err)
{
	if (find_attached(view, incident, id, ret) || find_staged(view, incident, id, ret))
		return ENT_OK;
	return fail_none(view, err);
}
