/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs.h"

#include "store/jobs_act.h"
#include "store/jobs_draft.h"
#include "store/jobs_follow.h"
#include "store/jobs_in.h"
#include "store/jobs_join.h"
#include "store/jobs_merge.h"
#include "store/jobs_out.h"
#include "store/jobs_people.h"
#include "store/jobs_private.h"
#include "store/jobs_read.h"
#include "store/jobs_sign.h"
#include "store/jobs_supplier.h"
#include "store/jobs_thread.h"
#include "store/jobs_timer.h"
#include "store/jobs_upload.h"
#include "store/jobs_work.h"

#include <assert.h>

const struct job_row *jobs_row(enum job_kind kind)
{
	static const struct job_row *const tables[] = {
	    jobs_in,     jobs_people, jobs_sign,    jobs_out,   jobs_act,  jobs_join,   jobs_merge,  jobs_supplier,
	    jobs_thread, jobs_draft,  jobs_private, jobs_timer, jobs_read, jobs_follow, jobs_upload, jobs_work};
	const struct job_row *found = NULL;

	for (size_t i = 0; i < sizeof tables / sizeof *tables && !found; i++)
		for (const struct job_row *row = tables[i]; row->run && !found; row++)
			found = row->kind == kind ? row : NULL;
	assert(found);
	return found;
}
