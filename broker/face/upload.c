/* SPDX-License-Identifier: Apache-2.0 */
#include "face/upload.h"

#include <string.h>

#include "core/file_name.h"
#include "core/sniff.h"
#include "face/answer.h"
#include "face/ask.h"
#include "face/reading.h"
#include "view/view_upload.h"

enum { GIVEN_NAME_MAX = 1000 }; /* bytes */

/* ---- before its first byte ------------------------------------------------------------------- */

static bool read_file_name(struct exchange *x, struct ent_str *ret)
{
	const struct ent_str name = exchange_argument(x, "name");

	if (name.n && name.n <= GIVEN_NAME_MAX) {
		*ret = file_name_safe(&x->arena.abi, name);
		return true;
	}
	answer_problem(x, PROBLEM_REQUEST, "upload.name",
		       "The file's name is needed, as ?name=trace.log in the address, with 1 to {most=%d} bytes.",
		       GIVEN_NAME_MAX);
	return false;
}

static bool upload_has_size(struct exchange *x)
{
	const struct limits *limits = &x->home->face->limits;

	if (x->request.length == 0)
		answer_problem(x, PROBLEM_CONTENT, "upload.empty", "The file has no bytes. Send it as the body.");
	else if (x->request.length > 0 && (uint64_t)x->request.length > limits->upload_max)
		answer_problem(x, PROBLEM_TOO_LARGE, "upload.too_large",
			       "A file has at most {most=%lld} bytes (attachments.size_max).",
			       (long long)limits->upload_max);
	else
		return true;
	return false;
}

/* How full it is, as everybody is told it: whether the same content is there already makes no difference. */
static bool files_have_room(struct exchange *x)
{
	const struct limits *limits = &x->home->face->limits;
	const int64_t length = x->request.length > 0 ? x->request.length : 0;
	struct files *files = x->home->face->world.files;
	int own;

	if (!files)
		answer_busy(x, SDK_SENTENCE("busy.no_files", "No files can be kept here."));
	else if (!reader_key(&x->reader).n)
		answer_problem(
		    x, PROBLEM_VERB, "upload.old_token",
		    "This token was made before version 3 and tells nobody apart: make another one to upload.");
	else if (files_under_way(files, reader_key(&x->reader), &own) >= limits->uploads_max)
		answer_busy(x, SDK_SENTENCE("busy.uploads",
					    "Too many files arrive at once: wait until some of them are there."));
	else if (files_bytes(files) + length > limits->files_max)
		answer_busy(x, SDK_SENTENCE("busy.files_full",
					    "There is no room for more files: an administrator has to raise "
					    "attachments.total_max."));
	else if (own >= limits->uploads_each_max)
		answer_problem(x, PROBLEM_RATE, "upload.at_once",
			       "You send {n=%d} files at once already; send the next one when one of them is there.",
			       own);
	else
		return true;
	return false;
}

bool upload_begin(struct exchange *x)
{
	struct upload *upload = SDK_NEW(&x->arena.abi, struct upload);
	struct incident incident;
	char part[ID_SIZE];

	upload->row = SDK_NEW(&x->arena.abi, struct upload_row);
	upload->job = ask_new(x, JOB_UPLOAD);
	if (!ask_incident(x, &incident) || !read_file_name(x, &upload->row->name) ||
	    !ask_id(x, exchange_argument(x, "id"), "file", upload->job->ask.comment_uuid) || !upload_has_size(x) ||
	    !files_have_room(x))
		return false;
	upload->job->ask.incident = incident.number;
	x->desk->face->world.chance->uuid(x->desk->face->world.chance, part);
	if (!files_begin(x->home->face->world.files, part, sdk_dup(&x->arena.abi, reader_key(&x->reader)),
			 &upload->file)) {
		answer_busy(x,
			    SDK_SENTENCE("busy.disk",
					 "The disk takes no file now: an administrator has to make room in data_dir."));
		return false;
	}
	x->upload = upload;
	return true;
}

/* ---- its bytes ------------------------------------------------------------------------------- */

int upload_take(struct exchange *x, const char *p, size_t n, const char **ret_why)
{
	const struct limits *limits = &x->home->face->limits;
	struct files *files = x->home->face->world.files;
	struct upload *upload = x->upload;

	*ret_why = "the file is larger than attachments.size_max allows";
	if ((uint64_t)upload->file.size + n > limits->upload_max)
		return 413;
	*ret_why = "there is no room for more files (attachments.total_max)";
	if (files_bytes(files) + (int64_t)n > limits->files_max)
		return 503;
	*ret_why = "the disk does not take the file";
	return files_add(files, &upload->file, p, n) ? 0 : 503;
}

/* ---- all of them came ---------------------------------------------------------------------------- */

static void upload_answer(struct exchange *x)
{
	struct upload *upload = x->upload;
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (!ask_done(x, upload->job))
		return;
	ask_answer(x, upload->job->outcome == JOB_ACCEPTED ? 201 : 200,
		   view_upload_staged(ask_view(x), sdk_str(upload->job->ask.comment_uuid), &json, &err), json, &err);
}

/* At a filer's thread. */
static void upload_to_disk(struct exchange *x)
{
	x->upload->is_on_disk = files_keep(x->desk->face->world.files, &x->upload->file);
}

static void upload_is_on_disk(struct exchange *x)
{
	struct upload *upload = x->upload;

	if (x->answer.status) /* too many waited, or the broker ends */
		return;
	if (!upload->is_on_disk) {
		answer_busy(x,
			    SDK_SENTENCE("busy.disk",
					 "The disk takes no file now: an administrator has to make room in data_dir."));
		return;
	}
	upload->job->upload = upload->row;
	upload->job->ask.staged_max = x->home->face->limits.staged_max;
	ask_submit(x, upload->job, upload_answer);
}

void upload_serve(struct exchange *x)
{
	struct upload *upload = x->upload;

	if (!upload) {
		answer_busy(x,
			    SDK_SENTENCE("busy.disk",
					 "The disk takes no file now: an administrator has to make room in data_dir."));
		return;
	}
	if (upload->file.size == 0) {
		answer_problem(x, PROBLEM_CONTENT, "upload.empty", "The file has no bytes. Send it as the body.");
		return;
	}
	files_whole(&upload->file);
	upload->row->size = upload->file.size;
	memcpy(upload->row->sha256, upload->file.hash, sizeof upload->row->sha256);
	upload->row->media_type = sdk_str(sniff_type((struct ent_str){upload->file.head, upload->file.n_head},
						     (int64_t)upload->file.n_head == upload->file.size));
	upload->row->state = x->home->face->limits.upload_checks ? UPLOAD_CHECKING : UPLOAD_KEPT;
	x->body = sdk_str(upload->file.hash); /* what an Idempotency-Key stands for */
	if (!reading_ask_by(x, x->home->face->filers, upload_to_disk, upload_is_on_disk))
		answer_busy(x, SDK_SENTENCE("busy.uploads",
					    "Too many files arrive at once: wait until some of them are there."));
}

void upload_end(struct exchange *x)
{
	files_end(x->home->face->world.files, &x->upload->file);
	x->upload = NULL;
}
