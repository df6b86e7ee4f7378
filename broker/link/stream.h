/* SPDX-License-Identifier: Apache-2.0 */
/* The three streams of a supplier that read its tool (poll, sweep, back-fill): when is each due, and what troubles it?
 * How far each has read is its cursor, in the store. */
#ifndef LINK_STREAM_H
#define LINK_STREAM_H

#include "link/ending.h"

enum { STREAM_CIRCLE_MS = 60000 /* the pause of a stream that cannot go on */ };

struct flight;
struct lane;

struct stream {
	int64_t due_us;
	bool is_flying;         /* one page at a time */
	unsigned failures;      /* in a row */
	struct ent_err trouble; /* "": none */
	int64_t made_ms;        /* made_ms of its cursor when its last page was begun */
	/* Does the tool send us round in a circle? One place where the stream was, and how many pages ago. */
	unsigned char mark[32];
	uint64_t n_page, mark_at;
};

void stream_open(struct lane *lane); /* new settings: when is each stream due? */
void stream_look(struct lane *lane); /* did a person start or stop one? */
const char *stream_name(const struct flight *flight);

/* A page failed: the stream is due again after wait_ms, or after the usual pause when that is longer. */
void stream_trouble(struct flight *flight, struct ending *ending, int64_t wait_ms);
/* How the stream fails, for `entente supplier show`: stored with the job that the flight tells next. */
void stream_trouble_note(struct flight *flight, const struct ending *ending);
/* The same, as a job of its own. */
void stream_trouble_tell(struct flight *flight, const struct ending *ending, void (*answered)(struct flight *));

#endif
