/* SPDX-License-Identifier: Apache-2.0 */
/* One thing under way: its requests, one after the other, and its jobs. What an answer means is deliver.c's, poll.c's
 * and sweep.c's business. */
#include "link/flight.h"

#include <stdlib.h>

#include "link/asking.h"
#include "sdk/http.h"
#include "sdk/webhook.h"

/* ---- life -------------------------------------------------------------------------- */

/* Among those that go at once; the others go beside them, as these wait for their answers. */
static bool is_counted(const struct flight *flight)
{
	return flight->kind != FLIGHT_TOKEN && flight->kind != FLIGHT_LOGIN && flight->kind != FLIGHT_PROBE;
}

struct flight *flight_new(struct link *link, struct lane *lane, enum flight_kind kind)
{
	struct flight *flight = sdk_xalloc(sizeof *flight);
	struct flight **first = lane ? &lane->flights : &link->recovery.flights;

	*flight = (struct flight){.link = link, .lane = lane, .kind = kind, .next = *first};
	sdk_arena_init(&flight->arena);
	sdk_arena_init(&flight->trip);
	*first = flight;
	if (!lane)
		return flight;
	if (lane->supplier)
		flight_fly_for(flight, lane->roster, lane->supplier);
	lane->n_flight += is_counted(flight);
	if (stream_of(flight))
		stream_of(flight)->is_flying = true;
	return flight;
}

void flight_fly_for(struct flight *flight, struct roster *roster, const struct supplier *supplier)
{
	roster_ref(roster);
	roster_unref(flight->roster);
	flight->roster = roster;
	flight->supplier = supplier;
	flight->self = (struct ent_self){supplier->settings, roster->state[supplier->index]};
}

void flight_free(struct flight *flight)
{
	sdk_arena_release(&flight->trip);
	sdk_arena_release(&flight->arena);
	roster_unref(flight->roster); /* after what its connectors deferred */
	free(flight);
}

void flight_end(struct flight *flight)
{
	struct lane *lane = flight->lane;
	struct flight **at = lane ? &lane->flights : &flight->link->recovery.flights;

	while (*at != flight)
		at = &(*at)->next;
	*at = flight->next;
	if (lane) {
		lane->n_flight -= is_counted(flight);
		if (stream_of(flight))
			stream_of(flight)->is_flying = false;
		if (flight->kind == FLIGHT_DELIVERY)
			lane->ask_us = 0; /* the next one of its incident may be due */
		lane_touch(lane);
	}
	flight_free(flight);
}

void flight_tell(struct flight *flight, enum job_kind kind, void (*answered)(struct flight *))
{
	flight->job.kind = kind;
	flight->job.owner = flight;
	flight->job.answer = link_answer;
	flight->job.suppliers = flight->roster->set;
	flight->answered = answered;
	flight->state = FLIGHT_TELLS;
	link_submit(flight->link, &flight->job, &flight->is_out);
}

