/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/conn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "face/live.h"
#include "face/route.h"
#include "face/uri.h"
#include "edge/worker.h"

void conn_deadline(struct conn *conn, int seconds)
{
	conn->deadline_us = seconds > 0 ? conn->worker->now_us + (int64_t)seconds * 1000000 : 0;
}

struct conn *conn_new(struct worker *worker, int fd, uint32_t bucket)
{
	struct conn *conn = sdk_xalloc(sizeof *conn);

	memset(conn, 0, sizeof *conn);
	conn->worker = conn->x.worker = worker;
	conn->x.desk = &worker->desk;
	conn->fd = fd;
	conn->bucket = bucket;
	sdk_arena_init(&conn->x.arena);
	sdk_buf_init(&conn->out, worker->edge->limits.answer_max + CONN_OUT_SMALL);
	conn->readable = true; /* the first request often comes with the connection */
	conn_deadline(conn, worker->edge->limits.idle_s);
	return conn;
}

/* ---- exchanges ---------------------------------------------------------------------- */

static void exchange_begin(struct conn *conn)
{
	struct exchange *x = &conn->x;

	x->began_us = conn->worker->now_us;
	x->roster = roster_ref(conn->worker->roster);
}

/* The answer stands in x: on its way. */
static void exchange_answer(struct conn *conn)
{
	struct exchange *x = &conn->x;
	struct edge *edge = conn->worker->edge;

	assert(x->answer.status != 0);
	if (x->request.close || atomic_load(&edge->draining) || x->stream != NULL)
		conn->closes = true;
	answer_print(x, conn->closes, &conn->out);
	metric_add(edge->world.metrics, METRIC_HTTP_REQUESTS, 1);
	if (edge->world.log->level <= LOG_DEBUG)
		log_write(edge->world.log, LOG_DEBUG, "http.answered", LOG_STR("method", x->request.method),
			  LOG_STR("path", uri_shown(&x->arena.abi, x->path)), LOG_INT("status", x->answer.status),
			  LOG_INT("us", conn->worker->now_us - x->began_us), LOG_END);
	conn->state = x->stream != NULL ? CONN_STREAMS : CONN_SENDS;
	conn_deadline(conn, edge->limits.answer_s);
}

void conn_forward(struct conn *conn)
{
	struct exchange *x = &conn->x;
	struct worker *worker = x->worker;
	struct roster *roster = x->roster;
	size_t used = conn->n_head;

	if (x->stream != NULL)
		live_end(x);
	if (conn->n_head > 0)
		used += x->request.length < 0 ? conn->chunks.at : (size_t)x->request.length;
	if (used > conn->n_in)
		used = conn->n_in; /* refused before the body came; then the connection ends */
	conn->n_in -= used;
	if (conn->n_in > 0)
		memmove(conn->in, conn->in + used, conn->n_in);
	sdk_arena_release(&x->arena);
	roster_unref(roster);
	x->request = (struct request){0};
	x->route = NULL;
	x->path = x->body = x->principal = ENT_ABSENT;
	memset(x->param, 0, sizeof x->param);
	x->n_argument = x->n_waiting = 0;
	x->roster = NULL;
	x->answer = (struct answer){0};
	x->resume = NULL;
	x->work = NULL;
	x->read = NULL;
	x->stream = NULL;
	conn_shrink(conn);
	conn->scan = (struct guard_scan){0};
	conn->chunks = (struct guard_chunks){0};
	conn->n_head = 0;
	conn->continued = false;
	conn->state = CONN_HEAD;
	conn_deadline(conn, worker->edge->limits.idle_s);
}

static bool refuse(struct conn *conn, const struct guard_refusal *refusal)
{
	struct edge *edge = conn->worker->edge;

	if (sdk_starts(conn->x.request.target, "/") && sdk_is_utf8(conn->x.request.target))
		conn->x.path = sdk_cut(conn->x.request.target, '?', &(struct ent_str){0});
	answer_refusal(&conn->x, refusal);
	if (refusal->status == 503)
		conn->x.answer.fields = ENT_STR("Retry-After: 1\r\n");
	conn->closes = true;
	if (sdk_starts(conn->x.path, "/hooks/"))
		metric_add(edge->world.metrics, METRIC_ARRIVALS_REFUSED, 1);
	exchange_answer(conn);
	return true;
}

