/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Characters in the JSON of tools that are no text: a byte order mark before it, U+0000 and halves of surrogate pairs
 * within. One such character must not cost a whole page of tickets, so it becomes U+FFFD and the gate sees valid JSON.
 */
#include "sdk/json_mend.h"

#include <string.h>

#include "sdk/utf8.h"

#define REPLACEMENT "\xEF\xBF\xBD"
#define BOM         "\xEF\xBB\xBF"

/* The unit of the escape \uXXXX at p; -1: none stands there. */
static int unit_at(const char *p, const char *end)
{
	int unit = 0;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		int digit = sdk_hex_value(p[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static bool is_high(int unit)
{
	return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(int unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* How many bytes the escape at p takes; *ret_bad: it stands for no character. */
static size_t escape_size(const char *p, const char *end, bool *ret_bad)
{
	int unit = unit_at(p, end);

	if (unit < 0) /* another escape: its second byte must not begin one */
		return end - p >= 2 ? 2 : 1;
	if (is_high(unit) && is_low(unit_at(p + 6, end)))
		return 12;
	*ret_bad = unit == 0 || is_high(unit) || is_low(unit);
	return 6;
}

/* The unit that three bytes stand for where a surrogate was written as if it were a character; -1: it was not. */
static int raw_unit_at(const char *p, const char *end)
{
	if (end - p < 3 || (unsigned char)p[0] != 0xED || ((unsigned char)p[1] & 0xE0) != 0xA0 ||
	    ((unsigned char)p[2] & 0xC0) != 0x80)
		return -1;
	return 0xD000 | ((unsigned char)p[1] & 0x3F) << 6 | ((unsigned char)p[2] & 0x3F);
}

/* p stands at a byte 0xED. Two halves that were written one after the other are the character they mean. */
static size_t raw_put(struct sdk_buf *out, const char *p, const char *end)
{
	int high = raw_unit_at(p, end), low = high >= 0 ? raw_unit_at(p + 3, end) : -1;
	char character[4];

	if (high < 0) {
		sdk_buf_char(out, *p);
		return 1;
	}
	if (!is_high(high) || !is_low(low)) {
		sdk_buf_z(out, REPLACEMENT);
		return 3;
	}
	sdk_buf_add(out, character,
		    utf8_put(character, 0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00)));
	return 6;
}

static bool is_clean(struct ent_str bytes)
{
	const char *end = bytes.p + bytes.n;

	if (memchr(bytes.p, '\0', bytes.n))
		return false;
	for (const char *p = bytes.p; (p = memchr(p, 0xED, (size_t)(end - p))); p++)
		if (raw_unit_at(p, end) >= 0)
			return false;
	for (const char *p = bytes.p; (p = memchr(p, '\\', (size_t)(end - p)));) {
		bool bad = false;

		p += escape_size(p, end, &bad);
		if (bad)
			return false;
	}
	return true;
}

struct ent_str sdk_json_mend(struct ent_arena *arena, struct ent_str bytes)
{
	struct ent_str rest = bytes, mended;
	struct sdk_buf out;

	if (sdk_starts(rest, BOM))
		rest = (struct ent_str){rest.p + 3, rest.n - 3};
	if (rest.n == 0 || is_clean(rest))
		return rest;
	sdk_buf_init(&out, SIZE_MAX); /* at most three times what came */
	for (const char *p = rest.p, *end = rest.p + rest.n; p < end;) {
		bool bad = *p == '\0';
		size_t n = *p == '\\' ? escape_size(p, end, &bad) : 1;

		if ((unsigned char)*p == 0xED)
			n = raw_put(&out, p, end);
		else if (bad)
			sdk_buf_z(&out, REPLACEMENT);
		else
			sdk_buf_add(&out, p, n);
		p += n;
	}
	mended = sdk_dup(arena, sdk_buf_view(&out));
	sdk_buf_release(&out);
	return mended;
}

struct ent_str sdk_without_nul(struct ent_arena *arena, struct ent_str text)
{
	struct ent_str clean;
	struct sdk_buf out;

	if (text.n == 0 || !memchr(text.p, '\0', text.n))
		return text;
	sdk_buf_init(&out, SIZE_MAX);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '\0')
			sdk_buf_char(&out, text.p[i]);
		else
			sdk_buf_z(&out, REPLACEMENT);
	}
	clean = sdk_dup(arena, sdk_buf_view(&out));
	sdk_buf_release(&out);
	return clean;
}
