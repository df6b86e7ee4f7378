/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tickets that cannot be read. The connector, or a sweep, puts them aside so that they do not stop everything behind
 * them. They are stored with the job of the page, and each new one is logged once.
 */
#ifndef LINK_PUT_ASIDE_H
#define LINK_PUT_ASIDE_H

#include "link/ending.h"

struct flight;

void put_aside_take(struct flight *flight, const struct ent_result *result); /* also its note, into the cursor */
/* When a back-fill whose list is read asks again for tickets put aside; 0: there are none, or it failed too often. */
int64_t put_aside_again_us(const struct flight *flight, const struct ent_result *result);
void put_aside_passed(struct flight *flight, const struct ending *ending); /* a sweep could not read its ticket */
void put_aside_read(struct flight *flight);                                /* a sweep could */
void put_aside_ended(struct flight *flight);                               /* a sweep has asked for all tickets */

#endif