static bool refuse_full(struct conn *conn)
{
	return refuse(conn, &(struct guard_refusal){503, "Too many large requests are under way"});
}

/* ---- steps: true when there is more to do at once ----------------------------------------- */

static bool fill_or_end(struct conn *conn)
{
	switch (conn_fill(conn)) {
	case FILL_SOME:
		return true;
	case FILL_LATER:
		return false;
	case FILL_FULL:
		return refuse_full(conn);
	case FILL_END:
		break;
	}
	conn_end(conn);
	return false;
}

/* The head is whole: is it allowed, and does its body have to come first? */
static bool head_whole(struct conn *conn)
{
	const struct limits *limits = &conn->worker->edge->limits;
	struct exchange *x = &conn->x;
	struct guard_refusal refusal;

	if (guard_read(&conn->scan, limits, (struct ent_str){conn->in, conn->n_head}, &x->arena.abi, &x->request,
		       &refusal) != GUARD_OK)
		return refuse(conn, &refusal);
	conn->state = CONN_BODY;
	conn_deadline(conn, limits->request_s);
	conn->admitted = route_admit(x);
	if (conn->admitted || (x->request.length < 0 && !x->request.expects))
		return true; /* a refusal waits until the chunks prove well-formed: they might deserve another */
	/* Refused without its body, so that it is the last request here. */
	if (x->request.length != 0)
		conn->closes = true;
	exchange_answer(conn);
	return true;
}

static bool head_step(struct conn *conn)
{
	const struct limits *limits = &conn->worker->edge->limits;
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
		exchange_begin(conn);
		conn_deadline(conn, limits->head_s);
	}
	bytes = (struct ent_str){conn->in, conn->n_in};
	switch (guard_scan(&conn->scan, limits, bytes, &conn->n_head, &refusal)) {
	case GUARD_MORE:
		return fill_or_end(conn);
	case GUARD_REFUSED:
		return refuse(conn, &refusal);
	case GUARD_OK:
		break;
	}
	return head_whole(conn);
}

/* Is the body whole? Chunks are decoded as they come. */
static enum guard_verdict body_read(struct conn *conn, struct guard_refusal *ret_refusal)
{
	struct exchange *x = &conn->x;
	char *body = conn->in + conn->n_head;
	size_t there = conn->n_in - conn->n_head;
	enum guard_verdict verdict;

	if (x->request.length >= 0) {
		x->body = (struct ent_str){body, (size_t)x->request.length};
		return there >= x->body.n ? GUARD_OK : GUARD_MORE;
	}
	verdict = guard_chunks(&conn->chunks, &conn->worker->edge->limits, body, there, ret_refusal);
	/* The marks of the chunks that were decoded take no room. */
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

	switch (body_read(conn, &refusal)) {
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
		return refuse(conn, &refusal);
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
	exchange_answer(conn);
	return true;
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
			more = conn_send(conn);
			break;
		case CONN_STREAMS:
			more = conn_stream(conn);
			break;
		case CONN_LINGERS:
			more = conn_linger(conn);
			break;
		case CONN_WAITS:
		case CONN_ENDED:
			more = false;
			break;
		}
		if (state != CONN_SENDS || conn->state != CONN_HEAD || ++requests < worker->edge->limits.burst)
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

void conn_resume(struct conn *conn)
{
	conn->x.resume(&conn->x);
	if (conn->x.n_waiting > 0)
		return;
	exchange_answer(conn);
	conn_go(conn);
}

void conn_timeout(struct conn *conn)
{
	if ((conn->state == CONN_HEAD && conn->x.roster != NULL) || conn->state == CONN_BODY) {
		refuse(conn, &(struct guard_refusal){408, "The request did not arrive whole in time"});
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
	conn_forward(conn);
	conn->state = CONN_ENDED;
	conn->deadline_us = 0;
	close(conn->fd);
	peers_leave(&edge->peers, conn->bucket);
	atomic_fetch_sub(&edge->n_connection, 1);
	metric_add(edge->world.metrics, METRIC_HTTP_CONNECTIONS, -1);
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
	conn_forget(conn);
	sdk_buf_release(&conn->out);
	sdk_arena_release(&conn->x.arena);
	free(conn);
}
