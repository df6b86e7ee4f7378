/* SPDX-License-Identifier: Apache-2.0 */
#include "core/oidc.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/url.h"
#include "sdk/crypto.h"
#include "sdk/json.h"

/* ---- one browser's sign-in --------------------------------------------------------- */

static void word_print(const unsigned char bytes[32], char ret[OIDC_WORD_SIZE])
{
	char text[(32 + 2) / 3 * 4];
	size_t n = sdk_base64url(bytes, 32, text);

	assert(n == OIDC_WORD_SIZE - 1);
	memcpy(ret, text, n);
	ret[n] = '\0';
}

/* For each use another word, of all that the cookie says. */
static void word_make(const unsigned char key[OIDC_KEY_SIZE], const char *use, struct ent_str said,
		      struct ent_str organisation, char ret[OIDC_WORD_SIZE])
{
	const struct ent_str part[] = {sdk_str(use), ENT_STR("\n"), organisation, ENT_STR("\n"), said};
	unsigned char hash[SDK_HASH_MAX];

	(void)sdk_hmac(SDK_SHA256, (struct ent_str){(const char *)key, OIDC_KEY_SIZE}, part, sizeof part / sizeof *part,
		       hash);
	word_print(hash, ret);
}

void oidc_cookie_make(const unsigned char key[OIDC_KEY_SIZE], const unsigned char random[32],
		      struct ent_str organisation, int64_t now_ms, char ret[OIDC_COOKIE_SIZE])
{
	char word[OIDC_WORD_SIZE], proof[OIDC_WORD_SIZE], said[OIDC_COOKIE_SIZE];

	word_print(random, word);
	snprintf(said, sizeof said, "%s.%lld", word, (long long)(now_ms + OIDC_FLIGHT_MS));
	word_make(key, "cookie", sdk_str(said), organisation, proof);
	snprintf(ret, OIDC_COOKIE_SIZE, "%.80s.%s", said, proof);
}

bool oidc_cookie_open(const unsigned char key[OIDC_KEY_SIZE], struct ent_str cookie, struct ent_str organisation,
		      int64_t now_ms, struct oidc_flight *ret)
{
	struct ent_str rest, word = sdk_cut(cookie, '.', &rest), proof, until = sdk_cut(rest, '.', &proof), said;
	char ours[OIDC_WORD_SIZE];
	unsigned char hash[SDK_HASH_MAX];
	int64_t until_ms;

	if (cookie.n >= OIDC_COOKIE_SIZE || word.n != OIDC_WORD_SIZE - 1 || !sdk_to_int(until, &until_ms))
		return false;
	said = (struct ent_str){cookie.p, word.n + 1 + until.n};
	word_make(key, "cookie", said, organisation, ours);
	if (!sdk_same(proof, sdk_str(ours)) || until_ms <= now_ms)
		return false;
	word_make(key, "state", said, organisation, ret->state);
	word_make(key, "nonce", said, organisation, ret->nonce);
	word_make(key, "verifier", said, organisation, ret->verifier);
	(void)sdk_digest(SDK_SHA256, &(struct ent_str){ret->verifier, OIDC_WORD_SIZE - 1}, 1, hash);
	word_print(hash, ret->challenge);
	return true;
}

/* ---- what the provider is ----------------------------------------------------------- */

struct ent_str oidc_description_url(struct ent_arena *arena, struct ent_str issuer)
{
	while (issuer.n && issuer.p[issuer.n - 1] == '/')
		issuer.n--;
	return sdk_format(arena, "%.*s/.well-known/openid-configuration", ENT_F(issuer));
}

static enum ent_rc endpoint_read(struct ent_arena *arena, const struct sdk_json *node, const char *name,
				 bool plain_http, struct ent_str *ret, struct ent_err *err)
{
	struct ent_err why;

	*ret = sdk_dup(arena, sdk_json_text_at(node, name));
	if (ret->p && ret->n <= 2048 && url_vet(*ret, plain_http, &why) == ENT_OK)
		return ENT_OK;
	return sdk_fail_as(err, ENT_EINVAL, "sign.provider_address",
			   "the provider's {name=%s} is no address that may be used", name);
}

/* Without the list HTTP Basic is what a provider takes (OpenID Connect Discovery 3). */
static bool is_basic_taken(const struct sdk_json *node)
{
	const struct sdk_json *ways = sdk_json_at(node, "token_endpoint_auth_methods_supported");

	for (const struct sdk_json *way = sdk_json_first(ways); way; way = sdk_json_next(way))
		if (sdk_eqz(sdk_json_text(way), "client_secret_basic"))
			return true;
	return ways == NULL;
}

