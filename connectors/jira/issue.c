/* SPDX-License-Identifier: Apache-2.0 */
#include "jira.h"

#include <string.h>

#include "sdk/time.h"

/* Names that Jira Service Management and Jira bring along; the rest is decided by category. */
const struct ent_map_row jira_status[] = {
    {"Open", "new"},
    {"To Do", "new"},
    {"Waiting for support", "acknowledged"},
    {"In Progress", "in_progress"},
    {"Reopened", "in_progress"},
    {"Work in progress", "in_progress"},
    {"Escalated", "in_progress"},
    {"Waiting for customer", "pending"},
    {"Pending", "pending"},
    {"Waiting for approval", "held"},
    {"Resolved", "resolved"},
    {"Done", "resolved"},
    {"Closed", "closed"},
    {"Canceled", "cancelled"},
    {"Cancelled", "cancelled"},
    {"Declined", "rejected"},
    {0},
};
const struct ent_map_row jira_priority[] = {
    {"Highest", "1"},
    {"High", "2"},
    {"Medium", "3"},
    {"Low", "4"},
    {"Lowest", "5"},
    {"Blocker", "1"},
    {"Critical", "2"},
    {"Major", "3"},
    {"Minor", "4"},
    {"Trivial", "5"},
    {0},
};

/* Resolutions that say that nothing was repaired. */
static const struct ent_map_row jira_given_up[] = {
    {"Won't Do", "cancelled"},         {"Won't Fix", "cancelled"},
    {"Duplicate", "cancelled"},        {"Declined", "cancelled"},
    {"Cannot Reproduce", "cancelled"}, {"Canceled", "cancelled"},
    {"Cancelled", "cancelled"},        {0},
};

static const char *const jira_fields[] = {
    "labels", "components", "fixVersions", "versions", "environment", "resolutiondate", NULL,
};

static const char *category_status(struct ent_str category)
{
	if (sdk_eqz(category, "new"))
		return "new";
	if (sdk_eqz(category, "indeterminate"))
		return "in_progress";
	return sdk_eqz(category, "done") ? "resolved" : NULL;
}

/* "Done/Won't Do" is another thing than "Done", and no table of names needs to know it. */
static void set_status(struct ent_ticket *ticket, const struct sdk_json *fields, struct ent_arena *arena)
{
	struct ent_str name, resolution;
	struct ent_str category = sdk_json_text_at(fields, "status.statusCategory.key");
	const char *text = category_status(category);

	if (!sdk_told_at(fields, "status", "name", &name) || !name.p)
		return;
	if (!sdk_told_at(fields, "resolution", "name", &resolution))
		resolution = ENT_ABSENT;
	if (sdk_eqz(category, "done") && sdk_map_knows(jira_given_up, resolution)) {
		name = sdk_format(arena, "%.*s/%.*s", ENT_F(name), ENT_F(resolution));
		text = "cancelled";
	}
	sdk_set_native(ticket, ENT_STATUS, name);
	if (text && !sdk_map_knows(jira_status, name))
		sdk_set(ticket, ENT_STATUS, sdk_str(text));
}

struct ent_str jira_said(struct ent_arena *arena, const struct sdk_json *node)
{
	bool is_document = sdk_json_kind(node) == SDK_JSON_OBJECT || sdk_json_kind(node) == SDK_JSON_ARRAY;

	if (!is_document && sdk_dialect_is_ours(arena, SDK_JIRA_WIKI, sdk_json_text(node)))
		return sdk_dialect_unescape(arena, SDK_JIRA_WIKI, sdk_json_text(node));
	return sdk_dialect_read_shown(arena, SDK_JIRA_WIKI, jira_text(arena, node));
}

struct ent_person jira_person(const struct sdk_json *node)
{
	static const char *const id[] = {"accountId", "key", "name", NULL}; /* Cloud; Data Center */
	struct ent_person person = {ENT_ABSENT, sdk_word_at(node, "displayName")};

	for (size_t i = 0; id[i] && !person.id.p; i++)
		person.id = sdk_word_at(node, id[i]);
	return person;
}

static void set_person(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *fields, const char *path)
{
	struct ent_person person = jira_person(sdk_json_at(fields, path));

	if (person.id.p)
		sdk_set_reference(ticket, attr, person.id, person.name);
	else
		sdk_set_told(ticket, attr, fields, path, "displayName");
}

/* "https://site/rest/api/2/issue/10017" -> "https://site/browse/KEY". */
static void set_url(struct ent_ticket *ticket, const struct sdk_json *issue, struct ent_arena *arena)
{
	struct ent_str self = sdk_word_at(issue, "self");
	const char *rest = self.p ? memmem(self.p, self.n, "/rest/", 6) : NULL;

	if (rest && ticket->key.p)
		sdk_set(ticket, ENT_URL,
			sdk_format(arena, "%.*s/browse/%.*s", (int)(rest - self.p), self.p, ENT_F(ticket->key)));
}

static struct ent_str number(const struct jira_settings *settings, const struct sdk_json *fields,
			     struct ent_arena *arena)
{
	struct ent_str found = ENT_ABSENT;

	if (settings->number_field.n > 0)
		found = sdk_word_at(fields, sdk_z(arena, settings->number_field));
	if (!found.p)
		found = sdk_number_in_list(sdk_json_at(fields, "labels"), sdk_z(arena, settings->number_label_prefix));
	return found;
}

/* A select list: {"value": "High"}, null when nothing is chosen. */
static void set_option(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *fields,
		       struct ent_str field, struct ent_arena *arena)
{
	if (field.n)
		sdk_set_told(ticket, attr, fields, sdk_z(arena, field), "value");
}

/* null, words or a document, with or without the node around it; what is none of them changes nothing. */
static bool is_text(const struct sdk_json *node)
{
	switch (sdk_json_kind(node)) {
	case SDK_JSON_OBJECT:
		return sdk_word_at(node, "type").p != NULL;
	case SDK_JSON_ARRAY:
		return sdk_json_count(node) > 0;
	default:
		return node != NULL;
	}
}

void jira_issue(const struct jira_settings *settings, const struct sdk_json *issue, struct ent_change *change,
		struct ent_arena *arena)
{
	const struct sdk_json *fields = sdk_json_at(issue, "fields");
	struct ent_ticket *ticket = &change->ticket;
	struct ent_str type;

	sdk_set_at(ticket, ENT_TITLE, fields, "summary");
	if (is_text(sdk_json_at(fields, "description")))
		sdk_set(ticket, ENT_DESCRIPTION, jira_said(arena, sdk_json_at(fields, "description")));
	set_status(ticket, fields, arena);
	sdk_set_told(ticket, ENT_PRIORITY, fields, "priority", "name");
	set_option(ticket, ENT_IMPACT, fields, settings->impact_field, arena);
	set_option(ticket, ENT_URGENCY, fields, settings->urgency_field, arena);
	if (sdk_told_at(fields, "issuetype", "name", &type) && type.p)
		sdk_set(ticket, ENT_CATEGORY, type);
	set_person(ticket, ENT_ASSIGNEE, fields, "assignee");
	set_person(ticket, ENT_REQUESTER, fields, "reporter");
	set_url(ticket, issue, arena);
	sdk_set_time_at(ticket, ENT_OPENED_AT, fields, "created", arena);
	sdk_set_time_at(ticket, ENT_DUE_AT, fields, "duedate", arena);
	sdk_set_fields(ticket, fields, jira_fields, arena);
	change->correlation.number = number(settings, fields, arena);
}
