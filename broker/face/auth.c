/* SPDX-License-Identifier: Apache-2.0 */
#include "face/auth.h"

#include <assert.h>
#include <string.h>
#include "core/organisation.h"
#include "face/answer.h"
#include "face/ask.h"
#include "face/audits.h"
#include "face/exchange.h"
#include "face/cookie.h"
#include "sdk/crypto.h"
#include "sdk/webhook.h"

#define TOKEN_PREFIX "ent_"
#define TOKEN_CHARS  (AUTH_TOKEN_SIZE - 1)

static void token_hash(struct ent_str token, unsigned char ret[AUTH_HASH_SIZE])
{
	unsigned char hash[SDK_HASH_MAX];

	(void)sdk_digest(SDK_SHA256, &token, 1, hash);
	memcpy(ret, hash, AUTH_HASH_SIZE);
}

void auth_token_make(struct chance *chance, char ret[AUTH_TOKEN_SIZE], unsigned char ret_hash[AUTH_HASH_SIZE])
{
	unsigned char secret[32];
	char text[(sizeof secret + 2) / 3 * 4];
	size_t n;

	chance->bytes(chance, secret, sizeof secret);
	n = sdk_base64url(secret, sizeof secret, text);
	assert(n == TOKEN_CHARS - (sizeof TOKEN_PREFIX - 1));
	memcpy(ret, TOKEN_PREFIX, sizeof TOKEN_PREFIX - 1);
	memcpy(ret + sizeof TOKEN_PREFIX - 1, text, n);
	ret[TOKEN_CHARS] = '\0';
	explicit_bzero(secret, sizeof secret);
	explicit_bzero(text, sizeof text);
	token_hash((struct ent_str){ret, TOKEN_CHARS}, ret_hash);
}

/* The token of "Authorization: Bearer ...", absent when there is none of our shape. */
static struct ent_str token_of(const struct exchange *x)
{
	struct ent_str token, scheme = sdk_cut(exchange_header(x, "authorization"), ' ', &token);

	token = sdk_trim(token);
	if (!sdk_ieqz(scheme, "bearer") || token.n != TOKEN_CHARS || !sdk_starts(token, TOKEN_PREFIX))
		return ENT_ABSENT;
	return token;
}

static bool refuse_token(struct exchange *x)
{
	answer_problem(x, PROBLEM_TOKEN, "ask.token",
		       "Send \"Authorization: Bearer ent_...\" with a token that exists and has not expired. \"entente "
		       "token\" lists them and makes new ones.");
	x->answer.fields = ENT_STR("WWW-Authenticate: Bearer realm=\"entente\"\r\n");
	return false;
}

bool auth_become(struct exchange *x, const struct token_holder *holder)
{
	const struct supplier_set *set = x->roster->set;
	struct ent_str ours = organisation_ours(set);
	bool is_ours = role_is_ours(holder->role);

	if (holder->role == ROLE_NONE ||
	    (!is_ours && (sdk_eq(holder->organisation, ours) || !organisation_is_known(set, holder->organisation))))
		return false;
	x->principal = holder->name;
	x->reader = (struct reader){.kind = is_ours ? READER_OURS : READER_ORGANISATION,
				    .organisation = is_ours ? ours : holder->organisation,
				    .role = holder->role,
				    .ref = sdk_or_empty(holder->account),
				    .token = sdk_or_empty(holder->ref),
				    .verbs = holder->verbs};
	return true;
}

/* The incident that a path names comes first: whoever does not see it is not told that there is something to do. */
static bool sees_incident(struct exchange *x)
{
	struct incident incident;

	return !sdk_starts(x->path, "/v1/incidents/") || ask_incident(x, &incident);
}

static void refuse_verb(struct exchange *x, enum verb verb)
{
	const char *role = role_word(x->reader.role), *word = role_verb_word(verb);
	struct ent_str roles = role_list(&x->arena.abi, verb);

	if (role_verbs(x->reader.role) & (uint32_t)verb)
		answer_problem(x, PROBLEM_VERB, "ask.verb_of_token",
			       "This needs the verb \"{verb=%s}\". Your role {role=%s} has it, but this token was made "
			       "without it: make one that has it, entente token add NAME --verbs {verbs=%s}.",
			       word, role, word);
	else
		answer_problem(
		    x, PROBLEM_VERB, "ask.verb",
		    "This needs the verb \"{verb=%s}\", which your role {role=%s} has not. Ask somebody with "
		    "one of these roles to do it: {roles=%.*s}.",
		    word, role, (int)roles.n, roles.p);
}

bool auth_may(struct exchange *x, enum verb verb)
{
	if (reader_may(&x->reader, verb))
		return true;
	if (sees_incident(x)) {
		refuse_verb(x, verb);
		audits_refused(x);
	}
	return false;
}
static void hold_word(char *to, struct ent_str word)
{
	memcpy(to, word.p, word.n);
	to[word.n] = '\0';
}

