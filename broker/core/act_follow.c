/* SPDX-License-Identifier: Apache-2.0 */
#include "core/act_follow.h"

#include "core/organisation.h"
#include "sdk/webhook.h"

#include <assert.h>

bool act_takes_part(const struct act_scene *scene, struct ent_str organisation)
{
	return same_text(organisation, organisation_ours(scene->at->suppliers)) ||
	       scene->takes_part(scene->of, organisation);
}

struct event *act_event(struct events *events, enum event_kind kind, const struct act_scene *scene,
			const struct act *act)
{
	struct event *event = events_add(events, kind, scene->at);

	event->act = *act;
	memcpy(event->comment.uuid, act->uuid, ID_SIZE);
	return event;
}

bool act_is_stale(const struct act *open, size_t n, const struct event *event)
{
	if (!act_is_of(event) || act_begins(event))
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(open[i].uuid, event->act.uuid) == 0)
			return open[i].is_overdue && event->kind == EVENT_ASK_OVERDUE;
	return true;
}

static void finish_act(const struct act_scene *scene, const struct act *act, enum event_kind kind, enum act_cause cause,
		       const char *ended_by, struct events *ret)
{
	struct event *event = act_event(ret, kind, scene, act);

	event->act.cause = cause;
	if (ended_by)
		memcpy(event->act.ended_by, ended_by, ID_SIZE);
}

/* ---- the ball -------------------------------------------------------------------------- */

/* A hand-over is proposed from one holder: when another one holds the ball, nothing is left to accept. */
static void follow_ball(const struct act_scene *scene, struct events *ret)
{
	const struct act *kept = NULL;

	for (size_t i = 0; i < scene->n_open; i++) {
		const struct act *act = &scene->open[i];

		if (act->kind != ACT_HANDOVER)
			continue;
		if (!same_text(act->holder, scene->at->incident->holder))
			finish_act(scene, act, EVENT_HANDOVER_LAPSED, ACT_CAUSE_MOVED, NULL, ret);
		else if (kept) /* of two incidents that are one now */
			finish_act(scene, act, EVENT_HANDOVER_LAPSED, ACT_CAUSE_MERGED, NULL, ret);
		else
			kept = act;
	}
}

/* Two promises of one organisation came together: the later one stands. */
static void follow_merge(const struct act_scene *scene, struct events *ret)
{
	for (size_t i = 0; i < scene->n_open; i++)
		for (size_t k = i + 1; k < scene->n_open; k++) {
			const struct act *act = &scene->open[i], *later = &scene->open[k];

			if (act->kind != ACT_PROMISE || later->kind != ACT_PROMISE ||
			    !same_text(act->from, later->from))
				continue;
			finish_act(scene, act, EVENT_PROMISE_REPLACED, ACT_CAUSE_MERGED, later->uuid, ret);
			break;
		}
}

static void follow_leaving(const struct act_scene *scene, struct events *ret)
{
	for (size_t i = 0; i < scene->n_open; i++) {
		const struct act *act = &scene->open[i];

		if (!act->to.n || act_takes_part(scene, act->to))
			continue;
		finish_act(scene, act, act->kind == ACT_HANDOVER ? EVENT_HANDOVER_LAPSED : EVENT_ASK_WITHDRAWN,
			   ACT_CAUSE_UNSHARED, NULL, ret);
	}
}

/* ---- words ------------------------------------------------------------------------------- */

/* Whose people wrote it. */
static struct ent_str speaker_of(const struct act_scene *scene, const struct comment *comment)
{
	if (comment->supplier.n)
		return organisation_named(scene->at->suppliers, comment->supplier);
	return comment->author.organisation.n ? comment->author.organisation : organisation_ours(scene->at->suppliers);
}

static bool reaches_others(const struct audience *audience, struct ent_str organisation)
{
	struct ent_str rest = sdk_or_empty(audience->organisations);

	while (rest.n)
		if (!same_text(sdk_cut(rest, ',', &rest), organisation))
			return true;
	return audience->everyone || audience->requester;
}

/* The words of an ask, a proposal or a call for help want something; they tell nothing. */
static bool begins_act(const struct comment *comment)
{
	for (size_t kind = 0; kind < ACT_KIND_N; kind++)
		if (act_entry((enum act_kind)kind) == comment->entry.kind)
			return true;
	return false;
}

/* Old words that arrive late are no news. */
static bool is_news(const struct act *promise, const struct comment *comment, struct ent_str speaker)
{
	return same_text(promise->from, speaker) && !begins_act(comment) &&
	       reaches_others(&comment->audience, speaker) &&
	       audience_said(comment->created_ms, promise->made_ms) == SAID_SINCE;
}

/* From their own tool. Here an answer is an act of its own. */
static bool is_answer(const struct act *ask, const struct comment *comment, struct ent_str speaker)
{
	enum act_said said;

	return comment->supplier.n && same_text(ask->to, speaker) && act_entry_answers(comment->entry.kind, &said) &&
	       strcmp(ask->uuid, comment->reply_to) == 0 && audience_allows(&comment->audience, ask->from, true);
}