/* It goes into events and logs: no secret of ours, and text. */
static void clean(const struct flight *flight, struct ent_err *err)
{
	auth_clean(&flight->lane->auth, flight->supplier, err);
	slots_clean(&flight->lane->session, &flight->supplier->link, err);
	if (sdk_is_utf8(sdk_str(err->msg)))
		return;
	for (char *p = err->msg; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
}

static void end(struct flight *flight, struct ending *ending)
{
	clean(flight, &ending->err);
	switch (flight->kind) {
	case FLIGHT_DELIVERY:
		delivery_ended(flight, ending);
		break;
	case FLIGHT_POLL:
	case FLIGHT_BACKFILL:
		page_ended(flight, ending);
		break;
	case FLIGHT_SWEEP:
		sweep_ended(flight, ending);
		break;
	case FLIGHT_PROBE:
		probe_ended(flight, ending);
		break;
	case FLIGHT_LOGIN:
		login_ended(flight, ending);
		break;
	case FLIGHT_TOKEN:
		break;
	}
}

void flight_give_back(struct flight *flight, int64_t wait_ms)
{
	if (flight->kind == FLIGHT_DELIVERY) {
		delivery_give_back(flight, wait_ms);
		return;
	}
	if (stream_of(flight)) /* else it is a probe or a login; one for a token is never READY */
		stream_of(flight)->due_us = flight->link->now_us + wait_ms * 1000;
	flight_end(flight);
}

/* ---- asking ------------------------------------------------------------------------ */

static void start(struct flight *flight, const struct transfer *transfer)
{
	struct link *link = flight->link;

	flight->state = FLIGHT_ASKS;
	metric_add(link->world.metrics, METRIC_LINK_REQUESTS, 1);
	metric_add(link->world.metrics, METRIC_LINK_IN_FLIGHT, 1);
	link->world.transfers->start(link->world.transfers, transfer);
}

/* The request with host and credentials, which are wiped again. */
static enum ent_rc leave(struct flight *flight, const struct ent_request *built, struct ent_err *err)
{
	struct lane *lane = flight->lane;
	struct asking asking;
	enum ent_rc rc =
	    asking_make(flight->supplier, &lane->auth, &lane->session, built, &flight->trip.abi, &asking, err);

	if (rc == ENT_OK) {
		flight->transfer = ++flight->link->last_transfer;
		exchange_asked(flight, built);
		flight->uses_session = session_is_used(built);
		flight->session_turn = lane->session.turn;
		start(flight, &(struct transfer){.id = flight->transfer,
						 .link = &flight->supplier->link,
						 .supplier = lane->name,
						 .method = built->method,
						 .url = asking.url,
						 .header = asking.header,
						 .n_header = asking.n_header,
						 .body = asking.body});
	}
	asking_wipe(&asking);
	return rc;
}

void flight_ask(struct flight *flight)
{
	struct lane *lane = flight->lane;
	struct link *link = flight->link;
	struct ending ending = {.is_built = false};
	struct ent_request request = {0};

	sdk_arena_release(&flight->trip);
	flight->call.now_ms = link->now_ms;
	if (flight->call.look && flight->call.phase == 0) /* it stays true through the phases that read */
		flight->looked_ms = link->now_ms;
	ending.rc =
	    flight->supplier->connector->build(&flight->self, &flight->call, &flight->trip.abi, &request, &ending.err);
	if (ending.rc == ENT_OK && request.method && flight->kind != FLIGHT_LOGIN &&
	    session_is_wanted(&lane->session, &request, link->now_us)) {
		login_begin(flight); /* built again behind it: the same call gives the same request */
		return;
	}
	if (ending.rc == ENT_OK && request.method) {
		flight->writes = asking_writes(&request);
		if (flight->writes && flight->in_doubt && doubt_holds_back(flight))
			return;
		if (!flight->has_turn)
			limiter_take(&lane->limiter, link->now_us);
		flight->has_turn = false;
		ending.rc = leave(flight, &request, &ending.err);
		if (ending.rc == ENT_OK)
			return;
	}
	if (ending.rc == ENT_EAUTH) {
		breaker_refused(&lane->breaker, link->options.breaker_failures, 0, link->now_us,
				link->options.refused_ms * 1000, &ending.err);
		ending.is_refused = true;
	}
	if (ending.rc == ENT_MORE)
		ending.rc = sdk_fail(&ending.err, ENT_EINVAL, "the connector wants more before it asked");
	end(flight, &ending);
}

void flight_phase(struct flight *flight, const struct ent_result *result)
{
	flight->call.phase = result->phase;
	flight->call.memo = sdk_dup(&flight->arena.abi, result->memo);
	flight->call.look = flight->call.look && !flight->writes;
	flight->state = FLIGHT_READY;
	lane_touch(flight->lane);
}

/* ---- answered ------------------------------------------------------------------------ */

/* Its pause counts for all of the supplier where the tool speaks of all of it. */
static void hold(struct flight *flight, const struct ent_response *response, struct ending *ending)
{
	struct link *link = flight->link;
	int64_t ms = sdk_http_retry_after(sdk_http_header(response, "Retry-After"), link->now_ms);
	int64_t said_ms = (int64_t)ending->result.retry_after_s * 1000;

	if (said_ms > 0 && said_ms > ms)
		ms = said_ms < 3600000 ? said_ms : 3600000;
	ending->wait_ms = ms > 0 ? ms : 0;
	if (ending->rc != ENT_ERETRY || (response->status != 429 && response->status != 503 && response->status != 403))
		return;
	if (ms < 0 && response->status != 503)
		ending->wait_ms = limiter_limited(&flight->lane->limiter, link->now_us, link->options.limit_ms * 1000,
						  link->options.limit_max_ms * 1000) /
				  1000;
	else
		limiter_hold(&flight->lane->limiter, link->now_us + ending->wait_ms * 1000);
}

/* What ended the process three times is a page that cannot be read, or an answer that nobody understands. */
static enum ent_rc read_answer(struct flight *flight, const struct ent_response *response, struct ending *ending)
{
	const struct supplier *supplier = flight->supplier;
	struct slot_id id = arrival_answer_slot(supplier, &flight->call, response->body);
	struct slot *slot = flight->link->slot;
	enum ent_rc rc;

	if (!slot_enter(slot, &id, false))
		return sdk_fail(&ending->err, ENT_EINVAL, "%s", SLOT_REASON);
	rc = supplier->connector->parse(&flight->self, &flight->call, response, &flight->trip.abi, &ending->result,
					&ending->err);
	slot_leave(slot);
	return rc;
}

static void parse(struct flight *flight, const struct ent_response *answer, struct ending *ending)
{
	struct ent_response response = asking_keep(&flight->trip.abi, answer);

	ending->rc = ENT_EINVAL;
	if (asking_open(&flight->call, &response, &flight->trip.abi, &ending->err))
		ending->rc = read_answer(flight, &response, ending);
	ending->status = response.status;
	ending->body = response.body;
	exchange_answered(flight, &response);
	hold(flight, &response, ending);
	ending->is_lost = asking_is_lost(ending->rc, flight->writes, response.status);
	ending->rc = asking_vet(&flight->call, ending->rc, &ending->result, &flight->n_trip, &ending->err);
}

/* Silence about one ticket must not hold up a poll: the connector hears of it, see connector.h. */
static bool silence_parse(struct flight *flight, const struct transfer_end *end_of, struct ending *ending)
{
	const struct ent_response silence = {.status = 0, .body = sdk_str(end_of->why.msg)};

	if (flight->call.op.kind != ENT_POLL || end_of->outcome != TRANSFER_LOST)
		return false;
	parse(flight, &silence, ending);
	ending->body = ENT_ABSENT;
	return ending->rc >= ENT_OK;
}

static void unanswered(struct flight *flight, const struct transfer_end *end_of, struct ending *ending)
{
	if (silence_parse(flight, end_of, ending))
		return;
	ending->err = end_of->why;
	ending->rc = end_of->outcome == TRANSFER_REFUSED ? ENT_EAUTH : ENT_ERETRY;
	ending->is_lost = end_of->outcome == TRANSFER_LOST && flight->writes;
}

static void judge_refusal(struct flight *flight, struct ending *ending, enum transfer_outcome outcome, int64_t whom)
{
	struct lane *lane = flight->lane;
	struct link *link = flight->link;
	bool delivers = flight->kind == FLIGHT_DELIVERY;
	enum refusal what = refusal_of(outcome, ending->status, flight->kind == FLIGHT_PROBE, lane_can_probe(lane));
	/* A ticket that was refused while others were let in says nothing new of the supplier. */
	bool is_known = delivers && what == REFUSAL_TICKET && strike_is_alone(flight);

	if (what == REFUSAL_ASK && !delivers) /* deliver.c knows whether it has to know */
		probe_want(lane);
	if (what != REFUSAL_ASK && !is_known)
		breaker_refused(&lane->breaker, link->options.breaker_failures, what == REFUSAL_US ? 0 : whom,
				link->now_us, link->options.refused_ms * 1000, &ending->err);
	ending->is_refused = breaker_is_refused(&lane->breaker);
}

/* What it says of the supplier as a whole. */
static void judge(struct flight *flight, struct ending *ending, enum transfer_outcome outcome)
{
	struct lane *lane = flight->lane;
	struct link *link = flight->link;
	int64_t failures_max = link->options.breaker_failures;
	/* A poll that fails by itself stops no deliveries either. */
	int64_t whom = flight->kind == FLIGHT_DELIVERY ? flight->delivery.incident : -1 - (int64_t)flight->kind;

	if (ending->rc == ENT_ERETRY) {
		metric_add(link->world.metrics, METRIC_LINK_FAILURES, 1);
		breaker_failed(&lane->breaker, failures_max, outcome == TRANSFER_NOT_SENT ? 0 : whom, link->now_us,
			       link_backoff_ms(link, lane->breaker.trips) * 1000, &ending->err);
	} else if (ending->rc == ENT_EAUTH) {
		metric_add(link->world.metrics, METRIC_LINK_FAILURES, 1);
		judge_refusal(flight, ending, outcome, whom);
	} else if (outcome == TRANSFER_ANSWERED && (flight->kind != FLIGHT_PROBE || ending->rc == ENT_OK)) {
		breaker_ok(&lane->breaker);
		limiter_well(&lane->limiter);
		lane->successes++;
	}
}

void flight_took(struct flight *flight, const struct transfer_end *end_of)
{
	struct lane *lane = flight->lane;
	struct ending ending = {.is_built = true};

	metric_observe(flight->link->world.metrics, METRIC_LINK_REQUEST_US, end_of->took_us);
	if (end_of->outcome == TRANSFER_ANSWERED)
		health_took(lane, end_of->took_us);
	if (flight->kind == FLIGHT_TOKEN) {
		token_took(flight, end_of);
		return;
	}
	if (end_of->outcome == TRANSFER_ANSWERED && end_of->response.status == 401 && !flight->was_let_in &&
	    flight->supplier->link.auth == AUTH_OAUTH2) {
		/* The token was taken back before its time: once again with a new one. */
		flight->was_let_in = true;
		auth_forget(&lane->auth);
		flight->state = FLIGHT_READY;
		return;
	}
	if (end_of->outcome == TRANSFER_ANSWERED && end_of->response.status == 401 && flight->kind != FLIGHT_LOGIN &&
	    login_is_over(flight))
		return;
	if (end_of->outcome == TRANSFER_ANSWERED)
		parse(flight, &end_of->response, &ending);
	else
		unanswered(flight, end_of, &ending);
	clean(flight, &ending.err);
	if (ending.rc < ENT_OK && ending.result.logged_out && flight->kind != FLIGHT_LOGIN && login_is_over(flight))
		return;
	if (flight->kind != FLIGHT_LOGIN || ending.rc >= ENT_OK) /* else login.c judges */
		judge(flight, &ending, end_of->outcome);
	end(flight, &ending);
}
