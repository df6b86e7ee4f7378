/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A delivery's way: JOB_SEND is committed, the audience is asked again, then its requests; what
 * they came to is JOB_RESULT. What may be done after an answer was lost is its connector's word.
 */
#include "link/flight.h"

#include <string.h>

enum {
	SOON_MS = 1,
	AGAIN_MOST = 4 /* doublings before a refused one is asked again: a quarter of a minute */
};

/* ---- telling ----------------------------------------------------------------------- */

static void say(const struct flight *flight, const struct delivery_result *result)
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
		  LOG_STR("why", result->reason), LOG_END);
}

static void count(const struct flight *flight, const struct delivery_result *result)
{
	static const enum metric metric[] = {
	    [OUTCOME_DONE] = METRIC_DELIVERIES_DONE,     [OUTCOME_MORE] = METRIC_DELIVERIES_STEPS,
	    [OUTCOME_LATER] = METRIC_DELIVERIES_LATER,   [OUTCOME_LOST] = METRIC_DELIVERIES_LOST,
	    [OUTCOME_PARKED] = METRIC_DELIVERIES_PARKED, [OUTCOME_CANCELLED] = METRIC_DELIVERIES_CANCELLED,
	};

	metric_add(flight->link->world.metrics, metric[result->outcome], 1);
}

void delivery_tell(struct flight *flight, struct delivery_result result, void (*answered)(struct flight *))
{
	struct link *link = flight->link;

	result.id = flight->delivery.id;
	result.attempt = flight->delivery.attempt;
	if (result.outcome != OUTCOME_DONE && result.outcome != OUTCOME_MORE)
		result.exchange = exchange_json(flight);
	flight->job.ask.result = result;
	flight->job.arrival.supplier = flight->delivery.supplier;
	flight->job.arrival.suppliers = flight->roster->set;
	flight->job.arrival.from = flight->supplier;
	flight->job.arrival.received_ms = link->now_ms;
	say(flight, &result);
	count(flight, &result);
	flight_tell(flight, JOB_RESULT, answered);
}

struct ent_str delivery_words(struct flight *flight, const struct ent_err *err)
{
	return sdk_dup(&flight->arena.abi, sdk_str(err->msg[0] ? err->msg : "no reason was given"));
}

/* A success, or a redirect: it may have been done whatever the connector makes of it. */
static bool wrote(const struct flight *flight, const struct ending *ending)
{
	return flight->writes && ending->is_built && ending->status >= 200 && ending->status < 400;
}

/* ---- it stands still ------------------------------------------------------------------ */

/* What stands still may go again by a person's word, and what was written before must not be written twice. */
void delivery_stop(struct flight *flight, enum delivery_outcome outcome, enum delivery_cause cause, bool wrote,
		   const struct ent_err *err)
{
	bool has_written = flight->delivery.phase > 0, searches = doubt_repeat(flight) == ENT_REPEAT_SEARCH;

	if (flight->in_doubt && outcome == OUTCOME_PARKED && cause != CAUSE_GONE) {
		doubt_ask_person(flight, "an earlier attempt may have done it, and we cannot look for it", err);
		return;
	}
	strike_forget(flight); /* a person begins anew */
	delivery_tell(flight,
		      (struct delivery_result){.outcome = outcome,
					       .cause = cause,
					       .may_look = wrote || (has_written && searches),
					       .keeps_phase = has_written && !searches,
					       .reason = delivery_words(flight, err)},
		      flight_end);
}

/* ---- after a failure ------------------------------------------------------------------ */

int64_t delivery_wait_ms(struct flight *flight, const struct ending *ending)
{
	unsigned times = flight->delivery.attempt > 0 ? flight->delivery.attempt - 1 : 0;
	int64_t wait_ms = link_backoff_ms(flight->link, times);

	return ending->wait_ms > wait_ms ? ending->wait_ms : wait_ms;
}

static void later(struct flight *flight, const struct ending *ending, int64_t wait_ms)
{
	delivery_tell(flight,
		      (struct delivery_result){.outcome = OUTCOME_LATER,
					       .keeps_phase = true,
					       .due_ms = flight->link->now_ms + wait_ms,
					       .reason = delivery_words(flight, &ending->err)},
		      flight_end);
}

