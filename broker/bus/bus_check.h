/* SPDX-License-Identifier: Apache-2.0 */
/* The part of `entente check` about Kafka. */
#ifndef BUS_BUS_CHECK_H
#define BUS_BUS_CHECK_H

#include "bus/bus.h"

/* For `entente check`: are brokers reachable, do topics exist as they must be? Lines for people, ENT_OK when all is
 * well. */
enum ent_rc bus_check(const struct bus_options *options, struct sdk_buf *report, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
