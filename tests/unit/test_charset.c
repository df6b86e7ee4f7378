/* SPDX-License-Identifier: Apache-2.0 */
/* What tools send that is no plain UTF-8: declared charsets, byte order marks, U+0000, halves of surrogate pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "sdk/json.h"

#define FFFD "\xEF\xBF\xBD"

static const struct {
	const char *type;
	struct ent_str body;
	const char *want; /* NULL: refused */
} bodies[] = {
    {"application/json", ENT_STR("caf\xC3\xA9"), "caf\xC3\xA9"},
    {"application/json", ENT_STR("caf\xE9"), "caf\xE9"}, /* nothing is guessed */
    {"application/json; charset=utf-8", ENT_STR("caf\xC3\xA9"), "caf\xC3\xA9"},
    {"application/json; charset=US-ASCII", ENT_STR("cafe"), "cafe"},
    {"application/json", ENT_STR("\xEF\xBB\xBF{}"), "{}"},
    {"application/json; charset=\"UTF-8\"", ENT_STR("\xEF\xBB\xBF{}"), "{}"},
    {"application/json;charset=ISO-8859-1", ENT_STR("caf\xE9"), "caf\xC3\xA9"},
    {"application/json; version=1 ; Charset = \"iso-8859-1\"", ENT_STR("caf\xE9"), "caf\xC3\xA9"},
    {"text/plain; charset=iso-8859-15", ENT_STR("\xA4"), "\xE2\x82\xAC"},
    {"text/plain; charset=windows-1252", ENT_STR("\x80 \x93x\x94"), "\xE2\x82\xAC \xE2\x80\x9Cx\xE2\x80\x9D"},
    {"text/plain; charset=windows-1252", ENT_STR("a\x81z"), "a" FFFD "z"},
    {"text/plain; charset=windows-1258", ENT_STR("Xin ch\xE0o, Lan"), "Xin ch\xC3\xA0o, Lan"},
    {"text/plain; charset=windows-1258", ENT_STR("a"), "a"},
    {"text/plain; charset=windows-1258",
     ENT_STR("a\xD2"
	     "b\xEC"),
     "\xE1\xBA\xA3"
     "b\xCC\x81"},
    {"text/plain; charset=windows-1258", ENT_STR("ma\x8Dz"), "ma" FFFD "z"},
    {"text/plain; charset=windows-1255", ENT_STR("\xF9\xEC\xE5\xED \xE9"), "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xD7\x99"},
    {"text/plain; charset=utf-16", ENT_STR("\xFE\xFF\0h\xDC\0\0i"), "h" FFFD "i"},
    {"text/plain; charset=shift_jis", ENT_STR("\x93\xFA\x96\x7B"), "\xE6\x97\xA5\xE6\x9C\xAC"},
    {"text/plain; charset=utf-16le", ENT_STR("h\0i\0\xE9\0"), "hi\xC3\xA9"},
    {"text/plain; charset=utf-16", ENT_STR("\xFE\xFF\0h\0i"), "hi"},
    {"text/plain; charset=utf-16le", ENT_STR("h\0\0\xDCi\0"), "h" FFFD "i"},
    {"text/plain; charset=utf-16le", ENT_STR("h\0i"), "h" FFFD},
    {"application/json; charset=klingon", ENT_STR("{}"), NULL},
    {"application/json; charset=ISO-2022-CN-EXT", ENT_STR("{}"), NULL},
    {"application/json; charset=UTF-8//TRANSLIT", ENT_STR("{}"), NULL},
    {"application/json; charset=../../x", ENT_STR("{}"), NULL},
    {"application/json; charset=klingon", ENT_STR(""), ""},
    {"application/json; charset=", ENT_STR("{}"), "{}"},
    {"", ENT_STR("{}"), "{}"},
};

static void a_declared_charset_is_decoded_or_refused_by_name(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct ent_header header[] = {{ENT_STR("X-A"), ENT_STR("charset=klingon")},
					      {ENT_STR("content-TYPE"), sdk_str(bodies[i].type)}};
		struct ent_str body = bodies[i].body;
		struct ent_err err = {0};
		enum ent_rc rc = charset_read(&arena.abi, header, 2, &body, &err);

		if ((rc == ENT_OK) != (bodies[i].want != NULL))
			fail_msg("%s: %d, %s", bodies[i].type, (int)rc, err.msg);
		if (rc != ENT_OK)
			assert_non_null(strstr(err.msg, strchr(bodies[i].type, '=') + 1));
		else if (!sdk_eqz(body, bodies[i].want))
			fail_msg("%s: \"%.*s\", want \"%s\"", bodies[i].type, ENT_F(body), bodies[i].want);
	}
	sdk_arena_release(&arena);
}

