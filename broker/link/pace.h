/* SPDX-License-Identifier: Apache-2.0 */
/* When to try again: pauses that grow, times that are spread by chance. Everything it needs is an argument: pure but
 * for the chance that it is given. */
#ifndef LINK_PACE_H
#define LINK_PACE_H

#include "base/world.h"

#define NEVER_US INT64_MAX

struct pace {
	struct chance *chance;
	int64_t first_ms, most_ms; /* the pause after the first failure; the longest one */
};

/* The pause after a failure: the first one, doubled `times` times. Half of it is chance, so that those who failed
 * together do not come back together. */
int64_t pace_backoff_ms(const struct pace *pace, unsigned times);
int64_t pace_spread_ms(const struct pace *pace, int64_t ms); /* up to a tenth shorter or longer */
/* A time of the wall clock on the monotonic one; a time in the past is now. INT64_MAX stays NEVER_US. */
int64_t pace_mono_us(int64_t at_ms, int64_t now_ms, int64_t now_us);

#endif
