/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new ticket. To look for one that may be there already: tickets of ours that carry the
 * number; the transactions they began with; the marker in the texts of these.
 */
#include "rt.h"

#define LISTED "50" /* of our own that a search looks through, newest first */

enum phase { BEGIN, WRITE, READ_BACK, BIRTHS, TEXTS, WHOSE };

static struct ent_str ours_query(const struct rt_settings *settings, const struct ent_op *op, struct ent_arena *arena)
{
	struct ent_str number = rt_quote(arena, op->number), where;

	if (settings->number_field.n > 0) {
		where = sdk_format(arena, "CF.{%.*s}", ENT_F(settings->number_field));
		where = sdk_format(arena, "%.*s = %.*s", ENT_F(rt_quote(arena, where)), ENT_F(number));
	} else {
		where = sdk_format(arena, "Subject LIKE %.*s", ENT_F(number));
	}
	return sdk_format(arena, "Queue = %.*s AND Creator = '__CurrentUser__' AND %.*s",
			  ENT_F(rt_quote(arena, settings->queue)), ENT_F(where));
}

static struct ent_str births_query(struct ent_str tickets, struct ent_arena *arena)
{
	struct ent_str query = ENT_STR("ObjectType = 'RT::Ticket' AND Type = 'Create' AND (");

	for (bool first = true; tickets.n > 0; first = false) {
		struct ent_str one = sdk_cut(tickets, ',', &tickets);

		query = sdk_format(arena, "%.*s%sObjectId = %.*s", ENT_F(query), first ? "" : " OR ", ENT_F(one));
	}
	return sdk_format(arena, "%.*s)", ENT_F(query));
}

static enum ent_rc create_post(const struct rt_settings *settings, const struct ent_op *op, struct ent_arena *arena,
			       struct ent_request *ret, struct ent_err *err)
{
	struct ent_str in_subject = settings->number_field.n > 0 ? ENT_ABSENT : op->number;
	struct sdk_ask ask;

	sdk_ask_begin(&ask);
	sdk_jsonw_kstr(&ask.w, "Queue", settings->queue);
	sdk_jsonw_kstr(&ask.w, "Subject", sdk_op_title(op, SDK_MAIL_SUBJECT, in_subject, arena));
	if (settings->requestor.n > 0)
		sdk_jsonw_kstr(&ask.w, "Requestor", settings->requestor);
	if (sdk_op_sets(op, ENT_PRIORITY))
		sdk_jsonw_kstr(&ask.w, "Priority", op->ticket.at[ENT_PRIORITY].native);
	sdk_jsonw_kstr(&ask.w, "Content", sdk_op_description(op, SDK_PLAIN, in_subject, arena));
	sdk_jsonw_kz(&ask.w, "ContentType", "text/plain");
	if (settings->number_field.n > 0) {
		sdk_jsonw_key(&ask.w, "CustomFields");
		sdk_jsonw_open(&ask.w, '{');
		sdk_jsonw_key_str(&ask.w, settings->number_field);
		sdk_jsonw_str(&ask.w, op->number);
		sdk_jsonw_close(&ask.w, '}');
	}
	return sdk_ask_send(&ask, "POST", ENT_STR("/ticket"), arena, ret, err);
}

enum ent_rc rt_create_build(const struct rt_settings *settings, const struct ent_call *call, struct ent_arena *arena,
			    struct ent_request *ret, struct ent_err *err)
{
	struct ent_str query;

	switch ((enum phase)call->phase) {
	case BEGIN:
		if (!call->look)
			return create_post(settings, &call->op, arena, ret, err);
		query = ours_query(settings, &call->op, arena);
		sdk_ask_get(ret, sdk_http_path(arena, "/tickets?query=%s&orderby=id&order=DESC&per_page=" LISTED,
					       &query, NULL));
		return ENT_OK;
	case WRITE:
		return create_post(settings, &call->op, arena, ret, err);
	case READ_BACK:
		sdk_ask_get(ret, rt_ticket_path(arena, call->memo));
		return ENT_OK;
	case BIRTHS:
		query = births_query(call->memo, arena);
		sdk_ask_get(ret, sdk_http_path(arena, "/transactions?query=%s&per_page=" LISTED, &query, NULL));
		return ENT_OK;
	case TEXTS:
		rt_texts_build(arena, call->memo, ret);
		return ENT_OK;
	case WHOSE:
		sdk_ask_get(ret, sdk_http_path(arena, "/transaction/%s", &call->memo, NULL));
		return ENT_OK;
	}
	return sdk_fail_as(err, ENT_EINVAL, "rt.phase", "a phase that does not exist");
}

static enum ent_rc id_parse(const struct ent_response *response, const char *path, struct ent_arena *arena,
			    struct ent_result *ret, struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	struct ent_str id = ENT_ABSENT;
	enum ent_rc rc = sdk_http_json(response, arena, &root, err);

	if (rc == ENT_OK)
		rc = sdk_id_at(root, path, &id, err);
	return rc == ENT_OK ? sdk_more(ret, READ_BACK, id) : rc;
}

enum ent_rc rt_create_parse(const struct rt_settings *settings, const struct ent_call *call,
			    const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			    struct ent_err *err)
{
	struct ent_str found = ENT_ABSENT;
	enum ent_rc rc;

	switch ((enum phase)call->phase) {
	case BEGIN:
		if (!call->look)
			return id_parse(response, "id", arena, ret, err);
		rc = rt_items(response, arena, "id", &found, err);
		if (rc != ENT_OK)
			return rc;
		return found.n > 0 ? sdk_more(ret, BIRTHS, found) : sdk_more(ret, WRITE, ENT_STR(""));
	case WRITE:
		return id_parse(response, "id", arena, ret, err);
	case READ_BACK:
		rc = rt_tell(settings, response, call->memo, arena, ret, err);
		ret->remote_id = call->memo;
		return rc;
	case BIRTHS:
		rc = rt_items(response, arena, "id", &found, err);
		if (rc != ENT_OK)
			return rc;
		return found.n > 0 ? sdk_more(ret, TEXTS, found) : sdk_more(ret, WRITE, ENT_STR(""));
	case TEXTS:
		rc = rt_texts_parse(response, arena, &call->op, WRITE, ret, err);
		found = ret->remote_id;
		ret->remote_id = ENT_ABSENT; /* a transaction, not yet the ticket */
		return rc == ENT_OK ? sdk_more(ret, WHOSE, found) : rc;
	case WHOSE:
		return id_parse(response, "Object.id", arena, ret, err);
	}
	return sdk_fail_as(err, ENT_EINVAL, "rt.phase", "a phase that does not exist");
}
