/* SPDX-License-Identifier: Apache-2.0 */
#include "face/drafts.h"

#include <string.h>

#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "face/comments.h"
#include "sdk/uuid.h"
#include "sdk/webhook.h"
#include "view/view_draft.h"

struct draft_body {
	struct ent_str body, format, reply_to;
	const struct sdk_json *audience;
};

/* The id that the path names. False: answered. */
static bool draft_id(struct exchange *x, char ret[ID_SIZE])
{
	struct ent_str id = sdk_lower(&x->arena.abi, x->param[1]);

	if (sdk_is_uuid(id)) {
		memcpy(ret, id.p, ID_SIZE - 1);
		ret[ID_SIZE - 1] = '\0';
		return true;
	}
	answer_problem(x, PROBLEM_NOT_FOUND, "ask.draft_uuid",
		       "A draft's id is a UUID; GET /v1/drafts, or entente draft list, lists yours.");
	return false;
}

/* The asker's draft that the path names. False: answered. */
static bool draft_named(struct exchange *x, struct job *job)
{
	struct draft draft;
	struct ent_err err;
	enum ent_rc rc;

	if (!ask_person(x) || !draft_id(x, job->ask.comment_uuid))
		return false;
	rc = view_draft_find(ask_view(x), x->param[0], sdk_str(job->ask.comment_uuid), &draft, &err);
	job->ask.incident = rc == ENT_OK ? draft.incident : 0;
	if (rc != ENT_OK)
		answer_failure(x, rc, &err);
	return rc == ENT_OK;
}

static void answer_draft(struct exchange *x, int status, const struct job *job)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = view_draft(ask_view(x), sdk_str(job->ask.comment_uuid), &json, &err);

	ask_answer(x, status, rc, json, &err);
}

/* ---- read ------------------------------------------------------------------------------------ */

void drafts_list(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	int limit;

	if (!ask_person(x) || !ask_limit(x, &limit))
		return;
	enum ent_rc rc = view_draft_list(ask_view(x), exchange_argument(x, "incident"), exchange_argument(x, "cursor"),
					 limit, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

void drafts_get(struct exchange *x)
{
	struct job *job = ask_new(x, JOB_DRAFT_SAVE); /* never submitted: it holds what the path names */

	if (draft_named(x, job))
		answer_draft(x, 200, job);
}

/* ---- written ----------------------------------------------------------------------------------- */

/* The draft as it stands beside the words that were sent: two windows, and neither overwrites the other. */
static void answer_both(struct exchange *x, const struct job *job)
{
	struct ent_said said = sdk_said(&job->err);
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	said.text = sdk_format(&x->arena.abi, "%.*s.", ENT_F(said.text));
	if (view_draft(ask_view(x), sdk_str(job->ask.comment_uuid), &json, &err) != ENT_OK)
		json = ENT_ABSENT;
	answer_problem_beside(x, PROBLEM_CHANGED, said,
			      &(struct answer_beside){"draft", json, "sent", sdk_or_empty(job->ask.text)});
}

static void draft_changed(struct exchange *x)
{
	const struct job *job = x->work;

	if (job->outcome == JOB_CHANGED && job->kind == JOB_DRAFT_SAVE)
		answer_both(x, job);
	else if (ask_done(x, job))
		answer_draft(x, 200, job);
}

static void draft_dropped(struct exchange *x)
{
	if (ask_done(x, x->work))
		answer_body(x, 204, NULL, ENT_STR(""));
}

/* A draft that is not there is begun in an incident that the asker sees. False: answered. */
static bool draft_place(struct exchange *x, struct job *job)
{
	struct incident incident;
	struct draft draft;
	struct ent_err err;

	if (!ask_person(x) || !draft_id(x, job->ask.comment_uuid))
		return false;
	if (view_draft_find(ask_view(x), x->param[0], sdk_str(job->ask.comment_uuid), &draft, &err) == ENT_OK) {
		job->ask.incident = draft.incident;
		return true;
	}
	if (!ask_incident(x, &incident))
		return false;
	job->ask.incident = incident.number;
	return true;
}

static bool read_draft_audience(struct exchange *x, const struct sdk_json *node, struct ask *ret)
{
	ret->narrowest = node == NULL;
	return !node || comments_audience(x, node, &ret->audience);
}

void drafts_put(struct exchange *x)
{
	static const struct body_field fields[] = {
	    {"body", BODY_TEXT, true, 1, COMMENT_MAX, offsetof(struct draft_body, body)},
	    {"format", BODY_TEXT, false, 1, 20, offsetof(struct draft_body, format)},
	    {"audience", BODY_NODE, false, 0, 0, offsetof(struct draft_body, audience)},
	    {"reply_to", BODY_TEXT, false, ID_SIZE - 1, ID_SIZE - 1, offsetof(struct draft_body, reply_to)},
	    {0}};
	struct job *job = ask_new(x, JOB_DRAFT_SAVE);
	struct draft_body body = {0};

	if (!draft_place(x, job) || !body_read(x, fields, &body) || !read_draft_audience(x, body.audience, &job->ask) ||
	    !comments_manner(x, body.format, body.reply_to, &job->ask))
		return;
	job->ask.is_new = exchange_header(x, "if-match").p == NULL;
	if (!job->ask.is_new)
		(void)comments_match(x, "draft", &job->ask);
	job->ask.text = body.body;
	ask_submit(x, job, draft_changed);
}

void drafts_move(struct exchange *x)
{
	static const struct body_field fields[] = {
	    {"audience", BODY_NODE, true, 0, 0, offsetof(struct draft_body, audience)}, {0}};
	struct job *job = ask_new(x, JOB_DRAFT_MOVE);
	struct draft_body body = {0};

	if (draft_named(x, job) && comments_match(x, "draft", &job->ask) && body_read(x, fields, &body) &&
	    read_draft_audience(x, body.audience, &job->ask))
		ask_submit(x, job, draft_changed);
}

void drafts_delete(struct exchange *x)
{
	struct job *job = ask_new(x, JOB_DRAFT_DROP);

	if (draft_named(x, job) && comments_match(x, "draft", &job->ask))
		ask_submit(x, job, draft_dropped);
}