/* The tool's own no, and not what our side makes of it. */
static bool is_no(const struct ending *ending)
{
	return ending->is_built && (ending->rc == ENT_ETOOLONG || ending->result.said_no ||
				    (ending->status >= 400 && ending->status < 500));
}

static void failed(struct flight *flight, const struct ending *ending)
{
	if (ending->is_lost)
		doubt_lost(flight, ending);
	else if (strike_is_out(flight))
		delivery_stop(flight, OUTCOME_PARKED, CAUSE_FAILING, false, &ending->err);
	else
		later(flight, ending, delivery_wait_ms(flight, ending));
}

/* Its ticket, or we? What others are told meanwhile says it: see breaker.h. */
static void refused(struct flight *flight, const struct ending *ending)
{
	struct lane *lane = flight->lane;
	struct link *link = flight->link;
	struct strike *strike = strike_of(lane, flight->delivery.id);

	if (strike->refused_ms == 0) {
		strike->refused_ms = link->now_ms;
		strike->let_in = lane->successes;
	}
	switch (refusal_next(ending->is_refused, strike_is_alone(flight), ending->status,
			     link->now_ms - strike->refused_ms)) {
	case REFUSAL_WAITS:
		strike_forget(flight); /* it begins anew when we are let in */
		later(flight, ending, SOON_MS);
		break;
	case REFUSAL_AGAIN:
		probe_want(lane);
		later(flight, ending,
		      link_backoff_ms(link, strike->n_refused < AGAIN_MOST ? strike->n_refused++ : AGAIN_MOST));
		break;
	case REFUSAL_PARKS:
		delivery_stop(flight, OUTCOME_PARKED, CAUSE_REFUSED, false, &ending->err);
		break;
	}
}

/* What was read is old: from the first phase. One that wrote already in this attempt must not do that twice. */
static void conflict(struct flight *flight, const struct ending *ending)
{
	enum ent_repeat how = doubt_repeat(flight);
	bool has_written = flight->delivery.phase > 0;

	if (++strike_of(flight->lane, flight->delivery.id)->conflicts > CONFLICTS_MAX) {
		delivery_stop(flight, OUTCOME_PARKED, CAUSE_CONFLICT, wrote(flight, ending), &ending->err);
		return;
	}
	delivery_tell(
	    flight,
	    (struct delivery_result){.outcome = has_written && how == ENT_REPEAT_SEARCH ? OUTCOME_LOST : OUTCOME_LATER,
				     .may_look = true,
				     .keeps_phase = has_written && how == ENT_REPEAT_NEVER,
				     .due_ms = flight->link->now_ms,
				     .reason = delivery_words(flight, &ending->err)},
	    flight_end);
}

/* Half of its text goes next, once; what was done by phases before is not done again. */
static void too_long(struct flight *flight, const struct ending *ending)
{
	bool may_halve = flight->delivery.op != ENT_UPDATE_TICKET && !flight->delivery.halved;

	if (!may_halve)
		delivery_stop(flight, OUTCOME_PARKED, is_no(ending) ? CAUSE_REFUSED : CAUSE_INVALID, false,
			      &ending->err);
	else
		delivery_tell(flight,
			      (struct delivery_result){.outcome = OUTCOME_LATER,
						       .halves = true,
						       .keeps_phase = flight->delivery.phase > 0,
						       .due_ms = flight->link->now_ms,
						       .reason = delivery_words(flight, &ending->err)},
			      flight_end);
}

/* ---- after a success ------------------------------------------------------------------- */

/* Of a CREATE: the ticket as the answer tells it, or a bare one; with our number, by which it joins its incident. */
static struct ent_changes created(struct flight *flight, struct ent_changes changes, struct delivery_result *result)
{
	struct ent_arena *arena = &flight->trip.abi;
	struct ent_change *at = SDK_NEW_N(arena, struct ent_change, changes.n + 1);
	bool told_of = false;

