/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/grapheme.h"

#include "sdk/grapheme_table.h"
#include "sdk/utf8.h"

enum { REACH = 64, ZWJ = 0x200d };

static bool stays_with_previous(uint32_t c)
{
	size_t low = 0, high = sizeof extend / sizeof *extend;

	if (c < extend[0].first)
		return false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (c > extend[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sizeof extend / sizeof *extend && c >= extend[low].first;
}

static bool is_flag_half(uint32_t c)
{
	return c >= 0x1f1e6 && c <= 0x1f1ff;
}

/* Marks that stand before the number or letter they belong to. */
static bool is_prepend(uint32_t c)
{
	return (c >= 0x600 && c <= 0x605) || c == 0x6dd || c == 0x70f || c == 0x890 || c == 0x891 || c == 0x8e2 ||
	       c == 0x110bd || c == 0x110cd;
}

enum hangul { NO_HANGUL, HANGUL_L, HANGUL_V, HANGUL_T, HANGUL_LV, HANGUL_LVT };

static enum hangul hangul_of(uint32_t c)
{
	if ((c >= 0x1100 && c <= 0x115f) || (c >= 0xa960 && c <= 0xa97c))
		return HANGUL_L;
	if ((c >= 0x1160 && c <= 0x11a7) || (c >= 0xd7b0 && c <= 0xd7c6))
		return HANGUL_V;
	if ((c >= 0x11a8 && c <= 0x11ff) || (c >= 0xd7cb && c <= 0xd7fb))
		return HANGUL_T;
	if (c >= 0xac00 && c <= 0xd7a3)
		return (c - 0xac00) % 28 == 0 ? HANGUL_LV : HANGUL_LVT;
	return NO_HANGUL;
}

static bool is_one_syllable(uint32_t a, uint32_t b)
{
	enum hangul left = hangul_of(a), right = hangul_of(b);

	switch (left) {
	case HANGUL_L:
		return right == HANGUL_L || right == HANGUL_V || right == HANGUL_LV || right == HANGUL_LVT;
	case HANGUL_LV:
	case HANGUL_V:
		return right == HANGUL_V || right == HANGUL_T;
	case HANGUL_LVT:
	case HANGUL_T:
		return right == HANGUL_T;
	case NO_HANGUL:
		break;
	}
	return false;
}

/* Where the code point before `at` begins; at > 0. */
static size_t step_back(struct ent_str s, size_t at)
{
	do
		at--;
	while (at > 0 && ((unsigned char)s.p[at] & 0xc0) == 0x80);
	return at;
}

static uint32_t code_at(struct ent_str s, size_t at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;
	size_t n = utf8_size(p, (const unsigned char *)s.p + s.n);
	uint32_t c = n == 2 ? p[0] & 0x1fu : n == 3 ? p[0] & 0x0fu : n == 4 ? p[0] & 0x07u : p[0];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3fu);
	return c;
}

/* Two halves make one flag; `at` is between two halves. */
static bool is_in_flag(struct ent_str s, size_t at)
{
	size_t before = 0;

	for (size_t i = at; i > 0; before++) {
		i = step_back(s, i);
		if (!is_flag_half(code_at(s, i)))
			break;
	}
	return before % 2 == 1;
}

/* Is there one character on both sides of `at`, a border of code points inside of s? */
static bool is_inside(struct ent_str s, size_t at)
{
	uint32_t a = code_at(s, step_back(s, at)), b = code_at(s, at);

	if (a == '\r' || a == '\n' || b == '\r' || b == '\n')
		return a == '\r' && b == '\n';
	if (a < 0x20 || b < 0x20)
		return false;
	if (a == ZWJ || stays_with_previous(b) || is_prepend(a) || is_one_syllable(a, b))
		return true;
	return is_flag_half(a) && is_flag_half(b) && is_in_flag(s, at);
}

size_t sdk_grapheme_before(struct ent_str s, size_t at)
{
	size_t border = at < s.n ? at : s.n, found;

	while (border > 0 && border < s.n && ((unsigned char)s.p[border] & 0xc0) == 0x80)
		border--;
	found = border;
	for (int i = 0; i < REACH && found > 0 && found < s.n; i++) {
		if (!is_inside(s, found))
			return found;
		found = step_back(s, found);
	}
	return found == 0 || found == s.n ? found : border;
}

size_t sdk_word_before(struct ent_str s, size_t at)
{
	size_t border = sdk_grapheme_before(s, at);

	for (size_t i = border; i > 0 && i < s.n && border - i <= border / 8; i--) {
		bool is_blank = s.p[i] == ' ' || s.p[i] == '\n' || s.p[i] == '\t' || s.p[i] == '\r';
		if (!is_blank)
			continue;
		while (i > 0 && (unsigned char)s.p[i - 1] <= ' ')
			i--;
		return i > 0 ? i : border;
	}
	return border;
}
