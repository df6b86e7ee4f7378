/* SPDX-License-Identifier: Apache-2.0 */
/* POST /hooks/{supplier} and /hooks/{supplier}/{secret}: the journey of a webhook, up to the writer and back. */
#include "face/hooks.h"

#include "face/answer.h"
#include "face/arrive.h"

/* The answer is the same for each mistake, so that it does not help to guess a signature. */
static void refuse_unsigned(struct exchange *x, const struct supplier *supplier, const struct ent_err *err)
{
	struct face *face = x->desk->face;

	metric_add(face->world.metrics, METRIC_ARRIVALS_REFUSED, 1);
	if (desk_may_log_refusal(x->home))
		log_write(face->world.log, LOG_WARN, "hook.refused", LOG_STR("supplier", supplier->name),
			  LOG_Z("why", err->msg), LOG_END);
	answer_problem(
	    x, PROBLEM_SIGNATURE, "hook.signature",
	    "Sign the arrival with the secret that was agreed on, as this supplier's tool does; nothing was kept.");
	x->answer.fields = ENT_STR("WWW-Authenticate: Signature realm=\"hooks\"\r\n");
}

/* A repeat and a dead letter get the same answer as a new arrival: the sender has done its part. */
static void hook_answer(struct exchange *x)
{
	const struct job *job = x->work;
	struct face *face = x->desk->face;
	struct sdk_jsonw w;

	if (arrive_outcome(job) == NULL) {
		metric_add(face->world.metrics, METRIC_ARRIVALS_BUSY, 1);
		answer_busy(x, SDK_SENTENCE("busy.store", "The store does not take changes now."));
		return;
	}
	arrive_log(x, job);
	metric_observe(face->world.metrics, METRIC_HOOK_US, x->home->now_us - x->began_us);
	w = answer_json(x);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kz(&w, "status", "accepted");
	sdk_jsonw_kstr(&w, "delivery_id", job->arrival.delivery_id);
	sdk_jsonw_close(&w, '}');
	answer_done(x, 202);
}

void hooks_post(struct exchange *x)
{
	const struct supplier *supplier = supplier_by_name(x->roster->set, x->param[0]);
	struct metrics *metrics = x->desk->face->world.metrics;
	struct ent_webhook webhook;
	struct job *job;
	struct ent_err err = {0};
	enum ent_rc rc;

	if (supplier == NULL || supplier->no_hooks) {
		metric_add(metrics, METRIC_ARRIVALS_REFUSED, 1);
		answer_problem(x, PROBLEM_NOT_FOUND, "hook.no_supplier",
			       "No supplier that sends webhooks is configured by this name.");
		return;
	}
	job = SDK_NEW(&x->arena.abi, struct job);
	webhook = (struct ent_webhook){x->request.header, x->request.n_header, x->body, x->param[1]};
	rc = arrive_prepare(x, supplier, &webhook, false, job, &err);
	if (rc == ENT_EAUTH) {
		refuse_unsigned(x, supplier, &err);
	} else if (rc != ENT_OK) {
		metric_add(metrics, METRIC_ARRIVALS_REFUSED, 1);
		answer_problem(x, PROBLEM_REQUEST, "hook.not_taken", "The arrival cannot be taken: {why=%p}.",
			       SDK_WHY(&err));
	} else {
		x->work = job;
		if (exchange_submit(x, job, hook_answer))
			return;
		metric_add(metrics, METRIC_ARRIVALS_BUSY, 1);
		answer_busy(x, SDK_SENTENCE("busy.arrivals", "Too many arrivals wait for the store."));
	}
}
