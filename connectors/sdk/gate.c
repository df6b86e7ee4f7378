/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/gate.h"

#include <stdlib.h>
#include <string.h>

#include "sdk/json.h"
#include "sdk/utf8.h"

#define SIZE_LIMIT INT32_MAX /* bytes of one text: callers stop far earlier, offsets here are 32 bits */
#define SLOTS      256u      /* of the table that finds repeated keys */
#define SLOTS_KEYS 128u      /* in an object; more are sorted */

/* The next token that an open array or object is waiting for. */
enum want { WANT_VALUE, WANT_VALUE_OR_END, WANT_KEY, WANT_KEY_OR_END, WANT_COMMA_OR_END };

struct scan {
	struct gate *gate;
	const unsigned char *text, *p, *end;
	const char *why; /* set by what fails; p stands at the place */
	unsigned depth;
	bool object[SDK_JSON_DEPTH_MAX];
	size_t first_key[SDK_JSON_DEPTH_MAX]; /* where in gate->key this object's keys begin */
	struct ent_str twice;                 /* the key, as written, when that is what failed */
};

static bool scan_fail(struct scan *scan, const char *why)
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

/* Four hex digits at p, or -1. */
static int hex_quad(const unsigned char *p, const unsigned char *end)
{
	int value = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = sdk_hex_value((char)p[i]);
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
		return scan_fail(scan, "the string does not end");
	if (p[1] != 'u') {
		if (p[1] == '\0' || !strchr("\"\\/bfnrt", p[1]))
			return scan_fail(scan, "no such escape");
		scan->p += 2;
		return true;
	}
	int unit = hex_quad(p + 2, scan->end);
	if (unit < 0)
		return scan_fail(scan, "\\u needs four hexadecimal digits");
	if (unit == 0)
		return scan_fail(scan, "U+0000 in a string");
	scan->p += 6;
	if (unit < 0xD800 || unit > 0xDFFF)
		return true;
	if (unit < 0xDC00 && scan->end - p >= 12 && p[6] == '\\' && p[7] == 'u') {
		int low = hex_quad(p + 8, scan->end);
		if (low >= 0xDC00 && low <= 0xDFFF) {
			scan->p += 6;
			return true;
		}
	}
	scan->p = p;
	return scan_fail(scan, "a surrogate without its other half");
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
			return scan_fail(scan, "the string does not end");
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
			return scan_fail(scan, "a control character in a string");
		size_t n = utf8_size(scan->p, scan->end);
		if (n == 0)
			return scan_fail(scan, "not UTF-8");
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
		uint32_t c = (uint32_t)hex_quad(p + 2, end);
		p += 6;
		if (c >= 0xD800 && c <= 0xDBFF) {
			c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t)hex_quad(p + 2, end) - 0xDC00);
			p += 6;
		}
		out += utf8_put(out, c);
	}
	return (size_t)(out - ret);
}

/* Twice the room for *cap items of `size` bytes, which stand in `few` until they outgrow it. */
static void *list_grow(void *old, const void *few, size_t *cap, size_t size)
{
	size_t used = *cap * size;

	*cap *= 2;
	if (old != few)
		return sdk_xrealloc(old, *cap * size);
	return memcpy(sdk_xalloc(*cap * size), few, used);
}

/* ---- tokens ----------------------------------------------------------------- */

static struct gate_token *gate_token_add(struct scan *scan, enum gate_kind kind, struct ent_str at)
{
	struct gate *gate = scan->gate;

	if (gate->n_token == gate->cap_token)
		gate->token = list_grow(gate->token, gate->few_token, &gate->cap_token, sizeof *gate->token);
	struct gate_token *token = &gate->token[gate->n_token++];
	*token = (struct gate_token){
	    .at = (uint32_t)((const unsigned char *)at.p - scan->text), .n = (uint32_t)at.n, .kind = (uint8_t)kind};
	gate->n_value += kind != GATE_END && kind != GATE_KEY;
	gate->n_text += at.n;
	return token;
}

