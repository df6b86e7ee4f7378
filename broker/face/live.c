/* SPDX-License-Identifier: Apache-2.0 */
#include "face/live.h"

#include <string.h>
#include "face/answer.h"
#include "face/ask.h"
#include "view/view_find.h"
#include "view/view_live.h"

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
		answer_busy(x, "Too many live streams are open.");
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
	struct ent_arena *arena;
	struct sdk_buf *out;
	size_t n_max; /* of out */
	int64_t n;    /* events seen */
};

static bool stream_wants(const struct filling *filling, struct ent_str json)
{
	const struct stream *stream = filling->stream;
	const struct sdk_json *event;
	struct ent_err err;

	if (stream->supplier.p == NULL && stream->incident.p == NULL)
		return true;
	if (sdk_json_parse(filling->arena, json, &event, &err) != ENT_OK)
		return false;
	return (stream->supplier.p == NULL || sdk_eq(sdk_json_text_at(event, "data.supplier"), stream->supplier)) &&
	       (stream->incident.p == NULL || sdk_eq(sdk_json_text_at(event, "subject"), stream->incident));
}

static bool print_event(void *to, int64_t seq, struct ent_str type, struct ent_str json)
{
	struct filling *filling = to;
	struct sdk_buf *out = filling->out;

	filling->n++;
	filling->stream->after = seq;
	if (stream_wants(filling, json)) {
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
	return out->n < filling->n_max;
}

bool live_fill(struct desk *desk, struct stream *stream, struct sdk_buf *out, size_t n_sent)
{
	const struct limits *limits = &desk->face->limits;
	size_t n_before = out->n;
	struct sdk_arena arena;
	struct filling filling = {stream, &arena.abi, out, n_sent + limits->stream_buffer, 0};
	struct view view = {.db = desk->db, .arena = &arena.abi, .reader = &reader_ours};
	int64_t reached;

	if (!stream->behind && stream->after >= atomic_load(&desk->face->last_seq))
		return false;
	if (out->n >= filling.n_max) /* goes on when its client took some */
		return false;
	sdk_arena_init(&arena);
	reached = view_live(&view, desk->face->source, stream->after, limits->stream_batch, print_event, &filling);
	sdk_arena_release(&arena);
	stream->behind = filling.n >= limits->stream_batch || out->n >= filling.n_max;
	if (!stream->behind && reached > stream->after)
		stream->after = reached;
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
