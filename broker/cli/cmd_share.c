/* SPDX-License-Identifier: Apache-2.0 */
/* entente share, entente unshare: who takes part in an incident. */
#include <stdio.h>
#include "cli/afterword.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/table.h"

static void usage_share(FILE *to)
{
	fputs("usage: entente share INCIDENT SUPPLIER [--escalate] --what WORDS [--impact WORDS] [--tried WORDS]\n"
	      "                     [--wanted WORDS] [--before TIME] [--with-thread]\n"
	      "\n"
	      "Shares an incident with a supplier. What you say becomes the text of a ticket in its\n"
	      "tool; when it has a ticket of this incident already, a comment there. From then on it\n"
	      "gets the incident's status, and each comment whose audience allows it.\n"
	      "\n"
	      "  --escalate         it holds the ball from now on; without it, it is informed\n"
	      "  --what WORDS       what it is about (needed)\n"
	      "  --impact WORDS     who cannot work, and how badly\n"
	      "  --tried WORDS      what was done already\n"
	      "  --wanted WORDS     what you want from it\n"
	      "  --before TIME      needed before, RFC 3339\n"
	      "  --with-thread      also send earlier comments that the supplier may read, oldest first.\n"
	      "                     Without it the supplier gets comments made from now on. An older\n"
	      "                     comment that arrives late is not sent (cause `earlier`)\n" CLIENT_HELP "\n"
	      "examples:\n"
	      "  entente share ENT-000042 telnord --escalate --what 'No uplink at site 7' --wanted 'Check the port'\n"
	      "  entente share ENT-000042 orion --what 'For your information: printers are down'\n",
	      to);
}

static void usage_unshare(FILE *to)
{
	fputs("usage: entente unshare INCIDENT SUPPLIER [--reason WORDS]\n"
	      "\n"
	      "Takes a share back: what is still on its way to the supplier is cancelled, and its\n"
	      "ticket is told so once. If it held the ball, nobody does then.\n"
	      "\n"
	      "  --reason WORDS     why; its ticket is told\n" CLIENT_HELP "\n"
	      "examples:\n"
	      "  entente unshare ENT-000042 orion --reason 'Not yours after all, thank you'\n",
	      to);
}

static void show_share(struct ent_arena *arena, struct ent_str json)
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

struct share_words {
	const char *what, *impact, *tried, *wanted, *before;
	bool escalate, with_thread;
};

static struct ent_str share_body(struct ent_arena *arena, const char *supplier, const struct share_words *words)
{
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kz(&body.w, "supplier", supplier);
	sdk_jsonw_kz(&body.w, "role", words->escalate ? "escalated" : "shadow");
	sdk_jsonw_key(&body.w, "brief");
	sdk_jsonw_open(&body.w, '{');
	sdk_jsonw_kz(&body.w, "what", words->what);
	sdk_jsonw_kstr_opt(&body.w, "impact", sdk_str(words->impact));
	sdk_jsonw_kstr_opt(&body.w, "tried", sdk_str(words->tried));
	sdk_jsonw_kstr_opt(&body.w, "wanted", sdk_str(words->wanted));
	sdk_jsonw_kstr_opt(&body.w, "needed_before", sdk_str(words->before));
	sdk_jsonw_close(&body.w, '}');
	sdk_jsonw_kbool(&body.w, "with_thread", words->with_thread);
	return client_body_take(&body, arena);
}

int cmd_share(int argc, char **argv)
{
	struct client_args args = {0};
	struct share_words words = {0};
	const struct client_word option[] = {{"what", &words.what, NULL},
					     {"impact", &words.impact, NULL},
					     {"tried", &words.tried, NULL},
					     {"wanted", &words.wanted, NULL},
					     {"before", &words.before, NULL},
					     {"escalate", NULL, &words.escalate},
					     {"with-thread", NULL, &words.with_thread},
					     {0}};
	int status = client_words(&args, option, argc, argv, usage_share);
	struct sdk_arena arena;

	if (status >= 0)
		return status;
	if (optind + 2 != argc || !words.what) {
		if (optind + 2 == argc)
			fputs("entente share: --what is needed: what is it about?\n", stderr);
		usage_share(stderr);
		return 2;
	}
	sdk_arena_init(&arena);
	status =
	    client_print(&args, "POST", client_path(&arena.abi, "/v1/incidents/", sdk_str(argv[optind]), "/shares"),
			 share_body(&arena.abi, argv[optind + 1], &words), show_share);
	if (!status)
		afterword_untold(&args, argv[optind + 1]);
	sdk_arena_release(&arena);
	return status;
}

int cmd_unshare(int argc, char **argv)
{
	struct client_args args = {0};
	const char *reason = NULL;
	const struct client_word option[] = {{"reason", &reason, NULL}, {0}};
	int status = client_words(&args, option, argc, argv, usage_unshare);
	struct ent_str path, json = ENT_ABSENT;
	struct client_body body;
	struct sdk_arena arena;

	if (status >= 0)
		return status;
	if (optind + 2 != argc) {
		usage_unshare(stderr);
		return 2;
	}
	sdk_arena_init(&arena);
	path = client_path(&arena.abi, "/v1/incidents/", sdk_str(argv[optind]), "/shares/");
	path = client_path(&arena.abi, sdk_z(&arena.abi, path), sdk_str(argv[optind + 1]), "");
	if (reason) {
		client_body_begin(&body);
		sdk_jsonw_kz(&body.w, "reason", reason);
		json = client_body_take(&body, &arena.abi);
	}
	status = client_print(&args, "DELETE", path, json, show_share);
	sdk_arena_release(&arena);
	return status;
}
