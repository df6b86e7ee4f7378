/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/file_out.h"

#include <errno.h>
#include <sys/sendfile.h>

#define PIECE  ((size_t)256 * 1024)
#define A_TURN ((size_t)1 << 20) /* then others have their turn */

/* Goes on with the next turn, though no event comes. */
static void go_on_later(struct conn *conn)
{
	if (conn->is_ready)
		return;
	conn->is_ready = true;
	conn->next_ready = conn->worker->ready;
	conn->worker->ready = conn;
}

static void deadline_pace(struct conn *conn, size_t n)
{
	const struct limits *limits = &conn->worker->edge->face.limits;

	conn->n_paced += n;
	if (conn->n_paced < limits->upload_pace)
		return;
	conn->n_paced = 0;
	conn->deadline_us = conn->worker->desk.now_us + (int64_t)limits->answer_s * 1000000;
}

int file_out_send(struct conn *conn)
{
	const struct exchange *x = &conn->x;
	size_t turn = 0;

	if (sdk_eqz(x->request.method, "HEAD"))
		return 1;
	while (conn->n_file < x->answer.file_size) {
		off_t at = (off_t)conn->n_file;
		size_t left = (size_t)(x->answer.file_size - conn->n_file);
		ssize_t n = sendfile(conn->fd, x->file, &at, left < PIECE ? left : PIECE);

		if (n > 0) {
			conn->n_file += n;
			deadline_pace(conn, (size_t)n);
			turn += (size_t)n;
			if (turn < A_TURN)
				continue;
			go_on_later(conn);
			return 0;
		}
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (n == 0 || errno != EINTR) /* 0: the file became shorter: the client sees that it is not whole */
			return -1;
	}
	return 1;
}
