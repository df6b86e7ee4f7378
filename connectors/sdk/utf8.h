/* SPDX-License-Identifier: Apache-2.0 */
/* One UTF-8 sequence, strictly: no overlong form, no surrogate, nothing past U+10FFFF. Private to this folder. */
#ifndef SDK_UTF8_H
#define SDK_UTF8_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Size of the valid sequence at p (p < end), 0 when there is none. */
static inline size_t utf8_size(const unsigned char *p, const unsigned char *end)
{
	size_t left = (size_t)(end - p);
	unsigned char c = p[0];

	if (c < 0x80)
		return 1;
	if (c < 0xC2 || c > 0xF4 || left < 2 || (p[1] & 0xC0) != 0x80)
		return 0;
	if (c < 0xE0)
		return 2;
	if (left < 3 || (p[2] & 0xC0) != 0x80)
		return 0;
	if (c < 0xF0) {
		if ((c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F))
			return 0;
		return 3;
	}
	if (left < 4 || (p[3] & 0xC0) != 0x80 || (c == 0xF0 && p[1] < 0x90) || (c == 0xF4 && p[1] > 0x8F))
		return 0;
	return 4;
}

/* Writes code point c (valid, no surrogate) and returns its size. */
static inline size_t utf8_put(char ret[4], uint32_t c)
{
	if (c < 0x80) {
		ret[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		ret[0] = (char)(0xC0 | c >> 6);
		ret[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		ret[0] = (char)(0xE0 | c >> 12);
		ret[1] = (char)(0x80 | (c >> 6 & 0x3F));
		ret[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	ret[0] = (char)(0xF0 | c >> 18);
	ret[1] = (char)(0x80 | (c >> 12 & 0x3F));
	ret[2] = (char)(0x80 | (c >> 6 & 0x3F));
	ret[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

#define UTF8_ONES  0x0101010101010101u
#define UTF8_HIGHS 0x8080808080808080u

static inline uint64_t utf8_word(const unsigned char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	return w;
}

/* Non-zero when one of the 8 bytes is >= 0x80, < 0x20, '"' or '\\': what a JSON string
 * cannot pass over blindly. May only err towards "look closer". */
static inline uint64_t utf8_word_special(uint64_t w)
{
	uint64_t quote = w ^ (UTF8_ONES * '"'), slash = w ^ (UTF8_ONES * '\\');

	return (w | (w - UTF8_ONES * 0x20) | (quote - UTF8_ONES) | (slash - UTF8_ONES)) & UTF8_HIGHS;
}

#endif
