/* SPDX-License-Identifier: Apache-2.0 */
#include "store/uploads.h"

#include "sdk/webhook.h"

#include <stdio.h>

enum { EXPIRE_MAX = 100 };

static const char *const state_words[] = {
#define X(id, word) [id] = word,
    UPLOAD_STATES(X)
#undef X
};

const char *upload_state_word(enum upload_state state)
{
	return state_words[state];
}

static enum upload_state state_of_word(struct ent_str word)
{
	for (enum upload_state state = 0; state < UPLOAD_STATE_N; state++)
		if (sdk_eqz(word, state_words[state]))
			return state;
	return UPLOAD_CHECKING; /* nobody gets it */
}

void upload_save(struct db *db, const struct upload_row *row)
{
	struct db_stmt *stmt = db_use(
	    db, "INSERT INTO upload (id, incident, asker, name, media_type, size, sha256, state, made_ms, "
		"tried_ms, tries) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0) ON CONFLICT (id) DO NOTHING");

	db_bind_str(stmt, 1, sdk_str(row->id));
	db_bind_int(stmt, 2, row->incident);
	db_bind_str(stmt, 3, row->asker);
	db_bind_str(stmt, 4, row->name);
	db_bind_str(stmt, 5, row->media_type);
	db_bind_int(stmt, 6, row->size);
	db_bind_str(stmt, 7, sdk_str(row->sha256));
	db_bind_str(stmt, 8, sdk_str(state_words[row->state]));
	db_bind_int(stmt, 9, row->made_ms);
	(void)db_row(stmt);
}

bool upload_load(struct db *db, struct ent_arena *arena, struct ent_str id, struct upload_row *ret)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT incident, asker, name, media_type, size, sha256, state, made_ms, tries "
		       "FROM upload WHERE id = $1");

	db_bind_str(stmt, 1, id);
	bool found = db_row(stmt);
	if (found) {
		*ret = (struct upload_row){.incident = db_int(stmt, 0),
					   .asker = sdk_dup(arena, db_str(stmt, 1)),
					   .name = sdk_dup(arena, db_str(stmt, 2)),
					   .media_type = sdk_dup(arena, db_str(stmt, 3)),
					   .size = db_int(stmt, 4),
					   .state = state_of_word(db_str(stmt, 6)),
					   .made_ms = db_int(stmt, 7),
					   .tries = db_int(stmt, 8)};
		snprintf(ret->id, sizeof ret->id, "%.*s", ENT_F(id));
		snprintf(ret->sha256, sizeof ret->sha256, "%.*s", ENT_F(db_str(stmt, 5)));
	}
	db_done(stmt);
	return found;
}

int64_t upload_sum(struct db *db, struct ent_str asker, int64_t *ret_bytes)
{
	struct db_stmt *stmt = db_use(db, "SELECT count(*), coalesce(sum(size), 0) FROM upload WHERE asker = $1");
	int64_t n = 0;

	*ret_bytes = 0;
	db_bind_str(stmt, 1, asker);
	if (db_row(stmt)) {
		n = db_int(stmt, 0);
		*ret_bytes = db_int(stmt, 1);
	}
	db_done(stmt);
	return n;
}

static void run_with(struct db *db, const char *sql, struct ent_str text)
{
	struct db_stmt *stmt = db_use(db, sql);

	db_bind_str(stmt, 1, text);
	(void)db_row(stmt);
}

void upload_loosen(struct db *db, struct ent_str sha256)
{
	run_with(db, "INSERT INTO loose (sha256) VALUES ($1) ON CONFLICT (sha256) DO NOTHING", sha256);
}

void upload_drop(struct db *db, struct ent_str id)
{
	run_with(db,
		 "INSERT INTO loose (sha256) SELECT sha256 FROM upload WHERE id = $1 ON CONFLICT (sha256) DO NOTHING",
		 id);
	run_with(db, "DELETE FROM upload WHERE id = $1", id);
}

void upload_judge(struct db *db, struct ent_str id, enum upload_state state, int64_t now_ms)
{
	struct db_stmt *stmt =
	    db_use(db, "UPDATE upload SET state = $2, tried_ms = $3, tries = tries + 1 WHERE id = $1 "
		       "AND state = 'checking'");

	db_bind_str(stmt, 1, id);
	db_bind_str(stmt, 2, sdk_str(state_words[state]));
	db_bind_int(stmt, 3, now_ms);
	(void)db_row(stmt);
}

