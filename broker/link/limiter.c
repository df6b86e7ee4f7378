/* SPDX-License-Identifier: Apache-2.0 */
#include "link/limiter.h"

enum { BURST_MAX = 100 };

void limiter_set(struct limiter *limiter, int64_t rate_per_min)
{
	if (rate_per_min < 1)
		rate_per_min = 1;
	limiter->interval_us = 60000000 / rate_per_min;
	limiter->burst = rate_per_min / 60;
	if (limiter->burst < 1)
		limiter->burst = 1;
	if (limiter->burst > BURST_MAX)
		limiter->burst = BURST_MAX;
}

int64_t limiter_when(const struct limiter *limiter, int64_t now_us)
{
	int64_t when = limiter->next_us - (limiter->burst - 1) * limiter->interval_us;

	if (when < limiter->hold_until_us)
		when = limiter->hold_until_us;
	return when > now_us ? when : now_us;
}

void limiter_take(struct limiter *limiter, int64_t now_us)
{
	if (limiter->next_us < now_us)
		limiter->next_us = now_us;
	limiter->next_us += limiter->interval_us;
}

void limiter_hold(struct limiter *limiter, int64_t until_us)
{
	if (limiter->hold_until_us < until_us)
		limiter->hold_until_us = until_us;
}

int64_t limiter_limited(struct limiter *limiter, int64_t now_us, int64_t least_us, int64_t most_us)
{
	int64_t pause_us = least_us;

	if (now_us < limiter->hold_until_us)
		return limiter->hold_until_us - now_us;
	for (unsigned i = 0; i < limiter->n_limited && pause_us < most_us; i++)
		pause_us *= 2;
	if (pause_us > most_us)
		pause_us = most_us;
	limiter->n_limited++;
	limiter_hold(limiter, now_us + pause_us);
	return pause_us;
}

void limiter_well(struct limiter *limiter)
{
	limiter->n_limited = 0;
}
