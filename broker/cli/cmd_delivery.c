/* SPDX-License-Identifier: Apache-2.0 */
/* entente delivery: what is on its way to suppliers' tools, and what stands still. */
#include <stdio.h>
#include <string.h>
#include "cli/client.h"
#include "cli/command.h"
#include "cli/table.h"

static void usage(FILE *to)
{
	fputs("usage: entente delivery list [--supplier NAME] [--state WORD] [--cause WORD] [--incident WORD]\n"
	      "                             [--limit N] [--cursor WORD]\n"
	      "       entente delivery show ID\n"
	      "       entente delivery retry ID\n"
	      "       entente delivery edit ID [TEXT|-]\n"
	      "       entente delivery ignore ID\n"
	      "       entente delivery repair --cause WORD [--supplier NAME]\n"
	      "\n"
	      "A delivery is one thing to write into one supplier's tool: a new ticket, a change or a\n"
	      "comment. A parked or unknown delivery waits for a person; `show` says why and what to\n"
	      "do. Until then it holds back its own incident at its own supplier, nothing else.\n"
	      "\n"
	      "  retry              send it again, with the map and the text as they are now; also\n"
	      "                     after it was cancelled as `earlier`\n"
	      "  edit               replace its text, then send it; - reads the text from\n"
	      "                     standard input\n"
	      "  ignore             do not send it; the deliveries behind it go on\n"
	      "  repair             retry all that are parked with one cause, for example after you\n"
	      "                     corrected a map\n"
	      "\n"
	      "  --supplier NAME    only this supplier's\n"
	      "  --state WORD       open (default), all, pending, in_flight, unknown, parked, done or\n"
	      "                     cancelled\n"
	      "  --cause WORD       unmapped, refused, not_done, conflict, failing, gone, left, loop, invalid,\n"
	      "                     unknown, audience, earlier, unshared, unsupported, ignored,\n"
	      "                     superseded\n"
	      "  --incident WORD    only this incident's\n"
	      "  --limit N          1..200 (50)\n"
	      "  --cursor WORD      the next page, as the page before said\n" CLIENT_HELP "\n"
	      "examples:\n"
	      "  entente delivery list --state parked\n"
	      "  entente delivery show 17\n"
	      "  entente delivery repair --cause unmapped --supplier telnord\n",
	      to);
}

static void show_list(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column column[] = {{"ID", "id"},
						     {"INCIDENT", "incident"},
						     {"SUPPLIER", "supplier"},
						     {"TICKET", "ticket"},
						     {"OP", "op"},
						     {"STATE", "state"},
						     {"CAUSE", "cause"},
						     {"TRIED", "attempt"},
						     {"SINCE", "since"},
						     {"REASON", "reason"},
						     {0}};
	const struct sdk_json *answer = client_parse(arena, json);
	struct ent_str next = sdk_json_text_at(answer, "next");

	if (!answer)
		return;
	table_print(arena, sdk_json_at(answer, "items"), column, "No delivery matches.");
	if (next.n)
		printf("\nMore: add --cursor %.*s\n", ENT_F(next));
}

static void show_one(struct ent_arena *arena, struct ent_str json)
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

static void show_repaired(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);

	if (answer)
		printf("%.*s on their way again\n", ENT_F(sdk_json_text_at(answer, "repaired")));
}

struct delivery_args {
	struct client_args client;
	const char *supplier, *state, *cause, *incident, *limit, *cursor;
};

static int list(struct ent_arena *arena, const struct delivery_args *args)
{
	struct ent_str path = ENT_STR("/v1/deliveries");

	path = client_query(arena, path, "supplier", sdk_str(args->supplier));
	path = client_query(arena, path, "state", sdk_str(args->state));
	path = client_query(arena, path, "cause", sdk_str(args->cause));
	path = client_query(arena, path, "incident", sdk_str(args->incident));
	path = client_query(arena, path, "limit", sdk_str(args->limit));
	path = client_query(arena, path, "cursor", sdk_str(args->cursor));
	return client_print(&args->client, "GET", path, ENT_ABSENT, show_list);
}

/* An object of up to two texts; absent ones are left out. */
static struct ent_str body_of(struct ent_arena *arena, const char *name, struct ent_str value, const char *other,
			      struct ent_str second)
{
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kstr_opt(&body.w, name, value);
	sdk_jsonw_kstr_opt(&body.w, other, second);
	return client_body_take(&body, arena);
}

static int edit(struct ent_arena *arena, const struct delivery_args *args, const char *id, const char *text)
{
	struct ent_str words, path = client_path(arena, "/v1/deliveries/", sdk_str(id), "/edit");
	struct ent_err err;

	if (client_text(arena, text, &words, &err) != ENT_OK)
		return client_complain(&err);
	return client_print(&args->client, "POST", path, body_of(arena, "text", words, "", ENT_ABSENT), show_one);
}

static int run(struct ent_arena *arena, const struct delivery_args *args, int n, char **word)
{
	static const struct {
		const char *verb, *method, *after;
	} way[] = {{"show", "GET", ""}, {"retry", "POST", "/retry"}, {"ignore", "POST", "/ignore"}};

	if (n == 1 && !strcmp(word[0], "list"))
		return list(arena, args);
	if (n == 1 && !strcmp(word[0], "repair") && args->cause)
		return client_print(&args->client, "POST", ENT_STR("/v1/deliveries/repair"),
				    body_of(arena, "cause", sdk_str(args->cause), "supplier", sdk_str(args->supplier)),
				    show_repaired);
	if ((n == 2 || n == 3) && !strcmp(word[0], "edit"))
		return edit(arena, args, word[1], n == 3 ? word[2] : NULL);
	for (size_t i = 0; n == 2 && i < sizeof way / sizeof *way; i++)
		if (!strcmp(word[0], way[i].verb))
			return client_print(&args->client, way[i].method,
					    client_path(arena, "/v1/deliveries/", sdk_str(word[1]), way[i].after),
					    ENT_ABSENT, show_one);
	usage(stderr);
	return 2;
}

int cmd_delivery(int argc, char **argv)
{
	struct delivery_args args = {0};
	const struct client_word option[] = {{"supplier", &args.supplier, NULL},
					     {"state", &args.state, NULL},
					     {"cause", &args.cause, NULL},
					     {"incident", &args.incident, NULL},
					     {"limit", &args.limit, NULL},
					     {"cursor", &args.cursor, NULL},
					     {0}};
	int status = client_words(&args.client, option, argc, argv, usage);
	struct sdk_arena arena;

	if (status >= 0)
		return status;
	sdk_arena_init(&arena);
	status = run(&arena.abi, &args, argc - optind, argv + optind);
	sdk_arena_release(&arena);
	return status;
}
