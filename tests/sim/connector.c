/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connector of the simulated tools. Their API: POST /t, PUT and GET /t/N, POST /t/N/c, PUT and DELETE
 * /t/N/c/ID, GET /t/N/c?find=KEY,
 * GET /t?find=KEY, GET /log?after=N. The header Idempotency-Key counts in class A.
 */
#include "sim.h"

#include <assert.h>
#include <string.h>

#include "sdk/ask.h"
#include "sdk/http.h"
#include "sdk/json.h"
#include "sdk/marker.h"
#include "sdk/webhook.h"

enum { READ_BACK = 2, WRITE = 1 };

const char *const tool_status[STATUSES] = {"ST-NEW", "ST-WORK", "ST-WAIT", "ST-DONE"};
static const struct ent_map_row statuses[] = {
    {"ST-NEW", "new"}, {"ST-WORK", "in_progress"}, {"ST-WAIT", "pending"}, {"ST-DONE", "resolved"}, {NULL, NULL}};

static const struct ent_map_row five[] = {{"1", "1"}, {"2", "2"}, {"3", "3"}, {"4", "4"}, {"5", "5"}, {NULL, NULL}};
static const struct ent_map_row three[] = {{"1", "1"}, {"2", "2"}, {"3", "3"}, {NULL, NULL}};

struct settings {
	int64_t class;
};
static const struct ent_setting setting[] = {
    {"class", ENT_SETTING_INT, "0", offsetof(struct settings, class), "0 A, 1 B, 2 C"}, {0}};

/* ---- reading ------------------------------------------------------------------------- */

/* A ticket that went on as another one. If we cannot read that one, the ticket is gone. */
static void read_next(const struct sdk_json *node, struct ent_str from, struct sdk_changes *list)
{
	struct ent_str to = sdk_word_at(node, "continues");

	sdk_continues(list, from, to, ENT_ABSENT);
	if (sdk_json_bool(sdk_json_at(node, "hidden"), false))
		sdk_changes_add(list, ENT_TICKET_REMOVED)->ticket.id = to;
}

static enum ent_rc read_change(const struct sdk_json *node, struct sdk_changes *list, struct ent_err *err)
{
	if (sdk_json_at(node, "continues")) {
		read_next(node, sdk_word_at(node, "ticket.id"), list);
		return ENT_OK;
	}
	struct ent_change *change = sdk_changes_add(list, ENT_TICKET_CHANGED);
	const struct sdk_json *comment = sdk_json_at(node, "comment");
	enum ent_rc rc = sdk_id_at(node, "ticket.id", &change->ticket.id, err);

	(void)sdk_json_int(sdk_json_at(node, "ticket.version"), &change->stamp.version);
	(void)sdk_json_int(sdk_json_at(node, "ticket.time"), &change->stamp.time_ms);
	sdk_set_at(&change->ticket, ENT_TITLE, node, "ticket.title");
	if (sdk_json_at(node, "ticket.status"))
		sdk_set_native(&change->ticket, ENT_STATUS, sdk_json_text_at(node, "ticket.status"));
	sdk_set_at(&change->ticket, ENT_PRIORITY, node, "ticket.priority");
	sdk_set_at(&change->ticket, ENT_IMPACT, node, "ticket.impact");
	sdk_set_at(&change->ticket, ENT_URGENCY, node, "ticket.urgency");
	change->correlation.number = sdk_word_at(node, "ticket.number");
	change->actor.id = sdk_word_at(node, "actor");
	if (rc == ENT_OK && comment) {
		struct ent_change model = *change;
		bool gone = sdk_json_bool(sdk_json_at(comment, "removed"), false);
		struct ent_change *said =
		    sdk_changes_beside(list, &model, gone ? ENT_COMMENT_REMOVED : ENT_COMMENT_ADDED);
		rc = sdk_id_at(comment, "id", &said->comment.id, err);
		said->comment.author.id = sdk_word_at(comment, "author");
		(void)sdk_json_int(sdk_json_at(comment, "at"), &said->comment.created_ms);
		said->comment.body = sdk_or_empty(sdk_json_text_at(comment, "body"));
		said->comment.visibility =
		    sdk_json_bool(sdk_json_at(comment, "public"), false) ? ENT_PUBLIC : ENT_INTERNAL;
	}
	return rc;
}

static enum ent_rc verify(const struct ent_self *self, const struct ent_webhook *webhook, const struct ent_str *secret,
			  size_t n_secret, int64_t now_ms, struct ent_arena *arena, struct ent_str *ret_delivery,
			  struct ent_err *err)
{
	(void)self, (void)secret, (void)n_secret, (void)now_ms, (void)arena, (void)err;
	*ret_delivery = sdk_header(webhook->header, webhook->n_header, "delivery");
	return ENT_OK;
}

static enum ent_rc decode(const struct ent_self *self, const struct ent_webhook *webhook, struct ent_arena *arena,
			  struct ent_changes *ret, struct ent_err *err)
{
	const struct sdk_json *node;
	struct sdk_changes list;
	enum ent_rc rc = sdk_body_object(arena, webhook->body, &node, err);

