/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/afterword.h"

#include <stdio.h>

#include "cli/table.h"
#include "sdk/json.h"

/* NULL: the broker does not answer with JSON. */
static const struct sdk_json *answer_of(const struct client_args *args, struct ent_arena *arena, const char *path)
{
	struct client_answer answer = {.body = ENT_ABSENT};
	const struct sdk_json *root = NULL;
	struct client *client;
	struct ent_err err;

	if (client_open(args, &client, &err) != ENT_OK)
		return NULL;
	(void)!client_call(client, arena, "GET", sdk_str(path), ENT_ABSENT, &answer, &err);
	if (!answer.body.n || sdk_json_parse(arena, answer.body, &root, &err) != ENT_OK)
		root = NULL;
	client_close(client);
	return root;
}

static bool is_in_list(const char *list, struct ent_str name)
{
	struct ent_str rest = sdk_str(list);

	while (rest.p)
		if (sdk_eq(sdk_trim(sdk_cut(rest, ',', &rest)), name))
			return true;
	return false;
}

static bool is_shared(const struct sdk_json *shares, struct ent_str name)
{
	for (const struct sdk_json *one = sdk_json_first(shares); one; one = sdk_json_next(one))
		if (sdk_eq(sdk_json_text_at(one, "supplier"), name) ||
		    sdk_eq(sdk_json_text_at(one, "organisation"), name))
			return true;
	return false;
}

/* Named itself, or its organisation is, or it is among those who share. */
static bool is_addressed(const char *list, const struct sdk_json *shares, const struct sdk_json *one)
{
	return is_in_list(list, sdk_json_text_at(one, "name")) ||
	       is_in_list(list, sdk_json_text_at(one, "organisation")) ||
	       is_shared(shares, sdk_json_text_at(one, "name"));
}

static void untold_say(const struct client_args *args, struct ent_arena *arena, const struct sdk_json *one,
		       const char *why)
{
	fprintf(args->json ? stderr : stdout, "%.*s is not told: %s. Tell them yourself.\n",
		ENT_F(table_cell(arena, sdk_json_at(one, "name"))), why);
}

void afterword_untold(const struct client_args *args, const char *incident, const char *audience)
{
	const struct sdk_json *shares = NULL;
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	const struct sdk_json *answer = answer_of(args, &arena.abi, "/v1/suppliers"), *one;

	if (is_in_list(audience, ENT_STR("everyone")))
		shares = sdk_json_at(
		    answer_of(args, &arena.abi,
			      sdk_z(&arena.abi, client_path(&arena.abi, "/v1/incidents/", sdk_str(incident), ""))),
		    "shares");
	for (one = sdk_json_first(sdk_json_at(answer, "items")); one; one = sdk_json_next(one))
		if (is_addressed(audience, shares, one) && sdk_json_at(one, "link") && /* only our people are told */
		    !sdk_json_count(sdk_json_at(one, "link")))
			untold_say(args, &arena.abi, one, "we only listen to its tool (no url)");
	for (one = sdk_json_first(sdk_json_at(answer, "organisations")); one; one = sdk_json_next(one))
		if (is_addressed(audience, shares, one) && !sdk_json_count(sdk_json_at(one, "tools")) &&
		    !sdk_json_bool(sdk_json_at(one, "ours"), false))
			untold_say(args, &arena.abi, one, "it has no tool here");
	sdk_arena_release(&arena);
}

void afterword_notes(const struct client_args *args)
{
	struct sdk_arena arena;

	if (args->json)
		return;
	sdk_arena_init(&arena);
	const struct sdk_json *parts = sdk_json_at(answer_of(args, &arena.abi, "/readyz"), "parts");

	for (const struct sdk_json *one = sdk_json_first(parts); one; one = sdk_json_next(one))
		if (sdk_json_at(one, "note"))
			printf("\n%.*s: %.*s\n", ENT_F(table_cell(&arena.abi, sdk_json_at(one, "part"))),
			       ENT_F(table_cell(&arena.abi, sdk_json_at(one, "note"))));
	sdk_arena_release(&arena);
}
