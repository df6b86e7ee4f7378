/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/user.h"

#include <stdio.h>

#include "cli/client_words.h"
#include "cli/show.h"

static void show_state(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);

	if (answer)
		printf("%.*s\n", ENT_F(sdk_json_text_at(answer, "state")));
}

static int put_state(const struct question_call *call, const char *state)
{
	struct ent_str json = ENT_ABSENT;
	struct client_body body;
	bool unused;
	int status;

	client_body_begin(&body);
	sdk_jsonw_kz(&body.w, "state", state);
	status = client_ask(&call->client, call->arena, "PATCH", question_path(call, "/v1/users/{ref}"),
			    client_body_take(&body, call->arena), &json, &unused);
	if (!status)
		client_print(&call->client, call->arena, json, show_state);
	return status;
}

int user_disable(const struct question_call *call)
{
	return put_state(call, "disabled");
}

int user_enable(const struct question_call *call)
{
	return put_state(call, "active");
}

/* ---- the audit log --------------------------------------------------------------------------- */

static void show_chain(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);
	struct ent_str broken = sdk_json_text_at(answer, "broken");

	if (!answer)
		return;
	if (sdk_json_bool(sdk_json_at(answer, "holds"), false))
		printf("The chain holds: %.*s rows.\n", ENT_F(sdk_json_text_at(answer, "rows")));
	else if (broken.n)
		printf("The chain is broken: row %.*s was changed, removed or moved. Rows before it hold.\n",
		       ENT_F(broken));
	else
		puts("The chain does not have this hash: rows were cut off, or it is mistyped. Check a backup.");
	printf("head %.*s\n", ENT_F(sdk_json_text_at(answer, "head")));
}

/* One step, from where the one before ended. */
static int verify_step(const struct question_call *call, const struct sdk_json *before, const char *head,
		       struct ent_str *ret)
{
	struct ent_str path =
	    client_query(call->arena, ENT_STR("/v1/audit/verify"), "head", head ? sdk_str(head) : ENT_ABSENT);
	bool unused;

	if (before)
		path = client_query(call->arena, path, "after",
				    sdk_format(call->arena, "%.*s:%.*s", ENT_F(sdk_json_text_at(before, "rows")),
					       ENT_F(sdk_json_text_at(before, "head"))));
	return client_ask(&call->client, call->arena, "GET", path, ENT_ABSENT, ret, &unused);
}

int user_audit_verify(const struct question_call *call)
{
	const char *head = question_value(call, "head");
	struct ent_str json = ENT_ABSENT;
	const struct sdk_json *answer = NULL;
	struct ent_err err;
	int status;

	do {
		status = verify_step(call, answer, head, &json);
		if (status)
			return status;
		if (sdk_json_parse(call->arena, json, &answer, &err) != ENT_OK)
			return client_complain(&err);
		if (sdk_json_bool(sdk_json_at(answer, "found"), false))
			head = NULL; /* it stands in the chain: the rest has to hold, too */
	} while (sdk_json_bool(sdk_json_at(answer, "holds"), false) &&
		 sdk_json_bool(sdk_json_at(answer, "more"), false));
	client_print(&call->client, call->arena, json, show_chain);
	return sdk_json_bool(sdk_json_at(answer, "holds"), false) ? 0 : 1;
}
