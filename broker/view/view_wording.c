/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_wording.h"

#include "core/reader.h"
#include "sdk/webhook.h"
#include "store/rows.h"
#include "store/wordings.h"
#include "view/view_json.h"
#include "view/view_person.h"
#include "view/view_thread.h"

static const char *act_of(const struct event *event)
{
	switch (event->kind) {
	case EVENT_COMMENT_ADDED:
		return "added";
	case EVENT_COMMENT_EDITED:
		return "edited";
	case EVENT_COMMENT_PUBLISHED:
		return "published";
	case EVENT_COMMENT_REMOVED:
		return "removed";
	default:
		return NULL;
	}
}

static bool tells_words(const struct event *event)
{
	return event->kind == EVENT_COMMENT_ADDED || event->kind == EVENT_COMMENT_EDITED;
}

/* Whom the event's words were for, once they were published. */
static const struct audience *audience_of(const struct event *event)
{
	return event->comment.held_by.n ? &event->comment.meant : &event->comment.audience;
}

/* The comment is seen as it stands: was it then? What was done while it was held is its organisation's own. */
static bool was_seen(const struct view *view, const struct event *event, const struct comment *now, bool held)
{
	const struct reader *reader = view->reader;
	bool own = !reader_is_ours(reader) && sdk_eq(reader->organisation, now->author.organisation);

	if (reader_is_ours(reader) || own)
		return true;
	if (event->kind == EVENT_COMMENT_EDITED && held)
		return false;
	return !tells_words(event) || audience_allows(audience_of(event), reader->organisation, true);
}

static void print_wording(const struct view *view, struct sdk_jsonw *w, const struct event *event,
			  const struct comment *now)
{
	struct ent_str by = event->actor.ref.n ? event->actor.ref : event->comment.author.ref;

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "act", act_of(event));
	sdk_jsonw_key(w, "by");
	view_person_print(view, w, sdk_or_empty(by));
	json_time(w, "time", event->kind == EVENT_COMMENT_ADDED ? event->comment.created_ms : event->time_ms);
	if (tells_words(event) && !now->removed) {
		sdk_jsonw_kstr(w, "body", sdk_or_empty(event->comment.body));
		sdk_jsonw_kz(w, "format", comment_format_word(event->comment.format));
		view_json_audience(view, w, *audience_of(event));
	}
	sdk_jsonw_close(w, '}');
}

enum ent_rc view_wording(const struct view *view, int64_t incident, struct ent_str uuid, struct ent_str *ret,
			 struct ent_err *err)
{
	enum ent_rc rc = view_thread_has(view, incident, uuid, err);
	struct comment now = {.removed = true};
	const struct event *list = NULL;
	bool held = false;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (rc != ENT_OK)
		return rc;
	(void)comment_by_uuid(view->db, view->arena, uuid, &now);
	size_t n = wordings_events(view->db, view->arena, incident, now.uuid, &list);
	json_page_open(&w, &buf);
	for (size_t i = 0; i < n; i++) {
		held = list[i].kind == EVENT_COMMENT_ADDED ? list[i].comment.held_by.n > 0
							   : held && list[i].kind != EVENT_COMMENT_PUBLISHED;
		if (act_of(&list[i]) && was_seen(view, &list[i], &now, held))
			print_wording(view, &w, &list[i], &now);
	}
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
