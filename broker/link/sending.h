/* SPDX-License-Identifier: Apache-2.0 */
/* One request on its way through curl: what curl is told, and what its result means. For transfers_curl.c only. */
#ifndef LINK_SENDING_H
#define LINK_SENDING_H

#include <curl/curl.h>

#include "base/world.h"
#include "link/transfers.h"

#define SENDING_HEAD_MAX    (64 << 10) /* bytes of all header lines of an answer, 1xx ones and trailers with them */
#define SENDING_HEADERS_MAX 200
#define SENDING_HOPS_MAX    5 /* redirects of one request */
#define POOL_SPARES         4 /* easy handles kept for the next request; they know the TLS session */
#define POOL_CONNECTIONS    8 /* kept open */
#define POOL_IDLE_US        30000000

struct pool;
struct sending {
	struct sending *next; /* of its pool, later of those that ended */
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

	/* False: it is certain that no byte of the request was sent. Set before the first byte can be. */
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

/* Copies the request and vets it. False: it breaks our own rules; `end` says which. */
bool sending_take(struct sending *sending, const struct transfer *transfer);
/* Tells curl all of it. False: curl did not accept something; nothing was sent. */
bool sending_prepare(struct sending *sending, CURL *easy);
/* How it ended: by curl's result and our own rules. */
void sending_judge(struct sending *sending, CURLcode code);
/* The answer redirects it within the same origin: it is made ready for sending_prepare() again. False: it has ended. */
bool sending_follow(struct sending *sending);
/* We end it ourselves. */
void sending_give_up(struct sending *sending, const char *why);
void sending_free(struct sending *sending); /* its easy handle must be gone */

#endif
