/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the ball's way. Failures stick in db. */
#ifndef STORE_HAND_OVER_H
#define STORE_HAND_OVER_H

#include "core/dossier.h"
#include "store/db.h"

/* incident.holder_changed adds to it, incident.corrected says it anew. */
void hand_over_fold(struct db *db, const struct event *event);
/* Before a merge: who has seen them is written down, and nobody else will see them. */
void hand_over_fix(struct db *db, struct dossier *side, const struct event *merged);
size_t hand_over_list(struct db *db, struct ent_arena *arena, int64_t incident, const struct hand_over **ret);

#endif
