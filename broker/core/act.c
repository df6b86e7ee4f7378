/* SPDX-License-Identifier: Apache-2.0 */
#include "core/act.h"

#include "core/event.h"
#include "sdk/webhook.h"

#include <assert.h>
#include <string.h>

static const struct {
	const char *word;
	enum entry_act_kind entry;
} acts[ACT_KIND_N] = {
    [ACT_QUESTION] = {"question", ENTRY_QUESTION},
    [ACT_INFORMATION] = {"information", ENTRY_INFORMATION},
    [ACT_ACTION] = {"action", ENTRY_ACTION},
    [ACT_APPROVAL] = {"approval", ENTRY_APPROVAL},
    [ACT_HANDOVER] = {"handover", ENTRY_HANDOVER},
    [ACT_PROMISE] = {"promise", ENTRY_PROMISE},
    [ACT_HELP] = {"help", ENTRY_HELP},
};

static const char *const state_words[ACT_STATE_N] = {
    [ACT_OPEN] = "open",         [ACT_ANSWERED] = "answered", [ACT_WITHDRAWN] = "withdrawn",
    [ACT_ACCEPTED] = "accepted", [ACT_DECLINED] = "declined", [ACT_LAPSED] = "lapsed",
    [ACT_KEPT] = "kept",         [ACT_BROKEN] = "broken",     [ACT_REPLACED] = "replaced",
    [ACT_ENDED] = "ended",
};

static const char *const act_cause_words[ACT_CAUSE_N] = {
    [ACT_CAUSE_NONE] = "",           [ACT_CAUSE_TIME] = "time",
    [ACT_CAUSE_MOVED] = "moved",     [ACT_CAUSE_UNSHARED] = "unshared",
    [ACT_CAUSE_REMOVED] = "removed", [ACT_CAUSE_MERGED] = "merged",
    [ACT_CAUSE_OVER] = "over",
};

/* The state that an event of an act leaves behind; those that begin or only mark it: ACT_OPEN. */
static const struct {
	const char *noun;
	enum act_state state;
	bool begins;
} act_events[EVENT_N] = {
    [EVENT_ASK_MADE] = {"ask", ACT_OPEN, true},
    [EVENT_ASK_ANSWERED] = {"ask", ACT_ANSWERED, false},
    [EVENT_ASK_WITHDRAWN] = {"ask", ACT_WITHDRAWN, false},
    [EVENT_ASK_OVERDUE] = {"ask", ACT_OPEN, false},
    [EVENT_HANDOVER_PROPOSED] = {"handover", ACT_OPEN, true},
    [EVENT_HANDOVER_ACCEPTED] = {"handover", ACT_ACCEPTED, false},
    [EVENT_HANDOVER_DECLINED] = {"handover", ACT_DECLINED, false},
    [EVENT_HANDOVER_LAPSED] = {"handover", ACT_LAPSED, false},
    [EVENT_HANDOVER_WITHDRAWN] = {"handover", ACT_WITHDRAWN, false},
    [EVENT_PROMISE_MADE] = {"promise", ACT_OPEN, true},
    [EVENT_PROMISE_KEPT] = {"promise", ACT_KEPT, false},
    [EVENT_PROMISE_BROKEN] = {"promise", ACT_BROKEN, false},
    [EVENT_PROMISE_REPLACED] = {"promise", ACT_REPLACED, false},
    [EVENT_HELP_WANTED] = {"help", ACT_OPEN, true},
    [EVENT_HELP_OFFERED] = {"help", ACT_OPEN, false},
    [EVENT_HELP_ENDED] = {"help", ACT_ENDED, false},
};

const char *act_word(enum act_kind kind)
{
	assert((unsigned)kind < ACT_KIND_N);
	return acts[kind].word;
}

bool act_by_word(struct ent_str word, enum act_kind *ret)
{
	for (int i = 0; i < ACT_KIND_N; i++)
		if (sdk_eqz(word, acts[i].word)) {
			*ret = (enum act_kind)i;
			return true;
		}
	return false;
}

const char *act_state_word(enum act_state state)
{
	assert((unsigned)state < ACT_STATE_N);
	return state_words[state];
}

bool act_state_by_word(struct ent_str word, enum act_state *ret)
{
	for (int i = 0; i < ACT_STATE_N; i++)
		if (sdk_eqz(word, state_words[i])) {
			*ret = (enum act_state)i;
			return true;
		}
	return false;
}

const char *act_cause_word(enum act_cause cause)
{
	assert((unsigned)cause < ACT_CAUSE_N);
	return act_cause_words[cause];
}

bool act_cause_by_word(struct ent_str word, enum act_cause *ret)
{
	for (int i = 0; i < ACT_CAUSE_N; i++)
		if (sdk_eqz(word, act_cause_words[i])) {
			*ret = (enum act_cause)i;
			return true;
		}
	return false;
}

bool act_is_ask(enum act_kind kind)
{
	return kind <= ACT_APPROVAL;
}

enum entry_act_kind act_entry(enum act_kind kind)
{
	assert((unsigned)kind < ACT_KIND_N);
	return acts[kind].entry;
}

enum entry_act_kind act_entry_of_answer(enum act_said said)
{
	return said == ACT_SAID_YES ? ENTRY_APPROVED : said == ACT_SAID_NO ? ENTRY_REFUSED : ENTRY_ANSWER;
}

bool act_entry_answers(enum entry_act_kind entry, enum act_said *ret)
{
	*ret = entry == ENTRY_APPROVED ? ACT_SAID_YES : entry == ENTRY_REFUSED ? ACT_SAID_NO : ACT_SAID_NOTHING;
	return entry == ENTRY_ANSWER || *ret != ACT_SAID_NOTHING;
}

bool act_is_of(const struct event *event)
{
	return act_events[event->kind].noun != NULL;
}

const char *act_noun(const struct event *event)
{
	assert(act_is_of(event));
	return act_events[event->kind].noun;
}

bool act_begins(const struct event *event)
{
	return act_events[event->kind].begins;
}

void act_fold(struct act *act, const struct event *event)
{
	assert(act_is_of(event));
	if (act_events[event->kind].begins) {
		*act = event->act;
		act->state = ACT_OPEN;
		act->incident = event->incident;
		act->by = sdk_or_empty(event->actor.ref);
		act->made_ms = event->recorded_ms;
		return;
	}
	act->is_overdue |= event->kind == EVENT_ASK_OVERDUE;
	if (act_events[event->kind].state == ACT_OPEN || act->state != ACT_OPEN)
		return;
	act->state = act_events[event->kind].state;
	act->cause = event->act.cause;
	act->said = event->act.said;
	act->ended_ms = event->recorded_ms;
	memcpy(act->ended_by, event->act.ended_by, ID_SIZE);
}
