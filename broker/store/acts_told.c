/* SPDX-License-Identifier: Apache-2.0 */
#include "store/acts_told.h"

#include "core/echo.h"
#include "core/organisation.h"
#include "core/whom.h"
#include "sdk/acts.h"
#include "sdk/webhook.h"
#include "store/acts.h"
#include "store/copies.h"
#include "store/jobs_act.h"
#include "store/rows.h"

#include <stdio.h>
#include <string.h>

/* An act of the tool that is being taken. */
struct telling {
	struct apply *apply;
	const struct situation *at;
	const struct ent_change *change;
	struct ent_str organisation; /* whose people act */
	struct dossier *dossier;
	struct job job;
};

static const struct {
	enum job_kind job;
	enum act_kind kind;   /* any of its noun */
	enum act_state state; /* that an act of it leaves behind */
} act_jobs[ENT_N_ACT] = {
    [ENT_ASK_MADE] = {JOB_ACT_BEGIN, ACT_QUESTION, ACT_OPEN},
    [ENT_ASK_ANSWERED] = {JOB_ACT_ANSWER, ACT_QUESTION, ACT_ANSWERED},
    [ENT_ASK_WITHDRAWN] = {JOB_ACT_END, ACT_QUESTION, ACT_WITHDRAWN},
    [ENT_HANDOVER_PROPOSED] = {JOB_ACT_BEGIN, ACT_HANDOVER, ACT_OPEN},
    [ENT_HANDOVER_ACCEPTED] = {JOB_ACT_ANSWER, ACT_HANDOVER, ACT_ACCEPTED},
    [ENT_HANDOVER_DECLINED] = {JOB_ACT_ANSWER, ACT_HANDOVER, ACT_DECLINED},
    [ENT_HANDOVER_WITHDRAWN] = {JOB_ACT_END, ACT_HANDOVER, ACT_WITHDRAWN},
    [ENT_PROMISE_MADE] = {JOB_ACT_BEGIN, ACT_PROMISE, ACT_OPEN},
    [ENT_HELP_WANTED] = {JOB_ACT_BEGIN, ACT_HELP, ACT_OPEN},
    [ENT_HELP_OFFERED] = {JOB_ACT_ANSWER, ACT_HELP, ACT_OPEN},
    [ENT_HELP_ENDED] = {JOB_ACT_END, ACT_HELP, ACT_ENDED},
};

/* The first reason of the arrival stands in its dead letter. */
static void refuse_told(struct telling *telling, struct ent_said why)
{
	const struct ent_act *act = &telling->change->act;

	if (telling->apply->refused.code.n)
		return;
	telling->apply->refused = sdk_said_dup(
	    telling->apply->arena,
	    sdk_say(telling->apply->arena, "act.told", "{noun=%s} {verb=%s} in ticket {ticket=%.*s}: {why=%p}",
		    sdk_act_noun(act->kind), sdk_act_verb(act->kind), ENT_F(telling->change->ticket.id), &why));
}

static void refuse_none(struct telling *telling)
{
	refuse_told(telling, SDK_SENTENCE("act.told_none", "no open ask, hand-over or call for help with this id is "
							   "for its organisation; look the id up in the thread"));
}

/* ---- which act ---------------------------------------------------------------------------- */

static bool is_noun_of(enum act_kind kind, enum act_kind noun)
{
	return kind == noun || (act_is_ask(kind) && act_is_ask(noun));
}

/* Its words are for the organisation, or it is known to whoever takes part. */
static bool is_seen(struct telling *telling, const struct act *act)
{
	const struct reader *by = &telling->job.ask.by;
	struct comment words;

	if (act->kind == ACT_HANDOVER || act->kind == ACT_PROMISE)
		return true;
	return comment_by_uuid(telling->apply->db, telling->apply->arena, sdk_str(act->uuid), &words) &&
	       whom_reads(telling->dossier, by, &words);
}

/* Could its people mean this one? Of an answer: it is for them; of an end: they began it. */
static bool may_mean(struct telling *telling, const struct act *act)
{
	const enum ent_act_kind kind = telling->change->act.kind;

	if (!is_noun_of(act->kind, act_jobs[kind].kind) || !is_seen(telling, act))
		return false;
	if (kind == ENT_HELP_OFFERED)
		return !same_text(act->from, telling->organisation);
	return same_text(act_jobs[kind].job == JOB_ACT_END ? act->from : act->to, telling->organisation);
}

static bool act_named(struct telling *telling, struct act *ret)
{
	struct apply *apply = telling->apply;
	struct ent_str id = sdk_lower(apply->arena, telling->change->act.id);

	return acts_load(apply->db, apply->arena, id, ret) && ret->incident == telling->dossier->incident.number &&
	       may_mean(telling, ret);
}

/* Without an id: the only open one. */
static size_t act_only(struct telling *telling, struct act *ret)
{
	const struct act *open;
	size_t n = acts_open(telling->apply->db, telling->apply->arena, telling->dossier->incident.number, &open),
	       found = 0;

	for (size_t i = 0; i < n; i++)
		if (may_mean(telling, &open[i]) && found++ == 0)
			*ret = open[i];
	return found;
}

