/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-in with a provider, without a network: the browser's cookie, what is sent, what an answer says; and who may
 * speak in a person's name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/oidc.h"
#include "core/origin.h"
#include "sdk/crypto.h"

#define NOW_MS 1700000000000

static const unsigned char key[OIDC_KEY_SIZE] = {1, 2, 3}, other_key[OIDC_KEY_SIZE] = {3, 2, 1};
static const unsigned char browser[32] = {7}, other_browser[32] = {8};

static void one_browser_one_sign_in(void **state)
{
	char cookie[OIDC_COOKIE_SIZE], other[OIDC_COOKIE_SIZE], bent[OIDC_COOKIE_SIZE];
	struct oidc_flight flight, again, others;

	(void)state;
	oidc_cookie_make(key, browser, ENT_STR("orion"), NOW_MS, cookie);
	oidc_cookie_make(key, other_browser, ENT_STR("orion"), NOW_MS, other);
	assert_true(oidc_cookie_open(key, sdk_str(cookie), ENT_STR("orion"), NOW_MS, &flight));
	assert_true(oidc_cookie_open(key, sdk_str(cookie), ENT_STR("orion"), NOW_MS + OIDC_FLIGHT_MS - 1, &again));
	assert_memory_equal(&flight, &again, sizeof flight);
	assert_true(oidc_cookie_open(key, sdk_str(other), ENT_STR("orion"), NOW_MS, &others));
	assert_string_not_equal(flight.state, others.state);
	assert_string_not_equal(flight.nonce, others.nonce);
	assert_string_not_equal(flight.state, flight.nonce);
	assert_string_not_equal(flight.verifier, flight.nonce);
	assert_null(strstr(cookie, flight.state));
	assert_false(oidc_cookie_open(key, sdk_str(cookie), ENT_STR("orion"), NOW_MS + OIDC_FLIGHT_MS, &again));
	assert_false(oidc_cookie_open(key, sdk_str(cookie), ENT_STR("vega"), NOW_MS, &again));
	assert_false(oidc_cookie_open(other_key, sdk_str(cookie), ENT_STR("orion"), NOW_MS, &again));
	assert_false(oidc_cookie_open(key, ENT_STR(""), ENT_STR("orion"), NOW_MS, &again));
	assert_false(oidc_cookie_open(key, ENT_ABSENT, ENT_STR("orion"), NOW_MS, &again));
	for (size_t i = 0; cookie[i]; i++) {
		memcpy(bent, cookie, sizeof bent);
		bent[i] = bent[i] == '5' ? '6' : '5';
		assert_false(oidc_cookie_open(key, sdk_str(bent), ENT_STR("orion"), NOW_MS, &again));
	}
}

#define ENDS "\"token_endpoint\":\"https://id.example/t\",\"jwks_uri\":\"https://id.example/k\""
static const struct {
	const char *json;
	bool well;
} description[] = {
    {"{\"issuer\":\"https://id.example\",\"authorization_endpoint\":\"https://id.example/a\"," ENDS "}", true},
    {"{\"issuer\":\"https://id.example/\",\"authorization_endpoint\":\"https://id.example/a\"," ENDS "}", false},
    {"{\"issuer\":\"https://evil.example\",\"authorization_endpoint\":\"https://id.example/a\"," ENDS "}", false},
    {"{\"issuer\":\"https://id.example\",\"authorization_endpoint\":\"http://id.example/a\"," ENDS "}", false},
    {"{\"issuer\":\"https://id.example\",\"authorization_endpoint\":\"javascript:alert(1)\"," ENDS "}", false},
    {"{\"issuer\":\"https://id.example\"," ENDS "}", false},
    {"[]", false},
    {"", false},
};

static void description_is_vetted(void **state)
{
	const struct oidc_client client = {.issuer = ENT_STR("https://id.example")};
	struct oidc_provider provider;
	struct sdk_arena arena;
	struct ent_err err;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof description / sizeof *description; i++)
		if ((oidc_description_read(&arena.abi, sdk_str(description[i].json), &client, &provider, &err) ==
		     ENT_OK) != description[i].well)
			fail_msg("%s", description[i].json);
	assert_true(sdk_eqz(oidc_description_url(&arena.abi, ENT_STR("https://id.example/x/")),
			    "https://id.example/x/.well-known/openid-configuration"));
	sdk_arena_release(&arena);
}

