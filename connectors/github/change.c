/* SPDX-License-Identifier: Apache-2.0 */
/* A comment that stands there gets other words, or goes. Its id is of all GitHub: no other can stand behind it, so
 * where the repository was renamed the request follows at once. */
#include "github.h"

#include "sdk/ask.h"
#include "sdk/http.h"

bool github_changes(enum ent_op_kind kind)
{
	return kind == ENT_EDIT_COMMENT || kind == ENT_REMOVE_COMMENT;
}

enum ent_rc github_no_internal(struct ent_err *err)
{
	return sdk_fail_as(err, ENT_EUNSUPPORTED, "github.no_internal",
			   "GitHub has no internal comments: whoever sees the issue reads them all");
}

enum ent_rc github_change_build(const struct ent_call *call, struct ent_str repository, struct ent_arena *arena,
				struct ent_request *ret, struct ent_err *err)
{
	const struct ent_op *op = &call->op;
	struct ent_str id = sdk_http_path(arena, "%s", &op->comment.id, NULL);
	struct ent_str path = call->phase == GITHUB_ANEW
				  ? call->memo
				  : sdk_format(arena, "%.*s/issues/comments/%.*s", ENT_F(repository), ENT_F(id));
	struct sdk_ask ask;

	if (op->kind == ENT_REMOVE_COMMENT) {
		sdk_ask_delete(ret, path);
		return ENT_OK;
	}
	if (op->comment.visibility != ENT_PUBLIC)
		return github_no_internal(err);
	sdk_ask_begin(&ask);
	sdk_jsonw_kstr(&ask.w, "body", sdk_op_text(op, SDK_MARKDOWN, arena));
	return sdk_ask_send(&ask, "PATCH", path, arena, ret, err);
}

enum ent_rc github_change_parse(const struct ent_call *call, const struct ent_response *response,
				struct ent_arena *arena, struct ent_result *ret, struct ent_err *err)
{
	if (github_is_moved(response) && call->phase != GITHUB_ANEW)
		return sdk_more(ret, GITHUB_ANEW, sdk_dup(arena, sdk_http_header(response, "location")));
	return sdk_comment_status(&call->op, response, arena, err);
}
