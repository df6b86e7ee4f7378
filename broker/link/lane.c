/* SPDX-License-Identifier: Apache-2.0 */
#include "link/lane.h"

#include "link/flight.h"
#include "link/inside.h"

void lane_touch(struct lane *lane)
{
	lane->is_touched = true;
}

bool lane_is_gone(const struct lane *lane)
{
	return !lane->supplier && !lane->flights && !lane->health.is_telling;
}

bool lane_is_open(const struct lane *lane)
{
	return breaker_is_open(&lane->breaker, lane->link->options.breaker_failures);
}

bool lane_flies(const struct lane *lane, const struct work *work)
{
	for (const struct flight *flight = lane->flights; flight; flight = flight->next)
		if (flight->work == work)
			return true;
	return false;
}

bool lane_can_probe(const struct lane *lane)
{
	return lane->supplier && lane->probe_from_us <= lane->link->now_us && supplier_can(lane->supplier, ENT_PROBE);
}

void lane_want_probe(struct lane *lane)
{
	if (lane->probe_us == NEVER_US && lane_can_probe(lane))
		lane->probe_us = lane->link->now_us;
}

int64_t lane_pause_us(struct lane *lane)
{
	return pace_backoff_ms(&lane->link->pace, lane->breaker.trips) * 1000;
}

void lane_failed(struct lane *lane, int64_t whom, int64_t pause_us, const struct ent_err *why)
{
	breaker_failed(&lane->breaker, lane->link->options.breaker_failures, whom, lane->link->now_us, pause_us, why);
}

void lane_refused(struct lane *lane, int64_t whom, const struct ent_err *why)
{
	const struct link_options *options = &lane->link->options;

	breaker_refused(&lane->breaker, options->breaker_failures, whom, lane->link->now_us, options->refused_ms * 1000,
			why);
}
