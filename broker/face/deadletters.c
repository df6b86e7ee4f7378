/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters: read, raw, replayed one or many, ignored. */
#include "face/deadletters.h"

#include "face/answer.h"
#include "face/arrive.h"
#include "face/ask.h"
#include "face/body.h"
#include "view/view_dead.h"

void deadletters_list(struct exchange *x)
{
	ask_list(x, "supplier", view_dead_list);
}

static bool read_letter_id(struct exchange *x, int64_t *ret)
{
	if (sdk_to_int(x->param[0], ret) && *ret > 0)
		return true;
	answer_problem(x, PROBLEM_NOT_FOUND, "ask.dead_letter_id",
		       "A dead letter's id is a number; GET /v1/deadletters, or entente deadletter list, lists them.");
	return false;
}

static bool read_letter(struct exchange *x, struct dead_letter *ret)
{
	struct ent_err err;
	int64_t id;
	enum ent_rc rc;

	if (!read_letter_id(x, &id))
		return false;
	rc = view_dead(ask_view(x), id, ret, &err);
	if (rc == ENT_EINVAL) /* the request is right: the kept body is damaged */
		answer_problem_said(x, PROBLEM_INTERNAL, sdk_said(&err));
	else if (rc != ENT_OK)
		answer_failure(x, rc, &err);
	return rc == ENT_OK;
}

void deadletters_get(struct exchange *x)
{
	struct dead_letter letter;

	if (read_letter(x, &letter))
		answer_body(x, 200, NULL, view_dead_print(ask_view(x), &letter));
}

/* The body comes from outside: a browser saves it and never shows it. */
void deadletters_raw(struct exchange *x)
{
	struct dead_letter letter;

	if (!read_letter(x, &letter))
		return;
	answer_body(x, 200, "application/octet-stream", letter.body);
	x->answer.fields =
	    sdk_format(&x->arena.abi, "Content-Disposition: attachment; filename=\"deadletter-%lld.bin\"\r\n",
		       (long long)letter.id);
}

/* ---- replay --------------------------------------------------------------------- */

/* NULL: it cannot be replayed as things are; *err has the reason. */
static struct job *replay_prepare(struct exchange *x, const struct dead_letter *letter, struct ent_err *err)
{
	const struct supplier *supplier = supplier_by_name(x->roster->set, letter->supplier);
	struct job *job = SDK_NEW(&x->arena.abi, struct job);
	struct ent_webhook webhook;
	enum ent_rc rc;

	if (!sdk_eqz(letter->state, "waiting")) {
		sdk_fail_as(err, ENT_EINVAL, "ask.dead_letter_state", "it does not wait: it is {state=%.*s}",
			    (int)letter->state.n, letter->state.p);
		return NULL;
	}
	if (supplier == NULL) {
		sdk_fail_as(err, ENT_EINVAL, "ask.dead_letter_supplier",
			    "its supplier {supplier=%.*s} is not configured any more", (int)letter->supplier.n,
			    letter->supplier.p);
		return NULL;
	}
	if (supplier->drops_private && !letter->body.n) {
		(void)sdk_fail_as(err, ENT_EINVAL, "ask.body_not_kept",
				  "its body was not kept, because {supplier=%.*s} has `private_comments: drop` and the "
				  "body may have held a private comment; have the tool send it again",
				  ENT_F(letter->supplier));
		return NULL;
	}
	webhook = arrive_kept(&x->arena.abi, letter->header_json, letter->body);
	job->kind = JOB_REPLAY;
	job->ask.by = x->reader;
	job->dead_letter = letter->id;
	rc = arrive_was_asked_for(letter->delivery_id) ? arrive_prepare_answer(x, supplier, &webhook, job, err)
						       : arrive_prepare(x, supplier, &webhook, true, job, err);
	if (rc != ENT_OK)
		return NULL;
	job->arrival.delivery_id = letter->delivery_id;
	job->arrival.received_ms = letter->received_ms;
	return job;
}

static void replay_answer(struct exchange *x)
{
	const struct job *job = x->work;
	struct sdk_jsonw w;

	if (job->outcome == JOB_NOT_FOUND) {
		answer_problem(x, PROBLEM_CONFLICT, "ask.dead_letter_over", "The dead letter does not wait any more.");
		return;
	}
	if (job->outcome == JOB_WAITING || job->outcome == JOB_UNAVAILABLE) {
		answer_busy(x, SDK_SENTENCE("busy.store", "The store does not take changes now."));
		return;
	}
	w = answer_json(x);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "id", job->dead_letter);
	sdk_jsonw_kz(&w, "status", job->outcome == JOB_DEAD ? "dead" : "replayed");
	if (job->incident_uuid[0] != '\0')
		sdk_jsonw_kz(&w, "incident_id", job->incident_uuid);
	if (job->outcome == JOB_DEAD)
		sdk_said_kprint(&w, "reason", sdk_said(&job->err));
	sdk_jsonw_close(&w, '}');
	answer_done(x, 200);
}

void deadletters_replay(struct exchange *x)
{
	struct dead_letter letter;
	struct ent_err err = {0};
	struct job *job;

	if (!read_letter(x, &letter))
		return;
	x->asks_for_one = true;
	job = replay_prepare(x, &letter, &err);
	if (job == NULL) {
		answer_problem(x, PROBLEM_CONFLICT, "ask.dead_letter_replay",
			       "The dead letter cannot be replayed: {why=%p}.", SDK_WHY(&err));
		return;
	}
	ask_submit(x, job, replay_answer);
}

/* ---- replay of many --------------------------------------------------------------- */

/* A page of waiting dead letters, by id. `after` passes each that was tried, so that one that stays dead hides no
 * other. */
