/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out by the Table API, pinned to v2. A PATCH answers with the whole record as it is after all business rules,
 * so it is its own reading back; the journal is another table, where our marker is found again.
 */
#include "servicenow.h"

#include <string.h>

#include "sdk/ask.h"
#include "sdk/http.h"
#include "sdk/marker.h"
#include "sdk/poll.h"
#include "sdk/time.h"

enum { WRITE = 1, FIND = 2, PAGE = 100, LOOKED = 50 };

#define BASE "/api/now/v2/table/"

const char *const servicenow_cannot[] = {
    "Priority is worked out by ServiceNow from impact and urgency: those two are set instead.",
    "On hold needs a reason there: only \"waits for the requester\" (3/1) and plain hold (3) are said.",
    NULL,
};

enum ent_repeat servicenow_repeat(const struct ent_self *self, enum ent_op_kind kind, unsigned *ret_lag_s)
{
	const struct servicenow_settings *settings = self->settings;

	*ret_lag_s = 0; /* tables are read from the database */
	if (kind == ENT_ADD_COMMENT)
		return settings->journal ? ENT_REPEAT_SEARCH : ENT_REPEAT_NEVER;
	if (kind == ENT_CREATE_TICKET) /* without it nothing there holds our number */
		return settings->number_field.n ? ENT_REPEAT_SEARCH : ENT_REPEAT_NEVER;
	return ENT_REPEAT_SAFE;
}

/* ---- asking ------------------------------------------------------------------------ */

static void set_status(struct sdk_jsonw *w, const struct servicenow_settings *settings, const struct ent_op *op)
{
	struct ent_str detail, state = sdk_cut(sdk_op_native(op, ENT_STATUS), '/', &detail);

	if (!state.n)
		return;
	sdk_jsonw_kstr(w, "state", state);
	if (sdk_eqz(state, "3"))
		sdk_jsonw_kstr(w, "hold_reason", detail.n ? detail : settings->hold_reason);
	if (sdk_eqz(state, "6") || sdk_eqz(state, "7")) { /* mandatory out of the box */
		sdk_jsonw_kstr(w, "close_code", settings->close_code);
		sdk_jsonw_kstr(w, "close_notes", settings->close_notes);
	}
}

/* Priority is a result of these two. */
static void set_priority(struct sdk_jsonw *w, const struct ent_op *op)
{
	static const char *const impact[] = {"1", "1", "2", "2", "3"}, *const urgency[] = {"1", "2", "2", "3", "3"};
	struct ent_str priority = sdk_op_native(op, ENT_PRIORITY);
	int64_t level;

	if (!sdk_to_int(priority, &level) || level < 1 || level > 5)
		return;
	sdk_jsonw_kz(w, "impact", impact[level - 1]);
	sdk_jsonw_kz(w, "urgency", urgency[level - 1]);
}

static enum ent_rc build_write(const struct servicenow_settings *settings, const struct ent_call *call,
			       struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	const struct ent_op *op = &call->op;
	bool creates = op->kind == ENT_CREATE_TICKET;
	struct sdk_ask ask;

	sdk_ask_begin(&ask);
	if (creates) {
		sdk_jsonw_kstr(&ask.w, "short_description", op->ticket.at[ENT_TITLE].text);
		sdk_jsonw_kstr(&ask.w, "description", sdk_op_text(op, arena));
		if (settings->number_field.n)
			sdk_jsonw_kstr(&ask.w, sdk_z(arena, settings->number_field), op->number);
		sdk_jsonw_kz(&ask.w, "correlation_display", "Entente");
		sdk_jsonw_kstr_opt(&ask.w, "caller_id", settings->caller);
		sdk_jsonw_kstr_opt(&ask.w, "assignment_group", settings->assignment_group);
	}
	if (op->kind == ENT_ADD_COMMENT) {
		sdk_jsonw_kstr(&ask.w, op->comment.visibility == ENT_PUBLIC ? "comments" : "work_notes",
			       sdk_op_text(op, arena));
	} else {
		if (!creates)
			set_status(&ask.w, settings, op);
		set_priority(&ask.w, op);
	}
	return sdk_ask_send(&ask, creates ? "POST" : "PATCH",
			    creates ? sdk_http_path(arena, BASE "%s", &settings->table, NULL)
				    : sdk_http_path(arena, BASE "%s/%s", &settings->table, &op->ticket.id, NULL),
			    arena, ret, err);
}

/* The newest rows of the journal of one record. */
static void ask_journal(struct ent_request *ret, struct ent_arena *arena, struct ent_str id)
{
	sdk_ask_get(ret, sdk_http_path(arena,
				       BASE "sys_journal_field?sysparm_query=element_id%3D%s%5EelementIN"
					    "comments%2Cwork_notes%5EORDERBYDESCsys_created_on&sysparm_limit=50",
				       &id, NULL));
}

