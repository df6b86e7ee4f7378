/* SPDX-License-Identifier: Apache-2.0 */
#include "store/keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEP_MS = 3600 * 1000, AGAIN_MS = 10000, AGAIN_MAX = 30 };

struct hashes {
	char at[KEEPER_HASHES_MAX][FILES_HASH_SIZE];
	size_t n;
};

struct keeper {
	struct sdk_arena arena;
	struct ent_str folder;
	struct files *files;
	struct db *db;
	int64_t sweep_ms; /* when the next sweep is due */
	struct hashes gone, missing, found, loose;
};

static void hash_add(struct hashes *list, struct ent_str hash)
{
	if (list->n < KEEPER_HASHES_MAX && hash.n == FILES_HASH_SIZE - 1)
		snprintf(list->at[list->n++], FILES_HASH_SIZE, "%.*s", ENT_F(hash));
}

/* ---- files and rows ------------------------------------------------------------------------------- */

static bool row_names(void *of, const char *hash)
{
	struct keeper *keeper = of;

	return upload_names(keeper->db, hash) || db_failed(keeper->db); /* any doubt: it stays */
}

static void loose_remove(struct keeper *keeper)
{
	struct db_stmt *stmt = db_use(keeper->db, "SELECT sha256 FROM loose LIMIT $1");
	struct hashes loose = {.n = 0};

	db_bind_int(stmt, 1, KEEPER_HASHES_MAX);
	while (db_row(stmt))
		hash_add(&loose, db_str(stmt, 0));
	db_done(stmt);
	for (size_t i = 0; i < loose.n; i++)
		if (files_remove(keeper->files, loose.at[i], row_names, keeper))
			hash_add(&keeper->gone, sdk_str(loose.at[i]));
}

static bool file_is_there(struct ent_str folder, struct ent_str hash)
{
	char name[FILES_HASH_SIZE];

	snprintf(name, sizeof name, "%.*s", ENT_F(hash));
	return files_has(folder, name);
}

static void rows_sweep(struct keeper *keeper)
{
	struct db_stmt *stmt = db_use(keeper->db, "SELECT DISTINCT sha256, missing FROM attachment WHERE sha256 <> ''");

	while (db_row(stmt)) {
		bool is_there = file_is_there(keeper->folder, db_str(stmt, 0));
		if (is_there == (db_int(stmt, 1) != 0))
			hash_add(is_there ? &keeper->found : &keeper->missing, db_str(stmt, 0));
	}
}

static bool file_sweep(void *of, const char *hash, struct ent_str path)
{
	struct keeper *keeper = of;

	(void)path;
	if (hash[0] && !upload_names(keeper->db, hash))
		hash_add(&keeper->loose, sdk_str(hash)); /* it may just be arriving: files_remove() asks again */
	return keeper->loose.n < KEEPER_HASHES_MAX;
}

static bool has_old(struct keeper *keeper, int64_t now_ms)
{
	struct db_stmt *stmt = db_use(keeper->db, "SELECT 1 FROM upload WHERE made_ms < $1 LIMIT 1");

	db_bind_int(stmt, 1, now_ms - UPLOAD_STAYS_MS);
	return db_found(stmt);
}

bool keeper_look(struct keeper *keeper, int64_t now_ms, int64_t mono_ms, struct uploads_kept *ret)
{
	keeper->gone.n = keeper->missing.n = keeper->found.n = keeper->loose.n = 0;
	loose_remove(keeper);
	if (mono_ms >= keeper->sweep_ms) {
		rows_sweep(keeper);
		files_each(keeper->folder, file_sweep, keeper);
		bool is_full = keeper->missing.n == KEEPER_HASHES_MAX || keeper->found.n == KEEPER_HASHES_MAX ||
			       keeper->loose.n == KEEPER_HASHES_MAX;
		keeper->sweep_ms = is_full ? mono_ms : mono_ms + SWEEP_MS;
	}
	*ret = (struct uploads_kept){keeper->gone.at,  keeper->gone.n,  keeper->missing.at, keeper->missing.n,
				     keeper->found.at, keeper->found.n, keeper->loose.at,   keeper->loose.n};
	return ret->n_gone || ret->n_missing || ret->n_found || ret->n_loose || has_old(keeper, now_ms);
}

