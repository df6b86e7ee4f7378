/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on a comment that stands: it is sent now or taken back while it is held; it is pinned. */
#ifndef STORE_JOBS_THREAD_H
#define STORE_JOBS_THREAD_H

#include "store/job.h"

extern const struct job_row jobs_thread[];

/* A new comment is held for its author's organisation for job->ask.undo_ms, when it is for others as well. */
void thread_hold(const struct apply *apply, const struct job *job, struct comment *comment);
/* The words quote no comment that fewer may read than those that they are for. False: refused. What the asker may not
 * read does not count: the answer would tell that it is there. */
bool thread_quotes_fit(struct apply *apply, struct job *job, struct dossier *dossier, const struct audience *audience);
/* Changes the comment's words and audience, unless somebody whom it mentions could not read it then. */
void thread_change(struct apply *apply, struct job *job, struct dossier *dossier, const struct situation *at,
		   const struct comment *known, const struct comment *changed);
/* Nobody changed it since the asker has seen it, as far as the job says what that was. False: refused. */
bool thread_is_as_seen(struct job *job, const struct comment *known);
/* A person decides about words of its own, an administrator about those of the organisation, and a machine of the
 * organisation about those that no account wrote. False: refused. */
bool thread_is_authors(struct apply *apply, struct job *job, const struct comment *comment);
/* The time of a comment that is held has come: TIMER_UNDO. */
void thread_publish_due(struct apply *apply, const struct timer *timer);

#endif
