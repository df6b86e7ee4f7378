/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_find.h"

#include "sdk/webhook.h"
#include "store/rows.h"
#include "store/rows_ticket.h"
#include "view/view_json.h"

/* An incident that was merged into another is known to an organisation whose ticket came along. */
static bool may_follow(const struct view *view, int64_t from, int64_t to)
{
	struct db_stmt *stmt;

	if (view_is_ours(view) || from == to)
		return true;
	stmt = db_use(view->db, "SELECT 1 FROM ticket WHERE incident = $1 AND origin = $2 AND " VIEW_SEES_OWN(
				    "supplier") " LIMIT 1");
	db_bind_int(stmt, 1, to);
	db_bind_int(stmt, 2, from);
	view_bind(view, stmt);
	return db_found(stmt);
}

static bool load_part(const struct view *view, int64_t number, struct incident *ret)
{
	static const char sql[] = "SELECT " VIEW_INCIDENT_OF_PART " WHERE incident.number = $1 AND " VIEW_OF_READER;
	struct db_stmt *stmt = db_use(view->db, sql);

	db_bind_int(stmt, 1, number);
	view_bind(view, stmt);
	bool found = db_row(stmt);
	if (found)
		*ret = view_json_read_incident(view, stmt);
	db_done(stmt);
	return found;
}

enum ent_rc view_find(const struct view *view, struct ent_str word, struct incident *ret, struct ent_err *err)
{
	struct ent_str rest = ENT_ABSENT, head = sdk_cut(word, ':', &rest);
	int64_t number = 0, living;

	if (rest.p)
		number = view_is_own(view, head) ? ticket_incident(view->db, head, rest) : 0;
	else if (!incident_number_parse(word, &number) && !sdk_to_int(word, &number))
		number = incident_by_uuid(view->db, word);
	living = incident_living(view->db, number);
	if (living != 0 && (rest.p || may_follow(view, number, living)) &&
	    (view_is_ours(view) ? incident_load(view->db, view->arena, living, ret) : load_part(view, living, ret)))
		return ENT_OK;
	if (db_failed(view->db))
		return sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(view->db));
	return sdk_fail_as(
	    err, ENT_EGONE, "ask.no_incident_word",
	    "there is no incident '{word=%.*s}'; name its number (ENT-000042), its id, or supplier:ticket",
	    (int)(word.n < 80 ? word.n : 80), word.p);
}
