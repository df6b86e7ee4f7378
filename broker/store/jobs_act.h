/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_JOBS_ACT_H
#define STORE_JOBS_ACT_H

#include "store/job.h"
#include "store/timers.h"

/* The time of an ask, a promise or a proposed hand-over has come. */
void jobs_act_due(struct apply *apply, const struct timer *timer);

extern const struct job_row jobs_act[];

#endif
