/* SPDX-License-Identifier: Apache-2.0 */
#include "face/acts.h"

#include <string.h>

#include "core/organisation.h"
#include "face/answer.h"
#include "face/ask.h"
#include "face/attachments.h"
#include "face/body.h"
#include "face/comments.h"
#include "sdk/webhook.h"
#include "view/view_act.h"

#define WORDS_MAX 65536 /* characters */

struct act_body {
	struct ent_str kind, to, body, id;
	const struct sdk_json *audience, *accepts, *attachments;
	int64_t at_ms;
};

/* Rows of body tables; each route takes some. */
#define BODY_OF(name, kind, required, min, max, member)                                                                \
	{                                                                                                              \
		name, kind, required, min, max, offsetof(struct act_body, member)                                      \
	}
#define WORDS(required)  BODY_OF("body", BODY_TEXT, required, 1, WORDS_MAX, body)
#define ID_ROW           BODY_OF("id", BODY_TEXT, false, ID_SIZE - 1, ID_SIZE - 1, id)
#define TO_ROW           BODY_OF("to", BODY_TEXT, true, 1, SUPPLIER_NAME_MAX, to)
#define FILES_ROW        BODY_OF("attachments", BODY_NODE, false, 0, 0, attachments)
#define AUDIENCE(needed) BODY_OF("audience", BODY_NODE, needed, 0, 0, audience)

/* ---- answers ------------------------------------------------------------------------ */

static void answer_act(struct exchange *x, int status, const char *uuid)
{
	struct ent_str json = ENT_ABSENT;
	struct incident incident;
	struct ent_err err;

	if (ask_incident(x, &incident))
		ask_answer(x, status, view_act(ask_view(x), &incident, sdk_str(uuid), &json, &err), json, &err);
}

static void act_begun(struct exchange *x)
{
	const struct job *job = x->work;

	if (ask_done(x, job))
		answer_act(x, job->outcome == JOB_ACCEPTED ? 201 : 200, job->ask.comment_uuid);
}

static void act_changed(struct exchange *x)
{
	const struct job *job = x->work;

	if (ask_done(x, job))
		answer_act(x, 200, job->ask.act.uuid);
}

void acts_list(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct incident incident;
	struct ent_err err;

	if (ask_incident(x, &incident))
		ask_answer(x, 200, view_act_list(ask_view(x), &incident, &json, &err), json, &err);
}

/* ---- what is asked --------------------------------------------------------------------- */

/* A job about the path's incident with the body's words; of those, id and audience. */
static struct job *words_job(struct exchange *x, enum job_kind kind, const struct body_field *fields,
			     struct act_body *ret)
{
	struct incident incident;
	struct job *job = ask_new(x, kind);

	if (!ask_incident(x, &incident) || !body_read(x, fields, ret) ||
	    !ask_id(x, ret->id, "comment", job->ask.comment_uuid) ||
	    !attachments_read(x, ret->attachments, &job->ask) ||
	    (ret->audience && !comments_audience(x, ret->audience, &job->ask.audience)))
		return NULL;
	job->ask.incident = incident.number;
	job->ask.text = ret->body;
	job->ask.has_audience = ret->audience != NULL;
	return job;
}

/* The act that the path's second part names, if the reader sees it. */
static bool find_act(struct exchange *x, struct job *job, enum act_kind kind)
{
	struct ent_str json, id = sdk_lower(&x->arena.abi, x->param[1]);
	struct incident incident;
	struct ent_err err;
	enum ent_rc rc;

	if (!ask_incident(x, &incident))
		return false;
	job->ask.incident = incident.number;
	job->ask.act.kind = kind;
	rc = view_act(ask_view(x), &incident, id, &json, &err);
	if (rc != ENT_OK) {
		answer_failure(x, rc, &err);
		return false;
	}
	memcpy(job->ask.act.uuid, id.p, ID_SIZE - 1); /* found: it has this form */
	return true;
}

/* Whom an act is for. Others than ours are answered by the writer, which asks who takes part: another answer would tell
 * who exists. */
