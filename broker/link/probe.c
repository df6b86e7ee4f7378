/* SPDX-License-Identifier: Apache-2.0 */
#include "link/probe.h"

#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"

#define ODD_MS 60000LL
enum { ODD_DOUBLINGS = 6 /* up to an hour */ };

void probe_begin(struct lane *lane)
{
	struct flight *flight = flight_new(lane->link, lane, &probe_work);

	flight->has_turn = true;
	flight->call = (struct ent_call){.op = {.kind = ENT_PROBE}, .attempt = lane->probe_failures + 1};
	flight->state = FLIGHT_READY;
	lane_touch(lane);
}

/* The answer may be a maintenance page or a proxy's 404: for a while the supplier is treated as if it had no probe.
 * Then the probe is sent again when it is needed. */
static void probe_odd(struct flight *flight, const struct ending *ending)
{
	struct lane *lane = flight->lane;
	unsigned times = lane->probe_oddities < ODD_DOUBLINGS ? lane->probe_oddities++ : ODD_DOUBLINGS;

	lane->probe_from_us = lane->link->now_us + (ODD_MS << times) * 1000;
	if (flight->link->world.log)
		log_write(flight->link->world.log, LOG_WARN, "probe.not_understood", LOG_STR("supplier", lane->name),
			  LOG_Z("why", ending->err.msg), LOG_END);
}

static void probe_ended(struct flight *flight, struct ending *ending)
{
	struct lane *lane = flight->lane;
	struct link *link = lane->link;

	if (ending->rc == ENT_MORE) {
		flight_phase(flight, &ending->result);
		return;
	}
	lane->probe_us = NEVER_US;
	if (ending->rc == ENT_ERETRY || ending->rc == ENT_ECONFLICT) {
		int64_t wait_ms = pace_backoff_ms(&link->pace, lane->probe_failures++);

		lane->probe_us = link->now_us + (wait_ms > ending->wait_ms ? wait_ms : ending->wait_ms) * 1000;
	} else if (ending->rc == ENT_OK && ending->is_built) {
		lane->probe_failures = lane->probe_oddities = 0;
	} else if (ending->rc == ENT_OK || ending->rc == ENT_EUNSUPPORTED) { /* the connector has no probe */
		lane->probe_from_us = NEVER_US;
	} else if (ending->rc != ENT_EAUTH) {
		probe_odd(flight, ending);
	}
	flight_end(flight);
}

const struct work probe_work = {.name = "probe", .ended = probe_ended, .asks_who = true, .whom = -6};
