/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/marker.h"

#include <string.h>

enum { KEY_DIGITS = 32, NUMBER_DIGITS_MAX = 19 };
#define PREFIX      "ENT-"
#define PREFIX_SIZE (sizeof PREFIX - 1)

/* The forms of a bracket that tools escape; the plain one last, as it ends some of the others. */
static const char *const opens[] = {"\\[", "&#91;", "&#x5b;", "&#x5B;", "&lbrack;", "&lsqb;", "["};
static const char *const closes[] = {"\\]", "&#93;", "&#x5d;", "&#x5D;", "&rbrack;", "&rsqb;", "]"};

struct ent_str sdk_marker(struct ent_arena *arena, struct ent_str number, struct ent_str key)
{
	char digits[KEY_DIGITS + 1];
	size_t n = 0;

	for (size_t i = 0; i < key.n && n < KEY_DIGITS; i++)
		if (key.p[i] != '-')
			digits[n++] = key.p[i];
	digits[n] = '\0';
	return sdk_format(arena, "[%.*s:%s]", ENT_F(number), digits);
}

static bool is_marker_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Bytes of the longest of `forms` that ends at `end`; 0: none does. */
static size_t form_before(struct ent_str text, size_t end)
{
	for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
		size_t n = strlen(opens[i]);
		if (n <= end && memcmp(text.p + end - n, opens[i], n) == 0)
			return n;
	}
	return 0;
}

static size_t form_after(struct ent_str text, size_t begin)
{
	for (size_t i = 0; i < sizeof closes / sizeof *closes; i++) {
		size_t n = strlen(closes[i]);
		if (n <= text.n - begin && memcmp(text.p + begin, closes[i], n) == 0)
			return n;
	}
	return 0;
}

struct marker {
	size_t begin, end; /* brackets included */
	size_t key;        /* where its digits stand */
};

/* Does one stand here, with its "ENT-" at `at`? */
static bool marker_at(struct ent_str text, size_t at, struct marker *ret)
{
	size_t i = at + PREFIX_SIZE, digits = 0;

	while (i < text.n && digits < NUMBER_DIGITS_MAX && text.p[i] >= '0' && text.p[i] <= '9')
		i++, digits++;
	if (digits == 0 || i >= text.n || text.p[i] != ':' || text.n - ++i < KEY_DIGITS)
		return false;
	for (size_t k = 0; k < KEY_DIGITS; k++)
		if (!is_marker_digit(text.p[i + k]))
			return false;
	size_t before = form_before(text, at), after = form_after(text, i + KEY_DIGITS);
	*ret = (struct marker){at - before, i + KEY_DIGITS + after, i};
	return before > 0 && after > 0;
}

/* From the end: a reply quotes older ones below or above its own. */
static bool marker_last(struct ent_str text, struct marker *ret)
{
	const char *p;

	for (size_t n = text.n; n > 0 && (p = memrchr(text.p, PREFIX[0], n)); n = (size_t)(p - text.p))
		if (text.n - (size_t)(p - text.p) > PREFIX_SIZE && memcmp(p, PREFIX, PREFIX_SIZE) == 0 &&
		    marker_at(text, (size_t)(p - text.p), ret))
			return true;
	return false;
}

bool sdk_marker_find(struct ent_str text, char ret_key[SDK_MARKER_KEY_SIZE])
{
	static const size_t group[] = {8, 4, 4, 4, 12};
	struct marker marker;
	char *to = ret_key;

	if (!marker_last(text, &marker))
		return false;
	for (size_t i = 0; i < sizeof group / sizeof *group; i++) {
		if (i > 0)
			*to++ = '-';
		memcpy(to, text.p + marker.key, group[i]);
		to += group[i];
		marker.key += group[i];
	}
	*to = '\0';
	return true;
}

struct ent_str sdk_marker_strip(struct ent_arena *arena, struct ent_str text)
{
	struct marker marker;

	if (!marker_last(text, &marker))
		return text;
	struct ent_str before = sdk_trim((struct ent_str){text.p, marker.begin});
	struct ent_str after = {text.p + marker.end, text.n - marker.end};
	size_t head = before.n ? (size_t)(before.p - text.p) + before.n : 0; /* white space at the beginning stays */
	if (!sdk_trim(after).n)
		return (struct ent_str){text.p, head};
	return sdk_format(arena, "%.*s%.*s", (int)head, text.p, ENT_F(after));
}

struct ent_str sdk_marker_append(struct ent_arena *arena, struct ent_str body, struct ent_str marker)
{
	return sdk_format(arena, "%.*s\n\n%.*s", ENT_F(body), ENT_F(marker));
}
