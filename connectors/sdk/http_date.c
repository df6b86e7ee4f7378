/* SPDX-License-Identifier: Apache-2.0 */
/* The times in headers (Date, Retry-After), in the three forms that RFC 9110 names. */
#include "sdk/http_date.h"

#include <stdio.h>
#include <string.h>

#include "sdk/time.h"

#define RETRY_AFTER_MAX_MS 3600000
#define SECONDS_DIGITS_MAX 18 /* more of them are an hour anyhow, and do not fit */

static int month_of(struct ent_str name)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (name.n != 3)
		return 0;
	for (int i = 0; i < 12; i++)
		if (memcmp(names + (size_t)i * 3, name.p, 3) == 0)
			return i + 1;
	return 0;
}

/* The parts of an HTTP date as RFC 3339, which one place reads. */
static bool date_of(struct ent_str year, struct ent_str month, struct ent_str day, struct ent_str clock, int64_t now_ms,
		    int64_t *ret_ms)
{
	char now[SDK_TIME_SIZE];
	char text[SDK_TIME_SIZE];
	int64_t y, d, this_year;
	int n;

	(void)sdk_time_format(now_ms, now);
	if (!sdk_to_int((struct ent_str){now, 4}, &this_year) || !sdk_to_int(year, &y) || !sdk_to_int(day, &d) ||
	    month_of(month) == 0 || clock.n != 8 || d < 1 || d > 31 || y < 0 || y > 9999)
		return false;
	if (year.n == 2) { /* RFC 850: the century in which it lies less than 50 years ahead */
		y += this_year - this_year % 100;
		if (y > this_year + 50)
			y -= 100;
	}
	n = snprintf(text, sizeof text, "%04d-%02d-%02dT%.*sZ", (int)y, month_of(month), (int)d, ENT_F(clock));
	return n > 0 && (size_t)n < sizeof text && sdk_time_parse(sdk_str(text), 0, ret_ms);
}

static size_t date_words(struct ent_str text, struct ent_str *word, size_t max)
{
	size_t n = 0;

	while (text.p && n < max) {
		struct ent_str next = sdk_cut(text, ' ', &text);

		if (next.n > 0)
			word[n++] = next;
	}
	return text.p ? max + 1 : n;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994" */
bool sdk_http_date(struct ent_str text, int64_t now_ms, int64_t *ret_ms)
{
	struct ent_str word[7], day, month, year;
	size_t n = date_words(text, word, 6);

	if (n == 6 && sdk_eqz(word[5], "GMT"))
		return date_of(word[3], word[2], word[1], word[4], now_ms, ret_ms);
	if (n == 5)
		return date_of(word[4], word[1], word[2], word[3], now_ms, ret_ms);
	if (n != 4 || !sdk_eqz(word[3], "GMT"))
		return false;
	day = sdk_cut(word[1], '-', &month);
	if (!month.p)
		return false;
	month = sdk_cut(month, '-', &year);
	return year.p && date_of(year, month, day, word[2], now_ms, ret_ms);
}

/* Digits, and perhaps a fraction of a second, which RFC 9110 does not know and tools send. */
static bool seconds_read(struct ent_str value, int64_t *ret_ms)
{
	struct ent_str fraction, whole = sdk_cut(value, '.', &fraction);
	int64_t s, ms = 0;

	if (whole.n == 0 || (fraction.p && fraction.n == 0))
		return false;
	for (size_t i = 0; i < value.n; i++)
		if ((value.p[i] < '0' || value.p[i] > '9') && value.p + i != whole.p + whole.n)
			return false;
	for (size_t i = 0, step = 100; i < fraction.n && step > 0; i++, step /= 10)
		ms += (fraction.p[i] - '0') * (int64_t)step;
	if (whole.n > SECONDS_DIGITS_MAX)
		*ret_ms = RETRY_AFTER_MAX_MS;
	else if (!sdk_to_int(whole, &s))
		return false;
	else
		*ret_ms = s >= RETRY_AFTER_MAX_MS / 1000 ? RETRY_AFTER_MAX_MS : s * 1000 + ms;
	return true;
}

int64_t sdk_http_retry_after(struct ent_str value, int64_t now_ms)
{
	int64_t at_ms;

	value = sdk_trim(value);
	if (value.n == 0 || value.n > 64)
		return -1;
	if (seconds_read(value, &at_ms))
		return at_ms;
	if (!sdk_http_date(value, now_ms, &at_ms))
		return -1;
	if (at_ms <= now_ms)
		return 0;
	return at_ms - now_ms > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS : at_ms - now_ms;
}
