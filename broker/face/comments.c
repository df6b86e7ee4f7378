/* SPDX-License-Identifier: Apache-2.0 */
/* A person with us writes into an incident's thread. Who may read it is said each time: there is no default. */
#include "face/comments.h"

#include <stdlib.h>
#include <string.h>
#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "view/view_repeat.h"
#include "view/view_share.h"
#include "view/view_thread.h"

#define COMMENT_MAX  65536 /* characters */
#define AUDIENCE_MAX 64    /* suppliers named */

struct comment_body {
	struct ent_str body, id;
	const struct sdk_json *audience;
};

static const struct body_field comment_fields[] = {
    {"body", BODY_TEXT, true, 1, COMMENT_MAX, offsetof(struct comment_body, body)},
    {"audience", BODY_NODE, true, 0, 0, offsetof(struct comment_body, audience)},
    {"id", BODY_TEXT, false, ID_SIZE - 1, ID_SIZE - 1, offsetof(struct comment_body, id)},
    {0}};

static bool refuse_audience(struct exchange *x)
{
	answer_problem(x, PROBLEM_CONTENT,
		       "\"audience\" has to be \"internal\", \"everyone\", or a list of 1 to %d suppliers, each once, "
		       "as GET /v1/suppliers names them.",
		       AUDIENCE_MAX);
	return false;
}

static int compare_names(const void *a, const void *b)
{
	const struct supplier *const *left = a, *const *right = b;
	struct ent_str l = (*left)->name, r = (*right)->name;
	int order = memcmp(l.p, r.p, l.n < r.n ? l.n : r.n);

	return order != 0 ? order : (l.n > r.n) - (l.n < r.n);
}

static bool read_names(struct exchange *x, const struct sdk_json *list, struct ent_str *ret)
{
	const struct supplier *named[AUDIENCE_MAX];
	size_t n = 0;

	if (sdk_json_count(list) < 1 || sdk_json_count(list) > AUDIENCE_MAX)
		return refuse_audience(x);
	for (const struct sdk_json *one = sdk_json_first(list); one != NULL; one = sdk_json_next(one), n++) {
		if (sdk_json_kind(one) != SDK_JSON_STRING)
			return refuse_audience(x);
		named[n] = supplier_by_name(x->roster->set, sdk_json_text(one));
		if (named[n] == NULL)
			return refuse_audience(x);
	}
	qsort(named, n, sizeof *named, compare_names);
	*ret = named[0]->name;
	for (size_t i = 1; i < n; i++) {
		if (named[i] == named[i - 1])
			return refuse_audience(x);
		*ret = sdk_format(&x->arena.abi, "%.*s,%.*s", (int)ret->n, ret->p, (int)named[i]->name.n,
				  named[i]->name.p);
	}
	return true;
}

static bool read_audience(struct exchange *x, const struct sdk_json *node, struct audience *ret)
{
	*ret = (struct audience){.kind = AUDIENCE_INTERNAL};
	if (sdk_json_kind(node) == SDK_JSON_ARRAY) {
		ret->kind = AUDIENCE_SUPPLIERS;
		return read_names(x, node, &ret->suppliers);
	}
	if (sdk_json_kind(node) != SDK_JSON_STRING || !audience_kind(sdk_json_text(node), &ret->kind) ||
	    (ret->kind != AUDIENCE_INTERNAL && ret->kind != AUDIENCE_EVERYONE))
		return refuse_audience(x);
	return true;
}

/* A UUID as text, made lower case; absent: a new one. */
static bool read_comment_id(struct exchange *x, struct ent_str id, char ret[ID_SIZE])
{
	struct chance *chance = x->desk->face->world.chance;
	struct ent_str lower = sdk_lower(&x->arena.abi, id);

	if (id.p == NULL) {
		chance->uuid(chance, ret);
		return true;
	}
	for (size_t i = 0; i < lower.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (lower.n == ID_SIZE - 1 && (dash ? lower.p[i] == '-' : sdk_hex_value(lower.p[i]) >= 0))
			continue;
		answer_problem(
		    x, PROBLEM_CONTENT,
		    "\"id\" has to be a UUID like 5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d, a new one for each comment.");
		return false;
	}
	memcpy(ret, lower.p, ID_SIZE - 1);
	ret[ID_SIZE - 1] = '\0';
	return true;
}

/* A second request with the same id has to have the same text and audience; otherwise it is a mistake. */
static bool is_repeat(struct exchange *x, const struct job *job)
{
	const struct ask *ask = &job->ask;

	if (job->outcome != JOB_REPEATED ||
	    view_repeat(ask_view(x), ask->incident, sdk_str(ask->comment_uuid), ask->text, &ask->audience))
		return true;
	answer_problem(x, PROBLEM_CONFLICT,
		       "This \"id\" stands for another comment already; take a new one for new words.");
	return false;
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

void comments_post(struct exchange *x)
{
	struct comment_body body = {0};
	struct incident incident;
	struct job *job = ask_new(x, JOB_COMMENT);

	if (!ask_incident(x, &incident) || !body_read(x, comment_fields, &body) ||
	    !read_audience(x, body.audience, &job->ask.audience) || !read_comment_id(x, body.id, job->ask.comment_uuid))
		return;
	job->ask.incident = incident.number;
	job->ask.text = body.body;
	ask_submit(x, job, comment_answer);
}
