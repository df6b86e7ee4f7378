/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/gate.h"

#include <stdlib.h>
#include <string.h>

#include "sdk/json.h"
#include "sdk/utf8.h"

#define SIZE_LIMIT INT32_MAX /* bytes of one text: callers stop far earlier, offsets here are 32 bits */
#define PAIRWISE   12u       /* keys: up to here comparing all pairs beats sorting */

struct key {
	uint32_t hash, at, n; /* at: in the text, or in `plain` when escaped */
	uint32_t escaped;
};

/* What one open array or object is waiting for. */
enum want { WANT_VALUE, WANT_VALUE_OR_END, WANT_KEY, WANT_KEY_OR_END, WANT_COMMA_OR_END };

struct scan {
	struct gate *gate;
	const unsigned char *text, *p, *end;
	const char *why; /* set by what fails; p stands at the place */
	unsigned depth;
	bool object[SDK_JSON_DEPTH_MAX];
	size_t first_key[SDK_JSON_DEPTH_MAX]; /* byte in gate->key where this object's keys begin */
	struct ent_str twice;                 /* the key, as written, when that is what failed */
};

static bool fail(struct scan *scan, const char *why)
{
	scan->why = why;
	return false;
}

static void skip_space(struct scan *scan)
{
	while (scan->p < scan->end && (*scan->p == ' ' || *scan->p == '\n' || *scan->p == '\r' || *scan->p == '\t'))
		scan->p++;
}

/* ---- strings -------------------------------------------------------------- */

static int hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hex digits at p, or -1. */
static int hex4(const unsigned char *p, const unsigned char *end)
{
	int value = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(p[i]);
		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* p stands at the backslash and is moved behind the escape. */
static bool scan_escape(struct scan *scan)
{
	const unsigned char *p = scan->p;

	if (scan->end - p < 2)
		return fail(scan, "the string does not end");
	if (p[1] != 'u') {
		if (p[1] == '\0' || !strchr("\"\\/bfnrt", p[1]))
			return fail(scan, "no such escape");
		scan->p += 2;
		return true;
	}
	int unit = hex4(p + 2, scan->end);
	if (unit < 0)
		return fail(scan, "\\u needs four hexadecimal digits");
	if (unit == 0)
		return fail(scan, "U+0000 in a string");
	scan->p += 6;
	if (unit < 0xD800 || unit > 0xDFFF)
		return true;
	if (unit < 0xDC00 && scan->end - p >= 12 && p[6] == '\\' && p[7] == 'u') {
		int low = hex4(p + 8, scan->end);
		if (low >= 0xDC00 && low <= 0xDFFF) {
			scan->p += 6;
			return true;
		}
	}
	scan->p = p;
	return fail(scan, "a surrogate without its other half");
}

/* p stands behind the opening quote and is moved behind the closing one. */
static bool scan_string(struct scan *scan, struct ent_str *ret_inside, bool *ret_escaped)
{
	const unsigned char *start = scan->p;

	*ret_escaped = false;
	for (;;) {
		while (scan->end - scan->p >= 8 && !utf8_word_special(utf8_word(scan->p)))
			scan->p += 8;
		if (scan->p == scan->end)
			return fail(scan, "the string does not end");
		unsigned char c = *scan->p;
		if (c == '"')
			break;
		if (c == '\\') {
			*ret_escaped = true;
			if (!scan_escape(scan))
				return false;
			continue;
		}
		if (c < 0x20)
			return fail(scan, "a control character in a string");
		size_t n = utf8_size(scan->p, scan->end);
		if (n == 0)
			return fail(scan, "not UTF-8");
		scan->p += n;
	}
	*ret_inside = (struct ent_str){(const char *)start, (size_t)(scan->p - start)};
	scan->p++;
	return true;
}

size_t gate_unescape(struct ent_str s, char *ret)
{
	const unsigned char *p = (const unsigned char *)s.p, *end = p + s.n;
	char *out = ret;

	while (p < end) {
		if (*p != '\\') {
			*out++ = (char)*p++;
			continue;
		}
		const char *from = "\"\\/bfnrt", *to = "\"\\/\b\f\n\r\t";
		if (p[1] != 'u') {
			*out++ = to[strchr(from, p[1]) - from];
			p += 2;
			continue;
		}
		uint32_t c = (uint32_t)hex4(p + 2, end);
		p += 6;
		if (c >= 0xD800 && c <= 0xDBFF) {
			c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t)hex4(p + 2, end) - 0xDC00);
			p += 6;
		}
		out += utf8_put(out, c);
	}
	return (size_t)(out - ret);
}

/* ---- numbers and words ----------------------------------------------------- */

