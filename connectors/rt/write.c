/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to a ticket that is there: each reads it first, since one that was merged takes them silently. */
#include "rt.h"

enum phase { BEGIN, WRITE, READ_BACK, OWN, TEXTS };

enum ent_rc rt_tell(const struct rt_settings *settings, const struct ent_response *response, struct ent_str id,
		    struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	const struct sdk_json *ticket = NULL;
	struct sdk_changes list;
	enum ent_rc rc = rt_ticket_read(response, id, arena, &ticket, err), taken;

	sdk_changes_init(&list, arena);
	if (rc == ENT_EGONE && rt_merged_add(settings, &list, ticket, response, id) &&
	    (taken = sdk_changes_take(&list, &ret->changes, err)) != ENT_OK)
		return taken;
	if (rc == ENT_OK)
		rc = rt_ticket_add(settings, &list, ticket, sdk_http_header(response, "ETag"), ENT_ABSENT, err);
	return rc == ENT_OK ? sdk_changes_take(&list, &ret->changes, err) : rc;
}

/* The ticket as it stands before we write; ENT_EGONE also when it is deleted. */
static enum ent_rc before(const struct rt_settings *settings, const struct ent_call *call,
			  const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			  const struct ent_ticket **ret_ticket, struct ent_err *err)
{
	enum ent_rc rc = rt_tell(settings, response, call->op.ticket.id, arena, ret, err);

	if (rc == ENT_OK && ret->changes.at[0].kind == ENT_TICKET_REMOVED)
		return sdk_fail_as(err, ENT_EGONE, "rt.deleted", "ticket {ticket=%.*s} is deleted",
				   ENT_F(call->op.ticket.id));
	if (rc == ENT_OK)
		*ret_ticket = &ret->changes.at[0].ticket;
	return rc;
}

/* ---- one ticket as it is ------------------------------------------------------------ */

enum ent_rc rt_fetch_build(const struct rt_settings *settings, const struct ent_call *call, struct ent_arena *arena,
			   struct ent_request *ret, struct ent_err *err)
{
	(void)settings, (void)err;
	sdk_ask_get(ret, rt_ticket_path(arena, call->op.ticket.id));
	return ENT_OK;
}

enum ent_rc rt_fetch_parse(const struct rt_settings *settings, const struct ent_call *call,
			   const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			   struct ent_err *err)
{
	return rt_tell(settings, response, call->op.ticket.id, arena, ret, err);
}

/* ---- who are we? --------------------------------------------------------------------- */

enum ent_rc rt_probe_build(const struct rt_settings *settings, const struct ent_call *call, struct ent_arena *arena,
			   struct ent_request *ret, struct ent_err *err)
{
	(void)settings, (void)call, (void)arena, (void)err;
	sdk_ask_get(ret, ENT_STR("/rt")); /* which RT this is: 401 to a stranger */
	return ENT_OK;
}

enum ent_rc rt_probe_parse(const struct rt_settings *settings, const struct ent_call *call,
			   const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			   struct ent_err *err)
{
	const struct sdk_json *root;

	(void)settings, (void)call, (void)ret;
	return sdk_http_json(response, arena, &root, err);
}

/* ---- status and priority ------------------------------------------------------------- */

static bool agrees(const struct ent_ticket *asked, const struct ent_ticket *found, enum ent_attr attr)
{
	return !(asked->has & 1u << attr) || sdk_eq(asked->at[attr].native, found->at[attr].native);
}

static enum ent_rc update_put(const struct ent_ticket *asked, struct ent_arena *arena, struct ent_request *ret,
			      struct ent_err *err)
{
	struct sdk_ask ask;

	sdk_ask_begin(&ask);
	if (asked->has & 1u << ENT_STATUS)
		sdk_jsonw_kstr(&ask.w, "Status", asked->at[ENT_STATUS].native);
	if (asked->has & 1u << ENT_PRIORITY)
		sdk_jsonw_kstr(&ask.w, "Priority", asked->at[ENT_PRIORITY].native);
	return sdk_ask_send(&ask, "PUT", sdk_http_path(arena, "/ticket/%s", &asked->id, NULL), arena, ret, err);
}

enum ent_rc rt_update_build(const struct rt_settings *settings, const struct ent_call *call, struct ent_arena *arena,
			    struct ent_request *ret, struct ent_err *err)
{
	return call->phase == WRITE ? update_put(&call->op.ticket, arena, ret, err)
				    : rt_fetch_build(settings, call, arena, ret, err);
}

