/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/supplier_show.h"
#include "cli/try_ask.h"
#include "core/delivery.h"

#include <stdio.h>
#include <string.h>

static void texts_print(struct ent_arena *arena, const char *head, const struct sdk_json *list)
{
	if (sdk_json_count(list))
		printf("\n%s\n", head);
	for (const struct sdk_json *one = sdk_json_first(list); one; one = sdk_json_next(one))
		printf("  %.*s\n", ENT_F(table_cell(arena, one)));
}

/* By the names that `entente try --op` takes. */
static void ops_print(const struct sdk_json *list)
{
	if (sdk_json_count(list))
		puts("\nwhat we can ask of it (entente try --op)");
	for (const struct sdk_json *one = sdk_json_first(list); one; one = sdk_json_next(one))
		for (int kind = 0; kind < ENT_N_OP; kind++)
			if (sdk_eqz(sdk_json_text(one), delivery_op_name((enum ent_op_kind)kind)))
				printf("  %s\n", try_op_of((enum ent_op_kind)kind));
}

static void notes_print(struct ent_arena *arena, const struct sdk_json *cursors)
{
	for (const struct sdk_json *one = sdk_json_first(cursors); one; one = sdk_json_next(one))
		if (sdk_json_at(one, "note"))
			printf("\n%.*s, %.*s: %.*s\n", ENT_F(table_cell(arena, sdk_json_at(one, "stream"))),
			       ENT_F(table_cell(arena, sdk_json_at(one, "noted"))),
			       ENT_F(table_cell(arena, sdk_json_at(one, "note"))));
}

static void aside_tickets_print(struct ent_arena *arena, const struct sdk_json *supplier)
{
	static const struct table_column column[] = {
	    {"PUT ASIDE", "ticket"}, {"KEY", "key"},    {"BY", "stream"},  {"SINCE", "since"},
	    {"TRIES", "tries"},      {"AGAIN", "next"}, {"WHY", "reason"}, {0}};
	const struct sdk_json *aside = sdk_json_at(supplier, "aside");

	if (!sdk_json_count(aside))
		return;
	puts("\nThese tickets could not be read. We ask for each of them again; all others are read as usual:");
	table_print(arena, aside, column, "");
	for (const struct sdk_json *one = sdk_json_first(aside); one; one = sdk_json_next(one))
		if (!sdk_json_at(one, "next")) {
			printf("A ticket without a time under AGAIN is not asked for again, because its back-fill "
			       "ended. When the tool shows it again, type: entente backfill %.*s --since TIME\n",
			       ENT_F(table_cell(arena, sdk_json_at(supplier, "name"))));
			break;
		}
}

/* How its streams failed last, until they read well again. */
static void troubles_print(struct ent_arena *arena, const struct sdk_json *troubles)
{
	for (const struct sdk_json *one = sdk_json_first(troubles); one; one = sdk_json_next(one)) {
		printf("\n%.*s failed at %.*s", ENT_F(table_cell(arena, sdk_json_at(one, "stream"))),
		       ENT_F(table_cell(arena, sdk_json_at(one, "at"))));
		if (sdk_json_at(one, "ticket"))
			printf(", at ticket %.*s", ENT_F(table_cell(arena, sdk_json_at(one, "ticket"))));
		printf(": %.*s\n", ENT_F(table_cell(arena, sdk_json_at(one, "why"))));
		table_exchange(arena, sdk_json_at(one, "exchange"));
	}
}

void supplier_show(struct ent_arena *arena, struct ent_str json)
{
	static const char *const but[] = {"cursors", "can",   "cannot",  "deliveries", "arrivals", "policy",
					  "link",    "aside", "n_aside", "troubles",   NULL};
	static const struct table_column column[] = {
	    {"READ BY", "stream"}, {"STATE", "state"},     {"SINCE", "since"},
	    {"BEGUN", "begun"},    {"MOVED", "moved"},     {"LAST NEWS", "told"},
	    {"PAGES", "pages"},    {"CHANGES", "changes"}, {0}};
	const struct sdk_json *supplier = client_parse(arena, json);

	if (!supplier)
		return;
	table_members(arena, supplier, but);
	puts("\nwhose word counts");
	table_members(arena, sdk_json_at(supplier, "policy"), NULL);
	if (sdk_json_count(sdk_json_at(supplier, "link"))) {
		puts("\nits tool");
		table_members(arena, sdk_json_at(supplier, "link"), NULL);
	} else {
		puts("\nWe only listen to it: no url is configured.");
	}
	puts("\nfrom it");
	table_members(arena, sdk_json_at(supplier, "arrivals"), NULL);
	puts("\nto it");
	table_members(arena, sdk_json_at(supplier, "deliveries"), NULL);
	putchar('\n');
	table_print(arena, sdk_json_at(supplier, "cursors"), column, "Its tool is not asked for changes.");
	notes_print(arena, sdk_json_at(supplier, "cursors"));
	troubles_print(arena, sdk_json_at(supplier, "troubles"));
	aside_tickets_print(arena, supplier);
	ops_print(sdk_json_at(supplier, "can"));
	texts_print(arena, "what it cannot express", sdk_json_at(supplier, "cannot"));
}

void supplier_show_refuse(const struct question_call *call, int argc, char **argv)
{
	const char *verb = argc > 0 ? argv[0] : "list";

	(void)call;
	if (argc != 1 || !strcmp(verb, "list") || !strcmp(verb, "show") || !strcmp(verb, "poll"))
		fputs("entente: a verb is missing: list, show NAME or poll NAME\n", stderr);
	else
		fprintf(
		    stderr,
		    "entente: \"%s\" is not list, show or poll. To see a supplier of that name, type: entente supplier "
		    "show %s\n",
		    verb, verb);
}