static void answer_ask(const struct act_scene *scene, const struct act *ask, const struct comment *comment,
		       struct events *ret)
{
	finish_act(scene, ask, EVENT_ASK_ANSWERED, ACT_CAUSE_NONE, comment->uuid, ret);
	struct event *event = &ret->at[ret->n - 1];

	event->actor = comment->author;
	(void)act_entry_answers(comment->entry.kind, &event->act.said);
}

static void follow_words(const struct act_scene *scene, const struct comment *comment, struct events *ret)
{
	struct ent_str speaker = speaker_of(scene, comment);

	for (size_t i = 0; i < scene->n_open; i++) {
		const struct act *act = &scene->open[i];

		if (act->kind == ACT_PROMISE && is_news(act, comment, speaker))
			finish_act(scene, act, EVENT_PROMISE_KEPT, ACT_CAUSE_NONE, comment->uuid, ret);
		if (act_is_ask(act->kind) && is_answer(act, comment, speaker))
			answer_ask(scene, act, comment, ret);
	}
}

/* A promise stands whatever becomes of its words: no quiet way out. */
static void follow_words_gone(const struct act_scene *scene, const char *comment, struct events *ret)
{
	for (size_t i = 0; i < scene->n_open; i++) {
		const struct act *act = &scene->open[i];

		if (strcmp(act->uuid, comment) != 0 || act->kind == ACT_PROMISE)
			continue;
		finish_act(scene, act,
			   act->kind == ACT_HANDOVER ? EVENT_HANDOVER_WITHDRAWN
			   : act->kind == ACT_HELP   ? EVENT_HELP_ENDED
						     : EVENT_ASK_WITHDRAWN,
			   ACT_CAUSE_REMOVED, NULL, ret);
	}
}

/* ---- all ----------------------------------------------------------------------------------- */

bool act_may_follow(const struct event *event)
{
	switch (event->kind) {
	case EVENT_INCIDENT_HOLDER_CHANGED:
	case EVENT_INCIDENT_CORRECTED:
	case EVENT_INCIDENT_MERGED:
	case EVENT_INCIDENT_SPLIT:
	case EVENT_INCIDENT_RESTORED:
	case EVENT_INCIDENT_UNSHARED:
	case EVENT_COMMENT_ADDED:
	case EVENT_COMMENT_EDITED:
	case EVENT_COMMENT_PUBLISHED:
	case EVENT_COMMENT_REMOVED:
		return true;
	default:
		return false;
	}
}

void act_follow(const struct act_scene *scene, const struct event *event, struct events *ret)
{
	switch (event->kind) {
	case EVENT_INCIDENT_HOLDER_CHANGED:
	case EVENT_INCIDENT_CORRECTED:
		follow_ball(scene, ret);
		break;
	case EVENT_INCIDENT_MERGED:
		follow_ball(scene, ret);
		follow_merge(scene, ret);
		follow_leaving(scene, ret);
		break;
	case EVENT_INCIDENT_SPLIT: /* each goes on with what is its own */
	case EVENT_INCIDENT_RESTORED:
		follow_ball(scene, ret);
		follow_leaving(scene, ret);
		break;
	case EVENT_INCIDENT_UNSHARED:
		follow_leaving(scene, ret);
		break;
	case EVENT_COMMENT_ADDED:
	case EVENT_COMMENT_EDITED:
	case EVENT_COMMENT_PUBLISHED:
		if (!event->comment.held_by.n) /* nobody else has read it: what ends an act would tell of it */
			follow_words(scene, &event->comment, ret);
		break;
	case EVENT_COMMENT_REMOVED:
		follow_words_gone(scene, event->comment.uuid, ret);
		break;
	default:
		break;
	}
}

void act_due(const struct act_scene *scene, const struct act *act, struct events *ret)
{
	bool is_over = !status_facts(scene->at->incident->values.at[ENT_STATUS])->open;

	if (act->state != ACT_OPEN)
		return;
	if (act->kind == ACT_HANDOVER)
		finish_act(scene, act, EVENT_HANDOVER_LAPSED, ACT_CAUSE_TIME, NULL, ret);
	else if (act->kind == ACT_PROMISE && is_over) /* nobody waits for news of it */
		finish_act(scene, act, EVENT_PROMISE_KEPT, ACT_CAUSE_OVER, NULL, ret);
	else if (act->kind == ACT_PROMISE)
		finish_act(scene, act, EVENT_PROMISE_BROKEN, ACT_CAUSE_TIME, NULL, ret);
	else if (act_is_ask(act->kind) && !is_over && !act->is_overdue)
		finish_act(scene, act, EVENT_ASK_OVERDUE, ACT_CAUSE_TIME, NULL, ret);
}
