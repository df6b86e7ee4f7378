/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer tokens: list (without the secret), make, remove. */
#include "face/tokens.h"

#include <string.h>
#include "core/organisation.h"
#include "face/answer.h"
#include "face/ask.h"
#include "face/body.h"
#include "sdk/time.h"
#include "sdk/uuid.h"
#include "sdk/webhook.h"

void tokens_list(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;
	enum ent_rc rc = read_tokens(x->desk->db, &x->arena.abi, organisation_ours(x->roster->set), &json, &err);

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

struct token_body {
	struct ent_str name, organisation, role, account;
	const struct sdk_json *expires, *verbs;
};

static const struct body_field token_fields[] = {
    {"name", BODY_TEXT, true, 1, AUTH_NAME_MAX, offsetof(struct token_body, name)},
    {"expires", BODY_NODE, false, 0, 0, offsetof(struct token_body, expires)},
    {"organisation", BODY_TEXT, false, 1, SUPPLIER_NAME_MAX, offsetof(struct token_body, organisation)},
    {"role", BODY_TEXT, false, 1, 40, offsetof(struct token_body, role)},
    {"verbs", BODY_NODE, false, 0, 0, offsetof(struct token_body, verbs)},
    {"account", BODY_TEXT, false, 1, 200, offsetof(struct token_body, account)},
    {0}};

static bool read_expires(struct exchange *x, const struct sdk_json *expires, struct token_row *ret)
{
	if (sdk_json_kind(expires) == SDK_JSON_NULL ||
	    (sdk_json_kind(expires) == SDK_JSON_STRING && sdk_time_parse(sdk_json_text(expires), 0, &ret->expires_ms) &&
	     ret->expires_ms > x->home->now_ms))
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.expires",
		       "\"expires\" has to be a time to come, like 2027-01-31T00:00:00Z.");
	return false;
}

/* A machine's: a token of a person has the role of that person. */
static bool read_role(struct exchange *x, const struct token_body *body, struct token_row *ret)
{
	const struct supplier_set *set = x->roster->set;
	bool is_ours = !body->organisation.n || sdk_eq(body->organisation, organisation_ours(set));

	ret->account = sdk_lower(&x->arena.abi, body->account);
	if (body->account.n && !sdk_is_uuid(body->account)) {
		answer_problem(x, PROBLEM_CONTENT, "ask.token_ref",
			       "\"account\" has to be a person's ref; entente user list shows them.");
		return false;
	}
	if (body->account.n) {
		if (!body->role.n && !body->organisation.n)
			return true;
		answer_problem(x, PROBLEM_CONTENT, "ask.token_account",
			       "A token of a person has the organisation and the role of that person: leave out "
			       "\"organisation\" and \"role\".");
		return false;
	}
	if (!is_ours && !organisation_is_known(set, body->organisation)) {
		answer_problem(x, PROBLEM_CONTENT, "ask.organisation_unknown",
			       "\"organisation\" is {name=%.*s}, which is none of those here; entente org list shows "
			       "them.",
			       ENT_F(sdk_head(body->organisation, SUPPLIER_NAME_MAX)));
		return false;
	}
	ret->organisation = is_ours ? ENT_STR("") : body->organisation;
	ret->role = is_ours ? ROLE_SYSTEM : ROLE_SUPPLIER_SYSTEM;
	if (!body->role.n || role_of_word(body->role) == ret->role)
		return true;
	answer_problem(x, PROBLEM_CONFLICT, "ask.token_role",
		       "A machine of this organisation has the role {role=%s}. A token with the role of a person needs "
		       "\"account\", the person's ref.",
		       role_word(ret->role));
	return false;
}

/* ["read", "write"], or "read,write". */
static bool read_verbs(struct exchange *x, const struct sdk_json *node, struct token_row *ret)
{
	struct ent_str words = sdk_json_kind(node) == SDK_JSON_STRING ? sdk_json_text(node) : ENT_STR("");
	bool is_list = sdk_json_kind(node) == SDK_JSON_ARRAY;

	if (node == NULL)
		return true;
	for (const struct sdk_json *at = is_list ? sdk_json_first(node) : NULL; at != NULL; at = sdk_json_next(at))
		words = sdk_join(&x->arena.abi, words, ",", sdk_json_text(at));
	if (words.n && role_verbs_parse(words, &ret->verbs))
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.verbs", "\"verbs\" has to be a list of some of these: {verbs=%.*s}.",
		       ENT_F(role_verbs_print(&x->arena.abi, VERB_ALL)));
	return false;
}

