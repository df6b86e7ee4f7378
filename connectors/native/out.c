/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out: one event a request, with the same bytes and the same webhook-id on every
 * attempt. A receiver that takes an id once makes each repeat safe; that is what we ask for.
 */
#include "native.h"
#include "sdk/acts.h"
#include "sdk/ask.h"
#include "sdk/cursor.h"
#include "sdk/http.h"
#include "sdk/time.h"
#include "sdk/writer.h"

#define PAGE "100"

static const char *event_type(enum ent_op_kind kind)
{
	switch (kind) {
	case ENT_CREATE_TICKET:
		return "org.entente.ticket.create.v1";
	case ENT_UPDATE_TICKET:
		return "org.entente.ticket.update.v1";
	case ENT_EDIT_COMMENT:
		return "org.entente.comment.edit.v1";
	case ENT_REMOVE_COMMENT:
		return "org.entente.comment.remove.v1";
	default:
		return "org.entente.comment.add.v1";
	}
}

/* An act goes as an event of its own, its words among it. */
static struct ent_str type_of(const struct ent_op *op, struct ent_arena *arena)
{
	if (op->act.kind == ENT_NO_ACT)
		return sdk_str(event_type(op->kind));
	return sdk_format(arena, "org.entente.%s.%s.v1", sdk_act_noun(op->act.kind), sdk_act_verb(op->act.kind));
}

static void event_write(struct sdk_jsonw *w, const struct ent_op *op, struct ent_arena *arena)
{
	sdk_jsonw_kz(w, "specversion", "1.0");
	sdk_jsonw_kstr(w, "type", type_of(op, arena));
	sdk_jsonw_kstr(w, "source", sdk_format(arena, "urn:entente:incident:%.*s", ENT_F(op->number)));
	sdk_jsonw_kstr(w, "id", op->key);
	sdk_jsonw_kz(w, "datacontenttype", "application/json");
	sdk_jsonw_key(w, "data");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_key(w, "correlation");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "number", op->number);
	sdk_jsonw_close(w, '}');
	sdk_jsonw_key(w, "ticket");
	sdk_write_ticket(w, &op->ticket);
	if (op->act.kind != ENT_NO_ACT) {
		sdk_jsonw_key(w, sdk_act_noun(op->act.kind));
		sdk_write_act(w, &op->act, false);
	}
	if (op->kind == ENT_ADD_COMMENT || op->kind == ENT_EDIT_COMMENT) {
		sdk_jsonw_key(w, "comment");
		sdk_write_comment(w, &op->comment);
	} else if (op->kind == ENT_REMOVE_COMMENT) {
		sdk_jsonw_key(w, "comment");
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "id", op->comment.id);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, '}');
}

static enum ent_rc event_build(const struct native_settings *settings, const struct ent_call *call,
			       struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	struct ent_header *header = SDK_NEW_N(arena, struct ent_header, 2);
	struct sdk_ask ask;
	enum ent_rc rc;

	if (settings->events.n == 0)
		return sdk_fail_as(err, ENT_EUNSUPPORTED, "native.no_events",
				   "this supplier takes no events (setting events)");
	sdk_ask_begin(&ask);
	event_write(&ask.w, &call->op, arena);
	rc = sdk_ask_send(&ask, "POST", settings->events, arena, ret, err);
	header[0] = (struct ent_header){ENT_STR("webhook-id"), call->op.key};
	header[1] = (struct ent_header){ENT_STR("webhook-timestamp"), sdk_int(arena, call->now_ms / 1000)};
	ret->content_type = ENT_STR("application/cloudevents+json");
	ret->header = header;
	ret->n_header = 2;
	ret->sign = true;
	return rc;
}

static const struct sdk_cursor_rule poll_rule = {.by = SDK_BY_TOKEN};

static struct ent_str ticket_path(const struct native_settings *settings, struct ent_arena *arena, struct ent_str id)
{
	struct ent_str path = sdk_http_path(arena, "%s", &id, NULL);

	return sdk_format(arena, "%.*s/%.*s", ENT_F(settings->tickets), ENT_F(path));
}

static struct ent_str poll_path(const struct native_settings *settings, const struct ent_call *call,
				struct ent_arena *arena, struct ent_err *err)
{
	struct ent_str since, path;
	struct sdk_cursor cursor;

	sdk_cursor_begin(&cursor, &poll_rule, call, NULL, arena, err);
	if (cursor.ask) /* a ticket of which an event could not be understood */
		return ticket_path(settings, arena, cursor.ask->ticket);
	since = sdk_time(arena, cursor.since_ms);
	path = cursor.token.n > 0 ? sdk_http_path(arena, "?limit=" PAGE "&cursor=%s", &cursor.token, NULL)
				  : sdk_http_path(arena, "?limit=" PAGE "&since=%s", &since, NULL);
	return sdk_format(arena, "%.*s%.*s", ENT_F(settings->changes), ENT_F(path));
}

enum ent_rc native_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			 struct ent_request *ret, struct ent_err *err)
{
	const struct native_settings *settings = self->settings;
	struct ent_str path;

