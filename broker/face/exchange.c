/* SPDX-License-Identifier: Apache-2.0 */
#include "face/exchange.h"

#include <string.h>
#include <unistd.h>
#include "edge/worker.h"
#include "sdk/webhook.h"

/* On the writer's or a reader's thread. After the unlock its worker may have freed the exchange and the job. */
static void job_answered(struct job *job)
{
	struct worker *worker = ((struct exchange *)job->owner)->worker;
	bool first;

	job->next = NULL;
	pthread_mutex_lock(&worker->lock);
	first = worker->answered == NULL;
	*worker->answered_tail = job;
	worker->answered_tail = &job->next;
	pthread_mutex_unlock(&worker->lock);
	if (first) /* else a wake is on its way */
		worker_wake(worker);
}

void exchange_give_back(struct exchange *x)
{
	struct job *note = x->work;

	note->owner = x;
	job_answered(note);
}

bool exchange_submit(struct exchange *x, struct job *job, void (*resume)(struct exchange *x))
{
	job->answer = job_answered;
	job->owner = x;
	x->resume = resume;
	if (!writer_submit(x->worker->edge->world.writer, job))
		return false;
	x->n_waiting++; /* only this worker counts, and it resumes no earlier than its next turn */
	return true;
}

struct ent_str exchange_argument(const struct exchange *x, const char *name)
{
	for (size_t i = 0; i < x->n_argument; i++)
		if (sdk_eqz(x->argument[i].name, name))
			return x->argument[i].value;
	return ENT_ABSENT;
}

struct ent_str exchange_header(const struct exchange *x, const char *name)
{
	return sdk_header(x->request.header, x->request.n_header, name);
}

bool exchange_argument_int(struct exchange *x, const char *name, int64_t dflt, int64_t min, int64_t max, int64_t *ret)
{
	struct ent_str text = exchange_argument(x, name);

	*ret = dflt;
	if (text.p == NULL || (sdk_to_int(text, ret) && *ret >= min && *ret <= max))
		return true;
	answer_problem(x, PROBLEM_REQUEST, "\"%s\" has to be a whole number from %lld to %lld.", name, (long long)min,
		       (long long)max);
	return false;
}
