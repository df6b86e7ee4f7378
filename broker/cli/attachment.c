/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/attachment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- sending --------------------------------------------------------------------------------- */

int attachment_upload(const struct question_call *call, const char *path, struct ent_str *ret_json)
{
	const char *slash = strrchr(path, '/'), *name = question_value(call, "name");
	struct ent_str bytes, at;
	struct ent_err err;
	bool doubt;

	if (client_read(call->arena, path, CLIENT_ANSWER_MAX, &bytes, &err) != ENT_OK)
		return client_complain(&err);
	at = client_query(call->arena, question_path(call, "/v1/incidents/{incident}/attachments"), "name",
			  sdk_str(name    ? name
				  : slash ? slash + 1
					  : path));
	return client_ask(&call->client, call->arena, "POST", at, bytes, ret_json, &doubt);
}

int attachment_add(const struct question_call *call)
{
	struct ent_str json = ENT_ABSENT;
	int status = attachment_upload(call, question_value(call, "file"), &json);

	if (!status)
		client_print(&call->client, call->arena, json, attachment_show);
	return status;
}

/* ---- getting ---------------------------------------------------------------------------------- */

/* Never over a file that is there. */
static int bytes_write(const char *path, struct ent_str bytes)
{
	const bool is_out = strcmp(path, "-") == 0;
	int fd = is_out ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t n = fd < 0 ? -1 : 0;

	while (n >= 0 && bytes.n > 0) {
		n = write(fd, bytes.p, bytes.n);
		if (n > 0)
			bytes = (struct ent_str){bytes.p + n, bytes.n - (size_t)n};
	}
	if (fd >= 0 && !is_out && close(fd) != 0)
		n = -1;
	if (n < 0)
		fprintf(stderr, "entente attachment get: %s: %s\n", path, strerror(errno));
	return n < 0;
}

int attachment_get(const struct question_call *call)
{
	struct ent_str bytes = ENT_ABSENT;
	bool doubt;
	int status = client_ask(&call->client, call->arena, "GET",
				question_path(call, "/v1/incidents/{incident}/attachments/{attachment}"), ENT_ABSENT,
				&bytes, &doubt);

	return status ? status : bytes_write(question_value(call, "file"), bytes);
}

/* ---- showing ------------------------------------------------------------------------------------ */

void attachment_show(struct ent_arena *arena, struct ent_str json)
{
	const struct sdk_json *one = client_parse(arena, json);

	if (!one)
		return;
	table_members(arena, one, NULL);
	printf("\nNobody else sees it until a comment carries it; after a day it goes.\n");
}

void attachment_show_all(struct ent_arena *arena, struct ent_str json)
{
	static const struct table_column attached[] = {{"ID", "id"},           {"SIZE", "size"}, {"STATE", "state"},
						       {"COMMENT", "comment"}, {"NAME", "name"}, {0}};
	static const struct table_column staged[] = {{"YOURS ALONE", "id"}, {"SIZE", "size"}, {"STATE", "state"},
						     {"UNTIL", "until"},    {"NAME", "name"}, {0}};
	const struct sdk_json *all = client_parse(arena, json);

	if (!all)
		return;
	table_print(arena, sdk_json_at(all, "attachments"), attached, "No files stand at comments that you may read.");
	if (sdk_json_count(sdk_json_at(all, "staged")) == 0)
		return;
	puts("");
	table_print(arena, sdk_json_at(all, "staged"), staged, "");
}
