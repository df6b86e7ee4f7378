/* SPDX-License-Identifier: Apache-2.0 */
/* A person writes into an incident's thread. Without an audience it is for the writer's own organisation and ours; a
 * program names its readers each time. ?dry_run=true answers who will read it, and nothing is written. */
#include "face/comments.h"

#include <string.h>

#include "core/organisation.h"
#include "face/answer.h"
#include "face/ask.h"
#include "face/attachments.h"
#include "face/body.h"
#include "face/reading.h"
#include "sdk/uuid.h"
#include "view/view_reach.h"
#include "view/view_repeat.h"
#include "view/view_share.h"
#include "view/view_thread.h"

#define UNDO_MAX_S 60

struct comment_body {
	struct ent_str body, id, format, reply_to, draft;
	const struct sdk_json *audience, *readers, *attachments;
	int64_t undo_s;
};

static const struct body_field comment_fields[] = {
    {"body", BODY_TEXT, true, 1, COMMENT_MAX, offsetof(struct comment_body, body)},
    {"audience", BODY_NODE, false, 0, 0, offsetof(struct comment_body, audience)},
    {"id", BODY_TEXT, false, ID_SIZE - 1, ID_SIZE - 1, offsetof(struct comment_body, id)},
    {"format", BODY_TEXT, false, 1, 20, offsetof(struct comment_body, format)},
    {"reply_to", BODY_TEXT, false, ID_SIZE - 1, ID_SIZE - 1, offsetof(struct comment_body, reply_to)},
    {"attachments", BODY_NODE, false, 0, 0, offsetof(struct comment_body, attachments)},
    {"undo", BODY_INT, false, 0, UNDO_MAX_S, offsetof(struct comment_body, undo_s)},
    {"draft", BODY_TEXT, false, ID_SIZE - 1, ID_SIZE - 1, offsetof(struct comment_body, draft)},
    {0}};

static bool refuse_audience(struct exchange *x)
{
	answer_problem(x, PROBLEM_CONTENT, "ask.audience",
		       "\"audience\" has to be {\"organisations\": [\"{example=%.*s}\", ...], \"everyone\": false, "
		       "\"requester\": false} with up to {most=%d} names, each once; or words: \"internal\", or one or "
		       "more of everyone, requester and names, with commas between.",
		       ENT_F(organisation_ours(x->roster->set)), AUDIENCE_MAX);
	return false;
}

static bool refuse_stranger(struct exchange *x, struct ent_str name)
{
	answer_problem(x, PROBLEM_CONTENT, "ask.audience_unknown",
		       "\"audience\" names \"{name=%.*s}\", which is no organisation here; there are: {known=%.*s}.",
		       ENT_F(sdk_head(name, SUPPLIER_NAME_MAX)),
		       ENT_F(organisation_list(&x->arena.abi, x->roster->set)));
	return false;
}

static bool are_known(struct exchange *x, struct ent_str names)
{
	while (names.n) {
		struct ent_str name = sdk_cut(names, ',', &names);

		if (!organisation_is_known(x->roster->set, name))
			return refuse_stranger(x, name);
	}
	return true;
}

bool comments_audience(struct exchange *x, const struct sdk_json *node, struct audience *ret)
{
	const struct ent_str ours = organisation_ours(x->roster->set);
	bool words = sdk_json_kind(node) == SDK_JSON_STRING;

	if (words ? !audience_words(&x->arena.abi, ours, sdk_json_text(node), ret)
		  : !audience_parse(&x->arena.abi, node, ret))
		return refuse_audience(x);
	if (!reader_is_ours(&x->reader)) /* the writer asks who takes part: another answer would tell who exists */
		return true;
	if (audience_names(ret, ours))
		return are_known(x, ret->organisations);
	answer_problem(x, PROBLEM_CONTENT, "ask.audience_ours",
		       "\"audience\" does not name \"{name=%.*s}\", our own organisation: we read all that is written "
		       "here. Add it to \"organisations\".",
		       ENT_F(ours));
	return false;
}

/* A program says whom it writes to. A person who says nothing writes to the fewest. */
static bool read_asked_audience(struct exchange *x, const struct sdk_json *node, struct ask *ret)
{
	ret->narrowest = node == NULL;
	if (node)
		return comments_audience(x, node, &ret->audience);
	if (x->reader.ref.n)
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.audience_missing",
		       "\"audience\" is missing: a program has to name who may read its words. \"internal\" is the "
		       "narrowest.");
	return false;
}

