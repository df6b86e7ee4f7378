/* SPDX-License-Identifier: Apache-2.0 */
/* The tool refused us: does that concern one ticket, or everybody? And what becomes of a delivery that was refused? See
 * breaker.h. Pure. */
#ifndef LINK_REFUSAL_H
#define LINK_REFUSAL_H

#include "link/transfers.h"

enum refusal {
	REFUSAL_US,    /* the supplier lets nobody in */
	REFUSAL_ASK,   /* not known: the probe finds it out */
	REFUSAL_TICKET /* this ticket alone, as far as one answer can say */
};
/* For an ENT_EAUTH. outcome: anything but TRANSFER_ANSWERED means that our own rules refused it. */
enum refusal refusal_of(enum transfer_outcome outcome, int status, bool is_probe, bool can_probe);

enum refusal_next {
	REFUSAL_WAITS, /* the supplier lets nobody in: the delivery's turn comes when it does again */
	REFUSAL_AGAIN, /* it is not known yet who is refused */
	REFUSAL_PARKS  /* others are let in, this one is not: a person looks at it */
};
/* let_in_since: something else succeeded (the probe, another ticket) since the delivery was refused first, which was
 * since_ms ago. */
enum refusal_next refusal_next(bool is_closed, bool let_in_since, int status, int64_t since_ms);

#endif
