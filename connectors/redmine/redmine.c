/* SPDX-License-Identifier: Apache-2.0 */
#include "redmine.h"

static const struct ent_setting redmine_setting[] = {
    {"project", ENT_SETTING_STR, NULL, offsetof(struct redmine_settings, project),
     "identifier of the project: issues are created in it, and only those in it are read"},
    {"tracker", ENT_SETTING_INT, "0", offsetof(struct redmine_settings, tracker),
     "id of the tracker of issues we create; 0: the project's first"},
    {"number_field", ENT_SETTING_INT, "0", offsetof(struct redmine_settings, number_field),
     "id of the custom field that holds our incident number; 0: it stands in brackets at the end of the subject"},
    {"formatting", ENT_SETTING_STR, "textile", offsetof(struct redmine_settings, formatting),
     "what its administration says under Settings, General, Text formatting: textile, markdown (CommonMark) or none"},
    {0},
};

static const struct {
	const char *word;
	enum sdk_dialect dialect;
} formatting[] = {{"textile", SDK_TEXTILE}, {"markdown", SDK_REDMINE_MARKDOWN}, {"none", SDK_PLAIN}};
#define N_FORMATTING (sizeof formatting / sizeof *formatting)

enum sdk_dialect redmine_dialect(const struct redmine_settings *settings)
{
	for (size_t i = 0; i < N_FORMATTING; i++)
		if (sdk_eqz(settings->formatting, formatting[i].word))
			return formatting[i].dialect;
	return SDK_TEXTILE; /* open() refused it */
}

static enum ent_rc redmine_open(const void *settings, void **ret_state, struct ent_err *err)
{
	const struct ent_str word = ((const struct redmine_settings *)settings)->formatting;

	*ret_state = NULL;
	for (size_t i = 0; i < N_FORMATTING; i++)
		if (sdk_eqz(word, formatting[i].word))
			return ENT_OK;
	return sdk_fail_as(err, ENT_EINVAL, "redmine.formatting",
			   "formatting is textile, markdown or none; found \"{found=%.*s}\"",
			   ENT_F(sdk_head(word, 40)));
}

/* As a default installation names them. */
static const struct ent_map_row redmine_status[] = {
    {"New", "new"},
    {"In Progress", "in_progress"},
    {"Feedback", "pending"},
    {"Resolved", "resolved"},
    {"Closed", "closed"},
    {"Rejected", "cancelled"},
    {0},
};
static const struct ent_map_row redmine_priority[] = {
    {"Immediate", "1"}, {"Urgent", "2"}, {"High", "3"}, {"Normal", "4"}, {"Low", "5"}, {0},
};

static const struct ent_sentence redmine_cannot[] = {
    {"cannot.redmine.begins", "A new issue begins where its tracker begins: its status follows as an update."},
    {"cannot.redmine.poll_notes",
     "A poll does not tell notes of theirs that are edited, removed or made public after they were read."},
    {"cannot.redmine.own_notes", "Notes of ours are edited and removed in Redmine 5 and newer, where our user has the "
				 "right to edit its own notes."},
    {"cannot.redmine.note_stays",
     "A note stays private or public as it was written: an edit for other readers is parked."},
    {"cannot.redmine.deleted", "An issue that is deleted is missed only when it is asked for again, by the sweep."},
    {0},
};

/* Redmine 7 sends webhooks; plugins for older ones sign nothing. */
static enum ent_rc redmine_verify(const struct ent_self *self, const struct ent_webhook *webhook,
				  const struct ent_str *secret, size_t n_secret, int64_t now_ms,
				  struct ent_arena *arena, struct ent_str *ret_delivery, struct ent_err *err)
{
	(void)self, (void)now_ms, (void)arena;
	*ret_delivery = ENT_ABSENT;
	return sdk_verify_hex(webhook, "X-Redmine-Signature-256", "sha256=", secret, n_secret, err);
}

