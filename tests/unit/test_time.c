/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sdk/time.h"

#define N(array) (sizeof(array) / sizeof *(array))

/* Millisecond values from `date -u -d TEXT +%s`. */
static const struct {
	const char *text;
	int zone_minutes;
	int64_t ms;
} good[] = {
    {"1970-01-01T00:00:00Z", 0, 0},
    {"2026-11-22T04:18:45.000Z", 0, 1795321125000},
    {"2026-11-22t04:18:45z", 0, 1795321125000},
    {"2026-11-22 04:18:45", 0, 1795321125000},
    {"2026-11-22 04:18:45", 60, 1795317525000}, /* local time of a place an hour east */
    {"2026-11-22 04:18:45", -300, 1795339125000},
    {"2026-11-22T04:18:45Z", 60, 1795321125000}, /* what is said wins over the setting */
    {"2026-11-22T04:18:45+01:00", 0, 1795317525000},
    {"2026-11-22T04:18:45.123-0500", 0, 1795339125123},
    {"2026-11-22T04:18:45+01", 0, 1795317525000},
    {"2026-01-01T00:00:00+05:45", 0, 1767204900000},
    {"2026-01-01T00:00:00-00:00", 300, 1767225600000},
    {"2026-01-01T00:00:00+23:59", 0, 1767139260000},
    {"2026-01-01T10:00:00.1Z", 0, 1767261600100},
    {"2026-01-01T10:00:00.12Z", 0, 1767261600120},
    {"2026-01-01T10:00:00.9999999999999999999999Z", 0, 1767261600999},
    {"2026-01-01T10:00:00.0001Z", 0, 1767261600000},
    {"2016-12-31T23:59:60Z", 0, 1483228799999}, /* leap second */
    {"2016-12-31T23:59:60.5Z", 0, 1483228799999},
    {"2017-01-01T00:59:60+01:00", 0, 1483228799999},
    {"2024-02-29T12:00:00Z", 0, 1709208000000},
    {"2000-02-29T00:00:00Z", 0, 951782400000},
    {"2038-01-19T03:14:08Z", 0, 2147483648000},
    {"1969-12-31T23:59:59Z", 0, -1000},
    {"1969-12-31T23:59:59.999Z", 0, -1},
    {"1900-03-01T00:00:00Z", 0, -2203891200000},
    {"0001-01-01T00:00:00Z", 0, -62135596800000},
    {"9999-12-31T23:59:59.999999999Z", 0, 253402300799999},
};

static const char *const bad[] = {
    "",
    "now",
    "2026-11-22",
    "2026-11-22T",
    "2026-11-22T04:18",
    "2026-11-22T04:18Z",
    "2026-11-22  04:18:45",
    "2026-11-22T04:18:45.Z",
    "2026-11-22T04:18:45,5Z",
    "2026-11-22T04:18:45 Z",
    "2026-11-22T04:18:45ZZ",
    "2026-11-22T04:18:45Z ",
    " 2026-11-22T04:18:45Z",
    "2026-11-22T04:18:45+",
    "2026-11-22T04:18:45+1",
    "2026-11-22T04:18:45+1:00",
    "2026-11-22T04:18:45+01:",
    "2026-11-22T04:18:45+01:0",
    "2026-11-22T04:18:45+010",
    "2026-11-22T04:18:45+01:000",
    "2026-11-22T04:18:45+01-00",
    "2026-11-22T04:18:45+24:00",
    "2026-11-22T04:18:45-24:00",
    "2026-11-22T04:18:45+00:60",
    "2026-02-30T10:00:00Z",
    "2025-02-29T10:00:00Z",
    "1900-02-29T10:00:00Z",
    "2026-04-31T10:00:00Z",
    "2026-13-01T10:00:00Z",
    "2026-00-01T10:00:00Z",
    "2026-01-00T10:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T10:60:00Z",
    "2026-01-01T10:00:61Z",
    "0000-01-01T00:00:00Z",
    "26-01-01T10:00:00Z",
    "+2026-01-01T10:00:00Z",
    "12026-01-01T10:00:00Z",
    "2026-1-1T10:00:00Z",
    "2026/01/01T10:00:00Z",
    "2026-01-01T10.00.00Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "1795321125",
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(good); i++) {
		int64_t ms = 42;
		if (!sdk_time_parse(sdk_str(good[i].text), good[i].zone_minutes, &ms) || ms != good[i].ms)
			fail_msg("%s: %lld", good[i].text, (long long)ms);
	}
}

static void test_refuse(void **state)
{
	int64_t ms = 42;

	(void)state;
	for (size_t i = 0; i < N(bad); i++)
		if (sdk_time_parse(sdk_str(bad[i]), 0, &ms))
			fail_msg("taken for a time: %s", bad[i]);
	assert_false(sdk_time_parse(ENT_ABSENT, 0, &ms));
	assert_false(sdk_time_parse(ENT_STR("2026-11-22T04:18:45\0Z"), 0, &ms));
	assert_int_equal(ms, 42);
}

static void test_format(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} row[] = {
	    {0, "1970-01-01T00:00:00.000Z"},
	    {1795321125007, "2026-11-22T04:18:45.007Z"},
	    {-1, "1969-12-31T23:59:59.999Z"},
	    {-86400000, "1969-12-31T00:00:00.000Z"},
	    {-86400001, "1969-12-30T23:59:59.999Z"},
	    {951782400000, "2000-02-29T00:00:00.000Z"},
	    {-62135596800000, "0001-01-01T00:00:00.000Z"},
	    {253402300799999, "9999-12-31T23:59:59.999Z"},
	    {INT64_MIN, "0001-01-01T00:00:00.000Z"}, /* no text of another shape, whatever comes in */
	    {INT64_MAX, "9999-12-31T23:59:59.999Z"},
	};
	struct sdk_arena arena;
	char text[SDK_TIME_SIZE];

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < N(row); i++) {
		struct ent_str got = sdk_time_format(row[i].ms, text);
		assert_string_equal(text, row[i].text);
		assert_int_equal(got.n, SDK_TIME_SIZE - 1);
		assert_true(sdk_eqz(sdk_time(&arena.abi, row[i].ms), row[i].text));
	}
	sdk_arena_release(&arena);
}

/* Every day of twelve centuries, there and back, against counting by hand. */
static void test_every_day(void **state)
{
	const int in_month[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	char want[40], text[SDK_TIME_SIZE];
	int64_t ms, day_ms = 86400000, at = -11676096000000; /* 1600-01-01 */

	(void)state;
	for (int year = 1600; year < 2800; year++) {
		bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
		for (int month = 1; month <= 12; month++) {
			for (int day = 1; day <= in_month[month - 1] + (leap && month == 2); day++, at += day_ms) {
				snprintf(want, sizeof want, "%04d-%02d-%02dT00:00:00.000Z", year, month, day);
				sdk_time_format(at, text);
				if (strcmp(text, want) != 0)
					fail_msg("%s, not %s", text, want);
				assert_true(sdk_time_parse(sdk_str(want), 0, &ms));
				assert_true(ms == at);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_refuse),
	    cmocka_unit_test(test_format),
	    cmocka_unit_test(test_every_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