static struct ent_str kept_word(struct exchange *x, const char *word)
{
	return sdk_dup(&x->arena.abi, sdk_str(word));
}

/* Found a moment ago, and still to be believed. */
static bool cache_find(struct exchange *x, const unsigned char hash[AUTH_HASH_SIZE], struct token_holder *ret)
{
	struct desk *desk = x->home;
	struct auth_cache *cache = &desk->auth;
	unsigned changed = atomic_load(&desk->face->tokens_changed);
	size_t i = hash[0] % AUTH_CACHE_SIZE;

	if (cache->changed != changed) {
		memset(cache, 0, sizeof *cache);
		cache->changed = changed;
	}
	if (cache->at[i].until_us <= desk->now_us || memcmp(cache->at[i].hash, hash, AUTH_HASH_SIZE) != 0 ||
	    (cache->at[i].expires_ms != 0 && cache->at[i].expires_ms <= desk->now_ms))
		return false;
	*ret = (struct token_holder){.name = kept_word(x, cache->at[i].name),
				     .organisation = kept_word(x, cache->at[i].organisation),
				     .account = kept_word(x, cache->at[i].account),
				     .ref = kept_word(x, cache->at[i].ref),
				     .role = cache->at[i].role,
				     .verbs = cache->at[i].verbs,
				     .expires_ms = cache->at[i].expires_ms};
	return true;
}

static void cache_keep(struct desk *desk, const unsigned char hash[AUTH_HASH_SIZE], const struct token_holder *holder)
{
	struct auth_cache *cache = &desk->auth;
	size_t i = hash[0] % AUTH_CACHE_SIZE;

	if (holder->name.n >= sizeof cache->at[i].name || holder->organisation.n >= sizeof cache->at[i].organisation ||
	    holder->account.n >= sizeof cache->at[i].account || holder->ref.n >= sizeof cache->at[i].ref)
		return;
	memset(&cache->at[i], 0, sizeof cache->at[i]);
	cache->at[i].until_us = desk->now_us + (int64_t)desk->face->limits.token_cache_s * 1000000;
	cache->at[i].expires_ms = holder->expires_ms;
	cache->at[i].role = holder->role;
	cache->at[i].verbs = holder->verbs;
	memcpy(cache->at[i].hash, hash, AUTH_HASH_SIZE);
	hold_word(cache->at[i].name, holder->name);
	hold_word(cache->at[i].organisation, holder->organisation);
	hold_word(cache->at[i].account, holder->account);
	hold_word(cache->at[i].ref, holder->ref);
}

/* False: nobody's, or the store failed. */
static bool find_holder(struct exchange *x, struct ent_str token, struct token_holder *ret)
{
	struct desk *desk = x->home;
	unsigned char hash[AUTH_HASH_SIZE];

	token_hash(token, hash);
	if (cache_find(x, hash, ret))
		return true;
	if (!read_token(desk->db, &x->arena.abi, hash, desk->now_ms, ret))
		return false;
	cache_keep(desk, hash, ret);
	return true;
}

bool auth_admit(struct exchange *x)
{
	struct ent_str token = token_of(x);
	struct token_holder holder;

	if (cookie_of(x, COOKIE_SESSION).p)
		return cookie_admit(x, &holder) && (auth_become(x, &holder) || cookie_refuse(x));
	if (token.p == NULL)
		return refuse_token(x);
	if (!find_holder(x, token, &holder)) {
		if (!db_failed(x->home->db))
			return refuse_token(x);
		answer_busy(x, SDK_SENTENCE("busy.tokens", "The store cannot be read just now, so that tokens "
							   "cannot be checked."));
		return false;
	}
	return auth_become(x, &holder) || refuse_token(x);
}

static bool is_same_reader(const struct reader *a, const struct reader *b)
{
	return a->kind == b->kind && a->role == b->role && a->verbs == b->verbs && sdk_eq(a->ref, b->ref) &&
	       sdk_eq(a->token, b->token) && sdk_eq(a->organisation, b->organisation);
}

bool auth_stands(struct exchange *x)
{
	struct exchange now = {.home = x->home, .desk = x->home, .roster = x->home->roster, .request = x->request};
	struct ent_str token = token_of(x);
	struct token_holder holder;
	struct signed_in session;
	bool found, stands;

	sdk_arena_init_spare(&now.arena, &x->home->spare);
	if (cookie_of(x, COOKIE_SESSION).p) {
		found = cookie_find(&now, &session);
		if (found)
			cookie_holder(&session, &holder);
	} else {
		found = token.p && find_holder(&now, token, &holder);
	}
	if (found)
		stands = auth_become(&now, &holder) && is_same_reader(&now.reader, &x->reader);
	else
		stands = db_failed(x->home->db);
	sdk_arena_release(&now.arena);
	return stands;
}
