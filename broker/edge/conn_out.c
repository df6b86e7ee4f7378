/* SPDX-License-Identifier: Apache-2.0 */
/* What goes out on a connection: answers, streams, and the wait for a client to read its last one. */
#include <errno.h>
#include <sys/socket.h>
#include "edge/conn.h"
#include "face/live.h"
#include "edge/worker.h"

size_t conn_pending(const struct conn *conn)
{
	return conn->out.n - conn->n_sent;
}

/* 1: all sent. 0: the socket is full. -1: nobody takes it. */
static int out_flush(struct conn *conn)
{
	while (conn->n_sent < conn->out.n) {
		ssize_t n = send(conn->fd, conn->out.p + conn->n_sent, conn->out.n - conn->n_sent, MSG_NOSIGNAL);

		if (n > 0)
			conn->n_sent += (size_t)n;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return 0;
		else if (errno != EINTR)
			return -1;
	}
	conn->n_sent = 0;
	if (conn->out.cap > CONN_OUT_SMALL)
		sdk_buf_release(&conn->out);
	sdk_buf_clear(&conn->out);
	return 1;
}

bool conn_send(struct conn *conn)
{
	int sent = conn->out.failed ? -1 : out_flush(conn);

	if (sent == 0)
		return false;
	if (sent < 0) {
		conn_end(conn);
		return false;
	}
	if (!conn->closes) {
		conn_forward(conn);
		return true;
	}
	/* A close with bytes unread becomes a reset, which may destroy the answer before it is read. */
	shutdown(conn->fd, SHUT_WR);
	conn_forward(conn);
	conn->state = CONN_LINGERS;
	conn_deadline(conn, conn->worker->edge->limits.linger_s);
	return true;
}

bool conn_stream(struct conn *conn)
{
	char dropped[1024];
	size_t pending = conn_pending(conn);
	int sent = conn->out.failed ? -1 : out_flush(conn);

	if (sent > 0) {
		conn_deadline(conn, 0);
		if (conn->x.stream->behind)
			conn->worker->pump = true;
	} else if (conn->deadline_us == 0 || conn_pending(conn) < pending) {
		conn_deadline(conn, conn->worker->edge->limits.answer_s);
	}
	while (sent >= 0 && conn->readable) {
		ssize_t n = recv(conn->fd, dropped, sizeof dropped, 0);

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			conn->readable = false;
		else if (n <= 0)
			sent = -1;
	}
	if (sent < 0)
		conn_end(conn);
	return false;
}

bool conn_linger(struct conn *conn)
{
	char dropped[4096];

	while (conn->readable) {
		ssize_t n = recv(conn->fd, dropped, sizeof dropped, 0);

		if (n > 0 && (conn->n_lingered += (size_t)n) <= conn->worker->edge->limits.linger_max)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			conn->readable = false;
			return false;
		}
		conn_end(conn);
		return false;
	}
	return false;
}
