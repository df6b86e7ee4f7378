/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP in. N workers, threads each with its own socket on the shared port (SO_REUSEPORT), its
 * own poll loop, its own read-only store handle and its own connector states. Requests
 * are read by one strict reader (guard.h). Changes go to the writer; the connection
 * waits and is answered after the commit.
 */
#ifndef EDGE_EDGE_H
#define EDGE_EDGE_H

#include "face/face.h"

struct edge_options {
	struct ent_str listen; /* address, "127.0.0.1" */
	int port;              /* 0: any free one, see edge_port() */
	int threads;           /* that take requests */
	int read_threads;      /* that serve long reads, so that no webhook waits for a search */
	int read_ms;           /* such a read is cut off after so long */
	size_t body_max;       /* bytes of a request body */
	size_t header_max;     /* bytes of all headers */
	int connections_max, connections_per_ip_max;
	int idle_s;                        /* a connection that sends nothing */
	int request_s;                     /* first byte to last byte of a request */
	int sse_max;                       /* live streams */
	size_t upload_max;                 /* bytes of one file that somebody uploads */
	int64_t staged_max, files_max;     /* bytes that one may have staged; of all files */
	bool upload_checks;                /* each is checked before anybody gets it */
	int undo_ms;                       /* what a person writes is held so long */
	struct ent_str presence;           /* see face/presence.h */
	struct ent_str store_path, source; /* source: CloudEvents source of /v1/live */
	struct ways_in ways; /* public_url empty: our own address on a loopback interface, else nobody comes in */
};

struct edge;

enum ent_rc edge_start(const struct edge_options *options, const struct face_world *world,
		       struct supplier_set *suppliers, struct edge **ret, struct ent_err *err)
    __attribute__((warn_unused_result));
int edge_port(const struct edge *edge);
/* Our own address as browsers see it; empty: nobody can come in. *ret_is_plain: cookies go over http. */
struct ent_str edge_public_url(const struct edge *edge, bool *ret_is_plain);
/* Each worker changes over at its next turn; on failure (a connector refuses its settings) nothing changes. */
enum ent_rc edge_reload(struct edge *edge, struct supplier_set *suppliers, struct ent_err *err)
    __attribute__((warn_unused_result));
/* Events up to seq were committed: live streams have something to send. A hint from any thread; cheap. */
void edge_notify(struct edge *edge, int64_t seq);
/* Stop accepting; what is under way is answered as the writer answers. Then join and free. */
void edge_drain(struct edge *edge);
void edge_stop(struct edge *edge);

#endif
