/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_event.h"

#include <string.h>

#include "core/event_duty.h"
#include "core/holder.h"
#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/revisions.h"
#include "view/view_json.h"

static struct ent_str seen_comments(const struct view *view, int64_t incident)
{
	struct db_stmt *stmt = db_use(view->db, "SELECT uuid, " VIEW_READS_EVERYONES
						"FROM comment WHERE incident = $1 AND " VIEW_SEES_COMMENT);
	struct sdk_buf list;

	db_bind_int(stmt, 1, incident);
	view_bind(view, stmt);
	sdk_buf_init(&list, JSON_ANSWER_MAX);
	while (db_row(stmt)) {
		sdk_buf_str(&list, db_str(stmt, 0));
		sdk_buf_z(&list, db_int(stmt, 1) ? "+" : "-");
	}
	struct ent_str ret = sdk_dup(view->arena, sdk_buf_view(&list));
	sdk_buf_release(&list);
	return ret;
}

struct view_event_part view_event_part(const struct view *view, int64_t incident)
{
	struct view_event_part part = view_event_part_now(view, incident);

	part.comments = seen_comments(view, incident);
	part.incident = 0;
	return part;
}

struct view_event_part view_event_part_now(const struct view *view, int64_t incident)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT min(part.sees_ms) FROM share AS part WHERE part.incident = $1 AND " VIEW_IS_OWN(
				 "part.supplier") "AND part.withdrawn_ms = 0 AND $30 IS NOT NULL HAVING count(*) > 0");
	struct view_event_part part = {.incident = incident};

	db_bind_int(stmt, 1, incident);
	view_bind(view, stmt);
	if (db_row(stmt))
		part.share = (struct reader_part){true, db_int(stmt, 0)};
	db_done(stmt);
	return part;
}

static const struct reading reads_all = {true, 0}, reads_named = {true, INT64_MAX};

static const struct reading *sees_comment(const struct view *view, int64_t incident, const char *uuid)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT " VIEW_READS_EVERYONES
			     "FROM comment WHERE incident = $1 AND uuid = $2 AND " VIEW_SEES_COMMENT " LIMIT 1");
	const struct reading *reading = NULL;

	db_bind_int(stmt, 1, incident);
	db_bind_str(stmt, 2, sdk_str(uuid));
	view_bind(view, stmt);
	if (db_row(stmt))
		reading = db_int(stmt, 0) ? &reads_all : &reads_named;
	db_done(stmt);
	return reading;
}

/* The part that the reader reads in the place of a comment. The statement has chosen the comments: here it counts
 * whether this is one of them. NULL: it is not. */
static const struct reading *reading_of(const struct view *view, const struct view_event_part *part, const char *uuid)
{
	size_t n = strlen(uuid);
	const char *at;

	if (n && part->incident)
		return sees_comment(view, part->incident, uuid);
	at = n && part->comments.n ? memmem(part->comments.p, part->comments.n, uuid, n) : NULL;
	return !at ? NULL : at[n] == '+' ? &reads_all : &reads_named;
}

bool view_event_read(const struct view *view, const struct view_event_part *part, struct ent_str kind,
		     int64_t recorded_ms, struct ent_str json, struct event *ret)
{
	const struct comment seen = {.audience = {view->reader->organisation, true, false}};
	enum event_kind known;
	struct ent_err err;

	if (!event_kind_by_name(kind, &known) ||
	    event_parse(view->arena, known, sdk_dup(view->arena, json), ret, &err) != ENT_OK)
		return false;
	ret->recorded_ms = recorded_ms;
	const char *words = reader_words_of(ret),
		   *uuid = ret->kind == EVENT_ATTACHMENT_ADDED ? words : ret->comment.uuid;
	const struct reading *reading = reading_of(view, part, uuid);
	if (words != uuid && !reading_of(view, part, words))
		reading = NULL;
	return reader_sees_event(view->reader, &part->share, ret, organisation_named(view->suppliers, ret->supplier),
				 reading ? &seen : NULL, reading);
}

struct comment_state {
	bool removed, elsewhere, edited; /* elsewhere: another organisation holds it */
	int64_t incident;
};

/* How a comment stands; false: it does not (any more). */
static bool comment_state(const struct view *view, const char *uuid, struct comment_state *ret)
{
	struct db_stmt *stmt =
	    db_use(view->db, "SELECT removed, held_by, edited_ms, incident FROM comment WHERE uuid = $1");

	db_bind_str(stmt, 1, sdk_str(uuid));
	bool found = db_row(stmt);
	if (found) {
		struct ent_str by = db_str(stmt, 1);
		ret->removed = db_int(stmt, 0) != 0;
		ret->elsewhere = by.n > 0 && !sdk_eq(by, organisation_ours(view->suppliers));
		ret->edited = db_int(stmt, 2) != 0;
		ret->incident = db_int(stmt, 3);
	}
	db_done(stmt);
	return found;
}

