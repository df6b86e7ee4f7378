/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A poll reads issues in the order of their update, then each of them with its notes. A stamp is a whole second,
 * and more may happen within it; the cursor reads an issue again at the next poll, until its second is long over.
 */
#include "redmine.h"

#include "sdk/time.h"

#define PAGE 100 /* issues; what Redmine allows */

enum phase { BEGIN, GO_ON };

static const struct sdk_cursor_rule poll_rule = {.overlap_ms = 60000, .grain_ms = 1000};

enum ent_rc redmine_poll_build(const struct redmine_settings *settings, const struct ent_call *call,
			       struct ent_arena *arena, struct ent_request *ret, struct ent_err *err)
{
	struct sdk_cursor cursor;
	struct ent_str since, offset;

	sdk_cursor_begin(&cursor, &poll_rule, call, NULL, arena, err);
	since = sdk_format(arena, "%.19sZ", sdk_time(arena, cursor.since_ms).p);
	offset = sdk_int(arena, cursor.page * PAGE);
	if (call->phase == BEGIN) /* 401 to a stranger; 403 or 200 to us; holds nothing that is secret */
		sdk_ask_get(ret, ENT_STR("/custom_fields.json"));
	else if (cursor.ask)
		sdk_ask_get(ret, redmine_issue_path(arena, cursor.ask->ticket));
	else
		sdk_ask_get(ret, sdk_http_path(arena,
					       "/issues.json?status_id=*&project_id=%s&updated_on=%3E%3D%s&"
					       "sort=updated_on,id&limit=100&offset=%s",
					       &settings->project, &since, &offset, NULL));
	return ENT_OK;
}

/* By its own count: {"issues", "total_count", "offset", "limit"}. *ret_more: there are issues behind these. */
static enum ent_rc list_count(const struct sdk_json *root, const struct sdk_json *issues, bool *ret_more,
			      struct ent_err *err)
{
	int64_t total, offset = 0, limit = PAGE, n = (int64_t)sdk_json_count(issues);

	*ret_more = n >= PAGE;
	if (!sdk_json_int(sdk_json_at(root, "total_count"), &total))
		return ENT_OK;
	(void)sdk_json_int(sdk_json_at(root, "offset"), &offset);
	(void)sdk_json_int(sdk_json_at(root, "limit"), &limit);
	*ret_more = *ret_more || offset + n < total;
	return sdk_list_whole(issues, total - offset < limit ? total - offset : limit, err);
}

static enum ent_rc list_parse(const struct redmine_settings *settings, struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct ent_response *response = cursor->response;
	const struct sdk_json *root = NULL, *issues = NULL;
	bool more = false;
	enum ent_rc rc;

	if (response->status == 404 || response->status == 403)
		return sdk_fail_as(err, ENT_EAUTH, "redmine.project",
				   "HTTP {status=%d}: there is no project {project=%.*s} that our user may see",
				   response->status, ENT_F(settings->project));
	rc = sdk_http_list(response, "issues", cursor->arena, &root, &issues, err);
	if (rc == ENT_OK)
		rc = list_count(root, issues, &more, err);
	for (const struct sdk_json *at = sdk_json_first(issues); at && rc == ENT_OK; at = sdk_json_next(at)) {
		const struct sdk_cursor_item item = {.ticket = sdk_json_text_at(at, "id")};

		if (sdk_cursor_news(cursor, item.ticket, sdk_time_at(at, "updated_on"), ENT_ABSENT))
			sdk_cursor_ask(cursor, &item);
	}
	if (rc == ENT_OK)
		sdk_cursor_page(cursor, more, ENT_ABSENT);
	return rc;
}

static enum ent_rc issue_parse(const struct redmine_settings *settings, struct sdk_cursor *cursor, struct ent_err *err)
{
	const struct sdk_json *issue = NULL;
	enum ent_rc rc = redmine_issue_read(cursor->response, cursor->ask->ticket, cursor->arena, &issue, err);

	if (rc == ENT_OK)
		rc = redmine_issue_add(settings, &cursor->list, issue, err);
	if (rc == ENT_OK) /* what was said before we were connected is for the back-fill */
		rc = redmine_notes_add(settings, &cursor->list, issue, cursor->call->op.since_ms, err);
	return rc;
}

enum ent_rc redmine_poll_parse(const struct redmine_settings *settings, const struct ent_call *call,
			       const struct ent_response *response, struct ent_arena *arena, struct ent_result *ret,
			       struct ent_err *err)
{
	struct sdk_cursor cursor;
	enum ent_rc rc;

	sdk_cursor_begin(&cursor, &poll_rule, call, response, arena, err);
	if (call->phase == BEGIN) {
		rc = response->status == 403 ? ENT_OK : sdk_http_status(response, arena, err);
		cursor.goes_on = true;
	} else {
		rc = cursor.ask ? issue_parse(settings, &cursor, err) : list_parse(settings, &cursor, err);
	}
	return sdk_cursor_end(&cursor, rc, ret);
}
