/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_act.h"

#include "core/holder.h"
#include "sdk/webhook.h"
#include "view/view_json.h"
#include "view/view_person.h"
#include "view/view_reader.h"

enum { ACTS_MAX = 500 };

/* The comment that ended it, where the reader may read that one, too; the promise that stands for it. */
#define ACT_ENDED_BY                                                                                                   \
	"CASE WHEN act.state = 'replaced' OR EXISTS (SELECT 1 FROM comment WHERE comment.uuid = act.ended_by AND "     \
	"act.ended_by <> '' AND " VIEW_SEES_COMMENT ") THEN act.ended_by ELSE '' END"
#define ACT_SQL                                                                                                        \
	"SELECT act.uuid, act.kind, act.from_org, act.to_org, act.holder, act.state, act.cause, act.overdue, "         \
	"act.due_ms, act.made_ms, act.ended_ms, " ACT_ENDED_BY                                                         \
	", act.by_ref, act.said FROM act WHERE act.incident = $1 AND " VIEW_SEES_ACT

static void print_act_row(const struct view *view, struct sdk_jsonw *w, struct db_stmt *stmt)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "id", db_str(stmt, 0));
	sdk_jsonw_kstr(w, "kind", db_str(stmt, 1));
	sdk_jsonw_kstr(w, "from", db_str(stmt, 2));
	sdk_jsonw_kstr_some(w, "to", db_str(stmt, 3));
	if (db_str(stmt, 4).n)
		holder_json(w, "holder", db_str(stmt, 4));
	sdk_jsonw_kstr(w, "state", db_str(stmt, 5));
	if (db_int(stmt, 13))
		sdk_jsonw_kbool(w, "accepts", db_int(stmt, 13) == ACT_SAID_YES);
	sdk_jsonw_kstr_some(w, "cause", db_str(stmt, 6));
	if (db_int(stmt, 7))
		sdk_jsonw_kbool(w, "overdue", true);
	if (db_int(stmt, 8))
		json_time(w, "due", db_int(stmt, 8));
	json_time(w, "made", db_int(stmt, 9));
	if (db_int(stmt, 10))
		json_time(w, "ended", db_int(stmt, 10));
	sdk_jsonw_kstr_some(w, "ended_by", db_str(stmt, 11));
	if (view_is_ours(view) && db_str(stmt, 12).n) {
		sdk_jsonw_key(w, "by");
		view_person_print(view, w, db_str(stmt, 12));
	}
	sdk_jsonw_close(w, '}');
}

static void print_rows(const struct view *view, struct sdk_jsonw *w, struct db_stmt *stmt, int64_t incident)
{
	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, ACTS_MAX);
	view_bind(view, stmt);
	while (db_row(stmt))
		print_act_row(view, w, stmt);
}

void view_act_print_open(const struct view *view, struct sdk_jsonw *w, int64_t incident)
{
	static const struct {
		const char *key, *sql;
	} part[] = {
	    {"promises",
	     ACT_SQL "AND act.state = 'open' AND act.kind = 'promise' ORDER BY act.due_ms, act.id LIMIT $2"},
	    {"asks", ACT_SQL "AND act.state = 'open' AND act.kind IN ('question', 'information', 'action', "
			     "'approval') ORDER BY act.id LIMIT $2"},
	    {"handovers", ACT_SQL "AND act.state = 'open' AND act.kind = 'handover' ORDER BY act.id LIMIT $2"},
	    {"help", ACT_SQL "AND act.state = 'open' AND act.kind = 'help' ORDER BY act.id LIMIT $2"},
	};
	struct db_stmt *stmt =
	    db_use(view->db, ACT_SQL "AND act.state = 'open' AND act.kind = 'promise' AND act.due_ms "
				     "> 0 ORDER BY act.due_ms, act.id LIMIT 1");

	db_bind_int(stmt, 1, incident);
	view_bind(view, stmt);
	if (db_row(stmt))
		json_time(w, "next_news", db_int(stmt, 8));
	db_done(stmt);
	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		sdk_jsonw_key(w, part[i].key);
		sdk_jsonw_open(w, '[');
		print_rows(view, w, db_use(view->db, part[i].sql), incident);
		sdk_jsonw_close(w, ']');
	}
}

enum ent_rc view_act_list(const struct view *view, const struct incident *incident, struct ent_str *ret,
			  struct ent_err *err)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;

	json_page_open(&w, &buf);
	print_rows(view, &w, db_use(view->db, ACT_SQL "ORDER BY act.id DESC LIMIT $2"), incident->number);
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}

enum ent_rc view_act(const struct view *view, const struct incident *incident, struct ent_str uuid, struct ent_str *ret,
		     struct ent_err *err)
{
	struct db_stmt *stmt = db_use(view->db, ACT_SQL "AND act.uuid = $3 LIMIT $2");
	struct sdk_buf buf;
	struct sdk_jsonw w;
	bool found;

	db_bind_int(stmt, 1, incident->number);
	db_bind_int(stmt, 2, 1);
	db_bind_str(stmt, 3, uuid);
	view_bind(view, stmt);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	found = db_row(stmt);
	if (found)
		print_act_row(view, &w, stmt);
	db_done(stmt);
	if (found || db_failed(view->db))
		return json_answer(view->db, view->arena, &buf, ret, err);
	sdk_buf_release(&buf);
	return sdk_fail_as(err, ENT_EGONE, "act.not_here", "there is no such thing with this id in the incident");
}

bool view_act_can_tell(const struct view *view, const struct incident *incident, struct ent_str supplier)
{
	const struct supplier *tool = supplier_by_name(view->suppliers, supplier);
	struct db_stmt *stmt = db_use(view->db, "SELECT 1 FROM share WHERE incident = $1 AND supplier = $2 AND "
						"withdrawn_ms = 0 AND $30 IS NULL");

	db_bind_int(stmt, 1, incident->number);
	db_bind_str(stmt, 2, supplier);
	view_bind(view, stmt);
	return db_found(stmt) && tool && supplier_takes_words(tool);
}

bool view_act_may_tell(const struct view *view, struct ent_err *err)
{
	if (view_is_ours(view))
		return true;
	(void)sdk_fail_as(err, ENT_EGONE, "told.not_yours", "only people of the service desk write to the requester");
	return false;
}
