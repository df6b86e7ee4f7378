/* SPDX-License-Identifier: Apache-2.0 */
/* Table act: asks, proposed hand-overs, promises, calls for help; and the events that follow for those that are open.
 */
#ifndef STORE_ACTS_H
#define STORE_ACTS_H

#include "core/act_follow.h"
#include "store/apply.h"
#include "store/timers.h"

bool acts_load(struct db *db, struct ent_arena *arena, struct ent_str uuid, struct act *ret);
/* The open ones of an incident, the oldest first. */
size_t acts_open(struct db *db, struct ent_arena *arena, int64_t incident, const struct act **ret);
/* A fold of row_folds.c. */
void acts_fold(struct db *db, const struct event *event);

/* Of a snapshot: "asks": [...], "promises": [...], those that are open. */
void acts_json(struct db *db, struct ent_arena *arena, struct sdk_jsonw *w, int64_t incident);

/* at: of the dossier; both live as long as the scene. */
struct act_scene acts_scene(struct apply *apply, struct dossier *dossier, const struct situation *at);
/* The event would end an act a second time: it is not stored. */
bool acts_is_stale(struct apply *apply, const struct event *event);
/* The time of an ask, a promise or a proposed hand-over has come. */
void acts_due(struct apply *apply, const struct timer *timer);
/* The event is stored and folded: what follows from it goes to the list's end. */
void acts_follow(struct apply *apply, struct dossier *dossier, const struct event *event, struct events *ret);

#endif
