/* SPDX-License-Identifier: Apache-2.0 */
#include "face/notified.h"

#include "face/answer.h"
#include "face/ask.h"
#include "store/writer.h"
#include "view/view_notified.h"

/* ---- the inbox --------------------------------------------------------------------------- */

/* ?unread: true or false; absent: false. False: answered. */
static bool read_unread(struct exchange *x, bool *ret)
{
	const struct ent_str word = exchange_argument(x, "unread");

	*ret = sdk_eqz(word, "true");
	if (!word.p || *ret || sdk_eqz(word, "false"))
		return true;
	answer_problem(x, PROBLEM_REQUEST, "notified.unread", "\"unread\" has to be true or false.");
	return false;
}

void notified_list(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	bool unread_only;
	struct ent_err err;
	int limit;

	if (!ask_person(x) || !read_unread(x, &unread_only) || !ask_limit(x, &limit))
		return;
	enum ent_rc rc = view_notified(ask_view(x), unread_only, exchange_argument(x, "cursor"), limit, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

static void all_read(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (ask_done(x, x->work))
		ask_answer(x, 200, view_notified(ask_view(x), true, ENT_ABSENT, 1, &json, &err), json, &err);
}

void notified_read(struct exchange *x)
{
	if (ask_person(x))
		ask_submit(x, ask_new(x, JOB_NOTIFIED_READ), all_read);
}

/* ---- threads -------------------------------------------------------------------------------- */

static void follow_answer(struct exchange *x)
{
	const struct job *job = x->work;
	struct ent_str json = ENT_ABSENT;
	struct incident incident;
	struct ent_err err;

	if (ask_done(x, job) && ask_incident(x, &incident))
		ask_answer(x, 200, view_notified_follow(ask_view(x), incident.number, &json, &err), json, &err);
}

static void follow_as(struct exchange *x, struct ent_str state)
{
	struct job *job = ask_new(x, JOB_FOLLOW);
	struct incident incident;

	if (!ask_incident(x, &incident) || !ask_person(x))
		return;
	job->ask.incident = incident.number;
	job->ask.text = state;
	ask_submit(x, job, follow_answer);
}

void notified_follow(struct exchange *x)
{
	follow_as(x, ENT_STR("followed"));
}

void notified_mute(struct exchange *x)
{
	follow_as(x, ENT_STR("muted"));
}

void notified_unfollow(struct exchange *x)
{
	follow_as(x, ENT_STR(""));
}
