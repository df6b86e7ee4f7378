/* SPDX-License-Identifier: Apache-2.0 */
#include "face/quota.h"

#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "base/text_hash.h"
#include "core/attempts.h"
#include "face/answer.h"

struct quota {
	struct lock *lock;
	struct attempts asks;
};

struct quota *quota_new(void)
{
	struct quota *quota = sdk_xalloc(sizeof *quota);

	memset(quota, 0, sizeof *quota);
	quota->lock = lock_new();
	return quota;
}

void quota_free(struct quota *quota)
{
	lock_free(quota->lock);
	free(quota);
}

static void refuse_many(struct exchange *x, int64_t wait_ms)
{
	const struct limits *limits = &x->home->face->limits;
	long long wait_s = (long long)(wait_ms + 999) / 1000;

	answer_problem(
	    x, PROBLEM_RATE, "ask.quota",
	    "You asked more than {most=%d} times in a short time. Wait {seconds=%lld} s, then go on more slowly.",
	    limits->asks_at_once, wait_s);
	x->answer.fields = sdk_format(&x->arena.abi,
				      "Retry-After: %lld\r\nRateLimit-Limit: %d\r\nRateLimit-Remaining: 0\r\n"
				      "RateLimit-Reset: %lld\r\n",
				      wait_s, limits->asks_at_once, wait_s);
}

bool quota_admit(struct exchange *x)
{
	const struct limits *limits = &x->home->face->limits;
	struct quota *quota = x->home->face->quota;
	struct ent_str ref = x->reader.ref.n ? x->reader.ref : x->reader.token;
	int64_t wait_ms;

	if (x->reader.role == ROLE_SYSTEM || limits->asks_at_once == 0)
		return true;
	lock_take(quota->lock);
	quota->asks.at_once = limits->asks_at_once;
	quota->asks.every_ms = limits->ask_every_ms;
	/* refs are random and made here, so that nobody can aim at another's place */
	wait_ms = attempts_take(&quota->asks, text_hash(TEXT_HASH, ref), x->home->now_ms);
	lock_leave(quota->lock);
	if (wait_ms == 0)
		return true;
	refuse_many(x, wait_ms);
	return false;
}
