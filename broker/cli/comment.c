/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/comment.h"

#include <stdio.h>
#include <string.h>

#include "base/world.h"
#include "cli/address.h"
#include "cli/afterword.h"
#include "cli/attachment.h"
#include "cli/incident_show.h"
#include "cli/reach_show.h"
#include "cli/table.h"

void comment_show(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *comment = client_parse(arena, json);

	if (comment)
		incident_show_comment(arena, comment);
}

void comment_undone(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *answer = client_parse(arena, json);
	struct ent_str words = sdk_json_text_at(answer, "draft.body"), id = sdk_json_text_at(answer, "draft_id");

	printf("Undone: nobody else has read it.\n");
	if (words.n)
		printf("\n%.*s\n", ENT_F(table_safe(arena, words, true)));
	if (id.n)
		printf("\nThey are your draft %.*s now.\n", ENT_F(id));
	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(sdk_json_at(answer, "draft"), "attachments"));
	     one && id.n; one = sdk_json_next(one))
		printf("The file %.*s is kept for a day, until a comment carries it: %.*s\n",
		       ENT_F(table_cell(arena, sdk_json_at(one, "name"))),
		       ENT_F(table_cell(arena, sdk_json_at(one, "id"))));
}

static struct ent_str comment_body(const struct question_call *call, struct ent_str text, const char *id,
				   struct ent_str attachment)
{
	const char *reply_to = question_value(call, "reply-to"), *undo = question_value(call, "undo"),
		   *uploaded = question_value(call, "attachment");
	int64_t undo_s;
	struct client_body body;

	client_body_begin(&body);
	sdk_jsonw_kstr(&body.w, "body", text);
	if (question_value(call, "markdown"))
		sdk_jsonw_kz(&body.w, "format", "markdown");
	sdk_jsonw_kz(&body.w, "audience", question_value(call, "audience"));
	if (reply_to)
		sdk_jsonw_kz(&body.w, "reply_to", reply_to);
	if (question_value(call, "draft"))
		sdk_jsonw_kz(&body.w, "draft", question_value(call, "draft"));
	if (undo && sdk_to_int(sdk_str(undo), &undo_s))
		sdk_jsonw_kint(&body.w, "undo", undo_s);
	else if (undo) /* the broker says what is allowed */
		sdk_jsonw_kz(&body.w, "undo", undo);
	sdk_jsonw_kz(&body.w, "id", id);
	if (attachment.n || uploaded) {
		sdk_jsonw_key(&body.w, "attachments");
		sdk_jsonw_open(&body.w, '[');
		if (attachment.n)
			sdk_jsonw_str(&body.w, attachment);
		if (uploaded)
			sdk_jsonw_str(&body.w, sdk_str(uploaded));
		sdk_jsonw_close(&body.w, ']');
	}
	return client_body_take(&body, call->arena);
}

/* Uploads the file of --attach. Returns the exit status. */
static int comment_attach(const struct question_call *call, bool dry, struct ent_str *ret)
{
	const char *path = question_value(call, "attach");
	struct ent_str json = ENT_ABSENT;
	const struct sdk_json *file;

	*ret = ENT_ABSENT;
	if (!path || dry)
		return 0;
	int status = attachment_upload(call, path, &json);
	file = status ? NULL : client_parse(call->arena, json);
	if (file)
		*ret = sdk_json_text_at(file, "id");
	return file ? 0 : status ? status : 1;
}

int comment_run(const struct question_call *call)
{
	const char *audience = question_value(call, "audience"), *id = question_value(call, "id");
	const bool dry = question_value(call, "dry-run") != NULL;
	struct ent_str words, attachment, json = ENT_ABSENT;
	char made[ID_SIZE];
	struct ent_err err;
	bool doubt;
	int status;

	if (client_text(call->arena, question_value(call, "text"), &words, &err) != ENT_OK ||
	    !address_ask(call, words, &words, &err))
		return client_complain(&err);
	status = comment_attach(call, dry, &attachment);
	if (status)
		return status;
	if (!id)
		chance_system()->uuid(chance_system(), made);
	status = client_ask(&call->client, call->arena, "POST",
			    question_path(call, dry ? "/v1/incidents/{incident}/comments?dry_run=true"
						    : "/v1/incidents/{incident}/comments"),
			    comment_body(call, words, id ? id : made, attachment), &json, &doubt);
	if (!status && dry) {
		client_print(&call->client, call->arena, json, reach_show);
	} else if (!status) {
		client_print(&call->client, call->arena, json, comment_show);
		afterword_untold(&call->client, question_value(call, "incident"), audience);
	}
	if (status && doubt && !id && !dry)
		fprintf(stderr,
			"entente comment: the answer was lost. Type it again with --id %s: it is written only once\n",
			made);
	return status;
}

int comment_edit_run(const struct question_call *call)
{
	const char *audience = question_value(call, "audience"), *text = question_value(call, "text");
	struct ent_str words = ENT_ABSENT, json = ENT_ABSENT;
	struct client_body body;
	struct ent_err err;
	bool doubt;
	int status;

	if ((text || !audience) &&
	    (client_text(call->arena, text, &words, &err) != ENT_OK || !address_ask(call, words, &words, &err)))
		return client_complain(&err);
	client_body_begin(&body);
	if (words.p)
		sdk_jsonw_kstr(&body.w, "body", words);
	if (audience)
		sdk_jsonw_kz(&body.w, "audience", audience);
	status = client_ask(&call->client, call->arena, "PATCH",
			    question_path(call, "/v1/incidents/{incident}/comments/{comment}"),
			    client_body_take(&body, call->arena), &json, &doubt);
	if (!status)
		client_print(&call->client, call->arena, json, comment_show);
	return status;
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

int comment_widen_run(const struct question_call *call)
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
		       ENT_F(reach_show_readers(call->arena, client_parse(call->arena, json))));
	return 0;
}

void comment_refuse(const struct question_call *call, int argc, char **argv)
{
	static const char *const verbs[] = {"edit", "remove", "widen",   "undo",    "publish",
					    "pin",  "unpin",  "history", "receipts"};
	bool changes = false;

	for (size_t i = 0; argc > 0 && i < sizeof verbs / sizeof *verbs; i++)
		changes = changes || strcmp(argv[0], verbs[i]) == 0;
	if (changes && argc < 3)
		fprintf(stderr,
			"entente comment %s: INCIDENT and ID are needed: which comment? `entente incident show` prints "
			"the ID of each that was written here\n",
			argv[0]);
	else if (!question_value(call, "audience"))
		fputs("entente comment: --audience is needed: who may read it?\n", stderr);
	else
		fputs("entente comment: a word or an option is too much, or two options exclude one another\n", stderr);
}
