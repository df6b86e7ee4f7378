/* SPDX-License-Identifier: Apache-2.0 */
#include "zendesk.h"

static const char *const zendesk_fields[] = {
    "type",           "tags", "custom_fields", "organization_id",  "brand_id",      "form_id",
    "ticket_form_id", "via",  "problem_id",    "custom_status_id", "custom_status", NULL,
};

/* Events write OPEN, triggers Open, the API open. */
static struct ent_str lower_at(const struct sdk_json *node, const char *path, struct ent_arena *arena)
{
	return sdk_lower(arena, sdk_word_at(node, path));
}

struct ent_str zendesk_id_at(const struct sdk_json *node, const char *path)
{
	struct ent_str id = sdk_word_at(node, path);

	return sdk_eqz(id, "0") ? ENT_ABSENT : id;
}

static void set_reference(struct ent_ticket *ticket, enum ent_attr attr, const struct sdk_json *node, const char *id,
			  const char *name)
{
	struct ent_str ref, shown;
	bool has_ref = sdk_told_at(node, id, "id", &ref), has_name = sdk_told_at(node, name, "name", &shown);

	if (has_ref || has_name)
		sdk_set_reference(ticket, attr, sdk_eqz(ref, "0") ? ENT_ABSENT : ref, shown);
}

void zendesk_ticket(const struct zendesk_settings *settings, struct ent_ticket *ticket, const struct sdk_json *node,
		    struct ent_arena *arena)
{
	struct ent_str status = lower_at(node, "status", arena), priority;
	struct ent_str *title = &ticket->at[ENT_TITLE].text, *description = &ticket->at[ENT_DESCRIPTION].text;

	sdk_set_at(ticket, ENT_TITLE, node, "subject");
	*title = sdk_dialect_read_title(arena, SDK_ZENDESK, *title);
	sdk_set_at(ticket, ENT_DESCRIPTION, node, "description");
	*description = sdk_dialect_read(arena, SDK_ZENDESK, *description);
	if (settings->unassigned_is_acknowledged && sdk_eqz(status, "open") && sdk_json_at(node, "assignee_id") &&
	    !zendesk_id_at(node, "assignee_id").p)
		status = ENT_STR("open/unassigned");
	if (status.p)
		sdk_set_native(ticket, ENT_STATUS, status);
	if (sdk_told_at(node, "priority", "name", &priority))
		sdk_set_native(ticket, ENT_PRIORITY, sdk_lower(arena, priority));
	set_reference(ticket, ENT_TEAM, node, "group_id", "group_name");
	set_reference(ticket, ENT_ASSIGNEE, node, "assignee_id", "assignee_name");
	set_reference(ticket, ENT_REQUESTER, node, "requester_id", "requester_name");
	sdk_set_at(ticket, ENT_URL, node, "link");
	sdk_set_time_at(ticket, ENT_OPENED_AT, node, "created_at", arena);
	sdk_set_time_at(ticket, ENT_DUE_AT, node, "due_at", arena);
	sdk_set_fields(ticket, node, zendesk_fields, arena);
}

void zendesk_event(struct ent_ticket *ticket, struct ent_str type, const struct sdk_json *event,
		   struct ent_arena *arena)
{
	static const struct {
		const char *type;
		enum ent_attr attr;
	} row[] = {
	    {"ticket.status_changed", ENT_STATUS},
	    {"ticket.priority_changed", ENT_PRIORITY},
	    {"ticket.subject_changed", ENT_TITLE},
	    {"ticket.description_changed", ENT_DESCRIPTION},
	    {"ticket.agent_assignment_changed", ENT_ASSIGNEE},
	    {"ticket.group_assignment_changed", ENT_TEAM},
	    {"ticket.requester_changed", ENT_REQUESTER},
	};
	struct ent_str current;
	bool is_told = sdk_told_at(event, "current", "id", &current);

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		enum ent_attr attr = row[i].attr;

		if (!is_told || !sdk_eqz(type, row[i].type) || ticket->has & 1u << attr)
			continue;
		if (attr == ENT_STATUS || attr == ENT_PRIORITY)
			sdk_set_native(ticket, attr, sdk_lower(arena, current));
		else if (attr == ENT_TITLE || attr == ENT_DESCRIPTION)
			sdk_set(ticket, attr, current);
		else
			sdk_set_reference(ticket, attr, sdk_eqz(current, "0") ? ENT_ABSENT : current, ENT_ABSENT);
	}
}

void zendesk_went_in(struct ent_ticket *ticket, const struct sdk_json *node)
{
	bool went_in = false;

	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(node, "tags")); at; at = sdk_json_next(at))
		went_in |= sdk_eqz(sdk_json_text(at), "closed_by_merge");
	if (!went_in || !sdk_eqz(ticket->at[ENT_STATUS].native, "closed"))
		return;
	ticket->has &= ~(1u << ENT_STATUS);
	ticket->at[ENT_STATUS] = (struct ent_value){ENT_ABSENT, ENT_ABSENT};
}
