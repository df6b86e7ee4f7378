/* SPDX-License-Identifier: Apache-2.0 */
/* entente supplier: how each supplier's tool does, since when, why, and what to do. */
#include <stdio.h>
#include <string.h>
#include "cli/afterword.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/table.h"

static void usage(FILE *to)
{
	fputs("usage: entente supplier list\n"
	      "       entente supplier show NAME\n"
	      "       entente supplier poll NAME [--from TIME]\n"
	      "\n"
	      "  list               each supplier's state: healthy, slow, failing (we try one request at a\n"
	      "                     time), paused (by the configuration) or refused (the tool does not\n"
	      "                     accept our credentials: a person has to look)\n"
	      "  show               one supplier: what its tool can and cannot do, how far we have read\n"
	      "                     it, which tickets we could not read, what we asked and what it\n"
	      "                     answered when reading failed last, what is on its way to it\n"
	      "  poll               ask the tool now what changed, without waiting for the next poll\n"
	      "\n"
	      "  --from TIME        poll: forget how far we have read, and read again from that time on\n"
	      "                     (RFC 3339), or from before the oldest ticket put aside if that is\n"
	      "                     earlier. Nothing that is stored is lost or doubled\n" CLIENT_HELP "\n"
	      "examples:\n"
	      "  entente supplier list\n"
	      "  entente supplier show telnord\n"
	      "  entente supplier poll telnord --from 2026-11-22T00:00:00Z\n",
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
						     {"ASIDE", "n_aside"},
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

static void show_notes(struct ent_arena *arena, const struct sdk_json *cursors)
{
	for (const struct sdk_json *one = sdk_json_first(cursors); one; one = sdk_json_next(one))
		if (sdk_json_at(one, "note"))
			printf("\n%.*s, %.*s: %.*s\n", ENT_F(table_cell(arena, sdk_json_at(one, "stream"))),
			       ENT_F(table_cell(arena, sdk_json_at(one, "noted"))),
			       ENT_F(table_cell(arena, sdk_json_at(one, "note"))));
}

static void show_aside(struct ent_arena *arena, const struct sdk_json *supplier)
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
static void show_troubles(struct ent_arena *arena, const struct sdk_json *troubles)
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

static void show_one(struct ent_arena *arena, struct ent_str json)
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
	show_notes(arena, sdk_json_at(supplier, "cursors"));
	show_troubles(arena, sdk_json_at(supplier, "troubles"));
	show_aside(arena, supplier);
	show_texts(arena, "what we can ask of it", sdk_json_at(supplier, "can"));
	show_texts(arena, "what it cannot express", sdk_json_at(supplier, "cannot"));
}

static void show_asked(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *supplier = client_parse(arena, json);
	struct ent_str name = table_cell(arena, sdk_json_at(supplier, "name"));

	if (supplier)
		printf("We ask %.*s as soon as its limits allow. To see the result: entente supplier show %.*s\n",
		       ENT_F(name), ENT_F(name));
}

static int ask_poll(const struct client_args *args, struct ent_arena *arena, struct ent_str name, const char *from)
{
	struct client_body body;

	client_body_begin(&body);
	if (from)
		sdk_jsonw_kz(&body.w, "from", from);
	return client_print(args, "POST", client_path(arena, "/v1/suppliers/", name, "/poll"),
			    client_body_take(&body, arena), show_asked);
}

/* The name used to stand alone. */
static int refuse_verb(int argc, char **argv)
{
	const char *verb = optind < argc ? argv[optind] : "list";

	if (optind + 1 != argc || !strcmp(verb, "list") || !strcmp(verb, "show") || !strcmp(verb, "poll"))
		fputs("entente: a verb is missing: list, show NAME or poll NAME\n", stderr);
	else
		fprintf(
		    stderr,
		    "entente: \"%s\" is not list, show or poll. To see a supplier of that name, type: entente supplier "
		    "show %s\n",
		    argv[optind], argv[optind]);
	usage(stderr);
	return 2;
}

int cmd_supplier(int argc, char **argv)
{
	struct client_args args = {0};
	const char *from = NULL;
	const struct client_word option[] = {{"from", &from, NULL}, {0}};
	int status = client_words(&args, option, argc, argv, usage);
	struct sdk_arena arena;

	if (status >= 0)
		return status;
	const char *verb = optind < argc ? argv[optind] : "";
	int n = argc - optind;
	bool is_list = strcmp(verb, "list") == 0 && n == 1 && !from;
	bool is_show = strcmp(verb, "show") == 0 && n == 2 && !from;
	if (!is_list && !is_show && !(strcmp(verb, "poll") == 0 && n == 2))
		return refuse_verb(argc, argv);
	sdk_arena_init(&arena);
	if (is_list)
		status = client_print(&args, "GET", ENT_STR("/v1/suppliers"), ENT_ABSENT, show_list);
	else if (is_show)
		status =
		    client_print(&args, "GET", client_path(&arena.abi, "/v1/suppliers/", sdk_str(argv[optind + 1]), ""),
				 ENT_ABSENT, show_one);
	else
		status = ask_poll(&args, &arena.abi, sdk_str(argv[optind + 1]), from);
	if (!status && (is_list || is_show))
		afterword_notes(&args);
	sdk_arena_release(&arena);
	return status;
}
