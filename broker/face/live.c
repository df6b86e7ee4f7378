/* SPDX-License-Identifier: Apache-2.0 */
#include "face/live.h"

#include <string.h>
#include "core/organisation.h"
#include "face/answer.h"
#include "face/ask.h"
#include "face/auth.h"
#include "view/view_find.h"
#include "view/view_position.h"

enum { ASKED_AGAIN_US = 3 * 1000000 };

/* ---- the route --------------------------------------------------------------- */

/* Absent: *ret stays. */
static bool read_event_id(const struct view *view, struct ent_str text, int64_t *ret)
{
	if (text.p != NULL && sdk_eqz(text, "0"))
		*ret = 0;
	else if (text.p != NULL)
		return view_position_read(view, text, ret);
	return true;
}

/* Last-Event-ID goes before "after": a browser sends it when it opens the same address again. */
static bool read_after(struct exchange *x, int64_t *ret)
{
	int64_t last = writer_last_seq(x->desk->face->world.writer);

	*ret = last;
	if (!read_event_id(ask_view(x), exchange_argument(x, "after"), ret) ||
	    !read_event_id(ask_view(x), exchange_header(x, "last-event-id"), ret)) {
		answer_problem(x, PROBLEM_REQUEST, "ask.after",
			       "\"after\" and Last-Event-ID have to be the id of an event, or 0 for all.");
		return false;
	}
	if (*ret > last)
		*ret = last;
	return true;
}

/* Others than ours learn nothing of suppliers but their own. */
static bool can_filter(const struct exchange *x, struct ent_str supplier)
{
	const struct supplier_set *set = x->roster->set;

	return (supplier_by_name(set, supplier) != NULL || organisation_has_no_tool(set, supplier)) &&
	       reader_sees_own(&x->reader, organisation_named(set, supplier));
}

static bool read_filters(struct exchange *x, struct stream *stream)
{
	struct ent_str word = exchange_argument(x, "incident");
	struct incident incident;
	struct ent_err err;
	enum ent_rc rc;

	stream->supplier = exchange_argument(x, "supplier");
	if (stream->supplier.p != NULL && !can_filter(x, stream->supplier)) {
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
	stream->tape = tape_join(&desk->tapes, &x->reader);
	stream->resumes = !reader_is_ours(&x->reader);
	stream->next = desk->streams;
	if (stream->next != NULL)
		stream->next->prev = stream;
	desk->streams = stream;
	stream->sent_us = stream->asked_us = desk->now_us;
	stream->changed = atomic_load(&face->tokens_changed);
	stream->behind = true;
	desk->pump = true;
	x->stream = stream;
}

bool live_stands(struct desk *desk, struct stream *stream)
{
	unsigned changed = atomic_load(&desk->face->tokens_changed);

	if (stream->changed == changed && desk->now_us - stream->asked_us < ASKED_AGAIN_US)
		return true;
	stream->changed = changed;
	stream->asked_us = desk->now_us;
	return auth_stands(stream->x);
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
	tape_leave(&x->home->tapes, stream->tape);
	atomic_fetch_sub(&face->n_stream, 1);
	metric_add(face->world.metrics, METRIC_SSE_STREAMS, -1);
}

/* ---- filling ------------------------------------------------------------------- */

struct filling {
	struct stream *stream;
	const struct view *view;
	struct sdk_buf *out;
	size_t n_max;       /* of out */
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

	sdk_buf_clear(&filling->own);
	tape_print(live, &filling->own, &event);
	return !filling->own.failed && fill_event(filling, &event);
}

/* Events that the tape does not hold any more. */
static void fill_from_store(struct desk *desk, struct filling *filling)
{
	struct stream *stream = filling->stream;
	int64_t batch = desk->face->limits.stream_batch, before = stream->after;

	sdk_buf_init(&filling->own, TAPE_FRAME_MAX);
	int64_t reached = view_live(filling->view, desk->face->source, before, batch, fill_live, filling);
	sdk_buf_release(&filling->own);
	bool is_full = filling->out->n >= filling->n_max;
	if (!is_full && reached > stream->after) /* what its reader does not see is passed over */
		stream->after = reached;
	stream->behind = is_full || reached - before >= batch;
}

static void fill_from_tape(struct desk *desk, struct filling *filling)
{
	struct stream *stream = filling->stream;
	const struct tape *tape = stream->tape;
	const struct tape_event *event = NULL;
	bool has_room = true;

	while (has_room && (event = tape_next(tape, stream->after)) != NULL)
		has_room = fill_event(filling, event);
	stream->behind = !has_room || tape->last < atomic_load(&desk->face->last_seq);
	if (has_room && tape->last > stream->after)
		stream->after = tape->last;
}

bool live_fill(struct desk *desk, struct stream *stream, struct sdk_buf *out, size_t n_sent)
{
	const struct limits *limits = &desk->face->limits;
	int64_t committed = atomic_load(&desk->face->last_seq);
	size_t n_before = out->n;
	struct sdk_arena arena;
	struct view view = {desk->db, &arena.abi, &stream->tape->reader, desk->roster->set};
	struct filling filling = {.stream = stream, .view = &view, .out = out, .n_max = n_sent + limits->stream_buffer};

	if (!stream->behind && stream->after >= committed)
		return false;
	if (out->n >= filling.n_max) /* goes on when its client took some */
		return false;
	sdk_arena_init(&arena);
	bool follows = tape_follow(stream->tape, &view, desk->face->source, committed, limits->stream_batch);
	if (follows && stream->after >= stream->tape->after && !stream->resumes)
		fill_from_tape(desk, &filling);
	else
		fill_from_store(desk, &filling);
	stream->resumes = stream->resumes && stream->after < stream->tape->last;
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
