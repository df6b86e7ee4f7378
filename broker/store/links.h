/* SPDX-License-Identifier: Apache-2.0 */
/* Table link: what one incident is to another one, as people said. */
#ifndef STORE_LINKS_H
#define STORE_LINKS_H

#include "core/event.h"
#include "store/db.h"

void links_fold(struct db *db, const struct event *event); /* a fold of row_folds.c */
bool links_has(struct db *db, int64_t incident, int64_t other, enum relation relation);

#endif
