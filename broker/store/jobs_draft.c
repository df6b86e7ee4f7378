/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_draft.h"

#include "core/organisation.h"
#include "sdk/webhook.h"
#include "store/asker.h"
#include "store/drafts.h"
#include "store/rows.h"
#include "store/users.h"

#include <stdio.h>

/* ---- what stands --------------------------------------------------------------------------- */

/* The asker's draft that the job names. False: refused. */
static bool draft_of_job(struct apply *apply, struct job *job, struct ent_str id, struct draft *ret)
{
	if (drafts_find(apply->db, apply->arena, sdk_or_empty(job->ask.by.ref), id, ret))
		return true;
	job_refuse(job, JOB_NOT_FOUND, "ask.no_draft",
		   "you have no draft {draft=%.*s}; it may have been sent, or dropped in another window", ENT_F(id));
	return false;
}

static bool draft_is_as_seen(struct job *job, const struct draft *known)
{
	if (!job->ask.if_match || job->ask.if_match == known->version)
		return true;
	job_refuse(
	    job, JOB_CHANGED, "ask.draft_changed",
	    "the draft was saved in another window since you read it: it has version {version=%lld} by now; look "
	    "at both, and save the words that are right with this version",
	    (long long)known->version);
	return false;
}

/* For whom it is meant. Nothing said: the fewest, as of a comment. */
static struct audience draft_audience(struct apply *apply, const struct job *job)
{
	const struct ent_str ours = organisation_ours(job->suppliers);
	const struct audience *asked = &job->ask.audience;

	if (job->ask.narrowest)
		return audience_make(apply->arena, ours, job->ask.by.organisation, ENT_ABSENT, false, false);
	return audience_make(apply->arena, ours, job->ask.by.organisation, asked->organisations, asked->everyone,
			     asked->requester);
}

/* One draft for each incident, audience and answered comment. False: refused. */
static bool draft_has_place(struct apply *apply, struct job *job, const struct draft *draft)
{
	struct draft other;

	if (!drafts_same_place(apply->db, apply->arena, draft, &other))
		return true;
	job_refuse(job, JOB_CONFLICT, "ask.draft_place",
		   "you have a draft for these readers here: {draft=%.*s}; go on with that one, or drop it",
		   ENT_F(other.id));
	return false;
}

static void draft_end(struct apply *apply, struct job *job, struct draft *draft)
{
	draft->version++;
	draft->changed_ms = apply->now_ms;
	drafts_save(apply->db, draft);
	job->outcome = JOB_ACCEPTED;
}

/* ---- saved ------------------------------------------------------------------------------------ */

static bool draft_takes_part(struct apply *apply, struct job *job)
{
	struct dossier *dossier = apply_dossier(apply, incident_living(apply->db, job->ask.incident));
	char number[INCIDENT_NUMBER_SIZE];

	if (dossier && asker_takes_part(dossier, &job->ask.by))
		return true;
	job_refuse(job, JOB_NOT_FOUND, "ask.no_incident", "there is no incident {incident=%.*s}",
		   ENT_F(incident_number(job->ask.incident, number)));
	return false;
}

static void draft_begin(struct apply *apply, struct job *job)
{
	struct draft draft = {.account = job->ask.by.ref,
			      .id = sdk_str(job->ask.comment_uuid),
			      .incident = job->ask.incident,
			      .audience = draft_audience(apply, job),
			      .reply_to = sdk_str(job->ask.reply_to),
			      .text = job->ask.text,
			      .format = sdk_str(comment_format_word(job->ask.format))};

	if (!draft_takes_part(apply, job) || !draft_has_place(apply, job, &draft))
		return;
	if (drafts_count(apply->db, draft.account) >= DRAFTS_MAX) {
		job_refuse(job, JOB_CONFLICT, "ask.drafts_full",
			   "you have {most=%d} drafts, which is the most; send some, or drop some", DRAFTS_MAX);
		return;
	}
	draft_end(apply, job, &draft);
}

/* A draft never changes its readers by being saved: whoever saved in another window would send it to others. */
static bool draft_stays(struct apply *apply, struct job *job, const struct draft *known)
{
	const struct audience asked = draft_audience(apply, job);

	if ((job->ask.narrowest || audience_equal(&asked, &known->audience)) &&
	    (!job->ask.reply_to[0] || sdk_eqz(known->reply_to, job->ask.reply_to)))
		return true;
	job_refuse(job, JOB_CONFLICT, "ask.draft_readers",
		   "the draft is for other readers, or answers another comment: saving does not change that; POST "
		   ".../drafts/ID/move, or `entente draft move`, names new readers");
	return false;
}