bool keeper_unchecked(struct keeper *keeper, int64_t now_ms, struct keeper_upload *ret)
{
	struct db_stmt *stmt = db_use(
	    keeper->db, "SELECT id, sha256, tries FROM upload WHERE state = 'checking' AND tried_ms + (CASE WHEN "
			"tries > $2 THEN $2 ELSE tries END) * $3 <= $1 ORDER BY tried_ms, id LIMIT 1");

	db_bind_int(stmt, 1, now_ms);
	db_bind_int(stmt, 2, AGAIN_MAX);
	db_bind_int(stmt, 3, AGAIN_MS);
	bool found = db_row(stmt);
	if (found) {
		snprintf(ret->id, sizeof ret->id, "%.*s", ENT_F(db_str(stmt, 0)));
		snprintf(ret->hash, sizeof ret->hash, "%.*s", ENT_F(db_str(stmt, 1)));
		ret->tries = db_int(stmt, 2);
	}
	db_done(stmt);
	return found;
}

enum ent_rc keeper_open(struct ent_str store_path, struct ent_str folder, struct files *files, struct keeper **ret,
			struct ent_err *err)
{
	struct keeper *keeper = sdk_xalloc(sizeof *keeper);
	struct store_meta meta;
	enum ent_rc rc;

	memset(keeper, 0, sizeof *keeper);
	sdk_arena_init(&keeper->arena);
	keeper->folder = sdk_dup(&keeper->arena.abi, folder);
	keeper->files = files;
	rc = store_open_read(sdk_z(&keeper->arena.abi, store_path), NULL, &keeper->db, &meta, err);
	if (rc == ENT_OK)
		*ret = keeper;
	else
		keeper_close(keeper);
	return rc;
}

void keeper_close(struct keeper *keeper)
{
	if (!keeper)
		return;
	db_close(keeper->db);
	sdk_arena_release(&keeper->arena);
	free(keeper);
}

/* ---- for fsck ------------------------------------------------------------------------------------------------ */

struct checker {
	struct db *db;
	struct sdk_buf *report;
	int64_t n;
};

static bool file_check(void *of, const char *hash, struct ent_str path)
{
	struct checker *checker = of;
	struct sdk_arena arena;
	char is[FILES_HASH_SIZE];

	sdk_arena_init(&arena);
	const char *what = NULL;
	if (!hash[0])
		what = "a file's name is none that an upload gets";
	else if (!upload_names(checker->db, hash))
		what = "a file is named by no row: the broker removes it";
	else if (!files_hash(sdk_z(&arena.abi, path), is) || strcmp(is, hash) != 0)
		what = "a file is not what its name says: take it from a backup";
	if (what) {
		sdk_buf_format(checker->report, "%s: %.*s\n", what, ENT_F(path));
		checker->n++;
	}
	sdk_arena_release(&arena);
	return true;
}

int64_t keeper_check(struct db *db, struct ent_str folder, struct sdk_buf *report)
{
	struct checker checker = {db, report, 0};
	struct db_stmt *stmt =
	    db_use(db, "SELECT sha256 FROM attachment WHERE sha256 <> '' UNION SELECT sha256 FROM upload ORDER BY 1");

	while (db_row(stmt)) {
		if (file_is_there(folder, db_str(stmt, 0)))
			continue;
		sdk_buf_format(report, "a file is missing: take it from a backup: %.*s\n", ENT_F(db_str(stmt, 0)));
		checker.n++;
	}
	files_each(folder, file_check, &checker);
	return checker.n;
}
