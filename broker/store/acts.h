/* SPDX-License-Identifier: Apache-2.0 */
/* Table act: asks, proposed hand-overs, promises, calls for help; and the events that follow for those that are open.
 */
#ifndef STORE_ACTS_H
#define STORE_ACTS_H

#include "core/act_follow.h"
#include "store/db.h"

bool acts_load(struct db *db, struct ent_arena *arena, struct ent_str uuid, struct act *ret);
/* The open ones of an incident, the oldest first. */
size_t acts_open(struct db *db, struct ent_arena *arena, int64_t incident, const struct act **ret);
/* The same, and the last promise of each organisation where it was broken. */
size_t acts_waiting(struct db *db, struct ent_arena *arena, int64_t incident, const struct act **ret);
/* The hand-over that this organisation was asked last to accept, when it declined and gave no reason yet. */
bool acts_declined(struct db *db, struct ent_arena *arena, int64_t incident, struct ent_str organisation,
		   struct act *ret);
/* A fold of row_folds.c. */
void acts_fold(struct db *db, const struct event *event);

/* In a snapshot: "asks": [...], "promises": [...], those that are open. */
void acts_json(struct db *db, struct ent_arena *arena, struct sdk_jsonw *w, int64_t incident);

#endif
