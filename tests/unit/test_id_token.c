/* SPDX-License-Identifier: Apache-2.0 */
/* Signed tokens: each wrong one is refused, by its signature or by its claims. The keys are made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <cjose/base64.h>
#include <cjose/jws.h>
#include <stdlib.h>
#include <string.h>
#include "base/jws.h"
#include "core/id_token.h"
#include "sdk/json.h"

#define ALL  (1u << JWS_RS256 | 1u << JWS_PS256 | 1u << JWS_ES256)
#define GOOD "{\"iss\":\"https://id.example\"}"

struct ring {
	struct sdk_arena arena;
	cjose_jwk_t *rsa, *other, *ec, *weak;
	struct ent_str keys; /* the public ones, but `other` */
};

static cjose_jwk_t *rsa_new(const char *kid, size_t bits)
{
	cjose_err err;
	cjose_jwk_t *key = cjose_jwk_create_RSA_random(bits, (const uint8_t *)"\x01\x00\x01", 3, &err);

	assert_non_null(key);
	assert_true(cjose_jwk_set_kid(key, kid, strlen(kid), &err));
	return key;
}

static struct ent_str public_of(struct ent_arena *arena, const cjose_jwk_t *key)
{
	cjose_err err;
	char *json = cjose_jwk_to_json(key, false, &err);
	struct ent_str ret = sdk_dup(arena, sdk_str(json));

	free(json);
	return ret;
}

static int ring_open(void **state)
{
	struct ring *ring = calloc(1, sizeof *ring);
	cjose_err err;

	sdk_arena_init(&ring->arena);
	ring->rsa = rsa_new("one", 2048);
	ring->other = rsa_new("other", 2048);
	ring->weak = rsa_new("weak", 1024);
	ring->ec = cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &err);
	assert_true(cjose_jwk_set_kid(ring->ec, "curve", 5, &err));
	ring->keys =
	    sdk_format(&ring->arena.abi, "{\"keys\":[%.*s,%.*s,%.*s]}", ENT_F(public_of(&ring->arena.abi, ring->rsa)),
		       ENT_F(public_of(&ring->arena.abi, ring->ec)), ENT_F(public_of(&ring->arena.abi, ring->weak)));
	*state = ring;
	return 0;
}

static int ring_close(void **state)
{
	struct ring *ring = *state;

	cjose_jwk_release(ring->rsa);
	cjose_jwk_release(ring->other);
	cjose_jwk_release(ring->ec);
	cjose_jwk_release(ring->weak);
	sdk_arena_release(&ring->arena);
	free(ring);
	return 0;
}

static struct ent_str sign_as(struct ring *ring, const cjose_jwk_t *key, const char *alg, const char *kid,
			      const char *payload)
{
	cjose_err err = {0};
	cjose_header_t *header = cjose_header_new(&err);
	const char *out = NULL;
	struct ent_str ret;

	assert_true(cjose_header_set(header, CJOSE_HDR_ALG, alg, &err));
	assert_true(!kid || cjose_header_set(header, CJOSE_HDR_KID, kid, &err));
	cjose_jws_t *jws = cjose_jws_sign(key, header, (const uint8_t *)payload, strlen(payload), &err);
	if (!jws)
		fail_msg("%s: %s", alg, err.message);
	assert_true(cjose_jws_export(jws, &out, &err));
	ret = sdk_dup(&ring->arena.abi, sdk_str(out));
	cjose_jws_release(jws);
	cjose_header_release(header);
	return ret;
}

/* header and payload as text, and a signature as it is. */
static struct ent_str put_together(struct ring *ring, const char *header, const char *payload, const char *signature)
{
	cjose_err err;
	char *a = NULL, *b = NULL;
	size_t na, nb;

	assert_true(cjose_base64url_encode((const uint8_t *)header, strlen(header), &a, &na, &err));
	assert_true(cjose_base64url_encode((const uint8_t *)payload, strlen(payload), &b, &nb, &err));
	struct ent_str ret = sdk_format(&ring->arena.abi, "%s.%s.%s", a, b, signature);
	free(a);
	free(b);
	return ret;
}

static enum jws_verdict verdict_of(struct ring *ring, struct ent_str token, unsigned algorithms)
{
	struct ent_str payload;
	struct ent_err err;

	return jws_read(&ring->arena.abi, token, ring->keys, algorithms, &payload, &err);
}

