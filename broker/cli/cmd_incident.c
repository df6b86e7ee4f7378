/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include "cli/client.h"
#include "cli/command.h"
#include "cli/incident_show.h"
#include "cli/table.h"

static void usage(FILE *to)
{
	fputs("usage: entente incident list [filters]\n"
	      "       entente incident show WORD\n"
	      "       entente incident history WORD [--after N] [--limit N]\n"
	      "       entente incident status WORD STATUS\n"
	      "\n"
	      "WORD is an incident's number (ENT-000042, or 42), its id, or a supplier's ticket\n"
	      "(SUPPLIER:ID). `status` sets what the incident is in; its suppliers' tools are told.\n"
	      "\n"
	      "  --status WORD      a status, or open, or terminal\n"
	      "  --holder NAME      who holds the ball; '' for nobody\n"
	      "  --supplier NAME    who takes part\n"
	      "  --since TIME       changed since, RFC 3339\n"
	      "  --text WORDS       part of the title\n"
	      "  --limit N          1..200 (50)\n"
	      "  --cursor WORD      the next page, as the page before said\n"
	      "  --after N          history: events after the incident's Nth\n" CLIENT_HELP "\n"
	      "examples:\n"
	      "  entente incident list --status open --holder telnord\n"
	      "  entente incident show ENT-000042\n"
	      "  entente incident show telnord:INC0012345 --json | jq .tickets\n"
	      "  entente incident status ENT-000042 resolved\n",
	      to);
}

static void show_list(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column column[] = {
	    {"NUMBER", "number"},    {"STATUS", "status"},   {"PRIO", "priority"}, {"HOLDER", "holder"},
	    {"TICKETS", "n_ticket"}, {"CHANGED", "changed"}, {"TITLE", "title"},   {0}};
	const struct sdk_json *answer = client_parse(arena, json);
	struct ent_str next = sdk_json_text_at(answer, "next");

	if (!answer)
		return;
	table_print(arena, sdk_json_at(answer, "items"), column, "No incident matches.");
	if (next.n)
		printf("\nMore: add --cursor %.*s\n", (int)next.n, next.p);
}

static struct ent_str cell(struct ent_arena *arena, const struct sdk_json *data, const char *path)
{
	return table_cell(arena, sdk_json_at(data, path));
}

/* Of the way out: a share, what does not count, a delivery. Absent: none of these. */
static struct ent_str what_went(struct ent_arena *arena, const struct sdk_json *data)
{
	if (sdk_json_at(data, "brief"))
		return cell(arena, data, "brief.what");
	if (sdk_json_at(data, "said"))
		return sdk_format(arena, "%.*s: said %.*s, %.*s stands", ENT_F(cell(arena, data, "attribute")),
				  ENT_F(cell(arena, data, "said.text")), ENT_F(cell(arena, data, "stands.text")));
	if (sdk_json_at(data, "delivery") && sdk_json_at(data, "cause"))
		return sdk_format(arena, "%.*s (%.*s): %.*s", ENT_F(cell(arena, data, "delivery.op")),
				  ENT_F(cell(arena, data, "cause")), ENT_F(cell(arena, data, "reason")));
	if (sdk_json_at(data, "delivery"))
		return cell(arena, data, "delivery.op");
	return sdk_json_at(data, "reason") ? cell(arena, data, "reason") : ENT_ABSENT;
}

/* What an event did, in a few words: the attributes it changed, or from and to. */
static struct ent_str what_happened(struct ent_arena *arena, const struct sdk_json *data)
{
	const struct sdk_json *changes = sdk_json_at(data, "changes"), *from = sdk_json_at(data, "from");
	struct ent_str words = what_went(arena, data);

	if (words.p)
		return words;
	if (from)
		return sdk_format(arena, "%.*s -> %.*s", ENT_F(table_cell(arena, from)),
				  ENT_F(cell(arena, data, "to")));
	if (sdk_json_at(data, "comment.body"))
		return cell(arena, data, "comment.body");
	words = ENT_STR("");
	for (const struct sdk_json *change = sdk_json_first(changes); change; change = sdk_json_next(change)) {
		struct ent_str name = cell(arena, change, "attribute"), to = cell(arena, change, "to.text");
		words = sdk_format(arena, "%.*s%s%.*s=%.*s", ENT_F(words), words.n ? ", " : "", ENT_F(name),
				   ENT_F(sdk_head(to, 200)));
	}
	return words.n ? words : cell(arena, data, "ticket.id");
}