void upload_expire(struct db *db, int64_t before_ms)
{
	char id[EXPIRE_MAX][ID_SIZE];
	struct db_stmt *stmt = db_use(db, "SELECT id FROM upload WHERE made_ms < $1 ORDER BY made_ms LIMIT $2");
	int n = 0;

	db_bind_int(stmt, 1, before_ms);
	db_bind_int(stmt, 2, EXPIRE_MAX);
	while (n < EXPIRE_MAX && db_row(stmt))
		snprintf(id[n++], ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
	db_done(stmt);
	while (n > 0)
		upload_drop(db, sdk_str(id[--n]));
}

bool upload_names(struct db *db, const char *sha256)
{
	struct db_stmt *stmt =
	    db_use(db, "SELECT 1 WHERE EXISTS (SELECT 1 FROM attachment WHERE sha256 = $1 AND sha256 <> '') OR EXISTS "
		       "(SELECT 1 FROM upload WHERE sha256 = $1)");

	db_bind_str(stmt, 1, sdk_str(sha256));
	return db_found(stmt);
}

static void run_each(struct db *db, const char *sql, const char (*hash)[FILES_HASH_SIZE], size_t n)
{
	for (size_t i = 0; i < n; i++)
		run_with(db, sql, sdk_str(hash[i]));
}

void uploads_note(struct db *db, const struct uploads_kept *kept)
{
	run_each(db, "DELETE FROM loose WHERE sha256 = $1", kept->gone, kept->n_gone);
	run_each(db, "UPDATE attachment SET missing = 1 WHERE sha256 = $1", kept->missing, kept->n_missing);
	run_each(db, "UPDATE attachment SET missing = 0 WHERE sha256 = $1", kept->found, kept->n_found);
	run_each(db, "INSERT INTO loose (sha256) VALUES ($1) ON CONFLICT (sha256) DO NOTHING", kept->loose,
		 kept->n_loose);
}

/* ---- with their comment -------------------------------------------------------------------------- */

void uploads_follow(struct db *db, const struct comment *comment)
{
	struct db_stmt *stmt = db_use(db, "UPDATE attachment SET organisations = $2, everyone = $3, requester = $4 "
					  "WHERE comment = $1 AND sha256 <> ''");

	db_bind_str(stmt, 1, sdk_str(comment->uuid));
	db_bind_str(stmt, 2, sdk_or_empty(comment->audience.organisations));
	db_bind_int(stmt, 3, comment->audience.everyone);
	db_bind_int(stmt, 4, comment->audience.requester);
	(void)db_row(stmt);
}

/* Nobody else has read it: it is its writer's again, to be written anew. A machine's goes. */
static void stage_again(struct db *db, const struct event *event)
{
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO upload (id, incident, asker, name, media_type, size, sha256, state, made_ms, "
		       "tried_ms, tries, origin) SELECT external_id, incident, $2, name, media_type, size, sha256, "
		       "'kept', $3, 0, 0, coalesce((SELECT origin FROM comment WHERE uuid = $1), 0) FROM attachment "
		       "WHERE comment = $1 AND sha256 <> '' ON CONFLICT (id) DO NOTHING");

	db_bind_str(stmt, 1, sdk_str(event->comment.uuid));
	db_bind_str(stmt, 2, event->comment.author.ref);
	db_bind_int(stmt, 3, event->recorded_ms);
	(void)db_row(stmt);
}

static void remove_with(struct db *db, const struct event *event)
{
	const struct ent_str uuid = sdk_str(event->comment.uuid);

	if (event->is_undone && event->comment.author.ref.n && !event->comment.author.is_machine)
		stage_again(db, event);
	run_with(
	    db,
	    "INSERT INTO loose (sha256) SELECT DISTINCT sha256 FROM attachment WHERE comment = $1 AND sha256 <> '' "
	    "ON CONFLICT (sha256) DO NOTHING",
	    uuid);
	run_with(db, "DELETE FROM attachment WHERE comment = $1 AND sha256 <> ''", uuid);
}

void uploads_fold(struct db *db, const struct event *event)
{
	if (!event->comment.uuid[0] && event->kind != EVENT_ATTACHMENT_ADDED)
		return;
	if (event->kind == EVENT_ATTACHMENT_ADDED && event->beside.sha256[0])
		run_with(db, "DELETE FROM upload WHERE id = $1", event->attachment.id);
	else if (event->kind == EVENT_COMMENT_EDITED || event->kind == EVENT_COMMENT_PUBLISHED)
		uploads_follow(db, &event->comment);
	else if (event->kind == EVENT_COMMENT_REMOVED)
		remove_with(db, event);
}
