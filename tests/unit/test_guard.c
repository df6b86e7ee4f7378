/* SPDX-License-Identifier: Apache-2.0 */
/* The strict reader: what it takes and refuses, and that it says the same however the bytes are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "edge/guard.h"
#include "face/uri.h"
#include "sdk/str.h"

static const struct limits limits = {LIMITS_FIXED, .head_max = 4096, .body_max = 100};

/* The status that refuses it, 0 when it is taken, -1 when more is awaited. cut: the first read ends there. */
static int verdict(struct ent_str bytes, size_t cut, struct sdk_arena *arena, struct request *ret)
{
	struct guard_scan scan = {0};
	struct guard_refusal refusal = {0};
	size_t n;
	enum guard_verdict got = guard_scan(&scan, &limits, (struct ent_str){bytes.p, cut}, &n, &refusal);

	if (got == GUARD_MORE)
		got = guard_scan(&scan, &limits, bytes, &n, &refusal);
	if (got == GUARD_MORE)
		return -1;
	if (got == GUARD_OK)
		got = guard_read(&scan, &limits, (struct ent_str){bytes.p, n}, &arena->abi, ret, &refusal);
	if (got == GUARD_REFUSED)
		assert_true(strlen(refusal.why) > 10);
	return got == GUARD_OK ? 0 : refusal.status;
}

