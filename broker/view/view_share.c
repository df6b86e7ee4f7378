/* SPDX-License-Identifier: Apache-2.0 */
/* Who takes part in an incident, and where its comments stand. */
#include "view/view_share.h"
#include "sdk/time.h"
#include "sdk/webhook.h"
#include "view/view_json.h"

/* Of several tickets the one that changed last. */
#define SHARE_SQL                                                                                                      \
	"SELECT supplier, since_ms, withdrawn_ms, (SELECT external_id FROM ticket t WHERE t.incident = s.incident "    \
	"AND t.supplier = s.supplier AND t.removed = 0 ORDER BY changed_ms DESC, id DESC LIMIT 1), "                   \
	"(SELECT CASE WHEN key = '' THEN external_id ELSE key END FROM ticket t WHERE t.incident = s.incident AND "    \
	"t.supplier = s.supplier AND t.removed = 0 ORDER BY changed_ms DESC, id DESC LIMIT 1) FROM share s "           \
	"WHERE incident = $1"

static void print_open(const struct view *view, struct sdk_jsonw *w, int64_t incident, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(
	    view->db, "SELECT state, count(*) FROM delivery WHERE incident = $1 AND supplier = $2 AND state NOT IN "
		      "('done', 'cancelled') GROUP BY state ORDER BY state");
	sdk_jsonw_key(w, "deliveries");
	sdk_jsonw_open(w, '{');
	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	while (db_row(stmt)) {
		sdk_jsonw_key_str(w, db_str(stmt, 0));
		sdk_jsonw_int(w, db_int(stmt, 1));
	}
	sdk_jsonw_close(w, '}');
}

static void print_share(const struct view *view, struct sdk_jsonw *w, struct db_stmt *stmt,
			const struct incident *incident)
{
	struct ent_str supplier = db_str(stmt, 0);
	bool escalated = sdk_eq(supplier, incident->holder);

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "supplier", supplier);
	sdk_jsonw_kz(w, "role", db_int(stmt, 2) ? "none" : escalated ? "escalated" : "shadow");
	json_time(w, "since", db_int(stmt, 1));
	if (db_int(stmt, 2))
		json_time(w, "withdrawn", db_int(stmt, 2));
	if (escalated && !db_int(stmt, 2))
		json_time(w, "holds_since", incident->holder_since_ms);
	sdk_jsonw_kstr_opt(w, "ticket", db_str(stmt, 3));
	sdk_jsonw_kstr_opt(w, "ticket_key", db_str(stmt, 4));
	print_open(view, w, incident->number, supplier);
	sdk_jsonw_close(w, '}');
}

static void print_shares(const struct view *view, struct sdk_jsonw *w, const struct incident *incident, const char *key,
			 const char *sql)
{
	struct db_stmt *stmt = db_use(view->db, sql);

	db_bind_int(stmt, 1, incident->number);
	sdk_jsonw_key(w, key);
	sdk_jsonw_open(w, '[');
	while (db_row(stmt))
		print_share(view, w, stmt, incident);
	sdk_jsonw_close(w, ']');
}

void view_json_shares(const struct view *view, struct sdk_jsonw *w, const struct incident *incident)
{
	static const char standing[] = SHARE_SQL " AND withdrawn_ms = 0 ORDER BY since_ms, supplier";
	static const char former[] = SHARE_SQL " AND withdrawn_ms > 0 ORDER BY since_ms, supplier";

	print_shares(view, w, incident, "shares", standing);
	print_shares(view, w, incident, "former_shares", former);
}

enum ent_rc view_share(const struct view *view, const struct incident *incident, struct ent_str supplier,
		       struct ent_str *ret, struct ent_err *err)
{
	static const char one[] = SHARE_SQL " AND supplier = $2";
	struct db_stmt *stmt = db_use(view->db, one);
	struct sdk_buf buf;
	struct sdk_jsonw w;

	db_bind_int(stmt, 1, incident->number);
	db_bind_str(stmt, 2, supplier);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	bool found = db_row(stmt);
	if (found)
		print_share(view, &w, stmt, incident);
	db_done(stmt);
	if (!found && !db_failed(view->db)) {
		sdk_buf_release(&buf);
		return sdk_fail(err, ENT_EGONE, "this incident was never shared with %.*s",
				ENT_F(sdk_head(supplier, 64)));
	}
	return json_answer(view->db, view->arena, &buf, ret, err);
}

/* ---- comments --------------------------------------------------------------------- */

static void print_copy(struct sdk_jsonw *w, struct db_stmt *stmt)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "supplier", db_str(stmt, 0));
	sdk_jsonw_kz(w, "state", "done");
	sdk_jsonw_kstr(w, "ticket", db_str(stmt, 1));
	if (!sdk_starts(db_str(stmt, 2), "delivery:")) /* the tool told no id: the store made one */
		sdk_jsonw_kstr(w, "external_id", db_str(stmt, 2));
	sdk_jsonw_close(w, '}');
}

static void print_way(struct sdk_jsonw *w, struct db_stmt *stmt)
{
	struct ent_str state = db_str(stmt, 2);

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "supplier", db_str(stmt, 0));
	sdk_jsonw_kstr(w, "state", state);
	sdk_jsonw_kint(w, "delivery", db_int(stmt, 1));
	json_time(w, "since", db_int(stmt, 3));
	view_json_cause(w, db_str(stmt, 4), db_str(stmt, 5));
	if (db_str(stmt, 6).n)
		sdk_jsonw_kstr(w, "external_id", db_str(stmt, 6));
	sdk_jsonw_close(w, '}');
}

/* Deliveries know more; a copy without one is left after a rebuild, or of a comment that was found there. */
void view_json_where(const struct view *view, struct sdk_jsonw *w, struct ent_str comment)
{
	struct db_stmt *way =
	    db_use(view->db, "SELECT supplier, id, state, state_ms, cause, reason, remote_id FROM delivery "
			     "WHERE comment = $1 AND comment <> '' ORDER BY supplier");
	sdk_jsonw_key(w, "where");
	sdk_jsonw_open(w, '[');
	db_bind_str(way, 1, comment);
	while (db_row(way))
		print_way(w, way);
	struct db_stmt *copy = db_use(
	    view->db, "SELECT supplier, ticket, external_id FROM copy c WHERE comment = $1 AND NOT EXISTS (SELECT 1 "
		      "FROM delivery d WHERE d.comment = c.comment AND d.comment <> '' AND d.supplier = c.supplier) "
		      "ORDER BY supplier");
	db_bind_str(copy, 1, comment);
	while (db_row(copy))
		print_copy(w, copy);
	sdk_jsonw_close(w, ']');
}
