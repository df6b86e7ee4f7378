/* SPDX-License-Identifier: Apache-2.0 */
#include "face/works.h"

#include <string.h>

#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "sdk/uuid.h"
#include "sdk/webhook.h"
#include "view/view_duty.h"
#include "view/view_work.h"

/* ?mine, ?snoozed: true or false; absent: false. False: answered. */
static bool read_flag(struct exchange *x, const char *name, bool *ret)
{
	struct ent_str word = exchange_argument(x, name);

	*ret = word.p && sdk_eqz(word, "true");
	if (!word.p || *ret || sdk_eqz(word, "false"))
		return true;
	answer_problem(x, PROBLEM_REQUEST, "ask.flag", "\"{name=%s}\" has to be true or false.", name);
	return false;
}

void works_list(struct exchange *x)
{
	struct work_filter filter = {.reason = exchange_argument(x, "reason"),
				     .cursor = exchange_argument(x, "cursor")};
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (ask_limit(x, &filter.limit) && read_flag(x, "mine", &filter.mine) &&
	    read_flag(x, "snoozed", &filter.snoozed) && (!filter.mine || ask_person(x)))
		ask_answer(x, 200, view_work(ask_view(x), &filter, &json, &err), json, &err);
}

/* ---- take, put off --------------------------------------------------------------------------- */

static void duty_answer(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct incident incident;
	struct ent_err err;

	if (ask_done(x, x->work) && ask_incident(x, &incident))
		ask_answer(x, 200, view_duty(ask_view(x), &incident, &json, &err), json, &err);
}

static struct job *duty_job(struct exchange *x, enum job_kind kind)
{
	struct job *job = ask_new(x, kind);
	struct incident incident;

	if (!ask_incident(x, &incident))
		return NULL;
	job->ask.incident = incident.number;
	return job;
}

/* ?ask: an ask of the incident; absent: the incident itself. */
static void take_or_give(struct exchange *x, bool takes)
{
	const struct ent_str word = exchange_argument(x, "ask");
	struct job *job = duty_job(x, JOB_TAKE);

	if (!job)
		return;
	if (word.p && !sdk_is_uuid(word)) {
		answer_problem(x, PROBLEM_REQUEST, "ask.ask_uuid", "\"ask\" has to be the id of an ask, a UUID.");
		return;
	}
	if (word.p)
		memcpy(job->ask.act.uuid, sdk_lower(&x->arena.abi, word).p, ID_SIZE - 1);
	job->ask.accepts = takes;
	ask_submit(x, job, duty_answer);
}

void works_take(struct exchange *x)
{
	take_or_give(x, true);
}

void works_give_back(struct exchange *x)
{
	take_or_give(x, false);
}

void works_snooze(struct exchange *x)
{
	static const struct body_field fields[] = {{"until", BODY_TIME, true, 0, 0, offsetof(struct ask, since_ms)},
						   {0}};
	struct job *job = duty_job(x, JOB_SNOOZE);

	if (job && body_read(x, fields, &job->ask))
		ask_submit(x, job, duty_answer);
}

void works_wake(struct exchange *x)
{
	struct job *job = duty_job(x, JOB_SNOOZE);

	if (!job)
		return;
	job->ask.accepts = true;
	ask_submit(x, job, duty_answer);
}
