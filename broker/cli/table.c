/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "cli/table.h"

/* Characters, taking each code point as one column wide. */
static size_t width_of(struct ent_str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xC0) != 0x80;
	return n;
}

static struct ent_str cut_to(struct ent_str text, size_t width)
{
	size_t i = 0, n = 0;

	while (i < text.n && n < width) {
		i++;
		while (i < text.n && ((unsigned char)text.p[i] & 0xC0) == 0x80)
			i++;
		n++;
	}
	return (struct ent_str){text.p, i};
}

struct ent_str table_safe(struct ent_arena *arena, struct ent_str text, bool lines)
{
	char *out = sdk_alloc(arena, text.n + 1);

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		/* C1 controls are C2 80..9F in UTF-8 */
		bool c1 = (c & 0xE0) == 0x80 && i && (unsigned char)text.p[i - 1] == 0xC2;
		if (c1)
			out[i - 1] = '?';
		if (c == '\n' || c == '\t')
			out[i] = lines ? (char)c : ' ';
		else
			out[i] = c == 0x7F || c1 || c < 0x20 ? '?' : (char)c;
	}
	return (struct ent_str){out, text.n};
}

struct ent_str table_cell(struct ent_arena *arena, const struct sdk_json *value)
{
	struct ent_str text = sdk_json_text(value);

	if (text.p)
		return text.n ? table_safe(arena, text, false) : ENT_STR("-");
	if (sdk_json_kind(value) == SDK_JSON_NULL)
		return ENT_STR("-");
	if (sdk_json_text_at(value, "code").n && sdk_json_text_at(value, "text").p) /* a sentence */
		return table_safe(arena, sdk_json_text_at(value, "text"), false);
	if (sdk_json_text_at(value, "word").n) /* a holder that nobody here is; `--holder` takes it like this */
		return table_safe(arena, sdk_format(arena, "word:%.*s", ENT_F(sdk_json_text_at(value, "word"))), false);
	return table_safe(arena, sdk_json_print(arena, value), false);
}

struct ent_str table_member(struct ent_arena *arena, const struct sdk_json *row, const char *path)
{
	struct ent_str other, first = sdk_cut(sdk_str(path), '|', &other);
	const struct sdk_json *member = sdk_json_at(row, sdk_z(arena, first));

	if (other.n && sdk_json_kind(member) == SDK_JSON_NULL)
		member = sdk_json_at(row, other.p);
	return table_cell(arena, member);
}

static size_t terminal_width(void)
{
	struct winsize size;

	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 0;
}

static void print_row(const struct ent_str *cell, const size_t *width, size_t n, size_t room)
{
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		struct ent_str text = cell[i];
		bool last = i + 1 == n;
		if (last && room && used < room)
			text = cut_to(text, room - used);
		printf("%.*s", (int)text.n, text.p);
		if (last) {
			putchar('\n');
		} else {
			printf("%*s", (int)(width[i] - width_of(text)) + 2, "");
			used += width[i] + 2;
		}
	}
}

void table_print(struct ent_arena *arena, const struct sdk_json *rows, const struct table_column *columns,
		 const char *empty)
{
	struct ent_str cell[TABLE_COLUMNS_MAX];
	size_t width[TABLE_COLUMNS_MAX], n = 0;

	if (!sdk_json_count(rows)) {
		puts(empty);
		return;
	}
	for (; n < TABLE_COLUMNS_MAX && columns[n].title; n++)
		width[n] = width_of(sdk_str(columns[n].title));
	for (const struct sdk_json *row = sdk_json_first(rows); row; row = sdk_json_next(row)) {
		for (size_t i = 0; i < n; i++) {
			size_t w = width_of(table_member(arena, row, columns[i].path));
			width[i] = w > width[i] ? w : width[i];
		}
	}
	for (size_t i = 0; i < n; i++)
		cell[i] = sdk_str(columns[i].title);
	print_row(cell, width, n, terminal_width());
	for (const struct sdk_json *row = sdk_json_first(rows); row; row = sdk_json_next(row)) {
		for (size_t i = 0; i < n; i++)
			cell[i] = table_member(arena, row, columns[i].path);
		print_row(cell, width, n, terminal_width());
	}
}

static bool is_among(struct ent_str name, const char *const *names)
{
	for (; names && *names; names++)
		if (sdk_eqz(name, *names))
			return true;
	return false;
}

void table_members(struct ent_arena *arena, const struct sdk_json *object, const char *const *but)
{
	size_t width = 12;

	for (const struct sdk_json *member = sdk_json_first(object); member; member = sdk_json_next(member))
		if (!is_among(sdk_json_key(member), but) && sdk_json_key(member).n > width)
			width = sdk_json_key(member).n;
	for (const struct sdk_json *member = sdk_json_first(object); member; member = sdk_json_next(member)) {
		struct ent_str key = sdk_json_key(member), text = table_cell(arena, member);

		if (!is_among(key, but))
			printf("%-*.*s %.*s\n", (int)width, (int)key.n, key.p, (int)text.n, text.p);
	}
}

void table_lines(struct ent_arena *arena, const char *indent, struct ent_str text)
{
	for (struct ent_str line, rest = table_safe(arena, text, true); rest.p;) {
		line = sdk_cut(rest, '\n', &rest);
		printf("%s%.*s\n", indent, (int)line.n, line.p);
	}
}

void table_exchange(struct ent_arena *arena, const struct sdk_json *exchange)
{
	struct ent_str status = sdk_json_text_at(exchange, "status");

	if (!exchange)
		return;
	printf("\nlast request: %.*s %.*s\n", ENT_F(sdk_json_text_at(exchange, "method")),
	       ENT_F(table_cell(arena, sdk_json_at(exchange, "path"))));
	table_lines(arena, "    ", sdk_json_text_at(exchange, "request"));
	if (status.n) {
		printf("its answer: HTTP %.*s\n", ENT_F(status));
		table_lines(arena, "    ", sdk_json_text_at(exchange, "answer"));
	} else {
		puts("it had no answer");
	}
}
