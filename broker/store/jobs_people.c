/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_people.h"

#include "sdk/webhook.h"
#include "store/audit.h"
#include "store/erase.h"
#include "store/jobs_work.h"
#include "store/users.h"

#include <stdio.h>

/* ---- tokens ---------------------------------------------------------------------------- */

/* A token of a person has no more than the person, and no more than who makes it. */
static bool token_is_allowed(struct apply *apply, struct job *job)
{
	struct token_row *token = &job->token;
	struct user user;
	uint32_t verbs;

	if (!token->account.n)
		return true;
	if (!users_find(apply->db, apply->arena, token->account, &user) || sdk_eqz(user.state, USER_DISABLED)) {
		job_refuse(job, JOB_NOT_FOUND, "ask.no_user", "there is no person {ref=%.*s} who may come in",
			   ENT_F(token->account));
		return false;
	}
	/* The row outlives this job's arena. */
	snprintf(token->home, sizeof token->home, "%.*s", ENT_F(user.organisation));
	token->organisation = sdk_str(token->home);
	token->role = user.role;
	if (token->verbs & ~role_verbs(user.role)) {
		job->outcome = JOB_CONTENT;
		(void)sdk_fail_said(&job->err, ENT_EINVAL, role_say_lacks(apply->arena, user.role, token->verbs));
		return false;
	}
	verbs = role_verbs(user.role) & (token->verbs ? token->verbs : VERB_ALL);
	if (job->ask.by.kind == READER_NOBODY || !(verbs & ~job->ask.by.verbs))
		return true;
	job_refuse(job, JOB_DENIED, "ask.token_more", "a token cannot hold verbs that you have not: {verbs=%.*s}",
		   ENT_F(role_verbs_print(apply->arena, verbs & ~job->ask.by.verbs)));
	return false;
}

static void run_token_add(struct apply *apply, struct job *job)
{
	if (!token_is_allowed(apply, job))
		return;
	apply->chance->uuid(apply->chance, job->token.ref);
	if (!token_add(apply->db, apply->arena, &job->token, apply->now_ms)) {
		job_refuse(job, JOB_CONFLICT, "ask.token_taken",
			   "a token of this name exists; remove it first, or choose another name");
		return;
	}
	const char *role = role_word(job->token.role ? job->token.role : ROLE_SYSTEM);
	audit_note(apply, &job->ask.by, AUDIT_TOKEN_MADE, sdk_str(job->token.ref),
		   job->token.account.n
		       ? sdk_format(apply->arena, "%s account %.*s", role, ENT_F(job->token.account))
		       : sdk_format(apply->arena, "%s %.*s", role, ENT_F(sdk_or_empty(job->token.organisation))));
	job->outcome = JOB_ACCEPTED;
}

static void run_token_remove(struct apply *apply, struct job *job)
{
	struct ent_str ref = ENT_ABSENT;

	if (!token_remove(apply->db, apply->arena, job->token.name, &ref)) {
		job->outcome = JOB_NOT_FOUND;
		return;
	}
	audit_note(apply, &job->ask.by, AUDIT_TOKEN_REMOVED, ref, ENT_ABSENT);
	job->outcome = JOB_ACCEPTED;
}

/* ---- people ------------------------------------------------------------------------------ */

bool people_may_give(struct apply *apply, struct job *job, enum role role)
{
	uint32_t more = role_verbs(role) & ~job->ask.by.verbs;

	if (!more)
		return true;
	job_refuse(job, JOB_DENIED, "ask.role_more",
		   "the role {role=%s} holds verbs that you have not: {verbs=%.*s}; ask somebody who has them",
		   role_word(role), ENT_F(role_verbs_print(apply->arena, more)));
	return false;
}

static bool same_words(struct ent_str a, struct ent_str b)
{
	return sdk_eq(sdk_or_empty(a), sdk_or_empty(b));
}

static void run_user_add(struct apply *apply, struct job *job)
{
	const struct user *user = &job->user->user;
	struct user known;

	if (users_find(apply->db, apply->arena, user->ref, &known)) {
		if (same_words(known.organisation, user->organisation) && same_words(known.mail, user->mail))
			job->outcome = JOB_REPEATED;
		else
			job_refuse(job, JOB_CONFLICT, "ask.user_id_other", "another person has this id");
		return;
	}
	if (!people_may_give(apply, job, user->role))
		return;
	if (users_has_mail(apply->db, user->organisation, user->mail)) {
		job_refuse(job, JOB_CONFLICT, "ask.user_mail_taken",
			   "somebody of this organisation has this mail address; entente user list shows who");
		return;
	}
	users_add(apply->db, user, apply->now_ms);
	audit_note(apply, &job->ask.by, AUDIT_USER_ADDED, user->ref,
		   sdk_format(apply->arena, "%s %.*s", role_word(user->role), ENT_F(user->organisation)));
	job->outcome = JOB_ACCEPTED;
}

