/* SPDX-License-Identifier: Apache-2.0 */
/* How an attempt of a delivery ends, and where the delivery stands then. */
#ifndef UNIT_DELIVERY_OUTCOME_H
#define UNIT_DELIVERY_OUTCOME_H

#include "deliveries.h"

static inline struct delivery_result outcome(const struct delivery *delivery, enum delivery_outcome what)
{
	return (struct delivery_result){.id = delivery->id, .attempt = delivery->attempt + 1, .outcome = what};
}

static inline enum delivery_state state_of(struct world *world, int64_t id)
{
	return load(world, id).state;
}

#endif
