/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents: lists, one of them, its history; and what a person says of it: opened, described, its status. */
#include "face/incidents.h"

#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "face/reading.h"
#include "face/seek.h"
#include "sdk/time.h"
#include "sdk/webhook.h"
#include "view/view_history.h"
#include "view/view_incident.h"
#include "view/view_list.h"
#include "view/view_thread.h"

void incidents_list(struct exchange *x)
{
	struct incident_filter filter = {.status = exchange_argument(x, "status"),
					 .holder = exchange_argument(x, "holder"),
					 .supplier = exchange_argument(x, "supplier"),
					 .text = exchange_argument(x, "q"),
					 .cursor = exchange_argument(x, "cursor")};
	struct ent_str since = exchange_argument(x, "since"), json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc;

	if (!ask_limit(x, &filter.limit))
		return;
	if (since.p != NULL && !sdk_time_parse(since, 0, &filter.changed_since_ms)) {
		answer_problem(x, PROBLEM_REQUEST, "ask.since",
			       "\"since\" has to be a time like 2026-11-22T04:18:45Z.");
		return;
	}
	seek_titles(x, &filter);
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

static void answer_incident(struct exchange *x, int status, const struct incident *incident, struct ent_str tag)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = view_incident(ask_view(x), incident, &json, &err);

	ask_answer(x, status, rc, json, &err);
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
		answer_incident(x, 200, &incident, tag);
		return;
	}
	answer_body(x, 304, NULL, ENT_STR(""));
	x->answer.fields = sdk_format(&x->arena.abi, "ETag: %.*s\r\n", (int)tag.n, tag.p);
}

/* ---- what a person with us says of it ------------------------------------------------ */

enum { LEVEL_NOT_SAID = -1, TITLE_MAX = 300, PHRASE_MAX = 200 };

/* As the request says it; what is not said stays as it is here. */
struct incident_body {
	struct ent_str id, status, title, service, site, requester;
	const struct sdk_json *needed_before; /* null takes it away */
	int64_t impact, urgency;
};
#define INCIDENT_FIELDS                                                                                                \
	{"impact", BODY_INT, false, 0, 3, offsetof(struct incident_body, impact)},                                     \
	    {"urgency", BODY_INT, false, 0, 3, offsetof(struct incident_body, urgency)},                               \
	    {"needed_before", BODY_NODE, false, 0, 0, offsetof(struct incident_body, needed_before)},                  \
	    {"service", BODY_TEXT, false, 0, PHRASE_MAX, offsetof(struct incident_body, service)},                     \
	    {"site", BODY_TEXT, false, 0, PHRASE_MAX, offsetof(struct incident_body, site)},                           \
	{                                                                                                              \
		"requester", BODY_TEXT, false, 0, PHRASE_MAX, offsetof(struct incident_body, requester)                \
	}

static bool describe_text(struct exchange *x, struct description *ret, enum description_part part, const char *name,
			  struct ent_str said, struct ent_str *to)
{
	for (size_t i = 0; i < said.n; i++)
		if ((unsigned char)said.p[i] < 0x20 || said.p[i] == 0x7F) {
			answer_problem(x, PROBLEM_CONTENT, "ask.one_line",
				       "\"{name=%s}\" has to be one line, without control characters.", name);
			return false;
		}
	ret->says |= said.p ? 1u << part : 0;
	*to = sdk_trim(said);
	return true;
}

static void describe_level(struct description *ret, enum description_part part, int64_t said, unsigned *to)
{
	if (said == LEVEL_NOT_SAID)
		return;
	ret->says |= 1u << part;
	*to = (unsigned)said;
}

static bool describe_time(struct exchange *x, const struct sdk_json *said, struct description *ret)
{
	if (!said)
		return true;
	ret->says |= 1u << DESCRIBED_NEEDED_BEFORE;
	if (sdk_json_kind(said) == SDK_JSON_NULL ||
	    (sdk_json_kind(said) == SDK_JSON_STRING && sdk_time_parse(sdk_json_text(said), 0, &ret->needed_before_ms)))
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.needed_before",
		       "\"needed_before\" has to be a time like 2026-11-22T04:18:45Z, or null.");
	return false;
}

