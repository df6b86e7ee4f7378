/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/merge_show.h"

#include "cli/table.h"

#include <stdio.h>

static struct ent_str text_of_pair(struct ent_arena *arena, const struct sdk_json *answer, const char *path)
{
	return table_safe(arena, sdk_json_text_at(answer, path), false);
}

static void print_done(struct ent_arena *arena, struct ent_str json, const char *did, const char *alone)
{
	const struct sdk_json *answer = client_parse(arena, json);

	if (answer && sdk_json_at(answer, "other"))
		printf("%.*s %s %.*s\n", ENT_F(text_of_pair(arena, answer, "other")), did,
		       ENT_F(text_of_pair(arena, answer, "incident")));
	else if (answer)
		printf("%.*s: %s\n", ENT_F(text_of_pair(arena, answer, "incident")), alone);
}

void merge_show_reach(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column taker[] = {{"SUPPLIER", "supplier"},
						    {"ORGANISATION", "organisation"},
						    {"TAKES PART IN", "takes_part_in"},
						    {"WILL TAKE PART IN", "will_take_part_in"},
						    {0}};
	static const struct table_column ticket[] = {{"GOES BACK", "supplier"}, {"TICKET", "id"}, {0}};
	static const char *const side[] = {"stays", "goes"};
	const struct sdk_json *answer = client_parse(arena, json);

	if (answer && !sdk_json_at(answer, "stays")) {
		print_done(arena, json, "is parted already from", "both are parted already");
		return;
	}
	for (size_t i = 0; answer && i < sizeof side / sizeof *side; i++) {
		const struct sdk_json *one = sdk_json_at(answer, side[i]);
		printf("%-5s  %.*s  %.*s  %.*s\n", side[i], ENT_F(text_of_pair(arena, one, "incident")),
		       ENT_F(text_of_pair(arena, one, "status")), ENT_F(text_of_pair(arena, one, "title")));
	}
	if (!answer)
		return;
	if (sdk_json_at(answer, "tickets")) {
		putchar('\n');
		table_print(arena, sdk_json_at(answer, "tickets"), ticket, "no ticket goes back");
		printf("%.*s comments go with it, %.*s stay\n", ENT_F(text_of_pair(arena, answer, "comments_go")),
		       ENT_F(text_of_pair(arena, answer, "comments_stay")));
	}
	putchar('\n');
	table_print(arena, sdk_json_at(answer, "suppliers"), taker, "no supplier takes part");
}

void merge_show_merged(struct ent_arena *arena, struct ent_str json)
{
	print_done(arena, json, "is part of", "both are one already");
}

void merge_show_parted(struct ent_arena *arena, struct ent_str json)
{
	print_done(arena, json, "stands again, parted from", "both are parted already");
}
