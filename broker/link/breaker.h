/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it worth asking this supplier's tool? After too many failures in a row, and after it refused who we are, only one
 * trial at a time is sent, with growing pauses. As that stops all deliveries, a failure at one ticket alone never does
 * it: it is shown, and that ticket waits by itself. A ticket that is refused (403) says nothing of the supplier: its
 * probe is asked who we are. Without a probe three different tickets in a row count. Pure.
 */
#ifndef LINK_BREAKER_H
#define LINK_BREAKER_H

#include "sdk/str.h"

#define REFUSED_TICKETS 3 /* in a row, with nothing that succeeds between */

struct breaker {
	int64_t failures;                 /* in a row */
	int64_t whom;                     /* the incident of the last one */
	bool is_wide;                     /* they are of several incidents */
	int64_t refused[REFUSED_TICKETS]; /* the incidents that were refused in a row */
	unsigned n_refused;
	bool is_refused;  /* it does not let us in */
	unsigned trips;   /* pauses since the last success: how long the next one is */
	int64_t until_us; /* open: no trial is sent before */
	struct ent_err why;
};

/* Only one trial at a time is sent. */
bool breaker_is_open(const struct breaker *breaker, int64_t failures_max);
/* To be shown as failing; as refused. */
bool breaker_is_failing(const struct breaker *breaker, int64_t failures_max);
bool breaker_is_refused(const struct breaker *breaker);
void breaker_ok(struct breaker *breaker);
/* whom: the incident it happened to; 0: it is of the supplier as a whole. pause_us: the pause when it is open by now;
 * breaker->trips says which one in a row. */
void breaker_failed(struct breaker *breaker, int64_t failures_max, int64_t whom, int64_t now_us, int64_t pause_us,
		    const struct ent_err *why);
void breaker_refused(struct breaker *breaker, int64_t failures_max, int64_t whom, int64_t now_us, int64_t pause_us,
		     const struct ent_err *why);
/* Settings changed: what was refused may be tried at once. */
void breaker_again(struct breaker *breaker);

#endif
