/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define IN_SMALL 8192u /* the usual webhook with its head; beyond it the bytes are counted */

static struct ent_str str_moved(struct ent_str s, const char *from, const char *to)
{
	return s.p != NULL ? (struct ent_str){to + (s.p - from), s.n} : s;
}

/* The request under way points into the buffer. Its parameters and arguments are decoded copies, and its body is set
 * again after each read. */
static void request_move(struct exchange *x, const char *from, const char *to)
{
	x->request.method = str_moved(x->request.method, from, to);
	x->request.target = str_moved(x->request.target, from, to);
	x->path = str_moved(x->path, from, to);
	for (size_t i = 0; i < x->request.n_header; i++) {
		x->request.header[i].name = str_moved(x->request.header[i].name, from, to);
		x->request.header[i].value = str_moved(x->request.header[i].value, from, to);
	}
}

static void in_resize(struct conn *conn, size_t cap)
{
	struct edge *edge = conn->worker->edge;
	size_t counted = conn->cap_in > IN_SMALL ? conn->cap_in : 0;
	char *old = conn->in;

	conn->in = cap > 0 ? sdk_xalloc(cap) : NULL;
	if (conn->n_in > 0 && cap > 0) {
		memcpy(conn->in, old, conn->n_in);
		request_move(&conn->x, old, conn->in);
	}
	free(old);
	conn->cap_in = cap;
	atomic_fetch_sub(&edge->buffered, counted);
	atomic_fetch_add(&edge->buffered, cap > IN_SMALL ? cap : 0);
}

/* Room for at least one more byte. False: all requests together hold too much memory. The guard bounds one request:
 * head_max, and body_max with the marks of a chunk. */
static bool in_room(struct conn *conn)
{
	struct edge *edge = conn->worker->edge;

	if (conn->n_in < conn->cap_in)
		return true;
	if (conn->cap_in >= IN_SMALL && atomic_load(&edge->buffered) + conn->cap_in > edge->face.limits.buffered_max)
		return false;
	in_resize(conn, conn->cap_in > 0 ? conn->cap_in * 2 : IN_SMALL);
	return true;
}

enum intake intake_fill(struct conn *conn)
{
	size_t room;
	ssize_t n;

	if (!conn->readable)
		return INTAKE_LATER;
	if (!in_room(conn))
		return INTAKE_FULL;
	room = conn->cap_in - conn->n_in;
	do
		n = recv(conn->fd, conn->in + conn->n_in, room, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		conn->readable = false;
		return errno == EAGAIN || errno == EWOULDBLOCK ? INTAKE_LATER : INTAKE_END;
	}
	if (n == 0)
		return INTAKE_END;
	conn->n_in += (size_t)n;
	if ((size_t)n < room && !conn->hung_up)
		conn->readable = false;
	return INTAKE_SOME;
}

void intake_widen(struct conn *conn, size_t cap)
{
	const struct edge *edge = conn->worker->edge;

	if (conn->cap_in < cap && atomic_load(&edge->buffered) + cap <= edge->face.limits.buffered_max)
		in_resize(conn, cap);
}

void intake_shrink(struct conn *conn)
{
	if (conn->cap_in > IN_SMALL && conn->n_in <= IN_SMALL)
		in_resize(conn, IN_SMALL);
}

void intake_free(struct conn *conn)
{
	conn->n_in = 0;
	in_resize(conn, 0);
}
