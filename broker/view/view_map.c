/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_map.h"

#include "core/maps.h"
#include "sdk/webhook.h"
#include "view/view_json.h"

enum { VERSIONS_MAX = 200 };

enum ent_rc view_map_list(const struct view *view, const struct supplier *supplier, struct ent_str *ret,
			  struct ent_err *err)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT version, made_ms, author, active, json FROM map WHERE supplier = $1 "
			     "ORDER BY version DESC LIMIT $2");
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (!view_ours_only(view, err))
		return ENT_EGONE;
	db_bind_str(stmt, 1, supplier->name);
	db_bind_int(stmt, 2, VERSIONS_MAX);
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "version", supplier->map_version);
	sdk_jsonw_key(&w, "map");
	maps_print(&supplier->maps, &w);
	sdk_jsonw_key(&w, "items");
	sdk_jsonw_open(&w, '[');
	while (db_row(stmt)) {
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kint(&w, "version", db_int(stmt, 0));
		json_time(&w, "made", db_int(stmt, 1));
		sdk_jsonw_kstr(&w, "author", db_str(stmt, 2));
		sdk_jsonw_kbool(&w, "active", db_int(stmt, 3) != 0);
		sdk_jsonw_kraw(&w, "map", db_str(stmt, 4));
		sdk_jsonw_close(&w, '}');
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
