/* SPDX-License-Identifier: Apache-2.0 */
/* A body that goes into a file as it comes: the buffer holds the head and a piece of it. */
#ifndef EDGE_FILE_IN_H
#define EDGE_FILE_IN_H

#include "edge/conn.h"

/* Takes what is there. GUARD_MORE: some is missing. A client that brings too little in a time is cut off by the
 * deadline, which moves with what came. */
enum guard_verdict file_in_take(struct conn *conn, struct guard_refusal *ret_refusal);

#endif
