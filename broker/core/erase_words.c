/* SPDX-License-Identifier: Apache-2.0 */
#include "core/erase_words.h"

#include <string.h>

#include "sdk/webhook.h"

/* ---- one character, however it is coded --------------------------------------------------- */

struct unit {
	unsigned char byte[4];
	size_t n, taken; /* bytes that it is; bytes of the text that it took */
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* n hex digits; -1: they are none. */
static long hex_number(struct ent_str text, size_t at, size_t n)
{
	long number = 0;

	if (at + n > text.n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int digit = hex_digit(text.p[at + i]);

		if (digit < 0)
			return -1;
		number = number << 4 | digit;
	}
	return number;
}

static void unit_of_code(struct unit *unit, long code)
{
	unsigned char *to = unit->byte;

	if (code < 0x80) {
		to[unit->n++] = (unsigned char)code;
	} else if (code < 0x800) {
		to[unit->n++] = (unsigned char)(0xc0 | code >> 6);
		to[unit->n++] = (unsigned char)(0x80 | (code & 63));
	} else if (code < 0x10000) {
		to[unit->n++] = (unsigned char)(0xe0 | code >> 12);
		to[unit->n++] = (unsigned char)(0x80 | (code >> 6 & 63));
		to[unit->n++] = (unsigned char)(0x80 | (code & 63));
	} else {
		to[unit->n++] = (unsigned char)(0xf0 | code >> 18);
		to[unit->n++] = (unsigned char)(0x80 | (code >> 12 & 63));
		to[unit->n++] = (unsigned char)(0x80 | (code >> 6 & 63));
		to[unit->n++] = (unsigned char)(0x80 | (code & 63));
	}
}

static bool is_escape(struct ent_str text, size_t at)
{
	return at + 1 < text.n && text.p[at] == '\\' && text.p[at + 1] == 'u';
}

static struct unit unit_read(struct ent_str text, size_t at)
{
	struct unit unit = {.n = 0, .taken = 1};
	long code, low;

	if (is_escape(text, at) && (code = hex_number(text, at + 2, 4)) >= 0) {
		unit.taken = 6;
		if (code >= 0xd800 && code < 0xdc00 && is_escape(text, at + 6) &&
		    (low = hex_number(text, at + 8, 4)) >= 0xdc00 && low < 0xe000) {
			unit.taken = 12;
			code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		}
		unit_of_code(&unit, code);
	} else if (text.p[at] == '%' && (code = hex_number(text, at + 1, 2)) >= 0) {
		unit.taken = 3;
		unit.byte[unit.n++] = (unsigned char)code;
	} else {
		unit.byte[unit.n++] = (unsigned char)text.p[at];
	}
	return unit;
}

/* ---- a word ----------------------------------------------------------------------------------- */

static bool is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool same_byte(unsigned char wanted, unsigned char found, struct ent_str text, size_t at)
{
	if (wanted == ' ')
		return found == ' ' || text.p[at] == '+';
	return wanted == found ||
	       ((wanted | 0x20) == (found | 0x20) && is_alnum(wanted) && is_alnum(found) && (wanted | 0x20) >= 'a');
}

/* How many bytes of the text at this place are the word; 0: it does not stand there. */
static size_t word_at(struct ent_str text, size_t at, struct ent_str word)
{
	size_t i = at, done = 0;

	while (done < word.n) {
		struct unit unit;

		if (i >= text.n)
			return 0;
		unit = unit_read(text, i);
		for (size_t k = 0; k < unit.n; k++, done++)
			if (done >= word.n || !same_byte((unsigned char)word.p[done], unit.byte[k], text, i))
				return 0;
		i += unit.taken;
	}
	return i < text.n && is_alnum((unsigned char)text.p[i]) && is_alnum((unsigned char)word.p[word.n - 1]) ? 0
													       : i - at;
}

/* A letter before the word belongs to it, unless it is the end of an escape: "\n", "%20", "\u00a0". */
static bool begins_word(struct ent_str text, size_t at)
{
	if (at == 0 || !is_alnum((unsigned char)text.p[at - 1]))
		return true;
	if (at >= 2 && text.p[at - 2] == '\\' && strchr("nrtbf", text.p[at - 1]))
		return true;
	if (at >= 3 && text.p[at - 3] == '%' && hex_number(text, at - 2, 2) >= 0)
		return !is_alnum((unsigned char)hex_number(text, at - 2, 2));
	return at >= 6 && is_escape(text, at - 6) && hex_number(text, at - 4, 4) >= 0 &&
	       !(hex_number(text, at - 4, 4) < 128 && is_alnum((unsigned char)hex_number(text, at - 4, 4)));
}

/* Which bytes a word may begin with in a text: most places of a text are passed by with one look. */
struct first {
	bool may[256];
};

static struct first first_of(struct ent_str words)
{
	struct first first = {.may = {['\\'] = true, ['%'] = true}};

	while (words.n) {
		struct ent_str word = sdk_cut(words, '\n', &words);

		if (!word.n)
			continue;
		first.may[(unsigned char)word.p[0] | 0x20] = true;
		first.may[(unsigned char)word.p[0] & ~0x20u] = true;
	}
	return first;
}

static size_t any_word_at(struct ent_str text, size_t at, struct ent_str words)
{
	size_t n = 0;

	while (!n && words.n) {
		struct ent_str word = sdk_cut(words, '\n', &words);

		if (word.n)
			n = word_at(text, at, word);
	}
	return n;
}

/* The next place of any of the words from `at` on. False: there is none. */
static bool erase_next(const struct first *first, struct ent_str text, size_t at, struct ent_str words, size_t *ret_at,
		       size_t *ret_n)
{
	for (; at < text.n; at++) {
		if (!first->may[(unsigned char)text.p[at]] || !begins_word(text, at))
			continue;
		*ret_n = any_word_at(text, at, words);
		*ret_at = at;
		if (*ret_n)
			return true;
	}
	return false;
}

/* ---- outside ---------------------------------------------------------------------------------- */

bool erase_holds(struct ent_str text, struct ent_str words)
{
	const struct first first = first_of(words);
	size_t at, n;

	return erase_next(&first, text, 0, words, &at, &n);
}

struct ent_str erase_blank(struct ent_arena *arena, struct ent_str text, struct ent_str words)
{
	const struct first first = first_of(words);
	size_t from = 0, at, n;
	struct sdk_buf buf;

	if (!erase_next(&first, text, 0, words, &at, &n))
		return text;
	sdk_buf_init(&buf, text.n * sizeof ERASE_STAND_IN + 64);
	while (erase_next(&first, text, from, words, &at, &n)) {
		sdk_buf_add(&buf, text.p + from, at - from);
		sdk_buf_str(&buf, ENT_STR(ERASE_STAND_IN));
		from = at + n;
	}
	sdk_buf_add(&buf, text.p + from, text.n - from);
	struct ent_str blank = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return blank;
}
