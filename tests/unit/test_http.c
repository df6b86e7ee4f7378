/* SPDX-License-Identifier: Apache-2.0 */
/* What connectors that write share: statuses, answers, paths, links. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "sdk/http.h"
#include "sdk/time.h"

static void expect_status(int status, const char *header, const char *body, enum ent_rc rc, const char *words)
{
	struct ent_header one = {sdk_str(header), ENT_STR("30")};
	struct ent_response response = {status, &one, header ? 1 : 0, sdk_str(body)};
	struct ent_err err = {0};
	struct sdk_arena arena;
	enum ent_rc got;

	sdk_arena_init(&arena);
	got = sdk_http_status(&response, &arena.abi, &err);
	if (got != rc || strcmp(err.msg, words) != 0)
		fail_msg("HTTP %d: %d \"%s\", expected %d \"%s\"", status, (int)got, err.msg, (int)rc, words);
	sdk_arena_release(&arena);
}

static void statuses(void **state)
{
	(void)state;
	expect_status(200, NULL, "", ENT_OK, "");
	expect_status(201, NULL, "<html>", ENT_OK, "");
	expect_status(299, NULL, "", ENT_OK, "");
	expect_status(
	    301, NULL, "", ENT_EINVAL,
	    "HTTP 301: it redirects, which is not followed: check the supplier's setting `url:`, which must be where "
	    "its API answers itself");
	expect_status(400, NULL, "", ENT_EINVAL, "HTTP 400");
	expect_status(401, NULL, "", ENT_EAUTH, "HTTP 401");
	expect_status(403, NULL, "", ENT_EAUTH, "HTTP 403: it gives no reason; our user may lack the right to this");
	expect_status(403, "retry-after", "", ENT_ERETRY, "HTTP 403");
	expect_status(404, NULL, "", ENT_EGONE, "HTTP 404");
	expect_status(405, NULL, "", ENT_EINVAL, "HTTP 405");
	expect_status(408, NULL, "", ENT_ERETRY, "HTTP 408");
	expect_status(409, NULL, "", ENT_ECONFLICT, "HTTP 409");
	expect_status(410, NULL, "", ENT_EGONE, "HTTP 410");
	expect_status(412, NULL, "", ENT_ECONFLICT, "HTTP 412");
	expect_status(422, NULL, "", ENT_EINVAL, "HTTP 422");
	expect_status(425, NULL, "", ENT_ERETRY, "HTTP 425");
	expect_status(429, NULL, "", ENT_ERETRY, "HTTP 429");
	expect_status(500, NULL, "", ENT_ERETRY, "HTTP 500");
	expect_status(502, NULL, "<h1>Bad gateway</h1>", ENT_ERETRY, "HTTP 502");
	expect_status(599, NULL, "", ENT_ERETRY, "HTTP 599");
	expect_status(100, NULL, "", ENT_EINVAL, "HTTP 100");
}

static void words(void **state)
{
	char page[4096], long_words[4096];

	(void)state;
	expect_status(422, NULL, "{\"errors\":[\"Subject cannot be blank\",\"Tracker is missing\"]}", ENT_EINVAL,
		      "HTTP 422: Subject cannot be blank; Tracker is missing");
	expect_status(400, NULL, "{\"errorMessages\":[],\"errors\":{\"summary\":\"Give one.\"}}", ENT_EINVAL,
		      "HTTP 400: summary: Give one.");
	expect_status(403, NULL, "{\"error\":{\"message\":\"Denied\",\"detail\":\"ACL\"},\"status\":\"failure\"}",
		      ENT_EAUTH, "HTTP 403: Denied; ACL");
	expect_status(422, NULL, "{\"message\":\"Bad\",\"errors\":[{\"field\":\"title\",\"code\":\"missing\"}]}",
		      ENT_EINVAL, "HTTP 422: Bad; field: title; code: missing");
	expect_status(422, NULL,
		      "{\"error\":\"RecordInvalid\",\"description\":\"Record validation errors\",\"details\":{\"base\":"
		      "[{\"description\":\"Status: closed prevents ticket update\"}]}}",
		      ENT_EINVAL,
		      "HTTP 422: RecordInvalid; Record validation errors; Status: closed prevents ticket update");
	expect_status(423, NULL, "{\"reason\":\"Locked by a change\"}", ENT_EINVAL, "HTTP 423: Locked by a change");
	expect_status(409, NULL, "{\"response_status\":{\"status_code\":4000,\"messages\":[{\"message\":\"Closed\"}]}}",
		      ENT_ECONFLICT, "HTTP 409: status_code: 4000; Closed");
	expect_status(
	    400, NULL,
	    "{\"errorMessages\":[],\"errors\":{\"comment\":\"The entered text is too long. It exceeds the allowed "
	    "limit of 32,767 characters.\"}}",
	    ENT_ETOOLONG,
	    "HTTP 400: comment: The entered text is too long. It exceeds the allowed limit of 32,767 "
	    "characters.");
	expect_status(400, NULL, "{\"errors\":{\"summary\":\"Summary must be less than 255 characters.\"}}",
		      ENT_ETOOLONG, "HTTP 400: summary: Summary must be less than 255 characters.");
	expect_status(422, NULL, "{\"message\":\"body is too long (maximum is 65536 characters)\"}", ENT_ETOOLONG,
		      "HTTP 422: body is too long (maximum is 65536 characters)");
	expect_status(422, NULL, "{\"errors\":[\"Subject is too long (maximum is 255 characters)\"]}", ENT_ETOOLONG,
		      "HTTP 422: Subject is too long (maximum is 255 characters)");
	expect_status(413, NULL, "", ENT_ETOOLONG, "HTTP 413");
	expect_status(500, NULL, "\"too long\"", ENT_ERETRY, "HTTP 500: too long");
	expect_status(422, NULL, "{\"message\":\"The summary is invalid because it contains newline characters.\"}",
		      ENT_EINVAL, "HTTP 422: The summary is invalid because it contains newline characters.");
	expect_status(400, NULL, "[\"No queue\"]", ENT_EINVAL, "HTTP 400: No queue");
	expect_status(400, NULL, "\"No queue\"", ENT_EINVAL, "HTTP 400: No queue");
	expect_status(400, NULL, " Two\r\nlines ", ENT_EINVAL, "HTTP 400: Two  lines");
	expect_status(400, NULL, "{\"data\":{\"title\":\"private\"}}", ENT_EINVAL, "HTTP 400");
	expect_status(400, NULL, "{\"error\":true}", ENT_EINVAL, "HTTP 400");
	expect_status(400, NULL, "\n <!DOCTYPE html><p>Not this</p>", ENT_EINVAL, "HTTP 400");
	expect_status(400, NULL, "\xff\xfe", ENT_EINVAL, "HTTP 400");
	memset(page, 'x', sizeof page);
	memcpy(page, "{\"message\":\"", 12);
	memcpy(page + sizeof page - 3, "\"}", 3);
	memset(long_words, 'x', sizeof long_words);
	memcpy(long_words, "HTTP 500: ", 10);
	long_words[10 + 200] = '\0';
	expect_status(500, NULL, page, ENT_ERETRY, long_words);
}

/* GitHub's secondary limit has no Retry-After; a ticket that refuses is no limit. */
static void limits_said_with_403(void **state)
{
	(void)state;
	expect_status(403, NULL,
		      "{\"message\":\"You have exceeded a secondary rate limit. Please wait a few minutes.\"}",
		      ENT_ERETRY, "HTTP 403: You have exceeded a secondary rate limit. Please wait a few minutes.");
	expect_status(403, NULL, "{\"message\":\"You have triggered an abuse detection mechanism.\"}", ENT_ERETRY,
		      "HTTP 403: You have triggered an abuse detection mechanism.");
	expect_status(403, NULL, "Too Many Requests", ENT_ERETRY, "HTTP 403: Too Many Requests");
	expect_status(403, "retry-after", "{\"message\":\"slowly\"}", ENT_ERETRY, "HTTP 403: slowly");
	expect_status(403, NULL, "{\"message\":\"Unable to create comment because issue is locked.\"}", ENT_EAUTH,
		      "HTTP 403: Unable to create comment because issue is locked.");
}

