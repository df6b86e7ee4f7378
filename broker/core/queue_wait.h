/* SPDX-License-Identifier: Apache-2.0 */
/* Deliveries that wait for a supplier's ticket: they go when it is there, and are given up when there will be none. */
#ifndef CORE_QUEUE_WAIT_H
#define CORE_QUEUE_WAIT_H

#include "core/queue_move.h"

/* The open one behind `after` (0: the first) that is not in flight: of those, the outcome will tell. */
struct delivery *queue_next_waiting(struct queue *queue, struct ent_str supplier, int64_t after);
void queue_end_as(struct queue *queue, struct delivery *delivery, enum delivery_state state, enum delivery_cause cause,
		  struct ent_said reason);
/* Without a ticket nothing can be sent until the incident is shared again or the ticket comes back: open deliveries are
 * parked for a person, unless a ticket is being made. */
void queue_park_gone(struct queue *queue, struct ent_str supplier);
/* A ticket is there: a second one is not made, what would have made it becomes a comment. is_named: the ticket tells
 * our number, so that one which may have been made by us is that one. */
void queue_meet_ticket(struct queue *queue, struct ent_str supplier, bool is_named);
/* Is a delivery open that makes the supplier's ticket? */
bool queue_ticket_comes(struct dossier *dossier, struct ent_str supplier);

#endif
