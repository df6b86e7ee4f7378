/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file_name.h"

#include <string.h>

enum { EXTENSION_BYTES = 16 };

/* The character at p and its bytes; given is UTF-8. */
static uint32_t character_at(const char *p, size_t left, size_t *ret_n)
{
	const unsigned char *u = (const unsigned char *)p;

	*ret_n = u[0] < 0x80 ? 1 : u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
	if (*ret_n > left)
		*ret_n = left;
	uint32_t c = *ret_n == 1 ? u[0] : u[0] & (0xFFu >> (*ret_n + 1));
	for (size_t i = 1; i < *ret_n; i++)
		c = c << 6 | (u[i] & 0x3F);
	return c;
}

/* Nobody sees them, or they make the rest look like something else. */
static bool is_unseen(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x180E ||
	       (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
	       c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || (c & 0xFFFE) == 0xFFFE || (c >= 0xE0000 && c <= 0xE0FFF);
}

static struct ent_str ends_trimmed(struct ent_str name)
{
	while (name.n && name.p[0] == ' ')
		name = (struct ent_str){name.p + 1, name.n - 1};
	while (name.n && (name.p[name.n - 1] == ' ' || name.p[name.n - 1] == '.'))
		name.n--;
	return name;
}

/* The extension with its dot; empty: there is none, or it is no short one. */
static struct ent_str extension_of(struct ent_str name)
{
	for (size_t n = 1; n <= EXTENSION_BYTES && n < name.n; n++)
		if (name.p[name.n - n] == '.')
			return (struct ent_str){name.p + name.n - n, n};
	return ENT_STR("");
}

struct ent_str file_name_safe(struct ent_arena *arena, struct ent_str given)
{
	struct sdk_buf buf;
	size_t n;

	for (size_t i = given.n; i > 0; i--)
		if (given.p[i - 1] == '/' || given.p[i - 1] == '\\') {
			given = (struct ent_str){given.p + i, given.n - i};
			break;
		}
	sdk_buf_init(&buf, given.n + 1);
	for (size_t i = 0; i < given.n; i += n)
		if (!is_unseen(character_at(given.p + i, given.n - i, &n)))
			sdk_buf_add(&buf, given.p + i, n);
	struct ent_str name = ends_trimmed(sdk_buf_view(&buf));
	if (name.n > FILE_NAME_MAX) {
		const struct ent_str end = extension_of(name);
		name = sdk_format(arena, "%.*s%.*s", ENT_F(sdk_head(name, FILE_NAME_MAX - end.n)), ENT_F(end));
	}
	name = name.n ? sdk_dup(arena, name) : ENT_STR("file");
	sdk_buf_release(&buf);
	return name;
}

static bool is_unreserved(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c && strchr("-._~", c));
}

struct ent_str file_name_disposition(struct ent_arena *arena, struct ent_str name)
{
	struct sdk_buf buf;

	sdk_buf_init(&buf, 4096);
	sdk_buf_z(&buf, "Content-Disposition: attachment; filename=\"");
	for (size_t i = 0; i < name.n; i++) {
		const unsigned char c = (unsigned char)name.p[i];
		if (c >= 0x80 && (c & 0xC0) == 0x80)
			continue; /* one mark for a character */
		sdk_buf_char(&buf, is_unreserved(c) || c == ' ' ? (char)c : '_');
	}
	sdk_buf_z(&buf, "\"; filename*=UTF-8''");
	for (size_t i = 0; i < name.n; i++) {
		const unsigned char c = (unsigned char)name.p[i];
		if (is_unreserved(c))
			sdk_buf_char(&buf, (char)c);
		else
			sdk_buf_format(&buf, "%%%02X", c);
	}
	sdk_buf_z(&buf, "\r\n");
	struct ent_str field = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return field;
}

struct ent_str file_name_size(struct ent_arena *arena, int64_t size, bool comma)
{
	static const char *const units[2][4] = {{"bytes", "kB", "MB", "GB"}, {"octets", "ko", "Mo", "Go"}};
	int64_t unit = 1;
	size_t i = 0;

	for (; i < 3 && size >= 1000 * unit; i++)
		unit *= 1000;
	if (i == 0)
		return sdk_format(arena, "%lld %s", (long long)size, units[comma][0]);
	const int64_t tenths = size / (unit / 10);
	return sdk_format(arena, "%lld%s%lld %s", (long long)(tenths / 10), comma ? "," : ".", (long long)(tenths % 10),
			  units[comma][i]);
}
