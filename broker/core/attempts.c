/* SPDX-License-Identifier: Apache-2.0 */
#include "core/attempts.h"

#include <stddef.h>

static size_t set_of(uint64_t who)
{
	return (size_t)(who % ATTEMPTS_SETS) * ATTEMPTS_WAYS;
}

/* Its cell, else the one of its set that owes least. */
static size_t cell_of(const struct attempts *attempts, uint64_t who, bool *ret_is_its_own)
{
	size_t first = set_of(who), least = first;

	*ret_is_its_own = true;
	for (size_t i = first; i < first + ATTEMPTS_WAYS; i++) {
		if (attempts->at[i].who == who && attempts->at[i].paid_ms != 0)
			return i;
		if (attempts->at[i].paid_ms < attempts->at[least].paid_ms)
			least = i;
	}
	*ret_is_its_own = false;
	return least;
}

int64_t attempts_take(struct attempts *attempts, uint64_t who, int64_t now_ms)
{
	bool is_its_own;
	size_t i = cell_of(attempts, who, &is_its_own);
	int64_t paid_ms = is_its_own && attempts->at[i].paid_ms > now_ms ? attempts->at[i].paid_ms : now_ms;
	int64_t wait_ms = paid_ms + attempts->every_ms - attempts->at_once * attempts->every_ms - now_ms;

	/* A clock that was set back far owes nobody more than the rule can. */
	if (wait_ms > attempts->every_ms * attempts->at_once) {
		paid_ms = now_ms;
		wait_ms = 0;
	}
	if (wait_ms > 0)
		return wait_ms;
	attempts->at[i].who = who;
	attempts->at[i].paid_ms = paid_ms + attempts->every_ms;
	return 0;
}

void attempts_give_back(struct attempts *attempts, uint64_t who, int64_t now_ms)
{
	bool is_its_own;
	size_t i = cell_of(attempts, who, &is_its_own);

	if (is_its_own && attempts->at[i].paid_ms > now_ms)
		attempts->at[i].paid_ms -= attempts->every_ms;
}
