/* SPDX-License-Identifier: Apache-2.0 */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
