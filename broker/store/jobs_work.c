/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_work.h"

#include "core/organisation.h"
#include "core/whom.h"
#include "sdk/webhook.h"
#include "store/acts.h"
#include "store/asker.h"
#include "store/duties.h"
#include "store/follows.h"
#include "store/people.h"
#include "store/rows.h"
#include "store/users.h"

#include <string.h>

/* A job of a person about an incident that its organisation takes part in. */
struct doing {
	struct dossier *dossier;
	struct situation at;
	struct person author;
	struct ent_str organisation;
};

/* False: the job is answered. */
static bool doing_open(struct apply *apply, struct job *job, struct doing *ret)
{
	const struct reader *by = &job->ask.by;
	char number[INCIDENT_NUMBER_SIZE];

	*ret = (struct doing){.organisation = by->kind == READER_ORGANISATION ? by->organisation
									      : organisation_ours(job->suppliers)};
	ret->dossier = apply_open(apply, job->ask.incident, &ret->at);
	if (!ret->dossier || !asker_takes_part(ret->dossier, by)) {
		job_refuse(job, JOB_NOT_FOUND, "ask.no_incident", "there is no incident {incident=%.*s}",
			   ENT_F(incident_number(job->ask.incident, number)));
		return false;
	}
	if (!asker_is_person(job))
		return false;
	ret->author = people_asking(apply, by, &job->ask.author);
	return true;
}

static void doing_end(struct apply *apply, struct job *job, struct events *events)
{
	apply_events(apply, events);
	apply_save(apply);
	job->outcome = JOB_ACCEPTED;
}

/* ---- take, give back ------------------------------------------------------------------------- */

/* An ask of its own organisation that waits, and that it reads. */
static bool is_their_ask(struct apply *apply, const struct job *job, const struct doing *doing)
{
	struct comment words;
	struct act act;

	return acts_load(apply->db, apply->arena, sdk_str(job->ask.act.uuid), &act) &&
	       act.incident == doing->dossier->incident.number && act_is_ask(act.kind) && act.state == ACT_OPEN &&
	       sdk_eq(act.to, doing->organisation) &&
	       comment_by_uuid(apply->db, apply->arena, sdk_str(act.uuid), &words) &&
	       (job->ask.by.kind != READER_ORGANISATION || whom_reads(doing->dossier, &job->ask.by, &words));
}

static struct ent_str account_name(struct apply *apply, struct ent_str account)
{
	struct user user;

	return users_find(apply->db, apply->arena, account, &user) && user.name.n ? user.name : account;
}

/* Another one of its people has it. True: refused. */
static bool is_others(struct apply *apply, struct job *job, struct ent_str holder)
{
	if (!holder.n || sdk_eq(holder, job->ask.by.ref))
		return false;
	if (job->ask.accepts) {
		job_refuse(job, JOB_CONFLICT, "work.taken_already",
			   "{name=%.*s} has taken it; ask for it to be given back first: entente incident give-back",
			   ENT_F(account_name(apply, holder)));
		return true;
	}
	if (reader_may(&job->ask.by, VERB_INVITE))
		return false;
	job_refuse(job, JOB_CONFLICT, "work.taken_by_other",
		   "{name=%.*s} has taken it, and gives it back, or an administrator of your organisation does",
		   ENT_F(account_name(apply, holder)));
	return true;
}

static void run_take(struct apply *apply, struct job *job)
{
	struct events events = {.arena = apply->arena};
	struct doing doing;

	if (!doing_open(apply, job, &doing))
		return;
	if (job->ask.act.uuid[0] && !is_their_ask(apply, job, &doing)) {
		job_refuse(job, JOB_NOT_FOUND, "work.no_ask",
			   "no ask with this id waits for your organisation in the incident");
		return;
	}
	struct ent_str holder = duties_taken_by(apply->db, apply->arena, doing.dossier->incident.number,
						sdk_str(job->ask.act.uuid), doing.organisation);
	if (is_others(apply, job, holder))
		return;
	if ((holder.n > 0) == job->ask.accepts) {
		job->outcome = JOB_REPEATED;
		return;
	}
	struct event *event = events_add(&events, EVENT_INCIDENT_TAKEN, &doing.at);
	event->actor = doing.author;
	event->duty.person = holder.n ? holder : doing.author.ref;
	event->duty.organisation = doing.organisation;
	event->duty.taken = job->ask.accepts;
	memcpy(event->duty.of, job->ask.act.uuid, ID_SIZE);
	doing_end(apply, job, &events);
	if (job->ask.accepts)
		follows_begin(apply->db, job->ask.by.ref, doing.dossier->incident.number, apply->now_ms);
}

/* ---- an account that ends ----------------------------------------------------------------- */

void jobs_work_give_back(struct apply *apply, struct ent_str account, const struct reader *by)
{
	struct event one = {.kind = EVENT_INCIDENT_TAKEN};
	int64_t incident, after = 0;

	while (!db_failed(apply->db) && duties_next(apply->db, apply->arena, account, after, &incident, &one)) {
		struct events events = {.arena = apply->arena};
		struct situation at;

		if (!apply_open(apply, incident, &at) || at.incident->number != incident) {
			after = incident; /* it lives no more: the survivor has another one's */
			continue;
		}
		struct event *event = events_add(&events, EVENT_INCIDENT_TAKEN, &at);
		event->duty = one.duty;
		event->duty.person = account;
		if (by->ref.n)
			event->actor = people_of_account(apply, by->ref);
		apply_events(apply, &events);
		apply_save(apply);
	}
}

/* ---- put off ------------------------------------------------------------------------------------ */

#define SNOOZE_MAX_MS (366 * (int64_t)86400000)

static void run_snooze(struct apply *apply, struct job *job)
{
	const bool wakes = job->ask.accepts;
	const int64_t until_ms = wakes ? 0 : job->ask.since_ms;
	struct events events = {.arena = apply->arena};
	struct doing doing;

	if (!doing_open(apply, job, &doing))
		return;
	if (!wakes && (until_ms <= apply->now_ms || until_ms > apply->now_ms + SNOOZE_MAX_MS)) {
		job_refuse(job, JOB_CONTENT, "work.snooze_until", "\"until\" has to be a time within the next year");
		return;
	}
	if (wakes && !duties_is_snoozed(apply->db, doing.dossier->incident.number, doing.organisation, apply->now_ms)) {
		job->outcome = JOB_REPEATED;
		return;
	}
	struct event *event = events_add(&events, EVENT_INCIDENT_SNOOZED, &doing.at);
	event->actor = doing.author;
	event->duty.person = doing.author.ref;
	event->duty.organisation = doing.organisation;
	event->duty.until_ms = until_ms;
	doing_end(apply, job, &events);
}

const struct job_row jobs_work[] = {
    {JOB_TAKE, "take", run_take, false},
    {JOB_SNOOZE, "snooze", run_snooze, false},
    {.run = NULL},
};
