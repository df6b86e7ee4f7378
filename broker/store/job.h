/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files that run jobs: a row of their tables, and how a job is refused. */
#ifndef STORE_JOB_H
#define STORE_JOB_H

#include "store/apply.h"
#include "store/writer.h"

struct job_row {
	enum job_kind kind;
	const char *name;
	void (*run)(struct apply *apply, struct job *job); /* sets outcome, err and ask.ret_count */
	bool stirs; /* accepted, it leaves something due without an event: link has to be woken */
};
/* code, fmt: as sdk_fail_as(). */
void job_refuse(struct job *job, enum job_outcome outcome, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The supplier that the job names; NULL: refused. */
const struct supplier *job_supplier(struct job *job);

#endif
