/* SPDX-License-Identifier: Apache-2.0 */
/* Fills one transaction. */
#ifndef BUS_RELAY_FILL_H
#define BUS_RELAY_FILL_H

#include "bus/relay_inside.h"

/* How many snapshots go into a transaction when entente.incidents.v1 is `lag` events behind the events, and n_event
 * events went since the last snapshots: few while events come, more the further it is behind; n_event 0: no event came
 * for a while, and many go. */
int64_t relay_fill_share(int64_t n_event, int64_t lag);
/* Puts rows, snapshots and the progress record into the open transaction. KAFKA_RETRY: the local queue is full, call
 * again and it goes on where it was. The caller asks db_failed(). */
enum kafka_rc relay_fill(struct relay *relay, struct ent_err *ret_why);
/* After an abort: nobody saw its snapshots. */
void relay_fill_forget(struct relay *relay);

#endif
