/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/event_words_act.h"

#include "cli/table.h"

void event_words_act(struct event_line *line)
{
	static const char *const nouns[] = {"ask", "handover", "promise", "help"};
	const struct sdk_json *act = NULL, *holder;
	struct ent_str kind, to, due;

	for (size_t i = 0; i < sizeof nouns / sizeof *nouns && !act; i++)
		act = sdk_json_at(line->data, nouns[i]);
	event_line_z(line, line->did);
	if (!act)
		return;
	kind = sdk_json_text_at(act, "kind"), to = sdk_json_text_at(act, "to"), due = sdk_json_text_at(act, "due");
	event_line_z(line, " (");
	event_line_text(line, kind);
	event_line_z(line, kind.n ? ", " : "");
	holder = sdk_json_at(act, "holder"); /* the ball goes from who holds it, whoever proposed that */
	event_line_text(line, table_cell(line->arena, holder ? holder : sdk_json_at(act, "from")));
	event_line_z(line, to.n ? " -> " : "");
	event_line_text(line, to);
	event_line_z(line, due.n ? ", due " : "");
	event_line_text(line, due);
	event_line_z(line, ")");
}
