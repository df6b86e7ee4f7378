/* SPDX-License-Identifier: Apache-2.0 */
/* Events as they are committed, for live streams: the outbox again, in structured mode. */
#include "view/view_live.h"

#include "sdk/webhook.h"
#include "store/outbox.h"
#include "view/view_event.h"
#include "view/view_json.h"
#include "view/view_position.h"

enum { EVENT_MAX = 64 << 20 };

struct live {
	const struct view *view;
	struct ent_str source;
	bool (*take)(void *to, const struct live_event *event);
	void *to;
	int64_t last;
	struct sdk_buf buf;
};

/* All of it but `data`. */
static void print_head(struct live *live, struct sdk_jsonw *w, const struct live_event *event, int64_t time_ms)
{
	sdk_buf_clear(&live->buf);
	sdk_jsonw_init(w, &live->buf);
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "specversion", "1.0");
	sdk_jsonw_kstr(w, "id", event->id);
	sdk_jsonw_kstr(w, "source", live->source);
	sdk_jsonw_kstr(w, "type", event->type);
	json_time(w, "time", time_ms);
	sdk_jsonw_kstr(w, "subject", event->subject);
	sdk_jsonw_kz(w, "datacontenttype", "application/json");
}

static bool give_live(struct live *live, struct sdk_jsonw *w, struct live_event *event)
{
	sdk_jsonw_close(w, '}');
	event->json = sdk_buf_view(&live->buf);
	return live->take(live->to, event);
}

/* ---- ours ------------------------------------------------------------------------------ */

static bool take_live(void *to, const struct outbox_row *row)
{
	struct live *live = to;
	const struct view *view = live->view;
	const struct sdk_json *json;
	struct sdk_jsonw w;
	struct ent_err err;

	live->last = row->seq;
	if (row->topic != OUTBOX_EVENTS)
		return true;
	const struct ent_str data = view_event_ours(view, sdk_str(event_name(row->kind)), row->json);
	if (!data.p)
		return true;
	struct live_event event = {.seq = row->seq,
				   .id = view_position_print(view, row->seq, 0),
				   .type = event_type(view->arena, row->kind),
				   .subject = sdk_or_empty(row->subject)};
	if (sdk_json_parse(view->arena, row->json, &json, &err) == ENT_OK)
		event.supplier = sdk_json_text_at(json, "supplier");
	event.supplier = sdk_or_empty(event.supplier);
	print_head(live, &w, &event, row->time_ms);
	sdk_jsonw_kraw(&w, "data", data);
	return give_live(live, &w, &event);
}

/* ---- an organisation's --------------------------------------------------------------------- */

/* One of an incident that it takes part in. */
static bool take_seen(struct live *live, struct db_stmt *stmt)
{
	const struct view *view = live->view;
	struct view_event_part part = view_event_part_now(view, db_int(stmt, 2));
	struct live_event told = {.seq = db_int(stmt, 0), .subject = db_str(stmt, 6)};
	struct event event;
	struct sdk_jsonw w;

	if (!view_event_read(view, &part, db_str(stmt, 1), db_int(stmt, 4), db_str(stmt, 5), &event))
		return true;
	told.id = view_position_print(view, told.seq, 0);
	told.type = event_type(view->arena, event.kind);
	told.supplier = view_is_own(view, event.supplier) ? sdk_or_empty(event.supplier) : ENT_STR("");
	print_head(live, &w, &told, db_int(stmt, 3));
	view_event_print_data(view, &w, &event);
	return give_live(live, &w, &told);
}

static void read_seen(struct live *live, int64_t up_to)
{
	static const char sql[] =
	    "SELECT event.seq, event.kind, event.incident, event.time_ms, event.recorded_ms, event.json, incident.uuid "
	    "FROM event JOIN incident ON incident.number = event.incident WHERE event.seq > $1 AND event.seq <= $2 AND "
	    "$30 IS NOT NULL AND EXISTS (" VIEW_PART("event.incident") ") ORDER BY event.seq";
	struct db_stmt *stmt = db_use(live->view->db, sql);
	bool go_on = true;

	db_bind_int(stmt, 1, live->last);
	db_bind_int(stmt, 2, up_to);
	view_bind(live->view, stmt);
	while (go_on && db_row(stmt)) {
		go_on = take_seen(live, stmt);
		live->last = db_int(stmt, 0);
	}
	db_done(stmt);
	if (go_on)
		live->last = up_to;
}

int64_t view_live(const struct view *view, struct ent_str source, int64_t after, int64_t max,
		  bool (*take)(void *to, const struct live_event *event), void *to)
{
	struct live live = {view, source, take, to, after, {0}};
	int64_t last, n = 0;

	sdk_buf_init(&live.buf, EVENT_MAX);
	if (view_is_ours(view)) {
		n = outbox_read(view->db, after, max, take_live, &live);
	} else if (view->reader->kind == READER_ORGANISATION) {
		last = db_ask(view->db, "SELECT max(seq) FROM event");
		if (last > after)
			read_seen(&live, last - after > max ? after + max : last);
	}
	sdk_buf_release(&live.buf);
	return n < 0 || db_failed(view->db) ? -1 : live.last;
}
