/* SPDX-License-Identifier: Apache-2.0 */
#include "link/deliver.h"

#include <string.h>

#include "core/roster.h"
#include "link/doubt.h"
#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"
#include "link/outcome.h"
#include "link/refusal.h"
#include "core/roster.h"
#include "store/mentions.h"
#include "store/rows.h"
#include "store/shares.h"

enum {
	CONFLICTS_MAX = 5,
	SOON_MS = 1,
	AGAIN_MOST = 4 /* doublings before a refused one is asked again: a quarter of a minute */
};

/* ---- after a failure ------------------------------------------------------------------ */

static void deliver_failed(struct flight *flight, const struct ending *ending)
{
	if (ending->is_lost)
		doubt_lost(flight, ending);
	else if (strike_is_out(&flight->lane->strikes, flight->delivery.id, flight->link->options.attempts_max))
		outcome_stop(flight, OUTCOME_PARKED, CAUSE_FAILING, false, &ending->err);
	else
		outcome_later(flight, &ending->err, outcome_wait_ms(flight, ending));
}

/* Is its ticket refused, or is everybody? The fate of other requests in the meantime shows it: see breaker.h. */
static void deliver_refused(struct flight *flight, const struct ending *ending)
{
	struct lane *lane = flight->lane;
	struct link *link = flight->link;
	struct strike *strike = strike_of(&lane->strikes, flight->delivery.id);

	if (strike->refused_ms == 0) {
		strike->refused_ms = link->now_ms;
		strike->let_in = lane->strikes.successes;
	}
	switch (refusal_next(ending->is_refused, strike_is_alone(&lane->strikes, flight->delivery.id), ending->status,
			     link->now_ms - strike->refused_ms)) {
	case REFUSAL_WAITS:
		strike_forget(&lane->strikes, flight->delivery.id); /* it begins anew when we are let in */
		outcome_later(flight, &ending->err, SOON_MS);
		break;
	case REFUSAL_AGAIN:
		lane_want_probe(lane);
		outcome_later(
		    flight, &ending->err,
		    pace_backoff_ms(&link->pace, strike->n_refused < AGAIN_MOST ? strike->n_refused++ : AGAIN_MOST));
		break;
	case REFUSAL_PARKS:
		outcome_stop(flight, OUTCOME_PARKED, CAUSE_REFUSED, false, &ending->err);
		break;
	}
}

/* The ticket changed after we read it: the delivery begins again at the first phase. If it wrote already in this
 * attempt, it must not write that twice. */
static void deliver_conflict(struct flight *flight, const struct ending *ending)
{
	enum ent_repeat how = outcome_repeat(flight);
	bool has_written = flight->delivery.phase > 0;

	if (++strike_of(&flight->lane->strikes, flight->delivery.id)->conflicts > CONFLICTS_MAX) {
		outcome_stop(flight, OUTCOME_PARKED, CAUSE_CONFLICT, ending_wrote(ending, flight->writes),
			     &ending->err);
		return;
	}
	outcome_tell(
	    flight,
	    (struct delivery_result){.outcome = has_written && how == ENT_REPEAT_SEARCH ? OUTCOME_LOST : OUTCOME_LATER,
				     .may_look = true,
				     .keeps_phase = has_written && how == ENT_REPEAT_NEVER,
				     .due_ms = flight->link->now_ms,
				     .reason = outcome_words(flight, &ending->err)},
	    flight_end);
}

/* The next attempt sends half of the text; that is done once. Phases that were done are not done again. */
static void deliver_shorter(struct flight *flight, const struct ending *ending)
{
	bool may_halve = delivery_has_words(flight->delivery.op) && !flight->delivery.halved;

	if (!may_halve)
		outcome_stop(flight, OUTCOME_PARKED, ending_is_no(ending) ? CAUSE_REFUSED : CAUSE_INVALID, false,
			     &ending->err);
	else
		outcome_tell(flight,
			     (struct delivery_result){.outcome = OUTCOME_LATER,
						      .halves = true,
						      .keeps_phase = flight->delivery.phase > 0,
						      .due_ms = flight->link->now_ms,
						      .reason = outcome_words(flight, &ending->err)},
			     flight_end);
}

/* ---- after a success ------------------------------------------------------------------- */

/* After a CREATE: the ticket as the answer tells it, or one of only an id. It joins its incident by our number, and
 * nothing else that the answer names leads anywhere: a tool gets into no other incident by how it answers. */
