/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out by the Table API, pinned to v2. A PATCH answers with the whole record as it is after all business rules,
 * so it is its own reading back; the journal is another table, where our marker is found again.
 */
#include "servicenow.h"

#include <string.h>

#include "sdk/ask.h"
#include "sdk/cursor.h"
#include "sdk/http.h"
#include "sdk/marker.h"
#include "sdk/time.h"

enum { WRITE = 1, FIND = 2, PAGE = 100, LOOKED = 50 };

#define BASE "/api/now/v2/table/"

const struct ent_sentence servicenow_cannot[] = {
    {"cannot.servicenow.priority",
     "Priority is worked out by ServiceNow from impact and urgency: those two are set, as they are known here, else as "
     "priority says."},
    {"cannot.servicenow.hold",
     "On hold needs a reason there: only \"waits for the requester\" (3/1) and plain hold (3) are said."},
    {"cannot.servicenow.journal",
     "A journal cannot be changed: a comment of ours that is edited or removed stands there as it was."},
    {0},
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

/* Priority is a result of the other two: where none of them is asked for, both follow it. */
static void set_scales(struct sdk_jsonw *w, const struct ent_op *op)
{
	static const char *const impact[] = {"1", "1", "2", "2", "3"}, *const urgency[] = {"1", "2", "2", "3", "3"};
	struct ent_str priority = sdk_op_native(op, ENT_PRIORITY);
	int64_t level;

	sdk_jsonw_kstr_some(w, "impact", sdk_op_native(op, ENT_IMPACT));
	sdk_jsonw_kstr_some(w, "urgency", sdk_op_native(op, ENT_URGENCY));
	if (sdk_op_native(op, ENT_IMPACT).n || sdk_op_native(op, ENT_URGENCY).n)
		return;
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
		sdk_jsonw_kstr(&ask.w, "short_description", sdk_op_title(op, SDK_SERVICENOW, ENT_ABSENT, arena));
		sdk_jsonw_kstr(&ask.w, "description", sdk_op_description(op, SDK_PLAIN, ENT_ABSENT, arena));
		if (settings->number_field.n)
			sdk_jsonw_kstr(&ask.w, sdk_z(arena, settings->number_field), op->number);
		sdk_jsonw_kz(&ask.w, "correlation_display", "Entente");
		sdk_jsonw_kstr_opt(&ask.w, "caller_id", settings->caller);
		sdk_jsonw_kstr_opt(&ask.w, "assignment_group", settings->assignment_group);
	}
	if (op->kind == ENT_ADD_COMMENT) {
		sdk_jsonw_kstr(&ask.w, op->comment.visibility == ENT_PUBLIC ? "comments" : "work_notes",
			       sdk_op_text(op, SDK_SERVICENOW, arena));
	} else {
		if (!creates)
			set_status(&ask.w, settings, op);
		set_scales(&ask.w, op);
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

static const struct sdk_cursor_rule poll_rule = {.grain_ms = 1000};

/* The requests about one record: its journal from the oldest entry on, page after page; before it the record itself
 * when nobody understood it in the list. */
#define PLACE_RECORD "record"

static void ask_of_record(const struct servicenow_settings *settings, struct ent_request *ret, struct ent_arena *arena,
			  const struct sdk_cursor_item *item)
{
	struct ent_str offset = item->place.n ? item->place : ENT_STR("0");

	if (sdk_eqz(item->place, PLACE_RECORD))
		sdk_ask_get(ret, sdk_http_path(arena, BASE "%s/%s", &settings->table, &item->ticket, NULL));
	else
		sdk_ask_get(ret, sdk_http_path(arena,
					       BASE "sys_journal_field?sysparm_query=element_id%3D%s%5EelementIN"
						    "comments%2Cwork_notes%5EORDERBYsys_created_on%5EORDERBYsys_id"
						    "&sysparm_limit=100&sysparm_offset=%s",
					       &item->ticket, &offset, NULL));
}

static void build_poll(const struct servicenow_settings *settings, const struct ent_call *call, struct ent_arena *arena,
		       struct ent_request *ret, struct ent_err *err)
{
	struct sdk_cursor cursor;
	char text[SDK_TIME_SIZE];

	sdk_cursor_begin(&cursor, &poll_rule, call, NULL, arena, err);
	if (cursor.ask) {
		ask_of_record(settings, ret, arena, cursor.ask);
		return;
	}
	(void)sdk_time_format(cursor.since_ms, text);
	text[10] = ' ';
	struct ent_str since = {text, 19}, limit = sdk_int(arena, PAGE), offset = sdk_int(arena, cursor.page * PAGE);
	sdk_ask_get(ret, sdk_http_path(arena,
				       BASE "%s?sysparm_query=sys_updated_on%3E%3D%s%5EORDERBYsys_updated_on%5E"
					    "ORDERBYsys_id&sysparm_limit=%s&sysparm_offset=%s",
				       &settings->table, &since, &limit, &offset, NULL));
}

enum ent_rc servicenow_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
			     struct ent_request *ret, struct ent_err *err)
{
	const struct servicenow_settings *settings = self->settings;
	const struct ent_op *op = &call->op;

	if (op->kind == ENT_POLL) {
		build_poll(settings, call, arena, ret, err);
		return ENT_OK;
	}
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

static enum ent_rc parse_journal(struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct sdk_json *root = NULL, *rows = NULL;
	enum ent_rc rc = sdk_http_list(cursor->response, "result", cursor->arena, &root, &rows, err);
	struct ent_str id = cursor->ask->ticket;
	int64_t offset = 0;

	for (const struct sdk_json *row = sdk_json_first(rows); row && rc == ENT_OK; row = sdk_json_next(row))
		if (sdk_json_is(row, "element_id", sdk_z(cursor->arena, id)))
			rc = servicenow_journal_row(&cursor->list, id, row, err);
	(void)sdk_to_int(cursor->ask->place, &offset);
	if (rc == ENT_OK && sdk_http_has_next(cursor->response))
		sdk_cursor_part(cursor, sdk_int(cursor->arena, offset + PAGE));
	return rc;
}

static enum ent_rc parse_record(const struct servicenow_settings *settings, struct sdk_cursor *cursor,
				struct ent_err *err)
{
	const struct sdk_json *root = NULL, *record;
	enum ent_rc rc = sdk_http_json(cursor->response, cursor->arena, &root, err);

	record = sdk_json_at(root, "result");
	if (rc == ENT_OK)
		rc = servicenow_record(settings, &cursor->list, record, record, false, err);
	if (settings->journal)
		sdk_cursor_part(cursor, ENT_STR("0"));
	return rc;
}

/* An invalid field in the query is ignored by ServiceNow and the whole table comes: each row is asked. */
static enum ent_rc parse_page(const struct servicenow_settings *settings, struct sdk_cursor *cursor,
			      struct ent_err *err)
{
	const struct sdk_json *root = NULL, *rows = NULL;
	enum ent_rc rc = sdk_http_list(cursor->response, "result", cursor->arena, &root, &rows, err);
	bool has_times = false;

	for (const struct sdk_json *row = sdk_json_first(rows); row; row = sdk_json_next(row))
		has_times = has_times || sdk_time_at(row, "sys_updated_on") > 0;
	for (const struct sdk_json *row = sdk_json_first(rows); row && rc == ENT_OK; row = sdk_json_next(row)) {
		struct sdk_cursor_item item = {.ticket = sdk_json_text_at(row, "sys_id"),
					       .key = sdk_word_at(row, "number"),
					       .place = ENT_STR(PLACE_RECORD)};
		int64_t stamp = sdk_time_at(row, "sys_updated_on");

		if (stamp == 0 && has_times) {
			if (sdk_cursor_news(cursor, item.ticket, 0, sdk_json_print(cursor->arena, row)))
				sdk_cursor_told(cursor,
						sdk_fail_as(err, ENT_EINVAL, "servicenow.no_updated",
							    "it shows us no sys_updated_on"),
						&item);
			continue;
		}
		if (stamp < cursor->since_ms)
			return sdk_fail_as(err, ENT_EINVAL, "servicenow.query_since",
					   "ServiceNow ignored the query for what changed since: record {record=%.*s} "
					   "is older; check the user's right to read sys_updated_on",
					   ENT_F(item.ticket));
		if (!sdk_cursor_news(cursor, item.ticket, stamp, sdk_json_text_at(row, "sys_mod_count")))
			continue;
		sdk_cursor_told(cursor, servicenow_record(settings, &cursor->list, row, row, false, err), &item);
		item.place = ENT_ABSENT;
		if (settings->journal)
			sdk_cursor_ask(cursor, &item);
	}
	if (rc == ENT_OK)
		sdk_cursor_page(cursor, sdk_http_has_next(cursor->response), ENT_ABSENT);
	return rc;
}

static enum ent_rc parse_poll(const struct servicenow_settings *settings, const struct ent_call *call,
			      const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			      struct ent_err *err)
{
	struct sdk_cursor cursor;
	enum ent_rc rc;

	sdk_cursor_begin(&cursor, &poll_rule, call, response, arena, err);
	if (!cursor.ask)
		rc = parse_page(settings, &cursor, err);
	else if (sdk_eqz(cursor.ask->place, PLACE_RECORD))
		rc = parse_record(settings, &cursor, err);
	else
		rc = parse_journal(&cursor, err);
	return sdk_cursor_end(&cursor, rc, ret);
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
			return sdk_fail_as(
			    err, ENT_EINVAL, "servicenow.query_field",
			    "ServiceNow ignored the query for {field=%.*s} = {value=%.*s}: is it a field there?",
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
	if (call->op.kind == ENT_POLL)
		return parse_poll(settings, call, response, arena, ret, err);
	rc = sdk_http_json(response, arena, &root, err);
	if (rc != ENT_OK)
		return rc;
	sdk_changes_init(&list, arena);
	result = sdk_json_at(root, "result");
	switch (call->op.kind) {
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
	case ENT_EDIT_COMMENT: /* not among its ops */
	case ENT_REMOVE_COMMENT:
	case ENT_PROBE:
	case ENT_POLL:
	case ENT_LOGIN:
		return ENT_OK;
	case ENT_UPDATE_TICKET:
	case ENT_FETCH_TICKET:
		break;
	}
	rc = servicenow_record(settings, &list, result, result, false, err);
	return rc == ENT_OK ? sdk_changes_take(&list, &ret->changes, err) : rc;
}
