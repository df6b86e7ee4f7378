/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that serve what takes long, see face/reading.h: the readers, the hashers (passwords) and the askers
 * (providers of identities). Each thread has a desk of its own; those of one name take from one queue. */
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
	const char *name;
	int nice; /* added to its threads' own: they give way to all others */
	pthread_mutex_t lock;
	pthread_cond_t asked;
	/* under lock */
	struct exchange *first, **last;
	int n_waiting;
	bool closing;
};

/* name: of its threads; lives on. */
void readers_open(struct readers *readers, const char *name, int n_max, int nice);
void readers_close(struct readers *readers); /* stopped ones */
enum ent_rc readers_start(struct readers *readers, struct face *face, int n, struct ent_err *err)
    __attribute__((warn_unused_result));
/* Workers have ended: nobody asks any more. Takes half-started ones. */
void readers_stop(struct readers *readers);
/* For face->read. */
bool readers_take(void *readers, struct exchange *x);

#endif
