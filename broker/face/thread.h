/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on a comment that stands in a thread. */
#ifndef FACE_THREAD_H
#define FACE_THREAD_H

#include "face/exchange.h"

void thread_undo(struct exchange *x);
void thread_publish(struct exchange *x);
void thread_pin(struct exchange *x);
void thread_unpin(struct exchange *x);
void thread_wordings(struct exchange *x); /* its wordings */

#endif
