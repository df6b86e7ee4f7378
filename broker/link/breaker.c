/* SPDX-License-Identifier: Apache-2.0 */
#include "link/breaker.h"

bool breaker_is_refused(const struct breaker *breaker)
{
	return breaker->refusals > 1 || (breaker->refusals > 0 && breaker->is_wide);
}

bool breaker_is_failing(const struct breaker *breaker, int64_t failures_max)
{
	return breaker->failures >= failures_max;
}

bool breaker_is_open(const struct breaker *breaker, int64_t failures_max)
{
	return breaker->is_wide && (breaker_is_refused(breaker) || breaker_is_failing(breaker, failures_max));
}

void breaker_ok(struct breaker *breaker)
{
	*breaker = (struct breaker){0};
}

static void count(struct breaker *breaker, int64_t *in_a_row, int64_t whom)
{
	if (*in_a_row < INT32_MAX)
		++*in_a_row;
	if (whom == 0 || (breaker->whom != 0 && breaker->whom != whom))
		breaker->is_wide = true;
	breaker->whom = whom;
}

/* What flew beside a trial and fails after it makes no pause longer. */
static void pause(struct breaker *breaker, bool was_open, int64_t now_us, int64_t pause_us)
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

	count(breaker, &breaker->failures, whom);
	if (breaker->refusals == 0)
		breaker->why = *why;
	if (breaker_is_open(breaker, failures_max))
		pause(breaker, was_open, now_us, pause_us);
}

void breaker_refused(struct breaker *breaker, int64_t failures_max, int64_t whom, int64_t now_us, int64_t pause_us,
		     const struct ent_err *why)
{
	bool was_open = breaker_is_open(breaker, failures_max);

	count(breaker, &breaker->refusals, whom);
	breaker->why = *why;
	if (breaker_is_open(breaker, failures_max))
		pause(breaker, was_open, now_us, pause_us);
}

void breaker_again(struct breaker *breaker)
{
	breaker->until_us = 0;
	breaker->trips = 0;
}
