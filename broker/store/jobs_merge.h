/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_JOBS_MERGE_H
#define STORE_JOBS_MERGE_H

#include "store/job.h"

extern const struct job_row jobs_merge[];

#endif
