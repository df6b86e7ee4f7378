/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose turn is it? Per lane: first the next round trips of what is under way, then deliveries
 * and a page of the poll by turns, then the sweep, then the back-fill. A lane costs nothing until its time comes.
 */
#include "link/flight.h"

#define PATIENCE_US 2000000 /* a delivery in flight waits so long for its turn; then it is given back */
#define DUE_MAX     64      /* rows looked at in one go */

/* From when on a request may leave; NEVER_US: when something else ended. */
struct gate {
	int64_t at_us;
	bool for_token;
};

void lane_touch(struct lane *lane)
{
	lane->is_touched = true;
}

static bool is_open(const struct lane *lane)
{
	return breaker_is_open(&lane->breaker, lane->link->options.breaker_failures);
}

static bool something_asks(const struct lane *lane)
{
	for (const struct flight *flight = lane->flights; flight; flight = flight->next)
		if (flight->state == FLIGHT_ASKS)
			return true;
	return false;
}

static bool flies(const struct lane *lane, enum flight_kind kind)
{
	for (const struct flight *flight = lane->flights; flight; flight = flight->next)
		if (flight->kind == kind)
			return true;
	return false;
}

static int64_t later_of(int64_t a_us, int64_t b_us)
{
	return a_us > b_us ? a_us : b_us;
}

/* For a request whose turn in the limiter may be taken already. Where we are not let in, the probe is the trial: no
 * ticket is to pay for it. */
static struct gate gate_of(const struct lane *lane, enum flight_kind kind, bool has_turn)
{
	int64_t now_us = lane->link->now_us;
	int64_t at_us = has_turn ? later_of(now_us, lane->limiter.hold_until_us) : limiter_when(&lane->limiter, now_us);

	if (flies(lane, FLIGHT_TOKEN) || (flies(lane, FLIGHT_LOGIN) && kind != FLIGHT_LOGIN))
		return (struct gate){NEVER_US, true};
	if (kind != FLIGHT_PROBE && kind != FLIGHT_LOGIN && breaker_is_refused(&lane->breaker) && lane_can_probe(lane))
		return (struct gate){NEVER_US, false};
	if (lane->link->is_draining || (is_open(lane) && something_asks(lane)))
		return (struct gate){NEVER_US, false};
	if (is_open(lane))
		at_us = later_of(at_us, lane->breaker.until_us);
	return (struct gate){at_us, false};
}

static void next_at(struct lane *lane, int64_t at_us)
{
	if (at_us < lane->next_us)
		lane->next_us = at_us;
}

/* ---- what is under way ------------------------------------------------------------- */

/* False: its turn has not come. */
static bool go_on(struct lane *lane, struct flight *flight)
{
	int64_t now_us = lane->link->now_us;
	struct gate gate = gate_of(lane, flight->kind, flight->has_turn);

	if (gate.for_token)
		return false;
	if (gate.at_us > now_us && gate.at_us - now_us <= PATIENCE_US) {
		next_at(lane, gate.at_us);
		return false;
	}
	if (gate.at_us > now_us) {
		flight_give_back(flight, 0); /* the lane waits, not the row: a reload may open it at once */
		return true;
	}
	if (auth_wants_token(&lane->auth, &flight->supplier->link, now_us))
		token_fetch(flight);
	else
		flight_ask(flight);
	return true;
}

static bool go_on_all(struct lane *lane)
{
	bool did = false;

	for (struct flight *flight = lane->flights, *next; flight; flight = next) {
		next = flight->next; /* it may end; new ones are put before it */
		if (flight->state == FLIGHT_READY)
			did |= go_on(lane, flight);
	}
	return did;
}

/* ---- deliveries ---------------------------------------------------------------------- */

static bool is_under_way(const struct lane *lane, const struct delivery *delivery)
{
	for (const struct flight *flight = lane->flights; flight; flight = flight->next)
		if (flight->kind == FLIGHT_DELIVERY &&
		    (flight->delivery.id == delivery->id || flight->delivery.incident == delivery->incident))
			return true;
	return false;
}

static bool has_room(const struct lane *lane)
{
	return (int64_t)lane->n_flight < lane->supplier->link.at_once && !(is_open(lane) && lane->n_flight > 0) &&
	       gate_of(lane, FLIGHT_DELIVERY, false).at_us <= lane->link->now_us;
}

/* When to look again, after all that is due was seen. A row whose JOB_SEND is not committed yet looks due still: its
 * answer makes us look. */
static void look_later(struct lane *lane, bool saw_flying)
{
	int64_t at_us = link_to_us(lane->link, delivery_next_due(lane->link->world.read, lane->name));

	lane->ask_us = saw_flying ? NEVER_US : later_of(at_us, lane->link->now_us + 1000);
}

static bool deliver(struct lane *lane)
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
		delivery_start(lane, &due[i]);
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

static bool page(struct lane *lane, enum cursor_stream stream)
{
	limiter_take(&lane->limiter, lane->link->now_us);
	lane->stream[stream].due_us = NEVER_US; /* until it ends */
	if (stream == CURSOR_SWEEP)
		sweep_begin(lane);
	else
		page_begin(lane, stream);
	return true;
}

/* What is due and first in turn. Each of them moves its time. True: something began. */
static bool begin_one(struct lane *lane)
{
	bool delivers = lane->ask_us <= lane->link->now_us;

	if (is_due(lane, CURSOR_POLL) && !(delivers && lane->polled_last)) {
		lane->polled_last = true;
		return page(lane, CURSOR_POLL);
	}
	if (delivers) {
		lane->polled_last = false;
		return deliver(lane);
	}
	return page(lane, is_due(lane, CURSOR_SWEEP) ? CURSOR_SWEEP : CURSOR_BACKFILL);
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

/* Who are we? Asked when an answer left open who is refused, and as the trial when it is us. */
static bool ask_who(struct lane *lane)
{
	int64_t now_us = lane->link->now_us, at_us = lane->probe_us;

	if (!may_begin(lane) || !lane_can_probe(lane) || flies(lane, FLIGHT_PROBE))
		return false;
	if (breaker_is_refused(&lane->breaker))
		at_us = lane->breaker.until_us;
	if (at_us <= now_us)
		at_us = gate_of(lane, FLIGHT_PROBE, false).at_us;
	if (at_us > now_us) {
		next_at(lane, at_us);
		return false;
	}
	limiter_take(&lane->limiter, now_us);
	probe_begin(lane);
	return true;
}

static bool begin(struct lane *lane)
{
	bool did = false;

	while (may_begin(lane) && (int64_t)lane->n_flight < lane->supplier->link.at_once &&
	       !(is_open(lane) && lane->n_flight > 0)) {
		int64_t at_us = due_us(lane);

		if (at_us <= lane->link->now_us)
			at_us = gate_of(lane, FLIGHT_DELIVERY, false).at_us;
		if (at_us > lane->link->now_us) {
			next_at(lane, at_us);
			break;
		}
		did |= begin_one(lane);
	}
	return did;
}

bool lane_turn(struct lane *lane)
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
	did |= begin(lane);
	did |= health_judge(lane);
	return did;
}
