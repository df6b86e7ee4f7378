/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A write was sent, and nobody knows whether it was done: the answer was lost, or our side cannot read it. Where the
 * tool can be searched we look before we write again, for as long as its search may not show what is new. If doubt
 * remains then, a person decides.
 */
#ifndef LINK_DOUBT_H
#define LINK_DOUBT_H

#include "link/ending.h"

struct flight;

void doubt_lost(struct flight *flight, const struct ending *ending);
void doubt_unread(struct flight *flight, const struct ending *ending); /* ending_is_unread() */
void doubt_no_id(struct flight *flight, const struct ending *ending);  /* the same for a CREATE without an id */
/* The next request writes. True: it must not be sent, as the look before it proves nothing yet; the writer is told. */
bool doubt_holds_back(struct flight *flight);

#endif