bool comments_manner(struct exchange *x, struct ent_str format, struct ent_str reply_to, struct ask *ret)
{
	struct ent_str lower = sdk_lower(&x->arena.abi, reply_to);

	if (format.p && !comment_format_by_word(format, &ret->format)) {
		answer_problem(x, PROBLEM_CONTENT, "ask.format", "\"format\" has to be text or markdown.");
		return false;
	}
	if (reply_to.p && !sdk_is_uuid(lower)) {
		answer_problem(x, PROBLEM_CONTENT, "ask.reply_to", "\"reply_to\" has to be a comment's id, a UUID.");
		return false;
	}
	if (reply_to.p)
		memcpy(ret->reply_to, lower.p, ID_SIZE - 1);
	return true;
}

/* The draft that the comment was, as its author has read it. False: answered. */
static bool read_draft(struct exchange *x, struct ent_str draft, struct ask *ret)
{
	struct ent_str lower = sdk_lower(&x->arena.abi, draft);

	if (!draft.p)
		return true;
	if (!x->reader.ref.n || !sdk_is_uuid(lower)) {
		answer_problem(x, PROBLEM_CONTENT, "ask.draft_id",
			       "\"draft\" has to be the id of a draft of yours, a UUID; a program has none.");
		return false;
	}
	memcpy(ret->draft, lower.p, ID_SIZE - 1);
	return comments_match(x, "draft", ret);
}

/* A second request with the same id has to have the same text and audience; otherwise it is a mistake. */
static bool is_repeat(struct exchange *x, const struct job *job)
{
	const struct ask *ask = &job->ask;

	if (job->outcome != JOB_REPEATED || view_repeat(ask_view(x), ask->incident, sdk_str(ask->comment_uuid),
							ask->text, ask->narrowest ? NULL : &ask->audience))
		return true;
	answer_problem(x, PROBLEM_CONFLICT, "ask.comment_id_taken",
		       "This \"id\" stands for another comment already; take a new one for new words.");
	return false;
}

void comments_changed(struct exchange *x)
{
	const struct job *job = x->work;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (ask_done(x, job))
		ask_answer(x, 200, view_thread_comment(ask_view(x), sdk_str(job->ask.comment_uuid), &json, &err), json,
			   &err);
}

static void comment_answer(struct exchange *x)
{
	const struct job *job = x->work;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc;

	if (!ask_done(x, job) || !is_repeat(x, job))
		return;
	rc = view_thread_comment(ask_view(x), sdk_str(job->ask.comment_uuid), &json, &err);
	ask_answer(x, job->outcome == JOB_ACCEPTED ? 201 : 200, rc, json, &err);
}

/* ---- before it is written ------------------------------------------------------------ */

static void answer_reach(struct exchange *x)
{
	const struct job *job = x->work;
	const struct ask *ask = &job->ask;
	const struct view_reach asked = {.incident = ask->incident,
					 .now_ms = x->home->now_ms,
					 .text = ask->text,
					 .audience = ask->narrowest ? NULL : &ask->audience,
					 .format = ask->format,
					 .reply_to = ask->reply_to,
					 .comment = job->kind == JOB_COMMENT ? NULL : ask->comment_uuid};
	struct ent_str json = ENT_ABSENT;
	enum whom_verdict verdict;
	struct ent_err err;
	enum ent_rc rc = view_reach(ask_view(x), &asked, &json, &verdict, &err);

	if (verdict == WHOM_FINE) {
		ask_answer(x, 200, rc, json, &err);
		return;
	}
	struct ent_said said = sdk_said(&err);
	said.text = sdk_format(&x->arena.abi, "%.*s.", ENT_F(said.text));
	answer_problem_said(x, whom_is_conflict(verdict) ? PROBLEM_CONFLICT : PROBLEM_CONTENT, said);
}

static void answer_or_submit(struct exchange *x, struct job *job, bool dry, void (*resume)(struct exchange *x))
{
	x->work = job;
	if (dry)
		reading_ask(x, answer_reach);
	else
		ask_submit(x, job, resume);
}

/* ---- writing -------------------------------------------------------------------------- */

/* A machine has nothing to take back, unless it says so. */
static int64_t undo_ms(const struct exchange *x, const struct comment_body *body)
{
	if (body->undo_s >= 0)
		return body->undo_s * 1000;
	return x->reader.ref.n ? x->desk->face->limits.undo_ms : 0;
}

void comments_post(struct exchange *x)
{
	bool dry;
	struct comment_body body = {.undo_s = -1};
	struct incident incident;
	struct job *job = ask_new(x, JOB_COMMENT);

	if (!ask_dry_run(x, &dry) || !ask_incident(x, &incident) || !body_read(x, comment_fields, &body) ||
	    !read_asked_audience(x, body.audience, &job->ask) ||
	    !ask_id(x, body.id, "comment", job->ask.comment_uuid) ||
	    !comments_manner(x, body.format, body.reply_to, &job->ask) || !read_draft(x, body.draft, &job->ask) ||
	    !attachments_read(x, body.attachments, &job->ask))
		return;
	job->ask.incident = incident.number;
	job->ask.text = body.body;
	job->ask.undo_ms = undo_ms(x, &body);
	answer_or_submit(x, job, dry, comment_answer);
}

