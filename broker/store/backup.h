/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of a store that a broker may be writing to: all of one moment, checked before it has its name. */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store/store.h"

struct backup {
	char store_id[ID_SIZE];
	int64_t last_seq; /* the last event that is in it */
	int64_t findings; /* of store_check(); 0 when it succeeded */
};

/* Writes the store at `from` to the new file `to`. The copy stands as `to`.part until it is whole, on the disk and
 * found sound. ENT_EINVAL: `to` exists, cannot be written, or the copy is not sound (the findings are in report); then
 * nothing is left of it. It reads for as long as it takes; the broker's WAL grows meanwhile and nothing waits. */
enum ent_rc store_backup(const char *from, const char *to, struct backup *ret, struct sdk_buf *report,
			 struct ent_err *err) __attribute__((warn_unused_result));

#endif
