/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sdk/crypto.h"
#include "sdk/json.h"
#include "test_files.h"

#define N(array) (sizeof(array) / sizeof *(array))

static struct sdk_arena *arena_of(void **state)
{
	return *state;
}

static int arena_new(void **state)
{
	struct sdk_arena *arena = test_malloc(sizeof *arena);

	sdk_arena_init(arena);
	*state = arena;
	return 0;
}

static int arena_end(void **state)
{
	sdk_arena_release(*state);
	test_free(*state);
	return 0;
}

static bool hex_is(struct ent_arena *arena, const unsigned char *p, size_t n, const char *want)
{
	return sdk_eqz(sdk_hex(arena, p, n), want);
}

static void test_digest(void **state)
{
	struct ent_arena *arena = &arena_of(state)->abi;
	unsigned char out[SDK_HASH_MAX];
	const struct ent_str part[] = {ENT_STR("a"), ENT_STR(""), ENT_ABSENT, ENT_STR("bc")};

	assert_int_equal(sdk_digest(SDK_SHA1, part, N(part), out), 20);
	assert_true(hex_is(arena, out, 20, "a9993e364706816aba3e25717850c26c9cd0d89d"));
	assert_int_equal(sdk_digest(SDK_SHA256, NULL, 0, out), 32);
	assert_true(hex_is(arena, out, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	assert_int_equal(sdk_digest(SDK_SHA512, part, N(part), out), 64);
	assert_true(hex_is(arena, out, 64,
			   "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			   "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"));
}

/* Around the block size of each hash; values from another implementation. */
static void test_hmac(void **state)
{
	struct ent_arena *arena = &arena_of(state)->abi;
	char long_key[200];
	const struct ent_str m = ENT_STR("m"), two[] = {ENT_STR("one "), ENT_STR("two")};
	const struct ent_str rfc2202 = ENT_STR("what do ya want for nothing?");
	unsigned char out[SDK_HASH_MAX];

	memset(long_key, 'k', sizeof long_key);
	sdk_hmac(SDK_SHA1, ENT_STR("Jefe"), &rfc2202, 1, out);
	assert_true(hex_is(arena, out, 20, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
	sdk_hmac(SDK_SHA1, (struct ent_str){long_key, 64}, &m, 1, out);
	assert_true(hex_is(arena, out, 20, "d52b5b30393c20f423870bb6d0ad622b02848ca9"));
	sdk_hmac(SDK_SHA1, (struct ent_str){long_key, 65}, &m, 1, out);
	assert_true(hex_is(arena, out, 20, "d7ab367121230c7e073a785f02c779c915e96d01"));
	sdk_hmac(SDK_SHA256, (struct ent_str){long_key, 200}, two, 2, out);
	assert_true(hex_is(arena, out, 32, "f6366efb847c81efea628ae1d001164ccd65bf167ffad963e7d96eed4877edb3"));
	assert_int_equal(sdk_hmac(SDK_SHA512, (struct ent_str){long_key, 129}, &m, 1, out), 64);
	assert_true(hex_is(arena, out, 64,
			   "1a960aeb80731a01e1b88da7d4379138aed9e5778f86ca8d9b1fce9d1f5dea33ac12e8ff60126388cbbd55eae65"
			   "f426e0aa2a3bbda1a5fc589f61c00a21fbc98"));
}

static void test_hex(void **state)
{
	assert_true(hex_is(&arena_of(state)->abi, (const unsigned char *)"\x00\x0f\xf0", 3, "000ff0"));
}

/* In pieces as in one. */
static void test_digest_in_pieces(void **state)
{
	const struct ent_str abc = ENT_STR("abc");
	unsigned char want[SDK_HASH_MAX], got[32];
	struct sdk_digest digest;

	(void)state;
	sdk_digest(SDK_SHA256, &abc, 1, want);
	sdk_digest_init(&digest);
	sdk_digest_add(&digest, "a", 1);
	sdk_digest_add(&digest, "", 0);
	sdk_digest_add(&digest, "bc", 2);
	sdk_digest_end(&digest, got);
	assert_memory_equal(got, want, 32);
	sdk_digest_init(&digest);
	sdk_digest_end(&digest, got);
	sdk_digest(SDK_SHA256, NULL, 0, want);
	assert_memory_equal(got, want, 32);
}

static void test_base64(void **state)
{
	struct ent_arena *arena = &arena_of(state)->abi;
	static const char *const row[][2] = {/* RFC 4648 section 10 */
					     {"", ""},
					     {"f", "Zg=="},
					     {"fo", "Zm8="},
					     {"foo", "Zm9v"},
					     {"foob", "Zm9vYg=="},
					     {"fooba", "Zm9vYmE="},
					     {"foobar", "Zm9vYmFy"},
					     {"\xFB\xEF\xFF", "++//"}};
	const char *const bad[] = {"Zg",     "Zg=",  "Zg===", "Z===", "====", "=",    "Zm9vYg",   "Zm 9",
				   "Zm9v\n", "Zh==", "Zm9=",  "Zg=v", "Z=g=", "-_-_", "Zg==Zg==", "Zm9\x80"};
	struct ent_str out;

	for (size_t i = 0; i < N(row); i++) {
		assert_true(sdk_eqz(sdk_base64(arena, (const unsigned char *)row[i][0], strlen(row[i][0])), row[i][1]));
		assert_true(sdk_unbase64(arena, sdk_str(row[i][1]), &out));
		assert_true(sdk_eqz(out, row[i][0]));
	}
	for (size_t i = 0; i < N(bad); i++)
		if (sdk_unbase64(arena, sdk_str(bad[i]), &out))
			fail_msg("taken for base64: '%s'", bad[i]);
}

static void test_same(void **state)
{
	(void)state;
	assert_true(sdk_same(ENT_STR("abc"), ENT_STR("abc")));
	assert_false(sdk_same(ENT_STR("abc"), ENT_STR("abd")));
	assert_false(sdk_same(ENT_STR("abc"), ENT_STR("ab")));
	assert_true(sdk_same(ENT_ABSENT, ENT_STR("")));
}

#define SIGNED_HEX "0eb6fdf4827b258ee3a559f26dc09df4e037567f2ae37a8e56a577c2c6415756"

static void test_signed_hex(void **state)
{
	const struct ent_str body[] = {ENT_STR("{\"a\""), ENT_STR(":1}")}, other = ENT_STR("{\"a\":2}");
	const struct ent_str both[] = {ENT_STR("old"), ENT_STR("new")}, empty[] = {ENT_STR(""), ENT_ABSENT};
	const struct ent_str good = ENT_STR("sha256=" SIGNED_HEX);
	const char *const bad[] = {SIGNED_HEX,
				   "sha1=" SIGNED_HEX,
				   "SHA256=" SIGNED_HEX,
				   "sha256=" SIGNED_HEX "00",
				   "sha256= " SIGNED_HEX,
				   "sha256=",
				   "",
				   "sha256=" SIGNED_HEX " "};
	char upper[sizeof "sha256=" SIGNED_HEX], wrong[sizeof upper];

	(void)state;
	assert_true(sdk_signed_hex(SDK_SHA256, good, "sha256=", both, 2, body, 2));
	assert_true(sdk_signed_hex(SDK_SHA256, ENT_STR(SIGNED_HEX), "", both, 2, body, 2));
	assert_false(sdk_signed_hex(SDK_SHA256, good, "sha256=", both, 1, body, 2)); /* the old secret alone */
	assert_false(sdk_signed_hex(SDK_SHA256, good, "sha256=", both, 0, body, 2));
	assert_false(sdk_signed_hex(SDK_SHA256, good, "sha256=", both, 2, &other, 1));
	assert_false(sdk_signed_hex(SDK_SHA1, good, "sha256=", both, 2, body, 2));
	assert_false(sdk_signed_hex(SDK_SHA256, ENT_ABSENT, "sha256=", both, 2, body, 2));
	for (size_t i = 0; i < N(bad); i++)
		if (sdk_signed_hex(SDK_SHA256, sdk_str(bad[i]), "sha256=", both, 2, body, 2))
			fail_msg("accepted: %s", bad[i]);
	memcpy(upper, good.p, sizeof upper);
	for (size_t i = 7; upper[i]; i++)
		upper[i] = (char)(upper[i] >= 'a' ? upper[i] - 32 : upper[i]);
	assert_true(sdk_signed_hex(SDK_SHA256, sdk_str(upper), "sha256=", both, 2, body, 2));
	for (size_t i = 7; i < good.n; i++) { /* each digit counts */
		memcpy(wrong, good.p, sizeof wrong);
		wrong[i] = wrong[i] == '0' ? '1' : '0';
		assert_false(sdk_signed_hex(SDK_SHA256, sdk_str(wrong), "sha256=", both, 2, body, 2));
	}
	/* What anyone could compute with an empty secret opens nothing. */
	unsigned char mac[SDK_HASH_MAX];
	size_t n = sdk_hmac(SDK_SHA256, ENT_STR(""), body, 2, mac);
	struct ent_str forged = sdk_hex(&arena_of(state)->abi, mac, n);
	assert_false(sdk_signed_hex(SDK_SHA256, forged, "", empty, 2, body, 2));
	forged = sdk_base64(&arena_of(state)->abi, mac, n);
	assert_false(sdk_signed_base64(SDK_SHA256, forged, empty, 2, body, 2));
}

/* RFC 4648, section 5: the two other characters, and no padding. */
static void test_base64url(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *want;
	} row[] = {{"", 0, ""}, {"f", 1, "Zg"}, {"fo", 2, "Zm8"}, {"foo", 3, "Zm9v"}, {"\xfb\xff\xfe", 3, "-__-"}};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		char text[8];
		size_t n = sdk_base64url((const unsigned char *)row[i].bytes, row[i].n, text);

		assert_true(sdk_eqz((struct ent_str){text, n}, row[i].want));
	}
}

static void test_signed_base64(void **state)
{
	const struct ent_str part[] = {ENT_STR("17"), ENT_STR("."), ENT_STR("{\"a\":1}")};
	const struct ent_str both[] = {ENT_STR("old"), ENT_STR("new")};
	const struct ent_str good = ENT_STR("3BYTzxmpFruBCf8ex2h2uqNgL8dWLWd1ZKGZZl+fZzE=");

	(void)state;
	assert_true(sdk_signed_base64(SDK_SHA256, good, both, 2, part, 3));
	assert_false(sdk_signed_base64(SDK_SHA256, good, both, 1, part, 3));
	assert_false(sdk_signed_base64(SDK_SHA256, good, both, 2, part, 2));
	assert_false(sdk_signed_base64(SDK_SHA256, (struct ent_str){good.p, good.n - 1}, both, 2, part, 3));
	assert_false(sdk_signed_base64(SDK_SHA256, ENT_ABSENT, both, 2, part, 3));
}

/* ---- Wycheproof ------------------------------------------------------------- */

static struct ent_str unhex_at(struct ent_arena *arena, const struct sdk_json *node, const char *path)
{
	struct ent_str hex = sdk_json_text_at(node, path);
	char *out = sdk_alloc(arena, hex.n / 2 + 1);

	assert_true(hex.n % 2 == 0);
	for (size_t i = 0; i < hex.n; i += 2)
		out[i / 2] = (char)(sdk_hex_value(hex.p[i]) << 4 | sdk_hex_value(hex.p[i + 1]));
	return (struct ent_str){out, hex.n / 2};
}

/* A tag shorter than the hash is its beginning. */
static bool wycheproof_agrees(struct ent_arena *arena, enum sdk_hash hash, size_t tag_n, const struct sdk_json *test)
{
	struct ent_str key = unhex_at(arena, test, "key"), msg = unhex_at(arena, test, "msg");
	struct ent_str tag = unhex_at(arena, test, "tag");
	unsigned char mac[SDK_HASH_MAX];

	/* In three parts, so that where they meet is tried too. */
	const struct ent_str part[] = {
	    {msg.p, msg.n / 3}, {msg.p + msg.n / 3, 0}, {msg.p + msg.n / 3, msg.n - msg.n / 3}};
	size_t n = sdk_hmac(hash, key, part, N(part), mac);
	bool valid = n >= tag_n && sdk_same(tag, (struct ent_str){(char *)mac, tag_n});
	return valid == sdk_json_is(test, "result", "valid");
}

static void wycheproof(void **state, const char *file, enum sdk_hash hash, size_t want_tests)
{
	struct ent_arena *arena = &arena_of(state)->abi;
	struct ent_str path = shared_path(arena, file), text = file_read(arena, path.p);
	const struct sdk_json *root = NULL, *group, *test;
	struct ent_err err;
	size_t n = 0;

	if (!text.p) {
		print_message("SKIP: %s is not there\n", path.p);
		skip();
	}
	assert_int_equal(sdk_json_parse(arena, text, &root, &err), ENT_OK);
	for (group = sdk_json_first(sdk_json_at(root, "testGroups")); group; group = sdk_json_next(group)) {
		int64_t tag_bits = 0;
		assert_true(sdk_json_int(sdk_json_at(group, "tagSize"), &tag_bits));
		for (test = sdk_json_first(sdk_json_at(group, "tests")); test; test = sdk_json_next(test), n++)
			if (!wycheproof_agrees(arena, hash, (size_t)tag_bits / 8, test))
				fail_msg("%s: test %s", file, sdk_json_text_at(test, "tcId").p);
	}
	assert_true(n >= want_tests);
}

static void test_wycheproof_sha1(void **state)
{
	wycheproof(state, "hostile/crypto/hmac_sha1_test.json", SDK_SHA1, 170);
}

static void test_wycheproof_sha256(void **state)
{
	wycheproof(state, "hostile/crypto/hmac_sha256_test.json", SDK_SHA256, 174);
}

static void test_wycheproof_sha512(void **state)
{
	wycheproof(state, "hostile/crypto/hmac_sha512_test.json", SDK_SHA512, 174);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_new, arena_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_digest),
	    TEST(test_hmac),
	    TEST(test_digest_in_pieces),
	    TEST(test_hex),
	    TEST(test_base64),
	    TEST(test_base64url),
	    TEST(test_same),
	    TEST(test_signed_hex),
	    TEST(test_signed_base64),
	    TEST(test_wycheproof_sha1),
	    TEST(test_wycheproof_sha256),
	    TEST(test_wycheproof_sha512),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