static struct ent_changes created_changes(struct flight *flight, struct ent_changes changes,
					  struct delivery_result *result)
{
	struct ent_arena *arena = &flight->trip.abi;
	struct ent_change *at = SDK_NEW_N(arena, struct ent_change, changes.n + 1);
	bool told_of = false;

	if (!result->remote_id.n && changes.n)
		result->remote_id = changes.at[0].ticket.id;
	for (size_t i = 0; i < changes.n; i++) {
		at[i] = changes.at[i];
		at[i].correlation = (struct ent_correlation){.number = ENT_ABSENT};
		if (!sdk_eq(at[i].ticket.id, result->remote_id))
			continue;
		at[i].correlation.number = flight->call.op.number;
		told_of = true;
		if (!result->remote_key.n)
			result->remote_key = at[i].ticket.key;
	}
	if (!told_of && result->remote_id.n)
		at[changes.n++] = (struct ent_change){.kind = ENT_TICKET_CHANGED,
						      .ticket = {.id = result->remote_id, .key = result->remote_key},
						      .correlation.number = flight->call.op.number};
	return (struct ent_changes){at, changes.n};
}

static void answer_store(struct flight *flight, struct ent_changes changes)
{
	struct arrival *arrival = &flight->job.arrival;

	arrival->received_ms = flight->link->now_ms;
	arrival_take(flight->roster->set, flight->supplier, changes, &flight->trip.abi, arrival);
	if (!arrival->dead && !arrival->is_cut)
		return;
	/* The delivery is done; only what the answer tells beside it cannot be stored. */
	if (flight->link->world.log)
		log_write(flight->link->world.log, LOG_WARN, "delivery.answer_not_taken",
			  LOG_STR("supplier", flight->delivery.supplier), LOG_INT("delivery", flight->delivery.id),
			  LOG_STR("why", arrival->reason.text), LOG_END);
	if (arrival->dead)
		*arrival = (struct arrival){0};
}

static bool id_is_storable(struct ent_str id)
{
	return id.n <= ENT_ID_MAX && sdk_is_utf8(id) && !(id.n && memchr(id.p, '\0', id.n));
}

static void deliver_done(struct flight *flight, const struct ending *ending)
{
	struct delivery_result result = {
	    .outcome = OUTCOME_DONE, .remote_id = ending->result.remote_id, .remote_key = ending->result.remote_key};
	struct ent_changes changes = ending->result.changes;
	struct ent_err err = {0};

	if (flight->delivery.op == ENT_CREATE_TICKET)
		changes = created_changes(flight, changes, &result);
	if (flight->delivery.op == ENT_EDIT_COMMENT && !result.remote_id.n)
		result.remote_id = flight->call.op.comment.id;
	if (!id_is_storable(result.remote_key))
		result.remote_key = ENT_ABSENT;
	if (!id_is_storable(result.remote_id))
		result.remote_id = ENT_ABSENT;
	if (flight->delivery.op == ENT_CREATE_TICKET && !result.remote_id.n) {
		doubt_no_id(flight, ending);
		return;
	}
	answer_store(flight, changes);
	if (flight->delivery.op == ENT_UPDATE_TICKET &&
	    delivery_read_back(&flight->call.op, &flight->job.arrival.changes, &err) != ENT_OK) {
		result.outcome = OUTCOME_PARKED;
		result.cause = CAUSE_NOT_DONE;
		result.reason = outcome_words(flight, &err);
	}
	strike_forget(&flight->lane->strikes, flight->delivery.id);
	outcome_tell(flight, result, flight_end);
}

/* Its ticket is not there any more. If the answer names the ticket that goes on in its place, the delivery follows. */
static void deliver_gone(struct flight *flight, const struct ending *ending)
{
	if (flight->delivery.op != ENT_CREATE_TICKET && ending->result.changes.n)
		answer_store(flight, ending->result.changes);
	outcome_stop(flight, OUTCOME_PARKED, CAUSE_GONE, ending_wrote(ending, flight->writes), &ending->err);
}

static void deliver_more_told(struct flight *flight)
{
	const struct delivery_result *result = &flight->job.ask.result;

	if (flight->job.outcome != JOB_ACCEPTED) { /* a person, or the broker after a restart, has it now */
		flight_end(flight);
		return;
	}
	flight->delivery.phase = result->phase;
	flight_phase(flight, &(struct ent_result){.phase = result->phase, .memo = result->memo});
}

static void deliver_more(struct flight *flight, const struct ending *ending)
{
	struct delivery_result result = {.outcome = OUTCOME_MORE,
					 .phase = ending->result.phase,
					 .memo = sdk_dup(&flight->arena.abi, ending->result.memo)};

	if (flight->writes)
		outcome_tell(flight, result, deliver_more_told);
	else
		flight_phase(flight, &ending->result);
}

