/* SPDX-License-Identifier: Apache-2.0 */
#include "link/schedule.h"

#include "core/roster.h"
#include "link/deliver.h"
#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"
#include "link/oauth.h"
#include "link/probe.h"
#include "link/trip.h"

#define PATIENCE_US 2000000 /* what is under way waits so long for its turn; then it is given back */
#define DUE_MAX     64      /* rows looked at in one go */

/* From when on a request may be sent; NEVER_US: not before something else has ended. */
struct gate {
	int64_t at_us;
	bool for_token;
};

static bool lane_is_asking(const struct lane *lane)
{
	for (const struct flight *flight = lane->flights; flight; flight = flight->next)
		if (flight->state == FLIGHT_ASKS)
			return true;
	return false;
}

static int64_t later_of(int64_t a_us, int64_t b_us)
{
	return a_us > b_us ? a_us : b_us;
}

/* has_turn: the limiter has counted the request already. While the supplier does not let us in, only the probe tries:
 * no ticket shall suffer from it. */
static struct gate gate_of(const struct lane *lane, const struct work *work, bool has_turn)
{
	int64_t now_us = lane->link->now_us;
	int64_t at_us = has_turn ? later_of(now_us, lane->limiter.hold_until_us) : limiter_when(&lane->limiter, now_us);

	if (lane_flies(lane, &oauth_work) || (lane_flies(lane, &login_work) && !work->lets_in))
		return (struct gate){NEVER_US, true};
	if (!work->asks_who && !work->lets_in && breaker_is_refused(&lane->breaker) && lane_can_probe(lane))
		return (struct gate){NEVER_US, false};
	if (lane->link->is_draining || (lane_is_open(lane) && lane_is_asking(lane)))
		return (struct gate){NEVER_US, false};
	if (lane_is_open(lane))
		at_us = later_of(at_us, lane->breaker.until_us);
	return (struct gate){at_us, false};
}

static void next_at(struct lane *lane, int64_t at_us)
{
	if (at_us < lane->next_us)
		lane->next_us = at_us;
}

/* ---- what is under way ------------------------------------------------------------- */

/* False: its turn has not come yet. */
static bool go_on(struct lane *lane, struct flight *flight)
{
	int64_t now_us = lane->link->now_us;
	struct gate gate = gate_of(lane, flight->work, flight->has_turn);

	if (gate.for_token)
		return false;
	if (gate.at_us > now_us && gate.at_us - now_us <= PATIENCE_US) {
		next_at(lane, gate.at_us);
		return false;
	}
	if (gate.at_us > now_us) {
		flight_give_back(flight, 0); /* the lane waits, not the delivery: a reload may open the lane at once */
		return true;
	}
	if (auth_wants_token(&lane->auth, &flight->supplier->link, now_us))
		oauth_fetch(flight);
	else
		trip_ask(flight);
	return true;
}

static bool go_on_all(struct lane *lane)
{
	bool did = false;

	for (struct flight *flight = lane->flights, *next; flight; flight = next) {
		next = flight->next; /* this flight may end; new ones are put before it */
		if (flight->state == FLIGHT_READY)
			did |= go_on(lane, flight);
	}
	return did;
}

/* ---- deliveries ---------------------------------------------------------------------- */

static bool is_under_way(const struct lane *lane, const struct delivery *delivery)
{
	for (const struct flight *flight = lane->flights; flight; flight = flight->next)
		if (flight->work == &deliver_work &&
		    (flight->delivery.id == delivery->id || flight->delivery.incident == delivery->incident))
			return true;
	return false;
}

static bool has_room(const struct lane *lane)
{
	return (int64_t)lane->n_flight < lane->supplier->link.at_once && !(lane_is_open(lane) && lane->n_flight > 0) &&
	       gate_of(lane, &deliver_work, false).at_us <= lane->link->now_us;
}

/* When to look into the store again, after all that is due was seen. A delivery whose JOB_SEND is not committed yet
 * still looks due; the answer to that job makes us look. */
static void look_later(struct lane *lane, bool saw_flying)
{
	struct link *link = lane->link;
	int64_t at_us = pace_mono_us(delivery_next_due(link->world.read, lane->name), link->now_ms, link->now_us);

	lane->ask_us = saw_flying ? NEVER_US : later_of(at_us, link->now_us + 1000);
}

