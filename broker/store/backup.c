/* SPDX-License-Identifier: Apache-2.0 */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "store/fsck.h"
#include "store/outbox.h"

#define PART ".part"

/* A file that a power cut leaves under its name: its own bytes were synced by the copy. */
static enum ent_rc folder_sync(struct ent_arena *arena, const char *path, struct ent_err *err)
{
	char *folder = dirname(sdk_z(arena, sdk_str(path)));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;
	int number = errno;

	if (fd >= 0)
		close(fd);
	return synced ? ENT_OK : sdk_fail(err, ENT_EINVAL, "the folder of %s: %s", path, strerror(number));
}

static enum ent_rc check_copy(const char *part, struct backup *ret, struct sdk_buf *report, struct ent_err *err)
{
	struct store_meta meta;
	struct db *db = NULL;
	enum ent_rc rc = store_open_read(part, NULL, &db, &meta, err);

	if (rc == ENT_OK)
		rc = store_check(db, report, &ret->findings, err);
	if (rc == ENT_OK) {
		ret->last_seq = outbox_last_seq(db);
		memcpy(ret->store_id, meta.store_id, sizeof ret->store_id);
	}
	if (rc == ENT_OK && ret->findings > 0)
		rc = sdk_fail(err, ENT_EINVAL,
			      "the copy is not sound: %lld findings. Check the store itself with "
			      "`entente fsck`",
			      (long long)ret->findings);
	db_close(db);
	return rc;
}

static enum ent_rc copy_store(const char *from, const char *part, struct ent_err *err)
{
	struct store_meta meta;
	struct db *db = NULL;
	enum ent_rc rc = store_open_read(from, NULL, &db, &meta, err);

	if (rc == ENT_OK)
		rc = db_copy(db, part, err);
	db_close(db);
	return rc;
}

enum ent_rc store_backup(const char *from, const char *to, struct backup *ret, struct sdk_buf *report,
			 struct ent_err *err)
{
	struct sdk_arena arena;
	const char *part;
	enum ent_rc rc;

	*ret = (struct backup){.last_seq = 0};
	if (access(to, F_OK) == 0)
		return sdk_fail(err, ENT_EINVAL, "%s exists; name a new file", to);
	sdk_arena_init(&arena);
	part = sdk_z(&arena.abi, sdk_format(&arena.abi, "%s" PART, to));
	(void)unlink(part); /* of a backup that was ended */
	rc = copy_store(from, part, err);
	if (rc == ENT_OK)
		rc = check_copy(part, ret, report, err);
	if (rc == ENT_OK && rename(part, to) != 0)
		rc = sdk_fail(err, ENT_EINVAL, "%s: %s", to, strerror(errno));
	if (rc == ENT_OK)
		rc = folder_sync(&arena.abi, to, err);
	else
		(void)unlink(part);
	sdk_arena_release(&arena);
	return rc;
}

/* ---- with the files ------------------------------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static enum ent_rc copy_files(const char *store, struct ent_str from, struct ent_str to, struct backup *ret,
			      struct ent_err *err)
{
	struct store_meta meta;
	struct db *db = NULL;
	enum ent_rc rc = store_open_read(store, NULL, &db, &meta, err);
	struct db_stmt *stmt = rc == ENT_OK
				   ? db_use(db, "SELECT sha256 FROM attachment WHERE sha256 <> '' UNION SELECT "
						"sha256 FROM upload ORDER BY 1")
				   : NULL;

	while (rc == ENT_OK && db_row(stmt)) {
		char hash[FILES_HASH_SIZE];
		snprintf(hash, sizeof hash, "%.*s", ENT_F(db_str(stmt, 0)));
		if (!files_has(from, hash))
			ret->n_missing++;
		else if ((rc = files_copy(from, to, hash, err)) == ENT_OK)
			ret->n_file++;
	}
	if (stmt)
		db_done(stmt);
	db_close(db);
	return rc;
}

enum ent_rc store_backup_all(const char *from, const char *to, struct backup *ret, struct sdk_buf *report,
			     struct ent_err *err)
{
	struct sdk_arena arena;
	enum ent_rc rc = ENT_OK;

	*ret = (struct backup){.last_seq = 0};
	if (access(to, F_OK) == 0)
		return sdk_fail(err, ENT_EINVAL, "%s exists; name a new folder", to);
	sdk_arena_init(&arena);
	const char *part = sdk_z(&arena.abi, sdk_format(&arena.abi, "%s" PART, to));
	const char *store = sdk_z(&arena.abi, sdk_format(&arena.abi, "%s/entente.db", part));
	const struct ent_str source = files_folder(&arena.abi, sdk_str(from)),
			     target = files_folder(&arena.abi, sdk_str(store));
	int held = files_hold(source);                            /* -1: nobody has uploaded anything */
	(void)nftw(part, remove_entry, 16, FTW_DEPTH | FTW_PHYS); /* of a backup that was ended; none: as good */
	if (mkdir(part, 0700) != 0)
		rc = sdk_fail(err, ENT_EINVAL, "%s: %s", part, strerror(errno));
	if (rc == ENT_OK)
		rc = store_backup(from, store, ret, report, err);
	if (rc == ENT_OK)
		rc = copy_files(store, source, target, ret, err);
	if (rc == ENT_OK && rename(part, to) != 0)
		rc = sdk_fail(err, ENT_EINVAL, "%s: %s", to, strerror(errno));
	if (rc == ENT_OK)
		rc = folder_sync(&arena.abi, to, err);
	else
		(void)nftw(part, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	files_let_go(held);
	sdk_arena_release(&arena);
	return rc;
}