static void answers(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum ent_rc rc;
		const char *words;
	} row[] = {
	    {200, "{\"id\": 7}", ENT_OK, ""},
	    {201, "[]", ENT_OK, ""},
	    {200, " ", ENT_ERETRY, "HTTP 200 with an empty body where JSON is due"},
	    {204, "", ENT_ERETRY, "HTTP 204 with an empty body where JSON is due"},
	    {200, "<html>", ENT_ERETRY, "HTTP 200 with HTML where JSON is due: a login page or a proxy?"},
	    {200, "\n<!DOCTYPE html>\n<p>", ENT_ERETRY, "HTTP 200 with HTML where JSON is due"},
	    {200, "<?xml version=\"1.0\"?><ticket/>", ENT_EINVAL, "HTTP 200 with XML where JSON is due"},
	    {200, "<ticket><id>7</id></ticket>", ENT_EINVAL, "HTTP 200 with XML where JSON is due"},
	    {200, "{\"id\": 7", ENT_EINVAL, "HTTP 200: the answer is no JSON: "},
	    {404, "{\"id\": 7}", ENT_EGONE, "HTTP 404"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ent_response response = {row[i].status, NULL, 0, sdk_str(row[i].body)};
		const struct sdk_json *root = NULL;
		struct ent_err err = {0};
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		assert_int_equal(sdk_http_json(&response, &arena.abi, &root, &err), row[i].rc);
		assert_int_equal(root != NULL, row[i].rc == ENT_OK);
		if (strncmp(err.msg, row[i].words, strlen(row[i].words)) != 0 || (!err.msg[0] != !row[i].words[0]))
			fail_msg("\"%s\" does not begin with \"%s\"", err.msg, row[i].words);
		sdk_arena_release(&arena);
	}
}