/* A tool that cannot keep the comment internal says so before anything is sent. Then it stands there as public, where
 * that may be. */
static void deliver_unsupported(struct flight *flight, struct ending *ending)
{
	struct ent_op *op = &flight->call.op;
	bool internal = (op->kind == ENT_ADD_COMMENT || op->kind == ENT_EDIT_COMMENT) &&
			op->comment.visibility == ENT_INTERNAL && !ending->is_built;

	if (internal && flight->may_show) {
		op->comment.visibility = ENT_PUBLIC;
		flight->state = FLIGHT_READY;
		lane_touch(flight->lane);
	} else if (internal && flight->delivery.comment[0]) {
		outcome_stop(flight, OUTCOME_PARKED, CAUSE_PUBLIC, false, &ending->err);
	} else {
		outcome_stop(flight, OUTCOME_CANCELLED, CAUSE_UNSUPPORTED, false, &ending->err);
	}
}

static void deliver_ended(struct flight *flight, struct ending *ending)
{
	flight->job.arrival = (struct arrival){0};
	switch (ending->rc) {
	case ENT_OK:
		deliver_done(flight, ending);
		break;
	case ENT_MORE:
		deliver_more(flight, ending);
		break;
	case ENT_ETOOLONG:
		deliver_shorter(flight, ending);
		break;
	case ENT_EINVAL:
		if (ending_is_unread(ending, flight->writes))
			doubt_unread(flight, ending);
		else
			outcome_stop(flight, OUTCOME_PARKED, ending_is_no(ending) ? CAUSE_REFUSED : CAUSE_INVALID,
				     false, &ending->err);
		break;
	case ENT_ERETRY:
		deliver_failed(flight, ending);
		break;
	case ENT_EAUTH:
		deliver_refused(flight, ending);
		break;
	case ENT_EGONE:
		deliver_gone(flight, ending);
		break;
	case ENT_EUNSUPPORTED:
		deliver_unsupported(flight, ending);
		break;
	case ENT_ECONFLICT:
		deliver_conflict(flight, ending);
		break;
	}
}

static void deliver_give_back(struct flight *flight, int64_t wait_ms)
{
	struct ending ending = {0};

	(void)sdk_fail_as(&ending.err, ENT_ERETRY, "delivery.rate_limit",
			  "the supplier's rate limit was reached; tried again later");
	flight->job.arrival = (struct arrival){0};
	outcome_later(flight, &ending.err, wait_ms);
}

/* ---- beginning ------------------------------------------------------------------------- */

/* The op as things stand now. False: nothing may be sent, and *ret_outcome says what becomes of the delivery. */
static bool delivery_prepare(struct flight *flight, struct ent_op *ret, enum delivery_outcome *ret_outcome,
			     enum delivery_cause *ret_cause, struct ent_err *err)
{
	struct link *link = flight->link;
	struct ent_arena *arena = &flight->arena.abi;
	struct delivery *delivery = &flight->delivery;
	struct comment comment;
	bool has_comment = delivery->comment[0] != '\0';
	bool found = has_comment && comment_by_uuid(link->world.read, arena, sdk_str(delivery->comment), &comment);
	struct reading reading =
	    share_reading(link->world.read, delivery->incident, delivery->supplier, found ? &comment : NULL);

	*ret_outcome = OUTCOME_CANCELLED;
	*ret_cause = CAUSE_AUDIENCE; /* unless we know better */
	(void)sdk_fail_as(err, ENT_EINVAL, "delivery.audience", "its audience does not include this supplier");
	if ((has_comment && !found) ||
	    !delivery_may_go(delivery, flight->supplier, found ? &comment : NULL, reading, ret_cause)) {
		(void)sdk_fail_said(err, ENT_EINVAL, delivery_cause_next(*ret_cause));
		return false;
	}
	if (!(flight->supplier->connector->ops & (1u << delivery->op))) {
		*ret_cause = CAUSE_UNSUPPORTED;
		(void)sdk_fail_as(err, ENT_EUNSUPPORTED, "delivery.connector_cannot",
				  "connector {connector=%s} cannot do it: {op=%s}", flight->supplier->connector->name,
				  delivery_op_name(delivery->op));
		return false;
	}
	if (delivery_changes_comment(delivery->op))
		delivery_place(link->world.read, arena, delivery);
	*ret_outcome =
	    delivery_changes_comment(delivery->op) && !delivery->stands_as.n ? OUTCOME_CANCELLED : OUTCOME_PARKED;
	*ret_cause = CAUSE_INVALID;
	flight->may_show = delivery_may_show(delivery, flight->supplier, found ? &comment : NULL);
	if (found && !comment.supplier.n)
		comment.body = mentions_plain(link->world.read, arena, comment.body, comment.format);
	return delivery_op(delivery, flight->supplier, flight->roster->set, found ? &comment : NULL, arena, ret,
			   ret_cause, err) == ENT_OK;
}

