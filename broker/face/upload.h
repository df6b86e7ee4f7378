/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/incidents/{}/attachments?name=...: the body is the file as it is. The connection gives its bytes as they
 * come; they go into a file and are hashed, and are never in memory as a whole. When all are there, a thread of the
 * filers waits for the disk; then the writer stages it, and only then it is answered.
 */
#ifndef FACE_UPLOAD_H
#define FACE_UPLOAD_H

#include "base/files.h"
#include "face/exchange.h"

struct upload {
	struct file_new file;
	struct upload_row *row;
	struct job *job;
	bool is_on_disk;
};

/* May it be uploaded? Then x->upload takes the body. False: answered. */
bool upload_begin(struct exchange *x);
/* Some of its bytes. 0; or the status of the refusal, with *ret_why. */
int upload_take(struct exchange *x, const char *p, size_t n, const char **ret_why);
/* All of them came. */
void upload_serve(struct exchange *x);
/* It is over, however it ended. */
void upload_end(struct exchange *x);

#endif
