/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/invite.h"

#include <stdio.h>

/* The link alone on standard output: a pipe takes it. */
static void show_invitation(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);

	if (!answer)
		return;
	printf("%.*s\n", ENT_F(sdk_json_text_at(answer, "link")));
	fprintf(stderr, "Give it to this person only. It works once, until %.*s, and is not shown again.\n",
		ENT_F(sdk_json_text_at(answer, "expires")));
}

static void member_put(struct client_body *body, const struct question_call *call, const char *name)
{
	const char *value = question_value(call, name);

	if (value)
		sdk_jsonw_kz(&body->w, name, value);
}

int invite_run(const struct question_call *call)
{
	const char *name = question_value(call, "name"), *mail = question_value(call, "mail");
	bool admin = question_value(call, "admin");
	struct ent_str rest, json = ENT_ABSENT;
	struct client_body body;
	bool unused;
	int status;

	client_body_begin(&body);
	sdk_jsonw_kstr(&body.w, "name", name ? sdk_str(name) : sdk_cut(sdk_str(mail), '@', &rest));
	member_put(&body, call, "mail");
	member_put(&body, call, "organisation");
	member_put(&body, call, "language");
	if (admin)
		sdk_jsonw_kz(&body.w, "role", "admin");
	else
		member_put(&body, call, "role");
	status = client_ask(&call->client, call->arena, "POST", ENT_STR("/v1/invitations"),
			    client_body_take(&body, call->arena), &json, &unused);
	if (!status)
		client_print(&call->client, call->arena, json, show_invitation);
	return status;
}