struct many {
	struct job **job;
	size_t n;
	int64_t failed; /* could not be handed over at all */
	int64_t after;  /* the last one tried */
	bool more;
};

/* The store takes no changes: the page ends before the first that it did not take. */
static void many_cut(struct many *many)
{
	for (size_t i = 0; i < many->n; i++) {
		enum job_outcome outcome = many->job[i]->outcome;

		if (outcome != JOB_WAITING && outcome != JOB_UNAVAILABLE)
			continue;
		many->after = many->job[i]->dead_letter - 1;
		many->more = true;
		return;
	}
}

static void many_answer(struct exchange *x)
{
	struct many *many = x->work;
	int64_t replayed = 0, dead = 0, failed = many->failed;
	struct sdk_jsonw w;

	many_cut(many);
	for (size_t i = 0; i < many->n; i++) {
		enum job_outcome outcome = many->job[i]->outcome;

		replayed += outcome == JOB_ACCEPTED || outcome == JOB_REPEATED;
		dead += outcome == JOB_DEAD;
		failed += outcome == JOB_NOT_FOUND; /* somebody else was faster */
	}
	if (many->more && replayed + dead + failed == 0) {
		answer_busy(x, SDK_SENTENCE("busy.store", "The store does not take changes now."));
		return;
	}
	w = answer_json(x);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "replayed", replayed);
	sdk_jsonw_kint(&w, "dead", dead);
	sdk_jsonw_kint(&w, "failed", failed);
	sdk_jsonw_kint(&w, "after", many->after);
	sdk_jsonw_kbool(&w, "more", many->more);
	sdk_jsonw_close(&w, '}');
	answer_done(x, 200);
}

/* The body is {}, and may have "supplier" and "after". */
static bool read_many(struct exchange *x, struct ent_str *ret_supplier, int64_t *ret_after)
{
	const struct sdk_json *node, *supplier, *after;
	struct ent_err err;

	if (sdk_json_parse(&x->arena.abi, x->body, &node, &err) != ENT_OK) {
		answer_problem(x, PROBLEM_REQUEST, "ask.body_no_json", "The body is no JSON: {why=%p}.", SDK_WHY(&err));
		return false;
	}
	supplier = sdk_json_at(node, "supplier");
	after = sdk_json_at(node, "after");
	*ret_supplier = sdk_json_text(supplier);
	*ret_after = 0;
	if (sdk_json_kind(node) == SDK_JSON_OBJECT &&
	    sdk_json_count(node) == (size_t)(supplier != NULL) + (size_t)(after != NULL) &&
	    (supplier == NULL || sdk_json_kind(supplier) == SDK_JSON_STRING) &&
	    (after == NULL || (body_whole(after, ret_after) && *ret_after >= 0)))
		return true;
	answer_problem(
	    x, PROBLEM_CONTENT, "ask.replay_body",
	    "The body has to be {}, and may have \"supplier\", a name, and \"after\", as the answer before said.");
	return false;
}

/* Hands over one. False: not now; it begins the next page. */
static bool many_take(struct exchange *x, struct many *many, int64_t id, size_t *bytes)
{
	size_t bytes_max = x->desk->face->limits.replay_bytes_max;
	struct dead_letter letter;
	struct ent_err err;
	enum ent_rc rc = view_dead(ask_view(x), id, &letter, &err);
	struct job *job = NULL;

	if (rc == ENT_ERETRY)
		return false;
	if (rc == ENT_OK) {
		if (*bytes > 0 && *bytes + letter.body.n > bytes_max) /* one alone may be larger */
			return false;
		*bytes += letter.body.n;
		job = replay_prepare(x, &letter, &err);
	}
	if (job == NULL)
		many->failed++;
	else if (exchange_submit(x, job, many_answer))
		many->job[many->n++] = job;
	else
		return false;
	many->after = id;
	return true;
}

void deadletters_replay_many(struct exchange *x)
{
	int64_t max = x->desk->face->limits.replay_max, *id = SDK_NEW_N(&x->arena.abi, int64_t, (size_t)max + 1), n;
	struct many *many = SDK_NEW(&x->arena.abi, struct many);
	struct ent_str supplier;
	size_t bytes = 0;

	if (!read_many(x, &supplier, &many->after))
		return;
	n = view_dead_ids(ask_view(x), supplier, many->after, id, max + 1);
	if (n < 0) {
		answer_busy(x, SDK_SENTENCE("busy.unread", "The store cannot be read just now."));
		return;
	}
	many->job = SDK_NEW_N(&x->arena.abi, struct job *, (size_t)max);
	many->more = n > max;
	x->work = many;
	for (int64_t i = 0; i < n && i < max; i++) {
		if (many_take(x, many, id[i], &bytes))
			continue;
		many->more = true;
		break;
	}
	if (x->n_waiting == 0)
		many_answer(x);
}

/* ---- ignore ------------------------------------------------------------------------ */

static void ignore_answer(struct exchange *x)
{
	const struct job *job = x->work;
	struct sdk_jsonw w;

	if (job->outcome == JOB_NOT_FOUND) {
		answer_problem(x, PROBLEM_NOT_FOUND, "ask.no_dead_letter_waits", "No dead letter with this id waits.");
		return;
	}
	if (!ask_done(x, job))
		return;
	w = answer_json(x);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "id", job->dead_letter);
	sdk_jsonw_kz(&w, "status", "ignored");
	sdk_jsonw_close(&w, '}');
	answer_done(x, 200);
}

void deadletters_ignore(struct exchange *x)
{
	struct job *job = SDK_NEW(&x->arena.abi, struct job);

	if (!read_letter_id(x, &job->dead_letter))
		return;
	job->kind = JOB_DEAD_IGNORE;
	ask_submit(x, job, ignore_answer);
}
