/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live events as Server-Sent Events. A stream is a position in the store: what a slow
 * reader has not taken waits there, not in memory.
 */
#ifndef FACE_LIVE_H
#define FACE_LIVE_H

#include "face/exchange.h"

/* In the arena of its exchange, in the list of its worker. */
struct stream {
	struct exchange *x;
	struct stream *prev, *next;
	int64_t after;                     /* the last event sent, or passed over by the filter */
	int64_t sent_us;                   /* when bytes last went out */
	bool behind;                       /* there is more to send at once */
	struct ent_str supplier, incident; /* only events of this supplier, of this incident's uuid; absent: all */
};

/* The exchange ends: takes its stream out of the worker's list. */
void live_end(struct exchange *x);
/* Serves the streams of the worker from the store; sets worker->pump when some have more to get at once. */
void live_pump(struct worker *worker);
/* Once a second: comments that keep quiet streams open. */
void live_heartbeat(struct worker *worker);

#endif