	switch (call->op.kind) {
	case ENT_FETCH_TICKET:
		if (settings->tickets.n == 0)
			return sdk_fail_as(err, ENT_EUNSUPPORTED, "native.no_tickets",
					   "this supplier gives no tickets to read (setting tickets)");
		path = ticket_path(settings, arena, call->op.ticket.id);
		break;
	case ENT_POLL:
		if (settings->changes.n == 0)
			return sdk_fail_as(err, ENT_EUNSUPPORTED, "native.no_changes",
					   "this supplier tells no changes (setting changes)");
		path = poll_path(settings, call, arena, err);
		break;
	case ENT_PROBE:
		if (settings->probe.n == 0)
			return sdk_fail_as(err, ENT_EUNSUPPORTED, "native.no_probe",
					   "this supplier has no path for it (setting probe)");
		path = settings->probe;
		break;
	default:
		return event_build(settings, call, arena, ret, err);
	}
	sdk_ask_get(ret, path);
	return ENT_OK;
}

/* ---- answers ------------------------------------------------------------------------- */

static enum ent_rc event_add(const struct sdk_json *node, struct sdk_changes *list, struct ent_err *err)
{
	struct native_event event = {0};
	enum ent_rc rc = native_event_read(node, &event, err);

	return rc == ENT_OK ? native_changes(&event, list, err) : rc;
}

/* The error names an event that is passed over: the note has nothing else to identify it. */
static enum ent_rc event_told(struct sdk_cursor *cursor, const struct sdk_json *at, bool is_aside, struct ent_err *err)
{
	enum ent_rc rc = event_add(at, &cursor->list, err);

	if (rc == ENT_OK || is_aside)
		return rc;
	return sdk_fail_as(err, rc, "native.event", "event {event=%.*s} of ticket {ticket=%.*s}: {why=%p}",
			   ENT_F(sdk_head(sdk_word_at(at, "id"), 80)),
			   ENT_F(sdk_head(sdk_word_at(at, "data.ticket.id"), 80)), SDK_WHY(err));
}

static enum ent_rc page_parse(const struct native_settings *settings, struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct sdk_json *root = NULL, *events = NULL;
	enum ent_rc rc = sdk_http_list(cursor->response, "events", cursor->arena, &root, &events, err);

	if (rc == ENT_OK && !sdk_word_at(root, "next").p)
		rc = sdk_fail_as(err, ENT_EINVAL, "native.page",
				 "a page of changes needs the list events and the cursor next");
	for (const struct sdk_json *at = sdk_json_first(events); at && rc == ENT_OK; at = sdk_json_next(at)) {
		const struct sdk_cursor_item item = {.ticket = sdk_word_at(at, "data.ticket.id")};
		bool is_aside = settings->tickets.n && item.ticket.n && native_is_state(sdk_word_at(at, "type"));

		if (sdk_cursor_news(cursor, sdk_word_at(at, "id"), sdk_time_at(at, "time"), ENT_ABSENT))
			sdk_cursor_told(cursor, event_told(cursor, at, is_aside, err), is_aside ? &item : NULL);
	}
	if (rc == ENT_OK)
		sdk_cursor_page(cursor, sdk_json_bool(sdk_json_at(root, "more"), false), sdk_word_at(root, "next"));
	return rc;
}

static enum ent_rc poll_parse(const struct native_settings *settings, const struct ent_call *call,
			      const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			      struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	struct sdk_cursor cursor;
	enum ent_rc rc;

	sdk_cursor_begin(&cursor, &poll_rule, call, response, arena, err);
	if (cursor.ask) {
		rc = sdk_http_json(response, arena, &root, err);
		if (rc == ENT_OK)
			rc = native_ticket(root, &cursor.list, err);
	} else {
		rc = page_parse(settings, &cursor, err);
	}
	return sdk_cursor_end(&cursor, rc, ret);
}

/* An answer may say nothing, except to a create, or tell {"ticket", "comment"} as it stands now. */
static enum ent_rc event_parse(const struct ent_op *op, const struct sdk_json *root, struct sdk_changes *list,
			       struct ent_result *ret, struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;

	if (op->kind == ENT_CREATE_TICKET) {
		rc = sdk_id_at(root, "ticket.id", &ret->remote_id, err);
		ret->remote_key = sdk_word_at(root, "ticket.key");
	} else if (op->kind == ENT_ADD_COMMENT && sdk_word_at(root, "comment.id").p) {
		rc = sdk_id_at(root, "comment.id", &ret->remote_id, err);
	}
	if (rc == ENT_OK && sdk_word_at(root, "ticket.id").p)
		rc = native_ticket(root, list, err);
	return rc;
}

enum ent_rc native_parse(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
			 struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	bool reads = call->op.kind == ENT_FETCH_TICKET;
	bool may_be_empty = !reads && call->op.kind != ENT_CREATE_TICKET;
	const struct sdk_json *root = NULL;
	struct ent_result result = {0};
	struct sdk_changes list;
	enum ent_rc rc, taken;

	if (call->op.kind == ENT_POLL)
		return poll_parse(self->settings, call, response, arena, ret, err);
	rc = sdk_http_status(response, arena, err);
	if (call->op.kind == ENT_PROBE)
		return rc;
	if (rc == ENT_OK && (!may_be_empty || sdk_trim(response->body).n > 0))
		rc = sdk_http_json(response, arena, &root, err);
	if (rc != ENT_OK)
		return rc;
	sdk_changes_init(&list, arena);
	if (reads)
		rc = native_ticket(root, &list, err);
	else
		rc = event_parse(&call->op, root, &list, &result, err);
	if (rc < 0)
		return rc;
	taken = sdk_changes_take(&list, &result.changes, err);
	if (taken != ENT_OK)
		return taken;
	*ret = result;
	return rc;
}

enum ent_repeat native_repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s)
{
	(void)self, (void)kind, (void)ret_lag_s;
	return ENT_REPEAT_SAFE;
}
