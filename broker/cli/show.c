/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show.h"

#include <stdio.h>

#include "cli/client_words.h"
#include "cli/table.h"

/* ---- the way out ---------------------------------------------------------------------- */

void show_delivery(struct ent_arena *arena, struct ent_str json)
{
	static const char *const but[] = {"text", "next", "reason", "exchange", NULL};
	const struct sdk_json *delivery = client_parse(arena, json);

	if (!delivery)
		return;
	table_members(arena, delivery, but);
	if (sdk_json_at(delivery, "reason"))
		printf("%-12s %.*s\n", "reason", ENT_F(table_cell(arena, sdk_json_at(delivery, "reason"))));
	if (sdk_json_at(delivery, "next"))
		printf("%-12s %.*s\n", "what to do", ENT_F(table_cell(arena, sdk_json_at(delivery, "next"))));
	table_exchange(arena, sdk_json_at(delivery, "exchange"));
	if (sdk_json_at(delivery, "text")) {
		putchar('\n');
		table_lines(arena, "    ", sdk_json_text_at(delivery, "text"));
	}
}

void show_repaired(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);

	if (answer)
		printf("%.*s on their way again\n", ENT_F(sdk_json_text_at(answer, "repaired")));
}

void show_members(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);

	if (answer)
		table_members(arena, answer, NULL);
}

void show_share(struct ent_arena *arena, struct ent_str json)
{
	static const char *const but[] = {"deliveries", NULL};
	const struct sdk_json *share = client_parse(arena, json);

	if (!share)
		return;
	table_members(arena, share, but);
	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(share, "deliveries")); one;
	     one = sdk_json_next(one))
		printf("%-12s %.*s %.*s\n", "on its way", ENT_F(sdk_json_text(one)), ENT_F(sdk_json_key(one)));
}

/* ---- the way in ----------------------------------------------------------------------- */

void show_letter(struct ent_arena *arena, struct ent_str json)
{
	static const char *const but[] = {"exchange", NULL};
	const struct sdk_json *answer = json.n ? client_parse(arena, json) : NULL;

	if (!answer)
		return;
	table_members(arena, answer, but);
	table_exchange(arena, sdk_json_at(answer, "exchange"));
}

void show_outcome(struct ent_arena *arena, struct ent_str json)
{
	if (json.n)
		show_letter(arena, json);
	else
		puts("done");
}

void show_asked(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *supplier = client_parse(arena, json);
	struct ent_str name = table_cell(arena, sdk_json_at(supplier, "name"));

	if (supplier)
		printf("We ask %.*s as soon as its limits allow. To see the result: entente supplier show %.*s\n",
		       ENT_F(name), ENT_F(name));
}

/* ---- maps ------------------------------------------------------------------------------- */

static void map_tables_show(struct ent_arena *arena, const struct sdk_json *map)
{
	for (const struct sdk_json *table = sdk_json_first(map); table; table = sdk_json_next(table)) {
		printf("\n%.*s\n", ENT_F(table_safe(arena, sdk_json_key(table), false)));
		for (const struct sdk_json *row = sdk_json_first(table); row; row = sdk_json_next(row))
			printf("  %-24.*s %.*s\n", ENT_F(table_safe(arena, sdk_json_key(row), false)),
			       ENT_F(table_cell(arena, row)));
	}
}

void show_maps(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column column[] = {
	    {"VERSION", "version"}, {"ACTIVE", "active"}, {"MADE", "made"}, {"BY", "author"}, {0}};
	const struct sdk_json *answer = client_parse(arena, json);
	int64_t version = 0;

	if (!answer)
		return;
	(void)sdk_json_int(sdk_json_at(answer, "version"), &version); /* not there: the configuration's */
	if (version)
		printf("in force: version %lld\n", (long long)version);
	else
		puts("in force: the configuration's (version 0)");
	map_tables_show(arena, sdk_json_at(answer, "map"));
	putchar('\n');
	table_print(arena, sdk_json_at(answer, "items"), column, "None was published.");
}

void show_map_try(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column column[] = {{"ATTRIBUTE", "attribute"},
						     {"ITS WORD", "native"},
						     {"NOW", "from"},
						     {"THEN", "to"},
						     {"TIMES", "n"},
						     {"E.G.", "ticket"},
						     {0}};
	const struct sdk_json *answer = client_parse(arena, json);

	if (!answer)
		return;
	printf("%.*s arrivals, %.*s changes in them; %.*s not readable\n", ENT_F(sdk_json_text_at(answer, "arrivals")),
	       ENT_F(sdk_json_text_at(answer, "changes")), ENT_F(sdk_json_text_at(answer, "undecoded")));
	printf("words that no map knows: %.*s now, %.*s then\n\n", ENT_F(sdk_json_text_at(answer, "unmapped_before")),
	       ENT_F(sdk_json_text_at(answer, "unmapped_after")));
	table_print(arena, sdk_json_at(answer, "differences"), column, "No difference.");
	if (sdk_json_bool(sdk_json_at(answer, "cut_off"), false))
		puts("\nThere was more than one answer looks at: ask for fewer with --last.");
}

void show_map_change(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);

	if (answer)
		printf("%.*s: map version %.*s\n", ENT_F(table_cell(arena, sdk_json_at(answer, "supplier"))),
		       ENT_F(sdk_json_text_at(answer, "version")));
}

/* ---- tokens ------------------------------------------------------------------------------ */

/* Only the token on standard output, so that it can go to a file. */
void show_token(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);
	struct ent_str token = sdk_json_text_at(answer, "token");

	if (!answer)
		return;
	printf("%.*s\n", (int)token.n, token.p);
	fputs("Keep it now: it is not shown again.\n", stderr);
}

void show_ended(struct ent_arena *arena, struct ent_str json)
{
	(void)arena;
	(void)json;
	puts("ended");
}

void show_removed(struct ent_arena *arena, struct ent_str json)
{
	(void)arena;
	(void)json;
	puts("removed");
}
