/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/reach_show.h"

#include <stdio.h>
#include <string.h>

#include "cli/comment.h"

/* Names with commas between, as --readers takes them. */
static struct ent_str readers_of(struct ent_arena *arena, const struct sdk_json *answer)
{
	struct ent_str names = ENT_STR("");

	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(answer, "readers")); one; one = sdk_json_next(one))
		names = sdk_format(arena, "%.*s%s%.*s", ENT_F(names), names.n ? "," : "",
				   ENT_F(table_safe(arena, sdk_json_text(one), false)));
	return names;
}

void reach_show(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column reader[] = {{"READ BY", "name"}, {"WHY", "why"}, {0}};
	static const struct table_column tool[] = {
	    {"TOOL", "supplier"}, {"ORGANISATION", "organisation"}, {"AS", "form"}, {"WHY NOT", "why"}, {0}};
	const struct sdk_json *answer = client_parse(arena, json);

	if (!answer)
		return;
	table_print(arena, sdk_json_at(answer, "organisations"), reader, "nobody");
	if (sdk_json_first(sdk_json_at(answer, "tools"))) {
		putchar('\n');
		table_print(arena, sdk_json_at(answer, "tools"), tool, "no tool");
	}
	puts(sdk_json_bool(sdk_json_at(answer, "requester_reads"), false) ? "\nThe requester reads it."
									  : "\nNobody outside reads it.");
}

static struct ent_str widen_body(const struct question_call *call)
{
	const char *readers = question_value(call, "readers");
	struct ent_str rest = readers ? sdk_str(readers) : ENT_ABSENT;
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kz(&body.w, "audience", question_value(call, "audience"));
	if (readers) {
		sdk_jsonw_key(&body.w, "readers");
		sdk_jsonw_open(&body.w, '[');
		while (rest.n)
			sdk_jsonw_str(&body.w, sdk_trim(sdk_cut(rest, ',', &rest)));
		sdk_jsonw_close(&body.w, ']');
	}
	return client_body_take(&body, call->arena);
}

int reach_widen_run(const struct question_call *call)
{
	const bool dry = !question_value(call, "readers");
	struct ent_str json = ENT_ABSENT,
		       path = question_path(call, "/v1/incidents/{incident}/comments/{comment}/widen");
	bool doubt;
	int status;

	if (dry)
		path = sdk_format(call->arena, "%.*s?dry_run=true", ENT_F(path));
	status = client_ask(&call->client, call->arena, "POST", path, widen_body(call), &json, &doubt);
	if (status)
		return status;
	client_print(&call->client, call->arena, json, dry ? reach_show : comment_show);
	if (dry && !call->client.json)
		printf("\nTo let them read it, type the same again with --readers %.*s\n",
		       ENT_F(readers_of(call->arena, client_parse(call->arena, json))));
	return 0;
}
