/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long reads: what asks much of the store (lists, searches, a whole thread) is served by another thread, at a desk of
 * its own, so that no webhook waits behind it. A read is cut off after a time: whoever asked has to ask for less.
 */
#ifndef FACE_READING_H
#define FACE_READING_H

#include "face/exchange.h"

/* At its home: serve(x) is called at a reader's desk, and the answer goes out afterwards. It may only read. Too many
 * reads wait: answered 503 at once. */
void reading_ask(struct exchange *x, void (*serve)(struct exchange *x));

/* The same by other threads than the readers (face->hashers, face->askers); resume is called at its home afterwards. A
 * full queue: false, and nothing was answered. */
bool reading_ask_by(struct exchange *x, void *readers, void (*serve)(struct exchange *x),
		    void (*resume)(struct exchange *x)) __attribute__((warn_unused_result));

/* On the reader's thread: serves it at that desk. */
void reading_serve(struct desk *desk, struct exchange *x);
/* On the reader's thread, last: it goes home. */
void reading_give_back(struct exchange *x);

#endif
