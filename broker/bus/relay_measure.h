/* SPDX-License-Identifier: Apache-2.0 */
/* How far Kafka is behind the store: metrics, and a line in the log when it is far. */
#ifndef BUS_RELAY_MEASURE_H
#define BUS_RELAY_MEASURE_H

#include "bus/relay_inside.h"

/* Once in RELAY_MEASURE_US: how far Kafka is behind. */
void relay_measure(struct relay *relay, int64_t now_us);

#endif