static void good_ones_are_taken(void **state)
{
	struct ring *ring = *state;
	struct ent_str payload = ENT_ABSENT;
	struct ent_err err;

	assert_int_equal(
	    jws_read(&ring->arena.abi, sign_as(ring, ring->rsa, "RS256", "one", GOOD), ring->keys, ALL, &payload, &err),
	    JWS_GOOD);
	assert_true(sdk_eqz(payload, GOOD));
	assert_int_equal(verdict_of(ring, sign_as(ring, ring->rsa, "PS256", "one", GOOD), ALL), JWS_GOOD);
	assert_int_equal(verdict_of(ring, sign_as(ring, ring->ec, "ES256", "curve", GOOD), ALL), JWS_GOOD);
	assert_int_equal(verdict_of(ring, sign_as(ring, ring->ec, "ES256", NULL, GOOD), ALL), JWS_GOOD);
}

static void algorithm_is_the_configurations(void **state)
{
	struct ring *ring = *state;

	assert_int_equal(verdict_of(ring, sign_as(ring, ring->rsa, "RS256", "one", GOOD), 1u << JWS_ES256),
			 JWS_REFUSED);
	assert_int_equal(verdict_of(ring, sign_as(ring, ring->rsa, "PS256", "one", GOOD), 1u << JWS_RS256),
			 JWS_REFUSED);
	assert_int_equal(verdict_of(ring, sign_as(ring, ring->rsa, "RS512", "one", GOOD), ALL), JWS_REFUSED);
	assert_int_equal(verdict_of(ring, put_together(ring, "{\"alg\":\"none\"}", GOOD, ""), ALL), JWS_REFUSED);
	assert_int_equal(verdict_of(ring, put_together(ring, "{\"alg\":\"None\",\"kid\":\"one\"}", GOOD, ""), ALL),
			 JWS_REFUSED);
	assert_int_equal(verdict_of(ring, put_together(ring, "{\"kid\":\"one\"}", GOOD, ""), ALL), JWS_REFUSED);
}

/* The public key, which everybody has, taken for the secret of an HMAC. */
static void public_key_is_no_secret(void **state)
{
	struct ring *ring = *state;
	struct ent_str text = public_of(&ring->arena.abi, ring->rsa);
	cjose_err err;
	cjose_jwk_t *oct = cjose_jwk_create_oct_spec((const uint8_t *)text.p, text.n, &err);

	assert_int_equal(verdict_of(ring, sign_as(ring, oct, "HS256", "one", GOOD), ALL), JWS_REFUSED);
	cjose_jwk_release(oct);
}

static void signature_counts(void **state)
{
	struct ring *ring = *state;
	struct ent_str token = sign_as(ring, ring->rsa, "RS256", "one", GOOD), cut = token;
	char *bent = sdk_z(&ring->arena.abi, token);

	assert_int_equal(verdict_of(ring, sign_as(ring, ring->other, "RS256", "one", GOOD), ALL), JWS_REFUSED);
	bent[token.n - 100] = bent[token.n - 100] == 'A' ? 'B' : 'A';
	assert_int_equal(verdict_of(ring, sdk_str(bent), ALL), JWS_REFUSED);
	cut.n -= 100;
	assert_int_equal(verdict_of(ring, cut, ALL), JWS_REFUSED);
	assert_int_equal(verdict_of(ring, ENT_STR(""), ALL), JWS_REFUSED);
	assert_int_equal(verdict_of(ring, ENT_STR("a.b.c"), ALL), JWS_REFUSED);
	assert_int_equal(
	    verdict_of(ring, put_together(ring, "{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\"one\"}", GOOD, "c2ln"),
		       ALL),
	    JWS_REFUSED);
	assert_int_equal(
	    verdict_of(ring, put_together(ring, "{\"alg\":\"RS256\",\"kid\":\"one\",\"crit\":[\"b64\"]}", GOOD, "c2ln"),
		       ALL),
	    JWS_REFUSED);
}

static void key_is_found_by_its_name(void **state)
{
	struct ring *ring = *state;

	assert_int_equal(verdict_of(ring, sign_as(ring, ring->other, "RS256", "other", GOOD), ALL), JWS_KEY_UNKNOWN);
	assert_int_equal(verdict_of(ring, sign_as(ring, ring->rsa, "RS256", "curve", GOOD), ALL), JWS_KEY_UNKNOWN);
	assert_int_equal(verdict_of(ring, sign_as(ring, ring->rsa, "RS256", NULL, GOOD), ALL), JWS_KEY_UNKNOWN);
	assert_int_equal(verdict_of(ring, sign_as(ring, ring->weak, "RS256", "weak", GOOD), ALL), JWS_REFUSED);
}