static void headers(void **state)
{
	struct ent_header header[] = {
	    {ENT_STR("ETag"), ENT_STR("\"7\"")}, {ENT_STR("Link"), ENT_STR("a")}, {ENT_STR("link"), ENT_STR("b")}};
	struct ent_response response = {200, header, 3, ENT_ABSENT};

	(void)state;
	assert_true(sdk_eqz(sdk_http_header(&response, "etag"), "\"7\""));
	assert_null(sdk_http_header(&response, "Link").p);
	assert_null(sdk_http_header(&response, "Location").p);
}

static void paths(void **state)
{
	struct sdk_arena arena;
	struct ent_str id = ENT_STR("7/../8"), query = ENT_STR("\"a b\" & \xc3\xa9=%"), absent = ENT_ABSENT;

	(void)state;
	sdk_arena_init(&arena);
	assert_true(sdk_eqz(sdk_http_path(&arena.abi, "/issues.json", NULL), "/issues.json"));
	assert_true(sdk_eqz(sdk_http_path(&arena.abi, "/issues/%s.json?q=%s", &id, &query, NULL),
			    "/issues/7%2F..%2F8.json?q=%22a%20b%22%20%26%20%C3%A9%3D%25"));
	assert_true(sdk_eqz(sdk_http_path(&arena.abi, "/a/%s/b", &absent, NULL), "/a//b"));
	assert_true(sdk_eqz(sdk_http_path(&arena.abi, "/100%/%s", &absent, NULL), "/100%/"));
	sdk_arena_release(&arena);
}

