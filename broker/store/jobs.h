/* SPDX-License-Identifier: Apache-2.0 */
/* What the writer runs: each kind of job is a row in the file that runs it, in the writer's transaction. */
#ifndef STORE_JOBS_H
#define STORE_JOBS_H

#include "store/apply.h"
#include "store/writer.h"

struct job_row {
	enum job_kind kind;
	const char *name;
	void (*run)(struct apply *apply, struct job *job); /* sets outcome, err and ask.ret_count */
	bool stirs; /* accepted, it leaves something due without an event: link has to be woken */
};
extern const struct job_row jobs_in[], jobs_out[], jobs_supplier[]; /* the last row has no run */
const struct job_row *job_row(enum job_kind kind);

void job_refuse(struct job *job, enum job_outcome outcome, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The supplier that the job names; NULL: refused. */
const struct supplier *job_supplier(struct job *job);

/* ---- jobs_supplier.c ---- */

/* How far the page brings its stream and what it put aside, unless a person stopped it or began anew meanwhile. */
void job_page_cursor(struct db *db, struct ent_arena *arena, const struct ask *ask);
/* Records how the page failed, if it did. A poll whose first page failed keeps its beginning, however late it succeeds.
 */
void job_page_trouble(struct db *db, const struct ask *ask);

#endif
