/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_history.h"

#include "core/event.h"
#include "sdk/webhook.h"
#include "view/view_event.h"
#include "view/view_json.h"
#include "view/view_person.h"

/* For our people. Returns the position to go on from, 0: that was the last. */
static int64_t print_all(const struct view *view, struct sdk_jsonw *w, int64_t incident, int64_t after, int limit)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT seq, kind, sequence, time_ms, recorded_ms, traceparent, json FROM event "
			     "WHERE incident = $1 AND sequence > $2 ORDER BY sequence LIMIT $3");
	int64_t last = after;
	int n = 0;

	db_bind_int(stmt, 1, incident);
	db_bind_int(stmt, 2, after);
	db_bind_int(stmt, 3, limit);
	for (; db_row(stmt); n++) {
		struct ent_str kind = db_str(stmt, 1), data = view_event_ours(view, kind, db_str(stmt, 6));

		last = db_int(stmt, 2);
		if (!data.p)
			continue;
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kint(w, "seq", db_int(stmt, 0));
		sdk_jsonw_kint(w, "sequence", last);
		sdk_jsonw_kstr(w, "type", sdk_format(view->arena, EVENT_TYPE_PREFIX "%.*s.v1", ENT_F(kind)));
		json_time(w, "time", db_int(stmt, 3));
		json_time(w, "recorded", db_int(stmt, 4));
		if (db_str(stmt, 5).n)
			sdk_jsonw_kstr(w, "traceparent", db_str(stmt, 5));
		sdk_jsonw_kraw(w, "data", data);
		sdk_jsonw_close(w, '}');
	}
	return n == limit ? last : 0;
}

/* For an organisation. Events that it does not see are passed over before anything is counted. Walks from the first
 * event on: an incident has some hundreds. */
static int64_t print_seen(const struct view *view, struct sdk_jsonw *w, int64_t incident, int64_t after, int limit)
{
	struct view_event_part part = view_event_part(view, incident);
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT kind, time_ms, recorded_ms, json FROM event WHERE incident = $1 "
			     "ORDER BY sequence");
	int64_t n = 0;

	db_bind_int(stmt, 1, incident);
	while (n - after <= limit && db_row(stmt)) {
		struct event event;

		if (!view_event_read(view, &part, db_str(stmt, 0), db_int(stmt, 2), db_str(stmt, 3), &event))
			continue;
		n++;
		if (n <= after || n - after > limit)
			continue;
		sdk_jsonw_open(w, '{');
		view_event_print(view, w, &event);
		json_time(w, "time", db_int(stmt, 1));
		sdk_jsonw_close(w, '}');
	}
	db_done(stmt);
	return n - after > limit ? after + limit : 0;
}

enum ent_rc view_history(const struct view *view, const struct incident *incident, int64_t after, int limit,
			 struct ent_str *ret, struct ent_err *err)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;
	int64_t next;

	limit = limit < 1 ? 100 : limit > VIEW_PAGE_MAX ? VIEW_PAGE_MAX : limit;
	json_page_open(&w, &buf);
	next = (view_is_ours(view) ? print_all : print_seen)(view, &w, incident->number, after, limit);
	struct ent_str items = sdk_dup(view->arena, sdk_buf_view(&buf));
	sdk_jsonw_close(&w, ']');
	view_people_print(view, &w, items);
	sdk_jsonw_key(&w, "next");
	if (next)
		sdk_jsonw_int(&w, next);
	else
		sdk_jsonw_null(&w);
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
