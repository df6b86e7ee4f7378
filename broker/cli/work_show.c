/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/work_show.h"

#include <stdio.h>

#include "cli/table.h"

static void print_reason_line(struct ent_arena *arena, const struct sdk_json *reason)
{
	const struct sdk_json *due = sdk_json_at(reason, "due");

	printf("    %.*s", ENT_F(table_safe(arena, sdk_json_text_at(reason, "said.text"), false)));
	if (due)
		printf(", %s %.*s", sdk_json_bool(sdk_json_at(reason, "overdue"), false) ? "due since" : "due",
		       ENT_F(table_cell(arena, due)));
	else
		printf(", since %.*s", ENT_F(table_cell(arena, sdk_json_at(reason, "since"))));
	printf("\n");
}

void work_show_lines(struct ent_arena *arena, const struct sdk_json *object, const char *indent)
{
	const struct sdk_json *snoozed = sdk_json_at(object, "snoozed");

	for (const struct sdk_json *taken = sdk_json_first(sdk_json_at(object, "taken")); taken;
	     taken = sdk_json_next(taken))
		printf("%s%.*s: %.*s has it since %.*s\n", indent, ENT_F(table_cell(arena, sdk_json_at(taken, "of"))),
		       ENT_F(table_cell(arena, sdk_json_at(taken, "person.name"))),
		       ENT_F(table_cell(arena, sdk_json_at(taken, "since"))));
	if (snoozed)
		printf("%sput off until %.*s by %.*s\n", indent,
		       ENT_F(table_cell(arena, sdk_json_at(snoozed, "until"))),
		       ENT_F(table_cell(arena, sdk_json_at(snoozed, "person.name"))));
}

void work_show_duty(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);

	if (!answer)
		return;
	if (sdk_json_count(sdk_json_at(answer, "taken")) == 0)
		printf("Nobody of your organisation has it.\n");
	work_show_lines(arena, answer, "");
}

void work_show_snooze(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json), *snoozed = sdk_json_at(answer, "snoozed");
	const struct ent_str number = table_cell(arena, sdk_json_at(answer, "incident"));

	if (answer && snoozed)
		printf("%.*s is put off until %.*s by %.*s.\n", ENT_F(number),
		       ENT_F(table_cell(arena, sdk_json_at(snoozed, "until"))),
		       ENT_F(table_cell(arena, sdk_json_at(snoozed, "person.name"))));
	else if (answer)
		printf("%.*s is not put off any more.\n", ENT_F(number));
}

static void print_work(struct ent_arena *arena, struct ent_str json, const char *empty)
{
	const struct sdk_json *answer = client_parse(arena, json), *items = sdk_json_at(answer, "items");

	for (const struct sdk_json *place = sdk_json_first(items); place; place = sdk_json_next(place)) {
		printf("%.*s  %.*s  %.*s\n", ENT_F(table_cell(arena, sdk_json_at(place, "number"))),
		       ENT_F(table_cell(arena, sdk_json_at(place, "status"))),
		       ENT_F(table_safe(arena, sdk_json_text_at(place, "title"), false)));
		for (const struct sdk_json *reason = sdk_json_first(sdk_json_at(place, "reasons")); reason;
		     reason = sdk_json_next(reason))
			print_reason_line(arena, reason);
		work_show_lines(arena, place, "    ");
	}
	if (answer && sdk_json_count(items) == 0)
		puts(empty);
	if (answer && !sdk_json_bool(sdk_json_at(answer, "whole"), true))
		printf("The list is being made: ask again in a minute for all of it.\n");
}

void work_show(struct ent_arena *arena, struct ent_str json)
{
	print_work(arena, json, "Nothing waits for your organisation.");
}

void work_show_reason(struct ent_arena *arena, struct ent_str json)
{
	print_work(arena, json, "Nothing waits for your organisation for this reason.");
}

void work_show_mine(struct ent_arena *arena, struct ent_str json)
{
	print_work(arena, json, "Nothing of this list is yours: `entente incident take` takes an incident.");
}

void work_show_snoozed(struct ent_arena *arena, struct ent_str json)
{
	print_work(arena, json, "Nothing of this list is put off.");
}
