/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_sign.h"

static void sign_outcome_put(struct job *job, enum sign_outcome outcome)
{
	job->outcome = outcome == SIGN_DONE ? JOB_ACCEPTED : outcome == SIGN_NOBODY ? JOB_NOT_FOUND : JOB_CONFLICT;
}

static void run_sign_in(struct apply *apply, struct job *job)
{
	sign_outcome_put(job, sign_begin(apply->db, job->sign, apply->now_ms));
}

static void run_session_saw(struct apply *apply, struct job *job)
{
	sign_saw(apply->db, job->sign->hash, apply->now_ms);
	job->outcome = JOB_ACCEPTED;
}

static void run_sign_out(struct apply *apply, struct job *job)
{
	sign_end(apply->db, job->sign, job->kind == JOB_SIGN_OUT_ALL, apply->now_ms);
	job->outcome = job->sign->ret_count > 0 || job->kind == JOB_SIGN_OUT_ALL ? JOB_ACCEPTED : JOB_NOT_FOUND;
}

static void run_password(struct apply *apply, struct job *job)
{
	sign_outcome_put(job, sign_password(apply->db, job->sign, apply->now_ms));
}

static void run_invite(struct apply *apply, struct job *job)
{
	sign_outcome_put(job, sign_invite(apply->db, job->sign, apply->now_ms));
}

static void run_invitation(struct apply *apply, struct job *job)
{
	sign_outcome_put(job, sign_accept(apply->db, apply->arena, job->sign, apply->now_ms));
}

const struct job_row jobs_sign[] = {
    {JOB_SIGN_IN, "sign_in", run_sign_in, false},
    {JOB_SESSION_SAW, "session_saw", run_session_saw, false},
    {JOB_SIGN_OUT, "sign_out", run_sign_out, false},
    {JOB_SIGN_OUT_ALL, "sign_out_all", run_sign_out, false},
    {JOB_PASSWORD, "password", run_password, false},
    {JOB_INVITE, "invite", run_invite, false},
    {JOB_INVITATION_USE, "invitation_use", run_invitation, false},
    {.run = NULL},
};
