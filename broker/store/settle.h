/* SPDX-License-Identifier: Apache-2.0 */
/* The writer's turns around core/queue.h: finds the dossier, lets the queue decide, stores what happened. */
#ifndef STORE_SETTLE_H
#define STORE_SETTLE_H

#include "store/apply.h"

/* pending -> in_flight: see queue_begin(). */
bool settle_begin(struct apply *apply, int64_t id, const unsigned char hash[32]);
/* An attempt's result by its fence; makes the delivery.* event, the copy, and for a CREATE links the ticket. False:
 * that attempt is not the one in flight. */
bool settle_result(struct apply *apply, const struct delivery_result *result, const struct arrival *told);
/* A person's decision: see queue_act(). *ret: the delivery as it was; id 0: there is none. */
bool settle_act(struct apply *apply, int64_t id, enum delivery_action action, struct ent_str text,
		const struct person *author, struct delivery *ret);
/* Parked ones of a supplier (absent: all) with that cause: pending again, words mapped anew. `audience`: also
 * removals of what stands in tools and should not, see copy_stale(). Returns how many. */
int64_t settle_repair(struct apply *apply, struct ent_str supplier, enum delivery_cause cause);
/* Deliveries pending for suppliers outside the set are parked as `left`. How many; call again until there are none. */
int64_t settle_strand(struct apply *apply, const struct supplier_set *suppliers);
/* The thread as it stands, as far as its audience lets this supplier read: at most 100, the newest, oldest first.
 * A comment that it has stays one; it gets the last edit of it that was withheld. */
void settle_thread(struct apply *apply, int64_t incident, const struct supplier *supplier);

#endif
