/* SPDX-License-Identifier: Apache-2.0 */
/* kafka.h by librdkafka. */
#ifndef BUS_KAFKA_RD_H
#define BUS_KAFKA_RD_H

#include "bus/bus.h"

/* The real Kafka behind kafka.h. embedded: topics are there already, nothing to make or check.
 * options and log must outlive it. */
struct kafka *kafka_rd_new(const struct bus_options *options, bool embedded, struct log *log);
void kafka_rd_free(struct kafka *kafka);

#endif
