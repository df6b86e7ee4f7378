/* SPDX-License-Identifier: Apache-2.0 */
#include "store/audit.h"

#include "sdk/crypto.h"
#include "sdk/webhook.h"
#include "store/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct audit_row {
	int64_t id, at_ms;
	struct ent_str act, by, subject, detail;
};

static const char *const act_words[AUDIT_N] = {[AUDIT_NONE] = "",
#define X(id, word) [AUDIT_##id] = word,
					       AUDIT_TABLE(X)
#undef X
};

const char *audit_word(enum audit_act act)
{
	return act < AUDIT_N ? act_words[act] : "";
}

/* Each field with its length before it: "ab" "c" is not "a" "bc". */
static void digest_field(struct sdk_digest *digest, struct ent_str field)
{
	char length[24];
	int n = snprintf(length, sizeof length, "%zu:", field.n);

	sdk_digest_add(digest, length, (size_t)n);
	if (field.n)
		sdk_digest_add(digest, field.p, field.n);
}

static void digest_number(struct sdk_digest *digest, int64_t number)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%" PRId64, number);

	digest_field(digest, (struct ent_str){text, (size_t)n});
}

static void row_hash(const unsigned char before[AUDIT_HASH_SIZE], const struct audit_row *row,
		     unsigned char ret[AUDIT_HASH_SIZE])
{
	struct sdk_digest digest;

	sdk_digest_init(&digest);
	sdk_digest_add(&digest, before, AUDIT_HASH_SIZE);
	digest_number(&digest, row->id);
	digest_number(&digest, row->at_ms);
	digest_field(&digest, row->act);
	digest_field(&digest, row->by);
	digest_field(&digest, row->subject);
	digest_field(&digest, row->detail);
	sdk_digest_end(&digest, ret);
}

void audit_note(struct apply *apply, const struct reader *by, enum audit_act act, struct ent_str subject,
		struct ent_str detail)
{
	struct audit_head *head = &apply->ledger->audit;
	const struct audit_row row = {.id = head->id + 1,
				      .at_ms = apply->now_ms,
				      .act = sdk_str(audit_word(act)),
				      .by = sdk_or_empty(by->ref.n ? by->ref : by->token),
				      .subject = sdk_or_empty(subject),
				      .detail = sdk_or_empty(detail)};
	struct db_stmt *stmt = db_use(apply->db, "INSERT INTO audit (id, at_ms, act, by_ref, subject, detail, hash) "
						 "VALUES ($1, $2, $3, $4, $5, $6, $7)");
	unsigned char hash[AUDIT_HASH_SIZE];

	row_hash(head->hash, &row, hash);
	db_bind_int(stmt, 1, row.id);
	db_bind_int(stmt, 2, row.at_ms);
	db_bind_str(stmt, 3, row.act);
	db_bind_str(stmt, 4, row.by);
	db_bind_str(stmt, 5, row.subject);
	db_bind_str(stmt, 6, row.detail);
	db_bind_blob(stmt, 7, (struct ent_str){(const char *)hash, sizeof hash});
	(void)db_row(stmt);
	head->id = row.id;
	memcpy(head->hash, hash, sizeof hash);
}

/* ---- jobs that the log tells ------------------------------------------------------------- */

static enum audit_act act_of_delivery(enum delivery_action action)
{
	switch (action) {
	case DELIVERY_RETRY:
		return AUDIT_DELIVERY_RETRIED;
	case DELIVERY_EDIT:
		return AUDIT_DELIVERY_EDITED;
	case DELIVERY_IGNORE:
		return AUDIT_DELIVERY_IGNORED;
	}
	return AUDIT_NONE;
}

/* Those that need more than their kind to be told note themselves. */
static enum audit_act act_of_job(const struct job *job)
{
	switch ((int)job->kind) {
	case JOB_SHARE:
		return AUDIT_SHARED;
	case JOB_UNSHARE:
		return AUDIT_UNSHARED;
	case JOB_COMMENT_WIDEN:
		return AUDIT_COMMENT_WIDENED;
	case JOB_JOIN_ACCEPT:
		return AUDIT_JOIN_ACCEPTED;
	case JOB_JOIN_REFUSE:
		return AUDIT_JOIN_REFUSED;
	case JOB_REPLAY:
		return AUDIT_LETTER_REPLAYED;
	case JOB_DEAD_IGNORE:
		return AUDIT_LETTER_IGNORED;
	case JOB_DELIVERY_ACT:
		return act_of_delivery(job->ask.action);
	case JOB_REPAIR:
		return AUDIT_REPAIRED;
	case JOB_MAP_PUBLISH:
	case JOB_MAP_ROLL_BACK:
		return AUDIT_MAP_CHANGED;
	default:
		return AUDIT_NONE;
	}
}

