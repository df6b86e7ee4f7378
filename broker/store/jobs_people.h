/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs about who may come in, and with which rights. */
#ifndef STORE_JOBS_PEOPLE_H
#define STORE_JOBS_PEOPLE_H

#include "store/job.h"

extern const struct job_row jobs_people[]; /* ends with .run NULL */

/* The asker holds all verbs of the role. False: refused. */
bool people_may_give(struct apply *apply, struct job *job, enum role role);

#endif
