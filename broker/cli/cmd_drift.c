/* SPDX-License-Identifier: Apache-2.0 */
/* entente drift: where suppliers' tools do not say what they should, and nothing is on its way. */
#include <stdio.h>
#include <string.h>
#include "cli/client.h"
#include "cli/command.h"
#include "cli/table.h"

#define PAGES_MAX 100000 /* of at most 500 incidents */

static void usage(FILE *to)
{
	fputs("usage: entente drift [--supplier NAME]\n"
	      "\n"
	      "Lists differences between an incident and a supplier's ticket that no pending delivery\n"
	      "will fix: a status or priority by the supplier's policy, a comment that was never sent,\n"
	      "a ticket that was never made. The list is normally empty. Parked and unknown deliveries\n"
	      "are in `entente delivery list`, not here.\n"
	      "\n"
	      "  --supplier NAME    only this supplier's\n" CLIENT_HELP "\n"
	      "examples:\n"
	      "  entente drift\n"
	      "  entente drift --supplier telnord --json | jq '.items[].incident'\n",
	      to);
}

/* Rows of all pages as one array. */
struct rows {
	struct sdk_buf buf;
	struct sdk_jsonw w;
	struct ent_str cursor;
};

static enum ent_rc page(struct ent_arena *arena, struct client *client, const char *supplier, struct rows *rows,
			struct ent_err *err)
{
	struct ent_str path = client_query(arena, ENT_STR("/v1/drift?limit=200"), "supplier", sdk_str(supplier));
	struct client_answer answer;
	const struct sdk_json *node;
	enum ent_rc rc = client_call(client, arena, "GET", client_query(arena, path, "cursor", rows->cursor),
				     ENT_ABSENT, &answer, err);

	if (!rc)
		rc = sdk_json_parse(arena, answer.body, &node, err);
	if (rc)
		return rc;
	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(node, "items")); one; one = sdk_json_next(one))
		sdk_jsonw_raw(&rows->w, sdk_json_print(arena, one));
	rows->cursor = sdk_json_text_at(node, "next");
	return ENT_OK;
}

static void show(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column column[] = {
	    {"INCIDENT", "incident"}, {"SUPPLIER", "supplier"}, {"TICKET", "ticket"},
	    {"WHAT", "what"},         {"OURS", "ours"},         {"THEIRS", "theirs"},
	    {"COMMENT", "comment"},   {"WHAT TO DO", "next"},   {0}};
	const struct sdk_json *answer = client_parse(arena, json);

	if (answer)
		table_print(arena, sdk_json_at(answer, "items"), column, "No drift.");
}

static int drift(struct ent_arena *arena, const struct client_args *args, const char *supplier)
{
	struct rows rows = {.cursor = ENT_ABSENT};
	struct client *client;
	struct ent_err err;
	enum ent_rc rc = client_open(args, &client, &err);
	int pages = 0;

	if (rc)
		return client_complain(&err);
	sdk_buf_init(&rows.buf, CLIENT_ANSWER_MAX);
	sdk_jsonw_init(&rows.w, &rows.buf);
	sdk_jsonw_open(&rows.w, '{');
	sdk_jsonw_key(&rows.w, "items");
	sdk_jsonw_open(&rows.w, '[');
	do {
		rc = page(arena, client, supplier, &rows, &err);
	} while (!rc && rows.cursor.p && ++pages < PAGES_MAX && !rows.buf.failed);
	sdk_jsonw_close(&rows.w, ']');
	sdk_jsonw_kstr(&rows.w, "next", rows.cursor);
	sdk_jsonw_close(&rows.w, '}');
	client_close(client);
	if (!rc && rows.buf.failed)
		rc = sdk_fail(&err, ENT_EINVAL, "there is more drift than can be shown at once; ask by --supplier");
	if (rc)
		client_complain(&err);
	else if (args->json)
		printf("%.*s\n", (int)rows.buf.n, rows.buf.p);
	else
		show(arena, sdk_buf_view(&rows.buf));
	sdk_buf_release(&rows.buf);
	return rc ? 1 : 0;
}

int cmd_drift(int argc, char **argv)
{
	struct client_args args = {0};
	const char *supplier = NULL;
	const struct client_word option[] = {{"supplier", &supplier, NULL}, {0}};
	int status = client_words(&args, option, argc, argv, usage);
	struct sdk_arena arena;

	if (status >= 0)
		return status;
	if (optind != argc) {
		usage(stderr);
		return 2;
	}
	sdk_arena_init(&arena);
	status = drift(&arena.abi, &args, supplier);
	sdk_arena_release(&arena);
	return status;
}
