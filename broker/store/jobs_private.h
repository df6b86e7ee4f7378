/* SPDX-License-Identifier: Apache-2.0 */
/* The things that are held about a person are told to somebody, or forgotten. */
#ifndef STORE_JOBS_PRIVATE_H
#define STORE_JOBS_PRIVATE_H

#include "store/job.h"

extern const struct job_row jobs_private[]; /* ends with .run NULL */

#endif
