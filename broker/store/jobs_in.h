/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs of the way in: arrivals, pages, dead letters; and tokens. */
#ifndef STORE_JOBS_IN_H
#define STORE_JOBS_IN_H

#include "store/job.h"

extern const struct job_row jobs_in[]; /* the last row has no run */

#endif
