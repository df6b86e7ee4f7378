/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the files of uploads and the rows that name them together: it removes files that no row names any more, and
 * tells which files are not there. It reads the store with a handle of its own; what it found is for JOB_UPLOADS_KEPT.
 * No thread: see link/keeping.h.
 */
#ifndef STORE_KEEPER_H
#define STORE_KEEPER_H

#include "store/store.h"
#include "store/uploads.h"

#define KEEPER_HASHES_MAX 64

struct keeper;

/* The texts are copied; files lives longer. */
enum ent_rc keeper_open(struct ent_str store_path, struct ent_str folder, struct files *files, struct keeper **ret,
			struct ent_err *err) __attribute__((warn_unused_result));
void keeper_close(struct keeper *keeper); /* takes NULL */

/* By the world's clock and by one that is never set. True: there is something for the store to note; it points into the
 * keeper. */
bool keeper_look(struct keeper *keeper, int64_t now_ms, int64_t mono_ms, struct uploads_kept *ret);

struct keeper_upload {
	char id[ID_SIZE], hash[FILES_HASH_SIZE];
	int64_t tries;
};
/* The next upload for attachments.check. False: none is due. */
bool keeper_unchecked(struct keeper *keeper, int64_t now_ms, struct keeper_upload *ret);

/* For fsck: files that a row names and that are not there, files that are not what their name says, and files that no
 * row names. Adds a line for each to report; returns how many. */
int64_t keeper_check(struct db *db, struct ent_str folder, struct sdk_buf *report);

#endif
