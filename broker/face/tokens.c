/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer tokens: list (without the secret), make, remove. */
#include "face/tokens.h"

#include <string.h>
#include "face/answer.h"
#include "face/ask.h"
#include "sdk/time.h"

void tokens_list(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = read_tokens(x->desk->db, &x->arena.abi, &json, &err);

	if (rc == ENT_OK)
		answer_body(x, 200, NULL, json);
	else
		answer_failure(x, rc, &err);
}

/* It stands in a URL and in logs. */
static bool is_token_name(struct ent_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (i > 0 && c != '\0' && strchr("._-@", c) != NULL)))
			return false;
	}
	return name.n > 0 && name.n <= AUTH_NAME_MAX;
}

static bool read_new(struct exchange *x, struct token_row *ret)
{
	const struct sdk_json *node, *expires;
	struct ent_err err;
	size_t n = 1;

	if (sdk_json_parse(&x->arena.abi, x->body, &node, &err) != ENT_OK) {
		answer_problem(x, PROBLEM_REQUEST, "ask.body_no_json", "The body is no JSON: {why=%p}.", SDK_WHY(&err));
		return false;
	}
	expires = sdk_json_at(node, "expires");
	n += expires != NULL;
	ret->name =
	    sdk_json_kind(sdk_json_at(node, "name")) == SDK_JSON_STRING ? sdk_json_text_at(node, "name") : ENT_ABSENT;
	if (sdk_json_kind(node) != SDK_JSON_OBJECT || !is_token_name(ret->name) || sdk_json_count(node) != n) {
		answer_problem(x, PROBLEM_CONTENT, "ask.token_body",
			       "The body has to be {\"name\": \"...\"}, 1 to {most=%d} letters, digits and . _ - @, "
			       "and may have \"expires\", a time.",
			       AUTH_NAME_MAX);
		return false;
	}
	if (sdk_json_kind(expires) != SDK_JSON_NULL &&
	    (!sdk_time_parse(sdk_json_text(expires), 0, &ret->expires_ms) || ret->expires_ms <= x->home->now_ms)) {
		answer_problem(x, PROBLEM_CONTENT, "ask.expires",
			       "\"expires\" has to be a time to come, like 2027-01-31T00:00:00Z.");
		return false;
	}
	return true;
}

struct made {
	struct job job;
	char token[AUTH_TOKEN_SIZE];
};

static void post_answer(struct exchange *x)
{
	struct made *made = x->work;
	const struct token_row *row = &made->job.token;
	struct sdk_jsonw w;

	if (made->job.outcome == JOB_ACCEPTED) {
		log_write(x->desk->face->world.log, LOG_INFO, "token.made", LOG_STR("name", row->name),
			  LOG_STR("by", x->principal), LOG_END);
		w = answer_json(x);
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kstr(&w, "name", row->name);
		sdk_jsonw_kz(&w, "token", made->token);
		sdk_jsonw_kstr(&w, "expires",
			       row->expires_ms != 0 ? sdk_time(&x->arena.abi, row->expires_ms) : ENT_ABSENT);
		sdk_jsonw_close(&w, '}');
		answer_done(x, 201);
	} else if (made->job.outcome == JOB_CONFLICT) {
		answer_problem(x, PROBLEM_CONFLICT, "ask.token_taken",
			       "A token of this name exists; remove it first, or choose another name.");
	} else {
		answer_busy(x, SDK_SENTENCE("busy.store", "The store does not take changes now."));
	}
	explicit_bzero(made->token, sizeof made->token);
}

void tokens_post(struct exchange *x)
{
	struct made *made = SDK_NEW(&x->arena.abi, struct made);

	if (!read_new(x, &made->job.token))
		return;
	made->job.kind = JOB_TOKEN_ADD;
	auth_token_make(x->desk->face->world.chance, made->token, made->job.token.hash);
	ask_submit(x, &made->job, post_answer); /* its first member */
}

static void delete_answer(struct exchange *x)
{
	struct face *face = x->desk->face;
	const struct job *job = x->work;

	if (job->outcome == JOB_ACCEPTED) {
		atomic_fetch_add(&face->tokens_changed, 1); /* each worker looks it up again */
		log_write(face->world.log, LOG_INFO, "token.removed", LOG_STR("name", job->token.name),
			  LOG_STR("by", x->principal), LOG_END);
		answer_body(x, 204, NULL, ENT_STR(""));
	} else if (job->outcome == JOB_NOT_FOUND) {
		answer_problem(x, PROBLEM_NOT_FOUND, "ask.no_token",
			       "There is no token of this name; GET /v1/tokens, or entente token list, lists them.");
	} else {
		answer_busy(x, SDK_SENTENCE("busy.store", "The store does not take changes now."));
	}
}

void tokens_delete(struct exchange *x)
{
	struct job *job = SDK_NEW(&x->arena.abi, struct job);

	job->kind = JOB_TOKEN_REMOVE;
	job->token.name = x->param[0];
	ask_submit(x, job, delete_answer);
}
