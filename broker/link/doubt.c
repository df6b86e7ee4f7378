/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A write left, and nobody knows whether it was done: the answer was lost, or our side cannot read it. Where the tool
 * can be searched we look before we write again, for as long as its search may not show what is new. What doubt then
 * remains is a person's.
 */
#include "link/flight.h"

enum {
	LOOK_MS = 1000, /* between two looks at least; then as long as it has been looked for */
	UNREAD_MAX = 3  /* answers that we could not read, to a write that may be repeated */
};

enum ent_repeat doubt_lag(const struct supplier *supplier, const struct ent_self *self, enum ent_op_kind op,
			  int64_t *ret_lag_ms)
{
	enum ent_repeat how = op == ENT_CREATE_TICKET || op == ENT_ADD_COMMENT ? ENT_REPEAT_NEVER : ENT_REPEAT_SAFE;
	unsigned lag_s = 0;

	if (supplier->connector->repeat)
		how = supplier->connector->repeat(self, op, &lag_s);
	*ret_lag_ms = supplier->link.search_lag_ms >= 0 ? supplier->link.search_lag_ms : (int64_t)lag_s * 1000;
	if (how != ENT_REPEAT_SEARCH)
		*ret_lag_ms = 0;
	return how;
}

enum ent_repeat doubt_repeat(const struct flight *flight)
{
	int64_t lag_ms;

	return doubt_lag(flight->supplier, &flight->self, flight->delivery.op, &lag_ms);
}

/* Nobody can find out whether it was done: a person looks in the tool. */
void doubt_ask_person(struct flight *flight, const char *what, const struct ent_err *err)
{
	struct ent_arena *arena = &flight->arena.abi;
	struct ent_str why = delivery_words(flight, err);

	strike_forget(flight);
	delivery_tell(flight,
		      (struct delivery_result){.outcome = OUTCOME_LOST,
					       .keeps_phase = doubt_repeat(flight) != ENT_REPEAT_SEARCH,
					       .cause = CAUSE_UNKNOWN,
					       .reason = sdk_format(arena, "%s: %.*s", what, ENT_F(why))},
		      flight_end);
}

void doubt_lost(struct flight *flight, const struct ending *ending)
{
	enum ent_repeat how = doubt_repeat(flight);

	if (how != ENT_REPEAT_NEVER && strike_is_out(flight))
		how = ENT_REPEAT_NEVER; /* its answers are lost again and again: a person looks */
	if (how == ENT_REPEAT_NEVER)
		strike_forget(flight);
	delivery_tell(flight,
		      (struct delivery_result){.outcome = OUTCOME_LOST,
					       .may_look = how != ENT_REPEAT_NEVER,
					       .keeps_phase = doubt_repeat(flight) != ENT_REPEAT_SEARCH,
					       .due_ms = flight->link->now_ms + delivery_wait_ms(flight, ending),
					       .cause = CAUSE_UNKNOWN,
					       .reason = delivery_words(flight, &ending->err)},
		      flight_end);
}

/* An answer to a write, and no refusal: what it says cannot be read, and it may have been done. */
bool doubt_is_unread(const struct flight *flight, const struct ending *ending)
{
	bool is_refusal = ending->status >= 400 && ending->status < 500;

	return flight->writes && ending->is_built && !is_refusal && !ending->result.said_no;
}

void doubt_unread(struct flight *flight, const struct ending *ending)
{
	static const char what[] = "it may be there; our side cannot read the answer";
	enum ent_repeat how = doubt_repeat(flight);
	struct ent_arena *arena = &flight->arena.abi;

	if (how == ENT_REPEAT_NEVER || (how == ENT_REPEAT_SAFE && strike_is_out_after(flight, UNREAD_MAX))) {
		doubt_ask_person(flight, what, &ending->err);
		return;
	}
	delivery_tell(flight,
		      (struct delivery_result){
			  .outcome = OUTCOME_LOST,
			  .may_look = true,
			  .said_yes = true,
			  .keeps_phase = how != ENT_REPEAT_SEARCH,
			  .due_ms = flight->link->now_ms + delivery_wait_ms(flight, ending),
			  .cause = CAUSE_UNKNOWN,
			  .reason = sdk_format(arena, "%s: %.*s", what, ENT_F(delivery_words(flight, &ending->err)))},
		      flight_end);
}

/* The pauses between two looks grow with the time that it has been looked for: few requests, and the last look is made
 * when its tool's search shows everything. */
static void look_again(struct flight *flight, int64_t over_ms)
{
	int64_t now_ms = flight->link->now_ms, wait_ms = now_ms - flight->delivery.unsure_ms;
	struct ending ending = {0};

	if (wait_ms < LOOK_MS)
		wait_ms = LOOK_MS;
	if (wait_ms > over_ms - now_ms)
		wait_ms = over_ms > now_ms ? over_ms - now_ms : 0;
	(void)sdk_fail(
	    &ending.err, ENT_ERETRY,
	    "an earlier attempt may have done it. The tool's search does not find it, but may not show it yet: we "
	    "look again later");
	delivery_tell(flight,
		      (struct delivery_result){.outcome = OUTCOME_LATER,
					       .due_ms = now_ms + wait_ms,
					       .reason = delivery_words(flight, &ending.err)},
		      flight_end);
}

bool doubt_holds_back(struct flight *flight)
{
	int64_t lag_ms, over_ms;
	struct ent_err err;

	(void)doubt_lag(flight->supplier, &flight->self, flight->delivery.op, &lag_ms);
	over_ms = flight->delivery.unsure_ms + lag_ms;
	flight->job.arrival = (struct arrival){0};
	if (flight->looked_ms < over_ms) {
		look_again(flight, over_ms);
		return true;
	}
	if (flight->delivery.look_only) {
		(void)sdk_fail(&err, ENT_EINVAL, "the tool's search does not find it");
		doubt_ask_person(flight, "the tool answered with success, and we could not read the answer", &err);
		return true;
	}
	flight->in_doubt = false;
	return false;
}

void doubt_no_id(struct flight *flight, const struct ending *ending)
{
	struct ending none = {.rc = ENT_EINVAL, .is_built = ending->is_built, .status = ending->status};

	(void)sdk_fail(&none.err, ENT_EINVAL, "the answer holds no id that we can store");
	if (flight->in_doubt || !ending->is_built) /* what looked says that it is there; what asked nothing, nothing */
		delivery_stop(flight, OUTCOME_PARKED, CAUSE_INVALID, true, &none.err);
	else
		doubt_unread(flight, &none);
}
