/* SPDX-License-Identifier: Apache-2.0 */
#include "face/auth.h"

#include <assert.h>
#include <string.h>
#include "face/answer.h"
#include "face/exchange.h"
#include "sdk/crypto.h"

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

bool auth_admit(struct exchange *x)
{
	struct desk *desk = x->home;
	struct auth_cache *cache = &desk->auth;
	unsigned changed = atomic_load(&desk->face->tokens_changed);
	struct ent_str token = token_of(x);
	unsigned char hash[AUTH_HASH_SIZE];
	int64_t expires_ms;
	size_t i;

	if (token.p == NULL)
		return refuse_token(x);
	x->reader = reader_ours; /* each token is one of our people's */
	if (cache->changed != changed) {
		memset(cache, 0, sizeof *cache);
		cache->changed = changed;
	}
	token_hash(token, hash);
	i = hash[0] % AUTH_CACHE_SIZE;
	if (cache->at[i].until_us > desk->now_us && memcmp(cache->at[i].hash, hash, sizeof hash) == 0 &&
	    (cache->at[i].expires_ms == 0 || cache->at[i].expires_ms > desk->now_ms)) {
		x->principal = sdk_dup(&x->arena.abi, (struct ent_str){cache->at[i].name, cache->at[i].n_name});
		return true;
	}
	if (!read_token(desk->db, &x->arena.abi, hash, desk->now_ms, &x->principal, &expires_ms)) {
		if (!db_failed(desk->db))
			return refuse_token(x);
		answer_busy(x, SDK_SENTENCE("busy.tokens",
					    "The store cannot be read just now, so that tokens cannot be checked."));
		return false;
	}
	if (x->principal.n <= AUTH_NAME_MAX) {
		cache->at[i].until_us = desk->now_us + (int64_t)desk->face->limits.token_cache_s * 1000000;
		cache->at[i].expires_ms = expires_ms;
		memcpy(cache->at[i].hash, hash, sizeof hash);
		memcpy(cache->at[i].name, x->principal.p, x->principal.n);
		cache->at[i].n_name = x->principal.n;
	}
	return true;
}
