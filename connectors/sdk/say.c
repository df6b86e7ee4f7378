/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/say.h"

#include <assert.h>
#include <string.h>

#include "sdk/jsonw.h"

enum { VALUE_MAX = 200, TEXT_MAX = 2000, NAME_MAX_N = 31 };
#define PARAMS_MAX (sizeof((struct ent_err *)NULL)->params - 1)

/* ---- making a sentence -------------------------------------------------------------------- */

/* As sdk_or_empty(), which stands above this file. */
static struct ent_str said_or_empty(struct ent_str text)
{
	return text.p ? text : ENT_STR("");
}

struct speech {
	struct sdk_buf text, params;
	struct sdk_jsonw w;
	size_t most; /* bytes of a value among the params */
};

/* A value may be cut by its precision, or be no text at all. */
static struct ent_str value_mend(struct ent_str value)
{
	struct ent_str whole = value;

	for (int i = 0; i < 4 && whole.n > 0 && !sdk_is_utf8(whole); i++)
		whole.n--;
	return sdk_is_utf8(whole) ? whole : ENT_STR("?");
}

static void put_text(struct speech *to, const char *name, struct ent_str value)
{
	value = value_mend(value);
	sdk_buf_str(&to->text, sdk_head(value, TEXT_MAX / 2));
	sdk_jsonw_kstr(&to->w, name, sdk_head(said_or_empty(value), to->most));
}

static void put_number(struct speech *to, const char *name, int64_t value)
{
	sdk_buf_int(&to->text, value);
	sdk_jsonw_kint(&to->w, name, value);
}

/* Where there is little room it is told as text. */
static void put_said(struct speech *to, const char *name, const struct ent_said *said)
{
	if (!said->code.n || to->most < VALUE_MAX) {
		put_text(to, name, said->text);
		return;
	}
	sdk_buf_str(&to->text, said->text);
	sdk_jsonw_key(&to->w, name);
	sdk_said_print(&to->w, (struct ent_said){said->code, said->params, sdk_head(said->text, to->most)});
}

/* conversion: the text behind '%', as far as the '}'. */
static void put_param(struct speech *to, const char *name, const char *conversion, va_list *args)
{
	struct ent_str text = ENT_ABSENT;

	if (strncmp(conversion, ".*s}", 4) == 0) {
		int n = va_arg(*args, int);

		text.p = va_arg(*args, const char *);
		text.n = (size_t)n;
		put_text(to, name, text);
	} else if (strncmp(conversion, "s}", 2) == 0) {
		put_text(to, name, said_or_empty(sdk_str(va_arg(*args, const char *))));
	} else if (strncmp(conversion, "d}", 2) == 0) {
		put_number(to, name, va_arg(*args, int));
	} else if (strncmp(conversion, "u}", 2) == 0) {
		put_number(to, name, va_arg(*args, unsigned));
	} else if (strncmp(conversion, "ld}", 3) == 0) {
		put_number(to, name, va_arg(*args, long));
	} else if (strncmp(conversion, "lld}", 4) == 0) {
		put_number(to, name, va_arg(*args, long long));
	} else if (strncmp(conversion, "zu}", 3) == 0) {
		put_number(to, name, (int64_t)va_arg(*args, size_t));
	} else {
		assert(strncmp(conversion, "p}", 2) == 0);
		put_said(to, name, va_arg(*args, const struct ent_said *));
	}
}

/* "{name=%" begins a param. Its name is written to `name`; returns the '%', NULL: it is text. */
static const char *param_begin(const char *p, char name[NAME_MAX_N + 1])
{
	size_t n = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz_");

	if (*p != '{' || n == 0 || n > NAME_MAX_N || p[1 + n] != '=' || p[2 + n] != '%')
		return NULL;
	memcpy(name, p + 1, n);
	name[n] = '\0';
	return p + 2 + n;
}

static void speak(struct speech *to, const char *fmt, va_list args)
{
	char name[NAME_MAX_N + 1];
	va_list at;

	va_copy(at, args);
	sdk_buf_clear(&to->text);
	sdk_buf_clear(&to->params);
	sdk_jsonw_init(&to->w, &to->params);
	sdk_jsonw_open(&to->w, '{');
	for (const char *p = fmt, *param; *p; p++) {
		param = param_begin(p, name);
		if (param) {
			put_param(to, name, param + 1, &at);
			p = strchr(param, '}');
			continue;
		}
		assert(*p != '%' || p[1] == '%');
		p += *p == '%';
		sdk_buf_char(&to->text, *p);
	}
	sdk_jsonw_close(&to->w, '}');
	va_end(at);
}

/* The params are always whole: where they have no room their values are shorter. */
static void speech_make(struct speech *to, const char *fmt, va_list args)
{
	static const size_t most[] = {VALUE_MAX, VALUE_MAX / 2 - 1, 40, 10, 0};

	sdk_buf_init(&to->text, 16 * TEXT_MAX);
	sdk_buf_init(&to->params, 16 * TEXT_MAX);
	for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
		to->most = most[i];
		speak(to, fmt, args);
		if (to->params.n <= PARAMS_MAX)
			return;
	}
}