static const struct sdk_poll_rule poll_rule = {.grain_ms = 1000};

static enum ent_rc build_poll(const struct servicenow_settings *settings, const struct ent_call *call,
			      struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	struct sdk_poll poll;
	char text[SDK_TIME_SIZE];
	enum ent_rc rc = sdk_poll_begin(&poll, &poll_rule, call, NULL, arena, err);

	if (rc != ENT_OK)
		return rc;
	if (poll.todo.p) {
		ask_journal(ret, arena, poll.todo);
		return ENT_OK;
	}
	(void)sdk_time_format(poll.since_ms, text);
	text[10] = ' ';
	struct ent_str since = {text, 19}, limit = sdk_int(arena, PAGE), offset = sdk_int(arena, poll.page * PAGE);
	sdk_ask_get(ret, sdk_http_path(arena,
				       BASE "%s?sysparm_query=sys_updated_on%3E%3D%s%5EORDERBYsys_updated_on%5E"
					    "ORDERBYsys_id&sysparm_limit=%s&sysparm_offset=%s",
				       &settings->table, &since, &limit, &offset, NULL));
	return ENT_OK;
}

enum ent_rc servicenow_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			     struct ent_request *ret, struct ent_err *err)
{
	const struct servicenow_settings *settings = self->settings;
	const struct ent_op *op = &call->op;

	if (op->kind == ENT_POLL)
		return build_poll(settings, call, arena, ret, err);
	if (op->kind == ENT_PROBE) { /* the table itself: our own sys_user may be hidden from us */
		sdk_ask_get(
		    ret, sdk_http_path(arena, BASE "%s?sysparm_fields=sys_id&sysparm_limit=1", &settings->table, NULL));
		return ENT_OK;
	}
	if (op->kind == ENT_FETCH_TICKET) {
		sdk_ask_get(ret, sdk_http_path(arena, BASE "%s/%s", &settings->table, &op->ticket.id, NULL));
		return ENT_OK;
	}
	if (op->kind == ENT_ADD_COMMENT && (call->phase == FIND || sdk_call_looks(call))) {
		ask_journal(ret, arena, op->ticket.id);
		return ENT_OK;
	}
	if (op->kind == ENT_CREATE_TICKET && sdk_call_looks(call)) {
		sdk_ask_get(ret, sdk_http_path(arena, BASE "%s?sysparm_query=%s%3D%s&sysparm_limit=20",
					       &settings->table, &settings->number_field, &op->number, NULL));
		return ENT_OK;
	}
	return build_write(settings, call, arena, ret, err);
}

/* ---- understanding ------------------------------------------------------------------- */

static enum ent_rc parse_journal(const struct sdk_json *rows, struct ent_str id, struct sdk_changes *list,
				 struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;

	for (const struct sdk_json *row = sdk_json_first(rows); row && rc == ENT_OK; row = sdk_json_next(row))
		if (sdk_json_is(row, "element_id", sdk_z(list->arena, id)))
			rc = servicenow_journal_row(list, id, row, err);
	return rc;
}

/* An invalid field in the query is ignored by ServiceNow and the whole table comes: each row is asked. */
static enum ent_rc parse_page(const struct servicenow_settings *settings, struct sdk_poll *poll,
			      const struct sdk_json *rows, const struct ent_response *response,
			      struct sdk_changes *list, struct ent_result *ret, struct ent_err *err)
{
	struct ent_str next = sdk_http_header(response, "Link");
	bool more = next.n && memmem(next.p, next.n, "rel=\"next\"", 10) != NULL;

	for (const struct sdk_json *row = sdk_json_first(rows); row; row = sdk_json_next(row)) {
		int64_t stamp = sdk_time_at(row, "sys_updated_on");
		struct ent_str id = sdk_json_text_at(row, "sys_id");

		if (stamp < poll->since_ms)
			return sdk_fail(err, ENT_EINVAL,
					"ServiceNow ignored the query for what changed since: record "
					"%.*s is older; check the user's right to read sys_updated_on",
					ENT_F(id));
		if (!sdk_poll_news(poll, id, stamp, sdk_json_text_at(row, "sys_mod_count")))
			continue;
		enum ent_rc rc = servicenow_record(settings, list, row, row, false, err);
		if (rc != ENT_OK)
			return rc;
		if (settings->journal)
			sdk_poll_later(poll, id);
	}
	return sdk_poll_page(poll, more, ENT_ABSENT, &ret->memo);
}

