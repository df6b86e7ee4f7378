/* SPDX-License-Identifier: Apache-2.0 */
/* The loop breaker: is this one more round of two programs that answer each other? Asked before a delivery is made. */
#ifndef CORE_QUEUE_LOOP_H
#define CORE_QUEUE_LOOP_H

#include "core/queue_move.h"

/* Whose word causes a delivery. */
struct queue_cause {
	const struct event *event; /* NULL: a person asked for the thread */
	struct ent_str origin;     /* the supplier that spoke; "": a person with us, who is no loop */
};
/* Too much within a minute for one supplier's ticket, by our clock and by that of who said it, and no person with us
 * among it. So a history that is read in late is no loop, and a supplier whose clock is wrong is still found. */
bool queue_is_rush(struct queue *queue, const struct queue_cause *cause, struct ent_str supplier, enum ent_op_kind op);
/* Is the comment that the event adds an endless answer, as loop.h says? *ret_reason names both sides. */
bool queue_is_endless(struct queue *queue, const struct queue_cause *cause, struct ent_said *ret_reason);

#endif
