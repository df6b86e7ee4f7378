/* SPDX-License-Identifier: Apache-2.0 */
#include "face/thread.h"

#include "face/answer.h"
#include "face/ask.h"
#include "face/comments.h"
#include "view/view_thread.h"
#include "view/view_wording.h"

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

void thread_wordings(struct exchange *x)
{
	struct job *job = ask_new(x, JOB_COMMENT); /* never submitted: it holds what the path names */
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (!comments_named(x, job))
		return;
	enum ent_rc rc = view_wording(ask_view(x), job->ask.incident, sdk_str(job->ask.comment_uuid), &json, &err);
	ask_answer(x, 200, rc, json, &err);
}