static bool read_to(struct exchange *x, struct ent_str to, struct job *job)
{
	if (reader_is_ours(&x->reader) && !organisation_is_known(x->roster->set, to)) {
		answer_problem(x, PROBLEM_CONTENT, "act.to_unknown",
			       "\"to\" names \"{name=%.*s}\", which is no organisation here; there are: {known=%.*s}.",
			       ENT_F(sdk_head(to, SUPPLIER_NAME_MAX)),
			       ENT_F(organisation_list(&x->arena.abi, x->roster->set)));
		return false;
	}
	job->ask.act.to = to;
	return true;
}

/* ---- asks -------------------------------------------------------------------------------- */

void acts_ask(struct exchange *x)
{
	static const struct body_field fields[] = {
	    BODY_OF("kind", BODY_TEXT, true, 1, 20, kind), TO_ROW, WORDS(true), AUDIENCE(false),
	    BODY_OF("by", BODY_TIME, false, 0, 0, at_ms),  ID_ROW, FILES_ROW,   {0}};
	struct act_body body = {0};
	struct job *job = words_job(x, JOB_ACT_BEGIN, fields, &body);

	if (!job || !read_to(x, body.to, job))
		return;
	if (!act_by_word(body.kind, &job->ask.act.kind) || !act_is_ask(job->ask.act.kind)) {
		answer_problem(x, PROBLEM_CONTENT, "act.kind",
			       "\"kind\" has to be question, information, action or approval.");
		return;
	}
	job->ask.act.due_ms = body.at_ms;
	ask_submit(x, job, act_begun);
}

static void answer_with(struct exchange *x, enum act_kind kind, const struct body_field *fields, bool accepts)
{
	struct act_body body = {0};
	struct job *job = words_job(x, JOB_ACT_ANSWER, fields, &body);

	if (!job || !find_act(x, job, kind))
		return;
	job->ask.accepts = accepts;
	ask_submit(x, job, act_changed);
}

/* A command line's options are texts. */
static bool read_accepts(struct exchange *x, const struct sdk_json *node, enum act_said *ret)
{
	struct ent_str word = sdk_or_empty(sdk_json_text(node));

	*ret = !node ? ACT_SAID_NOTHING : sdk_eqz(word, "true") ? ACT_SAID_YES : ACT_SAID_NO;
	if (!node || *ret == ACT_SAID_YES || sdk_eqz(word, "false"))
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.accepts", "\"accepts\" has to be true or false.");
	return false;
}

void acts_answer(struct exchange *x)
{
	static const struct body_field fields[] = {
	    WORDS(true), AUDIENCE(false), BODY_OF("accepts", BODY_NODE, false, 0, 0, accepts), ID_ROW, FILES_ROW, {0}};
	struct act_body body = {0};
	struct job *job = words_job(x, JOB_ACT_ANSWER, fields, &body);

	if (!job || !read_accepts(x, body.accepts, &job->ask.said) || !find_act(x, job, ACT_QUESTION))
		return;
	ask_submit(x, job, act_changed);
}

static void take_back(struct exchange *x, enum act_kind kind)
{
	struct job *job = ask_new(x, JOB_ACT_END);

	if (find_act(x, job, kind))
		ask_submit(x, job, act_changed);
}

void acts_withdraw(struct exchange *x)
{
	take_back(x, ACT_QUESTION);
}

/* ---- the ball ------------------------------------------------------------------------------ */

void acts_propose(struct exchange *x)
{
	static const struct body_field fields[] = {TO_ROW, WORDS(true), AUDIENCE(false), ID_ROW, FILES_ROW, {0}};
	struct act_body body = {0};
	struct job *job = words_job(x, JOB_ACT_BEGIN, fields, &body);

	if (!job || !read_to(x, body.to, job))
		return;
	job->ask.act.kind = ACT_HANDOVER;
	ask_submit(x, job, act_begun);
}

void acts_accept(struct exchange *x)
{
	static const struct body_field fields[] = {WORDS(false), AUDIENCE(false), ID_ROW, FILES_ROW, {0}};

	answer_with(x, ACT_HANDOVER, fields, true);
}

