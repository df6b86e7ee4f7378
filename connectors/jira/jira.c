/* SPDX-License-Identifier: Apache-2.0 */
#include "jira.h"

#include <string.h>

#include "sdk/ask.h"
#include "sdk/time.h"

static const struct ent_setting jira_setting[] = {
    {"number_field", ENT_SETTING_STR, "", offsetof(struct jira_settings, number_field),
     "custom field that holds our incident number, e.g. customfield_10900; empty: none"},
    {"number_label_prefix", ENT_SETTING_STR, "ENT-", offsetof(struct jira_settings, number_label_prefix),
     "a label of this and digits is our incident number; empty: none"},
    {"impact_field", ENT_SETTING_STR, "", offsetof(struct jira_settings, impact_field),
     "custom field (a select list) with the impact, e.g. customfield_10004; its words stand in map.impact; empty: "
     "none"},
    {"urgency_field", ENT_SETTING_STR, "", offsetof(struct jira_settings, urgency_field),
     "the same for the urgency and map.urgency; empty: none"},
    {"project", ENT_SETTING_STR, "", offsetof(struct jira_settings, project),
     "key of the project we open issues in and poll, e.g. SUP"},
    {"issue_type", ENT_SETTING_STR, "Task", offsetof(struct jira_settings, issue_type), "of the issues we open"},
    {"resolution", ENT_SETTING_STR, "Done", offsetof(struct jira_settings, resolution),
     "given when a transition demands one"},
    {"service_desk", ENT_SETTING_BOOL, "true", offsetof(struct jira_settings, service_desk),
     "the project is a service project: a comment is internal or for the customer. false: a plain project, where "
     "everybody who sees it reads all comments"},
    {"data_center", ENT_SETTING_BOOL, "false", offsetof(struct jira_settings, data_center),
     "Jira Data Center: searches by page number"},
    {0},
};

/* Events of other things: known, and not about tickets. Attachment events name no issue, so the
 * attachment is taken from the issue_updated event that comes beside them. */
static const char *const jira_other_event[] = {
    "sprint_", "board_",     "project_",        "user_",   "jira:version_", "jira:worklog_", "worklog_",
    "option_", "issuelink_", "issue_property_", "filter_", "dashboard_",    "attachment_",   NULL,
};

static bool is_other_event(struct ent_str event)
{
	for (const char *const *prefix = jira_other_event; *prefix; prefix++)
		if (sdk_starts(event, *prefix))
			return true;
	return false;
}

/* "https://host/rest/api/2/issue/10013/comment/10082" -> "10013". */
static struct ent_str issue_of_url(struct ent_str self)
{
	static const char mark[] = "/issue/";
	const char *at = self.n > 0 ? memmem(self.p, self.n, mark, sizeof(mark) - 1) : NULL;
	struct ent_str rest;
	struct ent_str id = ENT_ABSENT;

	if (at)
		id = sdk_cut(
		    (struct ent_str){at + sizeof(mark) - 1, self.n - (size_t)(at - self.p) - (sizeof(mark) - 1)}, '/',
		    &rest);
	return id.n > 0 && id.n <= ENT_ID_MAX ? id : ENT_ABSENT;
}

/* Data Center's comment events have no issue, only the comment's own address. */
static enum ent_rc head_read(struct ent_change *head, const struct sdk_json *root, struct ent_err *err)
{
	int64_t webhook_ms;

	if (!sdk_json_at(root, "issue") && sdk_json_at(root, "comment"))
		head->ticket.id = issue_of_url(sdk_json_text_at(root, "comment.self"));
	if (!head->ticket.id.p && sdk_id_at(root, "issue.id", &head->ticket.id, err) != ENT_OK)
		return ENT_EINVAL;
	head->ticket.key = sdk_word_at(root, "issue.key");
	head->actor = jira_person(sdk_json_at(root, sdk_json_at(root, "user") ? "user" : "comment.updateAuthor"));
	head->stamp.time_ms = sdk_time_at(root, "issue.fields.updated");
	if (head->stamp.time_ms == 0 && sdk_json_int(sdk_json_at(root, "timestamp"), &webhook_ms) && webhook_ms > 0)
		head->stamp.time_ms = webhook_ms;
	return ENT_OK;
}

/* Public in a service project's portal, and restricted to no role or group. */
static enum ent_visibility visibility(const struct sdk_json *comment)
{
	const struct sdk_json *restricted = sdk_json_at(comment, "visibility");

	if (restricted && sdk_json_kind(restricted) != SDK_JSON_NULL)
		return ENT_INTERNAL;
	return sdk_json_bool(sdk_json_at(comment, "jsdPublic"), false) ? ENT_PUBLIC : ENT_INTERNAL;
}

static bool is_comment_removal(const struct sdk_json *root)
{
	return sdk_json_is(root, "webhookEvent", "comment_deleted") ||
	       sdk_json_is(root, "issue_event_type_name", "issue_comment_deleted");
}

bool jira_comment_is_empty(const struct sdk_json *comment)
{
	enum sdk_json_kind kind = sdk_json_kind(sdk_json_at(comment, "body"));

	return !sdk_word_at(comment, "id").p && !sdk_word_at(comment, "body").p && kind != SDK_JSON_OBJECT;
}

enum ent_rc jira_comment(struct ent_change *change, const struct sdk_json *comment, struct ent_arena *arena,
			 struct ent_err *err)
{
	struct ent_comment *ret = &change->comment;
	/* The issue's own time may be older than what was just done to its comment. */
	int64_t comment_ms = sdk_time_at(comment, "updated");