/* Adds a token without text: an object, an array, their end, a word. */
static bool token_plain(struct scan *scan, enum gate_kind kind)
{
	(void)gate_token_add(scan, kind, (struct ent_str){(const char *)scan->p, 0});
	return true;
}

/* ---- numbers and words ----------------------------------------------------- */

static bool scan_digits(struct scan *scan)
{
	const unsigned char *start = scan->p;

	while (scan->p < scan->end && *scan->p >= '0' && *scan->p <= '9')
		scan->p++;
	return scan->p > start || scan_fail(scan, "a digit is missing");
}

static bool scan_number(struct scan *scan)
{
	const unsigned char *start = scan->p;
	bool integer = true;

	if (*scan->p == '-')
		scan->p++;
	if (scan->end - scan->p >= 2 && scan->p[0] == '0' && scan->p[1] >= '0' && scan->p[1] <= '9')
		return scan_fail(scan, "a number with a leading zero");
	if (!scan_digits(scan))
		return false;
	if (scan->p < scan->end && *scan->p == '.') {
		integer = false;
		scan->p++;
		if (!scan_digits(scan))
			return false;
	}
	if (scan->p < scan->end && (*scan->p == 'e' || *scan->p == 'E')) {
		integer = false;
		scan->p++;
		if (scan->p < scan->end && (*scan->p == '+' || *scan->p == '-'))
			scan->p++;
		if (!scan_digits(scan))
			return false;
	}
	gate_token_add(scan, GATE_NUMBER, (struct ent_str){(const char *)start, (size_t)(scan->p - start)})->integer =
	    integer;
	return true;
}

static bool scan_word(struct scan *scan, const char *word, size_t n, enum gate_kind kind)
{
	if ((size_t)(scan->end - scan->p) < n || memcmp(scan->p, word, n) != 0)
		return scan_fail(scan, "not a JSON value");
	scan->p += n;
	return token_plain(scan, kind);
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
	struct gate_key key = {.at = (uint32_t)((const unsigned char *)written.p - scan->text),
			       .n = (uint32_t)written.n};
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
	if (gate->n_key == gate->cap_key)
		gate->key = list_grow(gate->key, gate->few_key, &gate->cap_key, sizeof key);
	gate->key[gate->n_key++] = key;
}

static const char *key_name(const struct scan *scan, const struct gate_key *key)
{
	return key->escaped ? scan->gate->plain.p + key->at : (const char *)scan->text + key->at;
}

static int key_compare(const void *a, const void *b, void *scan)
{
	const struct gate_key *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return memcmp(key_name(scan, x), key_name(scan, y), x->n);
}

/* Index of a key that stands a second time, n when there is none, SIZE_MAX when too many hashes
 * fall together to tell cheaply. */
static size_t find_twice(struct scan *scan, const struct gate_key *key, size_t n)
{
	uint8_t slot[SLOTS] = {0}; /* index + 1 */
	size_t probes = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t at = key[i].hash % SLOTS;
		for (; slot[at] != 0; at = (at + 1) % SLOTS) {
			if (key_compare(&key[i], &key[slot[at] - 1], scan) == 0)
				return i;
			if (++probes > 8 * n)
				return SIZE_MAX;
		}
		slot[at] = (uint8_t)(i + 1);
	}
	return n;
}

/* The object at the top of the stack has ended: has it a key twice? */
static bool keys_differ(struct scan *scan)
{
	struct gate *gate = scan->gate;
	struct gate_key *key = gate->key + scan->first_key[scan->depth - 1];
	size_t n = gate->n_key - scan->first_key[scan->depth - 1];
	size_t twice = n <= SLOTS_KEYS ? find_twice(scan, key, n) : SIZE_MAX;

	gate->n_key -= n;
	if (twice == SIZE_MAX) {
		qsort_r(key, n, sizeof *key, key_compare, scan);
		for (twice = 1; twice < n && key_compare(&key[twice - 1], &key[twice], scan) != 0;)
			twice++;
	}
	if (twice >= n)
		return true;
	scan->twice = (struct ent_str){key_name(scan, &key[twice]), key[twice].n};
	return scan_fail(scan, "a key stands twice in the object that ends");
}

