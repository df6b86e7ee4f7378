/* SPDX-License-Identifier: Apache-2.0 */
#include "zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER      "/usr/share/zoneinfo/"
#define FILE_SIZE   (128u * 1024u)
#define HEAD_SIZE   44
#define DAY_S       86400
#define LOOKAHEAD_S 7200 /* no clock is put back further */

/* One end of summer time: "M3.5.0/2", "J60", "59". */
struct turn {
	char kind; /* 'M', 'J', or '0': days from 0, the leap day counts */
	int month, week, day;
	int64_t at_s; /* local, behind midnight; may be negative or beyond a day */
};

struct zone {
	size_t n;        /* of the turns that are listed */
	int64_t *at_s;   /* UTC, rising */
	int64_t *offset; /* seconds from then on */
	int64_t first;   /* before the first one */
	bool has_rule;   /* behind the last one */
	bool has_summer;
	int64_t standard, summer;
	struct turn begins, ends;
};

/* ---- the rule behind the list, as in the variable TZ: "CET-1CEST,M3.5.0,M10.5.0/3" ------------ */

static bool name_skip(const char **p)
{
	const char *begin = *p;

	if (**p == '<') {
		while (**p && **p != '>')
			(*p)++;
		return *(*p)++ == '>';
	}
	while ((**p >= 'a' && **p <= 'z') || (**p >= 'A' && **p <= 'Z'))
		(*p)++;
	return *p - begin >= 3;
}

static bool number_take(const char **p, int64_t most, int64_t *ret)
{
	int64_t value = 0;

	if (**p < '0' || **p > '9')
		return false;
	while (**p >= '0' && **p <= '9' && value <= most)
		value = value * 10 + (*(*p)++ - '0');
	*ret = value;
	return value <= most;
}

/* "[+-]h[h[h]][:mm[:ss]]" in seconds. */
static bool seconds_take(const char **p, int64_t *ret)
{
	int64_t sign = **p == '-' ? -1 : 1, part[3] = {0};

	if (**p == '-' || **p == '+')
		(*p)++;
	if (!number_take(p, 167, &part[0]))
		return false;
	for (int i = 1; i < 3 && **p == ':'; i++) {
		(*p)++;
		if (!number_take(p, 59, &part[i]))
			return false;
	}
	*ret = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
	return true;
}

static bool turn_take(const char **p, struct turn *ret)
{
	int64_t a = 0, b = 0, c = 0;

	if (*(*p)++ != ',')
		return false;
	*ret = (struct turn){.kind = '0', .at_s = 7200};
	if (**p == 'M' || **p == 'J')
		ret->kind = *(*p)++;
	if (!number_take(p, 366, &a))
		return false;
	if (ret->kind == 'M') {
		if (*(*p)++ != '.' || !number_take(p, 5, &b) || *(*p)++ != '.' || !number_take(p, 6, &c) || a < 1 ||
		    a > 12 || b < 1)
			return false;
		ret->month = (int)a;
		ret->week = (int)b;
		ret->day = (int)c;
	} else {
		ret->day = (int)a;
	}
	if (**p != '/')
		return true;
	(*p)++;
	return seconds_take(p, &ret->at_s);
}

static bool rule_read(struct zone *zone, const char *p)
{
	if (!*p)
		return true; /* the list is all there is */
	if (!name_skip(&p) || !seconds_take(&p, &zone->standard))
		return false;
	zone->standard = -zone->standard; /* written as what is added to get UTC */
	zone->has_rule = true;
	if (!*p)
		return true;
	if (!name_skip(&p))
		return false;
	zone->summer = zone->standard + 3600;
	if (*p && *p != ',') {
		if (!seconds_take(&p, &zone->summer))
			return false;
		zone->summer = -zone->summer;
	}
	zone->has_summer = true;
	return turn_take(&p, &zone->begins) && turn_take(&p, &zone->ends) && !*p;
}