	if (sdk_json_at(comment, "id") || change->kind == ENT_COMMENT_REMOVED) /* without one the broker makes one */
		if (sdk_id_at(comment, "id", &ret->id, err) != ENT_OK)
			return sdk_fail_as(err, ENT_EINVAL, "webhook.comment_id", "comment.id is missing or no id");
	ret->author = jira_person(sdk_json_at(comment, "author"));
	ret->body = sdk_or_empty(jira_said(arena, sdk_json_at(comment, "body")));
	ret->visibility = visibility(comment);
	ret->created_ms = sdk_time_at(comment, "created");
	if (comment_ms > 0)
		change->stamp.time_ms = comment_ms;
	return ENT_OK;
}

static enum ent_rc comment_read(struct ent_change *change, const struct sdk_json *root, struct ent_arena *arena,
				struct ent_err *err)
{
	int64_t comment_ms = 0, webhook_ms = 0;
	enum ent_rc rc = jira_comment(change, sdk_json_at(root, "comment"), arena, err);

	if (rc != ENT_OK)
		return rc;
	if (change->kind == ENT_COMMENT_REMOVED && sdk_json_int(sdk_json_at(root, "timestamp"), &webhook_ms))
		comment_ms = webhook_ms;
	if (comment_ms > 0)
		change->stamp.time_ms = comment_ms;
	return ENT_OK;
}

/* The changelog names an attachment that was just added; a new issue's are all new. */
static bool is_added(const struct sdk_json *root, struct ent_str id)
{
	const struct sdk_json *item = sdk_json_first(sdk_json_at(root, "changelog.items"));

	if (sdk_json_is(root, "webhookEvent", "jira:issue_created"))
		return true;
	for (; item; item = sdk_json_next(item))
		if (sdk_json_is(item, "field", "Attachment") && sdk_eq(sdk_json_text_at(item, "to"), id))
			return true;
	return false;
}

static enum ent_rc attachments_read(struct sdk_changes *list, const struct ent_change *head,
				    const struct sdk_json *root, struct ent_err *err)
{
	static const struct sdk_attachment_names names = {"id", "filename", "mimeType", "content", "size"};
	const struct sdk_json *at = sdk_json_first(sdk_json_at(root, "issue.fields.attachment"));

	enum ent_rc rc = ENT_OK;

	for (; at && rc == ENT_OK; at = sdk_json_next(at))
		if (is_added(root, sdk_json_text_at(at, "id")))
			rc = sdk_attachment_read(
			    at, &names, &sdk_changes_beside(list, head, ENT_ATTACHMENT_ADDED)->attachment, err);
	return rc;
}

static enum ent_rc jira_decode(const struct ent_self *self, const struct ent_webhook *webhook, struct ent_arena *arena,
			       struct ent_changes *ret, struct ent_err *err)
{
	struct ent_change head = {0}, *change;
	const struct sdk_json *root, *comment;
	struct sdk_changes list;
	struct ent_str event;
	enum ent_rc rc = sdk_body_object(arena, webhook->body, &root, err);

	if (rc != ENT_OK)
		return rc;
	sdk_changes_init(&list, arena);
	event = sdk_json_text_at(root, "webhookEvent");
	if (event.n == 0)
		return sdk_fail_as(err, ENT_EINVAL, "jira.no_webhook",
				   "webhookEvent is missing: this is no webhook of Jira");
	if (is_other_event(event))
		return sdk_changes_take(&list, ret, err);
	rc = head_read(&head, root, err);
	if (rc != ENT_OK)
		return rc;

	comment = sdk_json_at(root, "comment");
	if (sdk_json_at(root, "issue")) {
		change = sdk_changes_beside(
		    &list, &head, sdk_eqz(event, "jira:issue_deleted") ? ENT_TICKET_REMOVED : ENT_TICKET_CHANGED);
		if (change->kind == ENT_TICKET_CHANGED)
			jira_issue(self->settings, sdk_json_at(root, "issue"), change, arena);
	}
	if (is_comment_removal(root) || !jira_comment_is_empty(comment)) {
		change = sdk_changes_beside(&list, &head,
					    is_comment_removal(root) ? ENT_COMMENT_REMOVED : ENT_COMMENT_ADDED);
		rc = comment_read(change, root, arena, err);
	}
	if (rc == ENT_OK)
		rc = attachments_read(&list, &head, root, err);
	return rc == ENT_OK ? sdk_changes_take(&list, ret, err) : rc;
}

static enum ent_rc jira_verify(const struct ent_self *self, const struct ent_webhook *webhook,
			       const struct ent_str *secret, size_t n_secret, int64_t now_ms, struct ent_arena *arena,
			       struct ent_str *ret_delivery, struct ent_err *err)
{
	enum ent_rc rc = sdk_verify_hex(webhook, "X-Hub-Signature", "sha256=", secret, n_secret, err);

	(void)self, (void)now_ms, (void)arena;
	if (rc == ENT_OK)
		*ret_delivery = sdk_header(webhook->header, webhook->n_header, "X-Atlassian-Webhook-Identifier");
	return rc;
}

static const struct ent_connector jira_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "jira",
    .version = ENTENTE_VERSION,
    .summary = "Jira Cloud, Jira Service Management and Jira Data Center",
    .ops = SDK_OPS_ALL | SDK_OPS_COMMENT,
    .setting = jira_setting,
    .settings_size = sizeof(struct jira_settings),
    .map[ENT_STATUS] = jira_status,
    .map[ENT_PRIORITY] = jira_priority,
    .verify = jira_verify,
    .decode = jira_decode,
    .build = jira_build,
    .parse = jira_parse,
    .repeat = jira_repeat,
    .cannot = jira_cannot,
    .limits = {ENT_UTF16, 255, 32767},
};

ENT_EXPORT(jira_connector)