static void asks_with_code_and_pkce(void **state)
{
	struct oidc_client client = {.issuer = ENT_STR("https://id.example"),
				     .client_id = ENT_STR("a&b"),
				     .secret = ENT_STR("p:w"),
				     .redirect_uri = ENT_STR("https://us.example/sign-in/orion/answer")};
	struct oidc_provider provider = {ENT_STR("https://id.example/a?x=1"), ENT_ABSENT, ENT_ABSENT, true, false};
	struct oidc_flight flight = {"S", "N", "V", "C"};
	struct oidc_request request;
	struct sdk_arena arena;
	struct ent_str text;

	(void)state;
	sdk_arena_init(&arena);
	assert_true(sdk_eqz(oidc_authorize_url(&arena.abi, &provider, &client, &flight),
			    "https://id.example/a?x=1&response_type=code&scope=openid&client_id=a%26b&redirect_uri="
			    "https%3A%2F%2Fus.example%2Fsign-in%2Forion%2Fanswer&state=S&nonce=N&code_challenge=C&"
			    "code_challenge_method=S256"));
	memset(flight.verifier, 'v', OIDC_WORD_SIZE - 1);
	request = oidc_token_request(&arena.abi, &provider, &client, &flight, ENT_STR("the code&"));
	assert_true(sdk_eqz(request.form, "grant_type=authorization_code&code=the%20code%26&redirect_uri=https%3A%2F%"
					  "2Fus.example%2Fsign-in%2Forion%2Fanswer&code_verifier="
					  "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"));
	assert_true(sdk_starts(request.authorization, "Basic "));
	assert_true(sdk_unbase64(&arena.abi, (struct ent_str){request.authorization.p + 6, request.authorization.n - 6},
				 &text));
	assert_true(sdk_eqz(text, "a%26b:p%3Aw"));
	provider.takes_basic = false;
	request = oidc_token_request(&arena.abi, &provider, &client, &flight, ENT_STR("c"));
	assert_null(request.authorization.p);
	assert_non_null(strstr(sdk_z(&arena.abi, request.form), "&client_id=a%26b&client_secret=p%3Aw"));
	assert_true(sdk_eqz(oidc_token_answer(&arena.abi, ENT_STR("{\"id_token\":\"a.b.c\"}")), "a.b.c"));
	assert_null(oidc_token_answer(&arena.abi, ENT_STR("{\"id_token\":7}")).p);
	sdk_arena_release(&arena);
}

#define OURS "https://us.example"
static const struct {
	const char *site, *origin;
	bool ours;
} sent[] = {
    {"same-origin", OURS, true},
    {"same-origin", NULL, true},
    {"same-origin", "null", true},
    {"same-origin", "https://evil.example", false},
    {"same-site", OURS, false},
    {"cross-site", OURS, false},
    {"cross-site", NULL, false},
    {"none", NULL, false},
    {"none", OURS, true},
    {NULL, OURS, true},
    {NULL, "null", false},
    {NULL, NULL, false},
    {NULL, "http://us.example", false},
    {NULL, "https://us.example.evil.example", false},
};

static void only_our_pages_write(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++)
		if (origin_is_ours(ENT_STR(OURS), sdk_str(sent[i].site), sdk_str(sent[i].origin)) != sent[i].ours)
			fail_msg("%s %s", sent[i].site ? sent[i].site : "-", sent[i].origin ? sent[i].origin : "-");
}

static void our_own_address(void **state)
{
	bool is_plain;

	(void)state;
	assert_true(origin_is_public(ENT_STR("https://us.example"), &is_plain) && !is_plain);
	assert_true(origin_is_public(ENT_STR("https://us.example:8443"), &is_plain) && !is_plain);
	assert_true(origin_is_public(ENT_STR("http://127.0.0.1:8480"), &is_plain) && is_plain);
	assert_true(origin_is_public(ENT_STR("http://localhost:8480"), &is_plain) && is_plain);
	assert_true(origin_is_public(ENT_STR("http://[::1]:8480"), &is_plain) && is_plain);
	assert_false(origin_is_public(ENT_STR("http://us.example"), &is_plain));
	assert_false(origin_is_public(ENT_STR("http://127.evil.example"), &is_plain));
	assert_false(origin_is_public(ENT_STR("https://us.example/"), &is_plain));
	assert_false(origin_is_public(ENT_STR("https://us.example/x"), &is_plain));
	assert_false(origin_is_public(ENT_STR("us.example"), &is_plain));
}

static void cookie_by_its_name(void **state)
{
	(void)state;
	assert_true(sdk_eqz(origin_cookie(ENT_STR("a=1; b=2;c=3"), "b"), "2"));
	assert_true(sdk_eqz(origin_cookie(ENT_STR("b=x=y"), "b"), "x=y"));
	assert_null(origin_cookie(ENT_STR("a=1; b=2; b=3"), "b").p);
	assert_null(origin_cookie(ENT_STR("ab=1; b"), "b").p);
	assert_null(origin_cookie(ENT_ABSENT, "b").p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_browser_one_sign_in), cmocka_unit_test(description_is_vetted),
	    cmocka_unit_test(asks_with_code_and_pkce), cmocka_unit_test(only_our_pages_write),
	    cmocka_unit_test(our_own_address),         cmocka_unit_test(cookie_by_its_name)};

	return cmocka_run_group_tests_name("oidc", tests, NULL, NULL);
}
