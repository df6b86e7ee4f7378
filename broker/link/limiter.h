/* SPDX-License-Identifier: Apache-2.0 */
/* How fast a supplier may be asked: so many requests a minute, a small burst, and what its tool said itself. Pure. */
#ifndef LINK_LIMITER_H
#define LINK_LIMITER_H

#include "sdk/str.h"

struct limiter {
	int64_t interval_us, burst;
	int64_t next_us;       /* when the bucket would be full again */
	int64_t hold_until_us; /* its tool asked for a pause (Retry-After) */
};

/* burst: what a second may hold, at least 1. Keeps next_us and hold_until_us of a limiter that was in use. */
void limiter_set(struct limiter *limiter, int64_t rate_per_min);
int64_t limiter_when(const struct limiter *limiter, int64_t now_us); /* not before now_us */
void limiter_take(struct limiter *limiter, int64_t now_us);
void limiter_hold(struct limiter *limiter, int64_t until_us); /* a shorter hold changes nothing */

#endif
