/* SPDX-License-Identifier: Apache-2.0 */
#include "redmine.h"

#include "sdk/marker.h"
#include "sdk/title.h"

#define FIELDS_MAX (64u * 1024u)

struct ent_str redmine_issue_path(struct ent_arena *arena, struct ent_str id)
{
	return sdk_http_path(arena, "/issues/%s.json?include=journals,attachments,allowed_statuses", &id, NULL);
}

enum ent_rc redmine_issue_read(const struct ent_response *response, struct ent_str id, struct ent_arena *arena,
			       const struct sdk_json **ret, struct ent_err *err)
{
	const struct sdk_json *root = NULL;
	struct ent_str answers = ENT_ABSENT;
	enum ent_rc rc;

	rc = sdk_http_json(response, arena, &root, err);
	if (rc == ENT_EAUTH && response->status == 403) /* this issue is not for our user to see */
		return ENT_EGONE;
	if (rc == ENT_OK)
		rc = sdk_id_at(root, "issue.id", &answers, err);
	if (rc == ENT_OK && !sdk_eq(answers, id))
		return sdk_fail_as(err, ENT_EINVAL, "redmine.other_issue",
				   "issue {asked=%.*s} was asked for, issue {answers=%.*s} answers", ENT_F(id),
				   ENT_F(answers));
	*ret = sdk_json_at(root, "issue");
	return rc;
}

/* Redmine stores what browsers send: CR LF. */
static struct ent_str text_at(const struct sdk_json *node, const char *path, struct ent_arena *arena)
{
	struct ent_str text = sdk_or_empty(sdk_json_text_at(node, path));
	char *plain = sdk_alloc(arena, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\r' || i + 1 == text.n || text.p[i + 1] != '\n')
			plain[n++] = text.p[i];
	return (struct ent_str){plain, n};
}

static struct ent_str said_at(const struct redmine_settings *settings, const struct sdk_json *node, const char *path,
			      struct ent_arena *arena)
{
	return sdk_dialect_read(arena, redmine_dialect(settings), text_at(node, path, arena));
}

static void set_reference(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *issue, const char *name)
{
	if (!sdk_json_at(issue, name)) /* one that is not set is left out of the answer */
		sdk_set_reference(ticket, attr, ENT_ABSENT, ENT_ABSENT);
	sdk_set_reference_told(ticket, attr, issue, name, "id", "name");
}

/* Custom fields by their names, those that hold something. */
static void set_fields(struct ent_ticket *ticket, const struct sdk_json *issue, struct ent_arena *arena)
{
	struct sdk_buf buf;
	struct sdk_jsonw w;
	size_t n = 0;

	sdk_buf_init(&buf, FIELDS_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_jsonw_open(&w, '{');
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(issue, "custom_fields")); at;
	     at = sdk_json_next(at)) {
		const struct sdk_json *value = sdk_json_at(at, "value");
		struct ent_str name = sdk_word_at(at, "name");

		if (!name.p || (sdk_json_text(value).n == 0 && sdk_json_count(value) == 0))
			continue;
		sdk_jsonw_key_str(&w, name);
		sdk_jsonw_raw(&w, sdk_json_print(arena, value));
		n++;
	}
	sdk_jsonw_close(&w, '}');
	if (n > 0 && !buf.failed && sdk_json_check(sdk_buf_view(&buf), NULL) == ENT_OK)
		sdk_set(ticket, ENT_FIELDS, sdk_dup(arena, sdk_buf_view(&buf)));
	sdk_buf_release(&buf);
}

static struct ent_str number_of(const struct redmine_settings *settings, const struct sdk_json *issue,
				struct ent_str *ret_title)
{
	struct ent_str number = ENT_ABSENT, in_title;
	int64_t id;

	*ret_title = sdk_title_split(sdk_json_text_at(issue, "subject"), &in_title);
	if (settings->number_field == 0)
		return in_title;
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(issue, "custom_fields")); at;
	     at = sdk_json_next(at))
		if (sdk_json_int(sdk_json_at(at, "id"), &id) && id == settings->number_field)
			number = sdk_word_at(at, "value");
	return number.n <= ENT_ID_MAX ? number : ENT_ABSENT;
}

static bool is_about(const struct sdk_json *journal, const char *name)
{
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(journal, "details")); at; at = sdk_json_next(at))
		if (sdk_json_is(at, "name", name) || sdk_json_is(at, "prop_key", name))
			return true;
	return false;
}

/* Whoever set the status or priority last, else whoever did something last, else the author. The last journal's number
 * orders exactly, where stamps know seconds only. */
