/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents and suppliers, read. */
#include "edge/route.h"
#include "edge/worker.h"
#include "sdk/time.h"
#include "store/read.h"

static void answer_read(struct exchange *x, enum ent_rc rc, struct ent_str json, const struct ent_err *err)
{
	if (rc == ENT_OK)
		answer_body(x, 200, NULL, json);
	else
		answer_failure(x, rc, err);
}

void incident_list(struct exchange *x)
{
	const struct limits *limits = &x->worker->edge->limits;
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
	rc = read_incidents(x->worker->db, &x->arena.abi, &filter, &json, &err);
	answer_read(x, rc, json, &err);
}

static bool find(struct exchange *x, struct incident *ret)
{
	struct ent_err err;
	enum ent_rc rc = read_incident_find(x->worker->db, &x->arena.abi, x->param[0], ret, &err);

	if (rc != ENT_OK)
		answer_failure(x, rc, &err);
	return rc == ENT_OK;
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

/* Each event of an incident has a sequence of its own, so that uuid and sequence say which state was read. */
void incident_get(struct exchange *x)
{
	struct incident incident;
	struct ent_str tag, json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc;

	if (!find(x, &incident))
		return;
	tag = sdk_format(&x->arena.abi, "\"%s-%lld\"", incident.uuid, (long long)incident.sequence);
	if (tag_matches(exchange_header(x, "if-none-match"), tag)) {
		answer_body(x, 304, NULL, ENT_STR(""));
	} else {
		rc = read_incident(x->worker->db, &x->arena.abi, &incident, &json, &err);
		answer_read(x, rc, json, &err);
		if (rc != ENT_OK)
			return;
	}
	x->answer.fields = sdk_format(&x->arena.abi, "ETag: %.*s\r\n", (int)tag.n, tag.p);
}

void incident_history(struct exchange *x)
{
	const struct limits *limits = &x->worker->edge->limits;
	struct incident incident;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	int64_t after, limit;
	enum ent_rc rc;

	if (!exchange_argument_int(x, "after", 0, 0, INT64_MAX, &after) ||
	    !exchange_argument_int(x, "limit", limits->page, 1, limits->page_max, &limit) || !find(x, &incident))
		return;
	rc = read_history(x->worker->db, &x->arena.abi, &incident, after, (int)limit, &json, &err);
	answer_read(x, rc, json, &err);
}

void supplier_list(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = read_suppliers(x->worker->db, &x->arena.abi, x->roster->set, x->worker->now_ms, &json, &err);

	answer_read(x, rc, json, &err);
}
