/* SPDX-License-Identifier: Apache-2.0 */
/* The readers: threads that serve long reads, see face/reading.h. Each has a desk of its own; all take from one queue.
 */
#ifndef EDGE_READERS_H
#define EDGE_READERS_H

#include <pthread.h>
#include "face/desk.h"
#include "face/exchange.h"

#define READERS_MAX 64

struct read_thread {
	struct readers *readers;
	pthread_t id;
	struct desk desk;
	int64_t reopened_us; /* the store was tried again */
	bool unreadable;
};

struct readers {
	struct read_thread *at;
	int n, n_max; /* n_max: reads that may wait */
	pthread_mutex_t lock;
	pthread_cond_t asked;
	/* under lock */
	struct exchange *first, **last;
	int n_waiting;
	bool closing;
};

void readers_open(struct readers *readers, int n_max);
void readers_close(struct readers *readers); /* stopped ones */
enum ent_rc readers_start(struct readers *readers, struct face *face, int n, struct ent_err *err)
    __attribute__((warn_unused_result));
/* Workers have ended: nobody asks any more. Takes half-started ones. */
void readers_stop(struct readers *readers);
/* For face->read. */
bool readers_take(void *readers, struct exchange *x);

#endif
