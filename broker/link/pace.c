/* SPDX-License-Identifier: Apache-2.0 */
#include "link/pace.h"

enum { SPREAD = 10 /* the tenth part */ };

/* 0 <= it < n */
static uint64_t chance_below(struct chance *chance, uint64_t n)
{
	uint64_t any;

	chance->bytes(chance, &any, sizeof any);
	return n ? any % n : 0;
}

int64_t pace_backoff_ms(const struct pace *pace, unsigned times)
{
	int64_t whole = pace->first_ms;

	for (unsigned i = 0; i < times && whole < pace->most_ms; i++)
		whole *= 2;
	if (whole > pace->most_ms)
		whole = pace->most_ms;
	return whole - whole / 2 + (int64_t)chance_below(pace->chance, (uint64_t)(whole / 2) + 1);
}

int64_t pace_spread_ms(const struct pace *pace, int64_t ms)
{
	return ms - ms / SPREAD + (int64_t)chance_below(pace->chance, (uint64_t)(2 * (ms / SPREAD)) + 1);
}

int64_t pace_mono_us(int64_t at_ms, int64_t now_ms, int64_t now_us)
{
	if (at_ms == INT64_MAX)
		return NEVER_US;
	return at_ms > now_ms ? now_us + (at_ms - now_ms) * 1000 : now_us;
}
