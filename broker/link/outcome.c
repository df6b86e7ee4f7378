/* SPDX-License-Identifier: Apache-2.0 */
#include "link/outcome.h"

#include "core/roster.h"
#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"
#include "link/repeat.h"

enum ent_repeat outcome_repeat(const struct flight *flight)
{
	int64_t lag_ms;

	return repeat_how(flight->supplier, &flight->self, flight->delivery.op, &lag_ms);
}

struct ent_said outcome_words(struct flight *flight, const struct ent_err *err)
{
	return err->msg[0] ? transcript_said(flight, sdk_said(err))
			   : SDK_SENTENCE("delivery.no_reason", "no reason was given");
}

int64_t outcome_wait_ms(struct flight *flight, const struct ending *ending)
{
	unsigned times = flight->delivery.attempt > 0 ? flight->delivery.attempt - 1 : 0;
	int64_t wait_ms = pace_backoff_ms(&flight->link->pace, times);

	return ending->wait_ms > wait_ms ? ending->wait_ms : wait_ms;
}

/* ---- telling ----------------------------------------------------------------------- */

static void outcome_log(const struct flight *flight, const struct delivery_result *result)
{
	static const char *const name[] = {
	    [OUTCOME_DONE] = "delivery.done",     [OUTCOME_MORE] = "delivery.more",
	    [OUTCOME_LATER] = "delivery.later",   [OUTCOME_LOST] = "delivery.lost",
	    [OUTCOME_PARKED] = "delivery.parked", [OUTCOME_CANCELLED] = "delivery.cancelled",
	};
	bool is_bad = result->outcome == OUTCOME_PARKED || result->outcome == OUTCOME_LOST;

	if (!flight->link->world.log)
		return;
	log_write(flight->link->world.log, is_bad ? LOG_WARN : LOG_DEBUG, name[result->outcome],
		  LOG_STR("supplier", flight->delivery.supplier), LOG_INT("delivery", flight->delivery.id),
		  LOG_INT("incident", flight->delivery.incident), LOG_Z("op", delivery_op_name(flight->delivery.op)),
		  LOG_INT("attempt", flight->delivery.attempt), LOG_Z("cause", delivery_cause_word(result->cause)),
		  LOG_STR("why", result->reason.text), LOG_END);
}

static void outcome_count(const struct flight *flight, const struct delivery_result *result)
{
	static const enum metric metric[] = {
	    [OUTCOME_DONE] = METRIC_DELIVERIES_DONE,     [OUTCOME_MORE] = METRIC_DELIVERIES_STEPS,
	    [OUTCOME_LATER] = METRIC_DELIVERIES_LATER,   [OUTCOME_LOST] = METRIC_DELIVERIES_LOST,
	    [OUTCOME_PARKED] = METRIC_DELIVERIES_PARKED, [OUTCOME_CANCELLED] = METRIC_DELIVERIES_CANCELLED,
	};

	metric_add(flight->link->world.metrics, metric[result->outcome], 1);
}

void outcome_tell(struct flight *flight, struct delivery_result result, void (*answered)(struct flight *))
{
	struct link *link = flight->link;

	result.id = flight->delivery.id;
	result.attempt = flight->delivery.attempt;
	if (result.outcome != OUTCOME_DONE && result.outcome != OUTCOME_MORE)
		result.exchange = transcript_json(flight);
	flight->job.ask.result = result;
	flight->job.arrival.supplier = flight->delivery.supplier;
	flight->job.arrival.suppliers = flight->roster->set;
	flight->job.arrival.from = flight->supplier;
	flight->job.arrival.received_ms = link->now_ms;
	outcome_log(flight, &result);
	outcome_count(flight, &result);
	flight_tell(flight, JOB_RESULT, answered);
}

/* ---- the outcomes -------------------------------------------------------------------- */

void outcome_later(struct flight *flight, const struct ent_err *why, int64_t wait_ms)
{
	outcome_tell(flight,
		     (struct delivery_result){.outcome = OUTCOME_LATER,
					      .keeps_phase = true,
					      .due_ms = flight->link->now_ms + wait_ms,
					      .reason = outcome_words(flight, why)},
		     flight_end);
}

void outcome_ask_person(struct flight *flight, const struct ent_err *why)
{
	strike_forget(&flight->lane->strikes, flight->delivery.id);
	outcome_tell(flight,
		     (struct delivery_result){.outcome = OUTCOME_LOST,
					      .keeps_phase = outcome_repeat(flight) != ENT_REPEAT_SEARCH,
					      .cause = CAUSE_UNKNOWN,
					      .reason = outcome_words(flight, why)},
		     flight_end);
}

/* A person may send it again, and then nothing that was written before may be written twice. */
void outcome_stop(struct flight *flight, enum delivery_outcome outcome, enum delivery_cause cause, bool wrote,
		  const struct ent_err *err)
{
	bool has_written = flight->delivery.phase > 0, searches = outcome_repeat(flight) == ENT_REPEAT_SEARCH;

	if (flight->in_doubt && outcome == OUTCOME_PARKED && cause != CAUSE_GONE) {
		struct ent_err why;

		(void)sdk_fail_as(&why, ENT_EINVAL, "delivery.cannot_look",
				  "an earlier attempt may have done it, and we cannot look for it: {why=%p}",
				  SDK_WHY(err));
		outcome_ask_person(flight, &why);
		return;
	}
	strike_forget(&flight->lane->strikes, flight->delivery.id); /* a person begins anew */
	outcome_tell(flight,
		     (struct delivery_result){.outcome = outcome,
					      .cause = cause,
					      .may_look = wrote || (has_written && searches),
					      .keeps_phase = has_written && !searches,
					      .reason = outcome_words(flight, err)},
		     flight_end);
}
