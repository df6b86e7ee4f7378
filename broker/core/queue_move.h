/* SPDX-License-Identifier: Apache-2.0 */
/* A delivery's state changes. queue_become() is the one place; the moves that there are stand in its table. */
#ifndef CORE_QUEUE_MOVE_H
#define CORE_QUEUE_MOVE_H

#include "core/dossier.h"

/* The data that the queue works on. */
struct queue {
	struct dossier *dossier;
	struct events *events; /* what happens is added at its end */
	struct chance *chance;
	int64_t *last_id; /* of deliveries */
	int64_t now_ms;
};

/* Asserts the move, keeps count of what makes a ticket, and stamps it. */
void queue_become(struct queue *queue, struct delivery *delivery, enum delivery_state state);

struct queue_verdict {
	enum delivery_state state; /* DONE, PARKED, UNKNOWN, CANCELLED */
	enum delivery_cause cause;
	struct ent_said reason;
	struct ent_str remote_id, exchange;
	struct ent_str ticket;       /* where it stands, when that was told; absent: the ticket that it is for */
	const struct person *author; /* NULL: nobody */
};
/* It ends, or stands still for a person: an event. */
void queue_end(struct queue *queue, struct delivery *delivery, const struct queue_verdict *verdict);
/* Replaces the words about its last attempt with those about this move. */
void queue_tell_why(struct delivery *delivery, enum delivery_cause cause, struct ent_said reason,
		    struct ent_str exchange);

#endif
