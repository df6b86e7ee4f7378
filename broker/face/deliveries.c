/* SPDX-License-Identifier: Apache-2.0 */
/* Deliveries: lists, and what a person decides about one that is parked or unknown. */
#include "face/deliveries.h"

#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "view/view_delivery.h"
#include "view/view_find.h"

#define TEXT_MAX 65536 /* characters of an edited text */

void deliveries_list(struct exchange *x)
{
	struct delivery_filter filter = {.state = exchange_argument(x, "state"),
					 .supplier = exchange_argument(x, "supplier"),
					 .cause = exchange_argument(x, "cause"),
					 .cursor = exchange_argument(x, "cursor")};
	struct ent_str word = exchange_argument(x, "incident"), json = ENT_ABSENT;
	struct incident incident = {.number = 0};
	struct ent_err err;
	enum ent_rc rc = ENT_OK;

	if (!ask_limit(x, &filter.limit))
		return;
	if (word.p != NULL)
		rc = view_find(ask_view(x), word, &incident, &err);
	filter.incident = incident.number;
	if (rc == ENT_OK)
		rc = view_delivery_list(ask_view(x), &filter, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}

static void answer_delivery(struct exchange *x, int64_t id)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = view_delivery(ask_view(x), id, &json, &err);

	ask_answer(x, 200, rc, json, &err);
}

void deliveries_get(struct exchange *x)
{
	int64_t id;

	if (ask_number(x, 0, false, &id))
		answer_delivery(x, id);
}

/* ---- a person's word ------------------------------------------------------------- */

static void action_answer(struct exchange *x)
{
	const struct job *job = x->work;

	if (ask_done(x, job))
		answer_delivery(x, job->ask.id);
}

static void submit_action(struct exchange *x, struct job *job, enum delivery_action action)
{
	if (!ask_number(x, 0, false, &job->ask.id))
		return;
	job->ask.action = action;
	ask_submit(x, job, action_answer);
}

void deliveries_retry(struct exchange *x)
{
	submit_action(x, ask_new(x, JOB_DELIVERY_ACT), DELIVERY_RETRY);
}

void deliveries_ignore(struct exchange *x)
{
	submit_action(x, ask_new(x, JOB_DELIVERY_ACT), DELIVERY_IGNORE);
}

void deliveries_edit(struct exchange *x)
{
	static const struct body_field fields[] = {{"text", BODY_TEXT, true, 1, TEXT_MAX, offsetof(struct ask, text)},
						   {0}};
	struct job *job = ask_new(x, JOB_DELIVERY_ACT);

	if (body_read(x, fields, &job->ask))
		submit_action(x, job, DELIVERY_EDIT);
}

/* ---- repair ------------------------------------------------------------------------ */

struct repair_body {
	struct ent_str supplier, cause;
};

static const struct body_field repair_fields[] = {
    {"cause", BODY_TEXT, true, 1, 32, offsetof(struct repair_body, cause)},
    {"supplier", BODY_TEXT, false, 1, SUPPLIER_NAME_MAX, offsetof(struct repair_body, supplier)},
    {0}};

/* Causes that somebody can correct for all their parked deliveries at once. */
static bool can_repair(enum delivery_cause cause)
{
	switch (cause) {
	case CAUSE_UNMAPPED:
	case CAUSE_REFUSED:
	case CAUSE_NOT_DONE:
	case CAUSE_CONFLICT:
	case CAUSE_FAILING:
	case CAUSE_GONE:
	case CAUSE_LOOP:
	case CAUSE_PUBLIC:
	case CAUSE_INVALID:
	case CAUSE_LEFT:
	case CAUSE_AUDIENCE: /* also what drift lists as still there */
		return true;
	case CAUSE_NONE:
	case CAUSE_UNKNOWN: /* each has to be looked at: a repeat could do it twice */
	case CAUSE_EARLIER: /* each is a choice of its own */
	case CAUSE_UNSHARED:
	case CAUSE_UNSUPPORTED:
	case CAUSE_IGNORED:
	case CAUSE_SUPERSEDED:
	case CAUSE_N:
		break;
	}
	return false;
}

static void repair_answer(struct exchange *x)
{
	const struct job *job = x->work;
	struct sdk_jsonw w;

	if (!ask_done(x, job))
		return;
	w = answer_json(x);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "repaired", job->ask.ret_count);
	sdk_jsonw_close(&w, '}');
	answer_done(x, 200);
}

void deliveries_repair(struct exchange *x)
{
	struct repair_body body = {{0}, {0}};
	struct job *job = ask_new(x, JOB_REPAIR);

	if (!body_read(x, repair_fields, &body))
		return;
	if (!delivery_cause_by_word(body.cause, &job->ask.cause) || !can_repair(job->ask.cause)) {
		answer_problem(
		    x, PROBLEM_CONTENT, "ask.repair_cause",
		    "\"cause\" has to be one of unmapped, refused, not_done, conflict, failing, gone, left, loop, "
		    "invalid, audience. Deliveries that are \"unknown\" may have been done: look at each of them in "
		    "the tool.");
		return;
	}
	if (body.supplier.p != NULL && supplier_by_name(x->roster->set, body.supplier) == NULL) {
		answer_problem(x, PROBLEM_CONTENT, "ask.no_supplier",
			       "\"supplier\" is not a configured supplier; GET /v1/suppliers, or entente supplier "
			       "list, lists them.");
		return;
	}
	job->ask.supplier = body.supplier;
	ask_submit(x, job, repair_answer);
}