static void run_draft_save(struct apply *apply, struct job *job)
{
	struct ent_str id = sdk_str(job->ask.comment_uuid);
	struct draft known;

	if ((job->ask.is_new || !job->ask.if_match) &&
	    !drafts_find(apply->db, apply->arena, sdk_or_empty(job->ask.by.ref), id, &known)) {
		draft_begin(apply, job);
		return;
	}
	if (!draft_of_job(apply, job, id, &known))
		return;
	if (job->ask.is_new) {
		job_refuse(job, JOB_CHANGED, "ask.draft_there",
			   "this draft stands: it has version {version=%lld}; look at both, and save the words that "
			   "are right with this version",
			   (long long)known.version);
		return;
	}
	if (!draft_is_as_seen(job, &known) || !draft_stays(apply, job, &known))
		return;
	known.text = job->ask.text;
	known.format = sdk_str(comment_format_word(job->ask.format));
	draft_end(apply, job, &known);
}

/* ---- moved, dropped ----------------------------------------------------------------------------- */

static void run_draft_move(struct apply *apply, struct job *job)
{
	struct draft known;

	if (!draft_of_job(apply, job, sdk_str(job->ask.comment_uuid), &known) || !draft_is_as_seen(job, &known))
		return;
	known.audience = draft_audience(apply, job);
	if (draft_has_place(apply, job, &known))
		draft_end(apply, job, &known);
}

static void run_draft_drop(struct apply *apply, struct job *job)
{
	struct draft known;

	if (!draft_of_job(apply, job, sdk_str(job->ask.comment_uuid), &known) || !draft_is_as_seen(job, &known))
		return;
	drafts_drop(apply->db, known.account, known.id);
	job->outcome = JOB_ACCEPTED;
}

/* ---- a comment -------------------------------------------------------------------------------------- */

bool draft_use(struct apply *apply, struct job *job, struct dossier *dossier, const struct audience *audience)
{
	struct draft known;

	if (!job->ask.draft[0])
		return true;
	if (!draft_of_job(apply, job, sdk_str(job->ask.draft), &known) || !draft_is_as_seen(job, &known))
		return false;
	if (incident_living(apply->db, known.incident) != dossier->incident.number) {
		job_refuse(job, JOB_CONFLICT, "ask.draft_elsewhere",
			   "the draft {draft=%s} belongs to another incident; look at `entente draft list`",
			   job->ask.draft);
		return false;
	}
	if (!audience_equal(&known.audience, audience) || !sdk_eqz(known.reply_to, job->ask.reply_to)) {
		job_refuse(job, JOB_CONFLICT, "ask.draft_other_readers",
			   "the draft is for other readers than this comment, or answers another one: name the draft's "
			   "readers, or move the draft first");
		return false;
	}
	drafts_drop(apply->db, known.account, known.id);
	return true;
}

void draft_give_back(struct apply *apply, struct job *job, const struct comment *comment)
{
	struct ent_str author = sdk_or_empty(comment->author.ref);
	char id[ID_SIZE];
	struct user user;

	if (comment->removed || !users_find(apply->db, apply->arena, author, &user))
		return; /* a second time, or a machine's */
	apply->chance->uuid(apply->chance, id);
	const struct draft draft = {.account = author,
				    .id = sdk_str(id),
				    .incident = comment->origin ? comment->origin : comment->incident,
				    .audience = comment->meant,
				    .reply_to = sdk_str(comment->reply_to),
				    .text = comment->body,
				    .format = sdk_str(comment_format_word(comment->format)),
				    .version = 1,
				    .changed_ms = apply->now_ms};
	drafts_save(apply->db, &draft);
	if (sdk_eq(sdk_or_empty(job->ask.by.ref), author))
		snprintf(job->ask.draft, ID_SIZE, "%s", id);
}

const struct job_row jobs_draft[] = {
    {JOB_DRAFT_SAVE, "draft_save", run_draft_save, false},
    {JOB_DRAFT_MOVE, "draft_move", run_draft_move, false},
    {JOB_DRAFT_DROP, "draft_drop", run_draft_drop, false},
    {.run = NULL},
};
