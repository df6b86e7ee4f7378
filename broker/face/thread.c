/* SPDX-License-Identifier: Apache-2.0 */
#include "face/thread.h"

#include <string.h>

#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "face/comments.h"
#include "sdk/uuid.h"
#include "view/view_receipt.h"
#include "view/view_thread.h"
#include "view/view_unread.h"
#include "view/view_revision.h"

/* A job about a comment that the reader sees. NULL: answered. */
static struct job *thread_job(struct exchange *x, enum job_kind kind)
{
	struct job *job = ask_new(x, kind);
	struct ent_err err;

	if (!comments_named(x, job))
		return NULL;
	enum ent_rc rc = view_thread_has(ask_view(x), job->ask.incident, sdk_str(job->ask.comment_uuid), &err);
	if (rc == ENT_OK)
		return job;
	answer_failure(x, rc, &err);
	return NULL;
}

/* ---- undo ---------------------------------------------------------------------------------- */

struct undoing {
	struct job *job;
	struct ent_str draft; /* the words as they were, JSON */
};

static void undo_answer(struct exchange *x)
{
	const struct undoing *undoing = x->work;
	struct sdk_buf *buf = &x->desk->scratch;
	struct sdk_jsonw w;

	if (!ask_done(x, undoing->job))
		return;
	sdk_buf_clear(buf);
	sdk_jsonw_init(&w, buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "id", undoing->job->ask.comment_uuid);
	sdk_jsonw_kbool(&w, "undone", true);
	if (undoing->job->outcome == JOB_ACCEPTED && undoing->draft.n)
		sdk_jsonw_kraw(&w, "draft", undoing->draft);
	if (undoing->job->outcome == JOB_ACCEPTED && undoing->job->ask.draft[0])
		sdk_jsonw_kz(&w, "draft_id", undoing->job->ask.draft);
	sdk_jsonw_close(&w, '}');
	answer_body(x, 200, NULL, sdk_dup(&x->arena.abi, sdk_buf_view(buf)));
}

void thread_undo(struct exchange *x)
{
	struct undoing *undoing = SDK_NEW(&x->arena.abi, struct undoing);
	struct job *job = thread_job(x, JOB_COMMENT_UNDO);

	if (!job)
		return;
	*undoing = (struct undoing){job, view_thread_draft(ask_view(x), sdk_str(job->ask.comment_uuid))};
	ask_submit(x, job, undo_answer);
	x->work = undoing;
}

/* ---- send now, pin ------------------------------------------------------------------------------ */

void thread_publish(struct exchange *x)
{
	struct job *job = thread_job(x, JOB_COMMENT_PUBLISH);

	if (job)
		ask_submit(x, job, comments_changed);
}

static void pin_as(struct exchange *x, bool is_pinned)
{
	struct job *job = thread_job(x, JOB_COMMENT_PIN);

	if (!job)
		return;
	job->ask.is_pinned = is_pinned;
	ask_submit(x, job, comments_changed);
}

void thread_pin(struct exchange *x)
{
	pin_as(x, true);
}

void thread_unpin(struct exchange *x)
{
	pin_as(x, false);
}

/* ---- what it said before ------------------------------------------------------------------------- */

void thread_revisions(struct exchange *x)
{
	struct job *job = ask_new(x, JOB_COMMENT); /* never submitted: it holds what the path names */
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (!comments_named(x, job))
		return;
	enum ent_rc rc = view_revision(ask_view(x), job->ask.incident, sdk_str(job->ask.comment_uuid), &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

/* ---- what became of it ------------------------------------------------------------------------------ */

void thread_receipts(struct exchange *x)
{
	struct job *job = ask_new(x, JOB_COMMENT); /* never submitted: it holds what the path names */
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (!comments_named(x, job))
		return;
	enum ent_rc rc = view_receipt(ask_view(x), job->ask.incident, sdk_str(job->ask.comment_uuid), &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

/* ---- how far it is read ------------------------------------------------------------------------------- */

static void read_answer(struct exchange *x)
{
	struct incident incident;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (ask_done(x, x->work) && ask_incident(x, &incident))
		ask_answer(x, 200, view_unread(ask_view(x), &incident, &json, &err), json, &err);
}

enum { ID_WORD_MAX = 64 }; /* longer ones are no id, and the sentence says what an id is */

/* The body's comment, one of those that the person sees. False: answered. */
static bool read_upto(struct exchange *x, struct job *job)
{
	static const struct body_field fields[] = {{"comment", BODY_TEXT, true, 1, ID_WORD_MAX, 0}, {0}};
	struct ent_str id = ENT_ABSENT;
	struct ent_err err;

	if (!body_read(x, fields, &id))
		return false;
	id = sdk_lower(&x->arena.abi, id);
	if (!sdk_is_uuid(id)) {
		answer_problem(x, PROBLEM_CONTENT, "ask.read_comment",
			       "\"comment\" has to be a comment's id, a UUID: the one that came last of those that you "
			       "have read.");
		return false;
	}
	memcpy(job->ask.comment_uuid, id.p, ID_SIZE - 1);
	enum ent_rc rc = view_thread_has(ask_view(x), job->ask.incident, id, &err);
	if (rc != ENT_OK)
		answer_failure(x, rc, &err);
	return rc == ENT_OK;
}

void thread_read(struct exchange *x)
{
	struct job *job = ask_new(x, JOB_READ);
	struct incident incident;

	if (!ask_incident(x, &incident))
		return;
	job->ask.incident = incident.number;
	if (ask_person(x) && read_upto(x, job))
		ask_submit(x, job, read_answer);
}
