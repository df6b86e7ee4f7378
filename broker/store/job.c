/* SPDX-License-Identifier: Apache-2.0 */
#include "store/job.h"

#include <stdarg.h>

void job_refuse(struct job *job, enum job_outcome outcome, const char *code, const char *fmt, ...)
{
	va_list args;

	job->outcome = outcome;
	va_start(args, fmt);
	(void)sdk_vfail_as(&job->err, ENT_EINVAL, code, fmt, args);
	va_end(args);
}

const struct supplier *job_supplier(struct job *job)
{
	const struct supplier *supplier = job->suppliers ? supplier_by_name(job->suppliers, job->ask.supplier) : NULL;

	if (!supplier)
		job_refuse(job, JOB_NOT_FOUND, "ask.no_supplier_of", "no supplier is called {supplier=%.*s}",
			   ENT_F(sdk_head(job->ask.supplier, SUPPLIER_NAME_MAX)));
	return supplier;
}
