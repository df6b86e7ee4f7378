/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every limit of HTTP in, in one table. Those with a setting come from the configuration;
 * the others are fixed here. The number beside a limit is the status of the answer beyond it.
 */
#ifndef FACE_LIMITS_H
#define FACE_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limits {
	/* one request */
	size_t head_max;    /* bytes of request line and headers; 431. Setting http.header_max */
	size_t target_max;  /* bytes of the request target; 414 */
	size_t headers_max; /* header fields; 431 */
	size_t body_max;    /* bytes of a body, decoded; 413. Setting http.body_max */
	int head_s;         /* first byte to the end of the head; 408 */
	int request_s;      /* first byte to the last byte of the body; 408. Setting http.request_s */

	/* one connection */
	int idle_s;        /* between requests; closed. Setting http.idle_s */
	int answer_s;      /* an answer that the client does not take; closed */
	int linger_s;      /* what a refused client may still send, in time; closed */
	size_t linger_max; /* and in bytes */
	int burst;         /* pipelined requests answered before others get their turn */

	/* all of them */
	int connections_max;        /* 503, closed. Setting http.connections_max */
	int connections_per_ip_max; /* 503, closed. Setting http.connections_per_ip_max; 0: no cap */
	size_t buffered_max;        /* bytes of requests in memory beyond one small buffer each; 503 */

	/* live streams */
	int streams_max;      /* 503. Setting http.sse_max */
	int streams_each_max; /* of a person, or of a machine of another organisation; 429 */
	int heartbeat_s;      /* a comment when nothing else was sent */
	size_t stream_buffer; /* bytes waiting for a slow reader: beyond it nothing is read from the store for it */
	int stream_batch;     /* events read at once */

	/* the API */
	int page, page_max;      /* rows of a list: default and most */
	int replay_max;          /* dead letters of one request to replay many */
	size_t replay_bytes_max; /* and the bytes of their bodies */
	size_t answer_max;       /* bytes of one answer */
	int reads_max;           /* reads waiting for a reader; 503 */
	int token_cache_s;       /* how long a token that was found is believed without looking again */
	int refused_logs;        /* lines a second and worker about refused hooks; the rest is only counted */
	int drain_s;             /* edge_stop(): time for what is under way */
	int asks_at_once;        /* of a person, or of another organisation's machine; 429. 0: no limit */
	int ask_every_ms;        /* and then one in each of these times */
	/* attachments */
	size_t upload_max;    /* bytes of one; 413. Setting attachments.size_max */
	int64_t staged_max;   /* bytes of those of one uploader that no comment carries; 409. Setting
				 attachments.staged_max */
	int64_t files_max;    /* bytes of all; 503. Setting attachments.total_max */
	int uploads_max;      /* that arrive at once; 503 */
	int uploads_each_max; /* of one uploader; 429 */
	size_t upload_pace;   /* so many bytes have to come, or to be taken, in request_s each; 408 */
	bool upload_checks;   /* attachments.check looks at each before anybody gets it */

	int undo_ms; /* how long what a person writes for others is held. Setting undo */
};

#define LIMITS_FIXED                                                                                                   \
	.target_max = 8192, .headers_max = 100, .head_s = 10, .answer_s = 60, .linger_s = 2, .linger_max = 256 * 1024, \
	.burst = 32, .buffered_max = (size_t)256 << 20, .heartbeat_s = 15, .streams_each_max = 50,                     \
	.stream_buffer = 256 * 1024, .stream_batch = 200, .page = 50, .page_max = 200, .replay_max = 100,              \
	.replay_bytes_max = (size_t)16 << 20, .answer_max = (size_t)64 << 20, .reads_max = 256, .token_cache_s = 5,    \
	.refused_logs = 10, .drain_s = 3, .asks_at_once = 1200, .ask_every_ms = 50, .uploads_max = 32,                 \
	.uploads_each_max = 4, .upload_pace = 256 * 1024

#endif
