/* SPDX-License-Identifier: Apache-2.0 */
/* entente comment: into an incident's thread, for those who are named. */
#include <stdio.h>
#include <string.h>
#include "base/world.h"
#include "cli/afterword.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/incident_show.h"
#include "cli/table.h"

static void usage(FILE *to)
{
	fputs("usage: entente comment INCIDENT --to internal|everyone|SUPPLIER,... [--id UUID] [TEXT|-]\n"
	      "\n"
	      "Writes into an incident's thread. Who may read it has to be said each time:\n"
	      "  internal           us only; it leaves this broker for no tool\n"
	      "  everyone           us, and every supplier that shares the incident\n"
	      "  SUPPLIER,...       us, and these\n"
	      "Without TEXT, or with -, the words come from standard input.\n"
	      "\n"
	      "  --to WORD          who may read it (needed)\n"
	      "  --id UUID          the comment's id: the same command with the same id writes once.\n"
	      "                     Without it a new one is made, and named when the answer is lost\n" CLIENT_HELP "\n"
	      "examples:\n"
	      "  entente comment ENT-000042 --to telnord 'The port is up again, please look once more.'\n"
	      "  entente comment ENT-000042 --to internal - < note.txt\n",
	      to);
}

static void show(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *comment = client_parse(arena, json);

	if (comment)
		incident_show_comment(arena, comment);
}

static void audience_print(struct sdk_jsonw *w, const char *to)
{
	struct ent_str rest = sdk_str(to);

	if (!strcmp(to, "internal") || !strcmp(to, "everyone")) {
		sdk_jsonw_str(w, rest);
		return;
	}
	sdk_jsonw_open(w, '[');
	while (rest.p)
		sdk_jsonw_str(w, sdk_trim(sdk_cut(rest, ',', &rest)));
	sdk_jsonw_close(w, ']');
}

static struct ent_str body_of(struct ent_arena *arena, struct ent_str text, const char *to, const char *id)
{
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kstr(&body.w, "body", text);
	sdk_jsonw_key(&body.w, "audience");
	audience_print(&body.w, to);
	sdk_jsonw_kz(&body.w, "id", id);
	return client_body_take(&body, arena);
}

static int comment(struct ent_arena *arena, const struct client_args *args, const char *incident, const char *text,
		   const char *to, const char *id)
{
	struct ent_str words;
	char made[ID_SIZE];
	struct ent_err err;
	bool doubt;
	int status;

	if (client_text(arena, text, &words, &err) != ENT_OK)
		return client_complain(&err);
	if (!id)
		chance_system()->uuid(chance_system(), made);
	status = client_print_doubt(args, "POST", client_path(arena, "/v1/incidents/", sdk_str(incident), "/comments"),
				    body_of(arena, words, to, id ? id : made), show, &doubt);
	if (!status)
		afterword_untold(args, to);
	if (status && doubt && !id)
		fprintf(stderr, "entente: should the answer have been lost: with --id %s it is written once\n", made);
	return status;
}

int cmd_comment(int argc, char **argv)
{
	struct client_args args = {0};
	const char *to = NULL, *id = NULL;
	const struct client_word option[] = {{"to", &to, NULL}, {"id", &id, NULL}, {0}};
	int status = client_words(&args, option, argc, argv, usage);
	struct sdk_arena arena;

	if (status >= 0)
		return status;
	if (!to || (optind + 1 != argc && optind + 2 != argc)) {
		if (!to)
			fputs("entente comment: --to is needed: who may read it?\n", stderr);
		usage(stderr);
		return 2;
	}
	sdk_arena_init(&arena);
	status = comment(&arena.abi, &args, argv[optind], optind + 2 == argc ? argv[optind + 1] : NULL, to, id);
	sdk_arena_release(&arena);
	return status;
}
