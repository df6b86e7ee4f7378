/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/edit.h"

#include "cli/show.h"

int edit_run(const struct question_call *call)
{
	struct ent_str words, json = ENT_ABSENT;
	struct client_body body;
	struct ent_err err;
	bool unused;
	int status;

	if (client_text(call->arena, question_value(call, "text"), &words, &err) != ENT_OK)
		return client_complain(&err);
	client_body_begin(&body);
	sdk_jsonw_kstr_opt(&body.w, "text", words);
	status = client_ask(&call->client, call->arena, "POST", question_path(call, "/v1/deliveries/{id}/edit"),
			    client_body_take(&body, call->arena), &json, &unused);
	if (!status)
		client_print(&call->client, call->arena, json, show_delivery);
	return status;
}
