/* SPDX-License-Identifier: Apache-2.0 */
/* Files that people upload: they are staged, checked, and named by a comment. */
#ifndef STORE_JOBS_UPLOAD_H
#define STORE_JOBS_UPLOAD_H

#include "store/job.h"

extern const struct job_row jobs_upload[];

/* An upload that was not taken, or was taken before: nobody has its bytes, as far as this job goes. */
void upload_settle(struct apply *apply, const struct job *job);
/* The words of a job carry uploads: each is its asker's own, of this incident, and checked. False: refused. Asked
 * before anything is decided. */
bool upload_may_go(struct apply *apply, struct job *job, int64_t incident);
/* They become attachments of the comment, for exactly its readers. */
void upload_attach(struct apply *apply, const struct job *job, const struct situation *at,
		   const struct comment *comment, struct events *events);

#endif