static bool deliveries_begin(struct lane *lane)
{
	struct link *link = lane->link;
	struct sdk_arena arena;
	size_t n, max = lane->n_flight + 1, n_flying = 0;
	bool did = false;

	while (max < DUE_MAX && (int64_t)max < lane->supplier->link.at_once + (int64_t)lane->n_flight)
		max++;
	sdk_arena_init(&arena);
	struct delivery *due = SDK_NEW_N(&arena.abi, struct delivery, max);
	n = delivery_due(link->world.read, &arena.abi, lane->name, link->now_ms, due, max);
	lane->ask_us = link->now_us; /* there may be more */
	for (size_t i = 0; i < n && has_room(lane); i++) {
		if (is_under_way(lane, &due[i])) {
			n_flying++;
			continue;
		}
		limiter_take(&lane->limiter, link->now_us);
		deliver_start(lane, &due[i]);
		did = true;
	}
	if (!did || n < max)
		look_later(lane, n_flying > 0 || did);
	sdk_arena_release(&arena);
	return did;
}

/* ---- something new ----------------------------------------------------------------------- */

static bool is_due(const struct lane *lane, enum cursor_stream stream)
{
	return lane->stream[stream].due_us <= lane->link->now_us && !lane->stream[stream].is_flying;
}

static bool stream_begin(struct lane *lane, enum cursor_stream stream)
{
	static const struct work *const work_of[CURSOR_N] = {
	    [CURSOR_POLL] = &poll_work, [CURSOR_BACKFILL] = &backfill_work, [CURSOR_SWEEP] = &sweep_work};

	limiter_take(&lane->limiter, lane->link->now_us);
	lane->stream[stream].due_us = NEVER_US; /* until it ends */
	work_of[stream]->begin(lane);
	return true;
}

/* Begins what is due and first in turn, and moves its time. True: something began. */
static bool begin_one(struct lane *lane)
{
	bool delivers = lane->ask_us <= lane->link->now_us;

	if (is_due(lane, CURSOR_POLL) && !(delivers && lane->polled_last)) {
		lane->polled_last = true;
		return stream_begin(lane, CURSOR_POLL);
	}
	if (delivers) {
		lane->polled_last = false;
		return deliveries_begin(lane);
	}
	return stream_begin(lane, is_due(lane, CURSOR_SWEEP) ? CURSOR_SWEEP : CURSOR_BACKFILL);
}

static int64_t due_us(const struct lane *lane)
{
	int64_t at_us = lane->ask_us;

	for (int i = 0; i < CURSOR_N; i++)
		if (lane->stream[i].due_us < at_us && !lane->stream[i].is_flying)
			at_us = lane->stream[i].due_us;
	return at_us;
}

static bool may_begin(const struct lane *lane)
{
	const struct link *link = lane->link;

	return lane->supplier && lane->supplier->link.url.p && !lane->supplier->link.paused && !lane->reopens &&
	       !lane->roster->broken[lane->supplier->index].msg[0] && !link->is_draining && link->is_readable &&
	       link->recovery.is_done && link->submit_us == NEVER_US;
}

/* The probe: sent when an answer left open who is refused, and as the trial while nobody is let in. */
static bool ask_who(struct lane *lane)
{
	int64_t now_us = lane->link->now_us, at_us = lane->probe_us;

	if (!may_begin(lane) || !lane_can_probe(lane) || lane_flies(lane, &probe_work))
		return false;
	if (breaker_is_refused(&lane->breaker))
		at_us = lane->breaker.until_us;
	if (at_us <= now_us)
		at_us = gate_of(lane, &probe_work, false).at_us;
	if (at_us > now_us) {
		next_at(lane, at_us);
		return false;
	}
	limiter_take(&lane->limiter, now_us);
	probe_begin(lane);
	return true;
}

static bool lane_begin(struct lane *lane)
{
	bool did = false;

	while (may_begin(lane) && (int64_t)lane->n_flight < lane->supplier->link.at_once &&
	       !(lane_is_open(lane) && lane->n_flight > 0)) {
		int64_t at_us = due_us(lane);

		if (at_us <= lane->link->now_us)
			at_us = gate_of(lane, &deliver_work, false).at_us;
		if (at_us > lane->link->now_us) {
			next_at(lane, at_us);
			break;
		}
		did |= begin_one(lane);
	}
	return did;
}

bool schedule_turn(struct lane *lane)
{
	struct link *link = lane->link;
	bool did;

	lane->is_touched = false;
	lane->next_us = NEVER_US;
	did = go_on_all(lane);
	if (lane->reopens && !lane->flights) {
		link->world.transfers->drop(link->world.transfers, lane->name);
		auth_forget(&lane->auth);
		session_forget(&lane->session);
		lane->reopens = false;
	}
	did |= ask_who(lane);
	did |= lane_begin(lane);
	did |= health_judge(lane);
	return did;
}
