/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict reader of HTTP/1.1 requests. Pure: bytes in, a request or a refusal out.
 *
 * It takes what RFC 9112 says a sender must produce, and none of the leniency that a
 * reader may grant: two readers that are lenient in different ways are how requests get
 * smuggled. On any doubt it refuses, and the connection is closed after that one answer.
 */
#ifndef EDGE_GUARD_H
#define EDGE_GUARD_H

#include "face/limits.h"
#include "face/request.h"

enum guard_verdict { GUARD_MORE, GUARD_OK, GUARD_REFUSED };

struct guard_refusal {
	int status;      /* 400, 413, 414, 417, 431, 505 */
	const char *why; /* for people; a literal: nothing of the request stands in it */
};

/* 413 */
extern const struct guard_refusal guard_too_large;

/* Where the search for the end of the head stands; zeroed at the start of a request. */
struct guard_scan {
	size_t at, lines;
};
/* bytes: all of the request that is there. GUARD_OK: *ret_n bytes are the head, with its empty line. */
enum guard_verdict guard_scan(struct guard_scan *scan, const struct limits *limits, struct ent_str bytes, size_t *ret_n,
			      struct guard_refusal *ret_refusal);
/* head: what guard_scan found. The request borrows from it; its header table is in the arena. */
enum guard_verdict guard_read(const struct guard_scan *scan, const struct limits *limits, struct ent_str head,
			      struct ent_arena *arena, struct request *ret, struct guard_refusal *ret_refusal);

/* A chunked body, decoded in place: p[0..body) is decoded, p[body..at) is free, p[at..n) not looked at yet.
 * Zeroed at the start. Chunk extensions are read over; no trailers. */
struct guard_chunks {
	enum { CHUNK_SIZE, CHUNK_DATA, CHUNK_END, CHUNK_LAST } state;
	size_t at, body;
	size_t left;       /* of the chunk under way */
	size_t extensions; /* bytes of them so far */
};
enum guard_verdict guard_chunks(struct guard_chunks *chunks, const struct limits *limits, char *p, size_t n,
				struct guard_refusal *ret_refusal);

#endif
