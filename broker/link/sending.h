/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real transfers; for transfers_*.c only.
 *
 * A pool is one supplier's: a multi handle of its own, so that no connection serves two
 * suppliers and each new one is vetted by the rules of its own. A trip is one request on its
 * way. Nothing of it outlives the process but what the other side keeps.
 */
#ifndef LINK_SENDING_H
#define LINK_SENDING_H

#include <curl/curl.h>

#include "base/world.h"
#include "link/transfers.h"

#define TRIP_HEAD_MAX    (64 << 10) /* bytes of all header lines of an answer, 1xx ones and trailers with them */
#define TRIP_HEADERS_MAX 200
#define TRIP_HOPS_MAX    5 /* redirects of one request */
#define POOL_SPARES      4 /* easy handles kept for the next request; they know the TLS session */
#define POOL_CONNECTIONS 8 /* kept open */
#define POOL_IDLE_US     30000000

struct pool;
struct trip {
	struct trip *next; /* of its pool, later of those that ended */
	struct pool *pool;
	CURL *easy;
	struct sdk_arena arena; /* the request; the answer's headers */
	uint64_t id;
	const struct supplier_link *link;
	const char *method, *url;
	struct ent_str body;
	size_t given;  /* bytes of body */
	unsigned hops; /* redirects that were followed */
	struct curl_slist *field;

	/* What is certain: false: no byte of the request has left. Set before the first can. */
	bool begun;
	unsigned n_open, n_refused; /* sockets; addresses that may not be connected to */
	char refused[64];           /* the last of them */

	struct sdk_buf answer;
	struct ent_header *header;
	size_t n_header, head_bytes;
	bool head_done, head_too_large;
	char error[CURL_ERROR_SIZE];
	int64_t began_us;

	struct transfer_end end;
};

/* A copy of the request, vetted. False: it broke our own rules, end says so. */
bool trip_take(struct trip *trip, const struct transfer *transfer);
/* Tells curl all of it. False: it did not take something; nothing was sent. */
bool trip_prepare(struct trip *trip, CURL *easy);
/* What it came to, by curl's word and ours. */
void trip_judge(struct trip *trip, CURLcode code);
/* It was sent on, on the same origin: the trip is made ready to be prepared again. False: its end stands. */
bool trip_follow(struct trip *trip);
/* The same as trip_judge(), when we give it up. */
void trip_give_up(struct trip *trip, const char *why);
void trip_free(struct trip *trip); /* its easy handle must be gone */

#endif