/* By this hash the echo guard knows the text again when the tool tells it back to us. */
static void op_hash(struct flight *flight, const struct ent_op *op, unsigned char ret[32])
{
	memset(ret, 0, 32);
	if (op->kind == ENT_ADD_COMMENT || op->kind == ENT_EDIT_COMMENT)
		echo_hash(&flight->arena.abi, op->comment.body, ret);
	else if (op->kind == ENT_CREATE_TICKET)
		echo_hash(&flight->arena.abi, op->ticket.at[ENT_DESCRIPTION].text, ret);
}

static void deliver_take_off(struct flight *flight)
{
	const struct delivery *delivery = &flight->delivery;

	flight->call.phase = delivery->phase;
	flight->call.memo = delivery->memo;
	flight->call.attempt = delivery->attempt;
	flight->call.look = delivery->look && delivery->phase == 0 && outcome_repeat(flight) == ENT_REPEAT_SEARCH;
	flight->in_doubt = flight->call.look;
	flight->state = FLIGHT_READY;
}

/* In the store the delivery is in flight now. Everything is read again: whether it may be sent is asked a second time,
 * as things stand now. */
static void deliver_begun(struct flight *flight)
{
	struct link *link = flight->link;
	enum delivery_outcome outcome = OUTCOME_CANCELLED;
	enum delivery_cause cause = CAUSE_NONE;
	struct ending ending = {0};
	unsigned char hash[32];
	struct delivery now;

	flight->lane->ask_us = 0;
	if (flight->job.outcome != JOB_ACCEPTED) {
		flight_end(flight);
		return;
	}
	flight->job.arrival = (struct arrival){0};
	flight->delivery.attempt++;
	sdk_arena_release(&flight->arena);
	flight->transcript = (struct transcript){.method = NULL};
	if (!delivery_load(link->world.read, &flight->arena.abi, flight->delivery.id, &now)) {
		(void)sdk_fail_as(&ending.err, ENT_ERETRY, "delivery.unreadable",
				  "the delivery cannot be read from the store");
		outcome_later(flight, &ending.err, link->options.backoff_ms);
		return;
	}
	flight->delivery = now;
	flight->whom = now.incident;
	bool may = delivery_prepare(flight, &flight->call.op, &outcome, &cause, &ending.err);
	if (db_failed(link->world.read)) {
		outcome_later(flight, &ending.err, link->options.backoff_ms);
		return;
	}
	if (!may) {
		outcome_stop(flight, outcome, cause, false, &ending.err);
		return;
	}
	op_hash(flight, &flight->call.op, hash);
	if (memcmp(hash, flight->hash, sizeof hash) != 0) {
		/* The text changed meanwhile, and the echo guard knows only the old one. */
		(void)sdk_fail_as(&ending.err, ENT_ERETRY, "delivery.text_changed", "its text changed meanwhile");
		outcome_later(flight, &ending.err, 0);
		return;
	}
	deliver_take_off(flight);
}

void deliver_start(struct lane *lane, const struct delivery *delivery)
{
	struct flight *flight = flight_new(lane->link, lane, &deliver_work);
	enum delivery_outcome outcome;
	enum delivery_cause cause;
	struct ent_err err;
	struct ent_op op = {0};

	flight->has_turn = true;
	flight->delivery = *delivery;
	flight->delivery.supplier = flight->supplier->name;
	/* A delivery that may not be sent is begun all the same: the writer takes results only of what is in flight. */
	if (delivery_prepare(flight, &op, &outcome, &cause, &err))
		op_hash(flight, &op, flight->hash);
	flight->job.ask.id = delivery->id;
	memcpy(flight->job.ask.hash, flight->hash, sizeof flight->hash);
	flight_tell(flight, JOB_SEND, deliver_begun);
}

static void deliver_leaves(struct flight *flight)
{
	flight->lane->ask_us = 0; /* the next delivery of its incident may be due */
}

const struct work deliver_work = {.name = "delivery",
				  .ended = deliver_ended,
				  .give_back = deliver_give_back,
				  .holds_back = doubt_holds_back,
				  .leaves = deliver_leaves,
				  .has_strikes = true};
