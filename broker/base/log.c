/* SPDX-License-Identifier: Apache-2.0 */
/* Lines for programs and for people. Text from suppliers may stand in a field: nothing in it may start a second line,
 * forge a field, or move a terminal's cursor. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>
#include "sdk/json.h"
#include "sdk/time.h"

#define FIELDS_MAX    16
#define VALUE_MAX     2048 /* bytes of one value; the rest is cut */
#define LINE_SIZE_MAX (256 * 1024)

static const char *const level_name[] = {"debug", "info", "warn", "error"};
static const char *const level_text[] = {"DEBUG", "INFO ", "WARN ", "ERROR"};
static const char *const level_color[] = {"\033[2m", "\033[32m", "\033[33m", "\033[31m"};

/* At most VALUE_MAX bytes, whole UTF-8 sequences; what is no UTF-8 becomes '?' byte by byte, in `copy`. */
static struct ent_str value_clean(struct ent_str value, char copy[VALUE_MAX])
{
	if (value.p == NULL)
		return value;
	if (value.n > VALUE_MAX) {
		value.n = VALUE_MAX;
		for (int i = 0; i < 3 && ((unsigned char)value.p[value.n] & 0xC0) == 0x80; i++)
			value.n--;
	}
	if (sdk_is_utf8(value))
		return value;
	for (size_t i = 0; i < value.n; i++)
		copy[i] = (unsigned char)value.p[i] < 0x80 ? value.p[i] : '?';
	return (struct ent_str){copy, value.n};
}

static void line_json(struct sdk_buf *buf, struct ent_str time, enum log_level level, const char *name,
		      const struct log_field *field, size_t n)
{
	struct sdk_jsonw w;
	char copy[VALUE_MAX];

	sdk_jsonw_init(&w, buf);
	sdk_jsonw_open(&w, '{');
	sdk_jsonw_kstr(&w, "time", time);
	sdk_jsonw_kz(&w, "level", level_name[level]);
	sdk_jsonw_kz(&w, "event", name);
	for (size_t i = 0; i < n; i++) {
		if (field[i].kind == LOG_KIND_INT)
			sdk_jsonw_kint(&w, field[i].key, field[i].i);
		else
			sdk_jsonw_kstr(&w, field[i].key, value_clean(field[i].str, copy));
	}
	sdk_jsonw_close(&w, '}');
}

static bool needs_no_quotes(struct ent_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7F || s.p[i] == '"' || s.p[i] == '\\' || s.p[i] == '=')
			return false;
	return s.n > 0;
}

/* Quoted when it is more than one plain word. Controls (C0, DEL, and C1 as U+0080..9F) stand as escapes. */
static void print_text_value(struct sdk_buf *buf, struct ent_str s)
{
	if (s.p == NULL || needs_no_quotes(s)) {
		sdk_buf_str(buf, s.p == NULL ? ENT_STR("-") : s);
		return;
	}
	sdk_buf_z(buf, "\"");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\') {
			sdk_buf_format(buf, "\\%c", c);
		} else if (c < ' ' || c == 0x7F) {
			sdk_buf_format(buf, "\\x%02x", c);
		} else if (c == 0xC2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xA0) {
			sdk_buf_format(buf, "\\x%02x", (unsigned)(unsigned char)s.p[++i]);
		} else {
			sdk_buf_add(buf, &s.p[i], 1);
		}
	}
	sdk_buf_z(buf, "\"");
}

static void print_text(struct sdk_buf *buf, const struct log *log, struct ent_str time, enum log_level level,
		       const char *name, const struct log_field *field, size_t n)
{
	char copy[VALUE_MAX];

	sdk_buf_str(buf, time);
	sdk_buf_format(buf, " %s%s%s %s", log->color ? level_color[level] : "", level_text[level],
		       log->color ? "\033[0m" : "", name);
	for (size_t i = 0; i < n; i++) {
		sdk_buf_format(buf, " %s=", field[i].key);
		if (field[i].kind == LOG_KIND_INT)
			sdk_buf_int(buf, field[i].i);
		else
			print_text_value(buf, value_clean(field[i].str, copy));
	}
}

/* One write; only what a pipe cut short is sent again. A log nobody takes must not stop the work. */
static void line_write(int fd, struct ent_str line)
{
	while (line.n > 0) {
		ssize_t n = write(fd, line.p, line.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		line.p += n;
		line.n -= (size_t)n;
	}
}

void log_write(struct log *log, enum log_level level, const char *name, ...)
{
	struct log_field field[FIELDS_MAX];
	size_t n = 0;
	char stamp[SDK_TIME_SIZE];
	struct ent_str time;
	struct sdk_buf buf;
	va_list ap;

	if (level < log->level)
		return;
	va_start(ap, name);
	while (n < FIELDS_MAX) {
		field[n] = va_arg(ap, struct log_field);
		if (field[n].kind == LOG_KIND_END)
			break;
		n++;
	}
	va_end(ap);
	time = sdk_time_format(log->now_ms(log->clock), stamp);
	sdk_buf_init(&buf, LINE_SIZE_MAX);
	if (log->format == LOG_JSON)
		line_json(&buf, time, level, name, field, n);
	else
		print_text(&buf, log, time, level, name, field, n);
	sdk_buf_z(&buf, "\n");
	if (!buf.failed)
		line_write(log->fd, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
}
