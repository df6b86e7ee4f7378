/* SPDX-License-Identifier: Apache-2.0 */
/* The input of `build` and `parse`: the call, and the answer, as JSON. */
#include "generic.h"

#include "sdk/acts.h"
#include "sdk/http.h"
#include "sdk/time.h"
#include "sdk/writer.h"

#define INPUT_MAX (32u * 1024u * 1024u)

static const char *const op_word[] = {
    [ENT_CREATE_TICKET] = "create_ticket",
    [ENT_UPDATE_TICKET] = "update_ticket",
    [ENT_ADD_COMMENT] = "add_comment",
    [ENT_EDIT_COMMENT] = "edit_comment",
    [ENT_REMOVE_COMMENT] = "remove_comment",
    [ENT_FETCH_TICKET] = "fetch_ticket",
    [ENT_POLL] = "poll",
    [ENT_PROBE] = "probe",
    [ENT_LOGIN] = "login",
};

const char *op_name(enum ent_op_kind kind)
{
	return op_word[kind];
}

static void time_write(struct sdk_jsonw *w, const char *key, int64_t ms, struct ent_arena *arena)
{
	sdk_jsonw_kstr(w, key, sdk_time(arena, ms));
}

/* Where the connector's own cursor stands: `since` in the forms that tools take. */
static void poll_write(struct sdk_jsonw *w, const struct sdk_cursor *poll, const struct zone *zone,
		       struct ent_arena *arena)
{
	sdk_jsonw_key(w, "poll");
	sdk_jsonw_open(w, '{');
	time_write(w, "since", poll->since_ms, arena);
	sdk_jsonw_kint(w, "since_ms", poll->since_ms);
	if (zone)
		sdk_jsonw_kstr(w, "since_local", sdk_head(sdk_time(arena, zone_since(zone, poll->since_ms)), 19));
	sdk_jsonw_kint(w, "page", poll->page);
	sdk_jsonw_kstr(w, "ask", poll->ask ? poll->ask->ticket : ENT_ABSENT);
	sdk_jsonw_close(w, '}');
}

static void call_write(struct sdk_jsonw *w, const struct ent_call *call, const struct cursor *poll,
		       const struct zone *zone, struct ent_arena *arena)
{
	const struct ent_op *op = &call->op;

	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "op", op_word[op->kind]);
	sdk_jsonw_kstr(w, "key", op->key);
	sdk_jsonw_kstr(w, "number", op->number);
	sdk_jsonw_kstr_opt(w, "marker", op->marker);
	if (op->kind < ENT_POLL) {
		sdk_jsonw_key(w, "ticket");
		sdk_write_ticket(w, &op->ticket);
	}
	if (op->kind == ENT_ADD_COMMENT || op->kind == ENT_EDIT_COMMENT || op->kind == ENT_REMOVE_COMMENT) {
		sdk_jsonw_key(w, "comment");
		sdk_write_comment(w, &op->comment);
	}
	if (op->act.kind != ENT_NO_ACT) {
		sdk_jsonw_key(w, sdk_act_noun(op->act.kind));
		sdk_write_act(w, &op->act, true);
	}
	sdk_jsonw_kint(w, "phase", poll && poll->phase > 0 ? poll->phase : call->phase);
	sdk_jsonw_kint(w, "attempt", call->attempt);
	sdk_jsonw_kbool(w, "look", call->look);
	time_write(w, "now", call->now_ms, arena);
	if (op->kind == ENT_POLL)
		time_write(w, "since", op->since_ms, arena);
	if (poll)
		poll_write(w, &poll->poll, zone, arena);
	if (poll && (poll->memo.p || poll->foreign.p))
		sdk_jsonw_kraw(w, "memo", poll->memo.p ? poll->memo : poll->foreign);
	if (!poll && call->memo.n > 0)
		sdk_jsonw_kraw(w, "memo", call->memo); /* result_read() made it of JSON */
	sdk_jsonw_close(w, '}');
}

/* JSON as its value, other text as a string, nothing as null. */
static void body_write(struct sdk_jsonw *w, struct ent_str body, struct ent_arena *arena)
{
	struct ent_err unread;

	body = sdk_json_mend(arena, body);
	sdk_jsonw_key(w, "body");
	if (sdk_json_check(body, &unread) == ENT_OK)
		sdk_jsonw_raw(w, body);
	else if (body.n > 0 && sdk_is_utf8(body))
		sdk_jsonw_str(w, body);
	else
		sdk_jsonw_null(w);
}

/* Set-Cookie of a login: {"name": "value"}; what stands behind ';' is for browsers. */
static void cookies_write(struct sdk_jsonw *w, const struct ent_response *response)
{
	sdk_jsonw_key(w, "cookies");
	sdk_jsonw_open(w, '{');
	for (size_t i = 0; i < response->n_header; i++) {
		struct ent_str value, rest, name;
		bool again = false;

		if (!sdk_ieqz(response->header[i].name, "set-cookie") || !sdk_is_utf8(response->header[i].value))
			continue;
		name = sdk_trim(sdk_cut(sdk_cut(response->header[i].value, ';', &rest), '=', &value));
		for (size_t k = i + 1; k < response->n_header && !again; k++)
			again = sdk_ieqz(response->header[k].name, "set-cookie") &&
				sdk_eq(sdk_trim(sdk_cut(response->header[k].value, '=', &rest)), name);
		if (name.n == 0 || !value.p || again) /* the last one of a name holds */
			continue;
		sdk_jsonw_key_str(w, name);
		sdk_jsonw_str(w, sdk_trim(value));
	}
	sdk_jsonw_close(w, '}');
}

static void response_write(struct sdk_jsonw *w, const struct ent_response *response, struct ent_arena *arena)
{
	sdk_jsonw_kint(w, "status", response->status);
	sdk_jsonw_key(w, "headers");
	sdk_jsonw_open(w, '{');
	for (size_t i = 0; i < response->n_header; i++) {
		struct ent_str name = sdk_lower(arena, response->header[i].name);
		struct ent_str value = sdk_http_header(response, sdk_z(arena, name));

		/* not what stands twice: which one holds? */
		if (!value.p || !sdk_is_utf8(name) || !sdk_is_utf8(value) || sdk_eqz(name, "set-cookie"))
			continue;
		sdk_jsonw_key_str(w, name);
		sdk_jsonw_str(w, value);
	}
	sdk_jsonw_close(w, '}');
	body_write(w, response->body, arena);
}

enum ent_rc call_input(const struct ent_call *call, const struct cursor *poll, const struct zone *zone,
		       const struct ent_response *response, struct ent_arena *arena, jv *ret, struct ent_err *err)
{
	struct sdk_jsonw w;
	struct sdk_buf buf;
	enum ent_rc rc;

	sdk_buf_init(&buf, INPUT_MAX);
	sdk_jsonw_init(&w, &buf);
	if (response) {
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_key(&w, "call");
		call_write(&w, call, poll, zone, arena);
		response_write(&w, response, arena);
		if (call->op.kind == ENT_LOGIN)
			cookies_write(&w, response);
		sdk_jsonw_close(&w, '}');
	} else {
		call_write(&w, call, poll, zone, arena);
	}
	if (buf.failed)
		rc = sdk_fail_as(err, ENT_EINVAL, "generic.call_large",
				 "call and answer are larger than {most=%u} bytes", INPUT_MAX);
	else
		rc = json_read(sdk_buf_view(&buf), arena, ret, err);
	sdk_buf_release(&buf);
	return rc;
}
