/* SPDX-License-Identifier: Apache-2.0 */
#include "link/breaker.h"

bool breaker_is_refused(const struct breaker *breaker)
{
	return breaker->is_refused;
}

bool breaker_is_failing(const struct breaker *breaker, int64_t failures_max)
{
	return breaker->failures >= failures_max;
}

bool breaker_is_open(const struct breaker *breaker, int64_t failures_max)
{
	return breaker->is_refused || (breaker->is_wide && breaker_is_failing(breaker, failures_max));
}

void breaker_ok(struct breaker *breaker)
{
	*breaker = (struct breaker){0};
}

/* A request that was sent beside a trial and fails after it does not make the pause longer. */
static void breaker_pause(struct breaker *breaker, bool was_open, int64_t now_us, int64_t pause_us)
{
	if (was_open && now_us < breaker->until_us)
		return;
	breaker->until_us = now_us + pause_us;
	if (breaker->trips < 30)
		breaker->trips++;
}

void breaker_failed(struct breaker *breaker, int64_t failures_max, int64_t whom, int64_t now_us, int64_t pause_us,
		    const struct ent_err *why)
{
	bool was_open = breaker_is_open(breaker, failures_max);

	if (breaker->failures < INT32_MAX)
		breaker->failures++;
	if (whom == 0 || (breaker->whom != 0 && breaker->whom != whom))
		breaker->is_wide = true;
	breaker->whom = whom;
	if (!breaker->is_refused)
		breaker->why = *why;
	if (breaker_is_open(breaker, failures_max))
		breaker_pause(breaker, was_open, now_us, pause_us);
}

/* Counts tickets, not refusals: each ticket once. */
static void count_ticket(struct breaker *breaker, int64_t whom)
{
	for (unsigned i = 0; i < breaker->n_refused; i++)
		if (breaker->refused[i] == whom)
			return;
	if (breaker->n_refused < REFUSED_TICKETS)
		breaker->refused[breaker->n_refused++] = whom;
}

void breaker_refused(struct breaker *breaker, int64_t failures_max, int64_t whom, int64_t now_us, int64_t pause_us,
		     const struct ent_err *why)
{
	bool was_open = breaker_is_open(breaker, failures_max);

	if (whom != 0)
		count_ticket(breaker, whom);
	if (whom != 0 && breaker->n_refused < REFUSED_TICKETS && !breaker->is_refused)
		return;
	breaker->is_refused = true;
	breaker->why = *why;
	breaker_pause(breaker, was_open, now_us, pause_us);
}

void breaker_again(struct breaker *breaker)
{
	breaker->until_us = 0;
	breaker->trips = 0;
}
