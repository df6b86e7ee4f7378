/* SPDX-License-Identifier: Apache-2.0 */
/* Is a store sound, and do two stores hold the same? Read-only. */
#ifndef STORE_FSCK_H
#define STORE_FSCK_H

#include "store/db.h"

/* SHA-256 over incidents, tickets with their stamps, threads, attachments, shares, copies and events, in an order of
 * its own; row ids, raw arrivals, deliveries, cursors and states do not count. As 64 hex digits. */
enum ent_rc store_digest(struct db *db, char ret[65], struct ent_err *err) __attribute__((warn_unused_result));

/* Is the store sound? Each finding is a line; *ret_findings counts them. */
enum ent_rc store_check(struct db *db, struct sdk_buf *report, int64_t *ret_findings, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