/* Days from 1970 to the first of January. */
static int64_t year_days(int64_t year)
{
	int64_t y = year - 1;

	return 365 * (year - 1970) + (y / 4 - y / 100 + y / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Local seconds since 1970 at which the clock is changed in that year. */
static int64_t turn_at(const struct turn *turn, int64_t year)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
	int64_t first = year_days(year), day;

	if (turn->kind == 'J') { /* 1 to 365, the 29th of February is not counted */
		day = first + turn->day - 1 + (is_leap(year) && turn->day >= 60);
	} else if (turn->kind == '0') {
		day = first + turn->day;
	} else {
		int leap = is_leap(year) && turn->month > 2;
		int length = before[turn->month] - before[turn->month - 1] + (is_leap(year) && turn->month == 2);
		int64_t month = first + before[turn->month - 1] + leap;
		int64_t ahead = (turn->day - (month + 4) % 7 + 7) % 7; /* 1970 began on a Thursday */

		day = ahead + 7 * (turn->week - 1);
		if (day >= length)
			day -= 7;
		day += month;
	}
	return day * DAY_S + turn->at_s;
}

static int64_t rule_offset(const struct zone *zone, int64_t utc_s)
{
	int64_t year, begins, ends;

	if (!zone->has_summer)
		return zone->standard;
	year = 1970 + (utc_s + zone->standard) / 31556952; /* a day off at most, which the loops mend */
	while (year_days(year + 1) * DAY_S <= utc_s + zone->standard)
		year++;
	while (year_days(year) * DAY_S > utc_s + zone->standard)
		year--;
	begins = turn_at(&zone->begins, year) - zone->standard;
	ends = turn_at(&zone->ends, year) - zone->summer;
	if (begins < ends)
		return utc_s >= begins && utc_s < ends ? zone->summer : zone->standard;
	return utc_s >= ends && utc_s < begins ? zone->standard : zone->summer; /* south of the equator */
}

/* ---- the file ------------------------------------------------------------------------------- */

static uint64_t big_endian(const char *p, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | (unsigned char)p[i];
	return value;
}

/* The length of the block after a head, with times of `wide` bytes. */
static size_t block_size(const char *head, size_t wide)
{
	size_t isut = big_endian(head + 20, 4), isstd = big_endian(head + 24, 4), leap = big_endian(head + 28, 4);
	size_t times = big_endian(head + 32, 4), types = big_endian(head + 36, 4), chars = big_endian(head + 40, 4);

	return times * wide + times + types * 6 + chars + leap * (wide + 4) + isstd + isut;
}

static bool head_is(const char *p, const char *end)
{
	return end - p >= HEAD_SIZE && memcmp(p, "TZif", 4) == 0 && p[4] >= '2';
}

static bool list_read(struct zone *zone, const char *head)
{
	size_t n = big_endian(head + 32, 4), types = big_endian(head + 36, 4);
	const char *at = head + HEAD_SIZE, *type = at + 8 * n, *info = type + n;

	if (types == 0)
		return false;
	zone->n = n;
	zone->at_s = sdk_xalloc((n + 1) * sizeof *zone->at_s);
	zone->offset = sdk_xalloc((n + 1) * sizeof *zone->offset);
	zone->first = (int32_t)big_endian(info, 4);
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)type[i] >= types)
			return false;
		zone->at_s[i] = (int64_t)big_endian(at + 8 * i, 8);
		zone->offset[i] = (int32_t)big_endian(info + 6 * (unsigned char)type[i], 4);
	}
	return true;
}

static bool file_read(struct zone *zone, struct ent_str bytes)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n, *foot;
	char rule[128];
	size_t size;

	if (bytes.n > FILE_SIZE || !head_is(p, end) || (size = block_size(p, 4)) > bytes.n)
		return false;
	if ((size_t)(end - p) < HEAD_SIZE + size)
		return false;
	p += HEAD_SIZE + size; /* the same once more, with times of 64 bits */
	if (!head_is(p, end) || (size = block_size(p, 8)) > bytes.n || (size_t)(end - p) < HEAD_SIZE + size)
		return false;
	foot = p + HEAD_SIZE + size;
	size = (size_t)(end - foot);
	if (size < 2 || size - 1 > sizeof rule || foot[0] != '\n' || foot[size - 1] != '\n')
		return false;
	memcpy(rule, foot + 1, size - 2);
	rule[size - 2] = '\0';
	return list_read(zone, p) && rule_read(zone, rule);
}

