/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merges that can be undone. Before a merge it is kept who takes part in each incident and since when each reads; after
 * a split both stand as they did, but never wider than they stood just before it: a share that was taken back meanwhile
 * stays so, and where both times are known since which somebody reads, the later one counts. Two that were parted are
 * not merged again by what a tool says.
 */
#ifndef STORE_PARTING_H
#define STORE_PARTING_H

#include "core/dossier.h"
#include "store/db.h"

/* A fold of incident.merged, before anything moves. */
void parting_keep(struct db *db, int64_t gone, const struct event *merged);
/* A fold of incident.split: the shares of both, and since when each reads. Before other rows go back. */
void parting_share(struct db *db, int64_t gone, const struct event *split);
/* The same, at its end: they are kept apart from now on. */
void parting_end(struct db *db, int64_t gone, const struct event *split);

/* The incident that this one took in last; 0: none that can be parted from it. */
int64_t parting_last(struct db *db, int64_t kept);
/* Did this incident, or one that it took in, go into `kept` by a merge that can be undone? */
bool parting_is_inside(struct db *db, int64_t inner, int64_t kept);
/* Were they parted by a person, or was what went into them? */
bool parting_is_apart(struct db *db, int64_t a, int64_t b);
/* The suppliers that take part in `kept` only since `gone` went in, and have no ticket that stays there. */
size_t parting_leavers(struct db *db, struct ent_arena *arena, int64_t gone, int64_t kept, const struct ent_str **ret);
/* The tickets that go back to `gone`. */
size_t parting_tickets(struct db *db, struct ent_arena *arena, int64_t gone, int64_t kept,
		       const struct ent_reference **ret);

#endif
