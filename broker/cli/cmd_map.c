/* SPDX-License-Identifier: Apache-2.0 */
/* entente map: a supplier's words as data: shown, tried against what it really sent, published, rolled back. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include "cli/client.h"
#include "cli/command.h"
#include "cli/table.h"

#define FILE_SIZE_MAX ((size_t)256 << 10) /* bytes */

static void usage(FILE *to)
{
	fputs(
	    "usage: entente map show SUPPLIER\n"
	    "       entente map try SUPPLIER [FILE|-] [--last N]\n"
	    "       entente map publish SUPPLIER FILE|-\n"
	    "       entente map rollback SUPPLIER VERSION\n"
	    "\n"
	    "A map says what a supplier's words mean. FILE is JSON:\n"
	    "  {\"status\": {\"In Arbeit\": \"in_progress\"}, \"status_out\": {\"resolved\": \"Erledigt\"},\n"
	    "   \"priority\": {\"P1\": \"1\"}, \"category\": {\"Netz\": \"network\"}, \"person\": {\"u17\": \"Ada\"}}\n"
	    "Each table may be left out; the connector's own words stand behind it (`entente config\n"
	    "--help CONNECTOR`). A published map stands in for the configuration's.\n"
	    "\n"
	    "  show               the map in force, and all that were published\n"
	    "  try                what FILE would make of the last arrivals, as a difference; nothing\n"
	    "                     is changed. Without FILE: the map in force, to see what it does not know\n"
	    "  publish            FILE is in force from now on, under a new version\n"
	    "  rollback           that version is in force again; 0 is the configuration's\n"
	    "\n"
	    "  --last N           try: so many arrivals, 1..5000 (500)\n" CLIENT_HELP "\n"
	    "examples:\n"
	    "  entente map show telnord --json | jq .map > telnord.json\n"
	    "  entente map try telnord telnord.json --last 2000\n"
	    "  entente map publish telnord telnord.json && entente delivery repair --cause unmapped\n",
	    to);
}

/* ---- show ----------------------------------------------------------------------- */

static void show_tables(struct ent_arena *arena, const struct sdk_json *map)
{
	for (const struct sdk_json *table = sdk_json_first(map); table; table = sdk_json_next(table)) {
		printf("\n%.*s\n", ENT_F(table_safe(arena, sdk_json_key(table), false)));
		for (const struct sdk_json *row = sdk_json_first(table); row; row = sdk_json_next(row))
			printf("  %-24.*s %.*s\n", ENT_F(table_safe(arena, sdk_json_key(row), false)),
			       ENT_F(table_cell(arena, row)));
	}
}

static void show_maps(struct ent_arena *arena, struct ent_str json)
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
	show_tables(arena, sdk_json_at(answer, "map"));
	putchar('\n');
	table_print(arena, sdk_json_at(answer, "items"), column, "None was published.");
}

/* ---- try ------------------------------------------------------------------------- */

static void show_try(struct ent_arena *arena, struct ent_str json)
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

static void show_change(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);

	if (answer)
		printf("%.*s: map version %.*s\n", ENT_F(table_cell(arena, sdk_json_at(answer, "supplier"))),
		       ENT_F(sdk_json_text_at(answer, "version")));
}

/* ---- bodies ------------------------------------------------------------------------ */

static struct ent_str body_of(struct ent_arena *arena, struct ent_str map, int64_t last)
{
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kraw(&body.w, "map", map);
	if (last)
		sdk_jsonw_kint(&body.w, "last", last);
	return client_body_take(&body, arena);
}

static enum ent_rc read_map(struct ent_arena *arena, const char *name, struct ent_str *ret, struct ent_err *err)
{
	struct ent_err why;
	enum ent_rc rc = client_read(arena, name, FILE_SIZE_MAX, ret, err);

	if (rc == ENT_OK && sdk_json_check(*ret, &why) != ENT_OK)
		rc = sdk_fail(err, ENT_EINVAL, "%s is no JSON: %s", name, why.msg);
	return rc;
}

/* The map in force. */
static enum ent_rc fetch_map(struct ent_arena *arena, const struct client_args *args, const char *supplier,
			     struct ent_str *ret, struct ent_err *err)
{
	struct client_answer answer;
	const struct sdk_json *node;
	struct client *client;
	enum ent_rc rc = client_open(args, &client, err);

	if (rc)
		return rc;
	rc = client_call(client, arena, "GET", client_path(arena, "/v1/suppliers/", sdk_str(supplier), "/maps"),
			 ENT_ABSENT, &answer, err);
	if (!rc)
		rc = sdk_json_parse(arena, answer.body, &node, err);
	if (!rc)
		*ret = sdk_json_print(arena, sdk_json_at(node, "map"));
	client_close(client);
	return rc;
}

