/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live events as Server-Sent Events. A stream is a position in the store: what a slow
 * reader has not taken waits there, not in memory.
 */
#ifndef FACE_LIVE_H
#define FACE_LIVE_H

#include "face/exchange.h"

struct live_incident;

/* In the arena of its exchange, in the list of its home. */
struct stream {
	struct exchange *x;
	struct stream *prev, *next;
	int64_t after;                  /* the last event sent, or passed over by the filter */
	int64_t sent_us;                /* when bytes last went out */
	int64_t asked_us;               /* when its right was asked last */
	unsigned changed;               /* face->tokens_changed then */
	bool behind;                    /* there is more to send at once */
	bool resumes;                   /* what it missed is asked of the store: its reader may see less by now */
	int64_t missed;                 /* it was away up to this event */
	int64_t left;                   /* of those it is told so many yet; negative: all */
	struct tape *tape;              /* of its reader */
	struct ent_str supplier;        /* only events of this supplier; absent: of all */
	struct live_incident *incident; /* only events of these; none: of all */
	size_t n_incident;
	uint32_t person, address; /* its places in the crowd */
	bool counts;              /* it was counted there */
};

/* An incident that a stream names: it is told who is there, too. */
struct live_incident {
	struct ent_str uuid;
	int64_t number;
	unsigned changed; /* presence_changed() when that was told last; 0: never */
	uint64_t told;    /* hash of what was told then */
};
enum { LIVE_INCIDENTS_MAX = 100, LIVE_INCIDENTS_BYTES = 4000 /* 1000 characters */ };

void live_get(struct exchange *x); /* GET /v1/live */
/* Each second, and before more is sent: it is still its reader's. Asked again every few seconds, and when somebody's
 * rights changed. False: it has to end. */
bool live_stands(struct desk *desk, struct stream *stream);
/* The exchange ends: takes its stream off its home's list. */
void live_end(struct exchange *x);
/* More events for its client, behind what stands in `out` already, of which n_sent bytes are gone. True: there are
 * some. Sets desk->pump when the stream has more to get at once. */
bool live_fill(struct desk *desk, struct stream *stream, struct sdk_buf *out, size_t n_sent);
/* Once a second: a comment that keeps a quiet stream open, and the place from which its client goes on later. True: it
 * stands in `out` now. */
bool live_heartbeat(struct desk *desk, struct stream *stream, struct sdk_buf *out);

#endif
