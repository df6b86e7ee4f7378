/* SPDX-License-Identifier: Apache-2.0 */
#include "core/event_act.h"

#include "core/event_duty.h"
#include "core/holder.h"
#include "sdk/time.h"
#include "sdk/webhook.h"

#include <string.h>

bool event_act_is(const struct event *event)
{
	return act_is_of(event) || event->kind == EVENT_INCIDENT_TOLD || event_duty_is(event);
}

static void print_act_data(struct sdk_jsonw *w, const struct event *event)
{
	const struct act *act = &event->act;
	char time[SDK_TIME_SIZE];

	sdk_jsonw_key(w, act_noun(event));
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kz(w, "id", act->uuid);
	if (act_is_ask(act->kind))
		sdk_jsonw_kz(w, "kind", act_word(act->kind));
	sdk_jsonw_kstr(w, "from", act->from);
	sdk_jsonw_kstr_some(w, "to", act->to);
	if (act->kind == ACT_HANDOVER)
		holder_json(w, "holder", act->holder);
	if (act->due_ms)
		sdk_jsonw_kstr(w, "due", sdk_time_format(act->due_ms, time));
	if (act->ended_by[0])
		sdk_jsonw_kz(w, "ended_by", act->ended_by);
	if (act->said)
		sdk_jsonw_kbool(w, "accepts", act->said == ACT_SAID_YES);
	if (act->cause)
		sdk_jsonw_kz(w, "cause", act_cause_word(act->cause));
	sdk_jsonw_close(w, '}');
}

void event_act_print(struct sdk_jsonw *w, const struct event *event)
{
	if (event->kind == EVENT_INCIDENT_TOLD)
		sdk_jsonw_kz(w, "comment", event->comment.uuid);
	else if (event_duty_is(event))
		event_duty_print(w, event);
	else
		print_act_data(w, event);
}

static bool id_at(const struct sdk_json *node, const char *path, bool required, char ret[ID_SIZE])
{
	struct ent_str id = sdk_json_text_at(node, path);

	ret[0] = '\0';
	if (!id.p)
		return !required;
	if (id.n != ID_SIZE - 1)
		return false;
	memcpy(ret, id.p, id.n);
	ret[id.n] = '\0';
	return true;
}

static bool read_kind(const struct sdk_json *node, const char *noun, enum act_kind *ret)
{
	struct ent_str word = sdk_json_text_at(node, "kind");

	if (strcmp(noun, "ask") != 0)
		return !word.p && act_by_word(sdk_str(noun), ret);
	return act_by_word(word, ret) && act_is_ask(*ret);
}

static enum act_said read_said(const struct sdk_json *node)
{
	const struct sdk_json *accepts = sdk_json_at(node, "accepts");

	if (!accepts)
		return ACT_SAID_NOTHING;
	return sdk_json_bool(accepts, false) ? ACT_SAID_YES : ACT_SAID_NO;
}

static bool read_act_data(struct ent_arena *arena, const struct sdk_json *node, struct event *event)
{
	const char *noun = act_noun(event);
	const struct sdk_json *from = sdk_json_at(node, noun);
	struct ent_str due = sdk_json_text_at(from, "due"), cause = sdk_json_text_at(from, "cause");
	struct act *act = &event->act;

	act->from = sdk_json_text_at(from, "from");
	act->to = sdk_or_empty(sdk_json_text_at(from, "to"));
	act->said = read_said(from);
	act->holder = sdk_or_empty(holder_read(arena, sdk_json_at(from, "holder")));
	if (!act->from.n || !read_kind(from, noun, &act->kind) || !id_at(from, "id", true, act->uuid) ||
	    !id_at(from, "ended_by", false, act->ended_by) || (due.p && !sdk_time_parse(due, 0, &act->due_ms)) ||
	    (cause.p && !act_cause_by_word(cause, &act->cause)) || (act->kind == ACT_HANDOVER && !act->holder.n))
		return false;
	memcpy(event->comment.uuid, act->uuid, ID_SIZE);
	return true;
}

bool event_act_read(struct ent_arena *arena, const struct sdk_json *node, struct event *event)
{
	if (event->kind == EVENT_INCIDENT_TOLD)
		return id_at(node, "comment", true, event->comment.uuid);
	return event_duty_is(event) ? event_duty_read(node, event) : read_act_data(arena, node, event);
}
