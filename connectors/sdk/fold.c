/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/fold.h"

#include "sdk/fold_table.h"
#include "sdk/utf8.h"

#include <string.h>

#define N(table) (sizeof(table) / sizeof *(table))

static uint32_t decode(const unsigned char *p, size_t n)
{
	switch (n) {
	case 2:
		return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	case 3:
		return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
	default:
		return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
	}
}

static const char *find_many(uint32_t c)
{
	for (size_t low = 0, high = N(fold_many); low < high;) {
		size_t i = (low + high) / 2;

		if (fold_many[i].from == c)
			return fold_many[i].to;
		if (fold_many[i].from < c)
			low = i + 1;
		else
			high = i;
	}
	return NULL;
}

/* 0: it goes. */
static uint32_t find_one(uint32_t c)
{
	for (size_t low = 0, high = N(fold_row); low < high;) {
		size_t i = (low + high) / 2;

		if (c > fold_row[i].last) {
			low = i + 1;
		} else if (c < fold_row[i].first) {
			high = i;
		} else {
			uint32_t at = c - fold_row[i].first;

			if (at % fold_row[i].step != 0)
				return c;
			return fold_row[i].to ? fold_row[i].to + at : 0;
		}
	}
	return c;
}

static size_t put(char *ret, uint32_t c)
{
	const char *many = find_many(c);
	uint32_t to = c;

	if (many) {
		size_t n = strlen(many);
		memcpy(ret, many, n);
		return n;
	}
	to = find_one(c);
	return to ? utf8_put(ret, to) : 0;
}

size_t sdk_fold_to(char *ret, struct ent_str text)
{
	const unsigned char *p = (const unsigned char *)text.p, *end = p + text.n;
	size_t n = 0;

	while (p < end) {
		size_t size = utf8_size(p, end);

		if (size <= 1) {
			ret[n++] = (char)(*p >= 'A' && *p <= 'Z' ? *p + ('a' - 'A') : *p);
			p++;
			continue;
		}
		n += put(ret + n, decode(p, size));
		p += size;
	}
	return n;
}

struct ent_str sdk_fold(struct ent_arena *arena, struct ent_str text)
{
	char *p = sdk_alloc(arena, text.n + 4);

	return (struct ent_str){p, sdk_fold_to(p, text)};
}