/* ---- structure ------------------------------------------------------------- */

static bool scan_open(struct scan *scan, bool object, enum want *ret)
{
	if (scan->depth == SDK_JSON_DEPTH_MAX)
		return scan_fail(scan, "nested too deeply");
	scan->object[scan->depth] = object;
	scan->first_key[scan->depth] = scan->gate->n_key;
	scan->depth++;
	scan->p++;
	*ret = object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
	return token_plain(scan, object ? GATE_OBJECT : GATE_ARRAY);
}

static bool scan_close(struct scan *scan)
{
	bool object = scan->object[scan->depth - 1];

	if (*scan->p != (object ? '}' : ']'))
		return scan_fail(scan, object ? "expected , or }" : "expected , or ]");
	if (object && !keys_differ(scan))
		return false;
	scan->p++;
	scan->depth--;
	return token_plain(scan, GATE_END);
}

static bool scan_key(struct scan *scan)
{
	struct ent_str name;
	bool escaped;

	if (*scan->p != '"')
		return scan_fail(scan, "expected a key in quotes");
	scan->p++;
	if (!scan_string(scan, &name, &escaped))
		return false;
	gate_token_add(scan, GATE_KEY, name)->escaped = escaped;
	key_add(scan, name, escaped);
	skip_space(scan);
	if (scan->p == scan->end || *scan->p != ':')
		return scan_fail(scan, "expected : after the key");
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
		if (!scan_string(scan, &inside, &escaped))
			return false;
		gate_token_add(scan, GATE_STRING, inside)->escaped = escaped;
		return true;
	case '{':
	case '[':
		return scan_open(scan, *scan->p == '{', ret);
	case 't':
		return scan_word(scan, "true", 4, GATE_TRUE);
	case 'f':
		return scan_word(scan, "false", 5, GATE_FALSE);
	case 'n':
		return scan_word(scan, "null", 4, GATE_NULL);
	case '-':
	case '0' ... '9':
		return scan_number(scan);
	}
	return scan_fail(scan, "not a JSON value");
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
	return scan_fail(scan, "not a JSON value");
}

static bool scan_text(struct scan *scan)
{
	enum want want = WANT_VALUE;

	if (scan->end - scan->p >= 3 && memcmp(scan->p, "\xEF\xBB\xBF", 3) == 0)
		return scan_fail(scan, "a byte order mark");
	do {
		skip_space(scan);
		if (scan->p == scan->end)
			return scan_fail(scan, "the text ends early");
		if (!scan_step(scan, &want))
			return false;
	} while (scan->depth > 0 || want != WANT_COMMA_OR_END);
	skip_space(scan);
	return scan->p == scan->end || scan_fail(scan, "something follows the value");
}

enum ent_rc gate_check(struct gate *gate, struct ent_str bytes, struct ent_err *err)
{
	const unsigned char *text = (const unsigned char *)(bytes.p ? bytes.p : "");
	struct scan scan = {.gate = gate, .text = text, .p = text, .end = text + bytes.n};

	gate->token = gate->few_token;
	gate->key = gate->few_key;
	gate->n_token = gate->n_value = gate->n_text = gate->n_key = 0;
	gate->cap_token = GATE_FEW_TOKENS;
	gate->cap_key = GATE_FEW_KEYS;
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
		return sdk_fail_as(err, ENT_EINVAL, "json.twice",
				   "not valid JSON: {what=%s} at byte {at=%zu}: \"{name=%.*s}\"", scan.why,
				   (size_t)(scan.p - text), ENT_F(scan.twice));
	return sdk_fail_as(err, ENT_EINVAL, "json.syntax", "not valid JSON: {what=%s} at byte {at=%zu}", scan.why,
			   (size_t)(scan.p - text));
}

void gate_release(struct gate *gate)
{
	if (gate->token != gate->few_token)
		free(gate->token);
	if (gate->key != gate->few_key)
		free(gate->key);
	sdk_buf_release(&gate->plain);
}
