/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that are read before a transaction begins, so that the store is not read while Kafka waits. */
#ifndef BUS_RELAY_AHEAD_H
#define BUS_RELAY_AHEAD_H

#include "bus/relay_inside.h"

/* Forgets what was read before, and reads the first rows after the position. The caller asks db_failed(). */
void relay_ahead_read(struct relay *relay);

#endif
