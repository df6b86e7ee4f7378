/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_upload.h"

#include "core/decide_own.h"
#include "store/asker.h"

#include <string.h>

/* ---- one that arrived --------------------------------------------------------------------------- */

/* The incident that the job's went into, where it was merged meanwhile. 0: refused. */
static int64_t uploader_incident(struct apply *apply, struct job *job)
{
	char number[INCIDENT_NUMBER_SIZE];
	struct situation at;
	struct dossier *dossier = apply_open(apply, job->ask.incident, &at);

	if (dossier && asker_takes_part(dossier, &job->ask.by))
		return dossier->incident.number;
	job_refuse(job, JOB_NOT_FOUND, "ask.no_incident", "there is no incident {incident=%.*s}",
		   ENT_F(incident_number(job->ask.incident, number)));
	return 0;
}

static bool uploader_has_room(struct apply *apply, struct job *job)
{
	int64_t bytes, n = upload_sum(apply->db, reader_key(&job->ask.by), &bytes);
	const int64_t most = job->ask.staged_max;

	if (n < UPLOADS_STAGED_MAX && bytes + job->upload->size <= most)
		return true;
	job_refuse(
	    job, JOB_CONFLICT, "upload.staged_full",
	    "you have {n=%lld} files with {bytes=%lld} bytes that no comment carries; the most is {most=%d} files and "
	    "{most_bytes=%lld} bytes (attachments.staged_max). Write the comment that they are for, or remove one",
	    (long long)n, (long long)bytes, UPLOADS_STAGED_MAX, (long long)most);
	return false;
}

static void run_upload(struct apply *apply, struct job *job)
{
	const int64_t incident = uploader_incident(apply, job);
	struct upload_row row = *job->upload, known;

	if (!incident)
		return;
	if (upload_load(apply->db, apply->arena, sdk_str(job->ask.comment_uuid), &known)) {
		job_refuse(job, JOB_CONFLICT, "upload.id_taken", "another file has this id");
		return;
	}
	if (!uploader_has_room(apply, job))
		return;
	memcpy(row.id, job->ask.comment_uuid, ID_SIZE);
	row.incident = incident;
	row.asker = reader_key(&job->ask.by);
	row.made_ms = apply->now_ms;
	upload_save(apply->db, &row);
	job->outcome = JOB_ACCEPTED;
}

static void run_upload_drop(struct apply *apply, struct job *job)
{
	const struct ent_str id = sdk_str(job->ask.comment_uuid);
	const int64_t incident = uploader_incident(apply, job);
	struct upload_row row;

	if (!incident)
		return;
	if (!upload_load(apply->db, apply->arena, id, &row) || row.incident != incident ||
	    !sdk_eq(row.asker, reader_key(&job->ask.by))) {
		job_refuse(job, JOB_NOT_FOUND, "upload.none", "there is no such file here");
		return;
	}
	upload_drop(apply->db, id);
	job->outcome = JOB_ACCEPTED;
}

/* ---- by the keeper ------------------------------------------------------------------------------- */

static void run_upload_judged(struct apply *apply, struct job *job)
{
	upload_judge(apply->db, sdk_str(job->ask.comment_uuid), job->upload->state, apply->now_ms);
	job->outcome = JOB_ACCEPTED;
}

static void run_uploads_kept(struct apply *apply, struct job *job)
{
	uploads_note(apply->db, job->kept);
	upload_expire(apply->db, apply->now_ms - UPLOAD_STAYS_MS);
	job->outcome = JOB_ACCEPTED;
}

/* ---- with a comment ------------------------------------------------------------------------------- */

/* An upload that is not the asker's is not there: nobody learns of others' files. */
static bool uploader_may_name(struct apply *apply, struct job *job, int64_t incident, struct ent_str id)
{
	struct upload_row row;

	if (!upload_load(apply->db, apply->arena, id, &row) || row.incident != incident ||
	    !sdk_eq(row.asker, reader_key(&job->ask.by)))
		job_refuse(
		    job, JOB_CONTENT, "upload.not_yours",
		    "you have no file {id=%.*s} in this incident that no comment carries yet; upload it, and name "
		    "the \"id\" of the answer within a day",
		    ENT_F(id));
	else if (row.state == UPLOAD_CHECKING)
		job_refuse(job, JOB_CONFLICT, "upload.checking",
			   "the file {id=%.*s} has not been checked yet; try again in a moment", ENT_F(id));
	else if (row.state == UPLOAD_REFUSED)
		job_refuse(job, JOB_CONFLICT, "upload.refused",
			   "the check of files refused {id=%.*s}: it cannot be sent; remove it", ENT_F(id));
	else
		return true;
	return false;
}

bool upload_may_go(struct apply *apply, struct job *job, int64_t incident)
{
	for (size_t i = 0; i < job->ask.n_attachment; i++)
		if (!uploader_may_name(apply, job, incident, job->ask.attachment[i]))
			return false;
	return true;
}

void upload_attach(struct apply *apply, const struct job *job, const struct situation *at,
		   const struct comment *comment, struct events *events)
{
	struct upload_row row;

	for (size_t i = 0; i < job->ask.n_attachment; i++) {
		if (!upload_load(apply->db, apply->arena, job->ask.attachment[i], &row))
			continue;
		const struct ent_attachment attachment = {sdk_dup(apply->arena, sdk_str(row.id)), row.name,
							  row.media_type, ENT_ABSENT, row.size};
		decide_own_attached(at, comment, &attachment, row.sha256, events);
	}
}

const struct job_row jobs_upload[] = {
    {JOB_UPLOAD, "upload", run_upload, true},
    {JOB_UPLOAD_DROP, "upload_drop", run_upload_drop, false},
    {JOB_UPLOAD_JUDGED, "upload_judged", run_upload_judged, false},
    {JOB_UPLOADS_KEPT, "uploads_kept", run_uploads_kept, false},
    {.run = NULL},
};
