/* SPDX-License-Identifier: Apache-2.0 */
#include "face/live.h"

#include <string.h>
#include "face/answer.h"
#include "face/ask.h"
#include "view/view_find.h"

/* ---- the route --------------------------------------------------------------- */

/* Absent: *ret stays. */
static bool read_event_id(struct ent_str text, int64_t *ret)
{
	return text.p == NULL || (sdk_to_int(text, ret) && *ret >= 0);
}

/* Last-Event-ID goes before "after": a browser sends it when it opens the same address again. */
static bool read_after(struct exchange *x, int64_t *ret)
{
	int64_t last = writer_last_seq(x->desk->face->world.writer);

	*ret = last;
	if (!read_event_id(exchange_argument(x, "after"), ret) ||
	    !read_event_id(exchange_header(x, "last-event-id"), ret)) {
		answer_problem(x, PROBLEM_REQUEST, "ask.after",
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
		answer_problem(x, PROBLEM_REQUEST, "ask.no_supplier",
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
	struct desk *desk = x->home;
	struct face *face = desk->face;
	struct stream *stream = SDK_NEW(&x->arena.abi, struct stream);

	if (!read_after(x, &stream->after) || !read_filters(x, stream))
		return;
	answer_body(x, 200, "text/event-stream", ENT_STR(": entente live events\nretry: 2000\n\n"));
	if (sdk_eqz(x->request.method, "HEAD"))
		return;
	if (atomic_fetch_add(&face->n_stream, 1) >= face->limits.streams_max) {
		atomic_fetch_sub(&face->n_stream, 1);
		answer_busy(x, SDK_SENTENCE("busy.streams", "Too many live streams are open."));
		return;
	}
	metric_add(face->world.metrics, METRIC_SSE_STREAMS, 1);
	stream->x = x;
	stream->next = desk->streams;
	if (stream->next != NULL)
		stream->next->prev = stream;
	desk->streams = stream;
	stream->sent_us = desk->now_us;
	stream->behind = true;
	desk->pump = true;
	x->stream = stream;
}

void live_end(struct exchange *x)
{
	struct stream *stream = x->stream;
	struct face *face = x->home->face;

	if (stream->prev != NULL)
		stream->prev->next = stream->next;
	else
		x->home->streams = stream->next;
	if (stream->next != NULL)
		stream->next->prev = stream->prev;
	atomic_fetch_sub(&face->n_stream, 1);
	metric_add(face->world.metrics, METRIC_SSE_STREAMS, -1);
}

/* ---- filling ------------------------------------------------------------------- */

struct filling {
	struct stream *stream;
	const struct view *view;
	struct sdk_buf *out;
	size_t n_max;       /* of out */
	int64_t n;          /* events seen */
	struct sdk_buf own; /* of a stream that reads for itself: the event under way */
};

static bool stream_wants(const struct stream *stream, const struct tape_event *event)
{
	return (stream->supplier.p == NULL || sdk_eq(event->supplier, stream->supplier)) &&
	       (stream->incident.p == NULL || sdk_eq(event->incident, stream->incident));
}

static bool fill_event(struct filling *filling, const struct tape_event *event)
{
	filling->stream->after = event->seq;
	if (stream_wants(filling->stream, event))
		sdk_buf_str(filling->out, event->frame);
	return filling->out->n < filling->n_max;
}

static bool fill_live(void *to, const struct live_event *live)
{
	struct filling *filling = to;
	struct tape_event event;

	filling->n++;
	sdk_buf_clear(&filling->own);
	tape_print(filling->view, live, &filling->own, &event);
	return !filling->own.failed && fill_event(filling, &event);
}

/* Events that the tape does not hold any more. */
static void fill_from_store(struct desk *desk, struct filling *filling)
{
	struct stream *stream = filling->stream;
	int64_t batch = desk->face->limits.stream_batch;

	sdk_buf_init(&filling->own, TAPE_FRAME_MAX);
	int64_t reached = view_live(filling->view, desk->face->source, stream->after, batch, fill_live, filling);
	sdk_buf_release(&filling->own);
	stream->behind = filling->n >= batch || filling->out->n >= filling->n_max;
	if (!stream->behind && reached > stream->after)
		stream->after = reached;
}

static void fill_from_tape(struct desk *desk, struct filling *filling)
{
	struct stream *stream = filling->stream;
	const struct tape_event *event = NULL;
	bool has_room = true;

	while (has_room && (event = tape_next(&desk->tape, stream->after)) != NULL)
		has_room = fill_event(filling, event);
	stream->behind = !has_room || desk->tape.last < atomic_load(&desk->face->last_seq);
	if (has_room && desk->tape.last > stream->after)
		stream->after = desk->tape.last;
}

bool live_fill(struct desk *desk, struct stream *stream, struct sdk_buf *out, size_t n_sent)
{
	const struct limits *limits = &desk->face->limits;
	int64_t committed = atomic_load(&desk->face->last_seq);
	size_t n_before = out->n;
	struct sdk_arena arena;
	struct view view = {.db = desk->db, .arena = &arena.abi, .reader = &reader_ours};
	struct filling filling = {.stream = stream, .view = &view, .out = out, .n_max = n_sent + limits->stream_buffer};

	if (!stream->behind && stream->after >= committed)
		return false;
	if (out->n >= filling.n_max) /* goes on when its client took some */
		return false;
	sdk_arena_init(&arena);
	bool follows = tape_follow(&desk->tape, &view, desk->face->source, committed, limits->stream_batch);
	if (follows && stream->after >= desk->tape.after)
		fill_from_tape(desk, &filling);
	else
		fill_from_store(desk, &filling);
	sdk_arena_release(&arena);
	if (out->n == n_before) {
		desk->pump |= stream->behind;
		return false;
	}
	stream->sent_us = desk->now_us;
	return true;
}

bool live_heartbeat(struct desk *desk, struct stream *stream, struct sdk_buf *out)
{
	int64_t quiet_us = (int64_t)desk->face->limits.heartbeat_s * 1000000;

	if (desk->now_us - stream->sent_us < quiet_us || out->n > 0)
		return false;
	stream->sent_us = desk->now_us;
	sdk_buf_z(out, ": still here\n\n");
	return true;
}