static enum ent_rc parse_poll(const struct servicenow_settings *settings, const struct ent_call *call,
			      const struct ent_response *response, const struct sdk_json *rows,
			      struct sdk_changes *list, struct ent_result *ret, struct ent_err *err)
{
	struct sdk_poll poll;
	enum ent_rc rc = sdk_poll_begin(&poll, &poll_rule, call, response, list->arena, err), taken;

	if (rc != ENT_OK)
		return rc;
	if (sdk_json_kind(rows) != SDK_JSON_ARRAY)
		return sdk_fail(err, ENT_EINVAL, "the answer has no list called result");
	if (poll.todo.p) {
		rc = parse_journal(rows, poll.todo, list, err);
		if (rc == ENT_OK)
			rc = sdk_poll_done(&poll, &ret->memo);
	} else {
		rc = parse_page(settings, &poll, rows, response, list, ret, err);
	}
	ret->phase = WRITE;
	taken = rc >= ENT_OK ? sdk_changes_take(list, &ret->changes, err) : rc;
	return taken == ENT_OK ? rc : taken;
}

/* Behind the comment, which is written: its id, if the journal may be read (403: it may not) and shows it already. */
static enum ent_rc parse_found(const struct ent_call *call, const struct ent_response *response,
			       struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	const struct sdk_json *root, *found;
	enum ent_rc rc = response->status == 403 ? ENT_MORE : sdk_http_json(response, arena, &root, err);

	if (rc == ENT_OK)
		rc = sdk_find_marked(sdk_json_at(root, "result"), "value", "sys_id", &call->op, 0, ret, &found, err);
	return rc == ENT_MORE ? ENT_OK : rc;
}

/* A field that is none is ignored in a query, and any records come: they say nothing of ours. */
static enum ent_rc rows_vet(const struct sdk_json *rows, struct ent_str field, const struct ent_op *op,
			    struct ent_arena *arena, struct ent_err *err)
{
	for (const struct sdk_json *row = sdk_json_first(rows); row; row = sdk_json_next(row))
		if (!sdk_eq(sdk_json_text_at(row, sdk_z(arena, field)), op->number))
			return sdk_fail(err, ENT_EINVAL,
					"ServiceNow ignored the query for %.*s = %.*s: is it a field there?",
					ENT_F(field), ENT_F(op->number));
	return ENT_OK;
}

static enum ent_rc parse_create(const struct servicenow_settings *settings, const struct ent_call *call,
				const struct sdk_json **result, struct ent_arena *arena, struct ent_result *ret,
				struct ent_err *err)
{
	const struct sdk_json *rows = *result;
	enum ent_rc rc = sdk_call_looks(call)
			     ? sdk_find_marked(rows, "description", "sys_id", &call->op, WRITE, ret, result, err)
			     : sdk_id_at(rows, "sys_id", &ret->remote_id, err);

	if (rc == ENT_MORE && rows_vet(rows, settings->number_field, &call->op, arena, err) != ENT_OK)
		return ENT_EINVAL;
	ret->remote_key = sdk_word_at(*result, "number");
	return rc;
}

enum ent_rc servicenow_parse(const struct ent_self *self, const struct ent_call *call,
			     const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			     struct ent_err *err)
{
	const struct servicenow_settings *settings = self->settings;
	const struct sdk_json *root, *result;
	struct sdk_changes list;
	enum ent_rc rc;

	if (call->op.kind == ENT_ADD_COMMENT && call->phase == FIND)
		return parse_found(call, response, arena, ret, err);
	rc = sdk_http_json(response, arena, &root, err);
	if (rc != ENT_OK)
		return rc;
	sdk_changes_init(&list, arena);
	result = sdk_json_at(root, "result");
	switch (call->op.kind) {
	case ENT_POLL:
		return parse_poll(settings, call, response, result, &list, ret, err);
	case ENT_ADD_COMMENT:
		if (sdk_call_looks(call)) {
			const struct sdk_json *found;
			rc = sdk_find_marked(result, "value", "sys_id", &call->op, WRITE, ret, &found, err);
			if (rc == ENT_MORE &&
			    sdk_look_reaches(result, LOOKED, "sys_created_on", &call->op, err) != ENT_OK)
				return ENT_EINVAL;
			return rc;
		}
		ret->phase = FIND;
		return settings->journal ? ENT_MORE : ENT_OK;
	case ENT_CREATE_TICKET:
		rc = parse_create(settings, call, &result, arena, ret, err);
		if (rc != ENT_OK)
			return rc;
		break;
	case ENT_PROBE:
		return ENT_OK;
	case ENT_UPDATE_TICKET:
	case ENT_FETCH_TICKET:
		break;
	}
	rc = servicenow_record(settings, &list, result, result, false, err);
	return rc == ENT_OK ? sdk_changes_take(&list, &ret->changes, err) : rc;
}