static void set_last(struct ent_change *change, const struct sdk_json *issue)
{
	const struct sdk_json *journals = sdk_json_at(issue, "journals"), *last = NULL, *setter = NULL;
	int64_t id;

	for (const struct sdk_json *at = sdk_json_first(journals); at; at = sdk_json_next(at)) {
		if (sdk_json_int(sdk_json_at(at, "id"), &id) && id > 0 && id < INT64_MAX && id >= change->stamp.version)
			change->stamp.version = id + 1;
		last = at;
		if (is_about(at, "status_id") || is_about(at, "priority_id"))
			setter = at;
	}
	if (journals && !last)
		change->stamp.version = 1;
	setter = setter ? setter : last;
	change->actor =
	    setter ? sdk_person_at(setter, "user.id", "user.name") : sdk_person_at(issue, "author.id", "author.name");
}

enum ent_rc redmine_issue_add(const struct redmine_settings *settings, struct sdk_changes *list,
			      const struct sdk_json *issue, struct ent_err *err)
{
	struct ent_change head = {0}, *change;
	struct ent_ticket *ticket;
	struct ent_str title, word;
	enum ent_rc rc = sdk_id_at(issue, "id", &head.ticket.id, err);

	if (rc != ENT_OK)
		return rc;
	head.stamp.time_ms = sdk_time_at(issue, "updated_on");
	set_last(&head, issue);
	change = sdk_changes_beside(list, &head, ENT_TICKET_CHANGED);
	ticket = &change->ticket;
	change->correlation.number = number_of(settings, issue, &title);
	if (sdk_told_at(issue, "subject", NULL, &word))
		sdk_set(ticket, ENT_TITLE, title);
	if (sdk_told_at(issue, "description", NULL, &word))
		sdk_set(ticket, ENT_DESCRIPTION,
			sdk_marker_strip(list->arena, said_at(settings, issue, "description", list->arena)));
	if (sdk_told_at(issue, "status", "name", &word) && word.p)
		sdk_set_native(ticket, ENT_STATUS, word);
	if (sdk_told_at(issue, "priority", "name", &word) && word.p)
		sdk_set_native(ticket, ENT_PRIORITY, word);
	if (!sdk_json_at(issue, "category"))
		sdk_set(ticket, ENT_CATEGORY, ENT_ABSENT);
	sdk_set_told(ticket, ENT_CATEGORY, issue, "category", "name");
	set_reference(ticket, ENT_ASSIGNEE, issue, "assigned_to");
	set_reference(ticket, ENT_REQUESTER, issue, "author");
	sdk_set_time_at(ticket, ENT_OPENED_AT, issue, "created_on", list->arena);
	sdk_set_time_at(ticket, ENT_DUE_AT, issue, "due_date", list->arena);
	set_fields(ticket, issue, list->arena);
	return ENT_OK;
}

static enum ent_rc note_add(const struct redmine_settings *settings, struct sdk_changes *list,
			    const struct ent_change *model, const struct sdk_json *journal, struct ent_err *err)
{
	struct ent_change *change = sdk_changes_beside(list, model, ENT_COMMENT_ADDED);
	enum ent_rc rc = sdk_id_at(journal, "id", &change->comment.id, err);

	change->comment.author = change->actor = sdk_person_at(journal, "user.id", "user.name");
	change->comment.body = said_at(settings, journal, "notes", list->arena);
	change->comment.created_ms = change->stamp.time_ms = sdk_time_at(journal, "created_on");
	change->stamp.version = 0;
	/* Only what says that it is not private. */
	if (sdk_json_kind(sdk_json_at(journal, "private_notes")) == SDK_JSON_BOOL &&
	    !sdk_json_bool(sdk_json_at(journal, "private_notes"), true))
		change->comment.visibility = ENT_PUBLIC;
	return rc;
}

enum ent_rc redmine_notes_add(const struct redmine_settings *settings, struct sdk_changes *list,
			      const struct sdk_json *issue, int64_t since_ms, struct ent_err *err)
{
	static const struct sdk_attachment_names names = {"id", "filename", "content_type", "content_url", "filesize"};
	const struct ent_change model = list->at[list->n - 1];
	enum ent_rc rc = ENT_OK;

	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(issue, "journals")); at && rc == ENT_OK;
	     at = sdk_json_next(at))
		if (sdk_json_text_at(at, "notes").n > 0 && sdk_time_at(at, "created_on") >= since_ms)
			rc = note_add(settings, list, &model, at, err);
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(issue, "attachments")); at && rc == ENT_OK;
	     at = sdk_json_next(at))
		if (sdk_time_at(at, "created_on") >= since_ms)
			rc = sdk_attachment_read(
			    at, &names, &sdk_changes_beside(list, &model, ENT_ATTACHMENT_ADDED)->attachment, err);
	return rc;
}
