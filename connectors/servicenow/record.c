/* SPDX-License-Identifier: Apache-2.0 */
#include "servicenow.h"

#include <string.h>

#include "sdk/time.h"

static const char *const other_fields[] = {
    "severity", "subcategory",  "hold_reason",     "cmdb_ci",    "close_code",  "close_notes", "contact_type",
    "company",  "reopen_count", "parent_incident", "problem_id", "resolved_at", "closed_at",   NULL,
};

/* The value of a field, of whichever of its three shapes. Absent: not in the payload; "": null. */
static struct ent_str field(const struct sdk_json *record, const char *name)
{
	const struct sdk_json *at = *name ? sdk_json_at(record, name) : NULL; /* an unset setting */

	if (sdk_json_kind(at) == SDK_JSON_OBJECT)
		at = sdk_json_at(at, "value");
	return sdk_json_text(at);
}

static struct ent_str word(struct ent_str text)
{
	return text.n > 0 ? text : ENT_ABSENT;
}

/* {"value": "", "display_value": ""}: there is none. */
static bool is_empty_pair(const struct sdk_json *record, const char *name)
{
	const struct sdk_json *at = sdk_json_at(record, name);

	return sdk_json_kind(at) == SDK_JSON_OBJECT && sdk_json_at(at, "value") && !sdk_word_at(at, "value").p &&
	       sdk_json_count(sdk_json_at(at, "value")) == 0;
}

static void set_field(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *record, const char *name)
{
	struct ent_str text;

	if (sdk_told_at(record, name, "value", &text) || is_empty_pair(record, name))
		sdk_set(ticket, attr, text.p ? text : field(record, name));
}

static void set_reference(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *record,
			  const char *name)
{
	struct ent_str id;

	if (sdk_told_at(record, name, "value", &id) || is_empty_pair(record, name))
		sdk_set_reference(ticket, attr, id, sdk_word_at(sdk_json_at(record, name), "display_value"));
}

static void set_time(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *record, const char *name,
		     struct ent_arena *arena)
{
	struct ent_str text;
	int64_t ms;

	if (!sdk_told_at(record, name, "value", &text) && !is_empty_pair(record, name))
		return;
	if (sdk_time_parse(text, 0, &ms))
		sdk_set(ticket, attr, sdk_time(arena, ms));
	else if (!text.p) /* what is no time changes nothing */
		sdk_set(ticket, attr, ENT_ABSENT);
}

static void set_status(const struct servicenow_settings *settings, struct ent_ticket *ticket,
		       const struct sdk_json *record)
{
	struct ent_str state = field(record, "state");

	if (state.n == 0)
		state = field(record, "incident_state");
	if (state.n == 0)
		return; /* a record always has a state: "" is a payload that leaves it out */
	if (sdk_eqz(state, "3") && sdk_eqz(field(record, "hold_reason"), "1"))
		state = ENT_STR("3/1");
	if (settings->unassigned_is_acknowledged && sdk_eqz(state, "2") && sdk_json_at(record, "assigned_to") &&
	    field(record, "assigned_to").n == 0)
		state = ENT_STR("2/unassigned");
	sdk_set_native(ticket, ENT_STATUS, state);
}

/* A record always has one: "" is a payload that leaves it out. */
static void set_scale(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *record, const char *name)
{
	if (field(record, name).n > 0)
		sdk_set_native(ticket, attr, field(record, name));
}

static void set_attributes(const struct servicenow_settings *settings, struct ent_ticket *ticket,
			   const struct sdk_json *record, struct ent_arena *arena)
{
	set_field(ticket, ENT_TITLE, record, "short_description");
	set_field(ticket, ENT_DESCRIPTION, record, "description");
	set_status(settings, ticket, record);
	set_scale(ticket, ENT_PRIORITY, record, "priority");
	set_scale(ticket, ENT_IMPACT, record, "impact");
	set_scale(ticket, ENT_URGENCY, record, "urgency");
	set_field(ticket, ENT_CATEGORY, record, "category");
	set_reference(ticket, ENT_SERVICE, record, "business_service");
	set_reference(ticket, ENT_SITE, record, "location");
	set_reference(ticket, ENT_TEAM, record, "assignment_group");
	set_reference(ticket, ENT_ASSIGNEE, record, "assigned_to");
	set_reference(ticket, ENT_REQUESTER, record, "caller_id");
	set_field(ticket, ENT_URL, record, "url");
	set_time(ticket, ENT_OPENED_AT, record, "opened_at", arena);
	set_time(ticket, ENT_DUE_AT, record, "due_date", arena);
	sdk_set_fields(ticket, record, other_fields, arena);
}

static enum ent_rc head_read(struct ent_change *change, const struct sdk_json *record, struct ent_err *err)
{
	struct ent_str by = field(record, "sys_updated_by");
	int64_t mod_count;

	change->ticket.id = field(record, "sys_id");
	change->ticket.key = word(field(record, "number"));
	if (change->ticket.id.n == 0 || change->ticket.id.n > ENT_ID_MAX)
		return sdk_fail_as(err, ENT_EINVAL, "servicenow.sys_id", "sys_id is missing or too long");
	/* A record is born with sys_mod_count 0, and a version begins at 1. */
	if (sdk_to_int(field(record, "sys_mod_count"), &mod_count) && mod_count >= 0 && mod_count < INT64_MAX)
		change->stamp.version = mod_count + 1;
	if (!sdk_time_parse(field(record, "sys_updated_on"), 0, &change->stamp.time_ms))
		change->stamp.time_ms = 0;
	if (by.n > 0)
		change->actor = (struct ent_person){by, by};
	return ENT_OK;
}

