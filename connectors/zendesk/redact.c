/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A comment of ours that is taken away: Zendesk has no way to delete or edit one, but replaces its words with black
 * bars for ever. The words are named by the HTML of the comment as it stands, with each piece of text in <redact>; so
 * the comment is read first, from the newest page on.
 */
#include "zendesk.h"

#include <string.h>

#include "sdk/ask.h"
#include "sdk/http.h"

enum { READ, WRITE, NEXT };
#define HTML_MAX (64u << 10) /* its text is ours, and was shortened to what Zendesk takes */

void zendesk_ask_comments(struct ent_request *ret, struct ent_arena *arena, struct ent_str ticket, struct ent_str after)
{
	struct ent_str path = sdk_http_path(
	    arena, ZENDESK_TICKETS "/%s/comments.json?sort=-created_at&page%5Bsize%5D=100", &ticket, NULL);

	if (after.n)
		path = sdk_format(arena, "%.*s%.*s", ENT_F(path),
				  ENT_F(sdk_http_path(arena, "&page%5Bafter%5D=%s", &after, NULL)));
	sdk_ask_get(ret, path);
}

enum ent_rc zendesk_redact_build(const struct ent_call *call, struct ent_arena *arena, struct ent_request *ret,
				 struct ent_err *err)
{
	const struct ent_op *op = &call->op;
	int64_t ticket = 0;
	struct sdk_ask ask;

	if (call->phase != WRITE) {
		zendesk_ask_comments(ret, arena, op->ticket.id, call->memo);
		return ENT_OK;
	}
	if (!sdk_to_int(op->ticket.id, &ticket))
		return sdk_fail_as(err, ENT_EINVAL, "zendesk.ticket_id", "a ticket's id is a number in Zendesk");
	sdk_ask_begin(&ask);
	sdk_jsonw_kint(&ask.w, "ticket_id", ticket);
	sdk_jsonw_kstr(&ask.w, "html_body", call->memo);
	return sdk_ask_send(&ask, "PUT",
			    sdk_http_path(arena, "/api/v2/comment_redactions/%s.json", &op->comment.id, NULL), arena,
			    ret, err);
}

/* "<p>It <b>burns</b></p>" -> each piece of text between tags in <redact>. False: there is no text, or too much. */
static bool mark_all(struct ent_str html, struct ent_arena *arena, struct ent_str *ret)
{
	struct sdk_buf buf;
	bool any = false;

	sdk_buf_init(&buf, HTML_MAX);
	while (html.n) {
		bool is_tag = html.p[0] == '<';
		const char *end = memchr(html.p, is_tag ? '>' : '<', html.n);
		size_t n = end ? (size_t)(end - html.p) + is_tag : html.n;
		struct ent_str piece = {html.p, n};
		bool is_text = !is_tag && sdk_trim(piece).n;

		any |= is_text;
		sdk_buf_z(&buf, is_text ? "<redact>" : "");
		sdk_buf_str(&buf, piece);
		sdk_buf_z(&buf, is_text ? "</redact>" : "");
		html = (struct ent_str){html.p + n, html.n - n};
	}
	bool fits = any && !buf.failed;
	if (fits)
		*ret = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return fits;
}

static enum ent_rc parse_list(const struct ent_op *op, const struct sdk_json *root, struct ent_arena *arena,
			      struct ent_result *ret, struct ent_err *err)
{
	struct ent_str marked = ENT_ABSENT, after = sdk_word_at(root, "meta.after_cursor");

	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(root, "comments")); at; at = sdk_json_next(at)) {
		if (!sdk_eq(sdk_word_at(at, "id"), op->comment.id))
			continue;
		if (!mark_all(sdk_or_empty(sdk_json_text_at(at, "html_body")), arena, &marked))
			return sdk_says_no(ret, err, "zendesk.no_text",
					   "the comment has no text there that can be blacked out");
		return sdk_more(ret, WRITE, marked);
	}
	if (sdk_json_bool(sdk_json_at(root, "meta.has_more"), false) && after.n)
		return sdk_more(ret, NEXT, after);
	return sdk_says_no(ret, err, "zendesk.no_comment", "the ticket has no such comment");
}

enum ent_rc zendesk_redact_parse(const struct ent_call *call, const struct ent_response *response,
				 struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	enum ent_rc rc;

	if (call->phase == WRITE)
		return sdk_comment_status(&call->op, response, arena, err);
	rc = sdk_http_json(response, arena, &root, err);
	return rc == ENT_OK ? parse_list(&call->op, root, arena, ret, err) : rc;
}
