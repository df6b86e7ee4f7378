/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out by API v2. A comment is an update of its ticket; whoever may read it is always said, as Zendesk's default
 * is everybody. Each update answers with the ticket as it is now. Polling is the incremental export by cursor, which
 * needs an administrator and gives ten pages a minute; comments are asked for per ticket.
 */
#include "zendesk.h"

#include "sdk/ask.h"
#include "sdk/cursor.h"
#include "sdk/http.h"

enum { WRITE = 1, LOOKED = 100 };

#define TICKETS ZENDESK_TICKETS

const struct ent_sentence zendesk_cannot[] = {
    {"cannot.zendesk.closed",
     "A closed ticket takes nothing any more, and a ticket that left `new` cannot go back to it."},
    {"cannot.zendesk.priority",
     "Priority knows four steps: planning (5) is not told, unless map.priority_out names low for it."},
    {"cannot.zendesk.comment",
     "A comment of ours cannot be edited there. One that is removed is blacked out for ever, and its place stays."},
    {0},
};

/* ---- asking ---------------------------------------------------------------------------- */

static void put_comment(struct sdk_jsonw *w, struct ent_str text, bool is_public)
{
	sdk_jsonw_key(w, "comment");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "body", text);
	sdk_jsonw_kbool(w, "public", is_public);
	sdk_jsonw_close(w, '}');
}

static void put_requester(struct sdk_jsonw *w, const struct zendesk_settings *settings)
{
	if (!settings->requester_email.n)
		return;
	sdk_jsonw_key(w, "requester");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "email", settings->requester_email);
	sdk_jsonw_kstr(w, "name", settings->requester_email);
	sdk_jsonw_close(w, '}');
}

static enum ent_rc build_write(const struct zendesk_settings *settings, const struct ent_op *op,
			       struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	bool creates = op->kind == ENT_CREATE_TICKET;
	struct ent_str detail, status = sdk_cut(sdk_op_native(op, ENT_STATUS), '/', &detail);
	struct sdk_ask ask;
	enum ent_rc rc;

	sdk_ask_begin(&ask);
	sdk_jsonw_key(&ask.w, "ticket");
	sdk_jsonw_open(&ask.w, '{');
	if (creates) {
		sdk_jsonw_kstr(&ask.w, "subject", sdk_op_title(op, SDK_ZENDESK, ENT_ABSENT, arena));
		sdk_jsonw_kstr(&ask.w, "external_id", op->number);
		put_requester(&ask.w, settings);
		put_comment(&ask.w, sdk_op_description(op, SDK_ZENDESK, ENT_ABSENT, arena), false);
	} else if (op->kind == ENT_ADD_COMMENT) {
		put_comment(&ask.w, sdk_op_text(op, SDK_ZENDESK, arena), op->comment.visibility == ENT_PUBLIC);
	} else if (status.n) {
		sdk_jsonw_kstr(&ask.w, "status", status);
	}
	if (sdk_op_native(op, ENT_PRIORITY).n)
		sdk_jsonw_kstr(&ask.w, "priority", sdk_op_native(op, ENT_PRIORITY));
	sdk_jsonw_close(&ask.w, '}');
	rc = sdk_ask_send(&ask, creates ? "POST" : "PUT",
			  creates ? ENT_STR(TICKETS ".json")
				  : sdk_http_path(arena, TICKETS "/%s.json", &op->ticket.id, NULL),
			  arena, ret, err);
	if (creates) { /* kept for two hours; longer than that the search by external_id tells */
		struct ent_header *header = SDK_NEW(arena, struct ent_header);
		*header = (struct ent_header){ENT_STR("Idempotency-Key"), op->key};
		ret->header = header;
		ret->n_header = 1;
	}
	return rc;
}

/* The requests about one ticket: its comments, from the oldest on, page after page; before them the ticket itself
 * when nobody understood it in the export. */
#define PLACE_TICKET   "ticket"
#define PLACE_COMMENTS "comments"

static const struct sdk_cursor_rule poll_rule = {.by = SDK_BY_TOKEN, .overlap_ms = 60000, .grain_ms = 1000};

static void ask_of_ticket(struct ent_request *ret, struct ent_arena *arena, const struct sdk_cursor_item *item)
{
	if (sdk_eqz(item->place, PLACE_TICKET))
		sdk_ask_get(ret, sdk_http_path(arena, TICKETS "/%s.json", &item->ticket, NULL));
	else if (!item->place.n || sdk_eqz(item->place, PLACE_COMMENTS))
		sdk_ask_get(ret, sdk_http_path(arena, TICKETS "/%s/comments.json?sort=created_at&page%5Bsize%5D=100",
					       &item->ticket, NULL));
	else
		sdk_ask_get(ret, sdk_http_path(arena,
					       TICKETS "/%s/comments.json?sort=created_at&page%5Bsize%5D=100"
						       "&page%5Bafter%5D=%s",
					       &item->ticket, &item->place, NULL));
}