static void speech_end(struct speech *speech)
{
	sdk_buf_release(&speech->text);
	sdk_buf_release(&speech->params);
}

/* ---- saying it ------------------------------------------------------------------------------ */

static void copy_part(char *to, size_t size, struct ent_str from)
{
	from = sdk_head(from, size - 1);
	if (from.n > 0)
		memmove(to, from.p, from.n);
	to[from.n] = '\0';
}

enum ent_rc sdk_fail_said(struct ent_err *err, enum ent_rc rc, struct ent_said said)
{
	bool fits = said.params.n <= PARAMS_MAX;

	copy_part(err->msg, sizeof err->msg, said.text);
	copy_part(err->code, sizeof err->code, fits ? said.code : ENT_STR(SDK_SAID_PLAIN));
	copy_part(err->params, sizeof err->params, fits ? said.params : ENT_STR(""));
	return rc;
}

enum ent_rc sdk_vfail_as(struct ent_err *err, enum ent_rc rc, const char *code, const char *fmt, va_list args)
{
	struct speech speech;

	speech_make(&speech, fmt, args);
	(void)sdk_fail_said(err, rc,
			    (struct ent_said){sdk_str(code), sdk_buf_view(&speech.params), sdk_buf_view(&speech.text)});
	speech_end(&speech);
	return rc;
}

enum ent_rc sdk_fail_as(struct ent_err *err, enum ent_rc rc, const char *code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)sdk_vfail_as(err, rc, code, fmt, args);
	va_end(args);
	return rc;
}

struct ent_said sdk_vsay(struct ent_arena *arena, const char *code, const char *fmt, va_list args)
{
	struct speech speech;
	struct ent_said said;

	speech_make(&speech, fmt, args);
	said = sdk_said_dup(arena,
			    (struct ent_said){sdk_str(code), sdk_buf_view(&speech.params), sdk_buf_view(&speech.text)});
	speech_end(&speech);
	return said;
}

struct ent_said sdk_say(struct ent_arena *arena, const char *code, const char *fmt, ...)
{
	struct ent_said said;
	va_list args;

	va_start(args, fmt);
	said = sdk_vsay(arena, code, fmt, args);
	va_end(args);
	return said;
}

struct ent_said sdk_say_sentence(const char *code, const char *text)
{
	return (struct ent_said){sdk_str(code), ENT_STR("{}"), sdk_str(text)};
}

struct ent_said sdk_said(const struct ent_err *err)
{
	if (!err->msg[0])
		return SDK_SILENCE;
	return (struct ent_said){sdk_str(err->code[0] ? err->code : SDK_SAID_PLAIN), sdk_str(err->params),
				 sdk_str(err->msg)};
}

struct ent_said sdk_said_dup(struct ent_arena *arena, struct ent_said said)
{
	return (struct ent_said){sdk_dup(arena, said.code), sdk_dup(arena, said.params), sdk_dup(arena, said.text)};
}

bool sdk_said_eq(const struct ent_said *a, const struct ent_said *b)
{
	return sdk_eq(said_or_empty(a->code), said_or_empty(b->code)) &&
	       sdk_eq(said_or_empty(a->params), said_or_empty(b->params)) &&
	       sdk_eq(said_or_empty(a->text), said_or_empty(b->text));
}

/* ---- as JSON ---------------------------------------------------------------------------------- */

void sdk_said_print(struct sdk_jsonw *w, struct ent_said said)
{
	sdk_jsonw_open(w, '{');
	sdk_jsonw_kstr(w, "code", said.code);
	if (said.params.n > 0) {
		sdk_jsonw_kraw(w, "params", said.params);
	} else {
		sdk_jsonw_key(w, "params");
		sdk_jsonw_open(w, '{');
		if (sdk_eqz(said.code, SDK_SAID_PLAIN))
			sdk_jsonw_kstr(w, "said", sdk_head(said.text, VALUE_MAX));
		sdk_jsonw_close(w, '}');
	}
	sdk_jsonw_kstr(w, "text", said_or_empty(said.text));
	sdk_jsonw_close(w, '}');
}

void sdk_said_kprint(struct sdk_jsonw *w, const char *key, struct ent_said said)
{
	if (!said.code.n)
		return;
	sdk_jsonw_key(w, key);
	sdk_said_print(w, said);
}

struct ent_str sdk_said_json(struct ent_arena *arena, struct ent_said said)
{
	struct sdk_jsonw w;
	struct sdk_buf buf;
	struct ent_str json;

	if (!said.code.n)
		return ENT_STR("");
	sdk_buf_init(&buf, 16 * TEXT_MAX);
	sdk_jsonw_init(&w, &buf);
	sdk_said_print(&w, said);
	json = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return json;
}