void acts_decline(struct exchange *x)
{
	static const struct body_field fields[] = {WORDS(true), AUDIENCE(false), ID_ROW, FILES_ROW, {0}};

	answer_with(x, ACT_HANDOVER, fields, false);
}

void acts_handover_withdraw(struct exchange *x)
{
	take_back(x, ACT_HANDOVER);
}

/* ---- news and help --------------------------------------------------------------------------- */

/* A promise is for whoever takes part. */
void acts_promise(struct exchange *x)
{
	static const struct body_field fields[] = {
	    BODY_OF("at", BODY_TIME, true, 0, 0, at_ms), WORDS(true), ID_ROW, FILES_ROW, {0}};
	struct act_body body = {0};
	struct job *job = words_job(x, JOB_ACT_BEGIN, fields, &body);

	if (!job)
		return;
	job->ask.act.kind = ACT_PROMISE;
	job->ask.act.due_ms = body.at_ms;
	ask_submit(x, job, act_begun);
}

void acts_help(struct exchange *x)
{
	static const struct body_field fields[] = {WORDS(true), AUDIENCE(true), ID_ROW, FILES_ROW, {0}};
	struct act_body body = {0};
	struct job *job = words_job(x, JOB_ACT_BEGIN, fields, &body);

	if (!job)
		return;
	job->ask.act.kind = ACT_HELP;
	ask_submit(x, job, act_begun);
}

void acts_offer(struct exchange *x)
{
	static const struct body_field fields[] = {WORDS(true), AUDIENCE(false), ID_ROW, FILES_ROW, {0}};

	answer_with(x, ACT_HELP, fields, true);
}

void acts_help_end(struct exchange *x)
{
	take_back(x, ACT_HELP);
}

/* ---- plain words for the requester ------------------------------------------------------------- */

/* The supplier in whose tool the requester reads them. Absent: nobody outside does. */
static struct ent_str told_where(struct exchange *x, const struct incident *incident)
{
	struct ent_str name = x->roster->set->requester_at;

	return name.n && view_act_can_tell(ask_view(x), incident, name) ? name : ENT_ABSENT;
}

static void answer_told(struct exchange *x, int status, const char *uuid, struct ent_str at)
{
	struct sdk_jsonw w = answer_json(x);

	sdk_jsonw_open(&w, '{');
	if (uuid)
		sdk_jsonw_kz(&w, "comment", uuid);
	sdk_jsonw_kstr(&w, "supplier", at);
	if (at.n)
		sdk_said_kprint(&w, "note",
				SDK_SENTENCE("told.public", "It stands as a public comment in the ticket of this "
							    "supplier's tool, where the requester reads it."));
	else
		sdk_said_kprint(&w, "note",
				SDK_SENTENCE("told.nobody",
					     "Nobody outside reads it: the requester has no ticket in a tool of this "
					     "incident. `requester_at` in the configuration names that tool."));
	sdk_jsonw_close(&w, '}');
	answer_done(x, status);
}

static void words_told(struct exchange *x)
{
	const struct job *job = x->work;

	if (ask_done(x, job))
		answer_told(x, job->outcome == JOB_ACCEPTED ? 201 : 200, job->ask.comment_uuid, job->ask.supplier);
}

/* By our people alone. ?dry_run=true: only whether somebody outside would read it. */
void acts_tell(struct exchange *x)
{
	static const struct body_field fields[] = {WORDS(true), ID_ROW, FILES_ROW, {0}};
	struct act_body body = {0};
	struct job *job = words_job(x, JOB_TELL, fields, &body);
	struct incident incident;
	struct ent_err err;
	bool dry;

	if (!job || !ask_incident(x, &incident))
		return;
	if (!view_act_may_tell(ask_view(x), &err)) {
		answer_failure(x, ENT_EGONE, &err);
		return;
	}
	if (!ask_dry_run(x, &dry))
		return;
	job->ask.supplier = told_where(x, &incident);
	if (dry) {
		answer_told(x, 200, NULL, job->ask.supplier);
		return;
	}
	ask_submit(x, job, words_told);
}
