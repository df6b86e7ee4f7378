/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest connector: copy this folder to begin your own. Its tool sends
 *	{"id": "7", "title": "Printer on fire", "status": "open", "comment": "Still burning"}
 * with X-Null-Signature: sha256=<hex HMAC-SHA256 of the body> and X-Null-Delivery: <id>. It takes
 *	POST /tickets          {"title", "text", "status"}       -> the ticket
 *	PATCH /tickets/7       {"title", "status"}               -> the ticket
 *	POST /tickets/7/notes  {"text", "internal"}              -> {"id"}
 *	GET /tickets/7                                           -> the ticket
 *	GET /me                                                  -> {"id"}: who we are
 *	GET /tickets?since=<ms>&skip=<pages>                     -> {"tickets": [each with "changed"], "more": true}
 * and a POST with an Idempotency-Key that it knows does nothing again.
 */
#include "sdk/ask.h"
#include "sdk/cursor.h"
#include "sdk/http.h"
#include "sdk/webhook.h"

struct null_settings {
	struct ent_str id_prefix;
};

static const struct ent_setting null_setting[] = {
    {"id_prefix", ENT_SETTING_STR, "", offsetof(struct null_settings, id_prefix), "put before each ticket id"},
    {0},
};

/* The tool's words. A word that stands here neither nor in the supplier's map is kept and flagged. The first row of a
 * canonical word is its way out. */
static const struct ent_map_row null_status[] = {
    {"open", "in_progress"},
    {"waiting", "pending"},
    {"done", "resolved"},
    {0},
};

/* ---- what it sends ------------------------------------------------------------------ */

static enum ent_rc null_verify(const struct ent_self *self, const struct ent_webhook *webhook,
			       const struct ent_str *secret, size_t n_secret, int64_t now_ms, struct ent_arena *arena,
			       struct ent_str *ret_delivery, struct ent_err *err)
{
	enum ent_rc rc = sdk_verify_hex(webhook, "X-Null-Signature", "sha256=", secret, n_secret, err);

	(void)self, (void)now_ms, (void)arena;
	if (rc == ENT_OK)
		*ret_delivery = sdk_header(webhook->header, webhook->n_header, "X-Null-Delivery");
	return rc;
}

/* A ticket as the tool writes it, in a webhook or in an answer. */
static enum ent_rc ticket_add(const struct ent_self *self, const struct sdk_json *node, struct sdk_changes *list,
			      struct ent_err *err)
{
	const struct null_settings *settings = self->settings;
	struct ent_change *change;
	struct ent_str id;
	enum ent_rc rc = sdk_id_at(node, "id", &id, err);

	if (rc != ENT_OK)
		return rc;
	if (settings->id_prefix.n + id.n > ENT_ID_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "null.id_long", "id is too long with the prefix before it");
	id = sdk_format(list->arena, "%.*s%.*s", ENT_F(settings->id_prefix), ENT_F(id));

	change = sdk_changes_add(list, ENT_TICKET_CHANGED);
	change->ticket.id = id;
	change->stamp.time_ms = sdk_time_at(node, "changed");
	sdk_set_at(&change->ticket, ENT_TITLE, node, "title");
	sdk_set_at(&change->ticket, ENT_STATUS, node, "status"); /* the native word: the map does the rest */

	if (sdk_word_at(node, "comment").p) {
		change = sdk_changes_beside(list, change, ENT_COMMENT_ADDED);
		change->comment.body = sdk_word_at(node, "comment"); /* the tool gives it no id: the broker makes one */
	}
	return ENT_OK;
}

static enum ent_rc null_decode(const struct ent_self *self, const struct ent_webhook *webhook, struct ent_arena *arena,
			       struct ent_changes *ret, struct ent_err *err)
{
	const struct sdk_json *root;
	struct sdk_changes list;
	enum ent_rc rc = sdk_body_object(arena, webhook->body, &root, err);

	sdk_changes_init(&list, arena);
	if (rc == ENT_OK)
		rc = ticket_add(self, root, &list, err);
	return rc == ENT_OK ? sdk_changes_take(&list, ret, err) : rc;
}

/* ---- what it is asked ----------------------------------------------------------------- */

static const struct sdk_cursor_rule null_poll = {.stamp_ms = 1000};

static enum ent_rc null_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			      struct ent_request *ret, struct ent_err *err)
{
	const struct null_settings *settings = self->settings;
	const struct ent_op *op = &call->op;
	struct ent_header *header = SDK_NEW(arena, struct ent_header);
	struct ent_str id = op->ticket.id, path;
	struct sdk_cursor cursor;
	struct sdk_ask ask;
	enum ent_rc rc;

