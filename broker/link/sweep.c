/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sweep: each open ticket is asked for, one after the other and at a walk, and what stands
 * there is compared with what we hold. What a webhook lost is found so.
 */
#include "link/flight.h"

#define RECENT_MS (24 * 3600 * INT64_C(1000)) /* what is over is asked for so long */

#include <string.h>

#define AGAIN_US 1000000

static void rest(struct lane *lane)
{
	lane->stream[CURSOR_SWEEP].due_us = lane->link->now_us + SWEEP_PACE_US;
}

static void go_past(struct flight *flight)
{
	struct lane *lane = flight->lane;
	struct ent_str id = flight->call.op.ticket.id;

	lane->sweep_tries = 0;
	memset(lane->sweep_after, 0, sizeof lane->sweep_after);
	memcpy(lane->sweep_after, id.p, id.n <= ENT_ID_MAX ? id.n : 0);
	rest(lane);
}

static void ended(struct flight *flight)
{
	struct lane *lane = flight->lane;
	int64_t wait_us = flight->supplier->link.sweep_ms * 1000;

	if (flight->job.outcome != JOB_ACCEPTED && flight->job.outcome != JOB_REPEATED)
		wait_us = AGAIN_US;
	lane->stream[CURSOR_SWEEP].due_us = lane->link->now_us + wait_us;
	flight_end(flight);
}

/* All were asked for. */
static void finish(struct flight *flight)
{
	memset(flight->lane->sweep_after, 0, sizeof flight->lane->sweep_after);
	flight->lane->stream[CURSOR_SWEEP].trouble = (struct ent_err){""};
	flight->cursor.state = ENT_STR("done");
	flight->cursor.memo = ENT_STR("");
	page_arrival(flight, &(struct ending){.body = ENT_STR("")}, (struct ent_changes){NULL, 0});
	aside_ended(flight);
	page_tell(flight, ended);
}

void sweep_begin(struct lane *lane)
{
	struct link *link = lane->link;
	struct flight *flight = flight_new(link, lane, FLIGHT_SWEEP);
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
		rest(lane);
		flight_end(flight);
		return;
	}
	if (n == 0) {
		finish(flight);
		return;
	}
	flight->call = (struct ent_call){.op = {.kind = ENT_FETCH_TICKET, .ticket = {.id = ticket.id}},
					 .attempt = lane->sweep_tries + 1};
	cursor->memo = ticket.id;
	flight->state = FLIGHT_READY;
	lane_touch(lane);
}

/* What could not be stored is no answer, see link.c: it is handed over again. */
static void ticket_told(struct flight *flight)
{
	go_past(flight);
	flight_end(flight);
}

static void tell(struct flight *flight, const struct ending *ending, struct ent_changes changes)
{
	page_arrival(flight, ending, changes);
	flight->cursor.pages++;
	flight->cursor.changes += (int64_t)flight->job.arrival.changes.n;
	if (flight->job.arrival.changes.n)
		flight->cursor.told_ms = flight->link->now_ms;
	if (!flight->job.arrival.dead)
		aside_read(flight);
	page_tell(flight, ticket_told);
}

/* It does not answer as it should: this ticket is left for the next sweep after a few tries. */
static void stumble(struct flight *flight, struct ending *ending)
{
	struct lane *lane = flight->lane;
	bool may_pass = ending->rc == ENT_ERETRY || ending->rc == ENT_ECONFLICT || ending->rc == ENT_EAUTH;
	/* Refused: once again behind the probe's answer. */
	unsigned most = ending->rc == ENT_EAUTH ? 2 : SWEEP_TRIES;

	if (may_pass && ++lane->sweep_tries < most) {
		stream_trouble(flight, ending, SWEEP_PACE_US / 1000);
		trouble_tell(flight, ending, flight_end);
		return;
	}
	trouble_note(flight, ending);
	page_arrival(flight, ending, (struct ent_changes){NULL, 0});
	flight->cursor.pages++;
	aside_passed(flight, ending);
	page_tell(flight, ticket_told);
}

void sweep_ended(struct flight *flight, struct ending *ending)
{
	struct ent_change removed = {.kind = ENT_TICKET_REMOVED, .ticket.id = flight->call.op.ticket.id};

	switch (ending->rc) {
	case ENT_OK:
		flight->lane->stream[CURSOR_SWEEP].failures = 0;
		flight->lane->stream[CURSOR_SWEEP].trouble = (struct ent_err){""};
		tell(flight, ending, ending->result.changes);
		break;
	case ENT_MORE:
		flight_phase(flight, &ending->result);
		break;
	case ENT_EGONE:
		tell(flight, ending,
		     ending->result.changes.n ? ending->result.changes : (struct ent_changes){&removed, 1});
		break;
	case ENT_EAUTH:
		if (!ending->is_refused) {
			stumble(flight, ending);
			break;
		}
		flight->lane->stream[CURSOR_SWEEP].due_us = flight->link->now_us; /* the lane waits */
		trouble_tell(flight, ending, flight_end);
		break;
	case ENT_EINVAL:
	case ENT_ETOOLONG:
	case ENT_ERETRY:
	case ENT_EUNSUPPORTED:
	case ENT_ECONFLICT:
		stumble(flight, ending);
		break;
	}
}
