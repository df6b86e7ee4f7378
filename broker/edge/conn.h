/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection: bytes in, one exchange after the other, bytes out. While an exchange
 * is under way nothing more is read: the request's text stays where it is, and a client
 * that pipelines waits its turn. Edge-triggered: registered once, no epoll call per request.
 */
#ifndef EDGE_CONN_H
#define EDGE_CONN_H

#include "edge/guard.h"
#include "edge/worker.h"
#include "face/exchange.h"

enum conn_state {
	CONN_HEAD,    /* waits for a request, or the rest of its head */
	CONN_BODY,    /* the rest of its body */
	CONN_WAITS,   /* the writer has it */
	CONN_SENDS,   /* the answer goes out */
	CONN_STREAMS, /* a live stream */
	CONN_LINGERS, /* answered for the last time; what the client still sends is dropped so that it can read the
			 answer */
	CONN_ENDED    /* in the worker's grave until the turn ends */
};

struct conn {
	struct exchange x;
	struct worker *worker;
	struct conn *prev, *next, *next_ready, *next_grave;
	bool is_ready; /* in the worker's list of those to go on with next turn */
	int fd;
	uint32_t bucket;      /* in edge->peers */
	char peer[PEER_SIZE]; /* the address at the other end, as text */
	enum conn_state state;

	char *in; /* one request and what was pipelined behind it */
	size_t n_in, cap_in;
	struct guard_scan scan;
	struct guard_chunks chunks;
	size_t n_head;  /* bytes of the head, once it is whole */
	bool admitted;  /* by route_admit() */
	bool continued; /* 100 Continue was sent */

	struct sdk_buf out;
	size_t n_sent;  /* of out */
	int64_t n_file; /* sent of x.file, which follows out */
	size_t n_paced; /* bytes of a file since the deadline was moved */
	size_t n_lingered;
	bool readable;       /* recv() may give something */
	bool hung_up;        /* the other side sends no more: a short read is no sign of an empty socket */
	bool closes;         /* after the answer */
	int64_t deadline_us; /* 0: none */
};

struct conn *conn_new(struct worker *worker, int fd, uint32_t bucket, const struct sockaddr_storage *peer);
/* Goes on as far as it can. May be called for an ended connection. */
void conn_go(struct conn *conn);
void conn_event(struct conn *conn, uint32_t events);
/* The writer or a reader gave its exchange back. */
void conn_came_back(struct conn *conn);
/* The connection of an exchange. */
struct conn *conn_of(struct exchange *x);
/* Its deadline passed. */
void conn_timeout(struct conn *conn);
/* The broker is being stopped: the request under way is the last one. A stream or an idle connection is closed now. */
void conn_drain(struct conn *conn);
void conn_end(struct conn *conn);
void conn_free(struct conn *conn); /* the connection has ended and stands in no list */

#endif
