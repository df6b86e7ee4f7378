/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_JOBS_ACT_H
#define STORE_JOBS_ACT_H

#include "store/job.h"
#include "store/timers.h"

/* The time of an ask, a promise or a proposed hand-over has come. */
void jobs_act_due(struct apply *apply, const struct timer *timer);

/* The same as JOB_ACT_*, told by a supplier's tool: job->kind, ask, arrival, suppliers. told: whose words, and where
 * they stand; their readers are ask's. */
void jobs_act_told(struct apply *apply, struct job *job, const struct comment *told);

extern const struct job_row jobs_act[];

#endif
