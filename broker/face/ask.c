/* SPDX-License-Identifier: Apache-2.0 */
#include "face/ask.h"

#include <string.h>

#include "core/organisation.h"
#include "face/answer.h"
#include "face/outside.h"
#include "sdk/crypto.h"
#include "sdk/uuid.h"
#include "sdk/webhook.h"
#include "store/asker.h"
#include "view/view_find.h"

const struct view *ask_view(struct exchange *x)
{
	struct view *view = SDK_NEW(&x->arena.abi, struct view);

	*view = (struct view){x->desk->db, &x->arena.abi, &x->reader, x->roster->set};
	return view;
}

bool ask_incident(struct exchange *x, struct incident *ret)
{
	struct ent_err err;
	enum ent_rc rc = view_find(ask_view(x), x->param[0], ret, &err);

	if (rc != ENT_OK)
		answer_failure(x, rc, &err);
	return rc == ENT_OK;
}

const struct supplier *ask_supplier(struct exchange *x)
{
	const struct supplier *supplier = supplier_by_name(x->roster->set, x->param[0]);

	if (supplier != NULL && !reader_sees_own(&x->reader, organisation_of(supplier)))
		supplier = NULL; /* others than ours know no suppliers but their own */
	if (supplier == NULL)
		answer_problem(
		    x, PROBLEM_NOT_FOUND, "ask.no_supplier_listed",
		    "There is no supplier of this name; GET /v1/suppliers, or entente supplier list, lists them.");
	return supplier;
}

bool ask_number(struct exchange *x, size_t i, bool zero, int64_t *ret)
{
	if (sdk_to_int(x->param[i], ret) && *ret >= (zero ? 0 : 1))
		return true;
	answer_problem(x, PROBLEM_NOT_FOUND, "ask.path_number",
		       "The path needs a number where this stands, as the lists show them.");
	return false;
}

bool ask_id(struct exchange *x, struct ent_str id, const char *of, char ret[ID_SIZE])
{
	struct chance *chance = x->desk->face->world.chance;

	if (id.p == NULL) {
		chance->uuid(chance, ret);
		return true;
	}
	if (!sdk_is_uuid(id)) {
		answer_problem(
		    x, PROBLEM_CONTENT, "ask.id_uuid",
		    "\"id\" has to be a UUID like 5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d, a new one for each {of=%s}.",
		    of);
		return false;
	}
	memcpy(ret, sdk_lower(&x->arena.abi, id).p, ID_SIZE - 1);
	ret[ID_SIZE - 1] = '\0';
	return true;
}

bool ask_dry_run(struct exchange *x, bool *ret)
{
	struct ent_str word = exchange_argument(x, "dry_run");

	*ret = word.p && sdk_eqz(word, "true");
	if (!word.p || *ret || sdk_eqz(word, "false"))
		return true;
	answer_problem(x, PROBLEM_REQUEST, "ask.dry_run", "\"dry_run\" has to be true or false.");
	return false;
}

struct job *ask_new(struct exchange *x, enum job_kind kind)
{
	struct job *job = SDK_NEW(&x->arena.abi, struct job);

	job->kind = kind;
	job->suppliers = x->roster->set;
	job->ask.author = (struct ent_person){x->principal, x->principal};
	job->ask.by = x->reader;
	return job;
}

/* The key of a request that is to be done once, see store/once.h. False: answered. */
static bool read_key(struct exchange *x, struct ask *ret)
{
	const struct ent_str key = exchange_header(x, "idempotency-key");
	const struct ent_str parts[] = {x->request.method,
					ENT_STR(" "),
					x->request.target,
					ENT_STR("\n"),
					sdk_or_empty(exchange_header(x, "if-match")),
					ENT_STR("\n"),
					x->body};
	unsigned char hash[SDK_HASH_MAX];

	if (!key.p)
		return true;
	if (key.n < 1 || key.n > ASK_KEY_MAX) {
		answer_problem(x, PROBLEM_REQUEST, "ask.key",
			       "Idempotency-Key has to have 1 to {most=%d} bytes: a new one, such as a UUID, for each "
			       "request.",
			       ASK_KEY_MAX);
		return false;
	}
	ret->key = sdk_dup(&x->arena.abi, key);
	sdk_digest(SDK_SHA256, parts, sizeof parts / sizeof *parts, hash);
	memcpy(ret->key_hash, hash, sizeof ret->key_hash);
	return true;
}