	if (op->kind == ENT_POLL) {
		sdk_cursor_begin(&cursor, &null_poll, call, NULL, arena, err);
		if (cursor.ask) /* a ticket that could not be understood in the list */
			id = cursor.ask->ticket;
		else
			sdk_ask_get(ret, sdk_format(arena, "/tickets?since=%lld&skip=%lld", (long long)cursor.since_ms,
						    (long long)cursor.page));
		if (!cursor.ask)
			return ENT_OK;
	}
	if (id.n >= settings->id_prefix.n && id.p)
		id = (struct ent_str){id.p + settings->id_prefix.n, id.n - settings->id_prefix.n};
	path = op->kind == ENT_CREATE_TICKET ? ENT_STR("/tickets") : sdk_http_path(arena, "/tickets/%s", &id, NULL);
	if (op->kind == ENT_FETCH_TICKET || op->kind == ENT_POLL || op->kind == ENT_PROBE) {
		sdk_ask_get(ret, op->kind == ENT_PROBE ? ENT_STR("/me") : path);
		return ENT_OK;
	}
	sdk_ask_begin(&ask);
	if (op->kind == ENT_ADD_COMMENT) {
		path = sdk_http_path(arena, "/tickets/%s/notes", &id, NULL);
		sdk_jsonw_kstr(&ask.w, "text", op->comment.body);
		sdk_jsonw_kbool(&ask.w, "internal", op->comment.visibility != ENT_PUBLIC);
	} else {
		sdk_jsonw_kstr_opt(&ask.w, "title", op->ticket.at[ENT_TITLE].text);
		sdk_jsonw_kstr_opt(&ask.w, "text", op->ticket.at[ENT_DESCRIPTION].text);
		sdk_jsonw_kstr_opt(&ask.w, "status", sdk_op_native(op, ENT_STATUS));
	}
	rc = sdk_ask_send(&ask, op->kind == ENT_UPDATE_TICKET ? "PATCH" : "POST", path, arena, ret, err);
	*header = (struct ent_header){ENT_STR("Idempotency-Key"), op->key};
	ret->header = header;
	ret->n_header = 1;
	return rc;
}

static enum ent_rc list_parse(const struct ent_self *self, struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct null_settings *settings = self->settings;
	const struct sdk_json *root = NULL, *tickets = NULL;
	enum ent_rc rc = sdk_http_list(cursor->response, "tickets", cursor->arena, &root, &tickets, err);

	for (const struct sdk_json *at = sdk_json_first(tickets); at && rc == ENT_OK; at = sdk_json_next(at)) {
		const struct sdk_cursor_item item = {.ticket = sdk_format(cursor->arena, "%.*s%.*s",
									  ENT_F(settings->id_prefix),
									  ENT_F(sdk_word_at(at, "id")))};

		if (sdk_cursor_news(cursor, sdk_word_at(at, "id"), sdk_time_at(at, "changed"),
				    sdk_json_print(cursor->arena, at)))
			sdk_cursor_told(cursor, ticket_add(self, at, &cursor->list, err), &item);
	}
	if (rc == ENT_OK)
		sdk_cursor_page(cursor, sdk_json_bool(sdk_json_at(root, "more"), false), ENT_ABSENT);
	return rc;
}

static enum ent_rc poll_parse(const struct ent_self *self, const struct ent_call *call,
			      const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			      struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	struct sdk_cursor cursor;
	enum ent_rc rc;

	sdk_cursor_begin(&cursor, &null_poll, call, response, arena, err);
	if (cursor.ask) {
		rc = sdk_http_json(response, arena, &root, err);
		if (rc == ENT_OK)
			rc = ticket_add(self, root, &cursor.list, err);
	} else {
		rc = list_parse(self, &cursor, err);
	}
	return sdk_cursor_end(&cursor, rc, ret);
}

static enum ent_rc null_parse(const struct ent_self *self, const struct ent_call *call,
			      const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			      struct ent_err *err)
{
	const struct sdk_json *root;
	struct ent_result result = {0};
	struct sdk_changes list;
	enum ent_rc rc, taken;

	if (call->op.kind == ENT_POLL)
		return poll_parse(self, call, response, arena, ret, err);
	rc = sdk_http_json(response, arena, &root, err);
	if (rc != ENT_OK || call->op.kind == ENT_PROBE)
		return rc;
	sdk_changes_init(&list, arena);
	if (call->op.kind != ENT_ADD_COMMENT) /* a note's id is of no use: the tool's webhooks do not tell it */
		rc = ticket_add(self, root, &list, err);
	if (rc < 0)
		return rc;
	taken = sdk_changes_take(&list, &result.changes, err);
	if (taken != ENT_OK)
		return taken;
	if (call->op.kind == ENT_CREATE_TICKET)
		result.remote_id = result.changes.at[0].ticket.id;
	*ret = result;
	return rc;
}

static enum ent_repeat null_repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s)
{
	(void)self, (void)kind, (void)ret_lag_s;
	return ENT_REPEAT_SAFE; /* the tool takes a key once; reading and setting a value can be done twice */
}

static const struct ent_sentence null_cannot[] = {
    {"cannot.null.no_priority", "It knows no priority."},
    {0},
};

static const struct ent_connector null_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "null",
    .version = ENTENTE_VERSION,
    .summary = "the model for new connectors: one JSON object a webhook, six requests",
    .ops = SDK_OPS_ALL, /* | SDK_OPS_COMMENT, where a comment that stands there can be changed */
    .setting = null_setting,
    .settings_size = sizeof(struct null_settings),
    .map[ENT_STATUS] = null_status,
    .verify = null_verify,
    .decode = null_decode,
    .build = null_build,
    .parse = null_parse,
    .repeat = null_repeat,
    .cannot = null_cannot,
};

ENT_EXPORT(null_connector)
