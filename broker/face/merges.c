/* SPDX-License-Identifier: Apache-2.0 */
/* Two incidents become one, are parted again, or are linked. ?dry_run=true answers who will see what, and nothing is
 * done. */
#include "face/merges.h"

#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "face/reading.h"
#include "view/view_find.h"
#include "view/view_link.h"
#include "view/view_merge.h"

struct merge_body {
	struct ent_str word, relation;
};

#define WORD_MAX 200 /* characters */
#define MERGE_ROW(name, required, member)                                                                              \
	{                                                                                                              \
		name, BODY_TEXT, required, 1, WORD_MAX, offsetof(struct merge_body, member)                            \
	}

/* ---- a merge, a split ---------------------------------------------------------------------- */

static void pair_answer(struct exchange *x)
{
	const struct job *job = x->work;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (ask_done(x, job))
		ask_answer(x, 200,
			   view_merge_pair(ask_view(x), sdk_str(job->incident_uuid), sdk_str(job->ask.comment_uuid),
					   &json, &err),
			   json, &err);
}

static void answer_merge_reach(struct exchange *x)
{
	const struct job *job = x->work;
	struct incident one, other;
	struct ent_str json = ENT_ABSENT;
	char number[INCIDENT_NUMBER_SIZE];
	struct ent_err err;
	enum ent_rc rc = view_find(ask_view(x), incident_number(job->ask.incident, number), &one, &err);

	if (rc == ENT_OK)
		rc = view_find(ask_view(x), incident_number(job->ask.other, number), &other, &err);
	if (rc == ENT_OK)
		rc = view_merge_reach(ask_view(x), &one, &other, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

static void answer_split_reach(struct exchange *x)
{
	const struct job *job = x->work;
	struct incident kept;
	struct ent_str json = ENT_ABSENT;
	char number[INCIDENT_NUMBER_SIZE];
	struct ent_err err;
	enum ent_rc rc = view_find(ask_view(x), incident_number(job->ask.incident, number), &kept, &err);

	if (rc == ENT_OK)
		rc = view_split_reach(ask_view(x), &kept, job->ask.other, &json, &err);
	if (rc == ENT_EINVAL) {
		answer_problem_said(x, PROBLEM_CONFLICT, sdk_said(&err));
		return;
	}
	ask_answer(x, 200, rc, json, &err);
}

/* The incident that the body names. False: answered. */
static bool find_named(struct exchange *x, struct ent_str word, struct incident *ret)
{
	struct ent_err err;
	enum ent_rc rc = view_find(ask_view(x), word, ret, &err);

	if (rc == ENT_OK)
		return true;
	if (rc == ENT_EGONE)
		answer_problem_said(x, PROBLEM_CONTENT, sdk_said(&err));
	else
		answer_failure(x, rc, &err);
	return false;
}

void merges_merge(struct exchange *x)
{
	static const struct body_field fields[] = {MERGE_ROW("other", true, word), {0}};
	struct job *job = ask_new(x, JOB_MERGE);
	struct merge_body body = {ENT_ABSENT, ENT_ABSENT};
	struct incident one, other;
	bool dry;

	if (!ask_dry_run(x, &dry) || !ask_incident(x, &one) || !body_read(x, fields, &body) ||
	    !find_named(x, body.word, &other))
		return;
	job->ask.incident = one.number;
	job->ask.other = other.number;
	x->work = job;
	if (dry)
		reading_ask(x, answer_merge_reach);
	else
		ask_submit(x, job, pair_answer);
}

void merges_split(struct exchange *x)
{
	static const struct body_field fields[] = {MERGE_ROW("other", false, word), {0}};
	struct job *job = ask_new(x, JOB_SPLIT);
	struct merge_body body = {ENT_ABSENT, ENT_ABSENT};
	struct incident kept;
	bool dry;

	if (!ask_dry_run(x, &dry) || !ask_incident(x, &kept) || !body_read(x, fields, &body))
		return;
	job->ask.incident = kept.number;
	if (body.word.p && (job->ask.other = view_merge_number(ask_view(x), body.word)) == 0) {
		answer_problem(x, PROBLEM_CONTENT, "split.no_other",
			       "\"other\" has to be the number or the id of an incident that went into this one.");
		return;
	}
	x->work = job;
	if (dry)
		reading_ask(x, answer_split_reach);
	else
		ask_submit(x, job, pair_answer);
}

/* ---- links --------------------------------------------------------------------------------- */

void merges_links(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct incident incident;
	struct ent_err err;

	if (ask_incident(x, &incident))
		ask_answer(x, 200, view_link_list(ask_view(x), &incident, &json, &err), json, &err);
}

static void links_answer(struct exchange *x)
{
	if (ask_done(x, x->work))
		merges_links(x);
}

void merges_link(struct exchange *x)
{
	static const struct body_field fields[] = {
	    MERGE_ROW("other", true, word), MERGE_ROW("relation", true, relation), {0}};
	struct job *job = ask_new(x, JOB_LINK);
	struct merge_body body = {ENT_ABSENT, ENT_ABSENT};
	struct incident one, other;

	if (!ask_incident(x, &one) || !body_read(x, fields, &body) || !find_named(x, body.word, &other))
		return;
	if (!relation_by_word(body.relation, &job->ask.relation)) {
		answer_problem(x, PROBLEM_CONTENT, "link.relation",
			       "\"relation\" has to be related, causes, caused_by, duplicates or duplicated_by.");
		return;
	}
	job->ask.incident = one.number;
	job->ask.other = other.number;
	ask_submit(x, job, links_answer);
}

void merges_unlink(struct exchange *x)
{
	struct job *job = ask_new(x, JOB_UNLINK);
	struct incident one, other;
	struct ent_err err;

	if (!ask_incident(x, &one))
		return;
	enum ent_rc rc = view_find(ask_view(x), x->param[1], &other, &err);
	if (rc != ENT_OK) {
		answer_failure(x, rc, &err);
		return;
	}
	job->ask.incident = one.number;
	job->ask.other = other.number;
	ask_submit(x, job, links_answer);
}
