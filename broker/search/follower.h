/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the index up with the store: goes through the whole store once, then follows its events by their seq. A step is
 * one transaction of the index, its own position included; a crash between two repeats or goes on. No thread: see
 * search/search.h.
 */
#ifndef SEARCH_FOLLOWER_H
#define SEARCH_FOLLOWER_H

#include "search/fill.h"

#define FOLLOWER_STEP 200 /* events, or incidents, of one step */

struct follower {
	struct fill fill;
	const struct store_meta *meta;
};

/* The handles stay the caller's; each is used by the follower alone. */
void follower_open(struct follower *follower, struct db *index, struct db *store, const struct store_meta *meta,
		   const struct supplier_set *suppliers);
void follower_close(struct follower *follower);

/* From the beginning, at the next step. */
void follower_restart(struct follower *follower);
/* False: nothing is left to do, or a handle failed: see db_failed(). */
bool follower_step(struct follower *follower);
/* Events of the store that are not in the index; -1: the store is still being gone through. */
int64_t follower_behind(struct db *index, struct db *store);

#endif
