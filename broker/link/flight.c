/* SPDX-License-Identifier: Apache-2.0 */
#include "link/flight.h"

#include <stdlib.h>

#include "core/roster.h"
#include "link/inside.h"
#include "link/lane.h"

/* Does it count among the supplier's requests at once? Work that all others wait for does not, nor does the probe. */
static bool flight_is_counted(const struct flight *flight)
{
	return !flight->work->lets_in && !flight->work->asks_who;
}

static void flight_answered(void *of)
{
	struct flight *flight = of;

	if (flight->lane)
		lane_touch(flight->lane);
	if (flight->job.joins_full && flight->link->world.log)
		log_write(flight->link->world.log, LOG_WARN, "join.full",
			  LOG_STR("supplier", flight->job.arrival.supplier), LOG_Z("why", JOINS_FULL_WHY), LOG_END);
	flight->answered(flight);
}

struct flight *flight_new(struct link *link, struct lane *lane, const struct work *work)
{
	struct flight *flight = sdk_xalloc(sizeof *flight);
	struct flight **first = lane ? &lane->flights : &link->recovery.flights;

	*flight = (struct flight){.link = link, .lane = lane, .work = work, .whom = work->whom, .next = *first};
	flight->errand = (struct errand){.link = link, .job = &flight->job, .answered = flight_answered, .of = flight};
	sdk_arena_init(&flight->arena);
	sdk_arena_init(&flight->trip);
	*first = flight;
	if (!lane)
		return flight;
	if (lane->supplier)
		flight_fly_for(flight, lane->roster, lane->supplier);
	lane->n_flight += flight_is_counted(flight);
	if (work->has_stream)
		flight_stream(flight)->is_flying = true;
	return flight;
}

void flight_fly_for(struct flight *flight, struct roster *roster, const struct supplier *supplier)
{
	roster_ref(roster);
	roster_unref(flight->roster);
	flight->roster = roster;
	flight->supplier = supplier;
	flight->self = (struct ent_self){supplier->settings, roster->state[supplier->index]};
}

void flight_free(struct flight *flight)
{
	auth_forget(&flight->sent_auth);
	session_release(&flight->sent_session);
	sdk_arena_release(&flight->trip);
	sdk_arena_release(&flight->arena);
	roster_unref(flight->roster); /* last: its connectors may have deferred something to the arenas' end */
	free(flight);
}

void flight_end(struct flight *flight)
{
	struct lane *lane = flight->lane;
	struct flight **at = lane ? &lane->flights : &flight->link->recovery.flights;

	while (*at != flight)
		at = &(*at)->next;
	*at = flight->next;
	if (lane) {
		lane->n_flight -= flight_is_counted(flight);
		if (flight->work->has_stream)
			flight_stream(flight)->is_flying = false;
		if (flight->work->leaves)
			flight->work->leaves(flight);
		lane_touch(lane);
	}
	flight_free(flight);
}

struct stream *flight_stream(const struct flight *flight)
{
	return flight->work->has_stream ? &flight->lane->stream[flight->work->stream] : NULL;
}

void flight_ask(struct flight *flight, struct transfer *transfer)
{
	struct link *link = flight->link;

	flight->transfer = transfer->id = ++link->last_transfer;
	transfer->supplier = flight->lane->name;
	flight->state = FLIGHT_ASKS;
	metric_add(link->world.metrics, METRIC_LINK_REQUESTS, 1);
	metric_add(link->world.metrics, METRIC_LINK_IN_FLIGHT, 1);
	link->world.transfers->start(link->world.transfers, transfer);
}

void flight_phase(struct flight *flight, const struct ent_result *result)
{
	flight->call.phase = result->phase;
	flight->call.memo = sdk_dup(&flight->arena.abi, result->memo);
	flight->call.look = flight->call.look && !flight->writes;
	flight->state = FLIGHT_READY;
	lane_touch(flight->lane);
}

void flight_give_back(struct flight *flight, int64_t wait_ms)
{
	if (flight->work->give_back) {
		flight->work->give_back(flight, wait_ms);
		return;
	}
	if (flight->work->has_stream)
		flight_stream(flight)->due_us = flight->link->now_us + wait_ms * 1000;
	flight_end(flight);
}

void flight_tell(struct flight *flight, enum job_kind kind, void (*answered)(struct flight *))
{
	flight->job.kind = kind;
	flight->job.suppliers = flight->roster->set;
	flight->answered = answered;
	flight->state = FLIGHT_TELLS;
	errand_send(&flight->errand);
}
