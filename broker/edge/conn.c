/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/conn.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/peer.h"
#include "edge/file_in.h"
#include "edge/file_out.h"
#include "edge/intake.h"
#include "face/answer.h"
#include "face/live.h"
#include "face/route.h"
#include "face/upload.h"
#include "face/uri.h"

static void deadline_in(struct conn *conn, int seconds)
{
	conn->deadline_us = seconds > 0 ? conn->worker->desk.now_us + (int64_t)seconds * 1000000 : 0;
}

#define OUT_SMALL 65536u /* an answer's buffer is kept up to here */

/* It is the first member. */
struct conn *conn_of(struct exchange *x)
{
	return (struct conn *)x;
}

struct conn *conn_new(struct worker *worker, int fd, uint32_t bucket, const struct sockaddr_storage *peer)
{
	struct conn *conn = sdk_xalloc(sizeof *conn);

	memset(conn, 0, sizeof *conn);
	conn->worker = worker;
	conn->fd = fd;
	conn->bucket = bucket;
	peers_text(peer, conn->peer);
	exchange_open(&conn->x, &worker->desk);
	sdk_buf_init(&conn->out, worker->edge->face.limits.answer_max + OUT_SMALL);
	conn->readable = true; /* the first request often comes with the connection */
	deadline_in(conn, worker->edge->face.limits.idle_s);
	return conn;
}

/* ---- exchanges ---------------------------------------------------------------------- */

/* Prints the answer of x; it goes out from now on. */
static void answer_send(struct conn *conn)
{
	struct exchange *x = &conn->x;
	struct edge *edge = conn->worker->edge;

	assert(x->answer.status != 0);
	if (x->request.close || atomic_load(&edge->face.draining) || x->stream != NULL)
		conn->closes = true;
	answer_print(x, conn->closes, &conn->out);
	metric_add(edge->face.world.metrics, METRIC_HTTP_REQUESTS, 1);
	if (edge->face.world.log->level <= LOG_DEBUG)
		log_write(edge->face.world.log, LOG_DEBUG, "http.answered", LOG_STR("method", x->request.method),
			  LOG_STR("path", uri_shown(&x->arena.abi, x->path)), LOG_INT("status", x->answer.status),
			  LOG_INT("us", conn->worker->desk.now_us - x->began_us), LOG_END);
	conn->state = x->stream != NULL ? CONN_STREAMS : CONN_SENDS;
	deadline_in(conn, edge->face.limits.answer_s);
}

static void forget_request(struct conn *conn)
{
	struct exchange *x = &conn->x;
	struct worker *worker = conn->worker;
	size_t used = conn->n_head;

	if (x->stream != NULL)
		live_end(x);
	if (conn->n_head > 0 && x->upload == NULL) /* else its body is out of the buffer */
		used += x->request.length < 0 ? conn->chunks.at : (size_t)x->request.length;
	if (x->upload != NULL)
		upload_end(x);
	if (used > conn->n_in)
		used = conn->n_in; /* refused before the body came; then the connection ends */
	conn->n_in -= used;
	if (conn->n_in > 0)
		memmove(conn->in, conn->in + used, conn->n_in);
	exchange_reset(x);
	intake_shrink(conn);
	conn->scan = (struct guard_scan){0};
	conn->chunks = (struct guard_chunks){0};
	conn->n_head = 0;
	conn->continued = false;
	conn->n_file = 0;
	conn->n_paced = 0;
	conn->state = CONN_HEAD;
	deadline_in(conn, worker->edge->face.limits.idle_s);
}

static bool refuse_request(struct conn *conn, const struct guard_refusal *refusal)
{
	struct edge *edge = conn->worker->edge;

	if (sdk_starts(conn->x.request.target, "/") && sdk_is_utf8(conn->x.request.target))
		conn->x.path = sdk_cut(conn->x.request.target, '?', &(struct ent_str){0});
	answer_refusal(&conn->x, refusal->status, refusal->why);
	if (refusal->status == 503)
		conn->x.answer.fields = ENT_STR("Retry-After: 1\r\n");
	conn->closes = true;
	if (sdk_starts(conn->x.path, "/hooks/"))
		metric_add(edge->face.world.metrics, METRIC_ARRIVALS_REFUSED, 1);
	answer_send(conn);
	return true;
}

static bool refuse_full(struct conn *conn)
{
	return refuse_request(conn, &(struct guard_refusal){503, "Too many large requests are under way"});
}

/* ---- steps: true when there is more to do at once ----------------------------------------- */

static bool fill_or_end(struct conn *conn)
{
	switch (intake_fill(conn)) {
	case INTAKE_SOME:
		return true;
	case INTAKE_LATER:
		return false;
	case INTAKE_FULL:
		return refuse_full(conn);
	case INTAKE_END:
		break;
	}
	conn_end(conn);
	return false;
}

