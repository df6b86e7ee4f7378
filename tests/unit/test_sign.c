/* SPDX-License-Identifier: Apache-2.0 */
/* What goes out signed: known signatures, and what cannot be signed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "link/auth.h"
#include "sdk/json.h"
#include "sdk/webhook.h"

/* Computed with openssl dgst -sha256 -mac HMAC, not by this code. */
#define KNOWN_SECRET    "whsec_c3VwcGxpZXItbm9ydGgtc2VjcmV0LTAx"
#define KNOWN_ID        "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define KNOWN_TIMESTAMP "1795321125"
#define KNOWN_BODY      "{\"hello\":\"w\xc3\xb6rld\"}"
#define KNOWN_SIGNATURE "v1,m9NbzKPhmJScdZi5ozplK4gp8zRhqW3ThEolqbSSW+4="

static enum ent_rc sign(const struct ent_request *request, struct ent_str secret, const char *expected,
			struct ent_err *err)
{
	struct supplier supplier = {.n_secret = secret.p ? 2 : 0};
	char older[] = "whsec_b2xkZXI=";
	struct auth_words words;
	enum ent_rc rc;

	supplier.secret[0] = (struct secret){sdk_xalloc(secret.n + 1), secret.n};
	memcpy(supplier.secret[0].bytes, secret.n ? secret.p : "", secret.n);
	supplier.secret[1] = (struct secret){older, sizeof older - 1};
	rc = auth_sign(&supplier, request, &words, err);
	if (rc == ENT_OK && (!sdk_eqz(words.name, "webhook-signature") || !sdk_eqz(auth_words_view(&words), expected)))
		fail_msg("%.*s: %.*s", ENT_F(words.name), ENT_F(auth_words_view(&words)));
	auth_words_release(&words);
	free(supplier.secret[0].bytes);
	return rc;
}

static void known(void **state)
{
	struct ent_header header[] = {{ENT_STR("webhook-id"), ENT_STR(KNOWN_ID)},
				      {ENT_STR("Webhook-Timestamp"), ENT_STR(KNOWN_TIMESTAMP)}};
	struct ent_request request = {.method = "POST", .header = header, .n_header = 2, .body = ENT_STR(KNOWN_BODY)};
	struct ent_err err = {0};

	(void)state;
	if (sign(&request, ENT_STR(KNOWN_SECRET), KNOWN_SIGNATURE, &err) != ENT_OK)
		fail_msg("%s", err.msg);
}

static void refused(void **state)
{
	static const char *const secret[] = {NULL, "", "whsec_", "not base64!"};
	struct ent_request request = {.method = "POST"};

	(void)state;
	for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
		struct ent_err err = {0};

		assert_int_equal(sign(&request, sdk_str(secret[i]), "", &err), ENT_EAUTH);
		assert_true(err.msg[0]);
		assert_true(!secret[i] || !secret[i][0] || !strstr(err.msg, secret[i]) || !strcmp(secret[i], "whsec_"));
	}
}

/* The vectors of others, in the shape of ../shared/fixtures/signature-vectors.json. */
static unsigned vectors_check(const struct sdk_json *list, struct ent_arena *arena)
{
	unsigned n = 0;

	for (const struct sdk_json *at = sdk_json_first(list); at; at = sdk_json_next(at)) {
		const struct sdk_json *other = sdk_json_at(at, "other_headers");
		struct ent_header header[4] = {{ENT_ABSENT, ENT_ABSENT}};
		struct ent_request request = {.method = "POST", .header = header};
		struct ent_str expected = sdk_json_text_at(at, "expected");
		struct ent_err err = {0};

		if (!sdk_json_is(at, "header", "webhook-signature"))
			continue;
		for (const struct sdk_json *h = sdk_json_first(other); h && request.n_header < 4; h = sdk_json_next(h))
			header[request.n_header++] = (struct ent_header){sdk_json_key(h), sdk_json_text(h)};
		request.body = sdk_json_text_at(at, "body_utf8");
		if (sign(&request, sdk_json_text_at(at, "secret_utf8"), sdk_z(arena, expected), &err) != ENT_OK)
			fail_msg("%s", err.msg);
		n++;
	}
	return n;
}

static void vectors(void **state)
{
	static const char path[] = TEST_SHARED "/fixtures/signature-vectors.json";
	static char text[1 << 20];
	FILE *file = fopen(path, "rb");
	const struct sdk_json *root = NULL;
	struct sdk_arena arena;
	struct ent_err err;
	size_t n;

	(void)state;
	if (!file) {
		print_message("SKIP: there is no %s: signatures of others were NOT tried\n", path);
		skip();
	}
	n = fread(text, 1, sizeof text, file);
	assert_int_equal(fclose(file), 0);
	sdk_arena_init(&arena);
	assert_int_equal(sdk_json_parse(&arena.abi, (struct ent_str){text, n}, &root, &err), ENT_OK);
	assert_true(vectors_check(root, &arena.abi) >= 1);
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
