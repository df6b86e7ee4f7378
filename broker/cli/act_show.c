/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/act_show.h"

#include <stdio.h>

#include "cli/table.h"

static void act_line_print(struct ent_arena *arena, const struct sdk_json *act)
{
	static const char *const times[] = {"due", "made", "ended"};

	printf("%.*s  %.*s: %.*s", ENT_F(table_cell(arena, sdk_json_at(act, "id"))),
	       ENT_F(table_cell(arena, sdk_json_at(act, "kind"))), ENT_F(table_cell(arena, sdk_json_at(act, "from"))));
	if (sdk_json_at(act, "to"))
		printf(" -> %.*s", ENT_F(table_cell(arena, sdk_json_at(act, "to"))));
	printf(", %.*s%s%s", ENT_F(table_cell(arena, sdk_json_at(act, "state"))),
	       !sdk_json_at(act, "accepts")                        ? ""
	       : sdk_json_bool(sdk_json_at(act, "accepts"), false) ? " yes"
								   : " no",
	       sdk_json_bool(sdk_json_at(act, "overdue"), false) ? ", overdue" : "");
	if (sdk_json_at(act, "cause"))
		printf(" (%.*s)", ENT_F(table_cell(arena, sdk_json_at(act, "cause"))));
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		if (sdk_json_at(act, times[i]))
			printf(", %s %.*s", times[i], ENT_F(table_cell(arena, sdk_json_at(act, times[i]))));
	printf("\n");
}

void act_show(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *act = client_parse(arena, json);

	if (act)
		act_line_print(arena, act);
}

/* A call for help stands until who called ends it. */
void act_show_offered(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *act = client_parse(arena, json);

	if (!act)
		return;
	printf("Offered to help %.*s. The call for help:\n", ENT_F(table_cell(arena, sdk_json_at(act, "from"))));
	act_line_print(arena, act);
}

void act_show_list(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json), *items = sdk_json_at(answer, "items");

	for (const struct sdk_json *act = sdk_json_first(items); act; act = sdk_json_next(act))
		act_line_print(arena, act);
	if (answer && sdk_json_count(items) == 0)
		printf("Nothing was asked, proposed or promised here, and nobody called for help.\n");
}

void act_show_told(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *told = client_parse(arena, json);

	if (sdk_json_at(told, "comment"))
		printf("%.*s\n", ENT_F(table_cell(arena, sdk_json_at(told, "comment"))));
	if (told)
		printf("%.*s\n", ENT_F(sdk_json_text_at(told, "note.text")));
}