/* HTML stands between [code] and [/code]; the rest is plain. */
static struct ent_str journal_text(struct ent_arena *arena, struct ent_str value)
{
	struct sdk_buf out;
	struct ent_str ret, html;
	const char *open, *close;

	sdk_buf_init(&out, 4 * value.n + 64);
	while ((open = value.n > 0 ? memmem(value.p, value.n, "[code]", 6) : NULL)) {
		sdk_buf_add(&out, value.p, (size_t)(open - value.p));
		html = (struct ent_str){open + 6, value.n - (size_t)(open - value.p) - 6};
		close = html.n > 0 ? memmem(html.p, html.n, "[/code]", 7) : NULL;
		value = close ? (struct ent_str){close + 7, html.n - (size_t)(close - html.p) - 7} : ENT_STR("");
		html.n = close ? (size_t)(close - html.p) : html.n;
		sdk_buf_str(&out, sdk_html_to_text(arena, html));
	}
	sdk_buf_str(&out, value);
	ret = sdk_dup(arena, sdk_buf_view(&out));
	sdk_buf_release(&out);
	return sdk_or_empty(ret);
}

static enum ent_rc entry_read(struct ent_change *change, const struct sdk_json *entry, struct ent_arena *arena,
			      bool may_be_public, struct ent_err *err)
{
	struct ent_str element = sdk_word_at(entry, "element");
	struct ent_str by = sdk_word_at(entry, "sys_created_by");

	if (sdk_word_at(entry, "sys_id").p && sdk_id_at(entry, "sys_id", &change->comment.id, err) != ENT_OK)
		return sdk_fail_as(err, ENT_EINVAL, "servicenow.journal_id", "a journal entry has no sys_id");
	change->comment.author = (struct ent_person){by, by};
	change->comment.body =
	    sdk_dialect_read(arena, SDK_SERVICENOW, journal_text(arena, sdk_json_text_at(entry, "value")));
	change->comment.created_ms = sdk_time_at(entry, "sys_created_on");
	if (may_be_public && (!element.p || sdk_eqz(element, "comments")))
		change->comment.visibility = ENT_PUBLIC;
	return ENT_OK;
}

enum ent_rc servicenow_journal_row(struct sdk_changes *list, struct ent_str id, const struct sdk_json *row,
				   struct ent_err *err)
{
	struct ent_change *change = sdk_changes_add(list, ENT_COMMENT_ADDED);

	change->ticket.id = id;
	change->stamp.time_ms = sdk_time_at(row, "sys_created_on");
	/* Its element says which journal it is: without one nobody may see it. */
	return entry_read(change, row, list->arena, sdk_json_is(row, "element", "comments"), err);
}

static enum ent_rc journal_read(struct sdk_changes *list, const struct ent_change *head, const struct sdk_json *node,
				const char *name, struct ent_err *err)
{
	const struct sdk_json *entries = sdk_json_at(node, name);

	if (sdk_json_kind(entries) != SDK_JSON_ARRAY && field(node, name).n > 0)
		return sdk_fail_as(err, ENT_EINVAL, "servicenow.journal_kind",
				   "{name=%s} is no list of journal entries", name);
	if (sdk_json_kind(entries) != SDK_JSON_ARRAY)
		return ENT_OK; /* the Table API always answers "" here */
	for (const struct sdk_json *at = sdk_json_first(entries); at; at = sdk_json_next(at)) {
		if (!sdk_word_at(at, "sys_id").p && !sdk_word_at(at, "value").p)
			continue; /* it says nothing */
		/* Only the field that customers read, and an entry that does not say otherwise. */
		if (entry_read(sdk_changes_beside(list, head, ENT_COMMENT_ADDED), at, list->arena,
			       strcmp(name, "comments") == 0, err) != ENT_OK)
			return ENT_EINVAL;
	}
	return ENT_OK;
}

enum ent_rc servicenow_record(const struct servicenow_settings *settings, struct sdk_changes *list,
			      const struct sdk_json *record, const struct sdk_json *root, bool is_removal,
			      struct ent_err *err)
{
	static const struct sdk_attachment_names names = {"sys_id", "file_name", "content_type", "download_link",
							  "size_bytes"};
	struct ent_str table = field(record, "sys_class_name");
	struct ent_change head = {0}, *change;
	enum ent_rc rc;

	if (table.n > 0 && !sdk_eq(table, settings->table))
		return ENT_OK;
	rc = head_read(&head, record, err);
	if (rc != ENT_OK)
		return rc;
	change = sdk_changes_beside(list, &head, is_removal ? ENT_TICKET_REMOVED : ENT_TICKET_CHANGED);
	if (is_removal)
		return ENT_OK;
	set_attributes(settings, &change->ticket, record, list->arena);
	change->correlation.number = word(field(record, sdk_z(list->arena, settings->number_field)));
	change->correlation.key = word(field(record, sdk_z(list->arena, settings->key_field)));
	for (size_t i = 0; i < (record == root ? 1u : 2u) && rc == ENT_OK; i++) {
		const struct sdk_json *node = i == 0 ? record : root;

		rc = journal_read(list, &head, node, "comments", err);
		if (rc == ENT_OK)
			rc = journal_read(list, &head, node, "work_notes", err);
		if (rc == ENT_OK)
			rc = sdk_attachments_add(list, &head, sdk_json_at(node, "attachments"), &names, err);
	}
	return rc;
}
