/* SPDX-License-Identifier: Apache-2.0 */
/* A person decides about a join request. */
#ifndef STORE_JOBS_JOIN_H
#define STORE_JOBS_JOIN_H

#include "store/job.h"

extern const struct job_row jobs_join[];

#endif
