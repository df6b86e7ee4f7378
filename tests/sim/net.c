/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP between link and the tools: requests that fly, answers that may be lost. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

static struct broker *broker_of(struct transfers *transfers)
{
	return (struct broker *)((char *)transfers - offsetof(struct broker, transfers));
}

static void flight_free(struct flight *flight)
{
	sdk_arena_release(&flight->arena);
	free(flight);
}

static void unlink_flight(struct sim *sim, struct flight *flight)
{
	struct flight **at = &sim->flights;

	while (*at != flight)
		at = &(*at)->next;
	*at = flight->next;
}

/* S8: no flood, also after days of silence. In any minute at most what was agreed and one burst, a tenth of it. */
static void check_rate(struct sim *sim, struct tool *tool)
{
	if (sim->world.us - tool->minute_us > 60000000) {
		tool->minute_us = sim->world.us;
		tool->in_minute = 0;
	}
	if (++tool->in_minute > tool->rate_per_min + tool->rate_per_min / 10 + 10)
		sim_violates(sim, "S8", tool->name, "%s is asked %lld times in a minute, and takes %lld", tool->name,
			     (long long)tool->in_minute, (long long)tool->rate_per_min);
}

static void start(struct transfers *transfers, const struct transfer *transfer)
{
	struct broker *broker = broker_of(transfers);
	struct sim *sim = broker->sim;
	struct flight *flight = sdk_xalloc(sizeof *flight);

	memset(flight, 0, sizeof *flight);
	sdk_arena_init(&flight->arena);
	flight->id = transfer->id;
	flight->serial = broker->serial;
	flight->began_us = sim->world.us;
	flight->method = sdk_z(&flight->arena.abi, sdk_str(transfer->method));
	flight->body = sdk_dup(&flight->arena.abi, transfer->body);
	while (flight->tool < sim->n_tool - 1 && !sdk_eqz(transfer->supplier, sim->tool[flight->tool].name))
		flight->tool++;
	struct ent_str base = sim->suppliers->at[flight->tool].link.url;
	flight->path =
	    sdk_dup(&flight->arena.abi, (struct ent_str){transfer->url.p + base.n, transfer->url.n - base.n});
	for (size_t i = 0; i < transfer->n_header; i++)
		if (sdk_ieqz(transfer->header[i].name, "Idempotency-Key"))
			flight->key = sdk_dup(&flight->arena.abi, transfer->header[i].value);
	bool slow = sim_has(sim, FAULT_SLOW) && rng_ppm(&sim->by_net, 100000);
	flight->due_us = sim->world.us + rng_range(&sim->by_net, 500, slow ? 20000000 : 50000);
	flight->next = sim->flights;
	sim->flights = flight;
	sim->n_flight++;
	check_rate(sim, &sim->tool[flight->tool]);
}

static bool next(struct transfers *transfers, struct transfer_end *ret)
{
	struct broker *broker = broker_of(transfers);
	struct sim *sim = broker->sim;
	struct flight *first = NULL;

	if (broker->last)
		flight_free(broker->last);
	broker->last = NULL;
	for (struct flight *flight = sim->flights; flight; flight = flight->next)
		if (flight->ended && flight->due_us <= sim->world.us && (!first || flight->due_us <= first->due_us))
			first = flight;
	if (!first)
		return false;
	unlink_flight(sim, first);
	broker->last = first;
	*ret = first->end;
	return true;
}

static void drop(struct transfers *transfers, struct ent_str supplier)
{
	(void)transfers, (void)supplier; /* the suppliers of a run do not change */
}

void net_init(struct broker *broker)
{
	broker->transfers = (struct transfers){start, next, drop};
}

/* ---- what becomes of a request ----------------------------------------------------------------- */

static struct flight *next_flight(const struct sim *sim)
{
	struct flight *first = NULL;

	for (struct flight *flight = sim->flights; flight; flight = flight->next)
		if (!flight->ended && (!first || flight->due_us < first->due_us))
			first = flight;
	return first;
}

bool net_is_due(const struct sim *sim)
{
	const struct flight *flight = next_flight(sim);

	return flight && flight->due_us <= sim->world.us;
}

bool net_has_answer(const struct sim *sim)
{
	for (const struct flight *flight = sim->flights; flight; flight = flight->next)
		if (flight->ended && flight->due_us <= sim->world.us)
			return true;
	return false;
}

int64_t net_next_us(const struct sim *sim)
{
	int64_t first = INT64_MAX;

	for (const struct flight *flight = sim->flights; flight; flight = flight->next)
		if (flight->due_us < first)
			first = flight->due_us;
	return first;
}

