/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out of an incident as a machine: what an event or an attempt's result does to deliveries. Pure: in goes a
 * dossier and an event or a result, out come changed deliveries in the dossier and delivery.* events at the end of a
 * list. Who runs it stores those events, folds them, and asks again; then nothing is left over.
 *
 * queue_become() is the one place where a state changes; the moves that there are stand in its table.
 */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

#include "core/dossier.h"

struct queue {
	struct dossier *dossier;
	struct events *events; /* what happens is added at its end */
	struct chance *chance;
	int64_t *last_id; /* of deliveries */
	int64_t now_ms;
};

/* ---- what an event does: queue_plan.c ---- */

/* After the event was folded: what waits for a ticket goes or is given up, and what is to be brought to whom is
 * planned. before: the incident without the event. */
void queue_plan(struct queue *queue, const struct incident *before, const struct event *event);
/* A supplier that joins asked for comments from before: in the order in which they are given. One that it was given
 * once stays one. */
void queue_thread(struct queue *queue, const struct planned *planned, size_t n);
/* Without a ticket nothing can be sent until the incident is shared again or the ticket comes back: open deliveries are
 * parked for a person, unless a ticket is being made. */
void queue_park_gone(struct queue *queue, struct ent_str supplier);
/* A ticket is there: a second one is not made, what would have made it becomes a comment. is_named: the ticket tells
 * our number, so that one which may have been made by us is that one. */
void queue_meet_ticket(struct queue *queue, struct ent_str supplier, bool is_named);
/* Is a delivery open that makes the supplier's ticket? */
bool queue_ticket_comes(struct dossier *dossier, struct ent_str supplier);

/* ---- the loop breaker: queue_loop.c ---- */

/* Whose word causes a delivery. */
struct queue_cause {
	const struct event *event; /* NULL: a person asked for the thread */
	struct ent_str origin;     /* the supplier that spoke; "": a person with us, who is no loop */
};
/* Too much within a minute for one supplier's ticket, by our clock and by that of who said it, and no person with us
 * among it. So a history that is read in late is no loop, and a supplier whose clock is wrong is still found. */
bool queue_is_rush(struct queue *queue, const struct queue_cause *cause, struct ent_str supplier, enum ent_op_kind op);
/* Is the comment that the event adds an endless answer, as loop.h says? *ret_reason names both sides. */
bool queue_is_endless(struct queue *queue, const struct queue_cause *cause, struct ent_str *ret_reason);

/* ---- one delivery ---- */

/* Asserts the move, keeps count of what makes a ticket, and stamps it. */
void queue_become(struct queue *queue, struct delivery *delivery, enum delivery_state state);

struct queue_verdict {
	enum delivery_state state; /* DONE, PARKED, UNKNOWN, CANCELLED */
	enum delivery_cause cause;
	struct ent_str reason, remote_id, exchange;
	struct ent_str ticket;           /* where it stands, when that was told; absent: the ticket that it is for */
	const struct ent_person *author; /* NULL: nobody */
};
/* It ends, or stands still for a person: an event. */
void queue_end(struct queue *queue, struct delivery *delivery, const struct queue_verdict *verdict);
/* pending -> in_flight, attempt + 1. hash: of the words as they go out; zeros: there are none. False: it does not wait
 * any more, or another one goes first. */
bool queue_begin(struct queue *queue, struct delivery *delivery, const unsigned char hash[32]);
/* What an attempt came to; its fence was asked before. What the answer told is applied by now, unless it is about a
 * comment. */
void queue_settle(struct queue *queue, struct delivery *delivery, const struct delivery_result *result);
/* The answer says that the ticket is not there: then what it told about the ticket counts first. */
bool queue_is_gone(const struct delivery *delivery, const struct delivery_result *result);
/* A person's decision. Parked and unknown deliveries take all three; one cancelled as `earlier` takes RETRY; a pending
 * one takes EDIT and IGNORE. False: it is in another state, or an update, which has no text to edit. */
enum delivery_action { DELIVERY_RETRY, DELIVERY_EDIT, DELIVERY_IGNORE };
bool queue_act(struct queue *queue, struct delivery *delivery, enum delivery_action action, struct ent_str text,
	       const struct ent_person *author);
/* It waits again, tried as often as a fresh one. text: other words, by a person; absent: as they are. */
void queue_revive(struct queue *queue, struct delivery *delivery, struct ent_str text);
/* Deliveries that a ticket did not take (it was gone, refused, or was closed by the merge) go to the ticket that it
 * goes on as. */
void queue_revive_moved(struct queue *queue, struct ent_str supplier);
/* Its echo was heard: it stands in the tool. True: it was done before and only its place was not known. */
bool queue_seen(struct queue *queue, struct delivery *delivery, struct ent_str ticket, struct ent_str external_id);

/* ---- order ---- */

/* Chooses anew which delivery goes first, where that may have changed: the first open one of an incident at a supplier.
 * An update that is parked or unknown holds nobody back, nor does what was parked as a loop or as made earlier. While
 * there is no ticket only what creates it can go. Call it when all events are folded. */
void queue_heads(struct dossier *dossier);

/* A merge: what was open for a supplier of which the other side's share had been taken back is owed: it was for the
 * supplier before the merge. Both dossiers keep their deliveries; the shares of `gone` go into `kept`. at_ms: when. */
void queue_merge_shares(struct dossier *kept, struct dossier *gone, int64_t at_ms);

#endif
