/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on a comment that stands in a thread, and how far a person has read there. */
#ifndef FACE_THREAD_H
#define FACE_THREAD_H

#include "face/exchange.h"

void thread_undo(struct exchange *x);
void thread_publish(struct exchange *x);
void thread_pin(struct exchange *x);
void thread_unpin(struct exchange *x);
void thread_revisions(struct exchange *x); /* its revisions */
void thread_receipts(struct exchange *x);  /* what became of it, for each organisation */
void thread_read(struct exchange *x);      /* a person has read up to it */

#endif
