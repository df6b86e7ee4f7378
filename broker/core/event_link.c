/* SPDX-License-Identifier: Apache-2.0 */
#include "core/event_link.h"

#include "sdk/webhook.h"

#include <string.h>

bool event_link_is(const struct event *event)
{
	return event->kind == EVENT_INCIDENT_SPLIT || event->kind == EVENT_INCIDENT_RESTORED ||
	       event->kind == EVENT_INCIDENT_LINKED;
}

void event_link_print_tickets(struct sdk_jsonw *w, const struct event *event)
{
	sdk_jsonw_key(w, "tickets");
	sdk_jsonw_open(w, '[');
	for (size_t i = 0; i < event->n_moved; i++) {
		sdk_jsonw_open(w, '{');
		sdk_jsonw_kstr(w, "supplier", event->moved[i].supplier);
		sdk_jsonw_kstr(w, "id", event->moved[i].id);
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_close(w, ']');
}

void event_link_print(struct sdk_jsonw *w, const struct event *event)
{
	char number[INCIDENT_NUMBER_SIZE];

	sdk_jsonw_key(w, "other");
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "number", incident_number(event->other, number));
	sdk_jsonw_kz(w, "id", event->other_uuid);
	sdk_jsonw_close(w, '}');
	if (event->kind == EVENT_INCIDENT_SPLIT)
		event_link_print_tickets(w, event);
	else if (event->kind == EVENT_INCIDENT_RESTORED)
		attr_json_known(w, &event->values);
	else {
		sdk_jsonw_kz(w, "relation", relation_word(event->relation));
		sdk_jsonw_kbool(w, "linked", event->is_linked);
	}
}

static bool read_other(const struct sdk_json *node, struct event *event)
{
	struct ent_str id = sdk_json_text_at(node, "other.id");

	if (id.n != ID_SIZE - 1 || !incident_number_parse(sdk_json_text_at(node, "other.number"), &event->other))
		return false;
	memcpy(event->other_uuid, id.p, id.n);
	event->other_uuid[id.n] = '\0';
	return true;
}

static void read_left(struct ent_arena *arena, const struct sdk_json *node, struct event *event)
{
	const struct sdk_json *list = sdk_json_at(node, "tickets");
	struct ent_reference *moved = SDK_NEW_N(arena, struct ent_reference, sdk_json_count(list) + 1);

	for (const struct sdk_json *item = sdk_json_first(list); item; item = sdk_json_next(item))
		moved[event->n_moved++] =
		    (struct ent_reference){sdk_json_text_at(item, "supplier"), sdk_json_text_at(item, "id")};
	event->moved = moved;
}

bool event_link_read(struct ent_arena *arena, const struct sdk_json *node, struct event *event)
{
	if (!read_other(node, event))
		return false;
	read_left(arena, node, event);
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		if (attr_in(ATTR_CARRIED, i))
			event->values.at[i] = attr_value(
			    (enum ent_attr)i, sdk_json_text(sdk_json_at(node, sdk_attr_name((enum ent_attr)i))));
	if (event->kind == EVENT_INCIDENT_RESTORED)
		return event->values.at[ENT_STATUS] != 0;
	event->is_linked = sdk_json_bool(sdk_json_at(node, "linked"), false);
	return event->kind != EVENT_INCIDENT_LINKED ||
	       relation_by_word(sdk_json_text_at(node, "relation"), &event->relation);
}