	(void)self;
	sdk_changes_init(&list, arena);
	if (rc == ENT_OK)
		rc = read_change(node, &list, err);
	return rc == ENT_OK ? sdk_changes_take(&list, ret, err) : rc;
}

/* ---- writing -------------------------------------------------------------------------- */

static struct ent_str body_of(const struct ent_call *call, struct ent_arena *arena)
{
	const struct ent_op *op = &call->op;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	sdk_buf_init(&buf, 65536);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	if (op->kind == ENT_ADD_COMMENT || op->kind == ENT_EDIT_COMMENT) {
		sdk_jsonw_kstr(&w, "body", sdk_marker_append(arena, op->comment.body, op->marker));
		sdk_jsonw_kbool(&w, "public", op->comment.visibility == ENT_PUBLIC);
	}
	if (op->kind == ENT_CREATE_TICKET) {
		sdk_jsonw_kstr(&w, "title", op->ticket.at[ENT_TITLE].text);
		sdk_jsonw_kstr(&w, "text", sdk_marker_append(arena, op->ticket.at[ENT_DESCRIPTION].text, op->marker));
		sdk_jsonw_kstr(&w, "number", op->number);
	}
	if ((op->ticket.has >> ENT_STATUS & 1))
		sdk_jsonw_kstr(&w, "status", op->ticket.at[ENT_STATUS].native);
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(op->ticket.has & ATTR_LEVELS, i))
			sdk_jsonw_kstr(&w, sdk_attr_name((enum ent_attr)i), op->ticket.at[i].native);
	sdk_jsonw_close(&w, '}');
	assert(!buf.failed);
	struct ent_str body = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return body;
}

static void ask(struct ent_request *ret, struct ent_str path)
{
	*ret = (struct ent_request){.method = "GET", .path = path};
}

static void write_to(struct ent_request *ret, const struct ent_call *call, struct ent_arena *arena, const char *method,
		     struct ent_str path)
{
	struct ent_header *header = SDK_NEW(arena, struct ent_header);

	*header = (struct ent_header){ENT_STR("Idempotency-Key"), call->op.key};
	*ret = (struct ent_request){.method = method,
				    .path = path,
				    .content_type = ENT_STR("application/json"),
				    .body = body_of(call, arena),
				    .header = header,
				    .n_header = 1};
}

static enum ent_rc build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			 struct ent_request *ret, struct ent_err *err)
{
	const struct settings *settings = self->settings;
	const struct ent_op *op = &call->op;
	bool look = call->phase == 0 && call->look;

	switch (op->kind) {
	case ENT_CREATE_TICKET:
		if (look)
			ask(ret, sdk_http_path(arena, "/t?find=%s", &op->key, NULL));
		else
			write_to(ret, call, arena, "POST", ENT_STR("/t"));
		break;
	case ENT_ADD_COMMENT:
		if (look)
			ask(ret, sdk_http_path(arena, "/t/%s/c?find=%s", &op->ticket.id, &op->key, NULL));
		else
			write_to(ret, call, arena, "POST", sdk_http_path(arena, "/t/%s/c", &op->ticket.id, NULL));
		break;
	case ENT_EDIT_COMMENT:
	case ENT_REMOVE_COMMENT:
		write_to(ret, call, arena, op->kind == ENT_EDIT_COMMENT ? "PUT" : "DELETE",
			 sdk_http_path(arena, "/t/%s/c/%s", &op->ticket.id, &op->comment.id, NULL));
		break;
	case ENT_UPDATE_TICKET:
		if (call->phase == READ_BACK)
			ask(ret, sdk_http_path(arena, "/t/%s", &op->ticket.id, NULL));
		else
			write_to(ret, call, arena, "PUT", sdk_http_path(arena, "/t/%s", &op->ticket.id, NULL));
		break;
	case ENT_FETCH_TICKET:
		ask(ret, sdk_http_path(arena, "/t/%s", &op->ticket.id, NULL));
		break;
	case ENT_POLL: {
		struct ent_str after = call->memo.n ? call->memo : ENT_STR("0");
		ask(ret, sdk_http_path(arena, "/log?after=%s", &after, NULL));
		break;
	}
	case ENT_PROBE:
		if (settings->class == CLASS_C)
			return sdk_fail(err, ENT_EUNSUPPORTED, "class C cannot be asked who we are");
		ask(ret, ENT_STR("/me"));
		break;
	case ENT_LOGIN:
		return sdk_fail(err, ENT_EUNSUPPORTED, "it has no sessions");
	}
	return ENT_OK;
}

static enum ent_rc parse_page(const struct sdk_json *page, struct sdk_changes *list, struct ent_result *ret,
			      struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;

	for (const struct sdk_json *node = sdk_json_first(sdk_json_at(page, "log")); node && rc == ENT_OK;
	     node = sdk_json_next(node))
		rc = read_change(node, list, err);
	ret->memo = sdk_json_text_at(page, "next");
	ret->phase = WRITE;
	if (rc == ENT_OK)
		rc = sdk_changes_take(list, &ret->changes, err);
	return rc == ENT_OK && sdk_json_bool(sdk_json_at(page, "more"), false) ? ENT_MORE : rc;
}

