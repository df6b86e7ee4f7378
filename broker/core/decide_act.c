/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decide_act.h"

#include "core/decide_own.h"
#include "core/organisation.h"
#include "sdk/webhook.h"

static struct ent_str organisation_by(const struct act_scene *scene, const struct person *author)
{
	return author->organisation.n ? author->organisation : organisation_ours(scene->at->suppliers);
}

static bool is_by(const struct act_scene *scene, const struct person *author, struct ent_str organisation)
{
	return same_text(organisation_by(scene, author), organisation);
}

static bool is_by_us(const struct act_scene *scene, const struct person *author)
{
	return is_by(scene, author, organisation_ours(scene->at->suppliers));
}

/* The comment that carries it. */
static void say_as(const struct act_scene *scene, const struct comment *words, const struct entry_act *entry,
		   const char *reply_to, struct events *ret)
{
	struct comment said = *words;

	said.entry = *entry;
	if (reply_to)
		memcpy(said.reply_to, reply_to, ID_SIZE);
	decide_own_comment(scene->at, &said, ret);
}

static struct event *add_by(const struct act_scene *scene, enum event_kind kind, const struct act *act,
			    const struct person *author, struct events *ret)
{
	struct event *event = act_event(ret, kind, scene, act);

	event->actor = *author;
	return event;
}

/* ---- may it begin ------------------------------------------------------------------------- */

static enum ent_rc is_in_future(const struct act_scene *scene, int64_t due_ms, struct ent_err *err)
{
	if (due_ms > scene->at->now_ms)
		return ENT_OK;
	return sdk_fail_as(err, ENT_EINVAL, "act.past", "the time that it names is past; name one that is to come");
}

/* Whom it is for takes part, and can read its words. */
static enum ent_rc reaches_whom(const struct act_scene *scene, const struct act *act, const struct comment *words,
				struct ent_err *err)
{
	if (!act_takes_part(scene, act->to))
		return sdk_fail_as(err, ENT_EINVAL, "act.share_first",
				   "the incident is not shared with {organisation=%.*s}; share it first",
				   ENT_F(sdk_head(act->to, SUPPLIER_NAME_MAX)));
	if (!audience_allows(&words->audience, act->to, true))
		return sdk_fail_as(err, ENT_EINVAL, "act.cannot_read",
				   "{organisation=%.*s} could not read it: name it in \"audience\"",
				   ENT_F(sdk_head(act->to, SUPPLIER_NAME_MAX)));
	return ENT_OK;
}

static const struct act *open_of(const struct act_scene *scene, enum act_kind kind, struct ent_str from)
{
	for (size_t i = 0; i < scene->n_open; i++)
		if (scene->open[i].kind == kind && (!from.p || same_text(scene->open[i].from, from)))
			return &scene->open[i];
	return NULL;
}

static enum ent_rc may_propose(const struct act_scene *scene, const struct act *act, struct ent_err *err)
{
	const struct incident *incident = scene->at->incident;
	char number[INCIDENT_NUMBER_SIZE];

	if (!status_facts(incident->values.at[ENT_STATUS])->open)
		return sdk_fail_as(
		    err, ENT_EINVAL, "handover.over", "{incident=%.*s} is {status=%s}; give it an open status first",
		    ENT_F(incident_number(incident->number, number)), sdk_status_name(incident->values.at[ENT_STATUS]));
	if (same_text(act->to, incident->holder))
		return sdk_fail_as(err, ENT_EINVAL, "handover.holds", "{organisation=%.*s} holds the ball already",
				   ENT_F(act->to));
	if (open_of(scene, ACT_HANDOVER, ENT_ABSENT))
		return sdk_fail_as(err, ENT_EINVAL, "handover.second",
				   "a hand-over is proposed already; withdraw it, or wait for its answer");
	return ENT_OK;
}

