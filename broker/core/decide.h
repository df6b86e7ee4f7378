/* SPDX-License-Identifier: Apache-2.0 */
/* Deciding: what one change of a supplier's ticket means, as events. Deciding reads, folding (core/fold.h) writes.
 * Pure. */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include "core/situation.h"

/* A private comment whose supplier says `private_comments: drop`: its text is not kept. */
bool decide_drops(const struct situation *at, const struct ent_change *change);
/* Appends what `change` means to the list. Nothing is folded yet. */
void decide_change(const struct situation *at, const struct ent_change *change, struct events *ret);

/* The change says that its ticket goes on as another one: is that new? False: both tickets are unknown, or it is
 * recorded already. at->next is the last ticket of the other's chain, or the other itself when it came back (see
 * follow.c). */
bool decide_moves(const struct situation *at, const struct ent_change *change);

/* The two sides of a merge: `kept` takes in `gone`. brought: the levels that the ticket of the holder says, when it
 * comes in. */
void decide_merge(const struct situation *at, const struct incident *kept, const struct incident *gone,
		  const struct values *brought, struct events *ret);
/* A merge is undone, by a person (at->actor): on the survivor. */
void decide_split(const struct situation *at, const struct incident *kept, const struct incident *gone,
		  struct events *ret);
/* The other one stands again. at: its words, those of its own tickets. */
void decide_restored(const struct situation *at, const struct incident *kept, const struct incident *gone,
		     struct events *ret);

/* Which incident does a ticket belong to? `found` are the living incidents that lead to it: where it is now, our
 * number, a shared key, references in both directions; 0 stands for nothing found. Whatever the order they are learned
 * in, the oldest (lowest number) keeps it, and the others turn out to be the same and are merged into it. 0: open a new
 * one. */
int64_t correlate(const int64_t *found, size_t n);

#endif