static bool scan_digits(struct scan *scan)
{
	const unsigned char *start = scan->p;

	while (scan->p < scan->end && *scan->p >= '0' && *scan->p <= '9')
		scan->p++;
	return scan->p > start || fail(scan, "a digit is missing");
}

static bool scan_number(struct scan *scan)
{
	const unsigned char *start = scan->p;
	struct gate_number number = {.at = (uint32_t)(start - scan->text), .integer = true};

	if (*scan->p == '-')
		scan->p++;
	if (scan->end - scan->p >= 2 && scan->p[0] == '0' && scan->p[1] >= '0' && scan->p[1] <= '9')
		return fail(scan, "a number with a leading zero");
	if (!scan_digits(scan))
		return false;
	if (scan->p < scan->end && *scan->p == '.') {
		number.integer = false;
		scan->p++;
		if (!scan_digits(scan))
			return false;
	}
	if (scan->p < scan->end && (*scan->p == 'e' || *scan->p == 'E')) {
		number.integer = false;
		scan->p++;
		if (scan->p < scan->end && (*scan->p == '+' || *scan->p == '-'))
			scan->p++;
		if (!scan_digits(scan))
			return false;
	}
	number.n = (uint32_t)(scan->p - start);
	sdk_buf_add(&scan->gate->number, &number, sizeof number);
	return true;
}

static bool scan_word(struct scan *scan, const char *word, size_t n)
{
	if ((size_t)(scan->end - scan->p) < n || memcmp(scan->p, word, n) != 0)
		return fail(scan, "not a JSON value");
	scan->p += n;
	return true;
}

/* ---- keys ------------------------------------------------------------------ */

/* Only spreads keys for speed: equal hashes are settled by the bytes. */
static uint32_t key_hash(const char *p, size_t n)
{
	uint64_t head = 0, tail = 0;

	memcpy(&head, p, n < 8 ? n : 8);
	if (n > 8)
		memcpy(&tail, p + n - 8, 8);
	uint64_t h = (head ^ (tail << 29 | tail >> 35) ^ n) * UINT64_C(0x9E3779B97F4A7C15);
	return (uint32_t)(h >> 32);
}

static void key_add(struct scan *scan, struct ent_str written, bool escaped)
{
	struct gate *gate = scan->gate;
	struct key key = {.at = (uint32_t)((const unsigned char *)written.p - scan->text), .n = (uint32_t)written.n};
	struct ent_str name = written;

	if (escaped) {
		key.at = (uint32_t)gate->plain.n;
		key.escaped = 1;
		sdk_buf_str(&gate->plain, written); /* for its room: what is decoded is never longer */
		name.p = gate->plain.p + key.at;
		name.n = gate_unescape(written, gate->plain.p + key.at);
		gate->plain.n = key.at + name.n;
		key.n = (uint32_t)name.n;
	}
	key.hash = key_hash(name.p, name.n);
	sdk_buf_add(&gate->key, &key, sizeof key);
}

static const char *key_name(const struct scan *scan, const struct key *key)
{
	return key->escaped ? scan->gate->plain.p + key->at : (const char *)scan->text + key->at;
}

static int key_compare(const void *a, const void *b, void *scan)
{
	const struct key *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return memcmp(key_name(scan, x), key_name(scan, y), x->n);
}

/* The object at the top of the stack has ended: has it a key twice? */
static bool keys_differ(struct scan *scan)
{
	struct sdk_buf *buf = &scan->gate->key;
	size_t first = scan->first_key[scan->depth - 1], n = (buf->n - first) / sizeof(struct key);
	const struct key *twice = NULL;

	if (n == 0)
		return true;
	struct key *key = (struct key *)(void *)(buf->p + first); /* malloc'ed, and first counts whole keys */
	if (n <= PAIRWISE) {
		for (size_t i = 1; i < n; i++)
			for (size_t j = 0; j < i; j++)
				if (key[i].hash == key[j].hash && key_compare(&key[i], &key[j], scan) == 0)
					twice = &key[i];
	} else {
		qsort_r(key, n, sizeof *key, key_compare, scan);
		for (size_t i = 1; i < n; i++)
			if (key_compare(&key[i - 1], &key[i], scan) == 0)
				twice = &key[i];
	}
	buf->n = first;
	if (!twice)
		return true;
	scan->twice = (struct ent_str){key_name(scan, twice), twice->n};
	return fail(scan, "a key stands twice in the object that ends");
}

/* ---- structure ------------------------------------------------------------- */

