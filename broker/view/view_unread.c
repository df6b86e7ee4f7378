/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_unread.h"

#include "core/phrase.h"
#include "sdk/webhook.h"
#include "view/view_json.h"

static int64_t count_unread(const struct view *view, int64_t incident)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT count(*) FROM (SELECT 1 FROM comment WHERE incident = $1 AND " VIEW_IS_UNREAD
			     " AND " VIEW_SEES_COMMENT " LIMIT $2) AS unread");
	int64_t n = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, VIEW_UNREAD_MAX);
	view_bind(view, stmt);
	if (db_row(stmt))
		n = db_int(stmt, 0);
	db_done(stmt);
	return n;
}

void view_unread_print(const struct view *view, struct sdk_jsonw *w, int64_t incident)
{
	if (view->reader->ref.n)
		sdk_jsonw_kint(w, "unread", count_unread(view, incident));
}

enum ent_rc view_unread(const struct view *view, const struct incident *incident, struct ent_str *ret,
			struct ent_err *err)
{
	char number[INCIDENT_NUMBER_SIZE];
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "incident", incident_number(incident->number, number));
	view_unread_print(view, &w, incident->number);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}

struct ent_str view_unread_tag(const struct view *view, int64_t incident)
{
	struct db_stmt *stmt = db_use(
	    view->db, "SELECT coalesce(sum(read_id), 0), coalesce(sum(read_ms), 0), (SELECT count(*) FROM comment JOIN "
		      "seen ON seen.comment = comment.uuid WHERE comment.incident = $1) FROM reading_place WHERE "
		      "account = $2 AND incident = $1");
	struct ent_str tag = ENT_STR("");

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, sdk_or_empty(view->reader->ref));
	if (db_row(stmt))
		tag = sdk_format(view->arena, "%.*s %s %lld %lld %lld", ENT_F(sdk_or_empty(view->reader->ref)),
				 phrase_language_word(view_language(view)), (long long)db_int(stmt, 0),
				 (long long)db_int(stmt, 1), (long long)db_int(stmt, 2));
	db_done(stmt);
	return tag;
}

int64_t view_unread_heard(const struct view *view, int64_t incident, int64_t created_ms, int64_t id)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT min(recorded_ms), count(*) FROM comment WHERE incident = $1 AND "
			     "(created_ms, id) > ($2, $3) AND " VIEW_SEES_COMMENT);
	int64_t heard_ms = INT64_MAX;

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, created_ms);
	db_bind_int(stmt, 3, id);
	view_bind(view, stmt);
	if (db_row(stmt) && db_int(stmt, 1))
		heard_ms = db_int(stmt, 0);
	db_done(stmt);
	return heard_ms;
}