/* The issue alone: its journal does not say whether a note is private, so notes come by polling. */
static enum ent_rc redmine_decode(const struct ent_self *self, const struct ent_webhook *webhook,
				  struct ent_arena *arena, struct ent_changes *ret, struct ent_err *err)
{
	const struct sdk_json *root = NULL, *issue, *user;
	struct ent_str type;
	struct sdk_changes list;
	enum ent_rc rc = sdk_body_object(arena, webhook->body, &root, err);

	if (rc != ENT_OK)
		return rc;
	sdk_changes_init(&list, arena);
	type = sdk_word_at(root, "type");
	issue = sdk_json_at(root, type.p ? "data.issue" : "issue");
	if (type.p && !sdk_starts(type, "issue."))
		return sdk_changes_take(&list, ret, err); /* "wiki_page.updated" */
	if (sdk_json_kind(issue) != SDK_JSON_OBJECT)
		return sdk_fail_as(err, ENT_EINVAL, "json.missing", "{path=%s} is missing",
				   type.p ? "data.issue" : "issue");
	rc = redmine_issue_add(self->settings, &list, issue, err);
	if (rc != ENT_OK)
		return rc;
	user = sdk_json_at(root, "data.journal.user");
	if (user)
		list.at[0].actor = sdk_person_at(user, "id", "name");
	if (sdk_eqz(type, "issue.deleted"))
		list.at[0] = (struct ent_change){.kind = ENT_TICKET_REMOVED,
						 .stamp = list.at[0].stamp,
						 .actor = list.at[0].actor,
						 .ticket = {.id = list.at[0].ticket.id}};
	return sdk_changes_take(&list, ret, err);
}

static redmine_build *const builds[] = {
    [ENT_CREATE_TICKET] = redmine_create_build,
    [ENT_UPDATE_TICKET] = redmine_update_build,
    [ENT_ADD_COMMENT] = redmine_comment_build,
    [ENT_EDIT_COMMENT] = redmine_note_build,
    [ENT_REMOVE_COMMENT] = redmine_note_build,
    [ENT_FETCH_TICKET] = redmine_fetch_build,
    [ENT_POLL] = redmine_poll_build,
    [ENT_PROBE] = redmine_probe_build,
};
static redmine_parse *const parses[] = {
    [ENT_CREATE_TICKET] = redmine_create_parse,
    [ENT_UPDATE_TICKET] = redmine_update_parse,
    [ENT_ADD_COMMENT] = redmine_comment_parse,
    [ENT_EDIT_COMMENT] = redmine_note_parse,
    [ENT_REMOVE_COMMENT] = redmine_note_parse,
    [ENT_FETCH_TICKET] = redmine_fetch_parse,
    [ENT_POLL] = redmine_poll_parse,
    [ENT_PROBE] = redmine_probe_parse,
};

static enum ent_rc redmine_op_build(const struct ent_self *self, const struct ent_call *call, struct ent_arena *arena,
				    struct ent_request *ret, struct ent_err *err)
{
	return builds[call->op.kind](self->settings, call, arena, ret, err);
}

static enum ent_rc redmine_op_parse(const struct ent_self *self, const struct ent_call *call,
				    const struct ent_response *response, struct ent_arena *arena,
				    struct ent_result *ret, struct ent_err *err)
{
	return parses[call->op.kind](self->settings, call, response, arena, ret, err);
}

static const struct ent_connector redmine_connector = {
    .abi = ENT_ABI,
    .size = sizeof(struct ent_connector),
    .name = "redmine",
    .version = ENTENTE_VERSION,
    .summary = "Redmine, both ways through its REST API, by polling",
    .ops = SDK_OPS_ALL | SDK_OPS_COMMENT,
    .setting = redmine_setting,
    .settings_size = sizeof(struct redmine_settings),
    .map[ENT_STATUS] = redmine_status,
    .map[ENT_PRIORITY] = redmine_priority,
    .open = redmine_open,
    .verify = redmine_verify,
    .decode = redmine_decode,
    .build = redmine_op_build,
    .parse = redmine_op_parse,
    .repeat = sdk_repeat_by_search,
    .cannot = redmine_cannot,
    .limits = {ENT_CHARACTERS, 255, 65535},
};

ENT_EXPORT(redmine_connector)