enum ent_rc zone_read(struct ent_str bytes, struct zone **ret, struct ent_err *err)
{
	struct zone *zone = sdk_xalloc(sizeof *zone);

	*zone = (struct zone){0};
	if (!file_read(zone, bytes)) {
		zone_close(zone);
		return sdk_fail_as(err, ENT_EINVAL, "generic.zone_file", "the zone's file cannot be read");
	}
	*ret = zone;
	return ENT_OK;
}

/* "Europe/Paris": no way out of the folder. */
static bool is_name(struct ent_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
		      c == '-' || c == '+' || (c == '/' && i > 0)))
			return false;
	}
	return name.n > 0 && name.n < 64;
}

enum ent_rc zone_open(struct ent_str name, struct zone **ret, struct ent_err *err)
{
	char path[sizeof FOLDER + 64];
	char *bytes;
	FILE *file;
	size_t n;
	enum ent_rc rc = ENT_EINVAL;

	if (sdk_eqz(name, "UTC")) { /* needs no file */
		*ret = sdk_xalloc(sizeof **ret);
		**ret = (struct zone){.has_rule = true};
		return ENT_OK;
	}
	if (!is_name(name))
		return sdk_fail_as(err, ENT_EINVAL, "generic.zone_name",
				   "zone: found \"{found=%.*s}\", allowed: a name of tzdata as Europe/Paris",
				   ENT_F(sdk_head(name, 40)));
	(void)snprintf(path, sizeof path, FOLDER "%.*s", ENT_F(name));
	file = fopen(path, "rbe");
	if (!file)
		return sdk_fail_as(
		    err, ENT_EINVAL, "generic.zone_missing",
		    "zone: {path=%s} is not there: is the name right, and is the package tzdata installed?", path);
	bytes = sdk_xalloc(FILE_SIZE + 1);
	n = fread(bytes, 1, FILE_SIZE + 1, file);
	(void)fclose(file);
	if (n > 0)
		rc = zone_read((struct ent_str){bytes, n}, ret, err);
	free(bytes);
	return rc == ENT_OK ? rc
			    : sdk_fail_as(err, ENT_EINVAL, "generic.zone_unread",
					  "zone: {path=%s} is no zone that can be read", path);
}

void zone_close(struct zone *zone)
{
	if (!zone)
		return;
	free(zone->at_s);
	free(zone->offset);
	free(zone);
}

/* ---- the question ----------------------------------------------------------------------------- */

static int64_t floor_s(int64_t ms)
{
	return ms >= 0 ? ms / 1000 : (ms - 999) / 1000;
}

static int64_t offset_s(const struct zone *zone, int64_t utc_s)
{
	size_t low = 0, high = zone->n; /* the last turn that is not later is low - 1 */

	if (zone->has_rule && (zone->n == 0 || utc_s >= zone->at_s[zone->n - 1]))
		return rule_offset(zone, utc_s);
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (zone->at_s[middle] <= utc_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? zone->first : zone->offset[low - 1];
}

int64_t zone_offset_ms(const struct zone *zone, int64_t utc_ms)
{
	return 1000 * offset_s(zone, floor_s(utc_ms));
}

int64_t zone_to_utc(const struct zone *zone, int64_t local_ms)
{
	int64_t before = zone_offset_ms(zone, local_ms - DAY_S * INT64_C(1000));
	int64_t after = zone_offset_ms(zone, local_ms + DAY_S * INT64_C(1000));

	if (zone_offset_ms(zone, local_ms - before) == before)
		return local_ms - before;
	if (zone_offset_ms(zone, local_ms - after) == after)
		return local_ms - after;
	return local_ms - before;
}

int64_t zone_since(const struct zone *zone, int64_t utc_ms)
{
	int64_t now = zone_offset_ms(zone, utc_ms), soon = zone_offset_ms(zone, utc_ms + LOOKAHEAD_S * INT64_C(1000));

	return utc_ms + (soon < now ? soon : now);
}
