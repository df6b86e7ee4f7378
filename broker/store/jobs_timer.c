/* SPDX-License-Identifier: Apache-2.0 */
#include "store/jobs_timer.h"

#include "store/jobs_act.h"
#include "store/jobs_thread.h"
#include "store/works.h"

/* Each kind's act when its time has come. The timer is gone by then, so that it happens once; run() may set it again.
 * Each act asks what stands now, and does nothing where that has changed: the timer of what ended by itself may be
 * left. */
static const struct timer_row {
	enum timer_kind kind;
	void (*run)(struct apply *apply, const struct timer *timer);
} timer_rows[] = {
    {TIMER_UNDO, thread_publish_due}, {TIMER_PROMISE, jobs_act_due}, {TIMER_ASK, jobs_act_due},
    {TIMER_HANDOVER, jobs_act_due},   {TIMER_WORK, works_due},       {TIMER_N, NULL},
};

static void run_timer(struct apply *apply, struct job *job)
{
	timer_clear(apply->db, job->timer.kind, sdk_str(job->timer.subject));
	for (const struct timer_row *row = timer_rows; row->run; row++)
		if (row->kind == job->timer.kind)
			row->run(apply, &job->timer);
	job->outcome = JOB_ACCEPTED;
}

static void run_works(struct apply *apply, struct job *job)
{
	job->outcome = works_anew(apply, &job->ask.id) ? JOB_WAITING : JOB_ACCEPTED;
}

const struct job_row jobs_timer[] = {
    {JOB_TIMER, "timer", run_timer, true},
    {JOB_WORKS, "works", run_works, false},
    {.run = NULL},
};
