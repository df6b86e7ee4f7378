/* SPDX-License-Identifier: Apache-2.0 */
/* How fast a supplier may be asked: so many requests a minute, a small burst, and the pauses that its tool asks for.
 * Pure. */
#ifndef LINK_LIMITER_H
#define LINK_LIMITER_H

#include "sdk/str.h"

struct limiter {
	int64_t interval_us, burst;
	int64_t next_us;       /* when the bucket would be full again */
	int64_t hold_until_us; /* its tool asked for a pause (Retry-After) */
	unsigned n_limited;    /* in a row: the tool said that we ask too often, and not how long to wait */
};

/* burst: what a second may hold, at least 1. Keeps next_us and hold_until_us of a limiter that was in use. */
void limiter_set(struct limiter *limiter, int64_t rate_per_min);
int64_t limiter_when(const struct limiter *limiter, int64_t now_us); /* not before now_us */
void limiter_take(struct limiter *limiter, int64_t now_us);
void limiter_hold(struct limiter *limiter, int64_t until_us); /* a shorter hold changes nothing */
/* The tool says that we ask too often, and not how long to wait: a pause of least_us, doubled with each in a row up to
 * most_us. An answer during the pause, to a request sent before it, does not make it longer. Returns what is left of
 * the pause. */
int64_t limiter_limited(struct limiter *limiter, int64_t now_us, int64_t least_us, int64_t most_us);
void limiter_well(struct limiter *limiter); /* something was done for us */

#endif
