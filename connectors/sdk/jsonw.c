/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON: what comes out always passes our own gate. */
#include "sdk/jsonw.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdk/utf8.h"

void sdk_jsonw_init(struct sdk_jsonw *w, struct sdk_buf *buf)
{
	*w = (struct sdk_jsonw){.buf = buf};
}

static void value_begin(struct sdk_jsonw *w)
{
	if (w->comma)
		sdk_buf_char(w->buf, ',');
	w->comma = true;
}

void sdk_jsonw_open(struct sdk_jsonw *w, char bracket)
{
	value_begin(w);
	sdk_buf_char(w->buf, bracket);
	w->comma = false;
}

void sdk_jsonw_close(struct sdk_jsonw *w, char bracket)
{
	sdk_buf_char(w->buf, bracket);
	w->comma = true;
}

/* Writes a character, escaped where it must be. U+0000 and bytes that are not UTF-8 become U+FFFD:
 * no reader of ours would take them back. Returns how many bytes of the text it stands for. */
static size_t put_special(struct sdk_buf *buf, const unsigned char *p, const unsigned char *end)
{
	const char *from = "\"\\\b\f\n\r\t", *to = "\"\\bfnrt", *at;
	size_t n = utf8_size(p, end);

	if (n == 0 || *p == 0) {
		sdk_buf_z(buf, "\xEF\xBF\xBD");
		return 1;
	}
	if (n > 1) {
		sdk_buf_add(buf, p, n);
		return n;
	}
	at = strchr(from, *p);
	if (at) {
		char escape[2] = {'\\', to[at - from]};
		sdk_buf_add(buf, escape, sizeof escape);
	} else {
		const char *digit = "0123456789abcdef";
		char escape[6] = {'\\', 'u', '0', '0', digit[*p >> 4], digit[*p & 15]};
		sdk_buf_add(buf, escape, sizeof escape);
	}
	return 1;
}

/* Nothing in it has to be looked at more closely. */
static bool is_plain(const unsigned char *p, size_t n)
{
	size_t i = 0;

	for (; n - i >= 8; i += 8)
		if (utf8_word_special(utf8_word(p + i)))
			return false;
	if (n >= 8)
		return !utf8_word_special(utf8_word(p + n - 8));
	for (; i < n; i++)
		if (p[i] < 0x20 || p[i] >= 0x80 || p[i] == '"' || p[i] == '\\')
			return false;
	return true;
}

static void put_string(struct sdk_buf *buf, struct ent_str s)
{
	const unsigned char *p = (const unsigned char *)(s.p ? s.p : ""), *end = p + s.n, *plain = p;

	if (is_plain(p, s.n)) { /* nearly all of them: written at once */
		char *at = sdk_buf_grow(buf, s.n + 2);
		if (at) {
			at[0] = at[s.n + 1] = '"';
			memcpy(at + 1, p, s.n);
		}
		return;
	}
	sdk_buf_char(buf, '"');
	while (p < end) {
		if (end - p >= 8 && !utf8_word_special(utf8_word(p))) {
			p += 8;
			continue;
		}
		if (*p >= 0x20 && *p != '"' && *p != '\\') {
			size_t n = utf8_size(p, end);
			if (n > 0) {
				p += n;
				continue;
			}
		}
		sdk_buf_add(buf, plain, (size_t)(p - plain));
		p += put_special(buf, p, end);
		plain = p;
	}
	sdk_buf_add(buf, plain, (size_t)(p - plain));
	sdk_buf_char(buf, '"');
}

void sdk_jsonw_key(struct sdk_jsonw *w, const char *key)
{
	sdk_jsonw_key_str(w, sdk_str(key));
}

void sdk_jsonw_key_str(struct sdk_jsonw *w, struct ent_str key)
{
	value_begin(w);
	put_string(w->buf, key);
	sdk_buf_char(w->buf, ':');
	w->comma = false;
}

void sdk_jsonw_str(struct sdk_jsonw *w, struct ent_str s)
{
	if (!s.p) {
		sdk_jsonw_null(w);
		return;
	}
	value_begin(w);
	put_string(w->buf, s);
}

void sdk_jsonw_int(struct sdk_jsonw *w, int64_t i)
{
	value_begin(w);
	sdk_buf_int(w->buf, i);
}

void sdk_jsonw_real(struct sdk_jsonw *w, double d)
{
	char text[32];
	int precision = 15; /* digits; 17 always bring the same double back */

	assert(isfinite(d));
	value_begin(w);
	do
		snprintf(text, sizeof text, "%.*g", precision, d);
	while (strtod(text, NULL) != d && ++precision <= 17);
	for (char *p = text; *p; p++) /* a process locale may have another decimal point */
		if (!strchr("0123456789+-e", *p))
			*p = '.';
	sdk_buf_z(w->buf, text);
}

void sdk_jsonw_bool(struct sdk_jsonw *w, bool b)
{
	value_begin(w);
	sdk_buf_z(w->buf, b ? "true" : "false");
}

void sdk_jsonw_null(struct sdk_jsonw *w)
{
	value_begin(w);
	sdk_buf_z(w->buf, "null");
}

void sdk_jsonw_raw(struct sdk_jsonw *w, struct ent_str json)
{
	value_begin(w);
	sdk_buf_str(w->buf, json);
}

void sdk_jsonw_kstr(struct sdk_jsonw *w, const char *key, struct ent_str s)
{
	sdk_jsonw_key(w, key);
	sdk_jsonw_str(w, s);
}

void sdk_jsonw_kz(struct sdk_jsonw *w, const char *key, const char *z)
{
	sdk_jsonw_kstr(w, key, sdk_str(z));
}

void sdk_jsonw_kstr_opt(struct sdk_jsonw *w, const char *key, struct ent_str s)
{
	if (s.p)
		sdk_jsonw_kstr(w, key, s);
}

void sdk_jsonw_kstr_some(struct sdk_jsonw *w, const char *key, struct ent_str s)
{
	if (s.n)
		sdk_jsonw_kstr(w, key, s);
}

void sdk_jsonw_kint(struct sdk_jsonw *w, const char *key, int64_t i)
{
	sdk_jsonw_key(w, key);
	sdk_jsonw_int(w, i);
}

void sdk_jsonw_kbool(struct sdk_jsonw *w, const char *key, bool b)
{
	sdk_jsonw_key(w, key);
	sdk_jsonw_bool(w, b);
}

void sdk_jsonw_kraw(struct sdk_jsonw *w, const char *key, struct ent_str json)
{
	sdk_jsonw_key(w, key);
	sdk_jsonw_raw(w, json);
}

size_t sdk_jsonw_size(struct ent_str text)
{
	size_t n = text.n;

	for (size_t i = 0; i < text.n; i++) {
		while (text.n - i > 8 && !utf8_word_special(utf8_word((const unsigned char *)text.p + i)))
			i += 8;
		unsigned char c = (unsigned char)text.p[i];
		if (c < ' ')
			n += 5;
		else
			n += c == '"' || c == '\\';
	}
	return n;
}
