/* SPDX-License-Identifier: Apache-2.0 */
#include "link/stream.h"

#include <string.h>

#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"
#include "sdk/webhook.h"

const char *stream_name(const struct flight *flight)
{
	return cursor_stream_name(flight->work->stream);
}

/* ---- did a person start or stop one? ----------------------------------------------------- */

/* A person asked for a page since the last one. That is heeded once: after a failure the stream has its usual pause. */
static void poll_look(struct lane *lane, struct ent_arena *arena)
{
	struct stream *poll = &lane->stream[CURSOR_POLL];
	struct cursor cursor;

	if (poll->is_flying || !cursor_load(lane->link->world.read, arena, lane->name, CURSOR_POLL, &cursor) ||
	    cursor.asked_ms == 0 || cursor.asked_ms == lane->poll_asked_ms || cursor.moved_ms > cursor.asked_ms)
		return;
	lane->poll_asked_ms = cursor.asked_ms;
	poll->due_us = lane->link->now_us;
}

static void backfill_look(struct lane *lane, struct ent_arena *arena)
{
	struct stream *backfill = &lane->stream[CURSOR_BACKFILL];
	struct cursor cursor;

	if (backfill->is_flying || backfill->due_us <= lane->link->now_us ||
	    !cursor_load(lane->link->world.read, arena, lane->name, CURSOR_BACKFILL, &cursor))
		return;
	/* A new back-fill does not wait for the end of the pause of the one before. */
	if (sdk_eqz(cursor.state, "running") && (backfill->due_us == NEVER_US || cursor.made_ms != backfill->made_ms))
		backfill->due_us = lane->link->now_us;
}

void stream_look(struct lane *lane)
{
	struct sdk_arena arena;

	if (!lane->supplier || !supplier_can(lane->supplier, ENT_POLL))
		return;
	sdk_arena_init(&arena);
	poll_look(lane, &arena.abi);
	backfill_look(lane, &arena.abi);
	sdk_arena_release(&arena);
}

/* ---- new settings -------------------------------------------------------------------------- */

static int64_t first_poll_us(struct lane *lane, struct ent_arena *arena)
{
	struct link *link = lane->link;
	struct cursor cursor;

	if (!cursor_load(link->world.read, arena, lane->name, CURSOR_POLL, &cursor) || cursor.phase != 0)
		return link->now_us;
	return pace_mono_us(cursor.moved_ms + lane->supplier->link.poll_ms, link->now_ms, link->now_us);
}

static int64_t first_sweep_us(struct lane *lane, struct ent_arena *arena)
{
	struct link *link = lane->link;
	int64_t sweep_ms = lane->supplier->link.sweep_ms;
	struct cursor cursor;

	if (!cursor_load(link->world.read, arena, lane->name, CURSOR_SWEEP, &cursor))
		return link->now_us + (sweep_ms < STREAM_CIRCLE_MS ? sweep_ms : STREAM_CIRCLE_MS) * 1000;
	if (!sdk_eqz(cursor.state, "running"))
		return pace_mono_us(cursor.moved_ms + sweep_ms, link->now_ms, link->now_us);
	memcpy(lane->sweep_after, cursor.memo.n ? cursor.memo.p : "", cursor.memo.n <= ENT_ID_MAX ? cursor.memo.n : 0);
	return link->now_us;
}

void stream_open(struct lane *lane)
{
	bool polls = supplier_can(lane->supplier, ENT_POLL) && lane->supplier->link.poll_ms > 0;
	bool sweeps = supplier_can(lane->supplier, ENT_FETCH_TICKET) && lane->supplier->link.sweep_ms > 0;
	struct sdk_arena arena;

	sdk_arena_init(&arena);
	for (int i = 0; i < CURSOR_N; i++) {
		lane->stream[i].due_us = NEVER_US;
		lane->stream[i].failures = 0;
		lane->stream[i].trouble = (struct ent_err){0};
	}
	if (polls)
		lane->stream[CURSOR_POLL].due_us = first_poll_us(lane, &arena.abi);
	if (sweeps)
		lane->stream[CURSOR_SWEEP].due_us = first_sweep_us(lane, &arena.abi);
	sdk_arena_release(&arena);
}

/* ---- trouble ------------------------------------------------------------------------------- */

void stream_trouble(struct flight *flight, struct ending *ending, int64_t wait_ms)
{
	struct link *link = flight->link;
	struct stream *at = flight_stream(flight);
	int64_t backoff_ms = pace_backoff_ms(&link->pace, at->failures);

	flight->is_troubled = true;
	if (at->failures < INT32_MAX)
		at->failures++;
	/* Refused for the first time: the probe is asked before people are told. */
	if ((ending->rc != ENT_ERETRY && ending->rc != ENT_ECONFLICT &&
	     (ending->rc != ENT_EAUTH || at->failures > 1)) ||
	    at->failures >= (unsigned)link->options.breaker_failures)
		(void)sdk_fail_as(&at->trouble, ending->rc, "stream.failed", "{stream=%s}: {why=%p}",
				  stream_name(flight), SDK_WHY(&ending->err));
	if (wait_ms < backoff_ms)
		wait_ms = backoff_ms;
	if (wait_ms < ending->wait_ms)
		wait_ms = ending->wait_ms;
	at->due_us = link->now_us + wait_ms * 1000;
	if (link->world.log && at->failures == 1)
		log_write(link->world.log, LOG_WARN, "page.trouble", LOG_STR("supplier", flight->lane->name),
			  LOG_Z("stream", stream_name(flight)), LOG_Z("why", ending->err.msg), LOG_END);
}

void stream_trouble_note(struct flight *flight, const struct ending *ending)
{
	struct ent_str ticket = flight->call.op.ticket.id;

	if (flight->call.op.kind == ENT_POLL && ending->rc < ENT_OK)
		ticket = ending->result.remote_id;
	flight->job.ask.trouble = (struct trouble){.at_ms = flight->link->now_ms,
						   .ticket = transcript_part(flight, sdk_or_empty(ticket), ENT_ID_MAX),
						   .why = transcript_said(flight, sdk_said(&ending->err)),
						   .exchange = transcript_json(flight)};
}

void stream_trouble_tell(struct flight *flight, const struct ending *ending, void (*answered)(struct flight *))
{
	stream_trouble_note(flight, ending);
	flight->job.ask.cursor = flight->cursor;
	flight->job.ask.cursor.supplier = flight->lane->name;
	flight->job.ask.cursor.stream = flight->work->stream;
	flight_tell(flight, JOB_TROUBLE, answered);
}