#define H "Host: x\r\n"
static const struct {
	struct ent_str bytes;
	int want;
} heads[] = {
    {ENT_STR("GET / HTTP/1.1\r\n" H "\r\n"), 0},
    {ENT_STR("GET /a?b=c HTTP/1.1\r\nhOST: [::1]:8080\r\nX-A:\t b c \t\r\nX-B:\r\n\r\n"), 0},
    {ENT_STR("POST / HTTP/1.1\r\n" H "Content-Length: 100\r\n\r\n"), 0},
    {ENT_STR("POST / HTTP/1.1\r\n" H "Content-Length: 101\r\n\r\n"), 413},
    {ENT_STR("POST / HTTP/1.1\r\n" H "Content-Length: 18446744073709551617\r\n\r\n"), 413},
    {ENT_STR("POST / HTTP/1.1\r\n" H "Content-Length: 1 \r\n\r\n"), 0},
    {ENT_STR("POST / HTTP/1.1\r\n" H "Content-Length: 1 1\r\n\r\n"), 400},
    {ENT_STR("POST / HTTP/1.1\r\n" H "Content-Length: \xB2\r\n\r\n"), 400},
    {ENT_STR("POST / HTTP/1.1\r\n" H "Transfer-Encoding: Chunked\r\n\r\n"), 0},
    {ENT_STR("POST / HTTP/1.1\r\n" H "Transfer-Encoding:\r\n\r\n"), 400},
    {ENT_STR("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked, chunked\r\n\r\n"), 400},
    {ENT_STR("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
    {ENT_STR("GET / HTTP/1.0\r\n\r\n"), 0},
    {ENT_STR("GET / HTTP/1.1\r\n\r\n"), 400},
    {ENT_STR("GET / HTTP/1.1\r\n" H H "\r\n"), 400},
    {ENT_STR("GET / HTTP/1.1\r\n" H "X: \0\r\n\r\n"), 400},
    {ENT_STR("GET / HTTP/1.1\r\n" H "X\0: a\r\n\r\n"), 400},
    {ENT_STR("G\0T / HTTP/1.1\r\n" H "\r\n"), 400},
    {ENT_STR("GET /\0 HTTP/1.1\r\n" H "\r\n"), 400},
    {ENT_STR("GET / HTTP/1.1\n" H "\r\n"), 400},
    {ENT_STR("GET / HTTP/1.1\r\n" H "\n"), 400},
    {ENT_STR("GET / HTTP/1.1\r\r\n" H "\r\n"), 400},
    {ENT_STR("GET / HTTP/1.1 \r\n" H "\r\n"), 400},
    {ENT_STR("GET / HTTP/1.10\r\n" H "\r\n"), 400},
    {ENT_STR("GET / HTTP/3.0\r\n" H "\r\n"), 505},
    {ENT_STR("GET  / HTTP/1.1\r\n" H "\r\n"), 400},
    {ENT_STR("GET http://x/ HTTP/1.1\r\n" H "\r\n"), 400},
    {ENT_STR(" GET / HTTP/1.1\r\n" H "\r\n"), 400},
    {ENT_STR("\r\n"), 400},
    {ENT_STR("GET / HTTP/1.1\r\n" H "Expect: 100-Continue\r\n\r\n"), 0},
    {ENT_STR("GET / HTTP/1.1\r\n" H "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n"), 417},
    {ENT_STR("GET / HTTP/1.1\r\n" H "A: b\r\n"), -1},
    {ENT_STR("GET / HTTP/1.1\r\n" H "A: b\r\n\r"), -1},
};

static void heads_at_every_cut(void **state)
{
	struct sdk_arena arena;
	struct request request;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		for (size_t cut = 0; cut <= heads[i].bytes.n; cut++) {
			int got = verdict(heads[i].bytes, cut, &arena, &request);

			if (got != heads[i].want)
				fail_msg("head %zu cut at %zu: %d, want %d: %s", i, cut, got, heads[i].want,
					 heads[i].bytes.p);
			sdk_arena_release(&arena);
		}
	}
}

static void head_is_read(void **state)
{
	struct sdk_arena arena;
	struct request request;
	struct ent_str bytes =
	    ENT_STR("POST /a%20b?c=d HTTP/1.1\r\nHost: x\r\nX-Long:  a b\t \r\nConnection: Keep-Alive, Close\r\n"
		    "Expect: 100-continue\r\nContent-Length: 7\r\n\r\nbehind it");

	(void)state;
	sdk_arena_init(&arena);
	assert_int_equal(verdict(bytes, 0, &arena, &request), 0);
	assert_true(sdk_eqz(request.method, "POST"));
	assert_true(sdk_eqz(request.target, "/a%20b?c=d"));
	assert_int_equal(request.n_header, 5);
	assert_true(sdk_eqz(request.header[1].name, "X-Long"));
	assert_true(sdk_eqz(request.header[1].value, "a b"));
	assert_int_equal(request.length, 7);
	assert_true(request.close && request.expects && !request.old);
	sdk_arena_release(&arena);
}

static void limits_hold(void **state)
{
	struct sdk_arena arena;
	struct request request;
	char big[10000];

	(void)state;
	sdk_arena_init(&arena);
	memset(big, 'a', sizeof big);
	assert_int_equal(verdict((struct ent_str){big, sizeof big}, 1, &arena, &request), 414);
	memcpy(big, "GET / HTTP/1.1\r\nA: ", 19);
	assert_int_equal(verdict((struct ent_str){big, 4096}, 1, &arena, &request), -1);
	assert_int_equal(verdict((struct ent_str){big, 4097}, 1, &arena, &request), 431);
	for (size_t i = 0; i + 4 <= 4000; i += 4)
		memcpy(big + i, "A:\r\n", 4);
	assert_int_equal(verdict((struct ent_str){big, 400}, 1, &arena, &request), -1);
	assert_int_equal(verdict((struct ent_str){big, 4000}, 1, &arena, &request), 431);
	sdk_arena_release(&arena);
}

/* ---- chunks -------------------------------------------------------------------- */

static const struct {
	const char *bytes;
	int want; /* status; 0: whole; -1: more */
	const char *body;
	size_t behind; /* bytes that belong to the next request */
} chunks[] = {
    {"0\r\n\r\n", 0, "", 0},
    {"4\r\nabcd\r\n0\r\n\r\nGET", 0, "abcd", 3},
    {"1\r\na\r\n00000002\r\nbc\r\n0000\r\n\r\n", 0, "abc", 0},
    {"A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", 0, "01234567890123456789", 0},
    {"4\r\nabcd\r\n0\r\n\r", -1, "abcd", 1},
    {"4\r\nab", -1, "ab", 0},
    {"64\r\n", -1, "", 0},
    {"65\r\n", 413, NULL, 0},
    {"60\r\n................................................................................................\r\n5\r\n",
     413, NULL, 0},
    {"ffffffff\r\n", 413, NULL, 0},
    {"fffffffff\r\n", 400, NULL, 0},
    {"000000001\r\n", 400, NULL, 0},
    {"0x1\r\na\r\n", 400, NULL, 0},
    /* extensions are read over, as RFC 9112 writes them */
    {"1;a\r\na\r\n0;last=1\r\n\r\nGET", 0, "a", 3},
    {"4;ilovew3;somuchlove=aretheseparametersfor;another=withvalue\r\nabcd\r\n0\r\n\r\n", 0, "abcd", 0},
    {"1 ; a = b\t;c=\"d;\\\"\\\\ e=\"\r\na\r\n0\r\n\r\n", 0, "a", 0},
    {"1;a=\"\"\r\na\r\n0\r\n\r\n", 0, "a", 0},
    {"1;a=\"\xe9\"\r\na\r\n0\r\n\r\n", 0, "a", 0},
    {"1;a=\"b", -1, "", 0},
    {"1;\r\na\r\n", 400, NULL, 0},
    {"1;a=\r\na\r\n", 400, NULL, 0},
    {"1;=b\r\na\r\n", 400, NULL, 0},
    {"1;a b\r\na\r\n", 400, NULL, 0},
    {"1;a \r\na\r\n", 400, NULL, 0},
    {"1;a\na\r\n", 400, NULL, 0},
    {"1;a\rb\r\na\r\n", 400, NULL, 0},
    {"1;a=\"b\r\n\"\r\na\r\n", 400, NULL, 0},
    {"1;a=\"b\\\r\n\"\r\na\r\n", 400, NULL, 0},
    {"1;a=\"b\"c\r\na\r\n", 400, NULL, 0},
    {"1;a=b\x7f\r\na\r\n", 400, NULL, 0},
    {"1a=b\r\na\r\n", 400, NULL, 0},
    {";a\r\na\r\n", 400, NULL, 0},
    {"1 \r\na\r\n", 400, NULL, 0},
    {" 1\r\na\r\n", 400, NULL, 0},
    {"\r\n", 400, NULL, 0},
    {"1\na\r\n", 400, NULL, 0},
    {"1\r\nab\r\n", 400, NULL, 0},
    {"1\r\na\n0\r\n\r\n", 400, NULL, 0},
    {"0\r\nA: b\r\n\r\n", 400, NULL, 0},
};

/* Reads in two steps, in a block of its exact size so that a read past its end is seen. */
static void chunks_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
		size_t n = strlen(chunks[i].bytes);

		for (size_t cut = 0; cut <= n; cut++) {
			struct guard_chunks reader = {0};
			struct guard_refusal refusal = {0};
			char *p = sdk_xalloc(n);
			enum guard_verdict got;

			memcpy(p, chunks[i].bytes, n);
			got = guard_chunks(&reader, &limits, p, cut, &refusal);
			if (got == GUARD_MORE)
				got = guard_chunks(&reader, &limits, p, n, &refusal);
			if ((got == GUARD_OK ? 0 : got == GUARD_MORE ? -1 : refusal.status) != chunks[i].want)
				fail_msg("chunks %zu cut at %zu: verdict %d, status %d", i, cut, (int)got,
					 refusal.status);
			if (got == GUARD_OK || (got == GUARD_MORE && cut == n)) {
				assert_int_equal(reader.body, strlen(chunks[i].body));
				assert_memory_equal(p, chunks[i].body, reader.body);
			}
			if (got == GUARD_OK)
				assert_int_equal(n - reader.at, chunks[i].behind);
			free(p);
		}
	}
}