enum ent_rc rt_update_parse(const struct rt_settings *settings, const struct ent_call *call,
			    const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			    struct ent_err *err)
{
	const struct ent_ticket *asked = &call->op.ticket, *found = NULL;
	const struct sdk_json *said = NULL;
	enum ent_rc rc;

	if (call->phase == READ_BACK)
		return rt_fetch_parse(settings, call, response, arena, ret, err);
	if (call->phase == WRITE) {
		rc = sdk_http_json(response, arena, &said, err);
		return rc == ENT_OK ? sdk_more(ret, READ_BACK, ENT_STR("")) : rc;
	}
	rc = before(settings, call, response, arena, ret, &found, err);
	if (rc != ENT_OK || (agrees(asked, found, ENT_STATUS) && agrees(asked, found, ENT_PRIORITY)))
		return rc;
	ret->changes = (struct ent_changes){0}; /* told when it is done */
	return sdk_more(ret, WRITE, ENT_STR(""));
}

/* ---- a comment ------------------------------------------------------------------------
 * memo: the status before, and behind a line end the transactions whose texts are searched. */

static enum ent_rc comment_post(const struct ent_call *call, struct ent_arena *arena, struct ent_request *ret,
				struct ent_err *err)
{
	bool is_public = call->op.comment.visibility == ENT_PUBLIC;
	struct ent_str rest, status = sdk_cut(call->memo, '\n', &rest);
	const char *path = is_public ? "/ticket/%s/correspond" : "/ticket/%s/comment";
	struct sdk_ask ask;

	sdk_ask_begin(&ask);
	sdk_jsonw_kstr(&ask.w, "Content", sdk_op_text(&call->op, SDK_PLAIN, arena));
	sdk_jsonw_kz(&ask.w, "ContentType", "text/plain");
	if (is_public && status.n > 0) /* a reply opens the ticket; words are words, states come by themselves */
		sdk_jsonw_kstr(&ask.w, "Status", status);
	return sdk_ask_send(&ask, "POST", sdk_http_path(arena, path, &call->op.ticket.id, NULL), arena, ret, err);
}

enum ent_rc rt_comment_build(const struct rt_settings *settings, const struct ent_call *call, struct ent_arena *arena,
			     struct ent_request *ret, struct ent_err *err)
{
	struct ent_str query, listed;

	switch ((enum phase)call->phase) {
	case WRITE:
		return comment_post(call, arena, ret, err);
	case OWN:
		query = sdk_format(arena,
				   "ObjectType = 'RT::Ticket' AND ObjectId = %.*s AND Creator = '__CurrentUser__' AND "
				   "(Type = 'Comment' OR Type = 'Correspond')",
				   ENT_F(rt_quote(arena, call->op.ticket.id)));
		sdk_ask_get(ret, sdk_http_path(arena, "/transactions?query=%s&orderby=id&order=DESC&per_page=50",
					       &query, NULL));
		return ENT_OK;
	case TEXTS:
		(void)sdk_cut(call->memo, '\n', &listed);
		rt_texts_build(arena, listed, ret);
		return ENT_OK;
	case BEGIN:
	case READ_BACK:
		break;
	}
	return rt_fetch_build(settings, call, arena, ret, err);
}

static enum ent_rc comment_posted(const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
				  struct ent_err *err)
{
	struct ent_str id = sdk_http_last_part(sdk_http_header(response, "Location"));
	enum ent_rc rc = sdk_http_status(response, arena, err);
	int64_t number;

	if (rc == ENT_OK && response->status != 201) /* a page of a proxy; what became of it is not known */
		return sdk_fail_as(err, ENT_ERETRY, "rt.not_201", "HTTP {status=%d} where 201 is due",
				   response->status);
	if (rc == ENT_OK && sdk_to_int(id, &number))
		ret->remote_id = id;
	return rc;
}

enum ent_rc rt_comment_parse(const struct rt_settings *settings, const struct ent_call *call,
			     const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			     struct ent_err *err)
{
	const struct ent_ticket *found = NULL;
	struct ent_str word = ENT_ABSENT, rest, status = sdk_cut(call->memo, '\n', &rest);
	enum ent_rc rc;

	switch ((enum phase)call->phase) {
	case WRITE:
		return comment_posted(response, arena, ret, err);
	case OWN:
		rc = rt_items(response, arena, "id", &word, err);
		if (rc != ENT_OK)
			return rc;
		return word.n == 0 ? sdk_more(ret, WRITE, sdk_or_empty(status))
				   : sdk_more(ret, TEXTS, sdk_format(arena, "%.*s\n%.*s", ENT_F(status), ENT_F(word)));
	case TEXTS:
		rc = rt_texts_parse(response, arena, &call->op, WRITE, ret, err);
		return rc == ENT_MORE ? sdk_more(ret, WRITE, sdk_or_empty(status)) : rc;
	case BEGIN:
	case READ_BACK:
		break;
	}
	rc = before(settings, call, response, arena, ret, &found, err);
	if (rc != ENT_OK)
		return rc;
	word = sdk_or_empty(found->at[ENT_STATUS].native);
	ret->changes = (struct ent_changes){0};
	return sdk_more(ret, call->look ? OWN : WRITE, word);
}
