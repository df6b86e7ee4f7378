/* SPDX-License-Identifier: Apache-2.0 */
/* The embedded cluster, for evaluation: librdkafka's own, in this process. */
#ifndef BUS_EMBEDDED_H
#define BUS_EMBEDDED_H

#include "base/log.h"

struct embedded;
enum ent_rc embedded_new(int32_t partitions, struct log *log, struct embedded **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
const char *embedded_address(const struct embedded *embedded);
void embedded_free(struct embedded *embedded); /* takes NULL */

#endif
