/* SPDX-License-Identifier: Apache-2.0 */
#include "face/live.h"

#include <string.h>
#include "edge/conn.h"
#include "face/route.h"
#include "edge/worker.h"
#include "edge/ask.h"
#include "view/view_find.h"
#include "view/view_live.h"

/* x is the connection's first member. */
static struct conn *conn_of(struct stream *stream)
{
	return (struct conn *)stream->x;
}

/* ---- the route --------------------------------------------------------------- */

/* Last-Event-ID wins: it is what a browser sends when it comes back to the address with "after". */
static bool read_after(struct exchange *x, int64_t *ret)
{
	struct ent_str text = exchange_header(x, "last-event-id");
	int64_t last = writer_last_seq(x->worker->edge->world.writer);

	if (text.p == NULL)
		text = exchange_argument(x, "after");
	*ret = last;
	if (text.p == NULL)
		return true;
	if (!sdk_to_int(text, ret) || *ret < 0) {
		answer_problem(x, PROBLEM_REQUEST,
			       "\"after\" and Last-Event-ID have to be the id of an event, or 0 for all.");
		return false;
	}
	if (*ret > last)
		*ret = last;
	return true;
}

static bool read_filters(struct exchange *x, struct stream *stream)
{
	struct ent_str word = exchange_argument(x, "incident");
	struct incident incident;
	struct ent_err err;
	enum ent_rc rc;

	stream->supplier = exchange_argument(x, "supplier");
	if (stream->supplier.p != NULL && supplier_by_name(x->roster->set, stream->supplier) == NULL) {
		answer_problem(x, PROBLEM_REQUEST,
			       "\"supplier\" is not a configured supplier; GET /v1/suppliers, or entente supplier "
			       "list, lists them.");
		return false;
	}
	if (word.p == NULL)
		return true;
	rc = view_find(ask_view(x), word, &incident, &err);
	if (rc == ENT_OK)
		stream->incident = sdk_dup(&x->arena.abi, sdk_str(incident.uuid));
	else
		answer_failure(x, rc, &err);
	return rc == ENT_OK;
}

void live_get(struct exchange *x)
{
	struct worker *worker = x->worker;
	struct edge *edge = worker->edge;
	struct stream *stream = SDK_NEW(&x->arena.abi, struct stream);

	if (!read_after(x, &stream->after) || !read_filters(x, stream))
		return;
	answer_body(x, 200, "text/event-stream", ENT_STR(": entente live events\nretry: 2000\n\n"));
	if (sdk_eqz(x->request.method, "HEAD"))
		return;
	if (atomic_fetch_add(&edge->n_stream, 1) >= edge->limits.streams_max) {
		atomic_fetch_sub(&edge->n_stream, 1);
		answer_busy(x, "There are as many live streams as this server serves.");
		return;
	}
	metric_add(edge->world.metrics, METRIC_SSE_STREAMS, 1);
	stream->x = x;
	stream->next = worker->streams;
	if (stream->next != NULL)
		stream->next->prev = stream;
	worker->streams = stream;
	stream->sent_us = worker->now_us;
	stream->behind = true;
	worker->pump = true;
	x->stream = stream;
}

void live_end(struct exchange *x)
{
	struct stream *stream = x->stream;
	struct edge *edge = x->worker->edge;

	if (stream->prev != NULL)
		stream->prev->next = stream->next;
	else
		x->worker->streams = stream->next;
	if (stream->next != NULL)
		stream->next->prev = stream->prev;
	atomic_fetch_sub(&edge->n_stream, 1);
	metric_add(edge->world.metrics, METRIC_SSE_STREAMS, -1);
}

/* ---- serving ------------------------------------------------------------------- */

struct serve {
	struct stream *stream;
	struct ent_arena *arena;
	size_t buffer_max;
	int64_t n;
};

static bool is_wanted(const struct serve *serve, struct ent_str json)
{
	const struct stream *stream = serve->stream;
	const struct sdk_json *event;
	struct ent_err err;

	if (stream->supplier.p == NULL && stream->incident.p == NULL)
		return true;
	if (sdk_json_parse(serve->arena, json, &event, &err) != ENT_OK)
		return false;
	return (stream->supplier.p == NULL || sdk_eq(sdk_json_text_at(event, "data.supplier"), stream->supplier)) &&
	       (stream->incident.p == NULL || sdk_eq(sdk_json_text_at(event, "subject"), stream->incident));
}

static bool take(void *to, int64_t seq, struct ent_str type, struct ent_str json)
{
	struct serve *serve = to;
	struct sdk_buf *out = &conn_of(serve->stream)->out;

	serve->n++;
	serve->stream->after = seq;
	if (is_wanted(serve, json)) {
		sdk_buf_z(out, "id: ");
		sdk_buf_int(out, seq);
		sdk_buf_z(out, "\nevent: ");
		sdk_buf_str(out, type);
		for (struct ent_str rest = json; rest.p != NULL;) {
			sdk_buf_z(out, "\ndata: ");
			sdk_buf_str(out, sdk_cut(rest, '\n', &rest));
		}
		sdk_buf_z(out, "\n\n");
	}
	return conn_pending(conn_of(serve->stream)) < serve->buffer_max;
}

static void serve_stream(struct worker *worker, struct stream *stream)
{
	const struct limits *limits = &worker->edge->limits;
	struct conn *conn = conn_of(stream);
	size_t pending = conn_pending(conn);
	struct sdk_arena arena;
	struct serve serve = {stream, &arena.abi, limits->stream_buffer, 0};
	struct view view = {worker->desk.db, &arena.abi};
	int64_t reached;

	if (pending >= limits->stream_buffer) /* goes on when the reader took some */
		return;
	sdk_arena_init(&arena);
	reached = view_live(&view, worker->edge->options.source, stream->after, limits->stream_batch, take, &serve);
	sdk_arena_release(&arena);
	stream->behind = serve.n >= limits->stream_batch || conn_pending(conn) >= limits->stream_buffer;
	if (!stream->behind && reached > stream->after)
		stream->after = reached;
	if (conn_pending(conn) == pending) {
		worker->pump |= stream->behind;
		return;
	}
	stream->sent_us = worker->now_us;
	conn_go(conn); /* may end the stream */
}

void live_pump(struct worker *worker)
{
	int64_t last = atomic_load(&worker->edge->last_seq);

	worker->pump = false;
	worker->pumped_us = worker->now_us;
	for (struct stream *stream = worker->streams, *next; stream != NULL; stream = next) {
		next = stream->next;
		if (stream->behind || stream->after < last)
			serve_stream(worker, stream);
	}
}

void live_heartbeat(struct worker *worker)
{
	int64_t quiet_us = (int64_t)worker->edge->limits.heartbeat_s * 1000000;

	for (struct stream *stream = worker->streams, *next; stream != NULL; stream = next) {
		next = stream->next;
		if (worker->now_us - stream->sent_us < quiet_us || conn_pending(conn_of(stream)) > 0)
			continue;
		stream->sent_us = worker->now_us;
		sdk_buf_z(&conn_of(stream)->out, ": still here\n\n");
		conn_go(conn_of(stream));
	}
}
