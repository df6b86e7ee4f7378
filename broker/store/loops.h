/* SPDX-License-Identifier: Apache-2.0 */
/* The loop breaker: is this one more round of two programs that answer each other? Asked before a delivery is made. */
#ifndef STORE_LOOPS_H
#define STORE_LOOPS_H

#include "store/apply.h"

/* Whose word causes the delivery. */
struct loop_cause {
	int64_t incident;
	const struct event *event; /* NULL: a person asked for the thread */
	struct ent_str origin;     /* the supplier that spoke; "": a person with us, who is no loop */
};

/* Too much within a minute for one supplier's ticket, by our clock and by that of who said it, and no person with us
 * among it. So a history that is read in late is no loop, and a supplier whose clock is wrong is still found. */
bool loop_is_rush(struct apply *apply, const struct loop_cause *cause, struct ent_str supplier, enum ent_op_kind op);
/* Is the comment that the event adds an endless answer, as core/loop.h says? *ret_reason names both sides and says what
 * to do; it lives in apply's arena. */
bool loop_is_endless(struct apply *apply, const struct loop_cause *cause, struct ent_str *ret_reason);

#endif
