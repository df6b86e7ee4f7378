/* SPDX-License-Identifier: Apache-2.0 */
#include "link/errand.h"

#include <assert.h>

#include "link/inside.h"

#define ERRAND_MAGIC 0x45727264u
#define NO_ROOM_US   10000   /* the writer's queue was full */
#define NO_DISK_US   1000000 /* the writer could not store it */

static struct errand *errand_of(const struct job *job)
{
	struct errand *errand = job->owner;

	assert(errand->magic == ERRAND_MAGIC);
	return errand;
}

/* The writer's thread. */
static void errand_answer(struct job *job)
{
	mailbox_leave(&errand_of(job)->link->mailbox, &job->note, job);
}

void errand_send(struct errand *errand)
{
	struct link *link = errand->link;

	errand->magic = ERRAND_MAGIC;
	errand->job->owner = errand;
	errand->job->answer = errand_answer;
	errand->is_out = true; /* before: the answer may come at any time */
	if (writer_submit(link->world.writer, errand->job))
		return;
	errand->is_out = false;
	link->submit_us = link->now_us + NO_ROOM_US;
}

void errand_came(struct job *job)
{
	struct errand *errand = errand_of(job);

	errand->is_out = false;
	if (job->outcome == JOB_UNAVAILABLE)
		errand->link->submit_us = errand->link->now_us + NO_DISK_US;
	else
		errand->answered(errand->of);
}
