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

enum parting_is {
	PARTING_STANDS, /* *ret can be parted */
	PARTING_DONE,   /* both are parted already */
	PARTING_NONE    /* refused, with the words */
};
/* Which incident `split` parts from `kept`. other: the one that is named; 0: the one that went in last. */
enum parting_is parting_choose(struct db *db, int64_t kept, int64_t other, int64_t *ret, struct ent_err *err);
/* Were they parted by a person, or was what went into them? */
bool parting_is_apart(struct db *db, int64_t a, int64_t b);
/* The suppliers that take part in `kept` only since `gone` went in, and have no ticket that stays there. */
size_t parting_leavers(struct db *db, struct ent_arena *arena, int64_t gone, int64_t kept, const struct ent_str **ret);
/* The tickets that go back to `gone`. */
size_t parting_tickets(struct db *db, struct ent_arena *arena, int64_t gone, int64_t kept,
		       const struct ent_reference **ret);

#endif
