/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_export.h"

#include "sdk/webhook.h"
#include "view/view_json.h"

/*
 * Each table that holds something about a person: its name, what is told of a row (no hash of a secret is), and the
 * condition; $1 is the ref, $2 and $3 the page, $4 the reader's own ref, $5: 1 for our people. Columns that end in _ms
 * are times. What is private to a person is told to that person alone. One row for each table; what goes when a person
 * is erased stands in store/erase.c.
 */
#define EXPORT_TABLE(X)                                                                                                \
	X(account,                                                                                                     \
	  "ref,organisation,role,name,mail,language,time_zone,state,made_ms,seen_ms,shows_seen,issuer,subject",        \
	  "account.ref = $1")                                                                                          \
	X(person, "ref,organisation,kind,name", "person.ref = $1")                                                     \
	X(session, "id,made_ms,seen_ms,ends_ms,ended_ms,agent", "session.account = $1")                                \
	X(token, "name,ref,role,verbs,created_ms,expires_ms", "token.account = $1")                                    \
	X(invitation, "made_ms,expires_ms,used_ms", "invitation.account = $1")                                         \
	X(draft, "id,incident,organisations,everyone,requester,reply_to,text,format,version,changed_ms",               \
	  "draft.account = $1 AND draft.account = $4")                                                                 \
	X(upload, "id,incident,name,media_type,size,state,made_ms", "upload.asker = $1 AND upload.asker = $4")         \
	X(reading_place, "incident,origin,read_id,read_ms",                                                            \
	  "reading_place.account = $1 AND reading_place.account = $4")                                                 \
	X(follow, "incident,state,since_ms", "follow.account = $1 AND follow.account = $4")                            \
	X(notified, "incident,comment,act,made_ms",                                                                    \
	  "notified.account = $1 AND notified.account = $4 AND (notified.comment = '' OR EXISTS (SELECT 1 FROM "       \
	  "comment WHERE comment.uuid = notified.comment AND " VIEW_SEES_COMMENT "))")                                 \
	X(notified_read, "upto_ms", "notified_read.account = $1 AND notified_read.account = $4")                       \
	X(mention, "comment",                                                                                          \
	  "mention.account = $1 AND EXISTS (SELECT 1 FROM comment WHERE comment.uuid = mention.comment AND "           \
	  "comment.removed = 0 AND " VIEW_SEES_COMMENT ")")                                                            \
	X(taken, "incident,of,taken_ms", "taken.account = $1 AND taken.organisation = coalesce($30, $39)")             \
	X(snooze, "incident,until_ms,made_ms", "snooze.account = $1 AND snooze.organisation = coalesce($30, $39)")     \
	X(comment,                                                                                                     \
	  "uuid,incident,supplier,ticket,body,format,reply_to,organisations,everyone,requester,created_ms,"            \
	  "edited_ms,removed",                                                                                         \
	  "comment.author = $1 AND " VIEW_SEES_COMMENT)                                                                \
	X(act, "uuid,incident,kind,from_org,to_org,state,made_ms,ended_ms", "act.by_ref = $1 AND " VIEW_SEES_ACT)      \
	X(incident, "number,uuid", "incident.requester = $1 AND $5 = 1")                                               \
	X(ticket, "supplier,external_id,incident",                                                                     \
	  "$5 = 1 AND replace(ticket.attributes, $1, '') <> ticket.attributes")                                        \
	X(audit, "id,at_ms,act,subject,detail", "audit.by_ref = $1")                                                   \
	X(once, "key,made_ms", "once.asker = $1")                                                                      \
	X(erasure, "begun_ms,done_ms,n_raw,n_letter,n_delivery", "erasure.ref = $1")

struct export_table {
	const char *name, *columns, *sql;
};

