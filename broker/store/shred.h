/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that are deleted are overwritten in the file. SQLite does that within pages always (see db_sqlite.c); between
 * these two calls also of pages that become free, which costs a write of each. What became free before keeps its bytes
 * until it is used again: a copy by `entente backup` has none of it. Another engine has other means.
 */
#ifndef STORE_SHRED_H
#define STORE_SHRED_H

#include "store/db.h"

void shred_begin(struct db *db);
void shred_end(struct db *db);

#endif
