/* SPDX-License-Identifier: Apache-2.0 */
/* An answer whose body is a file: the system sends it from the file, a piece at a time. */
#ifndef EDGE_FILE_OUT_H
#define EDGE_FILE_OUT_H

#include "edge/conn.h"

/* After the head went out. 1: all is sent. 0: the socket is full, or others have their turn. -1: it cannot be sent. */
int file_out_send(struct conn *conn);

#endif
