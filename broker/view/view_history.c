/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_history.h"

#include "core/event.h"
#include "sdk/webhook.h"
#include "view/view_json.h"

#include <inttypes.h>

enum ent_rc view_history(const struct view *view, const struct incident *incident, int64_t after, int limit,
			 struct ent_str *ret, struct ent_err *err)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT seq, kind, sequence, time_ms, recorded_ms, traceparent, json FROM event "
			     "WHERE incident = $1 AND sequence > $2 ORDER BY sequence LIMIT $3");
	int64_t last = after;
	int n = 0;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	limit = limit < 1 ? 100 : limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : limit;
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "items");
	sdk_jsonw_open(&w, '[');
	db_bind_int(stmt, 1, incident->number);
	db_bind_int(stmt, 2, after);
	db_bind_int(stmt, 3, limit);
	while (db_row(stmt)) {
		struct ent_str kind = db_str(stmt, 1);
		last = db_int(stmt, 2);
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kint(&w, "seq", db_int(stmt, 0));
		sdk_jsonw_kint(&w, "sequence", last);
		sdk_jsonw_kstr(&w, "type", sdk_format(view->arena, EVENT_TYPE_PREFIX "%.*s.v1", (int)kind.n, kind.p));
		json_time(&w, "time", db_int(stmt, 3));
		json_time(&w, "recorded", db_int(stmt, 4));
		if (db_str(stmt, 5).n)
			sdk_jsonw_kstr(&w, "traceparent", db_str(stmt, 5));
		sdk_jsonw_kraw(&w, "data", db_str(stmt, 6));
		sdk_jsonw_close(&w, '}');
		n++;
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_key(&w, "next");
	if (n == limit)
		sdk_jsonw_int(&w, last);
	else
		sdk_jsonw_null(&w);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
