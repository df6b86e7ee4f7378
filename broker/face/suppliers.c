/* SPDX-License-Identifier: Apache-2.0 */
/* Suppliers: the state of each, polls and back-fills, drift. */
#include "face/suppliers.h"

#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "view/view_drift.h"
#include "view/view_supplier.h"

void suppliers_list(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = view_supplier_list(ask_view(x), x->roster->set, x->desk->now_ms, &json, &err);

	ask_answer(x, 200, rc, json, &err);
}

static void answer_supplier(struct exchange *x, int status)
{
	const struct supplier *supplier = ask_supplier(x);
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc;

	if (supplier == NULL)
		return;
	rc = view_supplier(ask_view(x), x->roster->set, supplier, x->desk->now_ms, &json, &err);
	ask_answer(x, status, rc, json, &err);
}

void suppliers_get(struct exchange *x)
{
	answer_supplier(x, 200);
}

/* ---- back-fill -------------------------------------------------------------------------- */

static void backfill_answer(struct exchange *x)
{
	const struct job *job = x->work;

	if (ask_done(x, job))
		answer_supplier(x, job->kind == JOB_BACKFILL ? 202 : 200);
}

void suppliers_backfill(struct exchange *x)
{
	static const struct body_field fields[] = {{"since", BODY_TIME, true, 0, 0, offsetof(struct ask, since_ms)},
						   {0}};
	const struct supplier *supplier = ask_supplier(x);
	struct job *job = ask_new(x, JOB_BACKFILL);

	if (supplier == NULL || !body_read(x, fields, &job->ask))
		return;
	if (job->ask.since_ms < 0 || job->ask.since_ms > x->home->now_ms) {
		answer_problem(x, PROBLEM_CONTENT, "ask.since_past", "\"since\" has to be a time that has passed.");
		return;
	}
	job->ask.supplier = supplier->name;
	ask_submit(x, job, backfill_answer);
}

void suppliers_backfill_stop(struct exchange *x)
{
	const struct supplier *supplier = ask_supplier(x);
	struct job *job = ask_new(x, JOB_BACKFILL_STOP);

	if (supplier == NULL)
		return;
	job->ask.supplier = supplier->name;
	ask_submit(x, job, backfill_answer);
}

/* ---- poll --------------------------------------------------------------------------------- */

static void poll_answer(struct exchange *x)
{
	if (ask_done(x, x->work))
		answer_supplier(x, 202);
}

void suppliers_poll(struct exchange *x)
{
	static const struct body_field fields[] = {{"from", BODY_TIME, false, 0, 0, offsetof(struct ask, since_ms)},
						   {0}};
	const struct supplier *supplier = ask_supplier(x);
	struct job *job = ask_new(x, JOB_POLL);

	if (supplier == NULL)
		return;
	job->ask.since_ms = 0;
	if (!body_read(x, fields, &job->ask))
		return;
	if (job->ask.since_ms < 0 || job->ask.since_ms > x->home->now_ms) {
		answer_problem(x, PROBLEM_CONTENT, "ask.from_past",
			       "\"from\" has to be a time that has passed, since 1970.");
		return;
	}
	job->ask.supplier = supplier->name;
	ask_submit(x, job, poll_answer);
}

/* ---- drift -------------------------------------------------------------------------------- */

void suppliers_drift(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	int limit;
	enum ent_rc rc;

	if (!ask_limit(x, &limit))
		return;
	rc = view_drift(ask_view(x), x->roster->set, exchange_argument(x, "supplier"), exchange_argument(x, "cursor"),
			limit, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}
