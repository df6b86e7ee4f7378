/* SPDX-License-Identifier: Apache-2.0 */
/* A person follows a thread, mutes it, or neither any more. */
#ifndef STORE_JOBS_FOLLOW_H
#define STORE_JOBS_FOLLOW_H

#include "store/job.h"

extern const struct job_row jobs_follow[];

#endif