static struct ent_str print_without_words(const struct view *view, struct event *event)
{
	struct sdk_buf buf;

	event->comment.body = ENT_STR("");
	sdk_buf_init(&buf, JSON_ANSWER_MAX);
	event_print(event, &buf);
	struct ent_str json = sdk_dup(view->arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return json;
}

/* Words of a person elsewhere that were replaced before we could read them. Any doubt is yes. */
static bool is_others_draft(const struct view *view, const struct event *event, int64_t incident)
{
	const struct event *list;
	size_t n;

	if (event->comment.supplier.n || !event->comment.author.organisation.n ||
	    sdk_eq(event->comment.author.organisation, organisation_ours(view->suppliers)))
		return false;
	n = revisions_events(view->db, view->arena, incident, event->comment.uuid, &list);
	for (size_t i = 0; i < n; i++)
		if (list[i].kind == event->kind && list[i].comment.edited_ms == event->comment.edited_ms &&
		    sdk_eq(sdk_or_empty(list[i].comment.body), sdk_or_empty(event->comment.body)))
			return revisions_is_draft(list, n, i);
	return true;
}

/* Another organisation's people among themselves. Any doubt is yes. */
static bool is_others_duty(const struct view *view, struct ent_str kind, struct ent_str json)
{
	enum event_kind known;
	struct event event;
	struct ent_err err;

	return !event_kind_by_name(kind, &known) ||
	       event_parse(view->arena, known, sdk_dup(view->arena, json), &event, &err) != ENT_OK ||
	       !sdk_eq(event.duty.organisation, organisation_ours(view->suppliers));
}

struct ent_str view_event_ours(const struct view *view, struct ent_str kind, struct ent_str json)
{
	struct comment_state now = {.removed = false};
	enum event_kind known;
	struct event event;
	struct ent_err err;

	if (sdk_eqz(kind, event_name(EVENT_INCIDENT_TAKEN)) || sdk_eqz(kind, event_name(EVENT_INCIDENT_SNOOZED)))
		return is_others_duty(view, kind, json) ? ENT_ABSENT : json;
	if ((!sdk_starts(kind, "comment.") && !sdk_eqz(kind, "attachment.added")) ||
	    !event_kind_by_name(kind, &known) ||
	    event_parse(view->arena, known, sdk_dup(view->arena, json), &event, &err) != ENT_OK ||
	    !comment_state(view, known == EVENT_ATTACHMENT_ADDED ? event.beside.comment : event.comment.uuid, &now))
		return json;
	if (now.elsewhere)
		return ENT_ABSENT;
	return event.comment.body.n && (now.removed || (now.edited && is_others_draft(view, &event, now.incident)))
		   ? print_without_words(view, &event)
		   : json;
}

void view_event_print(const struct view *view, struct sdk_jsonw *w, const struct event *event)
{
	sdk_jsonw_kstr(w, "type", event_type(view->arena, event->kind));
	view_event_print_data(view, w, event);
}

void view_event_print_data(const struct view *view, struct sdk_jsonw *w, const struct event *event)
{
	sdk_jsonw_key(w, "data");
	sdk_jsonw_open(w, '{');
	if (event->comment.uuid[0] || event->beside.sha256[0])
		sdk_jsonw_kz(w, "comment", event->comment.uuid[0] ? event->comment.uuid : event->beside.comment);
	else if (event->ticket_id.n && view_is_own(view, event->supplier))
		sdk_jsonw_kstr(w, "ticket", event->ticket_id);
	if (event->kind == EVENT_INCIDENT_STATUS_CHANGED) {
		sdk_jsonw_kz(w, "from", sdk_status_name(event->status_from));
		sdk_jsonw_kz(w, "to", sdk_status_name(event->status_to));
	}
	if (event->kind == EVENT_INCIDENT_HOLDER_CHANGED) {
		holder_json(w, "from", event->holder_from);
		holder_json(w, "to", event->holder_to);
		sdk_jsonw_kbool(w, "accepted", event->is_accepted);
	}
	if (event->kind == EVENT_INCIDENT_TAKEN || event->kind == EVENT_INCIDENT_SNOOZED)
		event_duty_print(w, event);
	if (event->kind == EVENT_INCIDENT_HOLDER_ACCEPTED)
		holder_json(w, "holder", event->holder_to);
	sdk_jsonw_close(w, '}');
}
