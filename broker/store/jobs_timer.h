/* SPDX-License-Identifier: Apache-2.0 */
/* A time has come: what the writer does then, by the timer's kind. */
#ifndef STORE_JOBS_TIMER_H
#define STORE_JOBS_TIMER_H

#include "store/job.h"

extern const struct job_row jobs_timer[];

#endif
