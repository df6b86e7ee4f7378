/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decide_tool.h"

#include "core/act_follow.h"
#include "core/arrival.h"
#include "core/echo.h"

/* Many forms send a rejection and its note together, and a tool may stamp the note first. */
enum { REASON_EARLIER_MS = 60000, REASON_LATER_MS = 24 * 3600000 };

/* ---- a proposed hand-over ---------------------------------------------------------------- */

static bool is_changed(const struct situation *at, const struct ent_change *change, enum ent_attr attr)
{
	return attr_in(change->ticket.has & ~situation_late(at, change), attr) &&
	       !same_value(&at->ticket->at[attr].value, &change->ticket.at[attr]);
}

/* From nobody to somebody. */
static bool is_assigned(const struct situation *at, const struct ent_change *change)
{
	return is_changed(at, change, ENT_ASSIGNEE) && !at->ticket->at[ENT_ASSIGNEE].value.text.n &&
	       change->ticket.at[ENT_ASSIGNEE].text.n;
}

/* A sweep cannot tell who set what it finds, and what our own account does is not their people's act. */
static bool is_by_people(const struct situation *at, const struct ent_change *change)
{
	return at->arrival && !at->arrival->sweep && !at->asked &&
	       !(at->from && echo_is_account(at->from, &change->actor));
}

enum tool_says decide_tool_says(const struct situation *at, const struct ent_change *change, enum ent_status said)
{
	const struct act *act = at->proposed;

	if (!act || !at->ticket || at->withdrawn || !is_by_people(at, change) ||
	    audience_said(situation_when(at, change), act->made_ms) != SAID_SINCE)
		return TOOL_SAYS_NOTHING;
	if (!is_changed(at, change, ENT_STATUS))
		said = ENT_STATUS_UNKNOWN;
	if (said == ENT_REJECTED)
		return TOOL_DECLINES;
	if (said == ENT_ACKNOWLEDGED || said == ENT_IN_PROGRESS ||
	    (said == ENT_STATUS_UNKNOWN && is_assigned(at, change)))
		return TOOL_ACCEPTS;
	return TOOL_SAYS_NOTHING;
}

static struct event *add_end(const struct situation *at, enum event_kind kind, const struct act *act,
			     const struct person *actor, struct events *ret)
{
	const struct act_scene scene = {.at = at};
	struct event *event = act_event(ret, kind, &scene, act);

	event->actor = *actor;
	return event;
}

void decide_tool_ends(const struct situation *at, const struct ent_change *change, enum tool_says says,
		      struct events *ret)
{
	if (says == TOOL_SAYS_NOTHING)
		return;
	struct event *event = add_end(at, says == TOOL_ACCEPTS ? EVENT_HANDOVER_ACCEPTED : EVENT_HANDOVER_DECLINED,
				      at->proposed, &at->actor, ret);
	event->time_ms = situation_when(at, change);
}

/* ---- comments ------------------------------------------------------------------------------ */

/* Late enough, and early enough, for what was declined then. */
static bool is_reason_of(const struct act *declined, int64_t said_ms)
{
	return said_ms >= declined->ended_ms - REASON_EARLIER_MS && said_ms <= declined->ended_ms + REASON_LATER_MS;
}

/* The first line is a yes or a no, and nothing else: more words may turn it into something else. */
static enum act_said said_first(struct ent_str body)
{
	static const struct {
		const char *word;
		enum act_said said;
	} words[] = {{"yes", ACT_SAID_YES}, {"oui", ACT_SAID_YES}, {"no", ACT_SAID_NO}, {"non", ACT_SAID_NO}};
	struct ent_str rest, line = sdk_trim(sdk_cut(sdk_trim(body), '\n', &rest));

	if (line.n && (line.p[line.n - 1] == '.' || line.p[line.n - 1] == '!'))
		line.n--;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (sdk_ieqz(line, words[i].word))
			return words[i].said;
	return ACT_SAID_NOTHING;
}

/* A note for their own people is no word to others, also where we read it. */
static bool is_said_to(const struct comment *comment, struct ent_str organisation)
{
	return comment->visibility == ENT_PUBLIC && audience_allows(&comment->audience, organisation, true);
}

static void carry_act(struct comment *comment, enum entry_act_kind kind, struct ent_str to, const char *act)
{
	comment->entry = (struct entry_act){.kind = kind, .to = to};
	memcpy(comment->reply_to, act, ID_SIZE);
}

void decide_tool_entry(const struct situation *at, struct comment *comment)
{
	const struct act *ask = at->answers, *declined = at->declined;
	enum act_said said = ask && ask->kind == ACT_APPROVAL ? said_first(comment->body) : ACT_SAID_NOTHING;

	if (at->withdrawn)
		return;
	if (ask && is_said_to(comment, ask->from) && (ask->kind != ACT_APPROVAL || said != ACT_SAID_NOTHING))
		carry_act(comment, act_entry_of_answer(said), ask->from, ask->uuid);
	else if (!ask && declined && is_said_to(comment, declined->from) && is_reason_of(declined, comment->created_ms))
		carry_act(comment, ENTRY_DECLINED, declined->to, declined->uuid);
}
