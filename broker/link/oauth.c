/* SPDX-License-Identifier: Apache-2.0 */
#include "link/oauth.h"

#include "link/asking.h"
#include "link/flight.h"
#include "link/inside.h"
#include "link/lane.h"

void oauth_fetch(struct flight *for_whom)
{
	struct lane *lane = for_whom->lane;
	struct link *link = lane->link;
	struct flight *flight = flight_new(link, lane, &oauth_work);
	struct auth_words form;
	struct transfer transfer;

	/* With the settings of the flight that waits: they may be older than the lane's. */
	flight_fly_for(flight, for_whom->roster, for_whom->supplier);
	auth_token_form(&flight->supplier->link, &form);
	transfer = asking_token(&flight->supplier->link, &form);
	limiter_take(&lane->limiter, link->now_us);
	flight_ask(flight, &transfer);
	auth_words_release(&form);
}

static void oauth_took(struct flight *flight, const struct transfer_end *end)
{
	struct lane *lane = flight->lane;
	struct link *link = flight->link;
	struct ent_err err = end->why, why;
	enum ent_rc rc = end->outcome == TRANSFER_REFUSED ? ENT_EAUTH : ENT_ERETRY;

	if (end->outcome == TRANSFER_ANSWERED) {
		err = (struct ent_err){0};
		rc = auth_token_take(&lane->auth, &end->response, link->now_us, &err);
	}
	if (rc != ENT_OK) {
		slots_clean(&lane->auth, &lane->session, flight->supplier, &err);
		(void)sdk_fail_as(&why, rc, "login.no_token", "no token from token_url: {why=%p}", SDK_WHY(&err));
		metric_add(link->world.metrics, METRIC_LINK_FAILURES, 1);
	}
	if (rc != ENT_OK) /* no request can be sent without a token: the next try for one waits, too */
		limiter_hold(&lane->limiter, link->now_us + lane_pause_us(lane));
	if (rc == ENT_ERETRY)
		lane_failed(lane, 0, lane_pause_us(lane), &why);
	else if (rc != ENT_OK)
		lane_refused(lane, 0, &why);
	flight_end(flight);
}

const struct work oauth_work = {.name = "oauth", .took = oauth_took, .lets_in = true, .whom = -5};
