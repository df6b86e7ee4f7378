/* SPDX-License-Identifier: Apache-2.0 */
/* The result of an attempt at a delivery, as link tells it to the writer (JOB_RESULT): sent, tried again later,
 * parked, cancelled, or a question for a person. */
#ifndef LINK_OUTCOME_H
#define LINK_OUTCOME_H

#include "core/delivery.h"
#include "link/ending.h"

struct flight;

/* result: outcome and what belongs to it. */
void outcome_tell(struct flight *flight, struct delivery_result result, void (*answered)(struct flight *));
/* Known not to be done: tried again after wait_ms. */
void outcome_later(struct flight *flight, const struct ent_err *why, int64_t wait_ms);
/* outcome: PARKED or CANCELLED. A delivery that may have been done, and cannot be looked for, becomes a question for a
 * person instead. wrote: the request that ended was a write, and the tool did not say no to it. */
void outcome_stop(struct flight *flight, enum delivery_outcome outcome, enum delivery_cause cause, bool wrote,
		  const struct ent_err *err);
/* Nobody can find out whether it was done: a person looks in the tool. */
void outcome_ask_person(struct flight *flight, const struct ent_err *why);

struct ent_said outcome_words(struct flight *flight, const struct ent_err *err);
int64_t outcome_wait_ms(struct flight *flight, const struct ending *ending); /* the pause after a failure */
enum ent_repeat outcome_repeat(const struct flight *flight); /* may it be repeated when its answer was lost? */

#endif
