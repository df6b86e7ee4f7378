/* SPDX-License-Identifier: Apache-2.0 */
/* Civil dates by arithmetic (proleptic Gregorian); the machine's time zone plays no part. */
#include "sdk/time.h"

#define MS_PER_MIN 60000
#define MS_PER_DAY 86400000
#define MS_FIRST   INT64_C(-62135596800000) /* 0001-01-01T00:00:00.000Z */
#define MS_LAST    INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

/* Days since 1970-01-01. Years begin in March here, so that the leap day is the last. */
static int64_t days_from_civil(int year, int month, int day)
{
	int y = year - (month <= 2);
	int era = (y >= 0 ? y : y - 399) / 400;
	int year_of_era = y - era * 400;
	int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return (int64_t)era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t z = days + 719468;
	int era = (int)((z >= 0 ? z : z - 146096) / 146097);
	int day_of_era = (int)(z - (int64_t)era * 146097);
	int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int march_month = (5 * day_of_year + 2) / 153;

	*ret_day = day_of_year - (153 * march_month + 2) / 5 + 1;
	*ret_month = march_month < 10 ? march_month + 3 : march_month - 9;
	*ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

static int days_in_month(int year, int month)
{
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month == 2)
		return leap ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Takes exactly `width` digits and then, unless it is 0, the character `then`. */
static bool digits_take(struct ent_str *s, size_t width, char then, int *ret)
{
	size_t n = width + (then != '\0');
	int value = 0;

	if (s->n < n)
		return false;
	for (size_t i = 0; i < width; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		value = value * 10 + (s->p[i] - '0');
	}
	if (then != '\0' && s->p[width] != then)
		return false;
	s->p += n;
	s->n -= n;
	*ret = value;
	return true;
}

/* ".123456" to whole milliseconds, the rest cut; no fraction is 0. */
static bool take_fraction(struct ent_str *s, int *ret_ms)
{
	size_t i = 1;
	int ms = 0, weight = 100;

	*ret_ms = 0;
	if (s->n == 0 || s->p[0] != '.')
		return true;
	for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
		ms += (s->p[i] - '0') * weight;
		weight /= 10;
	}
	if (i == 1)
		return false;
	s->p += i;
	s->n -= i;
	*ret_ms = ms;
	return true;
}

/* Whole rest of the text: "Z", "+hh:mm", "+hhmm", "+hh" or nothing. */
static bool take_offset(struct ent_str s, int zone_minutes, int *ret_minutes)
{
	int hour = 0, minute = 0;

	if (s.n == 0) {
		*ret_minutes = zone_minutes;
		return true;
	}
	char sign = s.p[0];
	s.p++;
	s.n--;
	if ((sign == 'Z' || sign == 'z') && s.n == 0) {
		*ret_minutes = 0;
		return true;
	}
	if ((sign != '+' && sign != '-') || !digits_take(&s, 2, '\0', &hour))
		return false;
	if (s.n > 0 && s.p[0] == ':' && s.n == 3) {
		s.p++;
		s.n--;
	}
	if (s.n > 0 && (s.n != 2 || !digits_take(&s, 2, '\0', &minute)))
		return false;
	if (hour > 23 || minute > 59)
		return false;
	*ret_minutes = (hour * 60 + minute) * (sign == '-' ? -1 : 1);
	return true;
}

bool sdk_time_parse(struct ent_str s, int zone_minutes, int64_t *ret_ms)
{
	int year, month, day, hour, minute, second, ms, offset;
	int64_t result;

	if (!digits_take(&s, 4, '-', &year) || !digits_take(&s, 2, '-', &month) || !digits_take(&s, 2, '\0', &day))
		return false;
	if (s.n == 0 || (s.p[0] != 'T' && s.p[0] != 't' && s.p[0] != ' '))
		return false;
	s.p++;
	s.n--;
	if (!digits_take(&s, 2, ':', &hour) || !digits_take(&s, 2, ':', &minute) ||
	    !digits_take(&s, 2, '\0', &second) || !take_fraction(&s, &ms) || !take_offset(s, zone_minutes, &offset))
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	if (second == 60) {
		second = 59;
		ms = 999;
	}
	result = days_from_civil(year, month, day) * MS_PER_DAY + (hour * 60 + minute - (int64_t)offset) * MS_PER_MIN +
		 second * 1000 + ms;
	if (result < MS_FIRST || result > MS_LAST) /* the offset led out of the four-digit years */
		return false;
	*ret_ms = result;
	return true;
}

static char *digits_put(char *p, int value, int width, char then)
{
	for (int i = width - 1; i >= 0; i--) {
		p[i] = (char)('0' + value % 10);
		value /= 10;
	}
	p[width] = then;
	return p + width + 1;
}

struct ent_str sdk_time_format(int64_t ms, char ret[SDK_TIME_SIZE])
{
	int year, month, day;
	char *p = ret;

	if (ms < MS_FIRST)
		ms = MS_FIRST;
	if (ms > MS_LAST)
		ms = MS_LAST;
	int64_t days = (ms >= 0 ? ms : ms - (MS_PER_DAY - 1)) / MS_PER_DAY;
	int in_day = (int)(ms - days * MS_PER_DAY);

	civil_from_days(days, &year, &month, &day);
	p = digits_put(p, year, 4, '-');
	p = digits_put(p, month, 2, '-');
	p = digits_put(p, day, 2, 'T');
	p = digits_put(p, in_day / 3600000, 2, ':');
	p = digits_put(p, in_day / MS_PER_MIN % 60, 2, ':');
	p = digits_put(p, in_day / 1000 % 60, 2, '.');
	p = digits_put(p, in_day % 1000, 3, 'Z');
	*p = '\0';
	return (struct ent_str){ret, SDK_TIME_SIZE - 1};
}

struct ent_str sdk_time(struct ent_arena *arena, int64_t ms)
{
	char text[SDK_TIME_SIZE];

	return sdk_dup(arena, sdk_time_format(ms, text));
}