/* Gone: the answer may name the ticket that it went on as. */
static enum ent_rc parse_gone(const struct ent_call *call, const struct ent_response *response, struct ent_arena *arena,
			      struct ent_result *ret, struct ent_err *err)
{
	const struct sdk_json *node;
	struct sdk_changes list;
	struct ent_err unread;

	if (sdk_json_parse(arena, response->body, &node, &unread) != ENT_OK || !sdk_json_at(node, "continues"))
		return ENT_EGONE;
	sdk_changes_init(&list, arena);
	read_next(node, call->op.ticket.id, &list);
	enum ent_rc rc = sdk_changes_take(&list, &ret->changes, err);
	return rc == ENT_OK ? ENT_EGONE : rc;
}

/* A tool that answers for the ticket it went on as. */
static enum ent_rc parse_ticket(const struct ent_call *call, const struct sdk_json *node, struct sdk_changes *list,
				struct ent_result *ret, struct ent_err *err)
{
	struct ent_str asked = call->op.ticket.id, id = sdk_word_at(node, "ticket.id");

	if (id.n && !sdk_eq(id, asked))
		sdk_continues(list, asked, id, ENT_ABSENT);
	enum ent_rc rc = read_change(node, list, err);
	return rc == ENT_OK ? sdk_changes_take(list, &ret->changes, err) : rc;
}

static enum ent_rc parse(const struct ent_self *self, const struct ent_call *call, const struct ent_response *response,
			 struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	const struct ent_op *op = &call->op;
	const struct sdk_json *node;
	struct sdk_changes list;
	enum ent_rc rc = sdk_http_json(response, arena, &node, err);

	(void)self;
	if (rc == ENT_EGONE && memmem(response->body.p, response->body.n, "no such comment", 15))
		return sdk_comment_status(op, response, arena, err);
	if (rc == ENT_EGONE && op->kind != ENT_CREATE_TICKET)
		return parse_gone(call, response, arena, ret, err);
	if (rc != ENT_OK || op->kind == ENT_PROBE)
		return rc;
	sdk_changes_init(&list, arena);
	if (op->kind == ENT_EDIT_COMMENT || op->kind == ENT_REMOVE_COMMENT)
		return ENT_OK;
	if (op->kind == ENT_POLL)
		return parse_page(node, &list, ret, err);
	if (op->kind == ENT_UPDATE_TICKET && call->phase != READ_BACK) {
		ret->phase = READ_BACK;
		return ENT_MORE;
	}
	if (op->kind == ENT_FETCH_TICKET || op->kind == ENT_UPDATE_TICKET)
		return parse_ticket(call, node, &list, ret, err);
	ret->remote_id = sdk_word_at(node, "id");
	if (call->phase == 0 && call->look && !ret->remote_id.n) {
		ret->phase = WRITE;
		return ENT_MORE;
	}
	return ENT_OK;
}

static enum ent_repeat repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s)
{
	const struct settings *settings = self->settings;

	*ret_lag_s = SEARCH_LAG_S;
	if (kind != ENT_CREATE_TICKET && kind != ENT_ADD_COMMENT)
		return ENT_REPEAT_SAFE;
	return settings->class == CLASS_A   ? ENT_REPEAT_SAFE
	       : settings->class == CLASS_B ? ENT_REPEAT_SEARCH
					    : ENT_REPEAT_NEVER;
}

#define TOOL_CONNECTOR                                                                                                 \
	.abi = ENT_ABI, .size = sizeof tool_connector, .name = "sim", .version = "1",                                  \
	.summary = "the simulator's tools",                                                                            \
	.ops = 1u << ENT_CREATE_TICKET | 1u << ENT_UPDATE_TICKET | 1u << ENT_ADD_COMMENT | SDK_OPS_COMMENT |           \
	       1u << ENT_FETCH_TICKET | 1u << ENT_POLL | 1u << ENT_PROBE,                                              \
	.setting = setting, .settings_size = sizeof(struct settings), .verify = verify, .decode = decode,              \
	.build = build, .parse = parse, .repeat = repeat, .map[ENT_STATUS] = statuses

/* It has words for impact, takes them, and never tells one. */
const struct ent_connector tool_connector = {TOOL_CONNECTOR, .map[ENT_IMPACT] = three};
const struct ent_connector tool_connector_ranks = {TOOL_CONNECTOR, .map[ENT_PRIORITY] = five, .map[ENT_IMPACT] = three,
						   .map[ENT_URGENCY] = three};
const struct ent_connector tool_connector_matrix = {TOOL_CONNECTOR,
						    .map[ENT_PRIORITY] = five,
						    .map[ENT_IMPACT] = three,
						    .map[ENT_URGENCY] = three,
						    .derived = 1u << ENT_PRIORITY,
						    .derived_from = 1u << ENT_IMPACT | 1u << ENT_URGENCY};
