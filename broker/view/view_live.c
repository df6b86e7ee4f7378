/* SPDX-License-Identifier: Apache-2.0 */
/* Events as they are committed, for live streams: the outbox again, in structured mode. */
#include "view/view_live.h"
#include "store/outbox.h"
#include "view/view_json.h"

enum { EVENT_MAX = 64 << 20 };

struct live {
	struct ent_arena *arena;
	struct ent_str source;
	bool (*take)(void *to, const struct live_event *event);
	void *to;
	int64_t last;
	struct sdk_buf buf;
};

static bool take_live(void *to, const struct outbox_row *row)
{
	struct live *live = to;
	struct sdk_jsonw w;

	live->last = row->seq;
	if (row->topic != OUTBOX_EVENTS)
		return true;
	struct ent_str type = event_type(live->arena, row->kind);
	sdk_buf_clear(&live->buf);
	sdk_jsonw_init(&w, &live->buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "specversion", "1.0");
	sdk_jsonw_kstr(&w, "id", sdk_int(live->arena, row->seq));
	sdk_jsonw_kstr(&w, "source", live->source);
	sdk_jsonw_kstr(&w, "type", type);
	json_time(&w, "time", row->time_ms);
	sdk_jsonw_kstr(&w, "subject", row->subject);
	sdk_jsonw_kz(&w, "datacontenttype", "application/json");
	sdk_jsonw_kraw(&w, "data", row->json);
	sdk_jsonw_close(&w, '}');
	return live->take(live->to, &(struct live_event){.seq = row->seq,
							 .type = type,
							 .subject = row->subject,
							 .data = row->json,
							 .json = sdk_buf_view(&live->buf)});
}

int64_t view_live(const struct view *view, struct ent_str source, int64_t after, int64_t max,
		  bool (*take)(void *to, const struct live_event *event), void *to)
{
	if (!view_is_ours(view)) /* positions in the whole stream tell of others */
		return after;
	struct live live = {view->arena, source, take, to, after, {0}};

	sdk_buf_init(&live.buf, EVENT_MAX);
	int64_t n = outbox_read(view->db, after, max, take_live, &live);
	sdk_buf_release(&live.buf);
	return n < 0 ? -1 : live.last;
}