static const struct export_table export_tables[] = {
#define X(table, columns, where)                                                                                       \
	{#table, columns, "SELECT " columns " FROM " #table " WHERE " where " LIMIT $2 OFFSET $3"},
    EXPORT_TABLE(X)
#undef X
};

static void export_bind(const struct view *view, struct db_stmt *stmt, struct ent_str ref, int64_t skip)
{
	db_bind_str(stmt, 1, ref);
	db_bind_int(stmt, 2, VIEW_EXPORT_ROWS + 1);
	db_bind_int(stmt, 3, skip);
	if (db_takes(stmt, 4))
		db_bind_str(stmt, 4, sdk_or_empty(view->reader->ref));
	if (db_takes(stmt, 5))
		db_bind_int(stmt, 5, view_is_ours(view));
	if (db_takes(stmt, 30))
		view_bind(view, stmt);
}

static void export_value(struct sdk_jsonw *w, struct ent_arena *arena, struct ent_str column, struct db_stmt *stmt,
			 int i)
{
	const struct ent_str tail = ENT_STR("_ms");

	if (column.n > tail.n && sdk_eq((struct ent_str){column.p + column.n - tail.n, tail.n}, tail)) {
		if (db_int(stmt, i) > 0)
			json_time(w, sdk_z(arena, (struct ent_str){column.p, column.n - tail.n}), db_int(stmt, i));
	} else {
		sdk_jsonw_kstr(w, sdk_z(arena, column), sdk_or_empty(db_str(stmt, i)));
	}
}

static void export_rows(const struct view *view, struct sdk_jsonw *w, const struct export_table *table,
			struct ent_str ref, int64_t skip)
{
	struct db_stmt *stmt = db_use(view->db, table->sql);
	int64_t n = 0;

	export_bind(view, stmt, ref, skip);
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "table", table->name);
	sdk_jsonw_key(w, "rows");
	sdk_jsonw_open(w, '[');
	while (db_row(stmt)) {
		struct ent_str rest = sdk_str(table->columns);

		if (++n > VIEW_EXPORT_ROWS)
			continue;
		sdk_jsonw_open(w, '{');
		for (int i = 0; rest.n; i++)
			export_value(w, view->arena, sdk_cut(rest, ',', &rest), stmt, i);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
	sdk_jsonw_kbool(w, "more", n > VIEW_EXPORT_ROWS);
	sdk_jsonw_close(w, '}');
}

static int64_t count_drafts(const struct view *view, struct ent_str ref)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT count(*) FROM draft WHERE account = $1");

	db_bind_str(stmt, 1, ref);
	int64_t n = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return n;
}

static enum ent_rc fail_table(const struct view *view, struct ent_str table, struct ent_err *err)
{
	struct ent_str known = ENT_STR("");

	for (size_t i = 0; i < sizeof export_tables / sizeof *export_tables; i++)
		known = sdk_join(view->arena, known, ", ", sdk_str(export_tables[i].name));
	return sdk_fail_as(err, ENT_EINVAL, "ask.export_table",
			   "an export has no table '{table=%.*s}'; its tables are: {known=%.*s}",
			   ENT_F(sdk_head(table, 40)), ENT_F(known));
}

enum ent_rc view_export(const struct view *view, struct ent_str ref, struct ent_str table, int64_t skip,
			struct ent_str *ret, struct ent_err *err)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;
	bool found = !table.n;

	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "ref", ref);
	sdk_jsonw_kint(&w, "drafts", count_drafts(view, ref));
	sdk_jsonw_key(&w, "tables");
	sdk_jsonw_open(&w, '[');
	for (size_t i = 0; i < sizeof export_tables / sizeof *export_tables; i++) {
		if (table.n && !sdk_eqz(table, export_tables[i].name))
			continue;
		export_rows(view, &w, &export_tables[i], ref, table.n ? skip : 0);
		found = true;
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	if (found)
		return json_answer(view->db, view->arena, &buf, ret, err);
	sdk_buf_release(&buf);
	return fail_table(view, table, err);
}
