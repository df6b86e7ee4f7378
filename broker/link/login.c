/* SPDX-License-Identifier: Apache-2.0 */
/* Logging in where a tool keeps sessions: the op ENT_LOGIN, for which everything else at that supplier waits. */
#include "link/flight.h"

#define LOGINS_MAX 3 /* of one request: a session that is refused as often is not what is missing */

void login_begin(struct flight *for_whom)
{
	struct lane *lane = for_whom->lane;
	struct flight *flight = flight_new(lane->link, lane, FLIGHT_LOGIN);

	session_forget(&lane->session);
	/* The settings of those who wait: theirs may be older than the lane's. */
	flight_fly_for(flight, for_whom->roster, for_whom->supplier);
	flight->call = (struct ent_call){.op = {.kind = ENT_LOGIN}, .attempt = 1, .memo = ENT_ABSENT};
	flight->state = FLIGHT_READY;
	lane_touch(lane);
}

bool login_is_over(struct flight *flight)
{
	struct lane *lane = flight->lane;

	if (!flight->uses_session || ++flight->n_login >= LOGINS_MAX)
		return false;
	if (flight->session_turn == lane->session.turn) /* else somebody else has logged in again meanwhile */
		session_forget(&lane->session);
	flight->state = FLIGHT_READY;
	lane_touch(lane);
	return true;
}

static void failed(struct flight *flight, const struct ending *ending)
{
	struct lane *lane = flight->lane;
	struct link *link = lane->link;
	int64_t wait_us = link_backoff_ms(link, lane->breaker.trips) * 1000;
	struct ent_err why;

	(void)sdk_fail(&why, ending->rc, "login: %s", ending->err.msg);
	session_forget(&lane->session);
	limiter_hold(&lane->limiter, link->now_us + wait_us); /* nobody can go without one */
	if (ending->rc == ENT_ERETRY || ending->rc == ENT_ECONFLICT)
		breaker_failed(&lane->breaker, link->options.breaker_failures, 0, link->now_us, wait_us, &why);
	else /* refused, or the connector does not know how: a person has to look */
		breaker_refused(&lane->breaker, link->options.breaker_failures, 0, link->now_us,
				link->options.refused_ms * 1000, &why);
}

void login_ended(struct flight *flight, struct ending *ending)
{
	struct lane *lane = flight->lane;

	if (ending->rc >= ENT_OK) {
		enum ent_rc rc = session_take(&lane->session, &ending->result, &ending->err);

		if (rc != ENT_OK)
			ending->rc = rc;
	}
	if (ending->rc == ENT_MORE) {
		flight_phase(flight, &ending->result);
		return;
	}
	if (ending->rc == ENT_OK)
		session_begin(&lane->session, ending->result.session_s, lane->link->now_us);
	else
		failed(flight, ending);
	flight_end(flight);
}
