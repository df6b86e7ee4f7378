/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers: threads that serve what reads the store for long, so that the workers, who take webhooks, never do.
 * All of them take from one queue. A read is cut off after a time: whoever asked has to ask for less.
 */
#ifndef EDGE_READER_H
#define EDGE_READER_H

#include <pthread.h>
#include <stdatomic.h>
#include "face/desk.h"
#include "face/exchange.h"

#define READERS_MAX 64

struct reader {
	struct edge *edge;
	pthread_t id;
	struct desk desk;
	int64_t until_us;    /* the read under way is cut off then */
	int64_t reopened_us; /* the store was tried again */
	bool unreadable;
};

struct readers {
	struct reader *at;
	int n; /* that run */
	pthread_mutex_t lock;
	pthread_cond_t asked;
	/* under lock */
	struct exchange *first, **last;
	int n_waiting;
	bool closing;

	atomic_int n_unreadable; /* readers whose last read failed */
};

enum ent_rc readers_start(struct readers *readers, struct edge *edge, struct ent_err *err)
    __attribute__((warn_unused_result));
/* Workers have ended: nobody asks any more. Takes half-started ones. */
void readers_stop(struct readers *readers);

/* On the worker's thread: serve(x) is called by a reader, and the answer goes out afterwards. It may only read. Too
 * many reads wait: answered 503 at once. */
void exchange_read(struct exchange *x, void (*serve)(struct exchange *x));

#endif
