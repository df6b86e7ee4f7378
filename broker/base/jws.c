/* SPDX-License-Identifier: Apache-2.0 */
#include "base/jws.h"

#include <cjose/base64.h>
#include <cjose/jwk.h>
#include <cjose/jws.h>
#include <stdlib.h>
#include <string.h>

#include "sdk/json.h"

#define RSA_BITS_MIN 2048
#define EC_BITS      256

static const struct {
	const char *name, *kind;
	cjose_jwk_kty_t kty;
} algorithm_facts[JWS_N] = {
    [JWS_RS256] = {"RS256", "RSA", CJOSE_JWK_KTY_RSA},
    [JWS_PS256] = {"PS256", "RSA", CJOSE_JWK_KTY_RSA},
    [JWS_ES256] = {"ES256", "EC", CJOSE_JWK_KTY_EC},
};

const char *jws_name(enum jws_algorithm algorithm)
{
	return algorithm_facts[algorithm].name;
}

bool jws_by_name(struct ent_str name, enum jws_algorithm *ret)
{
	for (enum jws_algorithm i = 0; i < JWS_N; i++)
		if (sdk_eqz(name, algorithm_facts[i].name)) {
			*ret = i;
			return true;
		}
	return false;
}

static enum jws_verdict jws_refuse(struct ent_err *err, const char *why)
{
	(void)sdk_fail(err, ENT_EINVAL, "%s", why);
	return JWS_REFUSED;
}

/* The first part, read by our own strict reader: a member that stands twice is refused, which libcjose would not do. */
static bool header_read(struct ent_arena *arena, struct ent_str part, const struct sdk_json **ret)
{
	struct ent_err ignored;
	uint8_t *bytes = NULL;
	cjose_err cjose;
	size_t n = 0;
	bool well;

	if (part.n == 0 || !cjose_base64url_decode(part.p, part.n, &bytes, &n, &cjose))
		return false;
	well = sdk_json_parse(arena, sdk_dup(arena, (struct ent_str){(const char *)bytes, n}), ret, &ignored) == ENT_OK;
	free(bytes);
	return well && sdk_json_kind(*ret) == SDK_JSON_OBJECT;
}

/* Is this key meant for such a signature? */
static bool key_fits(const struct sdk_json *key, enum jws_algorithm algorithm)
{
	struct ent_str use = sdk_json_text_at(key, "use"), alg = sdk_json_text_at(key, "alg");

	return sdk_json_is(key, "kty", algorithm_facts[algorithm].kind) && (use.p == NULL || sdk_eqz(use, "sig")) &&
	       (alg.p == NULL || sdk_eqz(alg, algorithm_facts[algorithm].name)) &&
	       (algorithm != JWS_ES256 || sdk_json_is(key, "crv", "P-256"));
}

/* NULL: none, or more than one where the token names none. */
static const struct sdk_json *key_find(const struct sdk_json *keys, struct ent_str kid, enum jws_algorithm algorithm)
{
	const struct sdk_json *found = NULL;
	size_t n = 0, looked = 0;

	for (const struct sdk_json *key = sdk_json_first(sdk_json_at(keys, "keys")); key && looked < JWS_KEYS_MAX;
	     key = sdk_json_next(key), looked++) {
		if (!key_fits(key, algorithm) || (kid.p && !sdk_eq(sdk_json_text_at(key, "kid"), kid)))
			continue;
		found = key;
		n++;
	}
	return n == 1 ? found : NULL;
}

static bool key_is_strong(const cjose_jwk_t *key, enum jws_algorithm algorithm)
{
	cjose_err cjose;
	size_t bits = cjose_jwk_get_keysize(key, &cjose);

	return cjose_jwk_get_kty(key, &cjose) == algorithm_facts[algorithm].kty &&
	       (algorithm == JWS_ES256 ? bits == EC_BITS : bits >= RSA_BITS_MIN);
}

static enum jws_verdict signature_check(struct ent_arena *arena, struct ent_str token, struct ent_str key_text,
					enum jws_algorithm algorithm, struct ent_str *ret_payload, struct ent_err *err)
{
	cjose_err cjose = {0};
	cjose_jwk_t *key = cjose_jwk_import(key_text.p, key_text.n, &cjose);
	cjose_jws_t *jws = cjose_jws_import(token.p, token.n, &cjose);
	enum jws_verdict verdict = JWS_GOOD;
	uint8_t *payload = NULL;
	size_t n = 0;

	if (!jws)
		verdict = jws_refuse(err, "the token is no signed token");
	else if (!key || !key_is_strong(key, algorithm))
		verdict = jws_refuse(err, "the provider's key is not one that may be used: RSA of 2048 bits, or P-256");
	else if (!cjose_jws_verify(jws, key, &cjose))
		verdict = jws_refuse(err, "the token's signature is wrong");
	else if (!cjose_jws_get_plaintext(jws, &payload, &n, &cjose))
		verdict = jws_refuse(err, "the token has no content");
	else
		*ret_payload = sdk_dup(arena, (struct ent_str){(const char *)payload, n});
	cjose_jws_release(jws);
	if (key)
		(void)cjose_jwk_release(key); /* false: others hold it, and none do */
	return verdict;
}

enum jws_verdict jws_read(struct ent_arena *arena, struct ent_str token, struct ent_str keys, unsigned algorithms,
			  struct ent_str *ret_payload, struct ent_err *err)
{
	const struct sdk_json *header, *set, *key;
	enum jws_algorithm algorithm;
	struct ent_err ignored;
	struct ent_str rest, kid;

	if (token.n > JWS_SIZE_MAX || !header_read(arena, sdk_cut(token, '.', &rest), &header))
		return jws_refuse(err, "the token is no signed token");
	if (!jws_by_name(sdk_json_text_at(header, "alg"), &algorithm) || !(algorithms & 1u << algorithm))
		return jws_refuse(err, "the token is signed with an algorithm that the configuration does not allow");
	if (sdk_json_at(header, "crit"))
		return jws_refuse(err, "the token demands something that is not known here");
	if (sdk_json_parse(arena, keys, &set, &ignored) != ENT_OK)
		return jws_refuse(err, "the provider's keys cannot be read");
	kid = sdk_json_text_at(header, "kid");
	key = key_find(set, kid, algorithm);
	if (!key) {
		(void)sdk_fail(err, ENT_EGONE, "none of the provider's keys is the one that signed");
		return JWS_KEY_UNKNOWN;
	}
	return signature_check(arena, token, sdk_json_print(arena, key), algorithm, ret_payload, err);
}
