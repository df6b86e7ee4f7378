/* SPDX-License-Identifier: Apache-2.0 */
#include "link/trip.h"

#include "core/roster.h"
#include "link/asking.h"
#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"
#include "link/login.h"
#include "link/refusal.h"

static void trip_end(struct flight *flight, struct ending *ending)
{
	transcript_clean(flight, &ending->err);
	flight->work->ended(flight, ending);
}

/* ---- asking ------------------------------------------------------------------------ */

/* Adds host and credentials, which are wiped again, and sends the request. */
static enum ent_rc request_send(struct flight *flight, const struct ent_request *built, struct ent_err *err)
{
	struct lane *lane = flight->lane;
	struct asking asking;
	enum ent_rc rc =
	    asking_make(flight->supplier, &lane->auth, &lane->session, built, &flight->trip.abi, &asking, err);

	if (rc == ENT_OK) {
		auth_copy(&flight->sent_auth, &lane->auth);
		session_copy(&flight->sent_session, &lane->session);
		transcript_asked(flight, built);
		flight->uses_session = session_is_used(built);
		flight->session_turn = lane->session.turn;
		flight_ask(flight, &(struct transfer){.link = &flight->supplier->link,
						      .method = built->method,
						      .url = asking.url,
						      .header = asking.header,
						      .n_header = asking.n_header,
						      .body = asking.body});
	}
	asking_wipe(&asking);
	return rc;
}

static enum ent_rc request_build(struct flight *flight, struct ent_request *ret, struct ent_err *err)
{
	const struct ent_connector *connector = flight->supplier->connector;

	sdk_arena_release(&flight->trip);
	flight->call.now_ms = flight->link->now_ms;
	if (flight->call.look && flight->call.phase == 0) /* it stays true through the phases that read */
		flight->looked_ms = flight->link->now_ms;
	return connector->build(&flight->self, &flight->call, &flight->trip.abi, ret, err);
}

void trip_ask(struct flight *flight)
{
	struct lane *lane = flight->lane;
	struct ending ending = {.is_built = false};
	struct ent_request request = {0};

	ending.rc = request_build(flight, &request, &ending.err);
	if (ending.rc == ENT_OK && request.method) {
		if (!flight->work->lets_in && session_is_wanted(&lane->session, &request, flight->link->now_us)) {
			login_begin(flight); /* behind the login the same call builds the same request again */
			return;
		}
		flight->writes = asking_writes(&request);
		if (flight->writes && flight->work->holds_back && flight->work->holds_back(flight))
			return;
		if (!flight->has_turn)
			limiter_take(&lane->limiter, flight->link->now_us);
		flight->has_turn = false;
		ending.rc = request_send(flight, &request, &ending.err);
		if (ending.rc == ENT_OK)
			return;
	}
	if (ending.rc == ENT_EAUTH) {
		lane_refused(lane, 0, &ending.err);
		ending.is_refused = true;
	}
	if (ending.rc == ENT_MORE)
		ending.rc = sdk_fail_as(&ending.err, ENT_EINVAL, "connector.call_before",
					"the connector asks for another call before its first one");
	trip_end(flight, &ending);
}

/* ---- the answer ---------------------------------------------------------------------- */

static void pause_take(struct flight *flight, const struct ent_response *response, struct ending *ending)
{
	const struct link_options *options = &flight->link->options;
	struct limiter *limiter = &flight->lane->limiter;
	int64_t now_us = flight->link->now_us;

	switch (ending_pause(ending, response, flight->link->now_ms)) {
	case PAUSE_OURS:
		break;
	case PAUSE_SUPPLIER:
		limiter_hold(limiter, now_us + ending->wait_ms * 1000);
		break;
	case PAUSE_UNSAID:
		ending->wait_ms =
		    limiter_limited(limiter, now_us, options->limit_ms * 1000, options->limit_max_ms * 1000) / 1000;
		break;
	}
}

/* An answer that ended the process three times cannot be read. */
static enum ent_rc answer_parse(struct flight *flight, const struct ent_response *response, struct ending *ending)
{
	const struct supplier *supplier = flight->supplier;
	struct slot_id id = arrival_answer_slot(supplier, &flight->call, response->body);
	struct slot *slot = flight->link->slot;
	enum ent_rc rc;

	if (!slot_enter(slot, &id, false))
		return sdk_fail_as(&ending->err, ENT_EINVAL, "connector.slot", SLOT_REASON);
	rc = supplier->connector->parse(&flight->self, &flight->call, response, &flight->trip.abi, &ending->result,
					&ending->err);
	slot_leave(slot);
	return rc;
}

