/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_follow.h"

#include "sdk/webhook.h"
#include "store/asker.h"

static void save_follow(struct apply *apply, const struct ask *ask, int64_t incident)
{
	struct db_stmt *stmt = db_use(
	    apply->db, "INSERT INTO follow (account, incident, state, since_ms) VALUES ($1, $2, $3, $4) ON CONFLICT "
		       "(account, incident) DO UPDATE SET since_ms = CASE follow.state WHEN excluded.state THEN "
		       "follow.since_ms ELSE excluded.since_ms END, state = excluded.state");

	db_bind_str(stmt, 1, ask->by.ref);
	db_bind_int(stmt, 2, incident);
	db_bind_str(stmt, 3, ask->text);
	db_bind_int(stmt, 4, apply->now_ms);
	(void)db_row(stmt);
}

static void end_follow(struct apply *apply, const struct ask *ask, int64_t incident)
{
	struct db_stmt *stmt = db_use(apply->db, "DELETE FROM follow WHERE account = $1 AND incident = $2");

	db_bind_str(stmt, 1, ask->by.ref);
	db_bind_int(stmt, 2, incident);
	(void)db_row(stmt);
}

static void run_follow(struct apply *apply, struct job *job)
{
	char number[INCIDENT_NUMBER_SIZE];
	struct situation at;
	struct dossier *dossier = apply_open(apply, job->ask.incident, &at);

	if (!dossier || !asker_takes_part(dossier, &job->ask.by)) {
		job_refuse(job, JOB_NOT_FOUND, "ask.no_incident", "there is no incident {incident=%.*s}",
			   ENT_F(incident_number(job->ask.incident, number)));
		return;
	}
	if (!asker_is_person(job))
		return;
	if (job->ask.text.n)
		save_follow(apply, &job->ask, dossier->incident.number);
	else
		end_follow(apply, &job->ask, dossier->incident.number);
	job->outcome = JOB_ACCEPTED;
}

static void run_notified_read(struct apply *apply, struct job *job)
{
	struct db_stmt *stmt = db_use(
	    apply->db, "INSERT INTO notified_read (account, upto_ms) VALUES ($1, $2) ON CONFLICT (account) DO UPDATE "
		       "SET upto_ms = excluded.upto_ms");

	if (!asker_is_person(job))
		return;
	db_bind_str(stmt, 1, job->ask.by.ref);
	db_bind_int(stmt, 2, apply->now_ms);
	(void)db_row(stmt);
	job->outcome = JOB_ACCEPTED;
}

const struct job_row jobs_follow[] = {
    {JOB_NOTIFIED_READ, "notified_read", run_notified_read, false},
    {JOB_FOLLOW, "follow", run_follow, false},
    {.run = NULL},
};
