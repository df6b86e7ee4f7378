/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest events as live streams send them: read from the store and printed once for all streams of a reader at a
 * desk. A stream that is farther behind reads for itself until it has caught up.
 */
#ifndef FACE_TAPE_H
#define FACE_TAPE_H

#include "view/view_live.h"

struct tape_event {
	int64_t seq;
	struct ent_str incident, supplier; /* uuid, name; empty for none */
	struct ent_str frame;              /* an SSE event whole */
};

enum {
	TAPE_EVENTS = 256,         /* at most */
	TAPE_BYTES = 4 << 20,      /* beyond it the oldest go; one alone may be longer */
	TAPE_FRAME_MAX = 128 << 20 /* bytes of one */
};

struct tape {
	int64_t after, last; /* all events in (after, last] are on it; 0: nothing was read yet */
	size_t first, n, n_bytes;
	void *block[TAPE_EVENTS]; /* what `at` points into */
	struct tape_event at[TAPE_EVENTS];
	struct tape *next;    /* of its desk */
	struct reader reader; /* whose it is: kind and organisation, for all people of one see the same */
	size_t n_stream;
};

/* The desk's tape for this reader, a new one if it has none; tape_leave() gives it back, and the last stream ends it.
 */
struct tape *tape_join(struct tape **list, const struct reader *reader);
void tape_leave(struct tape **list, struct tape *tape);
/* In `to`; what it points to lives in `out` and in the event. */
void tape_print(const struct live_event *live, struct sdk_buf *out, struct tape_event *to);

/* Reads on up to `committed`, at most max events. An empty tape begins there. False: the store could not be read. */
bool tape_follow(struct tape *tape, const struct view *view, struct ent_str source, int64_t committed, int64_t max);
/* The first event after seq, NULL: none. Only for seq >= tape->after. */
const struct tape_event *tape_next(const struct tape *tape, int64_t seq);

#endif
