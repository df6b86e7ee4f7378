/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/event_line.h"

#include "cli/table.h"

#define TEXT_MAX  100 /* bytes of a comment or a title that are shown */
#define REF_SHOWN 8   /* bytes of a ref whose name is not known */

void event_line_z(struct event_line *line, const char *words)
{
	sdk_buf_z(line->buf, words);
}

void event_line_text(struct event_line *line, struct ent_str s)
{
	struct ent_str cut = s;

	if (cut.n > TEXT_MAX) {
		cut.n = TEXT_MAX;
		while (cut.n > 0 && ((unsigned char)cut.p[cut.n] & 0xC0) == 0x80)
			cut.n--;
	}
	sdk_buf_str(line->buf, table_safe(line->arena, cut, false));
	if (cut.n < s.n)
		sdk_buf_z(line->buf, "\xe2\x80\xa6");
}

void event_line_at(struct event_line *line, const char *path)
{
	event_line_text(line, sdk_json_text_at(line->data, path));
}

bool event_line_has(const struct event_line *line, const char *path)
{
	return sdk_json_text_at(line->data, path).n > 0;
}

static struct ent_str name_of_ref(const struct event_line *line, struct ent_str ref)
{
	struct ent_str name = ref.n ? tail_names_find(line->names, ref) : ref;

	return name.n ? name : sdk_head(ref, REF_SHOWN);
}

void event_line_person(struct event_line *line, const char *path)
{
	event_line_text(line, name_of_ref(line, sdk_json_text_at(line->data, path)));
}

void event_line_value(struct event_line *line, const struct sdk_json *of)
{
	struct ent_str words = sdk_json_text_at(of, "text");

	if (!words.n)
		words = sdk_json_text_at(of, "native");
	if (!words.n)
		words = name_of_ref(line, sdk_json_text_at(of, "ref"));
	event_line_text(line, words.n ? words : ENT_STR("-"));
}

void event_line_ticket(struct event_line *line)
{
	event_line_z(line, "ticket ");
	event_line_at(line, event_line_has(line, "ticket.key") ? "ticket.key" : "ticket.id");
}

void event_line_holder(struct event_line *line, const char *path)
{
	event_line_text(line, table_cell(line->arena, sdk_json_at(line->data, path)));
}
