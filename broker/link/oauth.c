/* SPDX-License-Identifier: Apache-2.0 */
/* OAuth2's client credentials: fetching the token that everything else at a supplier waits for. */
#include "link/asking.h"
#include "link/flight.h"

void token_fetch(struct flight *for_whom)
{
	struct lane *lane = for_whom->lane;
	struct link *link = lane->link;
	struct flight *flight = flight_new(link, lane, FLIGHT_TOKEN);
	struct auth_words form;
	struct transfer transfer;

	/* The settings of those who wait: theirs may be older than the lane's. */
	flight_fly_for(flight, for_whom->roster, for_whom->supplier);
	auth_token_form(&flight->supplier->link, &form);
	transfer = asking_token(&flight->supplier->link, &form);
	transfer.id = flight->transfer = ++link->last_transfer;
	transfer.supplier = lane->name;
	flight->state = FLIGHT_ASKS;
	limiter_take(&lane->limiter, link->now_us);
	metric_add(link->world.metrics, METRIC_LINK_REQUESTS, 1);
	metric_add(link->world.metrics, METRIC_LINK_IN_FLIGHT, 1);
	link->world.transfers->start(link->world.transfers, &transfer);
	auth_words_release(&form);
}

void token_took(struct flight *flight, const struct transfer_end *end)
{
	struct lane *lane = flight->lane;
	struct link *link = flight->link;
	struct ent_err err = end->why, why;
	enum ent_rc rc = end->outcome == TRANSFER_REFUSED ? ENT_EAUTH : ENT_ERETRY;

	if (end->outcome == TRANSFER_ANSWERED) {
		err = (struct ent_err){""};
		rc = auth_token_take(&lane->auth, &end->response, link->now_us, &err);
	}
	if (rc != ENT_OK) {
		auth_clean(&lane->auth, flight->supplier, &err);
		(void)sdk_fail(&why, rc, "no token from token_url: %s", err.msg);
		metric_add(link->world.metrics, METRIC_LINK_FAILURES, 1);
	}
	if (rc != ENT_OK) /* nobody can go without one: no hurry for the next try either */
		limiter_hold(&lane->limiter, link->now_us + link_backoff_ms(link, lane->breaker.trips) * 1000);
	if (rc == ENT_ERETRY)
		breaker_failed(&lane->breaker, link->options.breaker_failures, 0, link->now_us,
			       link_backoff_ms(link, lane->breaker.trips) * 1000, &why);
	else if (rc != ENT_OK)
		breaker_refused(&lane->breaker, link->options.breaker_failures, 0, link->now_us,
				link->options.refused_ms * 1000, &why);
	flight_end(flight);
}
