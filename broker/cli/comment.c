/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/comment.h"

#include <stdio.h>
#include <string.h>

#include "base/world.h"
#include "cli/afterword.h"
#include "cli/incident_show.h"

static void comment_show(struct ent_arena *arena, struct ent_str json)
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

static struct ent_str comment_body(struct ent_arena *arena, struct ent_str text, const char *to, const char *id)
{
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kstr(&body.w, "body", text);
	sdk_jsonw_key(&body.w, "audience");
	audience_print(&body.w, to);
	sdk_jsonw_kz(&body.w, "id", id);
	return client_body_take(&body, arena);
}

int comment_run(const struct question_call *call)
{
	const char *to = question_value(call, "to"), *id = question_value(call, "id");
	struct ent_str words, json = ENT_ABSENT;
	char made[ID_SIZE];
	struct ent_err err;
	bool doubt;
	int status;

	if (client_text(call->arena, question_value(call, "text"), &words, &err) != ENT_OK)
		return client_complain(&err);
	if (!id)
		chance_system()->uuid(chance_system(), made);
	status =
	    client_ask(&call->client, call->arena, "POST", question_path(call, "/v1/incidents/{incident}/comments"),
		       comment_body(call->arena, words, to, id ? id : made), &json, &doubt);
	if (!status) {
		client_print(&call->client, call->arena, json, comment_show);
		afterword_untold(&call->client, to);
	}
	if (status && doubt && !id)
		fprintf(stderr, "entente: should the answer have been lost: with --id %s it is written once\n", made);
	return status;
}

void comment_refuse(const struct question_call *call, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (!question_value(call, "to"))
		fputs("entente comment: --to is needed: who may read it?\n", stderr);
}
