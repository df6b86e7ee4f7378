/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdk/utf8.h"

/* ---- strings ------------------------------------------------------------- */

struct ent_str sdk_str(const char *z)
{
	return z ? (struct ent_str){z, strlen(z)} : ENT_ABSENT;
}

bool sdk_eq(struct ent_str a, struct ent_str b)
{
	if (!a.p || !b.p)
		return !a.p && !b.p;
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

bool sdk_eqz(struct ent_str a, const char *z)
{
	return sdk_eq(a, sdk_str(z));
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool sdk_ieq(struct ent_str a, struct ent_str b)
{
	if (!a.p || !b.p)
		return !a.p && !b.p;
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

bool sdk_ieqz(struct ent_str a, const char *z)
{
	return sdk_ieq(a, sdk_str(z));
}

struct ent_str sdk_lower(struct ent_arena *arena, struct ent_str s)
{
	char *out = s.p ? sdk_alloc(arena, s.n + 1) : NULL;

	for (size_t i = 0; i < s.n; i++)
		out[i] = ascii_lower(s.p[i]);
	return (struct ent_str){out, s.n};
}

bool sdk_starts(struct ent_str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.p && s.n >= n && memcmp(s.p, prefix, n) == 0;
}

static bool is_ascii_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct ent_str sdk_trim(struct ent_str s)
{
	while (s.n > 0 && is_ascii_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_ascii_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct ent_str sdk_cut(struct ent_str s, char at, struct ent_str *ret_rest)
{
	const char *p = s.n > 0 ? memchr(s.p, at, s.n) : NULL;

	if (!p) {
		*ret_rest = ENT_ABSENT;
		return s;
	}
	size_t head = (size_t)(p - s.p);
	*ret_rest = (struct ent_str){p + 1, s.n - head - 1};
	return (struct ent_str){s.p, head};
}

struct ent_str sdk_head(struct ent_str s, size_t max)
{
	size_t n = max;

	if (s.n <= max)
		return s;
	while (n > 0 && max - n < 3 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n--;
	if (((unsigned char)s.p[n] & 0xC0) == 0x80)
		n = max; /* no UTF-8 at all */
	return (struct ent_str){s.p, n};
}

struct ent_str sdk_dup(struct ent_arena *arena, struct ent_str s)
{
	return s.p ? (struct ent_str){sdk_z(arena, s), s.n} : ENT_ABSENT;
}

char *sdk_z(struct ent_arena *arena, struct ent_str s)
{
	char *p = sdk_alloc(arena, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

struct ent_str sdk_format(struct ent_arena *arena, const char *fmt, ...)
{
	char small[256]; /* most results fit; the rest is formatted again into its real size */
	va_list args;
	char *p;

	va_start(args, fmt);
	int n = vsnprintf(small, sizeof small, fmt, args);
	va_end(args);
	assert(n >= 0);
	if ((size_t)n < sizeof small)
		return sdk_dup(arena, (struct ent_str){small, (size_t)n});
	p = sdk_alloc(arena, (size_t)n + 1);
	va_start(args, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, args);
	va_end(args);
	return (struct ent_str){p, (size_t)n};
}

struct ent_str sdk_join(struct ent_arena *arena, struct ent_str list, const char *between, struct ent_str word)
{
	return sdk_format(arena, "%.*s%s%.*s", ENT_F(list), list.n ? between : "", ENT_F(word));
}

#define INT_SIZE 20 /* "-9223372036854775808", no NUL */

/* Decimal digits of i at the end of ret; returns where they begin. */
static struct ent_str int_digits(int64_t i, char ret[INT_SIZE])
{
	uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
	size_t at = INT_SIZE;

	do {
		ret[--at] = (char)('0' + u % 10);
		u /= 10;
	} while (u > 0);
	if (i < 0)
		ret[--at] = '-';
	return (struct ent_str){ret + at, INT_SIZE - at};
}

struct ent_str sdk_int(struct ent_arena *arena, int64_t i)
{
	char digits[INT_SIZE];

	return sdk_dup(arena, int_digits(i, digits));
}

bool sdk_to_int(struct ent_str s, int64_t *ret)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	int64_t value = 0; /* kept negative: that side holds INT64_MIN */

	if (s.n == (size_t)negative)
		return false;
	for (size_t i = negative; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, s.p[i] - '0', &value))
			return false;
	}
	if (!negative && value == INT64_MIN)
		return false;
	*ret = negative ? value : -value;
	return true;
}

bool sdk_is_utf8(struct ent_str s)
{
	const unsigned char *p = (const unsigned char *)(s.p ? s.p : ""), *end = p + s.n;

	while (p < end) {
		if (end - p >= 8 && (utf8_word(p) & UTF8_HIGHS) == 0) {
			p += 8;
			continue;
		}
		size_t n = utf8_size(p, end);
		if (n == 0)
			return false;
		p += n;
	}
	return true;
}

bool sdk_is_token(struct ent_str s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.n; i++)
		if (!memchr(allowed, s.p[i], sizeof allowed - 1))
			return false;
	return s.n > 0;
}

bool sdk_has_control(struct ent_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

enum ent_rc sdk_fail(struct ent_err *err, enum ent_rc rc, const char *fmt, ...)
{
	va_list args;
	size_t n, start;

	err->code[0] = err->params[0] = '\0';
	va_start(args, fmt);
	int wanted = vsnprintf(err->msg, sizeof err->msg, fmt, args);
	va_end(args);
	assert(wanted >= 0);
	if ((size_t)wanted < sizeof err->msg)
		return rc;
	/* Cut: drop the last sequence when it is not whole. */
	n = sizeof err->msg - 1;
	for (start = n; start > 0 && n - start < 4; start--)
		if (((unsigned char)err->msg[start - 1] & 0xC0) != 0x80)
			break;
	if (start > 0) {
		const unsigned char *last = (const unsigned char *)err->msg + start - 1;
		if (utf8_size(last, (const unsigned char *)err->msg + n) == 0)
			err->msg[start - 1] = '\0';
	}
	return rc;
}

/* ---- buffer -------------------------------------------------------------- */

#define BUF_FIRST 256u

void sdk_buf_init(struct sdk_buf *buf, size_t limit)
{
	*buf = (struct sdk_buf){.limit = limit};
}

void sdk_buf_release(struct sdk_buf *buf)
{
	free(buf->p);
	sdk_buf_init(buf, buf->limit);
}

void sdk_buf_clear(struct sdk_buf *buf)
{
	buf->n = 0;
	buf->failed = false;
}

/* Room for n more bytes, or failed. */
static bool buf_reserve(struct sdk_buf *buf, size_t n)
{
	size_t cap = buf->cap > 0 ? buf->cap : BUF_FIRST;

	if (buf->failed || n > buf->limit - buf->n) {
		buf->failed = true;
		return false;
	}
	if (n <= buf->cap - buf->n)
		return true;
	while (cap - buf->n < n)
		cap = cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
	if (cap > buf->limit)
		cap = buf->limit;
	buf->p = sdk_xrealloc(buf->p, cap);
	buf->cap = cap;
	return true;
}

void sdk_buf_add(struct sdk_buf *buf, const void *p, size_t n)
{
	if (n == 0 || !buf_reserve(buf, n))
		return;
	memcpy(buf->p + buf->n, p, n);
	buf->n += n;
}

char *sdk_buf_grow(struct sdk_buf *buf, size_t n)
{
	if (!buf_reserve(buf, n))
		return NULL;
	buf->n += n;
	return buf->p + buf->n - n;
}

void sdk_buf_str(struct sdk_buf *buf, struct ent_str s)
{
	sdk_buf_add(buf, s.p, s.n);
}

void sdk_buf_z(struct sdk_buf *buf, const char *z)
{
	sdk_buf_add(buf, z, strlen(z));
}

void sdk_buf_int(struct sdk_buf *buf, int64_t i)
{
	char digits[INT_SIZE];

	sdk_buf_str(buf, int_digits(i, digits));
}

void sdk_buf_format(struct sdk_buf *buf, const char *fmt, ...)
{
	char small[256];
	va_list args;
	char *p;

	va_start(args, fmt);
	int n = vsnprintf(small, sizeof small, fmt, args);
	va_end(args);
	assert(n >= 0);
	if ((size_t)n < sizeof small) {
		sdk_buf_add(buf, small, (size_t)n);
		return;
	}
	/* vsnprintf needs room for a NUL that the buffer's limit may not have. */
	p = sdk_xalloc((size_t)n + 1);
	va_start(args, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, args);
	va_end(args);
	sdk_buf_add(buf, p, (size_t)n);
	free(p);
}

struct ent_str sdk_buf_view(const struct sdk_buf *buf)
{
	return (struct ent_str){buf->p ? buf->p : "", buf->n};
}
