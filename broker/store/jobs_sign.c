/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_sign.h"

#include "store/audit.h"
#include "store/jobs_people.h"

/* By whoever asked; whoever comes in asks in the own name. */
static void sign_note(struct apply *apply, const struct job *job, enum audit_act act, const char *detail)
{
	const struct reader self = {
	    .kind = READER_ORGANISATION, .ref = sdk_str(job->sign->ret_ref), .token = ENT_STR("")};

	audit_note(apply, job->ask.by.kind == READER_NOBODY ? &self : &job->ask.by, act, sdk_str(job->sign->ret_ref),
		   sdk_str(detail));
}

static void sign_outcome_put(struct job *job, enum sign_outcome outcome)
{
	job->outcome = outcome == SIGN_DONE ? JOB_ACCEPTED : outcome == SIGN_NOBODY ? JOB_NOT_FOUND : JOB_CONFLICT;
}

static void run_sign_in(struct apply *apply, struct job *job)
{
	const char *way = job->sign->stored.p ? "password" : "provider";

	sign_outcome_put(job, sign_begin(apply->db, job->sign, apply->now_ms));
	sign_note(apply, job, job->outcome == JOB_ACCEPTED ? AUDIT_SESSION_BEGUN : AUDIT_SESSION_REFUSED, way);
}

/* A wrong password of somebody who is known: of others there is nothing to keep. */
static void run_sign_refused(struct apply *apply, struct job *job)
{
	audit_note(apply, &job->ask.by, AUDIT_SESSION_REFUSED, job->sign->account, ENT_STR("password"));
	job->outcome = JOB_ACCEPTED;
}

static void run_session_saw(struct apply *apply, struct job *job)
{
	sign_saw(apply->db, job->sign->hash, apply->now_ms);
	job->outcome = JOB_ACCEPTED;
}

static void run_sign_out(struct apply *apply, struct job *job)
{
	bool all = job->kind == JOB_SIGN_OUT_ALL;

	sign_end(apply->db, job->sign, all, apply->now_ms);
	if (job->sign->ret_count > 0)
		audit_note(apply, &job->ask.by, AUDIT_SESSION_ENDED, all ? job->sign->account : job->sign->id,
			   all ? ENT_STR("all") : ENT_STR(""));
	job->outcome = job->sign->ret_count > 0 || all ? JOB_ACCEPTED : JOB_NOT_FOUND;
}

static void run_password(struct apply *apply, struct job *job)
{
	sign_outcome_put(job, sign_password(apply->db, job->sign, apply->now_ms));
	if (job->outcome == JOB_ACCEPTED)
		sign_note(apply, job, AUDIT_PASSWORD_CHANGED, "");
}

/* A link gives its person a new way in: nobody gives more than they hold. Somebody who is known keeps their role,
 * whatever the invitation says. */
static void run_invite(struct apply *apply, struct job *job)
{
	struct user *user = &job->sign->user, known;

	if (sign_invitee(apply->db, apply->arena, user, &known))
		user->role = known.role;
	if (!people_may_give(apply, job, user->role))
		return;
	sign_outcome_put(job, sign_invite(apply->db, job->sign, apply->now_ms));
	if (job->outcome == JOB_CONFLICT)
		job_refuse(job, JOB_CONFLICT, "ask.invite_disabled",
			   "this person's account is disabled; enable it first");
	if (job->outcome == JOB_ACCEPTED)
		sign_note(apply, job, AUDIT_USER_INVITED, role_word(job->sign->user.role));
}

static void run_invitation(struct apply *apply, struct job *job)
{
	sign_outcome_put(job, sign_accept(apply->db, apply->arena, job->sign, apply->now_ms));
	if (job->outcome == JOB_ACCEPTED && job->sign->password.p) {
		sign_note(apply, job, AUDIT_PASSWORD_CHANGED, "invitation");
		sign_note(apply, job, AUDIT_SESSION_BEGUN, "invitation");
	}
}

const struct job_row jobs_sign[] = {
    {JOB_SIGN_IN, "sign_in", run_sign_in, false},
    {JOB_SIGN_REFUSED, "sign_refused", run_sign_refused, false},
    {JOB_SESSION_SAW, "session_saw", run_session_saw, false},
    {JOB_SIGN_OUT, "sign_out", run_sign_out, false},
    {JOB_SIGN_OUT_ALL, "sign_out_all", run_sign_out, false},
    {JOB_PASSWORD, "password", run_password, false},
    {JOB_INVITE, "invite", run_invite, false},
    {JOB_INVITATION_USE, "invitation_use", run_invitation, false},
    {.run = NULL},
};