static void build_poll(const struct ent_call *call, struct ent_arena *arena, struct ent_request *ret,
		       struct ent_err *err)
{
	struct sdk_cursor cursor;

	sdk_cursor_begin(&cursor, &poll_rule, call, NULL, arena, err);
	/* The export takes no beginning within the last minute. */
	struct ent_str since = sdk_int(arena, cursor.since_ms > 120000 ? cursor.since_ms / 1000 - 120 : 0);
	if (cursor.ask)
		ask_of_ticket(ret, arena, cursor.ask);
	else if (cursor.token.n)
		sdk_ask_get(ret, sdk_http_path(arena, "/api/v2/incremental/tickets/cursor.json?per_page=100&cursor=%s",
					       &cursor.token, NULL));
	else
		sdk_ask_get(ret,
			    sdk_http_path(arena, "/api/v2/incremental/tickets/cursor.json?per_page=100&start_time=%s",
					  &since, NULL));
}

enum ent_rc zendesk_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			  struct ent_request *ret, struct ent_err *err)
{
	const struct ent_op *op = &call->op;

	if (op->kind == ENT_POLL) {
		build_poll(call, arena, ret, err);
	} else if (op->kind == ENT_REMOVE_COMMENT) {
		return zendesk_redact_build(call, arena, ret, err);
	} else if (op->kind == ENT_PROBE) {
		sdk_ask_get(ret, ENT_STR("/api/v2/users/me.json"));
	} else if (op->kind == ENT_FETCH_TICKET) {
		sdk_ask_get(ret, sdk_http_path(arena, TICKETS "/%s.json", &op->ticket.id, NULL));
	} else if (sdk_call_looks(call) && op->kind == ENT_ADD_COMMENT) {
		zendesk_ask_comments(ret, arena, op->ticket.id, ENT_ABSENT);
	} else if (sdk_call_looks(call) && op->kind == ENT_CREATE_TICKET) {
		sdk_ask_get(ret, sdk_http_path(arena, TICKETS ".json?external_id=%s", &op->number, NULL));
	} else {
		return build_write(self->settings, op, arena, ret, err);
	}
	return ENT_OK;
}

/* ---- understanding ------------------------------------------------------------------------- */

static enum ent_rc tell_ticket(const struct zendesk_settings *settings, const struct sdk_json *ticket,
			       struct sdk_changes *list, struct ent_err *err)
{
	bool is_gone = sdk_json_is(ticket, "status", "deleted");
	struct ent_change *change = sdk_changes_add(list, is_gone ? ENT_TICKET_REMOVED : ENT_TICKET_CHANGED);
	enum ent_rc rc = sdk_id_at(ticket, "id", &change->ticket.id, err);

	change->stamp.time_ms = sdk_time_at(ticket, "updated_at");
	if (is_gone)
		return rc;
	zendesk_ticket(settings, &change->ticket, ticket, list->arena);
	zendesk_went_in(&change->ticket, ticket);
	change->correlation.number = sdk_word_at(ticket, "external_id");
	return rc;
}

static enum ent_rc parse_page(const struct zendesk_settings *settings, struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct sdk_json *root = NULL, *tickets = NULL;
	enum ent_rc rc = sdk_http_list(cursor->response, "tickets", cursor->arena, &root, &tickets, err);
	const struct sdk_json *end = sdk_json_at(root, "end_of_stream");

	if (rc == ENT_OK && sdk_json_kind(end) != SDK_JSON_BOOL)
		rc = sdk_fail_as(err, ENT_ERETRY, "zendesk.export_broken",
				 "the export breaks off: it does not say whether it ends (end_of_stream)");
	for (const struct sdk_json *at = sdk_json_first(tickets); at && rc == ENT_OK; at = sdk_json_next(at)) {
		struct sdk_cursor_item item = {.ticket = sdk_json_text_at(at, "id"), .place = ENT_STR(PLACE_TICKET)};

		if (!sdk_cursor_news(cursor, item.ticket, sdk_time_at(at, "updated_at"),
				     sdk_json_print(cursor->arena, at)))
			continue;
		sdk_cursor_told(cursor, tell_ticket(settings, at, &cursor->list, err), &item);
		item.place = ENT_ABSENT;
		if (!sdk_json_is(at, "status", "deleted"))
			sdk_cursor_ask(cursor, &item);
	}
	if (rc == ENT_OK)
		sdk_cursor_page(cursor, !sdk_json_bool(end, true), sdk_word_at(root, "after_cursor"));
	return rc;
}

