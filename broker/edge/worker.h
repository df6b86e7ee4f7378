/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workers: http threads. Each owns its listen socket, its connections and its desk (a read-only store, connector
 * states); others reach it by the desk's mailbox alone.
 */
#ifndef EDGE_WORKER_H
#define EDGE_WORKER_H

#include "edge/edge.h"
#include "edge/peers.h"
#include "edge/readers.h"
#include "face/desk.h"

struct conn;

struct worker {
	struct edge *edge;
	struct desk desk;
	pthread_t id;
	int listen_fd, epoll_fd, wake_fd;
	bool accepting;    /* the listen socket is in the epoll set */
	int64_t drains_us; /* when it saw face.draining; 0: not yet */

	struct conn *conns, *ready, *grave;
	size_t n_conn;
	bool started, abandoned; /* abandoned: it ended while the writer still held jobs of its */
	int64_t pumped_us;       /* when streams were last served */
	int64_t ticked_us;       /* deadlines were looked at */
};

struct edge {
	struct edge_options options; /* strings owned by face */
	struct face face;
	int port;
	struct worker *worker;
	int n_worker; /* those that run */
	struct readers readers, hashers, askers, filers;
	struct peers peers;
	atomic_int n_connection;
	atomic_size_t buffered;
};

/* Takes the roster. */
enum ent_rc worker_start(struct worker *worker, struct edge *edge, int listen_fd, struct roster *roster,
			 struct ent_err *err) __attribute__((warn_unused_result));
void worker_release(struct worker *worker); /* its thread has ended or was never started */

#endif
