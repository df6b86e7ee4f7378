/* SPDX-License-Identifier: Apache-2.0 */
#include "store/audience_ask.h"

#include "core/organisation.h"
#include "core/reach.h"
#include "sdk/webhook.h"
#include "store/rows.h"

/* Refuses the job. False, always. */
static bool refuse_whom(struct job *job, struct dossier *dossier, const struct whom *whom, enum whom_verdict verdict,
			struct ent_str name)
{
	job->outcome = whom_is_conflict(verdict) ? JOB_CONFLICT : JOB_CONTENT;
	(void)sdk_fail_said(&job->err, ENT_EINVAL, whom_say(dossier->arena, whom, verdict, name));
	return false;
}

/* answered: NULL: it answers none. */
static bool decide_audience(struct job *job, struct dossier *dossier, const struct comment *answered,
			    struct audience *ret)
{
	const struct whom whom = {
	    .author = &job->ask.by, .asked = job->ask.narrowest ? NULL : &job->ask.audience, .answered = answered};
	struct ent_str name;
	enum whom_verdict verdict = whom_decide(dossier, &whom, ret, &name);

	return verdict == WHOM_FINE || refuse_whom(job, dossier, &whom, verdict, name);
}

/* The comment that it answers has to stand in the same thread. */
bool audience_ask_new(struct apply *apply, struct job *job, struct dossier *dossier, struct audience *ret)
{
	struct ent_str id = sdk_str(job->ask.reply_to);
	struct comment answered;

	if (id.n && (!comment_by_uuid(apply->db, apply->arena, id, &answered) ||
		     answered.incident != dossier->incident.number)) {
		job_refuse(job, JOB_CONFLICT, "ask.no_comment_to_answer",
			   "there is no comment {comment=%s} in this thread to answer", job->ask.reply_to);
		return false;
	}
	return decide_audience(job, dossier, id.n ? &answered : NULL, ret);
}

bool audience_ask_act(struct job *job, struct dossier *dossier, const struct comment *answered, struct audience *ret)
{
	const struct audience asked = *ret;
	const struct whom whom = {.author = &job->ask.by, .asked = &asked, .answered = answered};
	struct ent_str name;
	enum whom_verdict verdict = whom_decide(dossier, &whom, ret, &name);

	if (verdict == WHOM_NO_PART && sdk_eq(name, job->ask.act.to) && job->ask.by.kind == READER_ORGANISATION) {
		job_refuse(job, JOB_CONFLICT, "act.no_part",
			   "{name=%.*s} takes no part in this incident; name an organisation that does",
			   ENT_F(sdk_head(name, SUPPLIER_NAME_MAX)));
		return false;
	}
	if (verdict != WHOM_WIDER)
		return verdict == WHOM_FINE || refuse_whom(job, dossier, &whom, verdict, name);
	job_refuse(job, JOB_CONFLICT, "act.wider",
		   "the answer is for more readers than what it answers; leave \"audience\" out, or name fewer");
	return false;
}

bool audience_ask_edit(struct apply *apply, struct job *job, struct dossier *dossier, const struct comment *known,
		       struct audience *ret)
{
	(void)apply;
	*ret = known->audience;
	if (!job->ask.has_audience)
		return true;
	if (!decide_audience(job, dossier, NULL, ret))
		return false;
	if (!audience_widens(&known->audience, ret))
		return true;
	job_refuse(
	    job, JOB_CONTENT, "ask.edit_widens",
	    "more would read the comment than now: an edit only narrows. Ask POST "
	    "/v1/incidents/INCIDENT/comments/ID/widen, or `entente comment widen`, which shows who will read it");
	return false;
}

/* Their own words, or those of somebody of their organisation whose people they administer. */
static bool may_widen(const struct reader *by, const struct person *person, const struct comment *known,
		      struct ent_str ours)
{
	const struct ent_str own = by->kind != READER_ORGANISATION ? ours : by->organisation;

	if (person->ref.n && sdk_eq(person->ref, known->author.ref))
		return true;
	return sdk_eq(own, sdk_or_empty(known->author.organisation)) &&
	       (reader_may(by, VERB_ADMINISTER) || reader_may(by, VERB_INVITE));
}

bool audience_ask_wider(struct apply *apply, struct job *job, struct dossier *dossier, const struct comment *known,
			const struct person *by, struct audience *ret)
{
	struct comment wider = *known;

	if (!decide_audience(job, dossier, NULL, ret))
		return false;
	if (!may_widen(&job->ask.by, by, known, organisation_ours(job->suppliers))) {
		job_refuse(
		    job, JOB_DENIED, "ask.widen_not_yours",
		    "only its author, or an administrator of the author's organisation, lets more read a comment; "
		    "ask one of them");
		return false;
	}
	*ret = audience_make(apply->arena, organisation_ours(job->suppliers), known->author.organisation,
			     ret->organisations, ret->everyone, ret->requester);
	wider.audience = *ret;
	const struct ent_str readers = reach_readers(dossier, &wider);
	if (sdk_eq(readers, reach_names(apply->arena, job->ask.readers)))
		return true;
	job_refuse(
	    job, JOB_CONFLICT, "ask.readers_changed",
	    "{readers=%.*s} would read it now, which is not the list that was shown; look at it and send this one",
	    ENT_F(readers));
	return false;
}