static bool read_description(struct exchange *x, const struct body_field *fields, struct incident_body *body,
			     struct description *ret)
{
	*body = (struct incident_body){.impact = LEVEL_NOT_SAID, .urgency = LEVEL_NOT_SAID};
	if (!body_read(x, fields, body))
		return false;
	describe_level(ret, DESCRIBED_IMPACT, body->impact, &ret->impact);
	describe_level(ret, DESCRIBED_URGENCY, body->urgency, &ret->urgency);
	return describe_text(x, ret, DESCRIBED_TITLE, "title", body->title, &ret->title) &&
	       describe_text(x, ret, DESCRIBED_SERVICE, "service", body->service, &ret->service) &&
	       describe_text(x, ret, DESCRIBED_SITE, "site", body->site, &ret->site) &&
	       describe_text(x, ret, DESCRIBED_REQUESTER, "requester", body->requester, &ret->requester.name) &&
	       describe_time(x, body->needed_before, ret);
}

static void described_answer(struct exchange *x)
{
	const struct job *job = x->work;
	struct incident incident;
	struct ent_str tag;

	if (!ask_incident(x, &incident) || !read_tag(x, &incident, &tag))
		return;
	answer_incident(x, job->kind == JOB_OPEN && job->outcome == JOB_ACCEPTED ? 201 : 200, &incident, tag);
}

static void described_done(struct exchange *x)
{
	if (ask_done(x, x->work))
		reading_ask(x, described_answer);
}

void incidents_post(struct exchange *x)
{
	static const struct body_field fields[] = {
	    {"title", BODY_TEXT, true, 1, TITLE_MAX, offsetof(struct incident_body, title)},
	    {"id", BODY_TEXT, false, ID_SIZE - 1, ID_SIZE - 1, offsetof(struct incident_body, id)},
	    INCIDENT_FIELDS,
	    {0}};
	struct job *job = ask_new(x, JOB_OPEN);
	struct incident_body body;

	if (!read_description(x, fields, &body, &job->ask.description) ||
	    !ask_id(x, body.id, "incident", job->ask.incident_uuid))
		return;
	x->param[0] = sdk_str(job->ask.incident_uuid);
	ask_submit(x, job, described_done);
}

/* A hand-over is made by a share; an incident cannot have the status `transferred`. */
static bool read_status(struct exchange *x, struct ent_str word, enum ent_status *ret)
{
	*ret = sdk_status(word);
	if (!word.p || (*ret != ENT_STATUS_UNKNOWN && *ret != ENT_TRANSFERRED))
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.status_of",
		       "\"status\" has to be one of new, acknowledged, in_progress, pending, held, resolved, closed, "
		       "cancelled, rejected.");
	return false;
}

void incidents_patch(struct exchange *x)
{
	static const struct body_field fields[] = {
	    {"status", BODY_TEXT, false, 1, 32, offsetof(struct incident_body, status)},
	    {"title", BODY_TEXT, false, 1, TITLE_MAX, offsetof(struct incident_body, title)},
	    INCIDENT_FIELDS,
	    {0}};
	struct job *job = ask_new(x, JOB_STATUS);
	struct incident incident;
	struct incident_body body;

	if (!ask_incident(x, &incident) || !read_description(x, fields, &body, &job->ask.description) ||
	    !read_status(x, body.status, &job->ask.status))
		return;
	job->ask.incident = incident.number;
	if (job->ask.status == ENT_STATUS_UNKNOWN && !job->ask.description.says)
		answer_problem(
		    x, PROBLEM_CONTENT, "ask.describe_nothing",
		    "Say what changes: status, title, impact, urgency, needed_before, service, site or requester.");
	else
		ask_submit(x, job, described_done);
}

void incidents_history(struct exchange *x)
{
	struct incident incident;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	int64_t after;
	int limit;
	enum ent_rc rc;

	if (!exchange_argument_int(x, "after", 0, 0, INT64_MAX, &after) || !ask_limit(x, &limit) ||
	    !ask_incident(x, &incident))
		return;
	rc = view_history(ask_view(x), &incident, after, limit, &json, &err);
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
