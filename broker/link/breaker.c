/* SPDX-License-Identifier: Apache-2.0 */
#include "link/breaker.h"

bool breaker_is_open(const struct breaker *breaker, int64_t failures_max)
{
	return breaker->is_refused || breaker->failures >= failures_max;
}

void breaker_ok(struct breaker *breaker)
{
	*breaker = (struct breaker){.was_well = true};
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

void breaker_failed(struct breaker *breaker, int64_t failures_max, int64_t now_us, int64_t pause_us,
		    const struct ent_err *why)
{
	bool was_open = breaker_is_open(breaker, failures_max);

	if (breaker->failures < INT32_MAX)
		breaker->failures++;
	if (!breaker->is_refused)
		breaker->why = *why;
	if (breaker_is_open(breaker, failures_max))
		pause(breaker, was_open, now_us, pause_us);
}

bool breaker_refused(struct breaker *breaker, bool sure, int64_t now_us, int64_t pause_us, const struct ent_err *why)
{
	breaker->refusals++;
	if (!sure && breaker->was_well && breaker->refusals < 2)
		return false;
	breaker->why = *why;
	pause(breaker, breaker->is_refused, now_us, pause_us);
	breaker->is_refused = true;
	return true;
}

void breaker_again(struct breaker *breaker)
{
	breaker->until_us = 0;
	breaker->trips = 0;
	breaker->refusals = 0;
}