/* The role and the state: what more than their own settings takes. */
static bool may_change(struct apply *apply, struct job *job, const struct user *before, const struct user *after)
{
	bool self = sdk_eq(sdk_or_empty(job->ask.by.ref), before->ref), moves = !sdk_eq(before->state, after->state),
	     ends = moves && sdk_eqz(after->state, USER_DISABLED);

	if (before->role != after->role && self) {
		job_refuse(job, JOB_DENIED, "ask.role_own", "nobody changes their own role; ask another administrator");
		return false;
	}
	if (role_is_ours(before->role) != role_is_ours(after->role) || role_is_machine(after->role)) {
		job_refuse(job, JOB_CONFLICT, "ask.role_kind",
			   "the role {role=%s} is not for a person of {organisation=%.*s}", role_word(after->role),
			   ENT_F(before->organisation));
		return false;
	}
	if ((before->role != after->role || moves) &&
	    (!people_may_give(apply, job, before->role) || !people_may_give(apply, job, after->role)))
		return false;
	if (before->role == ROLE_ADMIN && sdk_eqz(before->state, USER_ACTIVE) && (after->role != ROLE_ADMIN || ends) &&
	    !users_have_other_admin(apply->db, before->ref)) {
		job_refuse(
		    job, JOB_CONFLICT, "ask.last_admin",
		    "this is the last administrator; make another one first: entente user change REF --role admin");
		return false;
	}
	return true;
}

static void note_user(struct apply *apply, struct job *job, const struct user *before, const struct user *after)
{
	const struct reader *by = &job->ask.by;

	if (before->role != after->role)
		audit_note(apply, by, AUDIT_USER_ROLE_CHANGED, before->ref,
			   sdk_format(apply->arena, "%s %s", role_word(before->role), role_word(after->role)));
	if (!sdk_eq(before->state, after->state))
		audit_note(apply, by, sdk_eqz(after->state, USER_DISABLED) ? AUDIT_USER_DISABLED : AUDIT_USER_ENABLED,
			   before->ref, ENT_ABSENT);
	if (!sdk_eq(before->name, after->name) || !sdk_eq(before->language, after->language) ||
	    !sdk_eq(before->time_zone, after->time_zone) || before->shows_seen != after->shows_seen)
		audit_note(apply, by, AUDIT_USER_CHANGED, before->ref, ENT_ABSENT);
}

static void run_user_change(struct apply *apply, struct job *job)
{
	const struct user_change *change = job->user;
	struct user before, after;
	struct erasure erased;

	if (!users_find(apply->db, apply->arena, change->user.ref, &before)) {
		job_refuse(job, JOB_NOT_FOUND, "ask.no_user", "there is no person {ref=%.*s} who may come in",
			   ENT_F(change->user.ref));
		return;
	}
	if (erase_find(apply->db, before.ref, &erased)) {
		job_refuse(job, JOB_CONFLICT, "ask.user_erased",
			   "this person was erased and does not come back; add somebody new: entente user add");
		return;
	}
	after = before;
	if (change->has & USER_HAS_ROLE)
		after.role = change->user.role;
	if (change->has & USER_HAS_NAME)
		after.name = change->user.name;
	if (change->has & USER_HAS_LANGUAGE)
		after.language = change->user.language;
	if (change->has & USER_HAS_ZONE)
		after.time_zone = change->user.time_zone;
	if (change->has & USER_HAS_SEEN)
		after.shows_seen = change->user.shows_seen;
	if ((change->has & USER_HAS_STATE) && sdk_eqz(change->user.state, USER_DISABLED))
		after.state = ENT_STR(USER_DISABLED);
	else if ((change->has & USER_HAS_STATE) && sdk_eqz(before.state, USER_DISABLED))
		after.state = users_state_again(apply->db, before.ref);
	if (!may_change(apply, job, &before, &after))
		return;
	users_save(apply->db, &after);
	if (sdk_eqz(after.state, USER_DISABLED))
		users_end(apply->db, before.ref);
	if (sdk_eqz(after.state, USER_DISABLED))
		jobs_work_give_back(apply, before.ref, &job->ask.by);
	note_user(apply, job, &before, &after);
	job->outcome = JOB_ACCEPTED;
}

static void run_refused(struct apply *apply, struct job *job)
{
	audit_note(apply, &job->ask.by, AUDIT_REFUSED, job->ask.text, sdk_str(role_word(job->ask.by.role)));
	job->outcome = JOB_ACCEPTED;
}

const struct job_row jobs_people[] = {
    {JOB_TOKEN_ADD, "token_add", run_token_add, false}, {JOB_TOKEN_REMOVE, "token_remove", run_token_remove, false},
    {JOB_USER_ADD, "user_add", run_user_add, false},    {JOB_USER_CHANGE, "user_change", run_user_change, false},
    {JOB_REFUSED, "refused", run_refused, false},       {.run = NULL},
};
