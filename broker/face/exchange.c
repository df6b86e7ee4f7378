/* SPDX-License-Identifier: Apache-2.0 */
#include "face/exchange.h"

#include <unistd.h>

#include "face/answer.h"
#include "sdk/webhook.h"

void exchange_open(struct exchange *x, struct desk *home)
{
	*x = (struct exchange){.home = home, .desk = home, .file = -1};
	sdk_arena_init_spare(&x->arena, &home->spare);
}

void exchange_begin(struct exchange *x)
{
	x->began_us = x->home->now_us;
	x->roster = roster_ref(x->home->roster);
}

void exchange_reset(struct exchange *x)
{
	if (x->file >= 0)
		close(x->file);
	sdk_arena_release(&x->arena);
	roster_unref(x->roster);
	exchange_open(x, x->home);
}

/* On the writer's thread. */
static void job_came_back(struct job *job)
{
	struct exchange *x = job->owner;

	mailbox_leave(&x->home->mailbox, &job->note, x);
}

bool exchange_came_back(struct exchange *x)
{
	if (--x->n_waiting > 0)
		return false;
	x->resume(x);
	return x->n_waiting == 0;
}

bool exchange_submit(struct exchange *x, struct job *job, void (*resume)(struct exchange *x))
{
	job->answer = job_came_back;
	job->owner = x;
	x->resume = resume;
	if (!writer_submit(x->desk->face->world.writer, job))
		return false;
	x->n_waiting++; /* only its home counts, and resumes it no earlier than its next turn */
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
	answer_problem(x, PROBLEM_REQUEST, "ask.number_range",
		       "\"{name=%s}\" has to be a whole number from {least=%lld} to {most=%lld}.", name, (long long)min,
		       (long long)max);
	return false;
}