/* However they are spread, and also when the line does not end. */
static void chunk_extensions_have_a_limit(void **state)
{
	struct sdk_buf line, many;

	(void)state;
	sdk_buf_init(&line, 1 << 20);
	sdk_buf_init(&many, 1 << 20);
	sdk_buf_z(&line, "1;");
	for (size_t i = 0; i < 4095; i++)
		sdk_buf_char(&line, 'a');
	for (int longer = 0; longer < 2; longer++) {
		struct guard_chunks reader = {0};
		struct guard_refusal refusal = {0};

		assert_int_equal(guard_chunks(&reader, &limits, line.p, line.n, &refusal),
				 longer ? GUARD_REFUSED : GUARD_MORE);
		sdk_buf_char(&line, 'a');
	}
	for (size_t i = 0; i < 70; i++) {
		sdk_buf_z(&many, "1;");
		for (size_t k = 0; k < 60; k++)
			sdk_buf_char(&many, 'a');
		sdk_buf_z(&many, "\r\nb\r\n");
	}
	struct guard_chunks reader = {0};
	struct guard_refusal refusal = {0};
	assert_int_equal(guard_chunks(&reader, &limits, many.p, many.n, &refusal), GUARD_REFUSED);
	assert_int_equal(refusal.status, 400);
	assert_int_equal(reader.body, 4096 / 61);
	sdk_buf_release(&line);
	sdk_buf_release(&many);
}

