/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents: lists, one of them, its history; and its status, which a person may set. */
#include "face/incidents.h"

#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "face/reading.h"
#include "sdk/time.h"
#include "sdk/webhook.h"
#include "view/view_history.h"
#include "view/view_incident.h"
#include "view/view_list.h"
#include "view/view_thread.h"

void incidents_list(struct exchange *x)
{
	const struct limits *limits = &x->desk->face->limits;
	struct incident_filter filter = {.status = exchange_argument(x, "status"),
					 .holder = exchange_argument(x, "holder"),
					 .supplier = exchange_argument(x, "supplier"),
					 .text = exchange_argument(x, "q"),
					 .cursor = exchange_argument(x, "cursor")};
	struct ent_str since = exchange_argument(x, "since"), json = ENT_ABSENT;
	struct ent_err err;
	int64_t limit;
	enum ent_rc rc;

	if (!exchange_argument_int(x, "limit", limits->page, 1, limits->page_max, &limit))
		return;
	filter.limit = (int)limit;
	if (since.p != NULL && !sdk_time_parse(since, 0, &filter.changed_since_ms)) {
		answer_problem(x, PROBLEM_REQUEST, "\"since\" has to be a time like 2026-11-22T04:18:45Z.");
		return;
	}
	rc = view_list(ask_view(x), &filter, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

/* One of a list of entity tags, compared weakly as If-None-Match does; or "*". */
static bool tag_matches(struct ent_str list, struct ent_str tag)
{
	for (struct ent_str rest = list; rest.p != NULL;) {
		struct ent_str one = sdk_trim(sdk_cut(rest, ',', &rest));

		if (sdk_starts(one, "W/"))
			one = (struct ent_str){one.p + 2, one.n - 2};
		if (sdk_eq(one, tag) || sdk_eqz(one, "*"))
			return true;
	}
	return false;
}

static bool read_tag(struct exchange *x, const struct incident *incident, struct ent_str *ret)
{
	struct ent_err err;
	enum ent_rc rc = view_incident_tag(ask_view(x), incident, ret, &err);

	if (rc != ENT_OK)
		answer_failure(x, rc, &err);
	return rc == ENT_OK;
}

static void answer_incident(struct exchange *x, const struct incident *incident, struct ent_str tag)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = view_incident(ask_view(x), incident, &json, &err);

	ask_answer(x, 200, rc, json, &err);
	if (rc == ENT_OK)
		x->answer.fields = sdk_format(&x->arena.abi, "ETag: %.*s\r\n", (int)tag.n, tag.p);
}

void incidents_get(struct exchange *x)
{
	struct incident incident;
	struct ent_str tag;

	if (!ask_incident(x, &incident) || !read_tag(x, &incident, &tag))
		return;
	if (!tag_matches(exchange_header(x, "if-none-match"), tag)) {
		answer_incident(x, &incident, tag);
		return;
	}
	answer_body(x, 304, NULL, ENT_STR(""));
	x->answer.fields = sdk_format(&x->arena.abi, "ETag: %.*s\r\n", (int)tag.n, tag.p);
}

/* ---- its status, by a person with us ------------------------------------------------- */

static void patch_answer(struct exchange *x)
{
	struct incident incident;
	struct ent_str tag;

	if (ask_incident(x, &incident) && read_tag(x, &incident, &tag))
		answer_incident(x, &incident, tag);
}

static void patch_done(struct exchange *x)
{
	if (ask_done(x, x->work))
		reading_ask(x, patch_answer);
}

void incidents_patch(struct exchange *x)
{
	struct {
		struct ent_str status;
	} body = {ENT_ABSENT};
	static const struct body_field fields[] = {{"status", BODY_TEXT, true, 1, 32, 0}, {0}};
	struct incident incident;
	struct job *job = ask_new(x, JOB_STATUS);

	if (!ask_incident(x, &incident) || !body_read(x, fields, &body))
		return;
	job->ask.incident = incident.number;
	job->ask.status = sdk_status(body.status);
	/* A hand-over is made by a share; an incident cannot have this status. */
	if (job->ask.status == ENT_STATUS_UNKNOWN || job->ask.status == ENT_TRANSFERRED)
		answer_problem(
		    x, PROBLEM_CONTENT,
		    "\"status\" has to be one of new, acknowledged, in_progress, pending, held, resolved, closed, "
		    "cancelled, rejected.");
	else
		ask_submit(x, job, patch_done);
}

void incidents_history(struct exchange *x)
{
	const struct limits *limits = &x->desk->face->limits;
	struct incident incident;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	int64_t after, limit;
	enum ent_rc rc;

	if (!exchange_argument_int(x, "after", 0, 0, INT64_MAX, &after) ||
	    !exchange_argument_int(x, "limit", limits->page, 1, limits->page_max, &limit) ||
	    !ask_incident(x, &incident))
		return;
	rc = view_history(ask_view(x), &incident, after, (int)limit, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

void incidents_comments(struct exchange *x)
{
	struct thread_page page = {.before = exchange_argument(x, "before"),
				   .after = exchange_argument(x, "after"),
				   .around = exchange_argument(x, "around")};
	struct incident incident;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	int64_t limit;
	enum ent_rc rc;

	if (!exchange_argument_int(x, "limit", VIEW_THREAD_PAGE, 1, VIEW_PAGE_MAX, &limit) ||
	    !ask_incident(x, &incident))
		return;
	page.limit = (int)limit;
	rc = view_thread(ask_view(x), &incident, &page, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}
