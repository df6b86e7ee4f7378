/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdk/utf8.h"

/* Under AddressSanitizer the free part of a chunk is poisoned and allocations stand
 * apart, so that an overrun inside an arena is seen like one on the heap. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif
#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#define ARENA_GAP 16u
#else
#define ARENA_GAP                         0u
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#define CHUNK_FIRST 8192u           /* bytes, with its header: holds the usual webhook */
#define CHUNK_MAX   (1024u * 1024u) /* doubling ends here; a larger request gets a chunk of its size */
#define SPARE_MAX   (64u * 1024u)   /* a larger chunk is not kept: one large text would hold its memory for ever */
#define SPARE_N     8u
#define ALIGN       (_Alignof(max_align_t))

struct sdk_arena_chunk {
	struct sdk_arena_chunk *prev;
	size_t used, size; /* bytes in at[] */
	_Alignas(max_align_t) unsigned char at[];
};

struct sdk_arena_defer {
	struct sdk_arena_defer *prev;
	void (*fn)(void *);
	void *what;
};

static _Noreturn void out_of_memory(size_t size)
{
	fprintf(stderr, "entente: out of memory (%zu bytes wanted)\n", size);
	abort();
}

void *sdk_xalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory(size);
	return p;
}

void *sdk_xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);

	if (!p)
		out_of_memory(size);
	return p;
}

/* ---- arena --------------------------------------------------------------- */

/* A chunk of at least `whole` bytes from the spare ones; NULL: there is none. */
static struct sdk_arena_chunk *spare_take(struct sdk_spare *spare, size_t whole)
{
	struct sdk_arena_chunk **at = spare ? &spare->chunk : NULL;

	while (at && *at) {
		struct sdk_arena_chunk *chunk = *at;
		if (chunk->size + sizeof *chunk >= whole) {
			*at = chunk->prev;
			spare->n_chunk--;
			return chunk;
		}
		at = &chunk->prev;
	}
	return NULL;
}

static void chunk_free(struct sdk_spare *spare, struct sdk_arena_chunk *chunk)
{
	if (spare && spare->n_chunk < SPARE_N && chunk->size + sizeof *chunk <= SPARE_MAX) {
		ASAN_POISON_MEMORY_REGION(chunk->at, chunk->size);
		chunk->prev = spare->chunk;
		spare->chunk = chunk;
		spare->n_chunk++;
		return;
	}
	ASAN_UNPOISON_MEMORY_REGION(chunk->at, chunk->size);
	free(chunk);
}

void sdk_spare_release(struct sdk_spare *spare)
{
	while (spare->chunk) {
		struct sdk_arena_chunk *chunk = spare->chunk;
		spare->chunk = chunk->prev;
		chunk_free(NULL, chunk);
	}
	spare->n_chunk = 0;
}

static struct sdk_arena_chunk *chunk_add(struct sdk_arena *arena, size_t need)
{
	size_t whole = CHUNK_FIRST;
	struct sdk_arena_chunk *chunk;

	if (need > SIZE_MAX / 2)
		out_of_memory(need);
	if (arena->chunk) {
		size_t last = arena->chunk->size + sizeof *chunk;
		whole = last < CHUNK_MAX / 2 ? last * 2 : CHUNK_MAX;
	}
	if (whole < need + sizeof *chunk)
		whole = need + sizeof *chunk;
	chunk = spare_take(arena->spare, whole);
	if (!chunk) {
		chunk = sdk_xalloc(whole);
		chunk->size = whole - sizeof *chunk;
		ASAN_POISON_MEMORY_REGION(chunk->at, chunk->size);
	}
	chunk->prev = arena->chunk;
	chunk->used = 0;
	arena->chunk = chunk;
	return chunk;
}

static void *arena_alloc(struct ent_arena *abi, size_t size)
{
	struct sdk_arena *arena = (struct sdk_arena *)abi; /* abi is its first member */
	struct sdk_arena_chunk *chunk = arena->chunk;
	size_t need;
	void *p;

	if (size > SIZE_MAX / 4)
		out_of_memory(size);
	need = (size + ALIGN - 1 + ARENA_GAP) / ALIGN * ALIGN;
	if (!chunk || chunk->size - chunk->used < need)
		chunk = chunk_add(arena, need);
	p = chunk->at + chunk->used;
	chunk->used += need;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return memset(p, 0, size);
}

static void arena_defer(struct ent_arena *abi, void (*fn)(void *), void *what)
{
	struct sdk_arena *arena = (struct sdk_arena *)abi;
	struct sdk_arena_defer *defer = arena_alloc(abi, sizeof *defer);

	*defer = (struct sdk_arena_defer){arena->defer, fn, what};
	arena->defer = defer;
}

void sdk_arena_init(struct sdk_arena *arena)
{
	sdk_arena_init_spare(arena, NULL);
}

void sdk_arena_init_spare(struct sdk_arena *arena, struct sdk_spare *spare)
{
	*arena = (struct sdk_arena){.abi = {arena_alloc, arena_defer}, .spare = spare};
}

void sdk_arena_release(struct sdk_arena *arena)
{
	while (arena->defer) {
		struct sdk_arena_defer *defer = arena->defer;
		arena->defer = defer->prev; /* first, so that fn may defer again */
		defer->fn(defer->what);
	}
	while (arena->chunk) {
		struct sdk_arena_chunk *chunk = arena->chunk;
		arena->chunk = chunk->prev;
		chunk_free(arena->spare, chunk);
	}
}

void *sdk_alloc(struct ent_arena *arena, size_t size)
{
	return arena->alloc(arena, size);
}

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
