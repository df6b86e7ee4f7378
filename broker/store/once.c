/* SPDX-License-Identifier: Apache-2.0 */
#include "store/once.h"

#include "sdk/webhook.h"
#include "store/rows.h"

#include <stdio.h>
#include <string.h>

enum { DAY_MS = 24 * 3600 * 1000 };

/* Its answer holds a secret, which no table has: nobody can tell it again. */
static bool is_told_once(const struct job *job)
{
	return job->kind == JOB_TOKEN_ADD || job->kind == JOB_INVITE;
}

static void become_first(struct apply *apply, struct job *job, struct db_stmt *stmt)
{
	struct ask *ask = &job->ask;

	if (is_told_once(job)) {
		job_refuse(job, JOB_CONFLICT, "ask.told_once",
			   "this was made before with this Idempotency-Key, and its secret is told once; if it was "
			   "lost, remove the token and make another one, or invite again, with a new key");
		return;
	}
	snprintf(ask->comment_uuid, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 1)));
	snprintf(ask->incident_uuid, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 2)));
	ask->ret_count = db_int(stmt, 3);
	if (!ask->incident)
		ask->incident = incident_by_uuid(apply->db, sdk_str(ask->incident_uuid));
	memcpy(apply->incident_uuid, ask->incident_uuid, ID_SIZE);
	job->outcome = JOB_REPEATED;
}

bool once_begin(struct apply *apply, struct job *job)
{
	const struct ent_str hash = {(const char *)job->ask.key_hash, sizeof job->ask.key_hash};
	struct db_stmt *stmt;

	if (!job->ask.key.n)
		return true;
	stmt = db_use(apply->db,
		      "SELECT hash, made, incident, count FROM once WHERE asker = $1 AND key = $2 AND made_ms > $3");
	db_bind_str(stmt, 1, reader_key(&job->ask.by));
	db_bind_str(stmt, 2, job->ask.key);
	db_bind_int(stmt, 3, apply->now_ms - DAY_MS);
	bool known = db_row(stmt);
	if (known && sdk_eq(db_str(stmt, 0), hash))
		become_first(apply, job, stmt);
	else if (known)
		job_refuse(job, JOB_CONTENT, "ask.key_taken",
			   "this Idempotency-Key stands for another request; take a new key for a new request");
	db_done(stmt);
	return !known;
}

void once_end(struct apply *apply, const struct job *job)
{
	const struct ask *ask = &job->ask;
	struct db_stmt *stmt;

	if (!ask->key.n || (job->outcome != JOB_ACCEPTED && job->outcome != JOB_REPEATED))
		return;
	stmt = db_use(apply->db, "DELETE FROM once WHERE made_ms <= $1");
	db_bind_int(stmt, 1, apply->now_ms - DAY_MS);
	(void)db_row(stmt);
	stmt = db_use(apply->db,
		      "INSERT INTO once (asker, key, hash, made_ms, made, incident, count) VALUES ($1, $2, $3, $4, "
		      "$5, $6, $7) ON CONFLICT (asker, key) DO NOTHING");
	db_bind_str(stmt, 1, reader_key(&job->ask.by));
	db_bind_str(stmt, 2, ask->key);
	db_bind_blob(stmt, 3, (struct ent_str){(const char *)ask->key_hash, sizeof ask->key_hash});
	db_bind_int(stmt, 4, apply->now_ms);
	db_bind_str(stmt, 5, sdk_str(ask->comment_uuid));
	db_bind_str(stmt, 6, sdk_str(apply->incident_uuid));
	db_bind_int(stmt, 7, ask->ret_count);
	(void)db_row(stmt);
}