static void show_history(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json),
			      *event = sdk_json_first(sdk_json_at(answer, "items"));
	struct ent_str next = sdk_json_text_at(answer, "next");

	if (answer && !event)
		puts("Nothing has happened.");
	for (; event; event = sdk_json_next(event)) {
		const struct sdk_json *data = sdk_json_at(event, "data");
		struct ent_str number = table_cell(arena, sdk_json_at(event, "sequence"));
		struct ent_str when = table_cell(arena, sdk_json_at(event, "time"));
		struct ent_str type = table_cell(arena, sdk_json_at(event, "type"));
		struct ent_str supplier = table_cell(arena, sdk_json_at(data, "supplier"));
		struct ent_str what = what_happened(arena, data);
		if (sdk_starts(type, "org.entente.") && type.n > 15) /* and ".v1" */
			type = (struct ent_str){type.p + 12, type.n - 15};
		printf("%4.*s  %.*s  %-24.*s  %-16.*s  %.*s\n", (int)number.n, number.p, (int)when.n, when.p,
		       (int)type.n, type.p, (int)supplier.n, supplier.p, (int)what.n, what.p);
	}
	if (next.n)
		printf("\nMore: add --after %.*s\n", (int)next.n, next.p);
}

struct incident_args {
	struct client_args client;
	const char *status, *holder, *supplier, *since, *text, *limit, *cursor, *after;
};

static struct ent_str list_path(struct ent_arena *arena, const struct incident_args *args)
{
	struct ent_str path = ENT_STR("/v1/incidents");

	path = client_query(arena, path, "status", sdk_str(args->status));
	path = client_query(arena, path, "holder", sdk_str(args->holder));
	path = client_query(arena, path, "supplier", sdk_str(args->supplier));
	path = client_query(arena, path, "since", sdk_str(args->since));
	path = client_query(arena, path, "q", sdk_str(args->text));
	path = client_query(arena, path, "limit", sdk_str(args->limit));
	return client_query(arena, path, "cursor", sdk_str(args->cursor));
}

static struct ent_str status_body(struct ent_arena *arena, const char *status)
{
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kz(&body.w, "status", status);
	return client_body_take(&body, arena);
}

int cmd_incident(int argc, char **argv)
{
	struct incident_args args = {0};
	const struct client_word option[] = {
	    {"status", &args.status, NULL}, {"holder", &args.holder, NULL}, {"supplier", &args.supplier, NULL},
	    {"since", &args.since, NULL},   {"text", &args.text, NULL},     {"limit", &args.limit, NULL},
	    {"cursor", &args.cursor, NULL}, {"after", &args.after, NULL},   {0}};
	struct sdk_arena arena;
	int status = client_words(&args.client, option, argc, argv, usage);

	if (status >= 0)
		return status;
	const char *verb = optind < argc ? argv[optind] : "";
	const char *word = optind + 1 < argc ? argv[optind + 1] : NULL;
	bool one = optind + 2 == argc, none = optind + 1 == argc;
	sdk_arena_init(&arena);
	if (!strcmp(verb, "list") && none) {
		status = client_print(&args.client, "GET", list_path(&arena.abi, &args), ENT_ABSENT, show_list);
	} else if (!strcmp(verb, "show") && one) {
		struct ent_str path = client_path(&arena.abi, "/v1/incidents/", sdk_str(word), "");
		status = client_print(&args.client, "GET", path, ENT_ABSENT, incident_show);
	} else if (!strcmp(verb, "history") && one) {
		struct ent_str path = client_path(&arena.abi, "/v1/incidents/", sdk_str(word), "/history");
		path = client_query(&arena.abi, path, "after", sdk_str(args.after));
		path = client_query(&arena.abi, path, "limit", sdk_str(args.limit));
		status = client_print(&args.client, "GET", path, ENT_ABSENT, show_history);
	} else if (!strcmp(verb, "status") && optind + 3 == argc) {
		struct ent_str path = client_path(&arena.abi, "/v1/incidents/", sdk_str(word), "");
		status =
		    client_print(&args.client, "PATCH", path, status_body(&arena.abi, argv[optind + 2]), incident_show);
	} else {
		usage(stderr);
		status = 2;
	}
	sdk_arena_release(&arena);
	return status;
}