/* The head is complete. Decides whether the request is allowed, and whether its body has to be read first. */
static bool head_whole(struct conn *conn)
{
	const struct limits *limits = &conn->worker->edge->face.limits;
	struct limits most = *limits; /* with the larger body that one route takes */
	struct ent_str proxies = conn->worker->edge->face.entrance->ways.proxies;
	struct exchange *x = &conn->x;
	struct guard_refusal refusal;

	if (limits->upload_max > limits->body_max)
		most.body_max = limits->upload_max;
	if (guard_read(&conn->scan, &most, (struct ent_str){conn->in, conn->n_head}, &x->arena.abi, &x->request,
		       &refusal) != GUARD_OK)
		return refuse_request(conn, &refusal);
	if (x->request.length > (int64_t)limits->body_max && !route_takes_file(&x->request))
		return refuse_request(conn, &guard_too_large);
	conn->state = CONN_BODY;
	deadline_in(conn, limits->request_s);
	x->peer = sdk_str(conn->peer);
	if (proxies.n)
		x->peer = peer_of(x->peer, exchange_header(x, "x-forwarded-for"), proxies);
	conn->admitted = route_admit(x);
	if (conn->admitted && route_begin(x))
		return true;
	if (!conn->admitted && (x->request.length < 0 && !x->request.expects))
		return true; /* the refusal waits for the chunks: if they are malformed, that is the answer */
	/* The body of a refused request is not read, so nothing can follow on this connection. */
	if (x->request.length != 0)
		conn->closes = true;
	answer_send(conn);
	return true;
}

static bool head_step(struct conn *conn)
{
	const struct limits *limits = &conn->worker->edge->face.limits;
	struct guard_refusal refusal;
	struct ent_str bytes;

	/* RFC 9112 2.2: an empty line before a request is the end of the last one for some clients. */
	if (conn->n_in >= 2 && conn->scan.lines == 0 && memcmp(conn->in, "\r\n", 2) == 0 && conn->x.roster == NULL) {
		conn->n_in -= 2;
		memmove(conn->in, conn->in + 2, conn->n_in);
	}
	if (conn->n_in == 0 || (conn->n_in == 1 && conn->in[0] == '\r'))
		return fill_or_end(conn);
	if (conn->x.roster == NULL) {
		exchange_begin(&conn->x);
		deadline_in(conn, limits->head_s);
	}
	bytes = (struct ent_str){conn->in, conn->n_in};
	switch (guard_scan(&conn->scan, limits, bytes, &conn->n_head, &refusal)) {
	case GUARD_MORE:
		return fill_or_end(conn);
	case GUARD_REFUSED:
		return refuse_request(conn, &refusal);
	case GUARD_OK:
		break;
	}
	return head_whole(conn);
}

/* Tells whether the body is complete. Chunks are decoded as they come. */
static enum guard_verdict body_arrived(struct conn *conn, struct guard_refusal *ret_refusal)
{
	struct exchange *x = &conn->x;
	char *body = conn->in + conn->n_head;
	size_t there = conn->n_in - conn->n_head;
	enum guard_verdict verdict;

	if (x->upload != NULL)
		return file_in_take(conn, ret_refusal);
	if (x->request.length >= 0) {
		x->body = (struct ent_str){body, (size_t)x->request.length};
		return there >= x->body.n ? GUARD_OK : GUARD_MORE;
	}
	verdict = guard_chunks(&conn->chunks, &conn->worker->edge->face.limits, body, there, ret_refusal);
	/* The size lines of decoded chunks are removed from the buffer. */
	memmove(body + conn->chunks.body, body + conn->chunks.at, there - conn->chunks.at);
	conn->n_in -= conn->chunks.at - conn->chunks.body;
	conn->chunks.at = conn->chunks.body;
	x->body = (struct ent_str){body, conn->chunks.body};
	return verdict;
}

static bool body_step(struct conn *conn)
{
	struct exchange *x = &conn->x;
	struct guard_refusal refusal;

	switch (body_arrived(conn, &refusal)) {
	case GUARD_MORE:
		if (x->request.expects && !conn->continued && conn->n_in == conn->n_head) {
			sdk_buf_z(&conn->out, "HTTP/1.1 100 Continue\r\n\r\n");
			if (send(conn->fd, conn->out.p, conn->out.n, MSG_NOSIGNAL) != (ssize_t)conn->out.n) {
				conn_end(conn);
				return false;
			}
			sdk_buf_clear(&conn->out);
		}
		conn->continued = true;
		return fill_or_end(conn);
	case GUARD_REFUSED:
		return refuse_request(conn, &refusal);
	case GUARD_OK:
		break;
	}
	if (conn->admitted || route_admit(x))
		route_serve(x);
	if (x->n_waiting > 0) {
		conn->state = CONN_WAITS;
		conn->deadline_us = 0; /* the writer and the readers always answer */
		return false;
	}
	answer_send(conn);
	return true;
}

