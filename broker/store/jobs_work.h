/* SPDX-License-Identifier: Apache-2.0 */
/* People take incidents and give them back, and put places of their organisation's list off. */
#ifndef STORE_JOBS_WORK_H
#define STORE_JOBS_WORK_H

#include "store/job.h"

/* The account may not come in any more: it gives back what it has taken. */
void jobs_work_give_back(struct apply *apply, struct ent_str account, const struct reader *by);

extern const struct job_row jobs_work[];

#endif
