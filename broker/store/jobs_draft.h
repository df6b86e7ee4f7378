/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts: saved, dropped, moved to other readers; used up by the comment that they became, and given back by undo. */
#ifndef STORE_JOBS_DRAFT_H
#define STORE_JOBS_DRAFT_H

#include "store/job.h"

extern const struct job_row jobs_draft[]; /* ends with .run NULL */

/* The new comment uses up the draft that the job names, as its author has seen it, and is for the draft's readers. The
 * last thing that may refuse the job: true: the draft is gone. False: refused. */
bool draft_use(struct apply *apply, struct job *job, struct dossier *dossier, const struct audience *audience);
/* The words of a held comment that is undone are a draft of its author again; job->ask.draft names it to the author. */
void draft_give_back(struct apply *apply, struct job *job, const struct comment *comment);

#endif