static enum ent_rc may_be_begun(const struct act_scene *scene, const struct act *act, const struct comment *words,
				struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;

	if (act->kind == ACT_PROMISE || act->due_ms)
		rc = is_in_future(scene, act->due_ms, err);
	if (rc == ENT_OK && act->kind == ACT_HANDOVER)
		rc = may_propose(scene, act, err);
	if (rc == ENT_OK && act->kind != ACT_PROMISE && act->kind != ACT_HELP)
		rc = reaches_whom(scene, act, words, err);
	return rc;
}

static const enum event_kind begins_with[ACT_KIND_N] = {
    [ACT_QUESTION] = EVENT_ASK_MADE,         [ACT_INFORMATION] = EVENT_ASK_MADE, [ACT_ACTION] = EVENT_ASK_MADE,
    [ACT_APPROVAL] = EVENT_ASK_MADE,         [ACT_PROMISE] = EVENT_PROMISE_MADE, [ACT_HELP] = EVENT_HELP_WANTED,
    [ACT_HANDOVER] = EVENT_HANDOVER_PROPOSED};

enum ent_rc decide_act_begin(const struct act_scene *scene, const struct act *asked, const struct comment *words,
			     struct events *ret, struct ent_err *err)
{
	struct entry_act entry = {act_entry(asked->kind), asked->to, asked->due_ms, 0};
	struct act act = *asked;
	enum ent_rc rc = may_be_begun(scene, asked, words, err);

	if (rc != ENT_OK)
		return rc;
	act.from = organisation_by(scene, &words->author);
	act.holder = act.kind == ACT_HANDOVER ? scene->at->incident->holder : ENT_STR("");
	memcpy(act.uuid, words->uuid, ID_SIZE);
	const struct act *known = act.kind == ACT_PROMISE ? open_of(scene, ACT_PROMISE, act.from) : NULL;
	if (known) { /* before the new words, which would keep it */
		memcpy(add_by(scene, EVENT_PROMISE_REPLACED, known, &words->author, ret)->act.ended_by, act.uuid,
		       ID_SIZE);
		entry.was_ms = known->due_ms;
	}
	say_as(scene, words, &entry, NULL, ret);
	(void)add_by(scene, begins_with[act.kind], &act, &words->author, ret);
	return ENT_OK;
}

/* ---- answers -------------------------------------------------------------------------------- */

static enum ent_rc is_open(const struct act *act, struct ent_err *err)
{
	if (act->state == ACT_OPEN)
		return ENT_OK;
	return sdk_fail_as(err, ENT_EINVAL, "act.over", "it is {state=%s} already", act_state_word(act->state));
}

static enum ent_rc must_be(const struct act_scene *scene, const struct person *author, struct ent_str organisation,
			   struct ent_err *err)
{
	if (is_by(scene, author, organisation))
		return ENT_OK;
	return sdk_fail_as(err, ENT_EINVAL, "act.other_side", "only people of {organisation=%.*s} can do that",
			   ENT_F(organisation));
}

static enum ent_rc is_fitting(const struct act *ask, enum act_said said, struct ent_err *err)
{
	if (ask->kind == ACT_APPROVAL && said == ACT_SAID_NOTHING)
		return sdk_fail_as(err, ENT_EINVAL, "ask.yes_or_no",
				   "an approval is wanted: say yes or no (\"accepts\": true or false)");
	if (ask->kind != ACT_APPROVAL && said != ACT_SAID_NOTHING)
		return sdk_fail_as(err, ENT_EINVAL, "ask.no_approval", "no approval is wanted: leave \"accepts\" out");
	return ENT_OK;
}

