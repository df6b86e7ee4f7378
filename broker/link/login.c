/* SPDX-License-Identifier: Apache-2.0 */
#include "link/login.h"

#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"

#define LOGINS_MAX 3 /* of one request: when the tool refuses so many sessions, the session is not what it misses */

void login_begin(struct flight *for_whom)
{
	struct lane *lane = for_whom->lane;
	struct flight *flight = flight_new(lane->link, lane, &login_work);

	session_forget(&lane->session);
	/* With the settings of the flight that waits: they may be older than the lane's. */
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
	if (flight->session_turn == lane->session.turn) /* else another flight has logged in again meanwhile */
		session_forget(&lane->session);
	flight->state = FLIGHT_READY;
	lane_touch(lane);
	return true;
}

static void login_failed(struct flight *flight, const struct ending *ending)
{
	struct lane *lane = flight->lane;
	int64_t wait_us = lane_pause_us(lane);
	struct ent_err why;

	(void)sdk_fail_as(&why, ending->rc, "login.failed", "login: {why=%p}", SDK_WHY(&ending->err));
	session_forget(&lane->session);
	limiter_hold(&lane->limiter, lane->link->now_us + wait_us); /* nobody can go without one */
	if (ending->rc == ENT_ERETRY || ending->rc == ENT_ECONFLICT)
		lane_failed(lane, 0, wait_us, &why);
	else /* refused, or the connector does not know how: a person has to look */
		lane_refused(lane, 0, &why);
}

static void login_ended(struct flight *flight, struct ending *ending)
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
		login_failed(flight, ending);
	flight_end(flight);
}

const struct work login_work = {.name = "login", .ended = login_ended, .lets_in = true, .whom = -4};
