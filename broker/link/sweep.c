/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sweep: asks for each open ticket, slowly, one after the other, and compares it with what we hold. So it finds
 * what a webhook lost.
 */
#include <string.h>

#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"
#include "link/page.h"
#include "link/put_aside.h"

#define SWEEP_PACE_US 1000000
#define SWEEP_TRIES   3
#define RECENT_MS     (24 * 3600 * INT64_C(1000)) /* a ticket that is closed is asked for so long */
#define AGAIN_US      1000000

static void sweep_rest(struct lane *lane)
{
	lane->stream[CURSOR_SWEEP].due_us = lane->link->now_us + SWEEP_PACE_US;
}

static void sweep_go_past(struct flight *flight)
{
	struct lane *lane = flight->lane;
	struct ent_str id = flight->call.op.ticket.id;

	lane->sweep_tries = 0;
	memset(lane->sweep_after, 0, sizeof lane->sweep_after);
	memcpy(lane->sweep_after, id.p, id.n <= ENT_ID_MAX ? id.n : 0);
	sweep_rest(lane);
}

static void sweep_stored(struct flight *flight)
{
	struct lane *lane = flight->lane;
	int64_t wait_us = flight->supplier->link.sweep_ms * 1000;

	if (flight->job.outcome != JOB_ACCEPTED && flight->job.outcome != JOB_REPEATED)
		wait_us = AGAIN_US;
	lane->stream[CURSOR_SWEEP].due_us = lane->link->now_us + wait_us;
	flight_end(flight);
}

/* All tickets were asked for. */
static void sweep_finish(struct flight *flight)
{
	memset(flight->lane->sweep_after, 0, sizeof flight->lane->sweep_after);
	flight->lane->stream[CURSOR_SWEEP].trouble = (struct ent_err){0};
	flight->cursor.state = ENT_STR("done");
	flight->cursor.memo = ENT_STR("");
	page_arrival(flight, &(struct ending){.body = ENT_STR("")}, (struct ent_changes){NULL, 0});
	put_aside_ended(flight);
	page_tell(flight, sweep_stored);
}

static void sweep_begin(struct lane *lane)
{
	struct link *link = lane->link;
	struct flight *flight = flight_new(link, lane, &sweep_work);
	struct ent_arena *arena = &flight->arena.abi;
	struct cursor *cursor = &flight->cursor;
	struct ent_reference ticket;

	flight->has_turn = true;
	if (!cursor_load(link->world.read, arena, lane->name, CURSOR_SWEEP, cursor) || !lane->sweep_after[0])
		*cursor = (struct cursor){.made_ms = link->now_ms, .since_ms = link->now_ms, .memo = ENT_STR("")};
	cursor->supplier = lane->name;
	cursor->stream = CURSOR_SWEEP;
	cursor->state = ENT_STR("running");
	size_t n = sweep_list(link->world.read, arena, lane->name, sdk_str(lane->sweep_after), link->now_ms - RECENT_MS,
			      &ticket, 1);
	if (db_failed(link->world.read)) {
		sweep_rest(lane);
		flight_end(flight);
		return;
	}
	if (n == 0) {
		sweep_finish(flight);
		return;
	}
	flight->call = (struct ent_call){.op = {.kind = ENT_FETCH_TICKET, .ticket = {.id = ticket.id}},
					 .attempt = lane->sweep_tries + 1};
	cursor->memo = ticket.id;
	flight->state = FLIGHT_READY;
	lane_touch(lane);
}

static void ticket_stored(struct flight *flight)
{
	sweep_go_past(flight);
	flight_end(flight);
}

static void ticket_tell(struct flight *flight, const struct ending *ending, struct ent_changes changes)
{
	page_arrival(flight, ending, changes);
	flight->cursor.pages++;
	flight->cursor.changes += (int64_t)flight->job.arrival.changes.n;
	if (flight->job.arrival.changes.n)
		flight->cursor.told_ms = flight->link->now_ms;
	if (!flight->job.arrival.dead)
		put_aside_read(flight);
	page_tell(flight, ticket_stored);
}

/* The answer is no ticket: after a few tries this one is left to the next sweep. */
static void ticket_failed(struct flight *flight, struct ending *ending)
{
	struct lane *lane = flight->lane;
	bool may_pass = ending->rc == ENT_ERETRY || ending->rc == ENT_ECONFLICT || ending->rc == ENT_EAUTH;
	/* Refused: asked once more, after the probe was answered. */
	unsigned most = ending->rc == ENT_EAUTH ? 2 : SWEEP_TRIES;

	if (may_pass && ++lane->sweep_tries < most) {
		stream_trouble(flight, ending, SWEEP_PACE_US / 1000);
		stream_trouble_tell(flight, ending, flight_end);
		return;
	}
	stream_trouble_note(flight, ending);
	page_arrival(flight, ending, (struct ent_changes){NULL, 0});
	flight->cursor.pages++;
	put_aside_passed(flight, ending);
	page_tell(flight, ticket_stored);
}

static void sweep_ended(struct flight *flight, struct ending *ending)
{
	struct ent_change removed = {.kind = ENT_TICKET_REMOVED, .ticket.id = flight->call.op.ticket.id};

	switch (ending->rc) {
	case ENT_OK:
		flight->lane->stream[CURSOR_SWEEP].failures = 0;
		flight->lane->stream[CURSOR_SWEEP].trouble = (struct ent_err){0};
		ticket_tell(flight, ending, ending->result.changes);
		break;
	case ENT_MORE:
		flight_phase(flight, &ending->result);
		break;
	case ENT_EGONE:
		ticket_tell(flight, ending,
			    ending->result.changes.n ? ending->result.changes : (struct ent_changes){&removed, 1});
		break;
	case ENT_EAUTH:
		if (!ending->is_refused) {
			ticket_failed(flight, ending);
			break;
		}
		flight->lane->stream[CURSOR_SWEEP].due_us =
		    flight->link->now_us; /* nobody is let in: the whole lane waits */
		stream_trouble_tell(flight, ending, flight_end);
		break;
	case ENT_EINVAL:
	case ENT_ETOOLONG:
	case ENT_ERETRY:
	case ENT_EUNSUPPORTED:
	case ENT_ECONFLICT:
		ticket_failed(flight, ending);
		break;
	}
}

const struct work sweep_work = {.name = "sweep",
				.ended = sweep_ended,
				.begin = sweep_begin,
				.has_stream = true,
				.stream = CURSOR_SWEEP,
				.whom = -3};
