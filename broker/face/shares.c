/* SPDX-License-Identifier: Apache-2.0 */
/* An incident is shared with a supplier, or not any more. */
#include "face/shares.h"

#include "core/organisation.h"
#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "view/view_share.h"

#define BRIEF_MAX  4000 /* characters of each part */
#define REASON_MAX 1000

struct share_body {
	struct ent_str supplier, role;
	const struct sdk_json *brief;
	bool with_history;
	struct brief parts;
};

static const struct body_field share_fields[] = {
    {"supplier", BODY_TEXT, true, 1, SUPPLIER_NAME_MAX, offsetof(struct share_body, supplier)},
    {"role", BODY_TEXT, true, 1, 16, offsetof(struct share_body, role)},
    {"brief", BODY_NODE, true, 0, 0, offsetof(struct share_body, brief)},
    {"with_history", BODY_BOOL, false, 0, 0, offsetof(struct share_body, with_history)},
    {0}};
static const struct body_field brief_fields[] = {
    {"what", BODY_TEXT, true, 1, BRIEF_MAX, offsetof(struct brief, what)},
    {"effect", BODY_TEXT, false, 1, BRIEF_MAX, offsetof(struct brief, effect)},
    {"tried", BODY_TEXT, false, 1, BRIEF_MAX, offsetof(struct brief, tried)},
    {"wanted", BODY_TEXT, false, 1, BRIEF_MAX, offsetof(struct brief, wanted)},
    {"needed_before", BODY_TIME, false, 0, 0, offsetof(struct brief, needed_before_ms)},
    {0}};

static bool read_share_body(struct exchange *x, struct share_body *ret)
{
	if (!body_read(x, share_fields, ret) || !body_read_node(x, "brief.", ret->brief, brief_fields, &ret->parts))
		return false;
	if (sdk_eqz(ret->role, "escalated") || sdk_eqz(ret->role, "shadow"))
		return true;
	answer_problem(
	    x, PROBLEM_CONTENT, "ask.role",
	    "\"role\" has to be \"escalated\" (it holds the ball from now on) or \"shadow\" (it is informed).");
	return false;
}

static void share_answer(struct exchange *x)
{
	const struct job *job = x->work;
	struct incident incident;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc;

	if (!ask_done(x, job) || !ask_incident(x, &incident))
		return;
	rc = view_share(ask_view(x), &incident, job->ask.supplier, &json, &err);
	ask_answer(x, job->kind == JOB_SHARE ? 201 : 200, rc, json, &err);
}

/* A person may name an organisation, too. */
static bool find_sharer(struct exchange *x, struct ent_str word, struct ent_str *ret)
{
	switch (organisation_sharer(&x->arena.abi, x->roster->set, word, ret)) {
	case SHARER_FOUND:
		return true;
	case SHARER_SEVERAL:
		answer_problem(x, PROBLEM_CONTENT, "ask.several_tools",
			       "\"supplier\" names an organisation with several tools: name one of {tools=%.*s}.",
			       ENT_F(*ret));
		return false;
	case SHARER_UNKNOWN:
		break;
	}
	answer_problem(x, PROBLEM_CONTENT, "ask.no_sharer",
		       "\"supplier\" is no supplier and no organisation here; GET /v1/suppliers, or entente supplier "
		       "list, lists them.");
	return false;
}

void shares_post(struct exchange *x)
{
	struct share_body body = {0};
	struct incident incident;
	struct job *job;

	if (!ask_incident(x, &incident) || !read_share_body(x, &body))
		return;
	struct ent_str sharer;
	if (!find_sharer(x, body.supplier, &sharer))
		return;
	job = ask_new(x, JOB_SHARE);
	job->ask.incident = incident.number;
	job->ask.supplier = sharer;
	job->ask.escalated = sdk_eqz(body.role, "escalated");
	job->ask.brief = body.parts;
	job->ask.with_history = body.with_history;
	ask_submit(x, job, share_answer);
}

void shares_delete(struct exchange *x)
{
	static const struct body_field fields[] = {
	    {"reason", BODY_TEXT, false, 1, REASON_MAX, offsetof(struct ask, text)}, {0}};
	struct job *job = ask_new(x, JOB_UNSHARE);
	struct incident incident;

	if (!ask_incident(x, &incident) || !body_read(x, fields, &job->ask))
		return;
	job->ask.incident = incident.number;
	job->ask.supplier = x->param[1];
	ask_submit(x, job, share_answer);
}