static int send_map(struct ent_arena *arena, const struct client_args *args, const char *supplier, const char *file,
		    const char *last)
{
	bool tries = last != NULL;
	struct ent_str map,
	    path = client_path(arena, "/v1/suppliers/", sdk_str(supplier), tries ? "/maps/try" : "/maps");
	struct ent_err err;
	int64_t n = 0;
	enum ent_rc rc = ENT_OK;

	if (tries && (!sdk_to_int(sdk_str(last), &n) || n < 1))
		rc = sdk_fail(&err, ENT_EINVAL, "--last takes a number from 1 to 5000");
	if (!rc)
		rc = file ? read_map(arena, file, &map, &err) : fetch_map(arena, args, supplier, &map, &err);
	if (rc)
		return client_complain(&err);
	return client_print(args, "POST", path, body_of(arena, map, n), tries ? show_try : show_change);
}

/* ---- in force -------------------------------------------------------------------------- */

enum { FORCE_MS = 5000, LOOK_MS = 100 };

/* Of the answer to GET .../maps: what the broker works with, and what it shall work with. */
static bool is_in_force(const struct sdk_json *maps)
{
	int64_t now = 0, wanted = 0;

	(void)sdk_json_int(sdk_json_at(maps, "version"), &now); /* not there: the configuration's */
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(maps, "items")); at; at = sdk_json_next(at))
		if (sdk_json_bool(sdk_json_at(at, "active"), false))
			(void)sdk_json_int(sdk_json_at(at, "version"), &wanted);
	return now == wanted;
}

/* The broker takes a map up behind its answer; what is typed next may count on it. */
static int wait_in_force(const struct client_args *args, const char *supplier)
{
	struct client *client;
	struct ent_err err;
	bool done = false;

	if (client_open(args, &client, &err) != ENT_OK)
		return client_complain(&err);
	for (int waited = 0; !done && waited < FORCE_MS; waited += LOOK_MS) {
		struct client_answer answer;
		const struct sdk_json *maps;
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		done = client_call(client, &arena.abi, "GET",
				   client_path(&arena.abi, "/v1/suppliers/", sdk_str(supplier), "/maps"), ENT_ABSENT,
				   &answer, &err) == ENT_OK &&
		       sdk_json_parse(&arena.abi, answer.body, &maps, &err) == ENT_OK && is_in_force(maps);
		sdk_arena_release(&arena);
		if (!done)
			(void)poll(NULL, 0, LOOK_MS);
	}
	client_close(client);
	if (!done)
		fputs("entente map: it is stored and not in force yet; the broker's log says why (map.refused)\n",
		      stderr);
	return done ? 0 : 1;
}

/* ---- the command ---------------------------------------------------------------------- */

static int run(struct ent_arena *arena, const struct client_args *args, const char *last, int n, char **word)
{
	const char *verb = n ? word[0] : "";

	if (n == 2 && !strcmp(verb, "show") && !last)
		return client_print(args, "GET", client_path(arena, "/v1/suppliers/", sdk_str(word[1]), "/maps"),
				    ENT_ABSENT, show_maps);
	if ((n == 2 || n == 3) && !strcmp(verb, "try"))
		return send_map(arena, args, word[1], n == 3 ? word[2] : NULL, last ? last : "500");
	if (n == 3 && !strcmp(verb, "publish") && !last) {
		int status = send_map(arena, args, word[1], word[2], NULL);
		return status ? status : wait_in_force(args, word[1]);
	}
	if (n == 3 && !strcmp(verb, "rollback") && !last) {
		struct ent_str path = client_path(arena, "/v1/suppliers/", sdk_str(word[1]), "/maps/");
		path = client_path(arena, sdk_z(arena, path), sdk_str(word[2]), "/activate");
		int status = client_print(args, "POST", path, ENT_ABSENT, show_change);
		return status ? status : wait_in_force(args, word[1]);
	}
	usage(stderr);
	return 2;
}

int cmd_map(int argc, char **argv)
{
	struct client_args args = {0};
	const char *last = NULL;
	const struct client_word option[] = {{"last", &last, NULL}, {0}};
	int status = client_words(&args, option, argc, argv, usage);
	struct sdk_arena arena;

	if (status >= 0)
		return status;
	sdk_arena_init(&arena);
	status = run(&arena.abi, &args, last, argc - optind, argv + optind);
	sdk_arena_release(&arena);
	return status;
}
