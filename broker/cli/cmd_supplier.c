/* SPDX-License-Identifier: Apache-2.0 */
/* entente supplier: how each supplier's tool does, since when, why, and what to do. */
#include <stdio.h>
#include "cli/client.h"
#include "cli/command.h"
#include "cli/table.h"

static void usage(FILE *to)
{
	fputs("usage: entente supplier [NAME]\n"
	      "\n"
	      "How suppliers' tools do: healthy, slow, failing (we try one at a time), paused (by the\n"
	      "configuration) or refused (credential or rights: a person has to look). With NAME also\n"
	      "what its tool can and cannot do, how far it was read, and what is on its way to it.\n"
	      "\n" CLIENT_HELP "\n"
	      "examples:\n"
	      "  entente supplier\n"
	      "  entente supplier telnord\n",
	      to);
}

static void show_list(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column column[] = {{"NAME", "name"},
						     {"TOOL", "connector"},
						     {"STATE", "state"},
						     {"SINCE", "since"},
						     {"LAST HEARD", "last_heard"},
						     {"QUIET SINCE", "quiet_since"},
						     {"PENDING", "deliveries.pending"},
						     {"UNKNOWN", "deliveries.unknown"},
						     {"PARKED", "deliveries.parked"},
						     {"WHY", "why"},
						     {0}};
	const struct sdk_json *answer = client_parse(arena, json);

	if (answer)
		table_print(arena, sdk_json_at(answer, "items"), column, "No supplier is configured.");
}

static void show_texts(struct ent_arena *arena, const char *head, const struct sdk_json *list)
{
	if (sdk_json_count(list))
		printf("\n%s\n", head);
	for (const struct sdk_json *one = sdk_json_first(list); one; one = sdk_json_next(one))
		printf("  %.*s\n", ENT_F(table_cell(arena, one)));
}

static void show_one(struct ent_arena *arena, struct ent_str json)
{
	static const char *const but[] = {"cursors", "can", "cannot", "deliveries", "arrivals", "policy", "link", NULL};
	static const struct table_column column[] = {
	    {"READ BY", "stream"}, {"STATE", "state"}, {"SINCE", "since"},     {"BEGUN", "begun"},
	    {"MOVED", "moved"},    {"PAGES", "pages"}, {"CHANGES", "changes"}, {0}};
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
	show_texts(arena, "what we can ask of it", sdk_json_at(supplier, "can"));
	show_texts(arena, "what it cannot express", sdk_json_at(supplier, "cannot"));
}

int cmd_supplier(int argc, char **argv)
{
	struct client_args args = {0};
	const struct client_word option[] = {{0}};
	int status = client_words(&args, option, argc, argv, usage);
	struct sdk_arena arena;

	if (status >= 0)
		return status;
	if (optind + 1 < argc) {
		usage(stderr);
		return 2;
	}
	sdk_arena_init(&arena);
	if (optind == argc)
		status = client_print(&args, "GET", ENT_STR("/v1/suppliers"), ENT_ABSENT, show_list);
	else
		status =
		    client_print(&args, "GET", client_path(&arena.abi, "/v1/suppliers/", sdk_str(argv[optind]), ""),
				 ENT_ABSENT, show_one);
	sdk_arena_release(&arena);
	return status;
}
