/* SPDX-License-Identifier: Apache-2.0 */
/* Changes the queue by an event. */
#ifndef CORE_QUEUE_PLAN_H
#define CORE_QUEUE_PLAN_H

#include "core/queue_move.h"

/* After the event was folded: what waits for a ticket goes or is given up, and what is to be brought to whom is
 * planned. before: the incident without the event. */
void queue_plan(struct queue *queue, const struct incident *before, const struct event *event);
/* A supplier that joins asked for comments from before: in the order in which they are given. A comment that it was
 * given once is not given twice. */
void queue_thread(struct queue *queue, const struct planned *planned, size_t n);

#endif
