/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live events as Server-Sent Events. A stream is a position in the store: what a slow
 * reader has not taken waits there, not in memory.
 */
#ifndef FACE_LIVE_H
#define FACE_LIVE_H

#include "face/exchange.h"

/* In the arena of its exchange, in the list of its home. */
struct stream {
	struct exchange *x;
	struct stream *prev, *next;
	int64_t after;                     /* the last event sent, or passed over by the filter */
	int64_t sent_us;                   /* when bytes last went out */
	int64_t asked_us;                  /* when its right was asked last */
	unsigned changed;                  /* face->tokens_changed then */
	bool behind;                       /* there is more to send at once */
	bool resumes;                      /* what it missed is asked of the store: its reader may see less by now */
	struct tape *tape;                 /* of its reader */
	struct ent_str supplier, incident; /* only events of this supplier, of this incident's uuid; absent: all */
};

void live_get(struct exchange *x); /* GET /v1/live */
/* Each second, and before more is sent: it is still its reader's. Asked again every few seconds, and when somebody's
 * rights changed. False: it has to end. */
bool live_stands(struct desk *desk, struct stream *stream);
/* The exchange ends: takes its stream off its home's list. */
void live_end(struct exchange *x);
/* More events for its client, behind what stands in `out` already, of which n_sent bytes are gone. True: there are
 * some. Sets desk->pump when the stream has more to get at once. */
bool live_fill(struct desk *desk, struct stream *stream, struct sdk_buf *out, size_t n_sent);
/* Once a second: a comment that keeps a quiet stream open. True: one stands in `out` now. */
bool live_heartbeat(struct desk *desk, struct stream *stream, struct sdk_buf *out);

#endif
