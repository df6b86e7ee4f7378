/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_private.h"

#include "sdk/webhook.h"
#include "store/audit.h"
#include "store/erase.h"
#include "store/jobs_people.h"
#include "store/jobs_work.h"
#include "store/people.h"
#include "store/users.h"

/* An account, or somebody whom a tool named; *ret_user.ref: "" of the latter. False: refused. */
static bool person_of_job(struct apply *apply, struct job *job, struct user *ret_user, struct person *ret_person)
{
	struct ent_str ref = sdk_str(job->ask.comment_uuid);
	bool known = people_load(apply->db, apply->arena, ref, ret_person);

	*ret_user = (struct user){.ref = ENT_STR("")};
	if (users_find(apply->db, apply->arena, ref, ret_user) || known)
		return true;
	job_refuse(job, JOB_NOT_FOUND, "ask.no_person", "there is no person {ref=%.*s} here", ENT_F(ref));
	return false;
}

/* The answer is read afterwards; that somebody was given it is here. */
static void run_export(struct apply *apply, struct job *job)
{
	struct person person;
	struct user user;

	if (!person_of_job(apply, job, &user, &person))
		return;
	audit_note(apply, &job->ask.by, AUDIT_PERSON_EXPORTED, sdk_str(job->ask.comment_uuid), ENT_ABSENT);
	job->outcome = JOB_ACCEPTED;
}

/* The words to look for, one a line. */
static struct ent_str erase_words_of(struct ent_arena *arena, const struct user *user, const struct person *person,
				     struct ent_str more)
{
	struct ent_str words = sdk_or_empty(person->name);

	if (sdk_or_empty(user->name).n && !sdk_eq(user->name, words))
		words = sdk_join(arena, words, "\n", user->name);
	if (sdk_or_empty(user->mail).n)
		words = sdk_join(arena, words, "\n", user->mail);
	return more.n ? sdk_join(arena, words, "\n", more) : words;
}

/* As it is with who disables somebody: not who holds more than the asker, and not the last administrator. */
static bool may_erase(struct apply *apply, struct job *job, const struct user *user)
{
	if (user->ref.n && !people_may_give(apply, job, user->role))
		return false;
	if (user->role != ROLE_ADMIN || !sdk_eqz(user->state, USER_ACTIVE) ||
	    users_have_other_admin(apply->db, user->ref))
		return true;
	job_refuse(job, JOB_CONFLICT, "ask.last_admin",
		   "this is the last administrator; make another one first: entente user change REF --role admin");
	return false;
}

static void run_erase(struct apply *apply, struct job *job)
{
	struct ent_str ref = sdk_str(job->ask.comment_uuid);
	struct erasure before;
	struct person person;
	struct user user;

	if (!person_of_job(apply, job, &user, &person) || !may_erase(apply, job, &user))
		return;
	struct ent_str words = erase_words_of(apply->arena, &user, &person, sdk_or_empty(job->ask.text));
	if (erase_find(apply->db, ref, &before) && !words.n) {
		job->outcome = JOB_REPEATED;
		return;
	}
	erase_begin(apply->db, ref, words, apply->now_ms);
	if (user.ref.n) {
		jobs_work_give_back(apply, ref, &job->ask.by);
		erase_account(apply->db, ref);
	}
	(void)people_erase(apply, ref);
	shelf_clear(apply->shelf); /* incidents there may name their requester */
	audit_note(apply, &job->ask.by, AUDIT_PERSON_ERASED, ref, ENT_ABSENT);
	*apply->erases = true;
	job->outcome = JOB_ACCEPTED;
}

const struct job_row jobs_private[] = {
    {JOB_PERSON_EXPORT, "person_export", run_export, false},
    {JOB_PERSON_ERASE, "person_erase", run_erase, false},
    {.run = NULL},
};
