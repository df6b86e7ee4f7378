/* SPDX-License-Identifier: Apache-2.0 */
#include "link/link.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/roster.h"
#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"
#include "link/lanes.h"
#include "link/recover.h"
#include "link/schedule.h"
#include "link/trip.h"

#define LOOK_US   1000000  /* a lost hint costs this much */
#define HINT_US   5000     /* hints are taken together for so long: under load each commit is one */
#define LISTEN_US 60000000 /* between two looks for suppliers that fell silent */

const struct link_options link_options_default = {.backoff_ms = 1000,
						  .backoff_max_ms = 300000,
						  .breaker_failures = 5,
						  .attempts_max = 10,
						  .slow_ms = 5000,
						  .limit_ms = 60000,
						  .limit_max_ms = 3600000,
						  .refused_ms = 300000};

static void clock_read(struct link *link)
{
	link->now_us = link->world.clock->mono_us(link->world.clock);
	link->now_ms = link->world.clock->now_ms(link->world.clock);
}

/* ---- jobs -------------------------------------------------------------------------- */

static void submit_flights(struct flight *flight)
{
	for (; flight; flight = flight->next)
		if (flight->state == FLIGHT_TELLS && !flight->errand.is_out)
			errand_send(&flight->errand);
}

static bool submit_again(struct link *link)
{
	if (link->now_us < link->submit_us)
		return false;
	link->submit_us = NEVER_US;
	submit_flights(link->recovery.flights);
	for (size_t i = 0; i < link->n_lane; i++) {
		struct lane *lane = link->lane[i];
		submit_flights(lane->flights);
		if (lane->health.is_telling && !lane->health.errand.is_out)
			errand_send(&lane->health.errand);
		lane_touch(lane);
	}
	return true;
}

/* ---- what others left -------------------------------------------------------------- */

static void hint_heed(struct link *link)
{
	link->look_again = false;
	link->asked_us = link->now_us;
	for (size_t i = 0; i < link->n_lane; i++) {
		link->lane[i]->ask_us = 0;
		lane_touch(link->lane[i]);
	}
}

static bool link_mail_take(struct link *link)
{
	struct mail mail = mailbox_take(&link->mailbox);

	for (struct note *note = mail.note, *next; note; note = next) {
		next = note->next; /* its job may be freed, or be on its way again */
		errand_came(note->of);
	}
	if (mail.latest)
		lanes_follow(link, mail.latest);
	link->look_again |= mail.is_rung;
	if (link->look_again && link->now_us >= link->asked_us + HINT_US)
		hint_heed(link);
	return mail.note || mail.latest;
}

static struct flight *flight_of(struct link *link, uint64_t transfer)
{
	for (size_t i = 0; i < link->n_lane; i++)
		for (struct flight *flight = link->lane[i]->flights; flight; flight = flight->next)
			if (flight->state == FLIGHT_ASKS && flight->transfer == transfer)
				return flight;
	return NULL;
}

static bool transfers_take(struct link *link)
{
	struct transfer_end end;
	bool did = false;

	while (link->world.transfers->next(link->world.transfers, &end)) {
		struct flight *flight = flight_of(link, end.id);

		did = true;
		assert(flight);
		lane_touch(flight->lane);
		metric_add(link->world.metrics, METRIC_LINK_IN_FLIGHT, -1);
		trip_took(flight, &end);
	}
	return did;
}

/* ---- the turn ------------------------------------------------------------------------ */

static void store_look(struct link *link)
{
	if (link->now_us >= link->look_us) {
		link->look_us = link->now_us + LOOK_US;
		if (db_failed(link->world.read) && link->is_readable && link->world.log)
			log_write(link->world.log, LOG_ERROR, "link.store_unreadable",
				  LOG_Z("why", db_error(link->world.read)), LOG_END);
		link->is_readable = !db_failed(link->world.read);
		metric_set(link->world.metrics, METRIC_LINK_UP, link->is_readable);
		for (size_t i = 0; i < link->n_lane; i++)
			stream_look(link->lane[i]);
		hint_heed(link);
	}
	if (link->now_us >= link->listen_us) {
		link->listen_us = link->now_us + LISTEN_US;
		for (size_t i = 0; i < link->n_lane; i++)
			health_listen(link->lane[i]);
	}
}

