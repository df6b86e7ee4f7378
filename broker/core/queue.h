/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out of an incident as a machine: what an event or an attempt's result does to deliveries. Pure: in goes a
 * dossier and an event or a result, out come changed deliveries in the dossier and delivery.* events at the end of a
 * list. The caller stores those events, folds them, and asks again; then nothing is left over.
 *
 * queue_move.h: a state changes. queue_wait.h: what waits for a ticket. queue_plan.h: what an event does. queue_loop.h:
 * the loop breaker. Here: what link and people do to one delivery, and which one goes first.
 */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

#include "core/queue_move.h"

/* pending -> in_flight, attempt + 1. hash: of the words as they go out; zeros: there are none. False: it does not wait
 * any more, or another one goes first. */
bool queue_begin(struct queue *queue, struct delivery *delivery, const unsigned char hash[32]);
/* Takes the result of an attempt; its fence was asked before. The answer's news is applied by now, unless it is about a
 * comment. */
void queue_settle(struct queue *queue, struct delivery *delivery, const struct delivery_result *result);
/* The answer says that the ticket is not there: then what it told about the ticket counts first. */
bool queue_is_gone(const struct delivery *delivery, const struct delivery_result *result);
/* A person's decision. Parked and unknown deliveries take all three; one cancelled as `earlier` takes RETRY; a pending
 * one takes EDIT and IGNORE. False: it is in another state, or it has no text to edit. */
enum delivery_action { DELIVERY_RETRY, DELIVERY_EDIT, DELIVERY_IGNORE };
bool queue_act(struct queue *queue, struct delivery *delivery, enum delivery_action action, struct ent_str text,
	       const struct person *author);
/* It waits again, tried as often as a fresh one. text: other words, by a person; absent: as they are. */
void queue_revive(struct queue *queue, struct delivery *delivery, struct ent_str text);
/* Deliveries that a ticket did not take (it was gone, refused, or was closed by the merge) go to the ticket that it
 * goes on as. */
void queue_revive_moved(struct queue *queue, struct ent_str supplier);
/* Its echo was heard: it stands in the tool. True: it was done before and only its place was not known. */
bool queue_seen(struct queue *queue, struct delivery *delivery, struct ent_str ticket, struct ent_str external_id);

/* ---- order ---- */

/* Chooses anew which delivery goes first, where that may have changed: the first open one of an incident at a supplier.
 * An update, and what changes a comment, that is parked or unknown holds nobody back, nor does what was parked as a
 * loop or as made earlier. A change of a comment waits for the delivery that brings it. While there is no ticket only
 * what creates it can go. Call it when all events are folded. */
void queue_heads(struct dossier *dossier);

/* A merge: what was open for a supplier of which the other side's share had been taken back is owed: it was for the
 * supplier before the merge. Both dossiers keep their deliveries; the shares of `gone` go into `kept`. A share that was
 * taken back on one side ends; of an organisation with several tools each tool's share counts for itself. at_ms: when.
 */
void queue_merge_shares(struct dossier *kept, struct dossier *gone, int64_t at_ms);

#endif
