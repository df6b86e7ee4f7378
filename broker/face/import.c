/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/arrivals: import's way in. */
#include "face/import.h"

#include "face/answer.h"
#include "face/arrive.h"

struct import {
	struct ent_str supplier, delivery_id, body;
	struct ent_header *header;
	size_t n_header;
};

static bool read_headers(struct exchange *x, const struct sdk_json *node, struct import *ret)
{
	size_t n = sdk_json_count(node);

	if (sdk_json_kind(node) != SDK_JSON_OBJECT || n > x->desk->face->limits.headers_max) {
		answer_problem(x, PROBLEM_CONTENT, "import.headers_kind",
			       "\"headers\" has to be an object of at most {most=%zu} names and strings.",
			       x->desk->face->limits.headers_max);
		return false;
	}
	ret->header = SDK_NEW_N(&x->arena.abi, struct ent_header, n + 1);
	for (const struct sdk_json *header = sdk_json_first(node); header != NULL; header = sdk_json_next(header)) {
		if (sdk_json_kind(header) != SDK_JSON_STRING) {
			answer_problem(x, PROBLEM_CONTENT, "import.header_kind",
				       "Each value of \"headers\" has to be a string.");
			return false;
		}
		ret->header[ret->n_header++] = (struct ent_header){sdk_json_key(header), sdk_json_text(header)};
	}
	return true;
}

static bool read_import_member(struct exchange *x, const struct sdk_json *member, struct import *ret)
{
	struct ent_str key = sdk_json_key(member);
	bool string = sdk_json_kind(member) == SDK_JSON_STRING;

	if (sdk_eqz(key, "headers"))
		return read_headers(x, member, ret);
	if (sdk_eqz(key, "body"))
		ret->body = string ? sdk_json_text(member) : sdk_json_print(&x->arena.abi, member);
	else if (sdk_eqz(key, "supplier") && string)
		ret->supplier = sdk_json_text(member);
	else if (sdk_eqz(key, "delivery_id") && string)
		ret->delivery_id = sdk_json_text(member);
	else
		return answer_problem(
			   x, PROBLEM_CONTENT, "import.member",
			   "The members are \"supplier\" and \"delivery_id\" (strings), \"body\" (anything) and "
			   "\"headers\" (an object of strings); \"{name=%.*s}\" is none of them, or of another kind.",
			   (int)(key.n < 64 ? key.n : 64), key.p),
		       false;
	return true;
}

static bool read_import(struct exchange *x, struct import *ret)
{
	const struct sdk_json *node;
	struct ent_err err;

	if (sdk_json_parse(&x->arena.abi, x->body, &node, &err) != ENT_OK) {
		answer_problem(x, PROBLEM_REQUEST, "ask.body_no_json", "The body is no JSON: {why=%p}.", SDK_WHY(&err));
		return false;
	}
	if (sdk_json_kind(node) != SDK_JSON_OBJECT) {
		answer_problem(x, PROBLEM_CONTENT, "ask.body_no_object", "The body has to be a JSON object.");
		return false;
	}
	for (const struct sdk_json *member = sdk_json_first(node); member != NULL; member = sdk_json_next(member))
		if (!read_import_member(x, member, ret))
			return false;
	if (ret->supplier.p == NULL || ret->body.p == NULL || !arrival_is_delivery_id(ret->delivery_id)) {
		answer_problem(x, PROBLEM_CONTENT, "import.needs",
			       "\"supplier\", \"delivery_id\" (1 to {most=%d} printable characters without spaces) and "
			       "\"body\" are needed.",
			       ENT_ID_MAX);
		return false;
	}
	return true;
}

static void import_answer(struct exchange *x)
{
	const struct job *job = x->work;
	const char *outcome = arrive_outcome(job);
	struct sdk_jsonw w;

	if (outcome == NULL) {
		answer_busy(x, SDK_SENTENCE("busy.store", "The store does not take changes now."));
		return;
	}
	arrive_log(x, job);
	w = answer_json(x);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "status", outcome);
	sdk_jsonw_kstr(&w, "delivery_id", job->arrival.delivery_id);
	if (job->incident_uuid[0] != '\0')
		sdk_jsonw_kz(&w, "incident_id", job->incident_uuid);
	if (job->outcome == JOB_DEAD)
		sdk_said_kprint(&w, "reason", sdk_said(&job->err));
	sdk_jsonw_close(&w, '}');
	answer_done(x, 202);
}

void import_post(struct exchange *x)
{
	struct import import = {0};
	const struct supplier *supplier;
	struct job *job = SDK_NEW(&x->arena.abi, struct job);
	struct ent_err err;

	if (!read_import(x, &import))
		return;
	supplier = supplier_by_name(x->roster->set, import.supplier);
	if (supplier == NULL) {
		answer_problem(x, PROBLEM_CONTENT, "ask.no_supplier",
			       "\"supplier\" is not a configured supplier; GET /v1/suppliers, or entente supplier "
			       "list, lists them.");
		return;
	}
	if (arrive_prepare(x, supplier, &(struct ent_webhook){import.header, import.n_header, import.body, ENT_ABSENT},
			   true, job, &err) != ENT_OK) {
		answer_problem(x, PROBLEM_CONTENT, "import.not_taken", "The connector does not take it: {why=%p}.",
			       SDK_WHY(&err));
		return;
	}
	job->arrival.delivery_id = import.delivery_id;
	x->work = job;
	if (!exchange_submit(x, job, import_answer)) {
		metric_add(x->desk->face->world.metrics, METRIC_ARRIVALS_BUSY, 1);
		answer_busy(x, SDK_SENTENCE("busy.changes", "Too many changes wait for the store."));
	}
}