enum ent_rc decide_ask_answer(const struct act_scene *scene, const struct act *ask, enum act_said said,
			      const struct comment *words, struct events *ret, struct ent_err *err)
{
	const struct entry_act entry = {.kind = act_entry_of_answer(said), .to = ask->from};
	enum ent_rc rc = is_open(ask, err);

	if (rc == ENT_OK)
		rc = is_fitting(ask, said, err);
	if (rc == ENT_OK && !is_by_us(scene, &words->author)) /* we may write down what was said elsewhere */
		rc = must_be(scene, &words->author, ask->to, err);
	if (rc != ENT_OK)
		return rc;
	if (!audience_allows(&words->audience, ask->from, true))
		return sdk_fail_as(err, ENT_EINVAL, "act.cannot_read",
				   "{organisation=%.*s} could not read it: name it in \"audience\"", ENT_F(ask->from));
	say_as(scene, words, &entry, ask->uuid, ret);
	struct event *event = add_by(scene, EVENT_ASK_ANSWERED, ask, &words->author, ret);
	event->act.said = said;
	memcpy(event->act.ended_by, words->uuid, ID_SIZE);
	return ENT_OK;
}

enum ent_rc decide_handover_answer(const struct act_scene *scene, const struct act *handover, bool accepts,
				   const struct comment *words, struct events *ret, struct ent_err *err)
{
	const struct entry_act entry = {.kind = accepts ? ENTRY_ACCEPTED : ENTRY_DECLINED, .to = handover->to};
	enum ent_rc rc = is_open(handover, err);

	if (rc == ENT_OK)
		rc = must_be(scene, &words->author, handover->to, err);
	if (rc != ENT_OK)
		return rc;
	if (words->uuid[0])
		say_as(scene, words, &entry, handover->uuid, ret);
	else if (!accepts)
		return sdk_fail_as(err, ENT_EINVAL, "handover.reason", "say why: declining needs a reason");
	struct event *event =
	    add_by(scene, accepts ? EVENT_HANDOVER_ACCEPTED : EVENT_HANDOVER_DECLINED, handover, &words->author, ret);
	memcpy(event->act.ended_by, words->uuid, ID_SIZE);
	if (accepts)
		decide_hand_over(scene->at, handover->to, &words->author, ret);
	return ENT_OK;
}

enum ent_rc decide_help_offer(const struct act_scene *scene, const struct act *help, const struct comment *words,
			      struct events *ret, struct ent_err *err)
{
	const struct entry_act entry = {.kind = ENTRY_OFFER, .to = help->from};
	enum ent_rc rc = is_open(help, err);

	if (rc == ENT_OK && !audience_allows(&words->audience, help->from, true))
		rc = sdk_fail_as(err, ENT_EINVAL, "act.cannot_read",
				 "{organisation=%.*s} could not read it: name it in \"audience\"", ENT_F(help->from));
	if (rc != ENT_OK)
		return rc;
	say_as(scene, words, &entry, help->uuid, ret);
	memcpy(add_by(scene, EVENT_HELP_OFFERED, help, &words->author, ret)->act.ended_by, words->uuid, ID_SIZE);
	return ENT_OK;
}

enum ent_rc decide_act_end(const struct act_scene *scene, const struct act *act, const struct person *author,
			   struct events *ret, struct ent_err *err)
{
	enum ent_rc rc = is_open(act, err);

	if (rc == ENT_OK)
		rc = must_be(scene, author, act->from, err);
	if (rc == ENT_OK && act->kind == ACT_PROMISE)
		rc = sdk_fail_as(err, ENT_EINVAL, "promise.stands",
				 "a promise is not taken back: keep it with news, or promise another time");
	if (rc != ENT_OK)
		return rc;
	(void)add_by(scene,
		     act->kind == ACT_HANDOVER ? EVENT_HANDOVER_WITHDRAWN
		     : act->kind == ACT_HELP   ? EVENT_HELP_ENDED
					       : EVENT_ASK_WITHDRAWN,
		     act, author, ret);
	return ENT_OK;
}

void decide_act_told(const struct act_scene *scene, const struct comment *words, struct events *ret)
{
	const struct entry_act entry = {.kind = ENTRY_TOLD};

	say_as(scene, words, &entry, NULL, ret);
	struct event *event = events_add(ret, EVENT_INCIDENT_TOLD, scene->at);
	event->actor = words->author;
	memcpy(event->comment.uuid, words->uuid, ID_SIZE);
}
