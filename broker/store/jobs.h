/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs that the writer runs: each kind is a row in the file that runs it, in the writer's transaction. */
#ifndef STORE_JOBS_H
#define STORE_JOBS_H

#include "store/job.h"

const struct job_row *jobs_row(enum job_kind kind);

#endif
