/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "cli/client.h"
#include "cli/command.h"
#include "cli/table.h"

static void usage(FILE *to)
{
	fputs("usage: entente deadletter list [--supplier NAME] [--state WORD] [--limit N] [--cursor WORD]\n"
	      "       entente deadletter show ID\n"
	      "       entente deadletter raw ID\n"
	      "       entente deadletter replay ID\n"
	      "       entente deadletter replay --all [--supplier NAME]\n"
	      "       entente deadletter ignore ID\n"
	      "\n"
	      "Dead letters are arrivals that could not be handled. They are kept as they came.\n"
	      "Correct the cause (a map, a jq program); then replay sends them the usual way.\n"
	      "\n"
	      "  --supplier NAME    only this supplier's\n"
	      "  --state WORD       waiting (default), replayed or ignored\n"
	      "  --limit N          1..200 (50)\n"
	      "  --cursor WORD      the next page, as the page before said\n"
	      "  --all              replay: every one that waits, each once\n" CLIENT_HELP "\n"
	      "examples:\n"
	      "  entente deadletter list\n"
	      "  entente deadletter raw 7 | jq .\n"
	      "  entente deadletter replay --all --supplier telnord\n",
	      to);
}

static void show_list(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column column[] = {{"ID", "id"},
						     {"RECEIVED", "received"},
						     {"SUPPLIER", "supplier"},
						     {"STATE", "state"},
						     {"DELIVERY", "delivery_id"},
						     {"REASON", "reason"},
						     {0}};
	const struct sdk_json *answer;
	struct ent_err err;

	if (sdk_json_parse(arena, json, &answer, &err)) {
		client_complain(&err);
		return;
	}
	table_print(arena, sdk_json_at(answer, "items"), column, "No dead letters.");
	struct ent_str next = sdk_json_text_at(answer, "next");
	if (next.n)
		printf("\nMore: add --cursor %.*s\n", (int)next.n, next.p);
}

static void show_members(struct ent_arena *arena, struct ent_str json)
{
	static const char *const but[] = {"exchange", NULL};
	const struct sdk_json *answer = json.n ? client_parse(arena, json) : NULL;

	if (!answer)
		return;
	table_members(arena, answer, but);
	table_exchange(arena, sdk_json_at(answer, "exchange"));
}

/* What replay and ignore answer: an outcome. */
static void show_done(struct ent_arena *arena, struct ent_str json)
{
	if (json.n)
		show_members(arena, json);
	else
		puts("done");
}

struct letter_args {
	struct client_args client;
	const char *supplier, *state, *limit, *cursor;
	bool all;
};

static int list(struct ent_arena *arena, const struct letter_args *args)
{
	struct ent_str path = ENT_STR("/v1/deadletters");

	path = client_query(arena, path, "supplier", sdk_str(args->supplier));
	path = client_query(arena, path, "state", sdk_str(args->state));
	path = client_query(arena, path, "limit", sdk_str(args->limit));
	path = client_query(arena, path, "cursor", sdk_str(args->cursor));
	return client_print(&args->client, "GET", path, ENT_ABSENT, show_list);
}

/* ---- replay --all: page after page -------------------------------------------------- */

struct replay {
	int64_t replayed, dead, failed, after;
	bool more;
};

/* {"supplier": NAME, "after": ID}, both if wanted. */
static struct ent_str page_body(struct ent_arena *arena, const struct letter_args *args, const struct replay *replay)
{
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kstr_opt(&body.w, "supplier", sdk_str(args->supplier));
	if (replay->after > 0)
		sdk_jsonw_kint(&body.w, "after", replay->after);
	return client_body_take(&body, arena);
}

/* ENT_EINVAL also when the cursor stands still: it would go on for ever. */
static enum ent_rc page_add(struct ent_arena *arena, struct ent_str json, struct replay *replay, struct ent_err *err)
{
	static const struct sdk_field field[] = {{"replayed", SDK_FIELD_INT, true, offsetof(struct replay, replayed)},
						 {"dead", SDK_FIELD_INT, true, offsetof(struct replay, dead)},
						 {"failed", SDK_FIELD_INT, true, offsetof(struct replay, failed)},
						 {"after", SDK_FIELD_INT, true, offsetof(struct replay, after)},
						 {"more", SDK_FIELD_BOOL, true, offsetof(struct replay, more)},
						 {0}};
	const struct sdk_json *node;
	struct replay page;
	enum ent_rc rc = sdk_json_parse(arena, json, &node, err);

