/* SPDX-License-Identifier: Apache-2.0 */
#include "face/live.h"

#include <string.h>
#include "core/organisation.h"
#include "face/answer.h"
#include "face/ask.h"
#include "face/auth.h"
#include "face/crowd.h"
#include "view/view_find.h"
#include "view/view_position.h"

enum { ASKED_AGAIN_US = 3 * 1000000, CATCH_UP_MAX = 100000 };

/* ---- where it begins ------------------------------------------------------------------ */

/* "after" has to be right. Last-Event-ID is sent by a browser itself: one that is of another store, or of one that was
 * put back to an older day, is a gap. False: answered. */
static bool read_after(struct exchange *x, struct stream *stream, bool *ret_gap)
{
	int64_t last = writer_last_seq(x->desk->face->world.writer);
	struct ent_str after = exchange_argument(x, "after"), header = exchange_header(x, "last-event-id");
	int64_t at = last;

	stream->after = stream->missed = last;
	if (after.p != NULL && !sdk_eqz(after, "0") && !view_position_read(ask_view(x), after, &at)) {
		answer_problem(x, PROBLEM_REQUEST, "ask.after",
			       "\"after\" has to be the id of an event, or 0 for all.");
		return false;
	}
	if (after.p != NULL)
		stream->after = sdk_eqz(after, "0") ? 0 : at < last ? at : last;
	if (header.p == NULL)
		return true;
	*ret_gap = !view_position_read(ask_view(x), header, &at) || at > last;
	stream->after = *ret_gap ? last : at;
	return true;
}

/* Others than ours learn nothing of suppliers but their own. */
static bool can_filter(const struct exchange *x, struct ent_str supplier)
{
	const struct supplier_set *set = x->roster->set;

	return (supplier_by_name(set, supplier) != NULL || organisation_has_no_tool(set, supplier)) &&
	       reader_sees_own(&x->reader, organisation_named(set, supplier));
}

/* False: answered. */
static bool read_incidents(struct exchange *x, struct stream *stream)
{
	struct ent_str rest = exchange_argument(x, "incidents");
	struct incident incident;
	struct ent_err err;

	if (rest.p == NULL)
		return true;
	stream->incident = SDK_NEW_N(&x->arena.abi, struct live_incident, LIVE_INCIDENTS_MAX);
	do {
		if (stream->n_incident == LIVE_INCIDENTS_MAX || rest.n > LIVE_INCIDENTS_BYTES) {
			answer_problem(x, PROBLEM_REQUEST, "ask.incidents",
				       "\"incidents\" names more than {most=%d}, or has more than {bytes=%d} bytes: "
				       "name fewer, or "
				       "none and hear of all.",
				       LIVE_INCIDENTS_MAX, LIVE_INCIDENTS_BYTES);
			return false;
		}
		enum ent_rc rc = view_find(ask_view(x), sdk_cut(rest, ',', &rest), &incident, &err);
		if (rc != ENT_OK) {
			answer_failure(x, rc, &err);
			return false;
		}
		stream->incident[stream->n_incident++] = (struct live_incident){
		    .uuid = sdk_dup(&x->arena.abi, sdk_str(incident.uuid)), .number = incident.number};
	} while (rest.p != NULL);
	return true;
}

static bool read_filters(struct exchange *x, struct stream *stream)
{
	stream->supplier = exchange_argument(x, "supplier");
	if (stream->supplier.p != NULL && !can_filter(x, stream->supplier)) {
		answer_problem(x, PROBLEM_REQUEST, "ask.no_supplier",
			       "\"supplier\" is not a configured supplier; GET /v1/suppliers, or entente supplier "
			       "list, lists them.");
		return false;
	}
	return exchange_argument_int(x, "catch_up", -1, 1, CATCH_UP_MAX, &stream->left) && read_incidents(x, stream);
}

/* ---- the route -------------------------------------------------------------------------- */

/* Where a client that is cut off now goes on later. The number is not told to others than ours. */
static struct ent_str place_print(struct desk *desk, const struct view *view, int64_t seq)
{
	struct chance *chance = desk->face->world.chance;
	uint32_t nonce;

	chance->bytes(chance, &nonce, sizeof nonce);
	return view_position_print(view, seq, nonce);
}

static void print_gap(struct desk *desk, const struct view *view, int64_t seq, struct sdk_buf *out)
{
	struct ent_said why =
	    SDK_SENTENCE("live.gap", "You missed more than is told here. Read again what you show; the "
				     "stream goes on from now.");

	sdk_buf_z(out, "id: ");
	sdk_buf_str(out, place_print(desk, view, seq));
	sdk_buf_z(out, "\nevent: gap\ndata: ");
	sdk_buf_str(out, sdk_said_json(view->arena, why));
	sdk_buf_z(out, "\n\n");
}

