/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/draft.h"

#include <stdio.h>

#include "base/world.h"
#include "core/audience.h"

/* "orion,us,everyone" */
static struct ent_str readers_say(struct ent_arena *arena, const struct sdk_json *audience)
{
	struct ent_str names = ENT_STR("");
	const struct sdk_json *one = sdk_json_first(sdk_json_at(audience, "organisations"));

	for (; one; one = sdk_json_next(one))
		names = sdk_join(arena, names, ",", sdk_json_text(one));
	if (sdk_json_bool(sdk_json_at(audience, "everyone"), false))
		names = sdk_join(arena, names, ",", ENT_STR("everyone"));
	if (sdk_json_bool(sdk_json_at(audience, "requester"), false))
		names = sdk_join(arena, names, ",", ENT_STR("requester"));
	return names;
}

static void draft_say(struct ent_arena *arena, const struct sdk_json *draft)
{
	printf("%.*s  %.*s  for %.*s  saved %.*s%s\n", ENT_F(sdk_json_text_at(draft, "id")),
	       ENT_F(sdk_json_text_at(draft, "incident")), ENT_F(readers_say(arena, sdk_json_at(draft, "audience"))),
	       ENT_F(sdk_json_text_at(draft, "changed")),
	       sdk_json_bool(sdk_json_at(draft, "can_send"), false)
		   ? ""
		   : "\n    it cannot be sent: the incident is not shared with your organisation any more");
}

void draft_show(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *draft = client_parse(arena, json);

	if (!draft)
		return;
	draft_say(arena, draft);
	printf("\n%.*s\n", ENT_F(table_safe(arena, sdk_json_text_at(draft, "body"), true)));
}

void draft_show_list(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);
	const struct sdk_json *one = sdk_json_first(sdk_json_at(answer, "items"));
	struct ent_str next = sdk_json_text_at(answer, "next");

	if (answer && !one)
		puts("You have no draft.");
	for (; one; one = sdk_json_next(one))
		draft_say(arena, one);
	if (next.n)
		printf("\nMore: add --cursor %.*s\n", ENT_F(next));
}

int draft_save_run(const struct question_call *call)
{
	const char *audience = question_value(call, "audience"), *id = question_value(call, "id"),
		   *reply_to = question_value(call, "reply-to");
	struct ent_str words, json = ENT_ABSENT;
	struct client_body body;
	char made[ID_SIZE];
	struct ent_err err;
	bool unused;

	if (client_text(call->arena, question_value(call, "text"), &words, &err) != ENT_OK)
		return client_complain(&err);
	if (!id)
		chance_system()->uuid(chance_system(), made);
	client_body_begin(&body);
	sdk_jsonw_kstr(&body.w, "body", words);
	if (question_value(call, "markdown"))
		sdk_jsonw_kz(&body.w, "format", "markdown");
	if (audience)
		sdk_jsonw_kz(&body.w, "audience", audience);
	if (reply_to)
		sdk_jsonw_kz(&body.w, "reply_to", reply_to);
	struct ent_str path =
	    client_path(call->arena, sdk_z(call->arena, question_path(call, "/v1/incidents/{incident}/drafts/")),
			sdk_str(id ? id : made), "");
	int status =
	    client_ask(&call->client, call->arena, "PUT", path, client_body_take(&body, call->arena), &json, &unused);
	if (!status)
		client_print(&call->client, call->arena, json, draft_show);
	return status;
}
