/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/describe.h"

#include <stdio.h>

#include "base/world.h"
#include "cli/incident_show.h"

/* An empty option takes away what was said. */
static void describe_put_text(struct sdk_jsonw *w, const char *key, const char *said)
{
	if (said)
		sdk_jsonw_kz(w, key, said);
}

static void describe_put_level(struct sdk_jsonw *w, const char *key, const char *said)
{
	int64_t level = 0;

	if (said && (!said[0] || sdk_to_int(sdk_str(said), &level)))
		sdk_jsonw_kint(w, key, level);
	else if (said) /* the broker says what it takes */
		sdk_jsonw_kz(w, key, said);
}

static struct ent_str describe_body(const struct question_call *call, const char *id)
{
	const char *before = question_value(call, "needed-before");
	struct client_body body;

	client_body_begin(&body);
	describe_put_text(&body.w, "title", question_value(call, "title"));
	describe_put_level(&body.w, "impact", question_value(call, "impact"));
	describe_put_level(&body.w, "urgency", question_value(call, "urgency"));
	if (before)
		sdk_jsonw_kstr(&body.w, "needed_before", before[0] ? sdk_str(before) : ENT_ABSENT);
	describe_put_text(&body.w, "service", question_value(call, "service"));
	describe_put_text(&body.w, "site", question_value(call, "site"));
	describe_put_text(&body.w, "requester", question_value(call, "requester"));
	describe_put_text(&body.w, "id", id);
	return client_body_take(&body, call->arena);
}

int describe_open(const struct question_call *call)
{
	const char *id = question_value(call, "id");
	struct ent_str json = ENT_ABSENT;
	char made[ID_SIZE];
	bool doubt;

	if (!id)
		chance_system()->uuid(chance_system(), made);
	int status = client_ask(&call->client, call->arena, "POST", sdk_str("/v1/incidents"),
				describe_body(call, id ? id : made), &json, &doubt);
	if (!status)
		client_print(&call->client, call->arena, json, incident_show);
	if (status && doubt && !id)
		fprintf(stderr,
			"entente incident open: the answer was lost. Type it again with --id %s: it opens only one "
			"incident\n",
			made);
	return status;
}

int describe_change(const struct question_call *call)
{
	struct ent_str json = ENT_ABSENT;
	bool unused;
	int status = client_ask(&call->client, call->arena, "PATCH", question_path(call, "/v1/incidents/{incident}"),
				describe_body(call, NULL), &json, &unused);

	if (!status)
		client_print(&call->client, call->arena, json, incident_show);
	return status;
}
