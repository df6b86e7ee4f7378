/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_share.h"

#include "core/delivery.h"
#include "core/holder.h"
#include "core/organisation.h"
#include "sdk/webhook.h"
#include "view/view_json.h"

#include <string.h>

enum { N_OPEN = DELIVERY_DONE /* states before it are open */ };

/* $2: a supplier; NULL: all. The ticket is the one that changed last. */
static const char shares_sql[] =
    "SELECT supplier, since_ms, withdrawn_ms, (SELECT external_id FROM ticket t WHERE t.incident = s.incident "
    "AND t.supplier = s.supplier AND t.removed = 0 ORDER BY changed_ms DESC, id DESC LIMIT 1), "
    "(SELECT CASE WHEN key = '' THEN external_id ELSE key END FROM ticket t WHERE t.incident = s.incident AND "
    "t.supplier = s.supplier AND t.removed = 0 ORDER BY changed_ms DESC, id DESC LIMIT 1) FROM share s "
    "WHERE incident = $1 AND ($2 IS NULL OR supplier = $2) AND " VIEW_SEES_OWN(
	"supplier") " ORDER BY since_ms, supplier";

/* How many deliveries are open in each state, by supplier. */
static const char open_sql[] =
    "SELECT supplier, state, count(*) FROM delivery WHERE incident = $1 AND state NOT IN "
    "('done', 'cancelled') AND " VIEW_SEES_DELIVERY("delivery") " GROUP BY supplier, state ORDER BY supplier, state";

struct open {
	struct ent_str supplier, state;
	int64_t n;
};
struct open_list {
	struct open *at;
	size_t n, max;
};

static struct open_list read_open(const struct view *view, int64_t incident)
{
	struct open_list list = {NULL, 0, 0};
	struct db_stmt *stmt = db_use(view->db, open_sql);

	db_bind_int(stmt, 1, incident);
	view_bind(view, stmt);
	while (db_row(stmt)) {
		if (list.n == list.max) {
			struct open *more = SDK_NEW_N(view->arena, struct open, list.max * 2 + N_OPEN);
			if (list.n)
				memcpy(more, list.at, list.n * sizeof *more);
			list.at = more;
			list.max = list.max * 2 + N_OPEN;
		}
		list.at[list.n++] = (struct open){sdk_dup(view->arena, db_str(stmt, 0)),
						  sdk_dup(view->arena, db_str(stmt, 1)), db_int(stmt, 2)};
	}
	return list;
}

static void print_open_deliveries(struct sdk_jsonw *w, const struct open_list *open, struct ent_str supplier)
{
	sdk_jsonw_key(w, "deliveries");
	sdk_jsonw_open(w, '{');
	for (size_t i = 0; i < open->n; i++) {
		if (!sdk_eq(open->at[i].supplier, supplier))
			continue;
		sdk_jsonw_key_str(w, open->at[i].state);
		sdk_jsonw_int(w, open->at[i].n);
	}
	sdk_jsonw_close(w, '}');
}

/* Deliveries are made to its tool. */
static bool has_tool_to_tell(const struct view *view, struct ent_str supplier)
{
	const struct supplier *tool = view->suppliers ? supplier_by_name(view->suppliers, supplier) : NULL;

	return tool && supplier_takes_words(tool);
}

/* The words that its organisation was told when the incident was shared with it, the last time that words came along.
 */
static void print_told(const struct view *view, struct sdk_jsonw *w, int64_t incident, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT json FROM event WHERE incident = $1 AND kind = "
						"'incident.shared' AND supplier = $2 ORDER BY sequence DESC LIMIT 20");
	const struct sdk_json *data, *brief = NULL;
	struct ent_err err;

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, supplier);
	while (!brief && db_row(stmt))
		if (sdk_json_parse(view->arena, sdk_dup(view->arena, db_str(stmt, 0)), &data, &err) == ENT_OK)
			brief = sdk_json_at(data, "brief");
	db_done(stmt);
	if (brief)
		sdk_jsonw_kraw(w, "brief", sdk_json_print(view->arena, brief));
}

static void print_share(const struct view *view, struct sdk_jsonw *w, struct db_stmt *stmt,
			const struct incident *incident, const struct open_list *open)
{
	struct ent_str supplier = db_str(stmt, 0);
	bool escalated = holder_is(view->suppliers, incident->holder, supplier);

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "supplier", supplier);
	sdk_jsonw_kstr(w, "organisation", organisation_named(view->suppliers, supplier));
	sdk_jsonw_kbool(w, "told_by_tool", has_tool_to_tell(view, supplier));
	sdk_jsonw_kz(w, "role", db_int(stmt, 2) ? "none" : escalated ? "escalated" : "shadow");
	json_time(w, "since", db_int(stmt, 1));
	if (db_int(stmt, 2))
		json_time(w, "withdrawn", db_int(stmt, 2));
	if (escalated && !db_int(stmt, 2))
		json_time(w, "holds_since", incident->holder_since_ms);
	sdk_jsonw_kstr_opt(w, "ticket", db_str(stmt, 3));
	sdk_jsonw_kstr_opt(w, "ticket_key", db_str(stmt, 4));
	print_open_deliveries(w, open, supplier);
	print_told(view, w, incident->number, supplier);
	sdk_jsonw_close(w, '}');
}

static struct db_stmt *use_shares(const struct view *view, const struct incident *incident, struct ent_str supplier)
{
	struct db_stmt *stmt = db_use(view->db, shares_sql);

	db_bind_int(stmt, 1, incident->number);
	db_bind_str(stmt, 2, supplier);
	view_bind(view, stmt);
	return stmt;
}

void view_json_shares(const struct view *view, struct sdk_jsonw *w, const struct incident *incident)
{
	static const char *const list[] = {"shares", "former_shares"};
	struct open_list open = read_open(view, incident->number);

	for (int former = 0; former < 2; former++) {
		struct db_stmt *stmt = use_shares(view, incident, ENT_ABSENT);

		sdk_jsonw_key(w, list[former]);
		sdk_jsonw_open(w, '[');
		while (db_row(stmt))
			if ((db_int(stmt, 2) != 0) == (former != 0))
				print_share(view, w, stmt, incident, &open);
		sdk_jsonw_close(w, ']');
	}
}

enum ent_rc view_share(const struct view *view, const struct incident *incident, struct ent_str supplier,
		       struct ent_str *ret, struct ent_err *err)
{
	struct open_list open = read_open(view, incident->number);
	struct db_stmt *stmt = use_shares(view, incident, sdk_or_empty(supplier));
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	bool found = db_row(stmt);
	if (found)
		print_share(view, &w, stmt, incident, &open);
	db_done(stmt);
	if (!found && !db_failed(view->db)) {
		sdk_buf_release(&buf);
		return sdk_fail_as(err, ENT_EGONE, "ask.never_shared",
				   "this incident was never shared with {supplier=%.*s}",
				   ENT_F(sdk_head(supplier, 64)));
	}
	return json_answer(view->db, view->arena, &buf, ret, err);
}
