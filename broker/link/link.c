/* SPDX-License-Identifier: Apache-2.0 */
/* The turn, and what other threads leave for it. */
#include "link/flight.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_US    1000000 /* a lost hint costs this much */
#define HINT_US    5000    /* hints are taken together for so long: under load each commit is one */
#define LISTEN_US  60000000
#define NO_ROOM_US 10000 /* the writer's queue was full */
#define NO_DISK_US 1000000

const struct link_options link_options_default = {.backoff_ms = 1000,
						  .backoff_max_ms = 300000,
						  .breaker_failures = 5,
						  .attempts_max = 10,
						  .slow_ms = 5000,
						  .limit_ms = 60000,
						  .limit_max_ms = 3600000,
						  .refused_ms = 300000};

/* ---- small things ------------------------------------------------------------------ */

uint64_t link_below(struct link *link, uint64_t n)
{
	uint64_t any;

	link->world.chance->bytes(link->world.chance, &any, sizeof any);
	return n ? any % n : 0;
}

int64_t link_backoff_ms(struct link *link, unsigned times)
{
	int64_t whole = link->options.backoff_ms;

	for (unsigned i = 0; i < times && whole < link->options.backoff_max_ms; i++)
		whole *= 2;
	if (whole > link->options.backoff_max_ms)
		whole = link->options.backoff_max_ms;
	return whole - whole / 2 + (int64_t)link_below(link, (uint64_t)(whole / 2) + 1);
}

int64_t link_to_us(const struct link *link, int64_t ms)
{
	if (ms == INT64_MAX)
		return NEVER_US;
	return ms > link->now_ms ? link->now_us + (ms - link->now_ms) * 1000 : link->now_us;
}

static void sample(struct link *link)
{
	link->now_us = link->world.clock->mono_us(link->world.clock);
	link->now_ms = link->world.clock->now_ms(link->world.clock);
}

/* ---- jobs -------------------------------------------------------------------------- */

void link_answer(struct job *job)
{
	struct link *link =
	    job->kind == JOB_SUPPLIER_STATE ? ((struct lane *)job->owner)->link : ((struct flight *)job->owner)->link;

	mailbox_leave(&link->mailbox, &job->note, job);
}

void link_submit(struct link *link, struct job *job, bool *ret_is_out)
{
	*ret_is_out = true; /* before: the answer may come at any time */
	if (writer_submit(link->world.writer, job))
		return;
	*ret_is_out = false;
	link->submit_us = link->now_us + NO_ROOM_US;
}

static void submit_flights(struct flight *flight)
{
	for (; flight; flight = flight->next)
		if (flight->state == FLIGHT_TELLS && !flight->is_out)
			link_submit(flight->link, &flight->job, &flight->is_out);
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
		if (lane->health.is_telling && !lane->health.is_out)
			link_submit(link, &lane->health.job, &lane->health.is_out);
		lane_touch(lane);
	}
	return true;
}

static void answered(struct link *link, struct job *job)
{
	struct lane *lane = job->kind == JOB_SUPPLIER_STATE ? job->owner : NULL;
	struct flight *flight = lane ? NULL : job->owner;

	*(lane ? &lane->health.is_out : &flight->is_out) = false;
	if (job->outcome == JOB_UNAVAILABLE) {
		link->submit_us = link->now_us + NO_DISK_US;
	} else if (lane) {
		health_answered(lane);
	} else {
		if (flight->lane)
			lane_touch(flight->lane);
		flight->answered(flight);
	}
}

/* ---- what others left -------------------------------------------------------------- */

static void hint(struct link *link)
{
	link->look_again = false;
	link->asked_us = link->now_us;
	for (size_t i = 0; i < link->n_lane; i++) {
		link->lane[i]->ask_us = 0;
		lane_touch(link->lane[i]);
	}
}

static bool mail_take(struct link *link)
{
	struct mail mail = mailbox_take(&link->mailbox);

	for (struct note *note = mail.note, *next; note; note = next) {
		next = note->next; /* its job may be freed, or be on its way again */
		answered(link, note->of);
	}
	if (mail.latest)
		lanes_follow(link, mail.latest);
	link->look_again |= mail.is_rung;
	if (link->look_again && link->now_us >= link->asked_us + HINT_US)
		hint(link);
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
		flight_took(flight, &end);
	}
	return did;
}

/* ---- the turn ------------------------------------------------------------------------ */

static void look(struct link *link)
{
	if (link->now_us >= link->look_us) {
		link->look_us = link->now_us + LOOK_US;
		if (db_failed(link->world.read) && link->is_readable && link->world.log)
			log_write(link->world.log, LOG_ERROR, "link.store_unreadable",
				  LOG_Z("why", db_error(link->world.read)), LOG_END);
		link->is_readable = !db_failed(link->world.read);
		metric_set(link->world.metrics, METRIC_LINK_UP, link->is_readable);
		for (size_t i = 0; i < link->n_lane; i++)
			streams_look(link->lane[i]);
		hint(link);
	}
	if (link->now_us >= link->listen_us) {
		link->listen_us = link->now_us + LISTEN_US;
		for (size_t i = 0; i < link->n_lane; i++)
			health_listen(link->lane[i]);
	}
}

static void drop_gone(struct link *link)
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

bool link_step(struct link *link)
{
	bool did;

	sample(link);
	did = mail_take(link);
	did |= transfers_take(link);
	did |= submit_again(link);
	did |= recovery_step(link);
	did |= strand_step(link);
	look(link);
	for (size_t i = 0; i < link->n_lane; i++) {
		struct lane *lane = link->lane[i];
		if (lane->is_touched || lane->next_us <= link->now_us)
			did |= lane_turn(lane);
	}
	drop_gone(link);
	return did;
}

static void earlier(int64_t *at_us, int64_t other_us)
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
	earlier(&at_us, link->listen_us);
	earlier(&at_us, link->submit_us);
	if (!link->recovery.is_done && !link->recovery.flights && !link->is_draining)
		earlier(&at_us, link->recovery.not_before_us);
	if (link->recovery.is_done && !link->recovery.flights && !link->is_draining)
		earlier(&at_us, link->strand_us);
	if (link->look_again)
		earlier(&at_us, link->asked_us + HINT_US);
	for (size_t i = 0; i < link->n_lane; i++)
		earlier(&at_us, link->lane[i]->is_touched ? 0 : link->lane[i]->next_us);
	return at_us;
}

bool link_drain(struct link *link)
{
	if (!link->is_draining)
		for (size_t i = 0; i < link->n_lane; i++)
			lane_touch(link->lane[i]);
	link->is_draining = true;
	for (size_t i = 0; i < link->n_lane; i++)
		if (link->lane[i]->flights || link->lane[i]->health.is_out)
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
			      .slot = slot_new(world->slots, "link"),
			      .submit_us = NEVER_US,
			      .is_readable = true};
	assert(options->backoff_ms > 0 && options->backoff_max_ms >= options->backoff_ms &&
	       options->breaker_failures > 0 && options->attempts_max > 0);
	mailbox_open(&link->mailbox, world->wake, world->of);
	sample(link);
	link->listen_us = link->now_us + LISTEN_US;
	/* One whose connector takes its settings no more is refused by itself and stops nobody else. */
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
	for (size_t i = 0; i < link->n_lane; i++)
		lane_free(link->lane[i]);
	free(link->lane);
	roster_unref(mailbox_take(&link->mailbox).latest);
	roster_unref(link->roster);
	slot_free(link->slot);
	db_close(link->world.read);
	mailbox_close(&link->mailbox);
	free(link);
}
