/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes go out as a file to be saved, whatever they are: a browser neither shows them nor runs what stands in them. */
#include "face/attachments.h"

#include <string.h>

#include "base/files.h"
#include "core/file_name.h"
#include "face/answer.h"
#include "face/ask.h"
#include "sdk/uuid.h"
#include "sdk/webhook.h"
#include "view/view_upload.h"

#define POLICY_OF_FILE "default-src 'none'; sandbox; frame-ancestors 'none'"
enum { TAG_BYTES = 16 };

void attachments_list(struct exchange *x)
{
	struct ent_str json = ENT_ABSENT;
	struct incident incident;
	struct ent_err err;

	if (ask_incident(x, &incident))
		ask_answer(x, 200, view_upload_list(ask_view(x), incident.number, &json, &err), json, &err);
}

/* ---- its bytes ------------------------------------------------------------------------------------- */

/* The reader's own: two readers never compare what they have by it. */
static struct ent_str tag_of(struct exchange *x, const struct view_upload *upload)
{
	const struct ent_str part[] = {reader_key(&x->reader),
				       ENT_STR("\n"),
				       sdk_or_empty(x->principal),
				       ENT_STR("\n"),
				       sdk_lower(&x->arena.abi, x->param[1]),
				       ENT_STR("\n"),
				       sdk_str(upload->sha256)};
	unsigned char hash[SDK_HASH_MAX];

	sdk_digest(SDK_SHA256, part, sizeof part / sizeof *part, hash);
	return sdk_format(&x->arena.abi, "\"%.*s\"", ENT_F(sdk_hex(&x->arena.abi, hash, TAG_BYTES)));
}

/* Only its uploader comes here. */
static bool is_checked(struct exchange *x, const struct view_upload *upload)
{
	if (upload->state == UPLOAD_CHECKING)
		answer_problem(x, PROBLEM_CONFLICT, "upload.not_checked",
			       "The file has not been checked yet; try again in a moment.");
	else if (upload->state == UPLOAD_REFUSED)
		answer_problem(x, PROBLEM_CONFLICT, "upload.is_refused",
			       "The check of files refused it: nobody gets its bytes. Remove it.");
	return upload->state == UPLOAD_KEPT;
}

static void answer_file(struct exchange *x, const struct view_upload *upload)
{
	const struct files *files = x->desk->face->world.files;
	const struct ent_str tag = tag_of(x, upload), match = exchange_header(x, "if-none-match");
	const struct ent_str fields =
	    sdk_format(&x->arena.abi, "%.*sETag: %.*s\r\nCross-Origin-Resource-Policy: same-origin\r\n",
		       ENT_F(file_name_disposition(&x->arena.abi, upload->name)), ENT_F(tag));

	if (match.p && sdk_eq(match, tag)) {
		answer_body(x, 304, NULL, ENT_STR(""));
		x->answer.fields = fields;
		return;
	}
	int fd = files ? files_read(files, upload->sha256, upload->size) : -1;
	if (fd < 0) {
		answer_problem(x, PROBLEM_NOT_FOUND, "upload.missing",
			       "The file's bytes are not here any more: an administrator has to restore the folder "
			       "files of data_dir from a backup.");
		return;
	}
	answer_body(x, 200, "application/octet-stream", ENT_STR(""));
	x->answer.file_size = upload->size;
	x->answer.fields = fields;
	x->answer.policy = ENT_STR(POLICY_OF_FILE);
	x->file = fd;
}

void attachments_get(struct exchange *x)
{
	struct incident incident;
	struct view_upload upload;
	struct ent_err err;
	enum ent_rc rc;

	if (!ask_incident(x, &incident))
		return;
	rc = view_upload_find(ask_view(x), incident.number, sdk_lower(&x->arena.abi, x->param[1]), &upload, &err);
	if (rc != ENT_OK)
		answer_failure(x, rc, &err);
	else if (is_checked(x, &upload))
		answer_file(x, &upload);
}

/* ---- one that no comment carries ------------------------------------------------------------------------ */

static void upload_dropped(struct exchange *x)
{
	if (ask_done(x, x->work))
		answer_body(x, 204, NULL, ENT_STR(""));
}

void attachments_delete(struct exchange *x)
{
	const struct ent_str id = sdk_lower(&x->arena.abi, x->param[1]);
	struct job *job = ask_new(x, JOB_UPLOAD_DROP);
	struct incident incident;

	if (!ask_incident(x, &incident))
		return;
	if (!sdk_is_uuid(id)) {
		answer_problem(
		    x, PROBLEM_NOT_FOUND, "upload.id",
		    "A file's id is a UUID; the incident's attachments, or entente attachment list, show it.");
		return;
	}
	job->ask.incident = incident.number;
	memcpy(job->ask.comment_uuid, id.p, ID_SIZE - 1);
	ask_submit(x, job, upload_dropped);
}

/* ---- with words ---------------------------------------------------------------------------------------- */

static bool is_listed_before(const struct ent_str *list, size_t n, struct ent_str id)
{
	for (size_t i = 0; i < n; i++)
		if (sdk_eq(list[i], id))
			return true;
	return false;
}

bool attachments_read(struct exchange *x, const struct sdk_json *node, struct ask *ret)
{
	struct ent_str *list = SDK_NEW_N(&x->arena.abi, struct ent_str, UPLOADS_A_COMMENT);
	const struct sdk_json *one = sdk_json_first(node);
	size_t n = 0;

	if (!node)
		return true;
	for (; sdk_json_kind(node) == SDK_JSON_ARRAY && one && n < UPLOADS_A_COMMENT; one = sdk_json_next(one)) {
		const struct ent_str id = sdk_lower(&x->arena.abi, sdk_json_text(one));
		if (sdk_json_kind(one) != SDK_JSON_STRING || !sdk_is_uuid(id) || is_listed_before(list, n, id))
			break;
		list[n++] = id;
	}
	ret->attachment = list;
	ret->n_attachment = n;
	if (sdk_json_kind(node) == SDK_JSON_ARRAY && !one)
		return true;
	answer_problem(x, PROBLEM_CONTENT, "ask.attachments",
		       "\"attachments\" has to be a list of up to {most=%d} ids of uploaded files, each once.",
		       UPLOADS_A_COMMENT);
	return false;
}
