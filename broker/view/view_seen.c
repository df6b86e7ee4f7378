/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_seen.h"

#include "view/view_json.h"

bool view_seen_is_told(const struct view *view, const struct audience *audience, struct ent_str part,
		       struct ent_str organisation)
{
	const struct audience all = {part, false, false};

	if (view_is_ours(view) || reader_sees_own(view->reader, organisation))
		return true;
	return audience_names(&all, organisation) && (audience->everyone || audience_names(audience, organisation));
}

void view_seen_print(const struct view *view, struct sdk_jsonw *w, struct ent_str uuid, const struct audience *audience,
		     struct ent_str part)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT organisation, seen_ms FROM seen WHERE comment = $1 ORDER BY organisation");
	bool any = false;

	db_bind_str(stmt, 1, uuid);
	while (db_row(stmt)) {
		if (!view_seen_is_told(view, audience, part, db_str(stmt, 0)))
			continue;
		if (!any) {
			sdk_jsonw_key(w, "seen");
			sdk_jsonw_open(w, '[');
		}
		any = true;
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "organisation", db_str(stmt, 0));
		json_time(w, "at", db_int(stmt, 1));
		sdk_jsonw_close(w, '}');
	}
	if (any)
		sdk_jsonw_close(w, ']');
}

int64_t view_seen_at(const struct view *view, struct ent_str uuid, struct ent_str organisation)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT seen_ms FROM seen WHERE comment = $1 AND organisation = $2");
	int64_t at_ms = 0;

	db_bind_str(stmt, 1, uuid);
	db_bind_str(stmt, 2, organisation);
	if (db_row(stmt))
		at_ms = db_int(stmt, 0);
	db_done(stmt);
	return at_ms;
}
