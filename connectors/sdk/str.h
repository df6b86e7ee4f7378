/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text and bytes for connectors and the broker: struct ent_str, and a growing
 * buffer that is born with its limit.
 *
 * Results are borrowed from the argument or live in the arena. Nothing here
 * fails on memory: inputs are bounded and allocation aborts.
 */
#ifndef SDK_STR_H
#define SDK_STR_H

#include "entente/ticket.h"
#include "sdk/arena.h"

/* ---- strings ------------------------------------------------------------- */

struct ent_str sdk_str(const char *z); /* borrows; NULL gives absent */
bool sdk_eq(struct ent_str a, struct ent_str b);
bool sdk_eqz(struct ent_str a, const char *z);
bool sdk_ieq(struct ent_str a, struct ent_str b); /* ASCII case folded */
bool sdk_ieqz(struct ent_str a, const char *z);
struct ent_str sdk_lower(struct ent_arena *arena, struct ent_str s); /* ASCII; absent stays absent */
bool sdk_starts(struct ent_str s, const char *prefix);
struct ent_str sdk_trim(struct ent_str s); /* ASCII white space */
/* Cut at the first `at`: *ret_rest is what follows it, absent when there was none. */
struct ent_str sdk_cut(struct ent_str s, char at, struct ent_str *ret_rest);
struct ent_str sdk_head(struct ent_str s, size_t max); /* at most max bytes of it, cut on a character border */
struct ent_str sdk_dup(struct ent_arena *arena, struct ent_str s); /* absent stays absent */
char *sdk_z(struct ent_arena *arena, struct ent_str s);            /* NUL-terminated copy */
struct ent_str sdk_format(struct ent_arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The list with one more word at its end; an empty list: the word alone. between: such as ", ". */
struct ent_str sdk_join(struct ent_arena *arena, struct ent_str list, const char *between, struct ent_str word);
struct ent_str sdk_int(struct ent_arena *arena, int64_t i);
/* Whole string, optional '-', digits only, in range; else false. */
bool sdk_to_int(struct ent_str s, int64_t *ret);
bool sdk_is_utf8(struct ent_str s);
bool sdk_is_token(struct ent_str s);    /* what HTTP's names and methods are made of, at least one (RFC 9110 5.6.2) */
bool sdk_has_control(struct ent_str s); /* a byte below 0x20, or 0x7f */

/* Sets err->msg, cut at its size on a character border. Returns rc. For what only logs and terminals show; what people
 * read in an answer has a code: sdk/say.h. */
enum ent_rc sdk_fail(struct ent_err *err, enum ent_rc rc, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* ---- buffer -------------------------------------------------------------- */

/* Grows up to limit, then remembers that it failed; check once at the end. */
struct sdk_buf {
	char *p;
	size_t n, cap, limit;
	bool failed; /* something did not fit: the content is not to be used */
};
void sdk_buf_init(struct sdk_buf *buf, size_t limit);
void sdk_buf_release(struct sdk_buf *buf); /* takes an initialised or released one */
void sdk_buf_clear(struct sdk_buf *buf);   /* keeps the memory, forgets content and failure */
void sdk_buf_add(struct sdk_buf *buf, const void *p, size_t n);
/* n more bytes at its end, for the caller to write. NULL: failed. */
char *sdk_buf_grow(struct sdk_buf *buf, size_t n);
static inline void sdk_buf_char(struct sdk_buf *buf, char c)
{
	if (buf->n < buf->cap && !buf->failed)
		buf->p[buf->n++] = c;
	else
		sdk_buf_add(buf, &c, 1);
}
void sdk_buf_str(struct sdk_buf *buf, struct ent_str s);
void sdk_buf_z(struct sdk_buf *buf, const char *z);
void sdk_buf_int(struct sdk_buf *buf, int64_t i);
void sdk_buf_format(struct sdk_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct ent_str sdk_buf_view(const struct sdk_buf *buf); /* until the next change */

#include "sdk/percent.h"
#include "sdk/say.h"

#endif
