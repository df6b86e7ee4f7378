/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_read.h"

#include "core/organisation.h"
#include "core/whom.h"
#include "store/asker.h"
#include "store/read_place.h"
#include "store/rows.h"
#include "store/users.h"

enum { SEEN_AT_ONCE = 200 /* as many as a page shows; what is older was scrolled past at best */ };

/* The comment that the job names, as the person sees it. False: refused, as where there is none. */
static bool read_find(struct apply *apply, struct job *job, struct dossier **ret_dossier, struct comment *ret)
{
	struct ent_str id = sdk_str(job->ask.comment_uuid);
	char number[INCIDENT_NUMBER_SIZE];
	struct situation at;

	*ret_dossier = apply_open(apply, job->ask.incident, &at);
	if (*ret_dossier && comment_by_uuid(apply->db, apply->arena, id, ret) &&
	    ret->incident == (*ret_dossier)->incident.number && whom_reads(*ret_dossier, &job->ask.by, ret))
		return true;
	job_refuse(job, JOB_NOT_FOUND, "ask.no_comment", "there is no comment {comment=%.*s} in {incident=%.*s}",
		   ENT_F(id), ENT_F(incident_number(job->ask.incident, number)));
	return false;
}

/* Somebody who only looks on, as an auditor does, is nobody from whom an answer comes. */
static bool seen_counts(struct apply *apply, const struct reader *by)
{
	struct user user;

	return users_find(apply->db, apply->arena, by->ref, &user) && user.shows_seen &&
	       (role_verbs(user.role) & VERB_WRITE);
}

/* The person's organisation has seen all that the place passes now, as far as it may read that. */
static void read_see(struct apply *apply, const struct job *job, struct dossier *dossier, struct ent_str organisation,
		     struct read_place to)
{
	char uuid[SEEN_AT_ONCE][ID_SIZE];
	size_t n = read_place_passed(apply->db, job->ask.by.ref, organisation, dossier->incident.number, to, uuid,
				     SEEN_AT_ONCE);
	struct comment row;

	for (size_t i = 0; i < n; i++)
		if (comment_by_uuid(apply->db, apply->arena, sdk_str(uuid[i]), &row) &&
		    whom_reads(dossier, &job->ask.by, &row))
			read_place_see(apply->db, sdk_str(uuid[i]), organisation, apply->now_ms);
}

static void run_read(struct apply *apply, struct job *job)
{
	const struct reader *by = &job->ask.by;
	const struct ent_str organisation = reader_is_ours(by) ? organisation_ours(apply->suppliers) : by->organisation;
	struct dossier *dossier;
	struct comment comment;

	if (!asker_is_person(job) || !read_find(apply, job, &dossier, &comment))
		return;
	const int64_t incident = dossier->incident.number;
	const struct read_place to = read_place_of(apply->db, incident, comment.id, comment.recorded_ms, apply->now_ms);
	if (seen_counts(apply, by))
		read_see(apply, job, dossier, organisation, to);
	job->outcome = read_place_move(apply->db, by->ref, incident, to) ? JOB_ACCEPTED : JOB_REPEATED;
}

const struct job_row jobs_read[] = {
    {JOB_READ, "read", run_read, false},
    {.run = NULL},
};
