/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs by which people come in and go. */
#ifndef STORE_JOBS_SIGN_H
#define STORE_JOBS_SIGN_H

#include "store/job.h"

extern const struct job_row jobs_sign[]; /* ends with .run NULL */

#endif
