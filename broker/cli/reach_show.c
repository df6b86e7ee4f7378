/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reach_show.h"

#include <stdio.h>

struct ent_str reach_show_readers(struct ent_arena *arena, const struct sdk_json *answer)
{
	struct ent_str names = ENT_STR("");

	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(answer, "readers")); one; one = sdk_json_next(one))
		names = sdk_join(arena, names, ",", table_safe(arena, sdk_json_text(one), false));
	return names;
}

void reach_show(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column reader[] = {{"READ BY", "name"}, {"WHY", "why"}, {0}};
	static const struct table_column tool[] = {
	    {"TOOL", "supplier"}, {"ORGANISATION", "organisation"}, {"AS", "form"}, {"WHY NOT", "why"}, {0}};
	const struct sdk_json *answer = client_parse(arena, json);

	if (!answer)
		return;
	table_print(arena, sdk_json_at(answer, "organisations"), reader, "nobody");
	if (sdk_json_first(sdk_json_at(answer, "tools"))) {
		putchar('\n');
		table_print(arena, sdk_json_at(answer, "tools"), tool, "no tool");
	}
	puts(sdk_json_bool(sdk_json_at(answer, "requester_reads"), false) ? "\nThe requester reads it."
									  : "\nThe requester does not read it.");
}