/* The writer asks it of a person's token. */
static bool may_make(struct exchange *x, const struct token_row *row)
{
	uint32_t verbs = role_verbs(row->role) & (row->verbs ? row->verbs : VERB_ALL), more = verbs & ~x->reader.verbs;

	if (row->account.n)
		return true;
	if (row->verbs & ~role_verbs(row->role)) {
		answer_problem_said(x, PROBLEM_CONTENT, role_say_lacks(&x->arena.abi, row->role, row->verbs));
		return false;
	}
	if (!more)
		return true;
	answer_problem(x, PROBLEM_VERB, "ask.token_verbs",
		       "A token cannot hold verbs that you have not: {verbs=%.*s}. Name fewer with \"verbs\".",
		       ENT_F(role_verbs_print(&x->arena.abi, more)));
	return false;
}

static bool read_new(struct exchange *x, struct token_row *ret)
{
	struct token_body body = {0};

	if (!body_read(x, token_fields, &body))
		return false;
	ret->name = body.name;
	if (!is_token_name(body.name)) {
		answer_problem(x, PROBLEM_CONTENT, "ask.token_body",
			       "\"name\" has to be 1 to {most=%d} letters, digits and . _ - @.", AUTH_NAME_MAX);
		return false;
	}
	return read_expires(x, body.expires, ret) && read_role(x, &body, ret) && read_verbs(x, body.verbs, ret) &&
	       may_make(x, ret);
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

	if (ask_done(x, &made->job)) {
		log_write(x->desk->face->world.log, LOG_INFO, "token.made", LOG_STR("name", row->name),
			  LOG_STR("by", x->principal), LOG_END);
		w = answer_json(x);
		sdk_jsonw_open(&w, '{');
		sdk_jsonw_kstr(&w, "name", row->name);
		sdk_jsonw_kz(&w, "token", made->token);
		sdk_jsonw_kstr(&w, "expires",
			       row->expires_ms != 0 ? sdk_time(&x->arena.abi, row->expires_ms) : ENT_ABSENT);
		sdk_jsonw_kstr(&w, "organisation",
			       row->organisation.n ? row->organisation : organisation_ours(x->roster->set));
		sdk_jsonw_kz(&w, "role", role_word(row->role));
		token_verbs_print(&w, role_verbs(row->role) & (row->verbs ? row->verbs : VERB_ALL));
		if (row->account.n)
			sdk_jsonw_kstr(&w, "account", row->account);
		sdk_jsonw_kz(&w, "ref", row->ref);
		sdk_jsonw_close(&w, '}');
		answer_done(x, 201);
	}
	explicit_bzero(made->token, sizeof made->token);
}

void tokens_post(struct exchange *x)
{
	struct made *made = SDK_NEW(&x->arena.abi, struct made);

	if (!read_new(x, &made->job.token))
		return;
	made->job.kind = JOB_TOKEN_ADD;
	made->job.ask.by = x->reader;
	auth_token_make(x->desk->face->world.chance, made->token, made->job.token.hash);
	ask_submit(x, &made->job, post_answer); /* its first member */
}

static void delete_answer(struct exchange *x)
{
	struct face *face = x->desk->face;
	const struct job *job = x->work;

	if (job->outcome == JOB_NOT_FOUND) {
		answer_problem(x, PROBLEM_NOT_FOUND, "ask.no_token",
			       "There is no token of this name; GET /v1/tokens, or entente token list, lists them.");
	} else if (ask_done(x, job)) {
		atomic_fetch_add(&face->tokens_changed, 1); /* each worker looks it up again */
		log_write(face->world.log, LOG_INFO, "token.removed", LOG_STR("name", job->token.name),
			  LOG_STR("by", x->principal), LOG_END);
		answer_body(x, 204, NULL, ENT_STR(""));
	}
}

void tokens_delete(struct exchange *x)
{
	struct job *job = ask_new(x, JOB_TOKEN_REMOVE);

	job->token.name = x->param[0];
	ask_submit(x, job, delete_answer);
}