	if (!rc)
		rc = sdk_json_read(node, field, &page, err);
	if (!rc && page.more && page.after <= replay->after)
		rc = sdk_fail(err, ENT_EINVAL, "the broker's cursor does not move: is it of another version?");
	if (rc)
		return rc;
	replay->replayed += page.replayed;
	replay->dead += page.dead;
	replay->failed += page.failed;
	replay->after = page.after;
	replay->more = page.more;
	return ENT_OK;
}

/* As the API says it of a page. */
static struct ent_str replay_json(struct ent_arena *arena, const struct replay *replay)
{
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kint(&body.w, "replayed", replay->replayed);
	sdk_jsonw_kint(&body.w, "dead", replay->dead);
	sdk_jsonw_kint(&body.w, "failed", replay->failed);
	sdk_jsonw_kint(&body.w, "after", replay->after);
	sdk_jsonw_kbool(&body.w, "more", replay->more);
	return client_body_take(&body, arena);
}

/* Each letter that waits is tried once: what stays dead stays behind the cursor. */
static int replay_all(struct ent_arena *arena, const struct letter_args *args)
{
	struct replay replay = {.more = true};
	struct client *client;
	struct ent_err err;
	enum ent_rc rc = client_open(&args->client, &client, &err);

	if (rc)
		return client_complain(&err);
	while (replay.more && !rc) {
		struct client_answer answer;
		struct sdk_arena page;

		sdk_arena_init(&page);
		rc = client_call(client, &page.abi, "POST", ENT_STR("/v1/deadletters/replay"),
				 page_body(&page.abi, args, &replay), &answer, &err);
		if (!rc)
			rc = page_add(&page.abi, answer.body, &replay, &err);
		sdk_arena_release(&page);
	}
	client_close(client);
	if (!rc || replay.after > 0) {
		struct ent_str json = replay_json(arena, &replay);
		if (args->client.json)
			printf("%.*s\n", (int)json.n, json.p);
		else
			show_members(arena, json);
	}
	return rc ? client_complain(&err) : 0;
}

static int one_letter(struct ent_arena *arena, const struct letter_args *args, const char *verb, const char *id)
{
	static const struct {
		const char *verb, *method, *after;
		void (*show)(struct ent_arena *arena, struct ent_str json);
	} way[] = {{"show", "GET", "", show_members},
		   {"raw", "GET", "/raw", NULL},
		   {"replay", "POST", "/replay", show_done},
		   {"ignore", "POST", "/ignore", show_done}};

	for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
		if (strcmp(verb, way[i].verb))
			continue;
		struct ent_str path = client_path(arena, "/v1/deadletters/", sdk_str(id), way[i].after);
		return client_print(&args->client, way[i].method, path, ENT_ABSENT, way[i].show);
	}
	usage(stderr);
	return 2;
}

int cmd_deadletter(int argc, char **argv)
{
	struct letter_args args = {0};
	const struct client_word option[] = {{"supplier", &args.supplier, NULL}, {"state", &args.state, NULL},
					     {"limit", &args.limit, NULL},       {"cursor", &args.cursor, NULL},
					     {"all", NULL, &args.all},           {0}};
	struct sdk_arena arena;
	int status = client_words(&args.client, option, argc, argv, usage);

	if (status >= 0)
		return status;
	const char *verb = optind < argc ? argv[optind] : "";
	sdk_arena_init(&arena);
	if (!strcmp(verb, "list") && optind + 1 == argc) {
		status = list(&arena.abi, &args);
	} else if (!strcmp(verb, "replay") && args.all && optind + 1 == argc) {
		status = replay_all(&arena.abi, &args);
	} else if (optind + 2 == argc && !args.all) {
		status = one_letter(&arena.abi, &args, verb, argv[optind + 1]);
	} else {
		usage(stderr);
		status = 2;
	}
	sdk_arena_release(&arena);
	return status;
}