bool link_step(struct link *link)
{
	bool did;

	clock_read(link);
	did = link_mail_take(link);
	did |= transfers_take(link);
	did |= submit_again(link);
	did |= recover_step(link);
	did |= recover_strand(link);
	store_look(link);
	for (size_t i = 0; i < link->n_lane; i++) {
		struct lane *lane = link->lane[i];
		if (lane->is_touched || lane->next_us <= link->now_us)
			did |= schedule_turn(lane);
	}
	lanes_reap(link);
	return did;
}

static void at_latest(int64_t *at_us, int64_t other_us)
{
	if (other_us < *at_us)
		*at_us = other_us;
}

int64_t link_next_us(struct link *link)
{
	int64_t at_us = link->look_us;

	link->look_again |= mailbox_answer_bell(&link->mailbox);
	if (mailbox_has(&link->mailbox))
		return 0;
	at_latest(&at_us, link->listen_us);
	at_latest(&at_us, link->submit_us);
	if (!link->recovery.is_done && !link->recovery.flights && !link->is_draining)
		at_latest(&at_us, link->recovery.not_before_us);
	if (link->recovery.is_done && !link->recovery.flights && !link->is_draining)
		at_latest(&at_us, link->strand_us);
	if (link->look_again)
		at_latest(&at_us, link->asked_us + HINT_US);
	for (size_t i = 0; i < link->n_lane; i++)
		at_latest(&at_us, link->lane[i]->is_touched ? 0 : link->lane[i]->next_us);
	return at_us;
}

bool link_drain(struct link *link)
{
	if (!link->is_draining)
		lanes_touch(link);
	link->is_draining = true;
	for (size_t i = 0; i < link->n_lane; i++)
		if (link->lane[i]->flights || link->lane[i]->health.errand.is_out)
			return false;
	return !link->recovery.flights;
}

/* ---- life ------------------------------------------------------------------------------ */

struct link *link_new(const struct link_world *world, const struct link_options *options,
		      struct supplier_set *suppliers)
{
	struct link *link = sdk_xalloc(sizeof *link);
	struct roster *roster = NULL;
	struct ent_err err;

	*link = (struct link){.world = *world,
			      .options = *options,
			      .pace = {world->chance, options->backoff_ms, options->backoff_max_ms},
			      .slot = slot_new(world->slots, "link"),
			      .submit_us = NEVER_US,
			      .is_readable = true};
	assert(options->backoff_ms > 0 && options->backoff_max_ms >= options->backoff_ms &&
	       options->breaker_failures > 0 && options->attempts_max > 0);
	mailbox_open(&link->mailbox, world->wake, world->of);
	clock_read(link);
	link->listen_us = link->now_us + LISTEN_US;
	/* A supplier whose connector refuses its settings now is shown as refused; it stops nobody else. */
	enum ent_rc rc = roster_open(suppliers, false, &roster, &err);
	assert(rc == ENT_OK);
	lanes_follow(link, roster);
	return link;
}

enum ent_rc link_reload(struct link *link, struct supplier_set *suppliers, struct ent_err *err)
{
	struct roster *roster;
	enum ent_rc rc = roster_open(suppliers, true, &roster, err);

	if (rc != ENT_OK)
		return rc;
	roster_unref(mailbox_replace(&link->mailbox, roster)); /* nobody has that one yet */
	return ENT_OK;
}

void link_wake(struct link *link)
{
	mailbox_ring(&link->mailbox);
}

void link_free(struct link *link)
{
	if (!link)
		return;
	while (link->recovery.flights) {
		struct flight *flight = link->recovery.flights;
		link->recovery.flights = flight->next;
		flight_free(flight);
	}
	lanes_free(link);
	roster_unref(mailbox_take(&link->mailbox).latest);
	roster_unref(link->roster);
	slot_free(link->slot);
	db_close(link->world.read);
	mailbox_close(&link->mailbox);
	free(link);
}