static void answer_stream(struct exchange *x, const struct stream *stream, bool gap)
{
	struct sdk_buf *buf = &x->desk->scratch;

	sdk_buf_clear(buf);
	sdk_buf_z(buf, ": entente live events\nretry: 2000\n");
	if (stream->after == stream->missed && !gap) {
		sdk_buf_z(buf, "id: ");
		sdk_buf_str(buf, place_print(x->desk, ask_view(x), stream->after));
		sdk_buf_char(buf, '\n');
	}
	sdk_buf_char(buf, '\n');
	if (gap)
		print_gap(x->desk, ask_view(x), stream->after, buf);
	answer_body(x, 200, "text/event-stream", sdk_dup(&x->arena.abi, sdk_buf_view(buf)));
}

/* Machines of ours are bounded by all streams together. False: answered. */
static bool enter_crowd(struct exchange *x, struct stream *stream)
{
	struct crowd *crowd = x->home->face->crowd;
	const struct limits *limits = &x->home->face->limits;

	if (x->reader.role == ROLE_SYSTEM)
		return true;
	stream->person = crowd_place_of_person(crowd, x->reader.ref.n ? x->reader.ref : x->reader.token);
	stream->address = crowd_place_of_address(crowd, x->peer);
	if (!crowd_enter(crowd, stream->person, limits->streams_each_max)) {
		answer_problem(x, PROBLEM_RATE, "live.person",
			       "You have {most=%d} live streams open. Close some: one is enough for many incidents.",
			       limits->streams_each_max);
		return false;
	}
	if (!crowd_enter(crowd, stream->address, limits->connections_per_ip_max)) {
		crowd_leave(crowd, stream->person);
		answer_problem(
		    x, PROBLEM_RATE, "live.address",
		    "Your address has {most=%d} live streams open. Close some, or let an administrator raise "
		    "http.connections_per_ip_max.",
		    limits->connections_per_ip_max);
		return false;
	}
	return stream->counts = true;
}

static void leave_crowd(struct face *face, const struct stream *stream)
{
	if (!stream->counts)
		return;
	crowd_leave(face->crowd, stream->person);
	crowd_leave(face->crowd, stream->address);
}

void live_get(struct exchange *x)
{
	struct desk *desk = x->home;
	struct face *face = desk->face;
	struct stream *stream = SDK_NEW(&x->arena.abi, struct stream);

	bool gap = false;

	if (!read_after(x, stream, &gap) || !read_filters(x, stream))
		return;
	answer_stream(x, stream, gap);
	if (sdk_eqz(x->request.method, "HEAD") || !enter_crowd(x, stream))
		return;
	if (atomic_fetch_add(&face->n_stream, 1) >= face->limits.streams_max) {
		atomic_fetch_sub(&face->n_stream, 1);
		leave_crowd(face, stream);
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
	leave_crowd(face, stream);
	atomic_fetch_sub(&face->n_stream, 1);
	metric_add(face->world.metrics, METRIC_SSE_STREAMS, -1);
}

/* ---- filling ------------------------------------------------------------------- */

struct filling {
	struct stream *stream;
	const struct view *view;
	struct sdk_buf *out;
	size_t n_max; /* of out */
	struct desk *desk;
	struct sdk_buf own; /* of a stream that reads for itself: the event under way */
};

static bool stream_wants(const struct stream *stream, const struct tape_event *event)
{
	bool wants = stream->n_incident == 0;

	if (stream->supplier.p != NULL && !sdk_eq(event->supplier, stream->supplier))
		return false;
	for (size_t i = 0; i < stream->n_incident && !wants; i++)
		wants = sdk_eq(event->incident, stream->incident[i].uuid);
	return wants;
}

/* Its client missed more than it wants to be told one by one. Counted are events that it would be told: a gap says
 * nothing of others. */
static bool missed_too_many(struct stream *stream, int64_t seq)
{
	return seq <= stream->missed && stream->left >= 0 && stream->left-- == 0;
}

static bool fill_event(struct filling *filling, const struct tape_event *event)
{
	struct stream *stream = filling->stream;

	stream->after = event->seq;
	if (!stream_wants(stream, event))
		return true;
	if (missed_too_many(stream, event->seq)) {
		stream->after = stream->missed;
		print_gap(filling->desk, filling->view, stream->after, filling->out);
		return false;
	}
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
	stream->behind = is_full || reached - before >= batch || stream->after > reached;
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
	struct filling filling = {
	    .stream = stream, .view = &view, .out = out, .desk = desk, .n_max = n_sent + limits->stream_buffer};

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
	struct sdk_arena arena;
	struct view view = {desk->db, &arena.abi, &stream->tape->reader, desk->roster->set};

	if (desk->now_us - stream->sent_us < quiet_us || out->n > 0)
		return false;
	stream->sent_us = desk->now_us;
	sdk_buf_z(out, ": still here\n");
	if (!stream->behind) {
		sdk_arena_init(&arena);
		sdk_buf_z(out, "id: ");
		sdk_buf_str(out, place_print(desk, &view, stream->after));
		sdk_buf_char(out, '\n');
		sdk_arena_release(&arena);
	}
	sdk_buf_char(out, '\n');
	return true;
}