static bool scan_open(struct scan *scan, bool object, enum want *ret)
{
	if (scan->depth == SDK_JSON_DEPTH_MAX)
		return fail(scan, "nested too deeply");
	scan->object[scan->depth] = object;
	scan->first_key[scan->depth] = scan->gate->key.n;
	scan->depth++;
	scan->p++;
	*ret = object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
	return true;
}

static bool scan_close(struct scan *scan)
{
	bool object = scan->object[scan->depth - 1];

	if (*scan->p != (object ? '}' : ']'))
		return fail(scan, object ? "expected , or }" : "expected , or ]");
	if (object && !keys_differ(scan))
		return false;
	scan->p++;
	scan->depth--;
	return true;
}

static bool scan_key(struct scan *scan)
{
	struct ent_str name;
	bool escaped;

	if (*scan->p != '"')
		return fail(scan, "expected a key in quotes");
	scan->p++;
	if (!scan_string(scan, &name, &escaped))
		return false;
	key_add(scan, name, escaped);
	skip_space(scan);
	if (scan->p == scan->end || *scan->p != ':')
		return fail(scan, "expected : after the key");
	scan->p++;
	return true;
}

/* One value or the beginning of one. */
static bool scan_value(struct scan *scan, enum want *ret)
{
	struct ent_str inside;
	bool escaped;

	*ret = WANT_COMMA_OR_END;
	switch (*scan->p) {
	case '"':
		scan->p++;
		return scan_string(scan, &inside, &escaped);
	case '{':
	case '[':
		return scan_open(scan, *scan->p == '{', ret);
	case 't':
		return scan_word(scan, "true", 4);
	case 'f':
		return scan_word(scan, "false", 5);
	case 'n':
		return scan_word(scan, "null", 4);
	case '-':
	case '0' ... '9':
		return scan_number(scan);
	}
	return fail(scan, "not a JSON value");
}

/* One step at the first byte that is no white space. */
static bool scan_step(struct scan *scan, enum want *want)
{
	bool end = *scan->p == '}' || *scan->p == ']';

	switch (*want) {
	case WANT_KEY_OR_END:
	case WANT_VALUE_OR_END:
		if (end) {
			*want = WANT_COMMA_OR_END;
			return scan_close(scan);
		}
		if (*want == WANT_VALUE_OR_END)
			return scan_value(scan, want);
		*want = WANT_VALUE;
		return scan_key(scan);
	case WANT_KEY:
		*want = WANT_VALUE;
		return scan_key(scan);
	case WANT_VALUE:
		return scan_value(scan, want);
	case WANT_COMMA_OR_END:
		if (*scan->p != ',')
			return scan_close(scan);
		scan->p++;
		*want = scan->object[scan->depth - 1] ? WANT_KEY : WANT_VALUE;
		return true;
	}
	return fail(scan, "not a JSON value");
}

static bool scan_text(struct scan *scan)
{
	enum want want = WANT_VALUE;

	if (scan->end - scan->p >= 3 && memcmp(scan->p, "\xEF\xBB\xBF", 3) == 0)
		return fail(scan, "a byte order mark");
	do {
		skip_space(scan);
		if (scan->p == scan->end)
			return fail(scan, "the text ends early");
		if (!scan_step(scan, &want))
			return false;
	} while (scan->depth > 0 || want != WANT_COMMA_OR_END);
	skip_space(scan);
	return scan->p == scan->end || fail(scan, "something follows the value");
}

enum ent_rc gate_check(struct gate *gate, struct ent_str bytes, struct ent_err *err)
{
	const unsigned char *text = (const unsigned char *)(bytes.p ? bytes.p : "");
	struct scan scan = {.gate = gate, .text = text, .p = text, .end = text + bytes.n};

	sdk_buf_init(&gate->number, SIZE_MAX);
	sdk_buf_init(&gate->key, SIZE_MAX);
	sdk_buf_init(&gate->plain, SIZE_MAX);
	if (bytes.n == 0)
		scan.why = "empty";
	else if (bytes.n > SIZE_LIMIT)
		scan.why = "too long";
	else if (scan_text(&scan))
		return ENT_OK;
	if (!err)
		return ENT_EINVAL;
	if (scan.twice.p)
		return sdk_fail(err, ENT_EINVAL, "not valid JSON: %s at byte %zu: \"%.*s\"", scan.why,
				(size_t)(scan.p - text), (int)scan.twice.n, scan.twice.p);
	return sdk_fail(err, ENT_EINVAL, "not valid JSON: %s at byte %zu", scan.why, (size_t)(scan.p - text));
}

void gate_release(struct gate *gate)
{
	sdk_buf_release(&gate->number);
	sdk_buf_release(&gate->key);
	sdk_buf_release(&gate->plain);
}
