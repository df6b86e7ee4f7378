/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters: read, raw, replayed one or many, ignored. */
#include "edge/delivery.h"
#include "edge/route.h"
#include "edge/worker.h"
#include "store/read.h"

void deadletter_list(struct exchange *x)
{
	const struct limits *limits = &x->worker->edge->limits;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	int64_t limit;
	enum ent_rc rc;

	if (!exchange_argument_int(x, "limit", limits->page, 1, limits->page_max, &limit))
		return;
	rc = read_dead_letters(x->worker->db, &x->arena.abi, exchange_argument(x, "supplier"), exchange_argument(x, "state"),
	                       exchange_argument(x, "cursor"), (int)limit, &json, &err);
	if (rc == ENT_OK)
		answer_body(x, 200, NULL, json);
	else
		answer_failure(x, rc, &err);
}

static bool read_id(struct exchange *x, int64_t *ret)
{
	if (sdk_to_int(x->param[0], ret) && *ret > 0)
		return true;
	answer_problem(x, PROBLEM_NOT_FOUND, "A dead letter's id is a number; GET /v1/deadletters lists them.");
	return false;
}

static bool read_letter(struct exchange *x, struct dead_letter *ret)
{
	struct ent_err err;
	int64_t id;
	enum ent_rc rc;

	if (!read_id(x, &id))
		return false;
	rc = read_dead_letter(x->worker->db, &x->arena.abi, id, ret, &err);
	if (rc != ENT_OK)
		answer_failure(x, rc, &err);
	return rc == ENT_OK;
}

void deadletter_get(struct exchange *x)
{
	struct dead_letter letter;

	if (read_letter(x, &letter))
		answer_body(x, 200, NULL, read_dead_letter_json(&x->arena.abi, &letter));
}

/* Bytes of a stranger: a download, whatever they look like. */
void deadletter_raw(struct exchange *x)
{
	struct dead_letter letter;

	if (!read_letter(x, &letter))
		return;
	answer_body(x, 200, "application/octet-stream", letter.body);
	x->answer.fields = sdk_format(&x->arena.abi, "Content-Disposition: attachment; filename=\"deadletter-%lld.bin\"\r\n",
	                              (long long)letter.id);
}

/* ---- replay --------------------------------------------------------------------- */

static const char *const words[] = {[JOB_WAITING] = "unavailable",    [JOB_ACCEPTED] = "replayed",
                                    [JOB_REPEATED] = "replayed",      [JOB_DEAD] = "dead",
                                    [JOB_NOT_FOUND] = "not_found",    [JOB_UNAVAILABLE] = "unavailable"};

/* The headers that were kept of it. What does not read back is no reason to refuse the replay. */
static struct ent_webhook webhook_of(struct exchange *x, const struct dead_letter *letter)
{
	struct ent_webhook webhook = {.body = letter->body};
	struct ent_header *header;
	const struct sdk_json *node;
	struct ent_err err;

	if (sdk_json_parse(&x->arena.abi, letter->header_json, &node, &err) != ENT_OK)
		return webhook;
	header = SDK_NEW_N(&x->arena.abi, struct ent_header, sdk_json_count(node) + 1);
	for (const struct sdk_json *one = sdk_json_first(node); one != NULL; one = sdk_json_next(one))
		header[webhook.n_header++] = (struct ent_header){sdk_json_key(one), sdk_json_text(one)};
	webhook.header = header;
	return webhook;
}

/* NULL: it cannot be replayed as things are; *err has the reason. */
static struct job *replay_prepare(struct exchange *x, const struct dead_letter *letter, struct ent_err *err)
{
	const struct supplier *supplier = supplier_by_name(x->roster->set, letter->supplier);
	struct job *job = SDK_NEW(&x->arena.abi, struct job);
	struct ent_webhook webhook;

	if (!sdk_eqz(letter->state, "waiting")) {
		sdk_fail(err, ENT_EINVAL, "it does not wait: it is %.*s", (int)letter->state.n, letter->state.p);
		return NULL;
	}
	if (supplier == NULL) {
		sdk_fail(err, ENT_EINVAL, "its supplier %.*s is not configured any more", (int)letter->supplier.n,
		         letter->supplier.p);
		return NULL;
	}
	webhook = webhook_of(x, letter);
	job->kind = JOB_REPLAY;
	job->dead_letter = letter->id;
	if (delivery_prepare(x, supplier, &webhook, true, job, err) != ENT_OK)
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
		answer_problem(x, PROBLEM_CONFLICT, "The dead letter does not wait any more.");
		return;
	}
	if (job->outcome == JOB_WAITING || job->outcome == JOB_UNAVAILABLE) {
		answer_busy(x, "The store does not take changes now.");
		return;
	}
	w = answer_json(x);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "id", job->dead_letter);
	sdk_jsonw_kz(&w, "status", words[job->outcome]);
	if (job->incident_uuid[0] != '\0')
		sdk_jsonw_kz(&w, "incident", job->incident_uuid);
	if (job->outcome == JOB_DEAD)
		sdk_jsonw_kz(&w, "reason", job->err.msg);
	sdk_jsonw_close(&w, '}');
	answer_done(x, 200);
}

