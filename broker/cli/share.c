/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/share.h"

#include <stdio.h>

#include "cli/afterword.h"
#include "cli/show.h"

static struct ent_str share_body(const struct question_call *call)
{
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kz(&body.w, "supplier", question_value(call, "supplier"));
	sdk_jsonw_kz(&body.w, "role", question_value(call, "escalate") ? "escalated" : "shadow");
	sdk_jsonw_key(&body.w, "brief");
	sdk_jsonw_open(&body.w, '{');
	sdk_jsonw_kz(&body.w, "what", question_value(call, "what"));
	sdk_jsonw_kstr_opt(&body.w, "effect", sdk_str(question_value(call, "effect")));
	sdk_jsonw_kstr_opt(&body.w, "tried", sdk_str(question_value(call, "tried")));
	sdk_jsonw_kstr_opt(&body.w, "wanted", sdk_str(question_value(call, "wanted")));
	sdk_jsonw_kstr_opt(&body.w, "needed_before", sdk_str(question_value(call, "before")));
	sdk_jsonw_close(&body.w, '}');
	sdk_jsonw_kbool(&body.w, "with_history", question_value(call, "with-history") != NULL);
	return client_body_take(&body, call->arena);
}

int share_run(const struct question_call *call)
{
	struct ent_str json = ENT_ABSENT;
	bool unused;
	int status =
	    client_ask(&call->client, call->arena, "POST", question_path(call, "/v1/incidents/{incident}/shares"),
		       share_body(call), &json, &unused);

	if (status)
		return status;
	client_print(&call->client, call->arena, json, show_share);
	afterword_untold(&call->client, question_value(call, "incident"), question_value(call, "supplier"));
	return 0;
}

int unshare_then(const struct question_call *call)
{
	afterword_untold(&call->client, question_value(call, "incident"), question_value(call, "supplier"));
	return 0;
}

void share_refuse(const struct question_call *call, int argc, char **argv)
{
	(void)call;
	(void)argv;
	if (argc == 2)
		fputs("entente share: --what is needed: what is it about?\n", stderr);
}
