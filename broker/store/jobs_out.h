/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs of the way out: what people with us ask for, and what link/ brings and hears. */
#ifndef STORE_JOBS_OUT_H
#define STORE_JOBS_OUT_H

#include "store/job.h"

extern const struct job_row jobs_out[]; /* the last row has no run */

#endif
