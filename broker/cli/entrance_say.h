/* SPDX-License-Identifier: Apache-2.0 */
/* How people come in: from the configuration to the server, and what the log says of it at a start. */
#ifndef CLI_ENTRANCE_SAY_H
#define CLI_ENTRANCE_SAY_H

#include "base/log.h"
#include "config/config.h"
#include "edge/edge.h"

/* Borrows from the configuration. */
struct ways_in entrance_ways(const struct config *config);
void entrance_say(struct log *log, const struct edge *edge);

#endif
