/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_wording.h"

#include "core/organisation.h"
#include "core/reader.h"
#include "sdk/webhook.h"
#include "store/rows.h"
#include "store/wordings.h"
#include "view/view_json.h"
#include "view/view_mention.h"
#include "view/view_person.h"
#include "view/view_reader.h"
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

/* Did the reader read there when the comment was said? Then it is one of everyone. */
static bool reads_everyones(const struct view *view, const char *uuid)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT 1 FROM comment WHERE uuid = $1 AND $30 IS NOT NULL AND " VIEW_READS_EVERYONES);

	db_bind_str(stmt, 1, sdk_str(uuid));
	view_bind(view, stmt);
	return db_found(stmt);
}

/* All that was done to a comment. */
struct wording_list {
	const struct event *list;
	size_t n, last;   /* last: the words that stand */
	bool own;         /* the reader's organisation wrote them */
	bool reads_since; /* the reader is one of everyone */
};

static struct wording_list load_wordings(const struct view *view, int64_t incident, const struct comment *now)
{
	const struct ent_str ours = organisation_ours(view->suppliers), wrote = now->author.organisation;
	const struct reader *reader = view->reader;
	struct wording_list all = {
	    .own = sdk_eq(wrote.n ? wrote : ours, reader_is_ours(reader) ? ours : reader->organisation)};

	all.n = wordings_events(view->db, view->arena, incident, now->uuid, &all.list);
	all.reads_since = !all.own && reads_everyones(view, now->uuid);
	for (size_t i = 0; i < all.n; i++)
		if (tells_words(&all.list[i]))
			all.last = i;
	return all;
}

/* The comment is seen as it stands: was it then? What was replaced while it was held is its organisation's own. */
static bool was_seen(const struct view *view, const struct wording_list *all, size_t i, const struct comment *now)
{
	const struct event *event = &all->list[i];
	const struct comment then = {.audience = *wordings_audience(all->list, i)};
	const struct reading reading = {true, all->reads_since ? 0 : INT64_MAX};

	if (all->own || event->kind == EVENT_COMMENT_REMOVED)
		return true;
	if (tells_words(event) && wordings_is_draft(all->list, all->n, i))
		return false;
	if (i == all->last && sdk_eq(sdk_or_empty(event->comment.body), sdk_or_empty(now->body)))
		return true;
	return reader_sees_comment(view->reader, &then, &reading);
}

static void print_wording(const struct view *view, struct sdk_jsonw *w, const struct event *event,
			  const struct audience *audience, const struct comment *now)
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
		if (!event->comment.supplier.n) {
			const struct view_mentions mentions =
			    view_mentions(view, event->comment.body, event->comment.format, ENT_STR(""));
			view_mention_kprint(w, &mentions);
		}
		view_json_audience(view, w, *audience);
	}
	sdk_jsonw_close(w, '}');
}

enum ent_rc view_wording(const struct view *view, int64_t incident, struct ent_str uuid, struct ent_str *ret,
			 struct ent_err *err)
{
	enum ent_rc rc = view_thread_has(view, incident, uuid, err);
	struct comment now = {.removed = true};
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (rc != ENT_OK)
		return rc;
	(void)comment_by_uuid(view->db, view->arena, uuid, &now);
	const struct wording_list all = load_wordings(view, incident, &now);
	json_page_open(&w, &buf);
	for (size_t i = 0; i < all.n; i++)
		if (act_of(&all.list[i]) && was_seen(view, &all, i, &now))
			print_wording(view, &w, &all.list[i], wordings_audience(all.list, i), &now);
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_close(&w, '}');
	return json_answer(view->db, view->arena, &buf, ret, err);
}
