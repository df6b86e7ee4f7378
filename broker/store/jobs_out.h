/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs of the way out, by people and by link/, in the writer's transaction. */
#ifndef STORE_JOBS_OUT_H
#define STORE_JOBS_OUT_H

#include "store/apply.h"
#include "store/writer.h"

/* All from JOB_SHARE on but JOB_PAGE and JOB_TROUBLE. Sets outcome, err and ask.ret_count. */
void job_out(struct apply *apply, struct job *job);
/* How far the page brings its stream and what it put aside, unless a person stopped it or began anew meanwhile. */
void job_page_cursor(struct db *db, struct ent_arena *arena, const struct ask *ask);
/* Records how the page failed, if it did. A poll whose first page failed keeps its beginning, however late it succeeds.
 */
void job_page_trouble(struct db *db, const struct ask *ask);
/* It left something due without an event: link has to be woken. */
bool job_stirs(const struct job *job);

#endif