static enum ent_rc parse_comments(struct sdk_cursor *cursor, struct ent_err *err)
{
	struct ent_change head = {.ticket = {.id = cursor->ask->ticket}};
	const struct sdk_json *root = NULL, *comments = NULL;
	enum ent_rc rc = sdk_http_list(cursor->response, "comments", cursor->arena, &root, &comments, err);

	for (const struct sdk_json *at = sdk_json_first(comments); at && rc == ENT_OK; at = sdk_json_next(at)) {
		head.stamp.time_ms = sdk_time_at(at, "created_at");
		rc = zendesk_comment(&cursor->list, &head, ENT_COMMENT_ADDED, at, err);
	}
	if (sdk_json_bool(sdk_json_at(root, "meta.has_more"), false))
		sdk_cursor_part(cursor, sdk_word_at(root, "meta.after_cursor"));
	return rc;
}

static enum ent_rc parse_ticket(const struct zendesk_settings *settings, struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	enum ent_rc rc = sdk_http_json(cursor->response, cursor->arena, &root, err);

	if (rc == ENT_OK)
		rc = tell_ticket(settings, sdk_json_at(root, "ticket"), &cursor->list, err);
	sdk_cursor_part(cursor, ENT_STR(PLACE_COMMENTS));
	return rc;
}

static enum ent_rc parse_poll(const struct zendesk_settings *settings, const struct ent_call *call,
			      const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			      struct ent_err *err)
{
	struct sdk_cursor cursor;
	enum ent_rc rc;

	sdk_cursor_begin(&cursor, &poll_rule, call, response, arena, err);
	if (!cursor.ask)
		rc = parse_page(settings, &cursor, err);
	else if (sdk_eqz(cursor.ask->place, PLACE_TICKET))
		rc = parse_ticket(settings, &cursor, err);
	else
		rc = parse_comments(&cursor, err);
	return sdk_cursor_end(&cursor, rc, ret);
}

/* The audit of an update names the comment it made. */
static struct ent_str comment_id(const struct sdk_json *root)
{
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(root, "audit.events")); at; at = sdk_json_next(at))
		if (sdk_json_is(at, "type", "Comment"))
			return sdk_word_at(at, "id");
	return ENT_ABSENT;
}

enum ent_rc zendesk_parse(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
			  struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	const struct ent_op *op = &call->op;
	const struct sdk_json *root;
	struct sdk_changes list;
	enum ent_rc rc;

	if (op->kind == ENT_POLL)
		return parse_poll(self->settings, call, response, arena, ret, err);
	if (op->kind == ENT_REMOVE_COMMENT)
		return zendesk_redact_parse(call, response, arena, ret, err);
	rc = sdk_http_json(response, arena, &root, err);
	if (rc != ENT_OK)
		return rc;
	if (op->kind == ENT_PROBE) /* a stranger is told of a user without an id */
		return sdk_word_at(root, "user.id").n
			   ? ENT_OK
			   : sdk_fail_as(err, ENT_EAUTH, "zendesk.anonymous",
					 "Zendesk takes us for an anonymous user: the token is not valid");
	if (sdk_call_looks(call)) {
		bool creates = op->kind == ENT_CREATE_TICKET;
		const struct sdk_json *found, *rows = sdk_json_at(root, creates ? "tickets" : "comments");

		rc = sdk_find_marked(rows, creates ? "description" : "body", "id", op, WRITE, ret, &found, err);
		if (rc == ENT_MORE && !creates && sdk_look_reaches(rows, LOOKED, "created_at", op, err) != ENT_OK)
			return ENT_EINVAL;
		return rc;
	}
	if (op->kind == ENT_CREATE_TICKET)
		rc = sdk_id_at(root, "ticket.id", &ret->remote_id, err);
	else if (op->kind == ENT_ADD_COMMENT)
		ret->remote_id = comment_id(root);
	sdk_changes_init(&list, arena);
	if (rc == ENT_OK)
		rc = tell_ticket(self->settings, sdk_json_at(root, "ticket"), &list, err);
	return rc == ENT_OK ? sdk_changes_take(&list, &ret->changes, err) : rc;
}
