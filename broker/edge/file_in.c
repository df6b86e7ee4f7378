/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/file_in.h"

#include <string.h>
#include "edge/intake.h"
#include "face/upload.h"

#define PIECE ((size_t)64 * 1024)

/* n decoded bytes behind the head go into the file; `used` bytes of the buffer are done with. */
static enum guard_verdict piece_take(struct conn *conn, size_t n, size_t used, struct guard_refusal *ret_refusal)
{
	const struct limits *limits = &conn->worker->edge->face.limits;
	char *body = conn->in + conn->n_head;
	int status = n > 0 ? upload_take(&conn->x, body, n, &ret_refusal->why) : 0;

	conn->n_in -= used;
	memmove(body, body + used, conn->n_in - conn->n_head);
	conn->n_paced += n;
	if (conn->n_paced >= limits->upload_pace) {
		conn->n_paced = 0;
		conn->deadline_us = conn->worker->desk.now_us + (int64_t)limits->request_s * 1000000;
	}
	if (status == 0)
		return GUARD_OK;
	ret_refusal->status = status;
	return GUARD_REFUSED;
}

static enum guard_verdict chunks_take(struct conn *conn, struct guard_refusal *ret_refusal)
{
	struct limits limits = conn->worker->edge->face.limits;
	size_t there = conn->n_in - conn->n_head;
	enum guard_verdict verdict, taken;

	limits.body_max = limits.upload_max - (size_t)conn->x.upload->file.size;
	verdict = guard_chunks(&conn->chunks, &limits, conn->in + conn->n_head, there, ret_refusal);
	if (verdict == GUARD_REFUSED)
		return verdict;
	taken = piece_take(conn, conn->chunks.body, conn->chunks.at, ret_refusal);
	conn->chunks.at = conn->chunks.body = 0;
	return taken == GUARD_OK ? verdict : taken;
}

enum guard_verdict file_in_take(struct conn *conn, struct guard_refusal *ret_refusal)
{
	const struct exchange *x = &conn->x;
	size_t there = conn->n_in - conn->n_head;
	enum guard_verdict verdict;

	intake_widen(conn, conn->n_head + PIECE);
	if (x->request.length < 0)
		return chunks_take(conn, ret_refusal);
	size_t left = (size_t)(x->request.length - x->upload->file.size);
	size_t n = there < left ? there : left;
	verdict = piece_take(conn, n, n, ret_refusal);
	return verdict == GUARD_OK && n < left ? GUARD_MORE : verdict;
}