/* False: refused, or done already. */
static bool find_meant(struct telling *telling, struct act *ret)
{
	const struct ent_act *told = &telling->change->act;

	if (!told->id.n) {
		size_t n = act_only(telling, ret);
		if (n > 1)
			refuse_told(telling,
				    SDK_SENTENCE("act.told_which", "there are several that its people could mean; "
								   "send the id of one"));
		else if (n == 0)
			refuse_none(telling);
		return n == 1;
	}
	if (!act_named(telling, ret)) {
		refuse_none(telling);
		return false;
	}
	/* Told again, by other means: a ticket that is worked on has accepted already. */
	return ret->state == ACT_OPEN || ret->state != act_jobs[told->kind].state || telling->change->comment.body.n;
}

/* ---- what is told twice ------------------------------------------------------------------- */

/* The words stand in the thread, or are our own coming back. */
static bool told_before(struct telling *telling)
{
	const struct ent_change *change = telling->change;
	const struct ent_str supplier = telling->at->supplier;
	const struct supplier *from = telling->at->from;

	if (echo_is_account(from, &change->actor) || echo_is_account(from, &change->comment.author))
		return true;
	if (!change->comment.id.n)
		return false;
	if (copy_known(telling->apply->db, supplier, change->ticket.id, change->comment.id))
		return true;
	const struct comment *known =
	    dossier_comment(telling->dossier, supplier, change->ticket.id, change->comment.id);
	if (!known->uuid[0])
		return false;
	if (known->entry.kind == ENTRY_WORDS)
		refuse_told(
		    telling,
		    SDK_SENTENCE(
			"act.told_words",
			"its comment already arrived as an ordinary comment; send the act again, with a new comment"));
	return true;
}

/* ---- as a person would do it ---------------------------------------------------------------- */

static struct ent_str organisation_told(const struct telling *telling)
{
	const struct supplier_set *set = telling->at->suppliers;
	const struct supplier *named = supplier_by_any(set, telling->change->act.to);

	return named ? organisation_of(named) : telling->change->act.to;
}

static void fill_ask(struct telling *telling)
{
	const struct ent_change *change = telling->change;
	struct ask *ask = &telling->job.ask;

	ask->incident = telling->dossier->incident.number;
	ask->text = change->comment.body;
	ask->format = change->comment.format;
	ask->accepts = change->act.kind != ENT_HANDOVER_DECLINED;
	ask->said = change->act.accepts == ENT_YES  ? ACT_SAID_YES
		    : change->act.accepts == ENT_NO ? ACT_SAID_NO
						    : ACT_SAID_NOTHING;
	ask->act.kind = act_jobs[change->act.kind].kind;
	if (change->act.kind == ENT_ASK_MADE)
		(void)act_by_word(change->act.ask, &ask->act.kind);
	if (sdk_act_begins(change->act.kind)) {
		ask->act.due_ms = change->act.due_ms;
		ask->act.to = organisation_told(telling);
	}
	if (change->act.kind == ENT_HELP_WANTED) /* of whoever takes part */
		ask->has_audience = ask->audience.everyone = true;
	if (ask->text.n)
		telling->apply->chance->uuid(telling->apply->chance, ask->comment_uuid);
}

static struct comment words_of_telling(const struct telling *telling)
{
	const struct ent_change *change = telling->change;
	const struct situation *at = telling->at;
	struct comment words = {.supplier = at->supplier,
				.ticket = change->ticket.id,
				.external_id = change->comment.id,
				.author = at->author.ref.n ? at->author : at->actor,
				.visibility = change->comment.visibility,
				.stamp = change->stamp};

	words.author.organisation = telling->organisation;
	words.created_ms = change->comment.created_ms ? change->comment.created_ms : situation_when(at, change);
	return words;
}

void acts_told(struct apply *apply, const struct situation *at, const struct ent_change *change)
{
	struct telling telling = {.apply = apply, .at = at, .change = change};
	struct ticket *ticket = apply_ticket(apply, at->supplier, change->ticket.id);
	struct act act;

	telling.organisation = at->from ? organisation_of(at->from) : at->supplier;
	telling.dossier = ticket ? apply_dossier(apply, incident_living(apply->db, ticket->incident)) : NULL;
	if (!telling.dossier || !at->from || !dossier_shares(telling.dossier, at->supplier)) {
		refuse_told(&telling,
			    SDK_SENTENCE("act.told_apart", "this ticket is in no incident that its organisation "
							   "takes part in"));
		return;
	}
	telling.job = (struct job){.kind = act_jobs[change->act.kind].job,
				   .arrival = *at->arrival,
				   .suppliers = at->suppliers,
				   .ask.by = {.kind = READER_ORGANISATION, .organisation = telling.organisation}};
	if (told_before(&telling))
		return;
	fill_ask(&telling);
	if (!sdk_act_begins(change->act.kind)) {
		if (!find_meant(&telling, &act))
			return;
		memcpy(telling.job.ask.act.uuid, act.uuid, ID_SIZE);
		telling.job.ask.act.kind = act.kind;
	}
	const struct comment words = words_of_telling(&telling);
	jobs_act_told(apply, &telling.job, &words);
	if (telling.job.outcome != JOB_ACCEPTED && telling.job.outcome != JOB_REPEATED)
		refuse_told(&telling, sdk_said(&telling.job.err));
}