static void last_parts(void **state)
{
	static const char *const row[][2] = {
	    {"https://desk.example/api/tickets/42", "42"},
	    {"https://desk.example/api/tickets/42/?x=/7#/8", "42"},
	    {"/tickets/HD-1", "HD-1"},
	    {"HD-1", "HD-1"},
	    {"https://desk.example", NULL},
	    {"https://desk.example/", NULL},
	    {"https://desk.example?x=/7", NULL},
	    {"/", NULL},
	    {"", NULL},
	    {NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ent_str got = sdk_http_last_part(sdk_str(row[i][0]));

		if (!sdk_eq(got, sdk_str(row[i][1])))
			fail_msg("%s: %.*s", row[i][0] ? row[i][0] : "absent", ENT_F(got));
	}
}

static void dates(void **state)
{
	static const char *const good[] = {"Sun, 22 Nov 2026 04:18:45 GMT", "Sunday, 22-Nov-26 04:18:45 GMT",
					   "Sun Nov 22 04:18:45 2026"};
	static const char *const bad[] = {"",
					  "Sun, 22 Nov 2026 04:18:45 UTC",
					  "Sun, 22 Nob 2026 04:18:45 GMT",
					  "Sun, 22 ovD 2026 04:18:45 GMT",
					  "Sun, 32 Nov 2026 04:18:45 GMT",
					  "Sun, 22 Nov 2026 04:18:45 GMT and more"};
	const int64_t now_ms = 1795321125000LL;
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		ms = 0;
		assert_true(sdk_http_date(sdk_str(good[i]), now_ms, &ms));
		assert_true(ms == now_ms);
	}
	assert_true(sdk_http_date(ENT_STR("Thu, 01 Jan 1970 00:00:00 GMT"), now_ms, &ms));
	assert_true(ms == 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(sdk_http_date(sdk_str(bad[i]), now_ms, &ms));
	assert_false(sdk_http_date(ENT_ABSENT, now_ms, &ms));
}

static void header_rules(void **state)
{
	(void)state;
	assert_true(sdk_is_token(ENT_STR("X-Redmine-API-Key")));
	assert_true(sdk_is_token(ENT_STR("!#$%&'*+-.^_`|~09azAZ")));
	assert_false(sdk_is_token(ENT_STR("")));
	assert_false(sdk_is_token(ENT_ABSENT));
	assert_false(sdk_is_token(ENT_STR("a b")));
	assert_false(sdk_is_token(ENT_STR("a:")));
	assert_false(sdk_is_token((struct ent_str){"a\0", 2}));
	assert_false(sdk_is_token(ENT_STR("\xc3\xa4")));
	assert_false(sdk_has_control(ENT_STR("v\xc3\xa4lue")));
	assert_false(sdk_has_control(ENT_ABSENT));
	assert_true(sdk_has_control(ENT_STR("a\tb")));
	assert_true(sdk_has_control(ENT_STR("a\r\nb")));
	assert_true(sdk_has_control(ENT_STR("\x7f")));
	assert_true(sdk_http_is_framing(ENT_STR("Host")));
	assert_true(sdk_http_is_framing(ENT_STR("transfer-encoding")));
	assert_false(sdk_http_is_framing(ENT_STR("Authorization")));
	assert_false(sdk_http_is_framing(ENT_STR("Accept")));
}

/* ---- Retry-After --------------------------------------------------------------------- */

#define NOW "2026-11-22T08:00:00.000Z"

static const struct {
	const char *value;
	int64_t ms;
} retry_after[] = {
    {"0", 0},
    {"1", 1000},
    {"120", 120000},
    {"  7 ", 7000},
    {"007", 7000},
    {"3600", 3600000},
    {"3601", 3600000},
    {"99999999999999999", 3600000},
    {"999999999999999999", 3600000},
    {"9999999999999999999", 3600000},
    {"99999999999999999999999999999999999999", 3600000},
    {"-1", -1},
    {"+1", -1},
    {"1.5", 1500},
    {"3.5", 3500},
    {"0.25", 250},
    {"2.0009", 2000},
    {"3600.5", 3600000},
    {"1.", -1},
    {".5", -1},
    {"1.2.3", -1},
    {"1.5s", -1},
    {"-1.5", -1},
    {"1s", -1},
    {"", -1},
    {" ", -1},
    {"soon", -1},
    {"Sun, 22 Nov 2026 08:00:05 GMT", 5000},
    {"Sun, 22 Nov 2026 07:59:59 GMT", 0},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
    {"Sun, 22 Nov 2026 08:30:00 GMT", 1800000},
    {"Mon, 23 Nov 2026 08:00:00 GMT", 3600000},
    {"Fri, 31 Dec 9999 23:59:59 GMT", 3600000},
    {"Sunday, 22-Nov-26 08:00:10 GMT", 10000},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 0},
    {"Monday, 23-Nov-75 08:00:00 GMT", 3600000}, /* 2075: less than 50 years ahead */
    {"Sun Nov 22 08:00:20 2026", 20000},
    {"Sun Nov  6 08:49:37 1994", 0},
    {"Sun, 22 Nov 2026 08:00:05 CET", -1},
    {"Sun, 22 Nov 2026 08:00:05", -1},
    {"Sun, 32 Nov 2026 08:00:05 GMT", -1},
    {"Sun, 22 Nvo 2026 08:00:05 GMT", -1},
    {"Sun, 22 Nov 2026 8:00:05 GMT", -1},
    {"Sun, 22 Nov 2026 25:00:05 GMT", -1},
    {"Sun, 22-Nov GMT 08:00:05 GMT", -1},
    {"Sun, 22 08:00:05 GMT", -1},
    {"2026-11-22T08:00:05Z", -1},
    {"Sun, 22 Nov 2026 08:00:05 GMT GMT", -1},
    {"Sun, 22 Nov 2026 08:00:05 GMT; and a tail that goes on and on and on", -1},
};

