/* SPDX-License-Identifier: Apache-2.0 */
/* What link remembers of deliveries that failed while their supplier did well with others. A restart forgets it. */
#include "link/flight.h"

static struct strike *strike_find(struct lane *lane, int64_t delivery)
{
	for (size_t i = 0; i < STRIKES; i++)
		if (lane->strike[i].delivery == delivery)
			return &lane->strike[i];
	return NULL;
}

struct strike *strike_of(struct lane *lane, int64_t delivery)
{
	struct strike *strike = strike_find(lane, delivery);

	if (strike)
		return strike;
	strike = strike_find(lane, 0); /* a free one */
	if (!strike)
		strike = &lane->strike[lane->next_strike++ % STRIKES];
	*strike = (struct strike){.delivery = delivery, .successes = -1};
	return strike;
}

void strike_forget(struct flight *flight)
{
	struct strike *strike = strike_find(flight->lane, flight->delivery.id);

	if (strike)
		*strike = (struct strike){0};
}

bool strike_is_out_after(struct flight *flight, int64_t n_max)
{
	struct lane *lane = flight->lane;
	struct strike *strike = strike_of(lane, flight->delivery.id);

	if (strike->successes != lane->successes)
		strike->n++;
	strike->successes = lane->successes;
	return strike->n >= n_max;
}

bool strike_is_out(struct flight *flight)
{
	return strike_is_out_after(flight, flight->link->options.attempts_max);
}

bool strike_is_alone(const struct flight *flight)
{
	const struct strike *strike = strike_find(flight->lane, flight->delivery.id);

	return strike && strike->refused_ms > 0 && strike->let_in != flight->lane->successes;
}
