/* SPDX-License-Identifier: Apache-2.0 */
#include "link/doubt.h"

#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"
#include "link/outcome.h"
#include "link/repeat.h"

enum {
	LOOK_MS = 1000, /* between two looks at least; later as long as we have been looking */
	UNREAD_MAX = 3  /* so many answers to a write that may be repeated, and we could read none */
};

void doubt_lost(struct flight *flight, const struct ending *ending)
{
	enum ent_repeat how = outcome_repeat(flight);

	if (how != ENT_REPEAT_NEVER &&
	    strike_is_out(&flight->lane->strikes, flight->delivery.id, flight->link->options.attempts_max))
		how = ENT_REPEAT_NEVER; /* its answers are lost again and again: a person decides */
	if (how == ENT_REPEAT_NEVER)
		strike_forget(&flight->lane->strikes, flight->delivery.id);
	outcome_tell(flight,
		     (struct delivery_result){.outcome = OUTCOME_LOST,
					      .may_look = how != ENT_REPEAT_NEVER,
					      .keeps_phase = outcome_repeat(flight) != ENT_REPEAT_SEARCH,
					      .due_ms = flight->link->now_ms + outcome_wait_ms(flight, ending),
					      .cause = CAUSE_UNKNOWN,
					      .reason = outcome_words(flight, &ending->err)},
		     flight_end);
}

void doubt_unread(struct flight *flight, const struct ending *ending)
{
	struct ent_err why;
	enum ent_repeat how = outcome_repeat(flight);

	(void)sdk_fail_as(&why, ENT_EINVAL, "delivery.may_be_there",
			  "it may be there; our side cannot read the answer: {why=%p}", SDK_WHY(&ending->err));
	if (how == ENT_REPEAT_NEVER ||
	    (how == ENT_REPEAT_SAFE && strike_is_out(&flight->lane->strikes, flight->delivery.id, UNREAD_MAX))) {
		outcome_ask_person(flight, &why);
		return;
	}
	outcome_tell(flight,
		     (struct delivery_result){.outcome = OUTCOME_LOST,
					      .may_look = true,
					      .said_yes = true,
					      .keeps_phase = how != ENT_REPEAT_SEARCH,
					      .due_ms = flight->link->now_ms + outcome_wait_ms(flight, ending),
					      .cause = CAUSE_UNKNOWN,
					      .reason = outcome_words(flight, &why)},
		     flight_end);
}

/* The longer we have been looking, the longer is the pause: so there are few requests, and the last look is made when
 * the tool's search shows everything. */
static void doubt_look_again(struct flight *flight, int64_t over_ms)
{
	int64_t now_ms = flight->link->now_ms, wait_ms = now_ms - flight->delivery.unsure_ms;
	struct ending ending = {0};

	if (wait_ms < LOOK_MS)
		wait_ms = LOOK_MS;
	if (wait_ms > over_ms - now_ms)
		wait_ms = over_ms > now_ms ? over_ms - now_ms : 0;
	(void)sdk_fail_as(&ending.err, ENT_ERETRY, "delivery.look_again",
			  "an earlier attempt may have done it. The tool's search does not find it, but may not show "
			  "it yet: we look again later");
	outcome_tell(flight,
		     (struct delivery_result){.outcome = OUTCOME_LATER,
					      .due_ms = now_ms + wait_ms,
					      .reason = outcome_words(flight, &ending.err)},
		     flight_end);
}

bool doubt_holds_back(struct flight *flight)
{
	int64_t lag_ms, over_ms;
	struct ent_err err;

	if (!flight->in_doubt)
		return false;
	(void)repeat_how(flight->supplier, &flight->self, flight->delivery.op, &lag_ms);
	over_ms = flight->delivery.unsure_ms + lag_ms;
	flight->job.arrival = (struct arrival){0};
	if (flight->looked_ms < over_ms) {
		doubt_look_again(flight, over_ms);
		return true;
	}
	if (flight->delivery.look_only) {
		(void)sdk_fail_as(&err, ENT_EINVAL, "delivery.unread_not_found",
				  "the tool answered with success, and we could not read the answer: the tool's search "
				  "does not find it");
		outcome_ask_person(flight, &err);
		return true;
	}
	flight->in_doubt = false;
	return false;
}

void doubt_no_id(struct flight *flight, const struct ending *ending)
{
	struct ending none = {.rc = ENT_EINVAL, .is_built = ending->is_built, .status = ending->status};

	(void)sdk_fail_as(&none.err, ENT_EINVAL, "delivery.no_id", "the answer holds no id that we can store");
	if (flight->in_doubt || !ending->is_built) /* the look found it; or nothing was asked */
		outcome_stop(flight, OUTCOME_PARKED, CAUSE_INVALID, true, &none.err);
	else
		doubt_unread(flight, &none);
}
