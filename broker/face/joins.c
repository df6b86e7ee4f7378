/* SPDX-License-Identifier: Apache-2.0 */
/* Join requests: listed, accepted, refused. */
#include "face/joins.h"

#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "view/view_join.h"

#define REFUSED_REASON_MAX 2000 /* characters */

void joins_list(struct exchange *x)
{
	ask_list(x, "supplier", view_join_list);
}

static void answer_join(struct exchange *x, int64_t id)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = view_join(ask_view(x), id, &json, &err);

	ask_answer(x, 200, rc, json, &err);
}

void joins_get(struct exchange *x)
{
	int64_t id;

	if (ask_number(x, 0, false, &id))
		answer_join(x, id);
}

static void decided_answer(struct exchange *x)
{
	const struct job *job = x->work;

	if (ask_done(x, job))
		answer_join(x, job->ask.id);
}

void joins_accept(struct exchange *x)
{
	struct job *job = ask_new(x, JOB_JOIN_ACCEPT);

	if (ask_number(x, 0, false, &job->ask.id))
		ask_submit(x, job, decided_answer);
}

void joins_refuse(struct exchange *x)
{
	static const struct body_field fields[] = {
	    {"reason", BODY_TEXT, false, 1, REFUSED_REASON_MAX, offsetof(struct ask, text)}, {0}};
	struct job *job = ask_new(x, JOB_JOIN_REFUSE);

	if (ask_number(x, 0, false, &job->ask.id) && body_read(x, fields, &job->ask))
		ask_submit(x, job, decided_answer);
}