bool comments_named(struct exchange *x, struct job *job)
{
	struct incident incident;
	struct ent_str id = sdk_lower(&x->arena.abi, x->param[1]);

	if (!ask_incident(x, &incident))
		return false;
	job->ask.incident = incident.number;
	if (sdk_is_uuid(id)) {
		memcpy(job->ask.comment_uuid, id.p, ID_SIZE - 1);
		return true;
	}
	answer_problem(
	    x, PROBLEM_NOT_FOUND, "ask.comment_uuid",
	    "A comment's id is a UUID; GET /v1/incidents/INCIDENT/comments, or entente incident show, lists them.");
	return false;
}

bool comments_match(struct exchange *x, const char *of, struct ask *ret)
{
	const struct ent_str match = exchange_header(x, "if-match");

	if (!match.p && !x->reader.ref.n)
		return true;
	if (!match.p) {
		answer_problem(x, PROBLEM_CONDITION, "ask.if_match",
			       "If-Match is needed: the {of=%s}'s \"version\" as you read it, in quotes. So no words "
			       "are overwritten unseen.",
			       of);
		return false;
	}
	if (sdk_eqz(match, "*"))
		return true;
	bool is_quoted = match.n > 2 && match.p[0] == '"' && match.p[match.n - 1] == '"';
	if (!is_quoted || !sdk_to_int((struct ent_str){match.p + 1, match.n - 2}, &ret->if_match) || ret->if_match < 1)
		ret->if_match = -1; /* no version that there is */
	return true;
}

void comments_patch(struct exchange *x)
{
	static const struct body_field fields[] = {
	    {"body", BODY_TEXT, false, 1, COMMENT_MAX, offsetof(struct comment_body, body)},
	    {"audience", BODY_NODE, false, 0, 0, offsetof(struct comment_body, audience)},
	    {0}};
	struct comment_body body = {0};
	struct job *job = ask_new(x, JOB_COMMENT_EDIT);

	if (!comments_named(x, job) || !comments_match(x, "comment", &job->ask) || !body_read(x, fields, &body) ||
	    (body.audience && !comments_audience(x, body.audience, &job->ask.audience)))
		return;
	if (!body.audience && !body.body.p) {
		answer_problem(x, PROBLEM_CONTENT, "ask.comment_nothing",
			       "One of \"body\" and \"audience\" is needed: what changes?");
		return;
	}
	job->ask.text = body.body;
	job->ask.has_audience = body.audience != NULL;
	ask_submit(x, job, comments_changed);
}

/* The list that the asker was shown: names, and "requester". */
static bool read_readers(struct exchange *x, const struct sdk_json *node, struct ask *ret)
{
	struct ent_str names = ENT_STR("");

	if (sdk_json_kind(node) == SDK_JSON_ARRAY && sdk_json_count(node) <= AUDIENCE_MAX + 1) {
		const struct sdk_json *one = sdk_json_first(node);

		for (; one; one = sdk_json_next(one)) {
			struct ent_str name = sdk_json_text(one);

			if (sdk_json_kind(one) != SDK_JSON_STRING || !name.n || memchr(name.p, ',', name.n))
				break;
			names = sdk_join(&x->arena.abi, names, ",", name);
		}
		ret->readers = names;
		if (!one)
			return true;
	}
	answer_problem(x, PROBLEM_CONTENT, "ask.readers",
		       "\"readers\" has to be the list of names that ?dry_run=true of this call answers.");
	return false;
}

void comments_widen(struct exchange *x)
{
	static const struct body_field fields[] = {
	    {"audience", BODY_NODE, true, 0, 0, offsetof(struct comment_body, audience)},
	    {"readers", BODY_NODE, false, 0, 0, offsetof(struct comment_body, readers)},
	    {0}};
	struct comment_body body = {0};
	struct job *job = ask_new(x, JOB_COMMENT_WIDEN);
	bool dry;

	if (!ask_dry_run(x, &dry) || !comments_named(x, job) || !body_read(x, fields, &body) ||
	    !comments_audience(x, body.audience, &job->ask.audience) ||
	    ((body.readers || !dry) && !read_readers(x, body.readers, &job->ask)))
		return;
	answer_or_submit(x, job, dry, comments_changed);
}

void comments_delete(struct exchange *x)
{
	struct job *job = ask_new(x, JOB_COMMENT_REMOVE);

	if (comments_named(x, job) && comments_match(x, "comment", &job->ask))
		ask_submit(x, job, comments_changed);
}