static void a_long_body_is_decoded_whole(void **state)
{
	char bytes[20000];
	struct ent_header header = {ENT_STR("Content-Type"), ENT_STR("a/b; charset=windows-1252")};
	struct ent_str body = {bytes, sizeof bytes};
	struct ent_err err = {0};
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	memset(bytes, 0x80, sizeof bytes);
	assert_int_equal(charset_read(&arena.abi, &header, 1, &body, &err), ENT_OK);
	assert_int_equal(body.n, 3 * sizeof bytes);
	for (size_t i = 0; i < body.n; i += 3)
		assert_memory_equal(body.p + i, "\xE2\x82\xAC", 3);
	sdk_arena_release(&arena);
}

static const struct {
	struct ent_str from;
	const char *want;
} sent[] = {
    {ENT_STR("{\"a\":\"b\"}"), "{\"a\":\"b\"}"},
    {ENT_STR("\xEF\xBB\xBF{\"a\":1}"), "{\"a\":1}"},
    {ENT_STR("\"a\\u0000b\""), "\"a" FFFD "b\""},
    {ENT_STR("\"a\0b\""), "\"a" FFFD "b\""},
    {ENT_STR("\"a\\\\u0000b\""), "\"a\\\\u0000b\""}, /* a backslash and u0000: text */
    {ENT_STR("\"a\\\\\\u0000b\""), "\"a\\\\" FFFD "b\""},
    {ENT_STR("\"\\ud83d\\udd27\""), "\"\\ud83d\\udd27\""},
    {ENT_STR("\"\\uD83D\""), "\"" FFFD "\""},
    {ENT_STR("\"\\udd27x\""), "\"" FFFD "x\""},
    {ENT_STR("\"\\ud83d\\ud83d\\udd27\""), "\"" FFFD "\\ud83d\\udd27\""},
    {ENT_STR("\"\\ud83d\\u0041\""), "\"" FFFD "\\u0041\""},
    {ENT_STR("\"\\ud83d\\n\""), "\"" FFFD "\\n\""},
    {ENT_STR("\"\xED\xA0\xBDx\""), "\"" FFFD "x\""},
    {ENT_STR("\"\xED\xB4\xA7\""), "\"" FFFD "\""},
    {ENT_STR("\"\xED\xA0\xBD\xED\xB4\xA7\""), "\"\xF0\x9F\x94\xA7\""},
    {ENT_STR("\"\xED\x95\x9C\\u0000\""), "\"\xED\x95\x9C" FFFD "\""},
    {ENT_STR("{\"\\u0000\":1}"), "{\"" FFFD "\":1}"},
    {ENT_STR("\"\\u00"), "\"\\u00"}, /* cut: the gate says so */
    {ENT_STR("\\"), "\\"},
    {ENT_STR(""), ""},
};

static void what_is_no_character_becomes_the_replacement(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
		char *exact = sdk_xalloc(sent[i].from.n + 1); /* the sanitizer sees a read behind the end */
		struct ent_str got;

		exact = sdk_xrealloc(exact, sent[i].from.n > 0 ? sent[i].from.n : 1);
		memcpy(exact, sent[i].from.p, sent[i].from.n);
		got = sdk_dup(&arena.abi, sdk_json_mend(&arena.abi, (struct ent_str){exact, sent[i].from.n}));
		if (!sdk_eqz(got, sent[i].want))
			fail_msg("%zu: \"%.*s\", want \"%s\"", i, ENT_F(got), sent[i].want);
		free(exact);
	}
	assert_true(sdk_eqz(sdk_without_nul(&arena.abi, ENT_STR("a\0\0b")), "a" FFFD FFFD "b"));
	assert_null(sdk_without_nul(&arena.abi, ENT_ABSENT).p);
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_declared_charset_is_decoded_or_refused_by_name),
	    cmocka_unit_test(a_long_body_is_decoded_whole),
	    cmocka_unit_test(what_is_no_character_becomes_the_replacement),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
