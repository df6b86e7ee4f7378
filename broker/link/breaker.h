/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it worth asking this supplier's tool? After too many failures in a row, over all of its
 * tickets, and after it refused who we are, only one trial at a time goes, with growing pauses.
 * Pure.
 */
#ifndef LINK_BREAKER_H
#define LINK_BREAKER_H

#include "sdk/str.h"

struct breaker {
	int64_t failures; /* in a row */
	unsigned trips;   /* pauses since the last success: how long the next one is */
	int64_t until_us; /* open: no trial before */
	bool is_refused;
	unsigned refusals; /* in a row */
	bool was_well;     /* it did something for us since it was set up */
	struct ent_err why;
};

bool breaker_is_open(const struct breaker *breaker, int64_t failures_max);
void breaker_ok(struct breaker *breaker);
/* pause_us: the pause when this failure opens it, or was a trial; breaker->trips says which one in a row. */
void breaker_failed(struct breaker *breaker, int64_t failures_max, int64_t now_us, int64_t pause_us,
		    const struct ent_err *why);
/* It does not take our word for who we are. sure: of the whole account; else it may be about one ticket only, and a
 * second one in a row must say so, too. True: it counts as refused now. */
bool breaker_refused(struct breaker *breaker, bool sure, int64_t now_us, int64_t pause_us, const struct ent_err *why);
/* Settings changed: what was refused may be tried at once. */
void breaker_again(struct breaker *breaker);

#endif
