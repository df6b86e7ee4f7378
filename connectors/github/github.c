/* SPDX-License-Identifier: Apache-2.0 */
#include "github.h"

#include <string.h>

#include "sdk/ask.h"

#define FIELDS_MAX (64u * 1024u)
#define MARKER     "<!-- entente:"

static const struct ent_setting github_setting[] = {
    {"status_label_prefix", ENT_SETTING_STR, "status:", offsetof(struct github_settings, status_label_prefix),
     "an open issue's label of this and a word is its status; empty: none"},
    {"priority_label_prefix", ENT_SETTING_STR, "priority:", offsetof(struct github_settings, priority_label_prefix),
     "a label of this and a word is the priority, as P1 to P5 are; empty: none"},
    {"number_label_prefix", ENT_SETTING_STR, "ENT-", offsetof(struct github_settings, number_label_prefix),
     "a label of this and digits is our incident number; empty: none"},
    {"repository", ENT_SETTING_STR, "", offsetof(struct github_settings, repository),
     "owner/name, where we open issues and which we poll"},
    {0},
};

/* A state, its reason after the slash; or the word of a status label. */
static const struct ent_map_row github_status[] = {
    {"open", "new"}, /* the first of each is the one we write */
    {"acknowledged", "acknowledged"},
    {"in-progress", "in_progress"},
    {"pending", "pending"},
    {"on-hold", "held"},
    {"closed/completed", "resolved"},
    {"closed/not_planned", "cancelled"},
    {"open/assigned", "acknowledged"},
    {"open/reopened", "in_progress"},
    {"closed", "resolved"},
    {"closed/duplicate", "cancelled"},
    {"new", "new"},
    {"in progress", "in_progress"},
    {"waiting", "pending"},
    {"blocked", "held"},
    {0},
};
static const struct ent_map_row github_priority[] = {
    {"P1", "1"},       {"P2", "2"},       {"P3", "3"},   {"P4", "4"},     {"P5", "5"},
    {"critical", "1"}, {"urgent", "1"},   {"high", "2"}, {"medium", "3"}, {"normal", "3"},
    {"low", "4"},      {"planning", "5"}, {0},
};

/* The first label with this prefix, without it. */
static struct ent_str label_word(const struct sdk_json *labels, struct ent_str prefix, struct ent_arena *arena)
{
	const char *z = sdk_z(arena, prefix);

	for (const struct sdk_json *at = sdk_json_first(labels); at && prefix.n > 0; at = sdk_json_next(at)) {
		struct ent_str name = sdk_label(at);

		if (name.n > prefix.n && sdk_starts(name, z))
			return sdk_trim((struct ent_str){name.p + prefix.n, name.n - prefix.n});
	}
	return ENT_ABSENT;
}

/* "P1" to "P5". */
static struct ent_str level_label(const struct sdk_json *labels)
{
	for (const struct sdk_json *at = sdk_json_first(labels); at; at = sdk_json_next(at)) {
		struct ent_str name = sdk_label(at);

		if (sdk_starts(name, "P") && sdk_is_canonical(ENT_PRIORITY, (struct ent_str){name.p + 1, name.n - 1}))
			return name;
	}
	return ENT_ABSENT;
}

static void set_status(const struct github_settings *settings, struct ent_ticket *ticket, const struct sdk_json *issue,
		       struct ent_arena *arena)
{
	struct ent_str state = sdk_word_at(issue, "state");
	struct ent_str reason = sdk_word_at(issue, "state_reason");
	struct ent_str label = label_word(sdk_json_at(issue, "labels"), settings->status_label_prefix, arena);

	if (!state.p)
		return; /* pinned and unpinned send half an issue */
	if (sdk_eqz(state, "open") && label.p)
		state = label;
	else if (reason.p)
		state = sdk_format(arena, "%.*s/%.*s", ENT_F(state), ENT_F(reason));
	else if (sdk_eqz(state, "open") && sdk_json_count(sdk_json_at(issue, "assignees")) > 0)
		state = ENT_STR("open/assigned");
	sdk_set_native(ticket, ENT_STATUS, state);
}