void ask_submit(struct exchange *x, struct job *job, void (*resume)(struct exchange *x))
{
	x->work = job;
	job->ask.by = x->reader;
	if (!read_key(x, &job->ask))
		return;
	if (!exchange_submit(x, job, resume))
		answer_busy(x, SDK_SENTENCE("busy.changes", "Too many changes wait for the store."));
}

/* The writer's sentence ends without a dot. */
static void refuse_done(struct exchange *x, enum problem problem, const struct job *job, struct ent_said otherwise)
{
	struct ent_said said = job->err.msg[0] ? sdk_said(&job->err) : otherwise;

	said.text = sdk_format(&x->arena.abi, "%.*s.", ENT_F(said.text));
	answer_problem_acts(x, problem, said, job->ask.outside[0] ? outside_acts(ask_view(x), &job->ask) : ENT_ABSENT);
}

bool ask_done(struct exchange *x, const struct job *job)
{
	switch (job->outcome) {
	case JOB_ACCEPTED:
	case JOB_REPEATED:
		return true;
	case JOB_NOT_FOUND:
		refuse_done(x, PROBLEM_NOT_FOUND, job, SDK_SENTENCE("ask.not_there", "It does not exist (any more)"));
		break;
	case JOB_DENIED:
		refuse_done(x, PROBLEM_VERB, job, SDK_SENTENCE("ask.denied", "You may not do this"));
		break;
	case JOB_CONTENT:
		refuse_done(x, PROBLEM_CONTENT, job, SDK_SENTENCE("ask.not_fit", "It cannot be said like this"));
		break;
	case JOB_CHANGED:
		refuse_done(x, PROBLEM_CHANGED, job, SDK_SENTENCE("ask.changed", "It was changed since you read it"));
		break;
	case JOB_CONFLICT:
		refuse_done(x, PROBLEM_CONFLICT, job,
			    SDK_SENTENCE("ask.not_in_state", "It is not in a state that allows it"));
		break;
	case JOB_WAITING:
	case JOB_DEAD:
	case JOB_UNAVAILABLE:
		answer_busy(x, SDK_SENTENCE("busy.store", "The store does not take changes now."));
		break;
	}
	return false;
}

bool ask_person(struct exchange *x)
{
	struct job *job = SDK_NEW(&x->arena.abi, struct job); /* never submitted: it holds the writer's refusal */

	job->ask.by = x->reader;
	return asker_is_person(job) || ask_done(x, job);
}

void ask_answer(struct exchange *x, int status, enum ent_rc rc, struct ent_str json, const struct ent_err *err)
{
	if (rc == ENT_OK)
		answer_body(x, status, NULL, json);
	else
		answer_failure(x, rc, err);
}

bool ask_limit(struct exchange *x, int *ret)
{
	const struct limits *limits = &x->desk->face->limits;
	int64_t limit;

	if (!exchange_argument_int(x, "limit", limits->page, 1, limits->page_max, &limit))
		return false;
	*ret = (int)limit;
	return true;
}

void ask_list(struct exchange *x, const char *of, ask_list_fn *list)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	int limit;

	if (!ask_limit(x, &limit))
		return;
	enum ent_rc rc = list(ask_view(x), exchange_argument(x, of), exchange_argument(x, "state"),
			      exchange_argument(x, "cursor"), limit, &json, &err);
	ask_answer(x, 200, rc, json, &err);
}
