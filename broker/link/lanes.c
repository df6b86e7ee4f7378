/* SPDX-License-Identifier: Apache-2.0 */
#include "link/lanes.h"

#include <stdlib.h>
#include <string.h>

#include "core/roster.h"
#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"

/* ---- did the way to the tool change? ------------------------------------------------- */

static bool has_same_secrets(const struct supplier_link *a, const struct supplier_link *b)
{
	bool same = a->n_named == b->n_named;

	for (size_t i = 0; same && i < a->n_named; i++)
		same = sdk_eq(a->named[i].name, b->named[i].name) &&
		       sdk_eq(secret_bytes(&a->named[i].secret), secret_bytes(&b->named[i].secret));
	return same;
}

static bool has_same_credential(const struct supplier_link *a, const struct supplier_link *b)
{
	return a->auth == b->auth && sdk_eq(a->user, b->user) && sdk_eq(a->header, b->header) &&
	       sdk_eq(a->scheme, b->scheme) && sdk_eq(a->token_url, b->token_url) && sdk_eq(a->scope, b->scope) &&
	       sdk_eq(secret_bytes(&a->credential), secret_bytes(&b->credential)) && has_same_secrets(a, b);
}

static bool has_same_way(const struct supplier_link *a, const struct supplier_link *b)
{
	if (!sdk_eq(a->url, b->url) || !sdk_eq(a->ca_file, b->ca_file) || a->plain_http != b->plain_http ||
	    a->n_allow != b->n_allow)
		return false;
	for (size_t i = 0; i < a->n_allow; i++)
		if (!sdk_eq(a->allow[i], b->allow[i]))
			return false;
	return has_same_credential(a, b);
}

/* ---- a lane -------------------------------------------------------------------------- */

static void lane_read(struct lane *lane)
{
	struct link *link = lane->link;
	struct supplier_state state = {0};

	lane->health.known = supplier_state_load(link->world.read, &lane->health.arena.abi, lane->name, &state);
	if (lane->health.known) {
		lane->health.told = state;
		lane->health.quiet_since_ms = state.quiet_since_ms;
	}
}

static struct lane *lane_new(struct link *link, struct ent_str name)
{
	struct lane *lane = sdk_xalloc(sizeof *lane);

	*lane = (struct lane){.link = link, .is_touched = true, .probe_us = NEVER_US};
	memcpy(lane->name_z, name.p, name.n < SUPPLIER_NAME_MAX ? name.n : SUPPLIER_NAME_MAX);
	lane->name = sdk_str(lane->name_z);
	for (int i = 0; i < CURSOR_N; i++)
		lane->stream[i].due_us = NEVER_US;
	health_open(lane);
	lane_read(lane);
	return lane;
}

static void lane_free(struct lane *lane)
{
	while (lane->flights) {
		struct flight *flight = lane->flights;
		lane->flights = flight->next;
		flight_free(flight);
	}
	auth_forget(&lane->auth);
	session_release(&lane->session);
	health_close(lane);
	roster_unref(lane->roster);
	free(lane);
}

static struct lane *lane_of(struct link *link, struct ent_str name)
{
	for (size_t i = 0; i < link->n_lane; i++)
		if (sdk_eq(link->lane[i]->name, name))
			return link->lane[i];
	link->lane = sdk_xrealloc(link->lane, (link->n_lane + 1) * sizeof(struct lane *));
	link->lane[link->n_lane] = lane_new(link, name);
	return link->lane[link->n_lane++];
}

static void lane_take(struct lane *lane, struct roster *roster, const struct supplier *supplier)
{
	if (lane->supplier && !has_same_way(&lane->supplier->link, &supplier->link))
		lane->reopens = true;
	roster_ref(roster);
	roster_unref(lane->roster);
	lane->roster = roster;
	lane->supplier = supplier;
	limiter_set(&lane->limiter, supplier->link.rate_per_min);
	breaker_again(&lane->breaker);
	lane->probe_from_us = 0;
	lane->probe_oddities = 0;
	lane->ask_us = 0;
	stream_open(lane);
	lane_touch(lane);
}

/* ---- all of them ---------------------------------------------------------------------- */

void lanes_follow(struct link *link, struct roster *roster)
{
	for (size_t i = 0; i < link->n_lane; i++) {
		struct lane *lane = link->lane[i];

		if (supplier_by_name(roster->set, lane->name))
			continue;
		lane->supplier = NULL;
		lane->reopens = true;
		roster_unref(lane->roster);
		lane->roster = NULL;
		lane_touch(lane);
	}
	for (size_t i = 0; i < roster->set->n; i++)
		lane_take(lane_of(link, roster->set->at[i].name), roster, &roster->set->at[i]);
	roster_unref(link->roster);
	link->roster = roster;
	link->strand_us = link->now_us;
}

void lanes_touch(struct link *link)
{
	for (size_t i = 0; i < link->n_lane; i++)
		lane_touch(link->lane[i]);
}

void lanes_reap(struct link *link)
{
	for (size_t i = 0; i < link->n_lane;) {
		struct lane *lane = link->lane[i];

		if (!lane_is_gone(lane)) {
			i++;
			continue;
		}
		link->world.transfers->drop(link->world.transfers, lane->name);
		lane_free(lane);
		link->lane[i] = link->lane[--link->n_lane];
	}
}

void lanes_free(struct link *link)
{
	for (size_t i = 0; i < link->n_lane; i++)
		lane_free(link->lane[i]);
	free(link->lane);
}
