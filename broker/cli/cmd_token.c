/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include "cli/client.h"
#include "cli/command.h"
#include "cli/table.h"

static void usage(FILE *to)
{
	fputs("usage: entente token list\n"
	      "       entente token add NAME [--expires TIME]\n"
	      "       entente token remove NAME\n"
	      "\n"
	      "Bearer tokens for people and programs. A new one is printed once; the broker keeps\n"
	      "only its hash.\n"
	      "\n"
	      "  --expires TIME     RFC 3339; without it the token does not expire\n" CLIENT_HELP "\n"
	      "examples:\n"
	      "  (umask 077; entente token add dashboards > dashboards.token)\n"
	      "  entente token remove dashboards\n",
	      to);
}

static void show_list(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column column[] = {
	    {"NAME", "name"}, {"CREATED", "created"}, {"EXPIRES", "expires"}, {0}};
	const struct sdk_json *answer;
	struct ent_err err;

	if (sdk_json_parse(arena, json, &answer, &err)) {
		client_complain(&err);
		return;
	}
	table_print(arena, sdk_json_at(answer, "items"), column, "No tokens.");
}

/* Only the token on standard output, so that it can go to a file. */
static void show_added(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer;
	struct ent_err err;

	if (sdk_json_parse(arena, json, &answer, &err)) {
		client_complain(&err);
		return;
	}
	struct ent_str token = sdk_json_text_at(answer, "token");
	printf("%.*s\n", (int)token.n, token.p);
	fputs("Keep it now: it is not shown again.\n", stderr);
}

static void show_nothing(struct ent_arena *arena, struct ent_str json)
{
	(void)arena;
	(void)json;
	puts("removed");
}

static int add(const struct client_args *args, const char *name, const char *expires)
{
	struct client_body body;
	struct sdk_arena arena;
	int status;

	sdk_arena_init(&arena);
	client_body_begin(&body);
	sdk_jsonw_kz(&body.w, "name", name);
	sdk_jsonw_kstr_opt(&body.w, "expires", sdk_str(expires));
	status = client_print(args, "POST", ENT_STR("/v1/tokens"), client_body_take(&body, &arena.abi), show_added);
	sdk_arena_release(&arena);
	return status;
}

int cmd_token(int argc, char **argv)
{
	static const struct option option[] = {{"expires", required_argument, NULL, 1}, CLIENT_LONGOPTS, {0}};
	struct client_args args = {0};
	const char *expires = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "h", option, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			return 0;
		} else if (c == 1) {
			expires = optarg;
		} else if (!client_option(&args, c, optarg)) {
			usage(stderr);
			return 2;
		}
	}
	const char *verb = optind < argc ? argv[optind] : "";
	const char *name = optind + 2 == argc ? argv[optind + 1] : NULL;
	if (!strcmp(verb, "list") && optind + 1 == argc)
		return client_print(&args, "GET", ENT_STR("/v1/tokens"), ENT_ABSENT, show_list);
	if (!strcmp(verb, "add") && name)
		return add(&args, name, expires);
	if (!strcmp(verb, "remove") && name) {
		struct sdk_arena arena;
		sdk_arena_init(&arena);
		struct ent_str path = client_path(&arena.abi, "/v1/tokens/", sdk_str(name), "");
		int status = client_print(&args, "DELETE", path, ENT_ABSENT, show_nothing);
		sdk_arena_release(&arena);
		return status;
	}
	usage(stderr);
	return 2;
}