static void answer_take(struct flight *flight, const struct ent_response *answer, struct ending *ending)
{
	struct ent_response response = asking_keep(&flight->trip.abi, answer);

	ending->rc = ENT_EINVAL;
	if (asking_open(&flight->call, &response, &flight->trip.abi, &ending->err))
		ending->rc = answer_parse(flight, &response, ending);
	ending->status = response.status;
	ending->body = response.body;
	transcript_answered(flight, &response);
	pause_take(flight, &response, ending);
	ending->is_lost = asking_is_lost(ending->rc, flight->writes, response.status);
	ending->rc = asking_vet(&flight->call, ending->rc, &ending->result, &flight->n_trip, &ending->err);
}

/* One ticket that does not answer must not hold up a poll: the connector hears of it, see connector.h. */
static bool silence_take(struct flight *flight, const struct transfer_end *end, struct ending *ending)
{
	const struct ent_response silence = {.status = 0, .body = sdk_str(end->why.msg)};

	if (flight->call.op.kind != ENT_POLL || end->outcome != TRANSFER_LOST)
		return false;
	answer_take(flight, &silence, ending);
	ending->body = ENT_ABSENT;
	return ending->rc >= ENT_OK;
}

/* ---- what it says of the supplier ------------------------------------------------------ */

static void refusal_judge(struct flight *flight, struct ending *ending, enum transfer_outcome outcome)
{
	struct lane *lane = flight->lane;
	const struct work *work = flight->work;
	enum refusal what = refusal_of(outcome, ending->status, work->asks_who, lane_can_probe(lane));
	/* A ticket that was refused while others were let in says nothing new of the supplier. */
	bool is_known =
	    work->has_strikes && what == REFUSAL_TICKET && strike_is_alone(&lane->strikes, flight->delivery.id);

	if (what == REFUSAL_ASK && !work->has_strikes) /* deliver.c decides itself whether it needs the probe */
		lane_want_probe(lane);
	if (what != REFUSAL_ASK && !is_known)
		lane_refused(lane, what == REFUSAL_US ? 0 : flight->whom, &ending->err);
	ending->is_refused = breaker_is_refused(&lane->breaker);
}

static void trip_judge(struct flight *flight, struct ending *ending, enum transfer_outcome outcome)
{
	struct lane *lane = flight->lane;

	switch (ending_verdict(ending, outcome, flight->work->asks_who)) {
	case VERDICT_NONE:
		break;
	case VERDICT_FAILED:
		metric_add(flight->link->world.metrics, METRIC_LINK_FAILURES, 1);
		lane_failed(lane, outcome == TRANSFER_NOT_SENT ? 0 : flight->whom, lane_pause_us(lane), &ending->err);
		break;
	case VERDICT_REFUSED:
		metric_add(flight->link->world.metrics, METRIC_LINK_FAILURES, 1);
		refusal_judge(flight, ending, outcome);
		break;
	case VERDICT_WELL:
		breaker_ok(&lane->breaker);
		limiter_well(&lane->limiter);
		lane->strikes.successes++;
		break;
	}
}

/* Is the request sent again behind a new token or login? */
static bool asks_again(struct flight *flight, const struct transfer_end *end)
{
	if (end->outcome != TRANSFER_ANSWERED || end->response.status != 401)
		return false;
	if (!flight->was_let_in && flight->supplier->link.auth == AUTH_OAUTH2) {
		/* The tool took the token back before its time. */
		flight->was_let_in = true;
		auth_forget(&flight->lane->auth);
		flight->state = FLIGHT_READY;
		return true;
	}
	return !flight->work->lets_in && login_is_over(flight);
}

void trip_took(struct flight *flight, const struct transfer_end *end)
{
	const struct work *work = flight->work;
	struct ending ending = {.is_built = true};

	metric_observe(flight->link->world.metrics, METRIC_LINK_REQUEST_US, end->took_us);
	if (end->outcome == TRANSFER_ANSWERED)
		health_took(flight->lane, end->took_us);
	if (work->took) {
		work->took(flight, end);
		return;
	}
	if (asks_again(flight, end))
		return;
	if (end->outcome == TRANSFER_ANSWERED)
		answer_take(flight, &end->response, &ending);
	else if (!silence_take(flight, end, &ending))
		ending_unanswered(&ending, end, flight->writes);
	transcript_clean(flight, &ending.err);
	if (ending.rc < ENT_OK && ending.result.logged_out && !work->lets_in && login_is_over(flight))
		return;
	if (!work->lets_in || ending.rc >= ENT_OK) /* else login.c judges */
		trip_judge(flight, &ending, end->outcome);
	trip_end(flight, &ending);
}