/* ---- targets ------------------------------------------------------------------------ */

static void targets(void **state)
{
	struct sdk_arena arena;
	struct ent_str got, param[2];
	struct ent_header argument[2];
	size_t n;

	(void)state;
	sdk_arena_init(&arena);
	assert_true(uri_decode(&arena.abi, ENT_STR("a%2Fb%C3%A9+"), false, &got));
	assert_true(sdk_eqz(got, "a/b\xC3\xA9+"));
	assert_false(uri_decode(&arena.abi, ENT_STR("a%2"), false, &got));
	assert_false(uri_decode(&arena.abi, ENT_STR("a%"), false, &got));
	assert_false(uri_decode(&arena.abi, ENT_STR("%zz"), false, &got));
	assert_false(uri_decode(&arena.abi, ENT_STR("a%00"), false, &got));
	assert_false(uri_decode(&arena.abi, ENT_STR("%C3"), false, &got));
	assert_true(uri_query(&arena.abi, ENT_STR("q=a+b%26&x="), argument, 2, &n));
	assert_int_equal(n, 2);
	assert_true(sdk_eqz(argument[0].value, "a b&"));
	assert_false(uri_query(&arena.abi, ENT_STR("a=1&b=2&c=3"), argument, 2, &n));
	assert_true(uri_query(&arena.abi, ENT_ABSENT, argument, 2, &n));
	assert_int_equal(n, 0);
	assert_true(uri_match(ENT_STR("/v1/a%2Fb/history"), "/v1/{}/history", param, 2));
	assert_true(sdk_eqz(param[0], "a%2Fb"));
	assert_false(uri_match(ENT_STR("/v1//history"), "/v1/{}/history", param, 2));
	assert_false(uri_match(ENT_STR("/v1/a/history/"), "/v1/{}/history", param, 2));
	assert_false(uri_match(ENT_STR("/v1/a"), "/v1/{}/history", param, 2));
	assert_false(uri_match(ENT_STR("/v1"), "/v1/{}", param, 2));
	assert_true(uri_is_path(ENT_STR("/a%2F~b:c@d")));
	assert_false(uri_is_path(ENT_STR("/a%2")));
	assert_false(uri_is_path(ENT_STR("/a\"b")));
	assert_false(uri_is_path(ENT_STR("//host/a")));
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(heads_at_every_cut),
	    cmocka_unit_test(head_is_read),
	    cmocka_unit_test(limits_hold),
	    cmocka_unit_test(chunks_at_every_cut),
	    cmocka_unit_test(chunk_extensions_have_a_limit),
	    cmocka_unit_test(targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