enum ent_rc oidc_description_read(struct ent_arena *arena, struct ent_str json, const struct oidc_client *client,
				  struct oidc_provider *ret, struct ent_err *err)
{
	const struct sdk_json *node;
	struct ent_err ignored;
	enum ent_rc rc;

	if (sdk_json_parse(arena, json, &node, &ignored) != ENT_OK)
		return sdk_fail_as(err, ENT_EINVAL, "sign.provider_json", "the provider's description is no JSON");
	if (!sdk_eq(sdk_json_text_at(node, "issuer"), client->issuer))
		return sdk_fail_as(err, ENT_EINVAL, "sign.provider_issuer",
				   "the provider calls itself another issuer than the configuration does");
	rc = endpoint_read(arena, node, "authorization_endpoint", client->plain_http, &ret->authorize, err);
	if (rc == ENT_OK)
		rc = endpoint_read(arena, node, "token_endpoint", client->plain_http, &ret->token, err);
	if (rc == ENT_OK)
		rc = endpoint_read(arena, node, "jwks_uri", client->plain_http, &ret->keys, err);
	ret->takes_basic = is_basic_taken(node);
	ret->names_itself = sdk_json_bool(sdk_json_at(node, "authorization_response_iss_parameter_supported"), false);
	return rc;
}

/* ---- asking it ----------------------------------------------------------------------- */

static void pair_add(struct sdk_buf *buf, const char *name, struct ent_str value)
{
	sdk_buf_z(buf, name);
	sdk_buf_z(buf, "=");
	sdk_percent_encode(buf, value);
}

struct ent_str oidc_authorize_url(struct ent_arena *arena, const struct oidc_provider *provider,
				  const struct oidc_client *client, const struct oidc_flight *flight)
{
	struct ent_str ret;
	struct sdk_buf buf;

	sdk_buf_init(&buf, 16384);
	sdk_buf_str(&buf, provider->authorize);
	pair_add(&buf, memchr(provider->authorize.p, '?', provider->authorize.n) ? "&response_type" : "?response_type",
		 ENT_STR("code"));
	pair_add(&buf, "&scope", ENT_STR("openid"));
	pair_add(&buf, "&client_id", client->client_id);
	pair_add(&buf, "&redirect_uri", client->redirect_uri);
	pair_add(&buf, "&state", sdk_str(flight->state));
	pair_add(&buf, "&nonce", sdk_str(flight->nonce));
	pair_add(&buf, "&code_challenge", sdk_str(flight->challenge));
	pair_add(&buf, "&code_challenge_method", ENT_STR("S256"));
	ret = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return ret;
}

/* RFC 6749 2.3.1: both are form-encoded before they are joined. */
static struct ent_str basic_make(struct ent_arena *arena, const struct oidc_client *client)
{
	struct ent_str ret;
	struct sdk_buf buf;

	sdk_buf_init(&buf, 32768);
	sdk_percent_encode(&buf, client->client_id);
	sdk_buf_z(&buf, ":");
	sdk_percent_encode(&buf, client->secret);
	ret = sdk_base64(arena, (const unsigned char *)buf.p, buf.n);
	explicit_bzero(buf.p, buf.n);
	sdk_buf_release(&buf);
	return sdk_format(arena, "Basic %.*s", ENT_F(ret));
}

struct oidc_request oidc_token_request(struct ent_arena *arena, const struct oidc_provider *provider,
				       const struct oidc_client *client, const struct oidc_flight *flight,
				       struct ent_str code)
{
	struct oidc_request ret = {0};
	struct sdk_buf buf;

	sdk_buf_init(&buf, 32768);
	pair_add(&buf, "grant_type", ENT_STR("authorization_code"));
	pair_add(&buf, "&code", code);
	pair_add(&buf, "&redirect_uri", client->redirect_uri);
	pair_add(&buf, "&code_verifier", sdk_str(flight->verifier));
	if (client->secret.n && provider->takes_basic) {
		ret.authorization = basic_make(arena, client);
	} else {
		pair_add(&buf, "&client_id", client->client_id);
		if (client->secret.n)
			pair_add(&buf, "&client_secret", client->secret);
	}
	ret.form = sdk_dup(arena, sdk_buf_view(&buf));
	explicit_bzero(buf.p, buf.n);
	sdk_buf_release(&buf);
	return ret;
}

struct ent_str oidc_token_answer(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *node;
	struct ent_err ignored;

	if (sdk_json_parse(arena, json, &node, &ignored) != ENT_OK ||
	    sdk_json_kind(sdk_json_at(node, "id_token")) != SDK_JSON_STRING)
		return ENT_ABSENT;
	return sdk_json_text_at(node, "id_token");
}
