/* SPDX-License-Identifier: Apache-2.0 */
/* The buffer of what comes in on a connection. */
#ifndef EDGE_INTAKE_H
#define EDGE_INTAKE_H

#include "edge/conn.h"

enum intake {
	INTAKE_SOME,  /* more bytes are in */
	INTAKE_LATER, /* the socket has none now */
	INTAKE_END,   /* and never will */
	INTAKE_FULL   /* all requests together hold too much memory */
};
enum intake intake_fill(struct conn *conn);
/* Room for so many bytes at once, where memory allows it. */
void intake_widen(struct conn *conn, size_t cap);
/* Between requests: back to the small buffer if what is left fits. */
void intake_shrink(struct conn *conn);
void intake_free(struct conn *conn);

#endif
