/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/private.h"

#include <stdio.h>
#include <string.h>

int private_export_run(const struct question_call *call)
{
	const char *table = question_value(call, "table"), *skip = question_value(call, "skip");
	struct ent_str json = ENT_ABSENT;
	struct client_body body;
	int64_t rows;
	bool unused;
	int status;

	client_body_begin(&body);
	if (table)
		sdk_jsonw_kz(&body.w, "table", table);
	if (skip && sdk_to_int(sdk_str(skip), &rows))
		sdk_jsonw_kint(&body.w, "skip", rows);
	else if (skip) /* the broker says what is allowed */
		sdk_jsonw_kz(&body.w, "skip", skip);
	status = client_ask(&call->client, call->arena, "POST", question_path(call, "/v1/users/{ref}/export"),
			    client_body_take(&body, call->arena), &json, &unused);
	if (!status)
		client_print(&call->client, call->arena, json, NULL);
	return status;
}

/* ---- erase ------------------------------------------------------------------------------------ */

static bool says_yes(const struct question_call *call)
{
	char line[16] = "";

	if (question_value(call, "yes"))
		return true;
	fprintf(stderr,
		"The name, mail address, password, drafts, sessions and tokens of %s are gone for good then.\n"
		"Type yes to erase: ",
		question_value(call, "ref"));
	return fgets(line, sizeof line, stdin) && strcmp(line, "yes\n") == 0;
}

static void erase_show(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);
	const struct sdk_json *one = sdk_json_first(sdk_json_at(answer, "stays"));
	struct ent_str done = sdk_json_text_at(answer, "done");

	if (!answer)
		return;
	if (done.n)
		printf("Erased since %.*s: %.*s raw arrivals, %.*s dead letters and %.*s deliveries held the name.\n",
		       ENT_F(done), ENT_F(sdk_json_text_at(answer, "raw")),
		       ENT_F(sdk_json_text_at(answer, "dead_letters")), ENT_F(sdk_json_text_at(answer, "deliveries")));
	else
		puts("The name is gone from the account and from lists. What tools sent is being looked through: type "
		     "the command again to see how far that is.");
	puts("\nThis cannot be forgotten here:");
	for (; one; one = sdk_json_next(one))
		printf("  %.*s\n", ENT_F(sdk_json_text_at(one, "text")));
}

int private_erase_run(const struct question_call *call)
{
	const char *also = question_value(call, "also");
	struct ent_str json = ENT_ABSENT;
	struct client_body body;
	bool unused;
	int status;

	if (!says_yes(call)) {
		fputs("entente user erase: nothing was erased\n", stderr);
		return 1;
	}
	client_body_begin(&body);
	if (also) {
		sdk_jsonw_key(&body.w, "also");
		sdk_jsonw_open(&body.w, '[');
		sdk_jsonw_str(&body.w, sdk_str(also));
		sdk_jsonw_close(&body.w, ']');
	}
	status = client_ask(&call->client, call->arena, "POST", question_path(call, "/v1/users/{ref}/erase"),
			    client_body_take(&body, call->arena), &json, &unused);
	if (!status)
		client_print(&call->client, call->arena, json, erase_show);
	return status;
}