	if (!result->remote_id.n && changes.n)
		result->remote_id = changes.at[0].ticket.id;
	for (size_t i = 0; i < changes.n; i++) {
		at[i] = changes.at[i];
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

static void take_changes(struct flight *flight, struct ent_changes changes)
{
	struct arrival *arrival = &flight->job.arrival;

	arrival->received_ms = flight->link->now_ms;
	arrival_take(flight->roster->set, flight->supplier, changes, &flight->trip.abi, arrival);
	if (!arrival->dead && !arrival->is_cut)
		return;
	/* The thing itself is done; what cannot be taken is what the answer tells beside it. */
	if (flight->link->world.log)
		log_write(flight->link->world.log, LOG_WARN, "delivery.answer_not_taken",
			  LOG_STR("supplier", flight->delivery.supplier), LOG_INT("delivery", flight->delivery.id),
			  LOG_STR("why", arrival->reason), LOG_END);
	if (arrival->dead)
		*arrival = (struct arrival){0};
}

static bool can_be_kept(struct ent_str id)
{
	return id.n <= ENT_ID_MAX && sdk_is_utf8(id) && !(id.n && memchr(id.p, '\0', id.n));
}

static void done(struct flight *flight, const struct ending *ending)
{
	struct delivery_result result = {
	    .outcome = OUTCOME_DONE, .remote_id = ending->result.remote_id, .remote_key = ending->result.remote_key};
	struct ent_changes changes = ending->result.changes;
	struct ent_err err = {""};

	if (flight->delivery.op == ENT_CREATE_TICKET)
		changes = created(flight, changes, &result);
	if (!can_be_kept(result.remote_key))
		result.remote_key = ENT_ABSENT;
	if (!can_be_kept(result.remote_id))
		result.remote_id = ENT_ABSENT;
	if (flight->delivery.op == ENT_CREATE_TICKET && !result.remote_id.n) {
		doubt_no_id(flight, ending);
		return;
	}
	take_changes(flight, changes);
	if (flight->delivery.op == ENT_UPDATE_TICKET &&
	    delivery_read_back(&flight->call.op, &flight->job.arrival.changes, &err) != ENT_OK) {
		result.outcome = OUTCOME_PARKED;
		result.cause = CAUSE_NOT_DONE;
		result.reason = delivery_words(flight, &err);
	}
	strike_forget(flight);
	delivery_tell(flight, result, flight_end);
}

/* Its ticket is not there. Where the answer says where it went on, the delivery follows. */
static void gone(struct flight *flight, const struct ending *ending)
{
	if (flight->delivery.op != ENT_CREATE_TICKET && ending->result.changes.n)
		take_changes(flight, ending->result.changes);
	delivery_stop(flight, OUTCOME_PARKED, CAUSE_GONE, wrote(flight, ending), &ending->err);
}

static void more_told(struct flight *flight)
{
	const struct delivery_result *result = &flight->job.ask.result;

	if (flight->job.outcome != JOB_ACCEPTED) { /* a person or a later life has it now */
		flight_end(flight);
		return;
	}
	flight->delivery.phase = result->phase;
	flight_phase(flight, &(struct ent_result){.phase = result->phase, .memo = result->memo});
}

static void more(struct flight *flight, const struct ending *ending)
{
	struct delivery_result result = {.outcome = OUTCOME_MORE,
					 .phase = ending->result.phase,
					 .memo = sdk_dup(&flight->arena.abi, ending->result.memo)};

	if (flight->writes)
		delivery_tell(flight, result, more_told);
	else
		flight_phase(flight, &ending->result);
}

void delivery_ended(struct flight *flight, struct ending *ending)
{
	flight->job.arrival = (struct arrival){0};
	switch (ending->rc) {
	case ENT_OK:
		done(flight, ending);
		break;
	case ENT_MORE:
		more(flight, ending);
		break;
	case ENT_ETOOLONG:
		too_long(flight, ending);
		break;
	case ENT_EINVAL:
		if (doubt_is_unread(flight, ending))
			doubt_unread(flight, ending);
		else
			delivery_stop(flight, OUTCOME_PARKED, is_no(ending) ? CAUSE_REFUSED : CAUSE_INVALID, false,
				      &ending->err);
		break;
	case ENT_ERETRY:
		failed(flight, ending);
		break;
	case ENT_EAUTH:
		refused(flight, ending);
		break;
	case ENT_EGONE:
		gone(flight, ending);
		break;
	case ENT_EUNSUPPORTED:
		delivery_stop(flight, OUTCOME_CANCELLED, CAUSE_UNSUPPORTED, false, &ending->err);
		break;
	case ENT_ECONFLICT:
		conflict(flight, ending);
		break;
	}
}

void delivery_give_back(struct flight *flight, int64_t wait_ms)
{
	struct ending ending = {0};

	(void)sdk_fail(&ending.err, ENT_ERETRY, "its turn did not come");
	flight->job.arrival = (struct arrival){0};
	later(flight, &ending, wait_ms);
}

/* ---- beginning ------------------------------------------------------------------------- */

/* What can be said of it now. False: nothing may go, and *ret_outcome says what becomes of it. */
static bool prepare(struct flight *flight, struct ent_op *ret, enum delivery_outcome *ret_outcome,
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
	*ret_cause = CAUSE_AUDIENCE; /* in any doubt */
	(void)sdk_fail(err, ENT_EINVAL, "its audience does not include this supplier");
	if ((has_comment && !found) || !delivery_may_go(delivery, found ? &comment : NULL, reading, ret_cause)) {
		(void)sdk_fail(err, ENT_EINVAL, "%s", delivery_cause_help(*ret_cause));
		return false;
	}
	if (!(flight->supplier->connector->ops & (1u << delivery->op))) {
		*ret_cause = CAUSE_UNSUPPORTED;
		(void)sdk_fail(err, ENT_EUNSUPPORTED, "connector %s cannot do it: %s",
			       flight->supplier->connector->name, delivery_op_name(delivery->op));
		return false;
	}
	*ret_outcome = OUTCOME_PARKED;
	*ret_cause = CAUSE_INVALID;
	return delivery_op(delivery, flight->supplier, flight->roster->set, found ? &comment : NULL, arena, ret,
			   ret_cause, err) == ENT_OK;
}

/* The echo guard's word for what will be sent. */
static void hash_of(struct flight *flight, const struct ent_op *op, unsigned char ret[32])
{
	memset(ret, 0, 32);
	if (op->kind == ENT_ADD_COMMENT)
		echo_hash(&flight->arena.abi, op->comment.body, ret);
	else if (op->kind == ENT_CREATE_TICKET)
		echo_hash(&flight->arena.abi, op->ticket.at[ENT_DESCRIPTION].text, ret);
}

static void take_off(struct flight *flight)
{
	const struct delivery *delivery = &flight->delivery;

	flight->call.phase = delivery->phase;
	flight->call.memo = delivery->memo;
	flight->call.attempt = delivery->attempt;
	flight->call.look = delivery->look && delivery->phase == 0 && doubt_repeat(flight) == ENT_REPEAT_SEARCH;
	flight->in_doubt = flight->call.look;
	flight->state = FLIGHT_READY;
}

/* It is in flight in the store now. All is read again: this is the second ask, of things as they stand now. */
static void begun(struct flight *flight)
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
	flight->exchange = (struct exchange){.method = NULL};
	if (!delivery_load(link->world.read, &flight->arena.abi, flight->delivery.id, &now)) {
		(void)sdk_fail(&ending.err, ENT_ERETRY, "it cannot be read");
		later(flight, &ending, link->options.backoff_ms);
		return;
	}
	flight->delivery = now;
	bool may = prepare(flight, &flight->call.op, &outcome, &cause, &ending.err);
	if (db_failed(link->world.read)) {
		later(flight, &ending, link->options.backoff_ms);
		return;
	}
	if (!may) {
		delivery_stop(flight, outcome, cause, false, &ending.err);
		return;
	}
	hash_of(flight, &flight->call.op, hash);
	if (memcmp(hash, flight->hash, sizeof hash) != 0) {
		/* The words changed meanwhile, and what is kept for the echo guard is of the old ones. */
		(void)sdk_fail(&ending.err, ENT_ERETRY, "its words changed meanwhile");
		later(flight, &ending, 0);
		return;
	}
	take_off(flight);
}

void delivery_start(struct lane *lane, const struct delivery *delivery)
{
	struct flight *flight = flight_new(lane->link, lane, FLIGHT_DELIVERY);
	enum delivery_outcome outcome;
	enum delivery_cause cause;
	struct ent_err err;
	struct ent_op op = {0};

	flight->has_turn = true;
	flight->delivery = *delivery;
	flight->delivery.supplier = flight->supplier->name;
	/* What may not go is begun all the same: only the attempt in flight can be settled. */
	if (prepare(flight, &op, &outcome, &cause, &err))
		hash_of(flight, &op, flight->hash);
	flight->job.ask.id = delivery->id;
	memcpy(flight->job.ask.hash, flight->hash, sizeof flight->hash);
	flight_tell(flight, JOB_SEND, begun);
}