/* ---- the way out -------------------------------------------------------------------------- */

static size_t pending_out(const struct conn *conn)
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
	if (conn->x.file >= 0 && conn->state == CONN_SENDS) {
		const int sent = file_out_send(conn);
		if (sent <= 0)
			return sent;
	}
	conn->n_sent = 0;
	if (conn->out.cap > OUT_SMALL)
		sdk_buf_release(&conn->out);
	sdk_buf_clear(&conn->out);
	return 1;
}

static bool send_step(struct conn *conn)
{
	int sent = conn->out.failed ? -1 : out_flush(conn);

	if (sent == 0)
		return false;
	if (sent < 0) {
		conn_end(conn);
		return false;
	}
	if (!conn->closes) {
		forget_request(conn);
		return true;
	}
	/* A close with bytes unread becomes a reset, which may destroy the answer before it is read. */
	shutdown(conn->fd, SHUT_WR);
	forget_request(conn);
	conn->state = CONN_LINGERS;
	deadline_in(conn, conn->worker->edge->face.limits.linger_s);
	return true;
}

static bool stream_step(struct conn *conn)
{
	char dropped[1024];
	size_t before = pending_out(conn);
	int sent = conn->out.failed ? -1 : out_flush(conn);

	if (sent > 0) {
		deadline_in(conn, 0);
		if (conn->x.stream->behind)
			conn->worker->desk.pump = true;
	} else if (conn->deadline_us == 0 || pending_out(conn) < before) {
		deadline_in(conn, conn->worker->edge->face.limits.answer_s);
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

static bool linger_step(struct conn *conn)
{
	char dropped[4096];

	while (conn->readable) {
		ssize_t n = recv(conn->fd, dropped, sizeof dropped, 0);

		if (n > 0 && (conn->n_lingered += (size_t)n) <= conn->worker->edge->face.limits.linger_max)
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

/* ---- what happens to it ------------------------------------------------------------------ */

void conn_go(struct conn *conn)
{
	struct worker *worker = conn->worker;
	int requests = 0;

	for (bool more = true; more;) {
		enum conn_state state = conn->state;

		switch (state) {
		case CONN_HEAD:
			more = head_step(conn);
			break;
		case CONN_BODY:
			more = body_step(conn);
			break;
		case CONN_SENDS:
			more = send_step(conn);
			break;
		case CONN_STREAMS:
			more = stream_step(conn);
			break;
		case CONN_LINGERS:
			more = linger_step(conn);
			break;
		case CONN_WAITS:
		case CONN_ENDED:
			more = false;
			break;
		}
		if (state != CONN_SENDS || conn->state != CONN_HEAD || ++requests < worker->edge->face.limits.burst)
			continue;
		if (!conn->is_ready) {
			conn->is_ready = true;
			conn->next_ready = worker->ready;
			worker->ready = conn;
		}
		return;
	}
}

void conn_event(struct conn *conn, uint32_t events)
{
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		conn->readable = true;
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		conn->hung_up = true;
	conn_go(conn);
}

void conn_came_back(struct conn *conn)
{
	if (!exchange_came_back(&conn->x))
		return;
	answer_send(conn);
	conn_go(conn);
}

void conn_timeout(struct conn *conn)
{
	if ((conn->state == CONN_HEAD && conn->x.roster != NULL) || conn->state == CONN_BODY) {
		refuse_request(conn, &(struct guard_refusal){408, "The request did not arrive whole in time"});
		conn_go(conn);
	} else {
		conn_end(conn);
	}
}

void conn_drain(struct conn *conn)
{
	if (conn->state == CONN_STREAMS || (conn->state == CONN_HEAD && conn->x.roster == NULL))
		conn_end(conn);
}

void conn_end(struct conn *conn)
{
	struct worker *worker = conn->worker;
	struct edge *edge = worker->edge;

	assert(conn->state != CONN_WAITS && conn->state != CONN_ENDED);
	forget_request(conn);
	conn->state = CONN_ENDED;
	conn->deadline_us = 0;
	close(conn->fd);
	peers_leave(&edge->peers, conn->bucket);
	atomic_fetch_sub(&edge->n_connection, 1);
	metric_add(edge->face.world.metrics, METRIC_HTTP_CONNECTIONS, -1);
	if (conn->prev != NULL)
		conn->prev->next = conn->next;
	else
		worker->conns = conn->next;
	if (conn->next != NULL)
		conn->next->prev = conn->prev;
	worker->n_conn--;
	conn->next_grave = worker->grave;
	worker->grave = conn;
}

void conn_free(struct conn *conn)
{
	assert(conn->state == CONN_ENDED);
	intake_free(conn);
	sdk_buf_release(&conn->out);
	sdk_arena_release(&conn->x.arena);
	free(conn);
}
