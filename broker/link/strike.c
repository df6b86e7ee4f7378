/* SPDX-License-Identifier: Apache-2.0 */
#include "link/strike.h"

static struct strike *strike_find(struct strikes *strikes, int64_t delivery)
{
	for (size_t i = 0; i < STRIKES; i++)
		if (strikes->at[i].delivery == delivery)
			return &strikes->at[i];
	return NULL;
}

struct strike *strike_of(struct strikes *strikes, int64_t delivery)
{
	struct strike *strike = strike_find(strikes, delivery);

	if (strike)
		return strike;
	strike = strike_find(strikes, 0); /* a free one */
	if (!strike)
		strike = &strikes->at[strikes->next++ % STRIKES];
	*strike = (struct strike){.delivery = delivery, .successes = -1};
	return strike;
}

void strike_forget(struct strikes *strikes, int64_t delivery)
{
	struct strike *strike = strike_find(strikes, delivery);

	if (strike)
		*strike = (struct strike){0};
}

bool strike_is_out(struct strikes *strikes, int64_t delivery, int64_t n_max)
{
	struct strike *strike = strike_of(strikes, delivery);

	if (strike->successes != strikes->successes)
		strike->n++;
	strike->successes = strikes->successes;
	return strike->n >= n_max;
}

bool strike_is_alone(struct strikes *strikes, int64_t delivery)
{
	const struct strike *strike = strike_find(strikes, delivery);

	return strike && strike->refused_ms > 0 && strike->let_in != strikes->successes;
}