/* A right was missing, or the thing is another person's. */
static bool is_right_missing(const struct job *job)
{
	return job->outcome == JOB_DENIED ||
	       (job->outcome == JOB_CONFLICT && strcmp(job->err.code, "ask.comment_of_other") == 0);
}

/* The code of the sentence says why; its words may hold what somebody wrote. */
static void note_refusal(struct apply *apply, const struct job *job, const char *name)
{
	const char *of = job->ask.comment_uuid[0] ? job->ask.comment_uuid : apply->incident_uuid;

	audit_note(
	    apply, &job->ask.by, AUDIT_REFUSED, sdk_str(name),
	    sdk_format(apply->arena, "%s %s%s%s", role_word(job->ask.by.role), job->err.code, *of ? " " : "", of));
}

void audit_job(struct apply *apply, const struct job *job, const char *name)
{
	enum audit_act act = job->ask.by.kind != READER_NOBODY ? act_of_job(job) : AUDIT_NONE;
	struct ent_str subject = sdk_str(apply->incident_uuid), detail = sdk_or_empty(job->ask.supplier);
	int64_t id = job->dead_letter ? job->dead_letter : job->ask.id;

	if (job->ask.by.kind != READER_NOBODY && is_right_missing(job))
		note_refusal(apply, job, name);
	if (act == AUDIT_NONE || job->outcome != JOB_ACCEPTED)
		return;
	if (act == AUDIT_COMMENT_WIDENED) {
		audit_note(apply, &job->ask.by, act, sdk_str(job->ask.comment_uuid), subject);
		return;
	}
	if (!subject.n || act == AUDIT_LETTER_REPLAYED)
		subject = id ? sdk_int(apply->arena, id) : detail;
	else if (id)
		detail = sdk_int(apply->arena, id);
	audit_note(apply, &job->ask.by, act, subject, detail);
}

/* ---- the chain ----------------------------------------------------------------------------- */

void audit_head(struct db *db, struct audit_head *ret)
{
	struct db_stmt *stmt = db_use(db, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1");

	*ret = (struct audit_head){0};
	if (db_row(stmt) && db_str(stmt, 1).n == AUDIT_HASH_SIZE) {
		ret->id = db_int(stmt, 0);
		memcpy(ret->hash, db_str(stmt, 1).p, AUDIT_HASH_SIZE);
	}
	db_done(stmt);
}

int64_t audit_head_number(const struct audit_head *head)
{
	int64_t number = 0;

	for (size_t i = 0; i < 6; i++)
		number = number << 8 | head->hash[i];
	return number;
}

static bool is_kept_hash(const struct audit_head *head, struct ent_str wanted)
{
	char hex[2 * AUDIT_HASH_SIZE + 1];

	for (size_t i = 0; i < AUDIT_HASH_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", head->hash[i]);
	return wanted.n >= 12 && wanted.n <= sizeof hex - 1 && memcmp(hex, wanted.p, wanted.n) == 0;
}

enum ent_rc audit_verify(struct db *db, const struct audit_head *from, int64_t most, struct ent_str wanted,
			 struct audit_found *ret, struct ent_err *err)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT id, at_ms, act, by_ref, subject, detail, hash FROM audit WHERE id > $1 "
		       "ORDER BY id LIMIT $2");
	unsigned char hash[AUDIT_HASH_SIZE];
	int64_t n = 0;

	*ret = (struct audit_found){.head = *from, .has_wanted = from->id > 0 && is_kept_hash(from, wanted)};
	db_bind_int(stmt, 1, from->id);
	db_bind_int(stmt, 2, most + 1);
	while (db_row(stmt)) {
		const struct audit_row row = {db_int(stmt, 0), db_int(stmt, 1), db_str(stmt, 2),
					      db_str(stmt, 3), db_str(stmt, 4), db_str(stmt, 5)};
		struct ent_str stored = db_str(stmt, 6);

		if (++n > most) {
			ret->more = true;
			break;
		}
		row_hash(ret->head.hash, &row, hash);
		if (stored.n != sizeof hash || memcmp(stored.p, hash, sizeof hash) != 0) {
			ret->broken = row.id;
			break;
		}
		ret->head.id = row.id;
		memcpy(ret->head.hash, hash, sizeof hash);
		ret->has_wanted |= is_kept_hash(&ret->head, wanted);
	}
	db_done(stmt);
	return db_failed(db) ? sdk_fail_as(err, ENT_ERETRY, "store.error", "{said=%s}", db_error(db)) : ENT_OK;
}
