/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences with a code and params: what is filled in is whole, bounded and JSON, whatever a tool wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sdk/said.h"

static void test_text_code_and_params(void **state)
{
	struct sdk_arena arena;
	struct ent_err err = {0}, outer = {0};

	(void)state;
	sdk_arena_init(&arena);
	assert_int_equal(sdk_fail_as(&err, ENT_EAUTH, "http.said", "HTTP {status=%d}: {said=%.*s} {not a param}, 5 %%",
				     403, ENT_F(ENT_STR("no \"right\""))),
			 ENT_EAUTH);
	assert_string_equal(err.msg, "HTTP 403: no \"right\" {not a param}, 5 %");
	assert_string_equal(err.code, "http.said");
	assert_string_equal(err.params, "{\"status\":403,\"said\":\"no \\\"right\\\"\"}");
	/* a sentence in a sentence */
	(void)sdk_fail_as(&outer, ENT_EINVAL, "login.failed", "login: {why=%p}", SDK_WHY(&err));
	assert_string_equal(outer.msg, "login: HTTP 403: no \"right\" {not a param}, 5 %");
	assert_non_null(strstr(outer.params, "{\"why\":{\"code\":\"http.said\",\"params\":{\"status\":403,"));
	/* as JSON and back */
	struct ent_str json = sdk_said_json(&arena.abi, sdk_said(&outer));
	struct ent_said back = sdk_said_parse(&arena.abi, json), was = sdk_said(&outer);
	assert_true(sdk_said_eq(&back, &was));
	assert_true(sdk_eq(sdk_said_json(&arena.abi, back), json));
	sdk_arena_release(&arena);
}

/* Words of any length and of any bytes: the params are JSON, and what does not fit is shorter. */
static void test_params_are_bounded(void **state)
{
	char words[3000];
	struct sdk_arena arena;
	struct ent_err err = {0}, unread = {0};

	(void)state;
	sdk_arena_init(&arena);
	for (size_t n = 0; n < sizeof words - 1; n += 7) {
		memset(words, n % 2 ? '"' : 'e', sizeof words);
		words[n] = '\0';
		if (n > 1)
			words[n - 1] = '\xc3'; /* half a letter */
		(void)sdk_fail_as(&err, ENT_EINVAL, "a.b", "{one=%s} {two=%s} {three=%s} {four=%s}", words, words,
				  words, words);
		assert_true(strlen(err.params) < sizeof err.params);
		assert_int_equal(sdk_json_check(sdk_str(err.params), &unread), ENT_OK);
		assert_true(sdk_is_utf8(sdk_str(err.msg)));
		(void)sdk_fail_as(&err, ENT_EINVAL, "a.c", "{one=%s} in {why=%p}", words, SDK_WHY(&err));
		assert_int_equal(sdk_json_check(sdk_str(err.params), &unread), ENT_OK);
		assert_string_equal(err.code, "a.c");
	}
	sdk_arena_release(&arena);
}

/* Who gives a text alone: it is a param, never a code. */
static void test_a_text_alone(void **state)
{
	struct sdk_arena arena;
	struct ent_err err = {0};

	(void)state;
	sdk_arena_init(&arena);
	assert_false(sdk_said(&err).code.n);
	assert_int_equal(sdk_said_json(&arena.abi, sdk_said(&err)).n, 0);
	(void)sdk_fail_as(&err, ENT_EINVAL, "x.y", "a {n=%d}", 1);
	(void)sdk_fail(&err, ENT_EINVAL, "their words");
	assert_true(
	    sdk_eqz(sdk_said_json(&arena.abi, sdk_said(&err)),
		    "{\"code\":\"connector.said\",\"params\":{\"said\":\"their words\"},\"text\":\"their words\"}"));
	struct ent_said text = sdk_said_parse(&arena.abi, ENT_STR("\"their words\""));
	assert_true(sdk_eqz(text.code, SDK_SAID_PLAIN));
	assert_true(sdk_eqz(text.text, "their words"));
	assert_false(sdk_said_parse(&arena.abi, ENT_STR("{\"code\":\"a.b\"}")).code.n);
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text_code_and_params),
	    cmocka_unit_test(test_params_are_bounded),
	    cmocka_unit_test(test_a_text_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
