/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of a store that a broker may be writing to: all of one moment, checked before it has its name. */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store/store.h"

struct backup {
	char store_id[ID_SIZE];
	int64_t last_seq;          /* the last event that is in it */
	int64_t findings;          /* of store_check(); 0 when it succeeded */
	int64_t n_file, n_missing; /* files that are in it; that rows name and that were not there */
};

/* Writes the store at `from` to the new file `to`. The copy stands as `to`.part until it is whole, on the disk and
 * found sound. ENT_EINVAL: `to` exists, cannot be written, or the copy is not sound (the findings are in report); then
 * nothing is left of it. It reads for as long as it takes; the broker's WAL grows meanwhile and nothing waits. */
enum ent_rc store_backup(const char *from, const char *to, struct backup *ret, struct sdk_buf *report,
			 struct ent_err *err) __attribute__((warn_unused_result));

/* The store and the files that its rows name, as the new folder `to`: entente.db and files/. The store is copied first;
 * meanwhile no file is removed, so that each one that the copy names is there. The folder stands as `to`.part until it
 * is whole. A second name of the same bytes is made where the file system can do that. */
enum ent_rc store_backup_all(const char *from, const char *to, struct backup *ret, struct sdk_buf *report,
			     struct ent_err *err) __attribute__((warn_unused_result));

#endif