static void set_user(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *user)
{
	sdk_set_reference(ticket, attr, sdk_word_at(user, "id"), sdk_word_at(user, "login"));
}

/* The body without our marker, which is for machines; *ret_number is what the marker says. */
static struct ent_str body_split(struct ent_str body, struct ent_arena *arena, struct ent_str *ret_number)
{
	const char *at = body.n > 0 ? memmem(body.p, body.n, MARKER, sizeof(MARKER) - 1) : NULL;
	size_t before = at ? (size_t)(at - body.p) : 0;
	struct ent_str inside = {at, body.n - before}, head = {body.p, before};
	const char *end = at ? memmem(inside.p, inside.n, "-->", 3) : NULL;

	if (!end)
		return body;
	inside = sdk_trim((struct ent_str){at + sizeof(MARKER) - 1, (size_t)(end - at) - (sizeof(MARKER) - 1)});
	*ret_number = inside.n > 0 && inside.n <= ENT_ID_MAX ? inside : ENT_ABSENT;
	body = (struct ent_str){end + 3, body.n - (size_t)(end + 3 - body.p)};
	return sdk_trim(sdk_format(arena, "%.*s%.*s", ENT_F(head), ENT_F(body)));
}

/* Labels by name, since the broker shows fields as they stand. */
static void set_fields(struct ent_ticket *ticket, const struct sdk_json *issue, struct ent_arena *arena)
{
	const struct sdk_json *labels = sdk_json_at(issue, "labels");
	struct sdk_buf buf;
	struct sdk_jsonw w;

	if (sdk_json_kind(labels) != SDK_JSON_ARRAY)
		return;
	sdk_buf_init(&buf, FIELDS_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_key(&w, "labels");
	sdk_jsonw_open(&w, '[');
	for (const struct sdk_json *at = sdk_json_first(labels); at; at = sdk_json_next(at))
		sdk_jsonw_str(&w, sdk_label(at));
	sdk_jsonw_close(&w, ']');
	sdk_jsonw_kstr_opt(&w, "milestone", sdk_word_at(issue, "milestone.title"));
	sdk_jsonw_kstr_opt(&w, "closed_at", sdk_word_at(issue, "closed_at"));
	sdk_jsonw_close(&w, '}');
	if (!buf.failed)
		sdk_set(ticket, ENT_FIELDS, sdk_dup(arena, sdk_buf_view(&buf)));
	sdk_buf_release(&buf);
}

void github_issue(const struct github_settings *settings, struct ent_change *change, const struct sdk_json *issue,
		  struct ent_arena *arena)
{
	const struct sdk_json *labels = sdk_json_at(issue, "labels"), *assignees = sdk_json_at(issue, "assignees");
	struct ent_ticket *ticket = &change->ticket;
	struct ent_str priority, body;

	labels = sdk_json_kind(labels) == SDK_JSON_ARRAY ? labels : NULL;
	sdk_set_at(ticket, ENT_TITLE, issue, "title");
	if (sdk_told_at(issue, "body", NULL, &body))
		sdk_set(ticket, ENT_DESCRIPTION,
			sdk_dialect_read(arena, SDK_MARKDOWN, body_split(body, arena, &change->correlation.number)));
	set_status(settings, ticket, issue, arena);
	if (labels) {
		priority = label_word(labels, settings->priority_label_prefix, arena);
		sdk_set_native(ticket, ENT_PRIORITY, priority.p ? priority : level_label(labels));
	}
	sdk_set_told(ticket, ENT_CATEGORY, issue, "type", "name");
	if (sdk_json_kind(assignees) == SDK_JSON_ARRAY && sdk_json_kind(sdk_json_first(assignees)) != SDK_JSON_STRING)
		set_user(ticket, ENT_ASSIGNEE, sdk_json_first(assignees));
	else if (assignees)
		sdk_set_reference_told(ticket, ENT_ASSIGNEE, issue, "assignees", "id", "login");
	sdk_set_reference_told(ticket, ENT_REQUESTER, issue, "user", "id", "login");
	sdk_set_at(ticket, ENT_URL, issue, "html_url");
	sdk_set_time_at(ticket, ENT_OPENED_AT, issue, "created_at", arena);
	set_fields(ticket, issue, arena);
	if (!change->correlation.number.p)
		change->correlation.number = sdk_number_in_list(labels, sdk_z(arena, settings->number_label_prefix));
}

/* Everyone who sees the issue sees its comments. */
enum ent_rc github_comment(struct ent_change *change, const struct sdk_json *comment, struct ent_arena *arena,
			   struct ent_err *err)
{
	struct ent_comment *ret = &change->comment;
	int64_t comment_ms = sdk_time_at(comment, "updated_at");

	if (sdk_word_at(comment, "id").p || change->kind == ENT_COMMENT_REMOVED) /* without one the broker makes one */
		if (sdk_id_at(comment, "id", &ret->id, err) != ENT_OK)
			return sdk_fail_as(err, ENT_EINVAL, "webhook.comment_id", "comment.id is missing or no id");
	ret->author = sdk_person_at(comment, "user.id", "user.login");
	ret->body = sdk_dialect_read(arena, SDK_MARKDOWN, sdk_or_empty(sdk_json_text_at(comment, "body")));
	ret->format = ENT_MARKDOWN;
	ret->visibility = ENT_PUBLIC;
	ret->created_ms = sdk_time_at(comment, "created_at");
	if (comment_ms > change->stamp.time_ms || (comment_ms > 0 && change->kind == ENT_COMMENT_ADDED))
		change->stamp.time_ms = comment_ms;
	return ENT_OK;
}

static enum ent_rc head_read(struct ent_change *head, const struct sdk_json *root, struct ent_arena *arena,
			     struct ent_err *err)
{
	struct ent_str repository = sdk_word_at(root, "repository.full_name");
	struct ent_str number = sdk_word_at(root, "issue.number");
	enum ent_rc rc = sdk_id_at(root, "issue.id", &head->ticket.id, err);

	if (rc != ENT_OK)
		return rc;
	if (repository.p && number.p)
		head->ticket.key = sdk_format(arena, "%.*s#%.*s", ENT_F(repository), ENT_F(number));
	head->actor = sdk_person_at(root, "sender.id", "sender.login");
	head->stamp.time_ms = sdk_time_at(root, "issue.updated_at");
	return ENT_OK;
}

static enum ent_rc transferred_read(struct sdk_changes *list, const struct ent_change *head,
				    const struct sdk_json *root, struct ent_err *err)
{
	struct ent_str repository = sdk_word_at(root, "changes.new_repository.full_name");
	struct ent_str number = sdk_word_at(root, "changes.new_issue.number");
	struct ent_change *change = sdk_changes_beside(list, head, ENT_TICKET_CONTINUES);
	enum ent_rc rc = sdk_id_at(root, "changes.new_issue.id", &change->continues_as.id, err);

	if (rc == ENT_OK && repository.p && number.p)
		change->continues_as.key = sdk_format(list->arena, "%.*s#%.*s", ENT_F(repository), ENT_F(number));
	return rc;
}

static enum ent_rc event_decode(const struct github_settings *settings, struct sdk_changes *list,
				const struct sdk_json *root, bool has_comment, struct ent_err *err)
{
	struct ent_str action = sdk_json_text_at(root, "action");
	bool is_deleted = sdk_eqz(action, "deleted");
	struct ent_change head = {0}, *change;
	enum ent_change_kind kind = ENT_TICKET_CHANGED;
	enum ent_rc rc = head_read(&head, root, list->arena, err);

	if (rc != ENT_OK)
		return rc;
	/* A transferred issue lives on under another id, in another repository. */
	if (!has_comment && sdk_eqz(action, "transferred") && sdk_word_at(root, "changes.new_issue.id").p)
		return transferred_read(list, &head, root, err);
	if (!has_comment && (is_deleted || sdk_eqz(action, "transferred")))
		kind = ENT_TICKET_REMOVED;
	change = sdk_changes_beside(list, &head, kind);
	if (kind == ENT_TICKET_CHANGED)
		github_issue(settings, change, sdk_json_at(root, "issue"), list->arena);
	if (!has_comment || (!is_deleted && !sdk_word_at(root, "comment.id").p && !sdk_word_at(root, "comment.body").p))
		return ENT_OK; /* an empty one says nothing */
	change = sdk_changes_beside(list, &head, is_deleted ? ENT_COMMENT_REMOVED : ENT_COMMENT_ADDED);
	return github_comment(change, sdk_json_at(root, "comment"), list->arena, err);
}

static enum ent_rc github_decode(const struct ent_self *self, const struct ent_webhook *webhook,
				 struct ent_arena *arena, struct ent_changes *ret, struct ent_err *err)
{
	struct ent_str event = sdk_header(webhook->header, webhook->n_header, "X-GitHub-Event");
	struct ent_str body = webhook->body;
	const struct sdk_json *root, *pull_request;
	struct sdk_changes list;
	bool has_comment, is_issue;
	enum ent_rc rc = ENT_OK;

	if (sdk_starts(body, "payload=") && !sdk_form_value(arena, body, "payload", &body))
		return sdk_fail_as(err, ENT_EINVAL, "github.payload", "payload: the form is not encoded as forms are");
	rc = sdk_body_object(arena, body, &root, err);
	if (rc != ENT_OK)
		return rc;
	/* An imported delivery may have lost its headers: then the shape tells. */
	has_comment = event.p ? sdk_eqz(event, "issue_comment") : sdk_json_at(root, "comment") != NULL;
	is_issue = event.p ? sdk_eqz(event, "issues") : sdk_json_at(root, "issue") != NULL;
	pull_request = sdk_json_at(root, "issue.pull_request");
	sdk_changes_init(&list, arena);
	if ((has_comment || is_issue) && sdk_json_kind(pull_request) == SDK_JSON_NULL)
		rc = event_decode(self->settings, &list, root, has_comment, err);
	return rc == ENT_OK ? sdk_changes_take(&list, ret, err) : rc;
}

static enum ent_rc github_verify(const struct ent_self *self, const struct ent_webhook *webhook,
				 const struct ent_str *secret, size_t n_secret, int64_t now_ms, struct ent_arena *arena,
				 struct ent_str *ret_delivery, struct ent_err *err)
{
	enum ent_rc rc = sdk_verify_hex(webhook, "X-Hub-Signature-256", "sha256=", secret, n_secret, err);

	(void)self, (void)now_ms, (void)arena;
	if (rc == ENT_OK)
		*ret_delivery = sdk_header(webhook->header, webhook->n_header, "X-GitHub-Delivery");
	return rc;
}

static const struct ent_connector github_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "github",
    .version = ENTENTE_VERSION,
    .summary = "GitHub issues and their comments",
    .ops = SDK_OPS_ALL | SDK_OPS_COMMENT,
    .setting = github_setting,
    .settings_size = sizeof(struct github_settings),
    .map[ENT_STATUS] = github_status,
    .map[ENT_PRIORITY] = github_priority,
    .verify = github_verify,
    .decode = github_decode,
    .build = github_build,
    .parse = github_parse,
    .repeat = github_repeat,
    .cannot = github_cannot,
    .limits = {ENT_CHARACTERS, 256, 65536},
};

ENT_EXPORT(github_connector)
