/* SPDX-License-Identifier: Apache-2.0 */
#include "link/recover.h"

#include "core/roster.h"
#include "link/flight.h"
#include "link/inside.h"
#include "link/outcome.h"
#include "link/repeat.h"

#define STRAND_US 60000000 /* between two looks */

static void recover_told(struct flight *flight)
{
	flight->link->recovery.n_taken += flight->job.outcome == JOB_ACCEPTED;
	flight->link->recovery.not_before_us = flight->link->now_us;
	flight_end(flight);
}

static void recover_row(struct link *link, const struct delivery *row)
{
	struct flight *flight = flight_new(link, NULL, &deliver_work);
	const struct supplier *supplier = supplier_by_name(link->roster->set, row->supplier);
	enum ent_repeat how = ENT_REPEAT_NEVER; /* a supplier that is gone cannot be asked */
	int64_t lag_ms;

	flight->delivery = *row;
	flight->delivery.supplier = sdk_dup(&flight->arena.abi, row->supplier);
	flight->roster = roster_ref(link->roster);
	flight->supplier = supplier;
	if (supplier && !link->roster->broken[supplier->index].msg[0])
		how = repeat_how(supplier, &(struct ent_self){supplier->settings, link->roster->state[supplier->index]},
				 row->op, &lag_ms);
	outcome_tell(flight,
		     (struct delivery_result){
			 .outcome = OUTCOME_LOST,
			 .may_look = how != ENT_REPEAT_NEVER,
			 .keeps_phase = how != ENT_REPEAT_SEARCH,
			 .due_ms = link->now_ms,
			 .cause = CAUSE_UNKNOWN,
			 .reason = SDK_SENTENCE("delivery.broker_ended", "the broker ended while this was being sent")},
		     recover_told);
}

bool recover_step(struct link *link)
{
	struct recovery *recovery = &link->recovery;
	enum { ROWS = 64 };
	struct sdk_arena arena;
	size_t n;

	if (recovery->is_done || recovery->flights || link->is_draining || link->now_us < recovery->not_before_us)
		return false;
	if (recovery->n && !recovery->n_taken) { /* others have settled these deliveries */
		recovery->is_done = true;
		link->look_us = link->now_us;
		return true;
	}
	sdk_arena_init(&arena);
	struct delivery *row = SDK_NEW_N(&arena.abi, struct delivery, ROWS);
	n = delivery_in_flight(link->world.read, &arena.abi, row, ROWS);
	recovery->n = n;
	recovery->n_taken = 0;
	for (size_t i = 0; i < n; i++)
		recover_row(link, &row[i]);
	recovery->is_done = n == 0 && !db_failed(link->world.read);
	recovery->not_before_us = link->now_us + 1000000; /* for a store that could not be read */
	sdk_arena_release(&arena);
	if (recovery->is_done)
		link->look_us = link->now_us;
	return true;
}

/* ---- suppliers that are not in the configuration any more ------------------------------- */

static void strand_told(struct flight *flight)
{
	struct link *link = flight->link;
	bool is_more = flight->job.outcome == JOB_ACCEPTED && flight->job.ask.ret_count > 0;

	link->strand_us = link->now_us + (is_more ? 0 : STRAND_US);
	flight_end(flight);
}

static void strand_log(const struct link *link, const struct stranded *gone)
{
	if (link->world.log)
		log_write(
		    link->world.log, LOG_WARN, "supplier.left", LOG_STR("supplier", gone->supplier),
		    LOG_INT("deliveries", gone->n_pending),
		    LOG_Z("why", "it is not in the configuration; deliveries that wait for it are parked as `left`"),
		    LOG_END);
}

bool recover_strand(struct link *link)
{
	enum { GONE_MAX = 64 };
	struct flight *flight;
	struct sdk_arena arena;
	int64_t n_pending = 0;

	if (!link->recovery.is_done || link->recovery.flights || link->is_draining || link->now_us < link->strand_us)
		return false;
	link->strand_us = link->now_us + STRAND_US;
	sdk_arena_init(&arena);
	struct stranded *gone = SDK_NEW_N(&arena.abi, struct stranded, GONE_MAX);
	size_t n = delivery_stranded(link->world.read, &arena.abi, link->roster->set, gone, GONE_MAX);
	for (size_t i = 0; i < n; i++) {
		n_pending += gone[i].n_pending;
		if (gone[i].n_pending > 0)
			strand_log(link, &gone[i]);
	}
	sdk_arena_release(&arena);
	if (n_pending == 0)
		return false;
	flight = flight_new(link, NULL, &deliver_work);
	flight->roster = roster_ref(link->roster);
	flight_tell(flight, JOB_STRAND, strand_told);
	return true;
}
