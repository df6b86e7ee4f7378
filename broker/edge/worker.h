/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workers: http threads. Each owns its listen socket, its connections, its read-only store
 * and its connector states; what others may touch of it stands under `lock` or is atomic.
 */
#ifndef EDGE_WORKER_H
#define EDGE_WORKER_H

#include <pthread.h>
#include "face/auth.h"
#include "edge/edge.h"
#include "face/exchange.h"
#include "edge/peers.h"
#include "edge/reader.h"
#include "core/roster.h"

#define WORKER_DATE_SIZE 40

struct conn;

struct worker {
	struct edge *edge;
	pthread_t id;
	int listen_fd, epoll_fd, wake_fd;
	bool accepting;    /* the listen socket is in the epoll set */
	int64_t drains_us; /* when it saw edge->draining; 0: not yet */

	struct desk desk;
	struct roster *roster;
	struct auth_cache auth;
	struct packer *packer;
	struct conn *conns, *ready, *grave;
	size_t n_conn;
	bool started, abandoned; /* abandoned: it ended while the writer still held jobs of its */
	struct stream *streams;
	int64_t pumped_us; /* when streams were last served */
	bool pump;         /* and there is something for them since */
	int64_t ticked_us; /* deadlines were looked at */
	int refused_logs;  /* lines left this second */

	/* one sample a turn */
	int64_t now_us, now_ms;
	int64_t date_s; /* of `date` */
	char date[WORKER_DATE_SIZE];

	pthread_mutex_t lock;
	struct job *answered, **answered_tail; /* by the writer or a reader, not yet resumed */
	struct roster *next_roster;

	atomic_bool notified; /* events were committed */
};

struct edge {
	struct edge_options options; /* strings owned */
	struct limits limits;
	struct edge_world world;
	struct sdk_arena arena;
	int port;
	struct worker *worker;
	int n_worker; /* those that run */
	struct readers readers;
	struct peers peers;
	atomic_int n_connection, n_stream;
	_Atomic int64_t last_seq; /* of the events that were told of */
	atomic_size_t buffered;
	atomic_uint tokens_changed; /* grows: caches forget */
	atomic_bool draining, stopping;
};

enum ent_rc worker_start(struct worker *worker, struct edge *edge, int listen_fd, struct roster *roster,
			 struct ent_err *err) __attribute__((warn_unused_result));
/* From other threads: the next turn comes now. */
void worker_wake(struct worker *worker);
void worker_release(struct worker *worker); /* joined already, or never started */

/* A line about a refused arrival: bounded, so that an attacker does not write the log. */
bool worker_may_log_refusal(struct worker *worker);

#endif
