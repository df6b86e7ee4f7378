/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal digits, and the percent signs of addresses and forms. See str.h. */
#include "sdk/percent.h"

#include <string.h>

int sdk_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool sdk_percent_decode(struct ent_arena *arena, struct ent_str s, bool plus, struct ent_str *ret)
{
	char *out = sdk_alloc(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			out[n++] = plus && s.p[i] == '+' ? ' ' : s.p[i];
			continue;
		}
		int high = s.n - i > 2 ? sdk_hex_value(s.p[i + 1]) : -1;
		int low = high >= 0 ? sdk_hex_value(s.p[i + 2]) : -1;
		if (low < 0)
			return false;
		out[n++] = (char)(high << 4 | low);
		i += 2;
	}
	*ret = (struct ent_str){out, n};
	return true;
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c));
}

void sdk_percent_encode(struct sdk_buf *buf, struct ent_str s)
{
	static const char digit[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_unreserved(s.p[i]))
			sdk_buf_char(buf, s.p[i]);
		else
			sdk_buf_add(buf, (const char[]){'%', digit[c >> 4], digit[c & 15]}, 3);
	}
}
