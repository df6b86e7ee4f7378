/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs of a person who reads. */
#ifndef STORE_JOBS_READ_H
#define STORE_JOBS_READ_H

#include "store/job.h"

extern const struct job_row jobs_read[];

#endif