/* I6, at the moment the bytes arrive: may this tool read it? */
static void check_audience(struct sim *sim, const struct flight *flight)
{
	struct tool *tool = &sim->tool[flight->tool];
	const char *z = sdk_z(&sim->arena.abi, flight->body), *found = strstr(z, "canary-");

	for (; found; found = strstr(found + 1, "canary-")) {
		int i = atoi(found + 7);
		if (i < 0 || i >= sim->n_canary)
			continue;
		const struct canary *canary = &sim->canary[i];
		bool may = canary->tool < 0 ? audience_allows(&canary->audience, sdk_str(tool->name), true)
					    : canary->is_public && !canary->is_narrowed &&
						  sim->tool[canary->tool].everyone && canary->tool != tool->index;
		/* Narrowed later than the bytes were made: it was shown as sent. */
		bool was_public = canary->is_narrowed && flight->began_us <= canary->narrowed_us &&
				  sim->tool[canary->tool].everyone && canary->tool != tool->index;
		/* No tool here says who reads what is public there. */
		if (strstr(z, "\"public\":true") && !canary->audience.requester)
			sim_violates(sim, "I6", tool->name,
				     "canary-%d. is not for the requester and stands there as public", i);
		if (!may && !was_public)
			sim_violates(sim, "I6", tool->name, "canary-%d. reached %s, which may not read it", i,
				     tool->name);
	}
}

/* The same for what clients said: those with even numbers are internal, see wire.c. */
static void check_clients_words(struct sim *sim, const struct flight *flight)
{
	const char *z = sdk_z(&sim->arena.abi, flight->body), *found = strstr(z, "word-");

	for (; found; found = strstr(found + 1, "word-"))
		if (atoi(found + 5) % 2 == 0)
			sim_violates(sim, "I6", sim->tool[flight->tool].name, "word-%d. reached %s, and is internal",
				     atoi(found + 5), sim->tool[flight->tool].name);
}

static void serve(struct sim *sim, struct flight *flight)
{
	struct tool *tool = &sim->tool[flight->tool];
	int n_before = tool->n_ticket;

	check_audience(sim, flight);
	check_clients_words(sim, flight);
	flight->end.response =
	    tool_serve(sim, tool, flight->method, flight->path, flight->body, flight->key, &flight->arena.abi);
	flight->served = true;
	if (tool->n_ticket > n_before)
		tool->ticket[n_before].asked_us = flight->began_us;
}

static void end_as(struct sim *sim, struct flight *flight, enum transfer_outcome outcome, const char *why)
{
	flight->end.id = flight->id;
	flight->end.outcome = outcome;
	flight->end.took_us = sim->world.us - flight->began_us;
	flight->ended = true;
	if (outcome != TRANSFER_ANSWERED)
		(void)sdk_fail(&flight->end.why, ENT_ERETRY, "%s", why);
	trace_line(&sim->world, "%s %s %.*s: %s %d %.*s", sim->tool[flight->tool].name, flight->method,
		   ENT_F(flight->path), why, flight->end.response.status, ENT_F(sdk_head(flight->body, 160)));
	flight->due_us = sim->world.us + rng_range(&sim->by_net, 100, 20000);
}

static void end_status(struct sim *sim, struct flight *flight, int status)
{
	flight->end.response = (struct ent_response){.status = status, .body = ENT_STR("<html>no</html>")};
	end_as(sim, flight, TRANSFER_ANSWERED, "says");
}

void net_step(struct sim *sim)
{
	struct flight *flight = next_flight(sim);
	bool strikes = rng_ppm(&sim->by_net, sim->plan.lost_ppm);
	enum fault kind[] = {FAULT_LOST_AFTER, FAULT_LOST_BEFORE, FAULT_NOT_SENT, FAULT_FAILS, FAULT_BUSY};
	enum fault fault = kind[rng_below(&sim->by_net, sizeof kind / sizeof *kind)];
	bool done = rng_below(&sim->by_net, 2);

	if (sim->tool[flight->tool].down_until_us > sim->world.us && !sim->healing) {
		end_as(sim, flight, TRANSFER_NOT_SENT, "down");
		return;
	}
	sim->n_lost += strikes && sim_has(sim, fault);
	if (!strikes || !sim_has(sim, fault)) {
		serve(sim, flight);
		end_as(sim, flight, TRANSFER_ANSWERED, "answers");
		return;
	}
	switch (fault) {
	case FAULT_LOST_AFTER:
		serve(sim, flight);
		end_as(sim, flight, TRANSFER_LOST, "lost after");
		break;
	case FAULT_LOST_BEFORE:
		end_as(sim, flight, TRANSFER_LOST, "lost before");
		break;
	case FAULT_NOT_SENT:
		end_as(sim, flight, TRANSFER_NOT_SENT, "not sent");
		break;
	case FAULT_FAILS:
		if (done)
			serve(sim, flight);
		end_status(sim, flight, rng_below(&sim->by_net, 2) ? 500 : 502);
		break;
	default:
		end_status(sim, flight, rng_below(&sim->by_net, 2) ? 429 : 503);
		break;
	}
}

void net_reset(struct sim *sim)
{
	while (sim->flights) {
		struct flight *flight = sim->flights;

		if (!flight->ended && !flight->served && rng_below(&sim->by_net, 2)) {
			serve(sim, flight);
			trace_line(&sim->world, "%s %s %.*s: arrives, nobody waits", sim->tool[flight->tool].name,
				   flight->method, ENT_F(flight->path));
		}
		sim->flights = flight->next;
		flight_free(flight);
	}
}