static void retry_after_forms(void **state)
{
	int64_t now = 0;

	(void)state;
	assert_true(sdk_time_parse(ENT_STR(NOW), 0, &now));
	for (size_t i = 0; i < sizeof retry_after / sizeof *retry_after; i++) {
		int64_t ms = sdk_http_retry_after(sdk_str(retry_after[i].value), now);

		if (ms != retry_after[i].ms)
			fail_msg("\"%s\" is %lld ms, not %lld", retry_after[i].value, (long long)retry_after[i].ms,
				 (long long)ms);
	}
	assert_int_equal(sdk_http_retry_after(ENT_ABSENT, now), -1);
	assert_int_equal(sdk_http_retry_after((struct ent_str){"1\0", 2}, now), -1);
}

/* A connector may read the rows before it looks at the rc: after an error there are none. */
static void no_list_without_an_answer(void **state)
{
	static const struct {
		int status;
		const char *body;
	} row[] = {{500, "[]"}, {0, ""}, {200, ""}, {200, "<html>"}, {200, "[{\"id\": 1}, {\"id"}};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ent_response response = {.status = row[i].status, .body = sdk_str(row[i].body)};
		struct ent_err err = {0};
		struct sdk_arena arena;
		static const char garbage[64];
		const struct sdk_json *root = (const void *)(garbage + 1), *list = (const void *)(garbage + 1);

		sdk_arena_init(&arena);
		assert_int_not_equal(sdk_http_list(&response, NULL, &arena.abi, &root, &list, &err), ENT_OK);
		assert_null(root);
		assert_null(list);
		sdk_arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(retry_after_forms),
	    cmocka_unit_test(limits_said_with_403),
	    cmocka_unit_test(dates),
	    cmocka_unit_test(header_rules),
	    cmocka_unit_test(statuses),
	    cmocka_unit_test(words),
	    cmocka_unit_test(answers),
	    cmocka_unit_test(no_list_without_an_answer),
	    cmocka_unit_test(headers),
	    cmocka_unit_test(paths),
	    cmocka_unit_test(last_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
