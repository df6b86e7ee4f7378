/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tail_line.h"

#include "cli/event_words.h"
#include "cli/table.h"
#include "sdk/time.h"

/* The member at the path, or `other`, and blanks up to the width. */
static void line_column(struct ent_arena *arena, struct sdk_buf *buf, const struct sdk_json *data, const char *path,
			size_t width)
{
	struct ent_str cell = table_safe(arena, sdk_json_text_at(data, path), false);
	size_t shown = 0;

	if (!cell.n)
		cell = ENT_STR("-");
	sdk_buf_str(buf, cell);
	for (size_t i = 0; i < cell.n; i++)
		shown += ((unsigned char)cell.p[i] & 0xC0) != 0x80;
	for (; shown < width; shown++)
		sdk_buf_z(buf, " ");
	sdk_buf_z(buf, "  ");
}

void tail_line_words(struct ent_arena *arena, struct tail_names *names, const struct bus_record *record,
		     const struct sdk_json *data, bool color, struct sdk_buf *buf)
{
	const char *end = color ? "\033[0m" : "";
	char stamp[SDK_TIME_SIZE];

	(void)sdk_time_format(record->time_ms, stamp);
	stamp[10] = ' ';
	stamp[19] = '\0'; /* seconds are fine enough to read */
	sdk_buf_format(buf, "%s%s%s  %s", color ? "\033[2m" : "", stamp, end, color ? "\033[1m" : "");
	line_column(arena, buf, data, "incident.number", 10);
	sdk_buf_z(buf, end);
	line_column(arena, buf, data, "supplier", 12);
	sdk_buf_z(buf, color ? event_words_color(record->type) : "");
	event_words(arena, names, record->type, data, buf);
	sdk_buf_z(buf, end);
	sdk_buf_z(buf, "\n");
}

bool tail_line_json(const struct bus_record *record, const struct sdk_json *data, struct sdk_buf *buf)
{
	struct sdk_jsonw w;

	if (!data)
		return false;
	sdk_jsonw_init(&w, buf);
	sdk_jsonw_open(&w, '{');
	for (size_t i = 0; i < record->n_header; i++) {
		struct ent_str name = record->header[i].name;

		if (sdk_eqz(name, "content-type"))
			name = ENT_STR("datacontenttype");
		else if (sdk_starts(name, "ce_"))
			name = (struct ent_str){name.p + 3, name.n - 3};
		else
			continue; /* traceparent stands there as ce_traceparent, too */
		if (!sdk_is_utf8(record->header[i].value))
			continue;
		sdk_jsonw_key_str(&w, name);
		sdk_jsonw_str(&w, record->header[i].value);
	}
	sdk_jsonw_kraw(&w, "data", record->value);
	sdk_jsonw_close(&w, '}');
	sdk_buf_z(buf, "\n");
	return true;
}