/* ---- claims --------------------------------------------------------------------------- */

#define HEAD  "\"iss\":\"https://id.example\",\"nonce\":\"n1\",\"sub\":\"42\","
#define TIMES "\"exp\":1300,\"iat\":990"
static const struct {
	const char *payload, *wrong; /* wrong: the claim that err names; NULL: none */
} claims[] = {
    {"{" HEAD "\"aud\":\"us\"," TIMES "}", NULL},
    {"{" HEAD "\"aud\":[\"us\"]," TIMES "}", NULL},
    {"{" HEAD "\"aud\":[\"us\",\"them\"],\"azp\":\"us\"," TIMES "}", NULL},
    {"{" HEAD "\"aud\":\"us\",\"nbf\":1060," TIMES "}", NULL},
    {"{" HEAD "\"aud\":\"us\",\"exp\":941,\"iat\":990}", NULL},
    {"{" HEAD "\"aud\":\"us\",\"exp\":1300.5,\"iat\":990.7}", NULL},
    {"{" HEAD "\"aud\":\"us\",\"exp\":940,\"iat\":990}", "exp"},
    {"{" HEAD "\"aud\":\"us\",\"exp\":\"1300\",\"iat\":990}", "exp"},
    {"{" HEAD "\"aud\":\"us\",\"iat\":990}", "exp"},
    {"{" HEAD "\"aud\":\"us\",\"exp\":1300,\"iat\":1061}", "iat"},
    {"{" HEAD "\"aud\":\"us\",\"exp\":1300,\"iat\":339}", "iat"},
    {"{" HEAD "\"aud\":\"us\",\"exp\":1300}", "iat"},
    {"{" HEAD "\"aud\":\"us\",\"nbf\":1061," TIMES "}", "nbf"},
    {"{" HEAD "\"aud\":\"them\"," TIMES "}", "aud"},
    {"{" HEAD "\"aud\":[]," TIMES "}", "aud"},
    {"{" HEAD TIMES "}", "aud"},
    {"{" HEAD "\"aud\":[\"us\",\"them\"]," TIMES "}", "azp"},
    {"{" HEAD "\"aud\":\"us\",\"azp\":\"them\"," TIMES "}", "azp"},
    {"{\"iss\":\"https://id.example/\",\"nonce\":\"n1\",\"sub\":\"42\",\"aud\":\"us\"," TIMES "}", "iss"},
    {"{\"nonce\":\"n1\",\"sub\":\"42\",\"aud\":\"us\"," TIMES "}", "iss"},
    {"{\"iss\":\"https://id.example\",\"nonce\":\"n2\",\"sub\":\"42\",\"aud\":\"us\"," TIMES "}", "nonce"},
    {"{\"iss\":\"https://id.example\",\"sub\":\"42\",\"aud\":\"us\"," TIMES "}", "nonce"},
    {"{\"iss\":\"https://id.example\",\"nonce\":\"n1\",\"aud\":\"us\"," TIMES "}", "sub"},
    {"{\"iss\":\"https://id.example\",\"nonce\":\"n1\",\"sub\":\"\",\"aud\":\"us\"," TIMES "}", "sub"},
    {"{\"iss\":\"https://id.example\",\"nonce\":\"n1\",\"sub\":42,\"aud\":\"us\"," TIMES "}", "sub"},
    {"[]", "content"},
    {"", "content"},
};

static void each_claim_counts(void **state)
{
	const struct id_token_want want = {ENT_STR("https://id.example"), ENT_STR("us"), ENT_STR("n1"), 1000};
	struct ring *ring = *state;

	for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
		struct ent_str subject = ENT_ABSENT;
		struct ent_err err = {0};
		enum ent_rc rc = id_token_vet(&ring->arena.abi, sdk_str(claims[i].payload), &want, &subject, &err);

		if ((rc == ENT_OK) != !claims[i].wrong || (rc == ENT_OK && !sdk_eqz(subject, "42")) ||
		    (claims[i].wrong && !strstr(err.msg, claims[i].wrong)))
			fail_msg("%s: %d %s", claims[i].payload, rc, err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_ones_are_taken),      cmocka_unit_test(algorithm_is_the_configurations),
	    cmocka_unit_test(public_key_is_no_secret),  cmocka_unit_test(signature_counts),
	    cmocka_unit_test(key_is_found_by_its_name), cmocka_unit_test(each_claim_counts)};

	return cmocka_run_group_tests_name("id_token", tests, ring_open, ring_close);
}