void deadletter_replay(struct exchange *x)
{
	struct dead_letter letter;
	struct ent_err err = {""};
	struct job *job;

	if (!read_letter(x, &letter))
		return;
	job = replay_prepare(x, &letter, &err);
	if (job == NULL) {
		answer_problem(x, PROBLEM_CONFLICT, "The dead letter cannot be replayed: %s.", err.msg);
		return;
	}
	x->work = job;
	if (!exchange_submit(x, job, replay_answer))
		answer_busy(x, "As many changes wait for the store as may.");
}

/* ---- replay of many --------------------------------------------------------------- */

struct many {
	struct job **job;
	size_t n;
	int64_t failed; /* could not be handed over at all */
	bool more;
};

static void many_answer(struct exchange *x)
{
	const struct many *many = x->work;
	int64_t replayed = 0, dead = 0, failed = many->failed;
	struct sdk_jsonw w;

	for (size_t i = 0; i < many->n; i++) {
		enum job_outcome outcome = many->job[i]->outcome;

		replayed += outcome == JOB_ACCEPTED || outcome == JOB_REPEATED;
		dead += outcome == JOB_DEAD;
		failed += outcome != JOB_ACCEPTED && outcome != JOB_REPEATED && outcome != JOB_DEAD;
	}
	w = answer_json(x);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "replayed", replayed);
	sdk_jsonw_kint(&w, "dead", dead);
	sdk_jsonw_kint(&w, "failed", failed);
	sdk_jsonw_kbool(&w, "more", many->more);
	sdk_jsonw_close(&w, '}');
	answer_done(x, 200);
}

/* {} or {"supplier": NAME} */
static bool read_supplier(struct exchange *x, struct ent_str *ret)
{
	const struct sdk_json *node;
	struct ent_err err;

	if (sdk_json_parse(&x->arena.abi, x->body, &node, &err) != ENT_OK) {
		answer_problem(x, PROBLEM_REQUEST, "The body is no JSON: %s.", err.msg);
		return false;
	}
	*ret = sdk_json_kind(sdk_json_at(node, "supplier")) == SDK_JSON_STRING ? sdk_json_text_at(node, "supplier") : ENT_ABSENT;
	if (sdk_json_kind(node) == SDK_JSON_OBJECT && sdk_json_count(node) == (ret->p != NULL))
		return true;
	answer_problem(x, PROBLEM_CONTENT, "The body has to be {} or {\"supplier\": \"name\"}.");
	return false;
}

/* Hands over as many as the limits and the queue allow; the rest is "more". */
static void many_submit(struct exchange *x, struct many *many, const int64_t *id, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++) {
		struct dead_letter letter;
		struct ent_err err;
		struct job *job = NULL;

		if (read_dead_letter(x->worker->db, &x->arena.abi, id[i], &letter, &err) == ENT_OK) {
			bytes += letter.body.n;
			job = replay_prepare(x, &letter, &err);
		}
		if (job == NULL) {
			many->failed++;
			continue;
		}
		if (bytes > x->worker->edge->limits.replay_bytes_max || !exchange_submit(x, job, many_answer)) {
			many->more = true;
			return;
		}
		many->job[many->n++] = job;
	}
}

void deadletter_replay_many(struct exchange *x)
{
	int64_t max = x->worker->edge->limits.replay_max, *id = SDK_NEW_N(&x->arena.abi, int64_t, (size_t)max + 1), n;
	struct many *many = SDK_NEW(&x->arena.abi, struct many);
	struct ent_str supplier;

	if (!read_supplier(x, &supplier))
		return;
	n = read_dead_letter_ids(x->worker->db, supplier, 0, id, max + 1);
	if (n < 0) {
		answer_busy(x, "The store cannot be read.");
		return;
	}
	many->job = SDK_NEW_N(&x->arena.abi, struct job *, (size_t)max);
	x->work = many;
	many_submit(x, many, id, (size_t)(n < max ? n : max));
	many->more |= n > max;
	if (x->n_waiting == 0)
		many_answer(x);
}

/* ---- ignore ------------------------------------------------------------------------ */

static void ignore_answer(struct exchange *x)
{
	const struct job *job = x->work;
	struct sdk_jsonw w;

	if (job->outcome == JOB_NOT_FOUND) {
		answer_problem(x, PROBLEM_NOT_FOUND, "No dead letter with this id waits.");
		return;
	}
	if (job->outcome != JOB_ACCEPTED) {
		answer_busy(x, "The store does not take changes now.");
		return;
	}
	w = answer_json(x);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kint(&w, "id", job->dead_letter);
	sdk_jsonw_kz(&w, "status", "ignored");
	sdk_jsonw_close(&w, '}');
	answer_done(x, 200);
}

void deadletter_ignore(struct exchange *x)
{
	struct job *job = SDK_NEW(&x->arena.abi, struct job);

	if (!read_id(x, &job->dead_letter))
		return;
	job->kind = JOB_DEAD_IGNORE;
	x->work = job;
	if (!exchange_submit(x, job, ignore_answer))
		answer_busy(x, "As many changes wait for the store as may.");
}
