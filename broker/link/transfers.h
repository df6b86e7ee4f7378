/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP out, as link sees it: requests go in, answers come out, later and in any order. The real one is libcurl's multi
 * handle (transfers_curl.h); the simulator has its own. One thread.
 */
#ifndef LINK_TRANSFERS_H
#define LINK_TRANSFERS_H

#include "core/supplier.h"

/* One request, complete: link has added host and credentials. Everything is copied by start(). */
struct transfer {
	uint64_t id;                      /* link's, unique */
	const struct supplier_link *link; /* rules of the connection: CA, allow, limits, time; lives until the end */
	struct ent_str supplier;          /* name: one connection pool each */
	const char *method;
	struct ent_str url;
	const struct ent_header *header; /* Authorization among them */
	size_t n_header;
	struct ent_str body;
};

enum transfer_outcome {
	TRANSFER_ANSWERED, /* a whole answer of any status; a redirect only where it is not followed */
	TRANSFER_NOT_SENT, /* it is certain that no byte was sent: refused, DNS, TLS, address not allowed */
	TRANSFER_LOST, /* it was sent, and no whole answer came: time-out, reset, too large, truncated, not decodable */
	TRANSFER_REFUSED /* by our own rules: the address is in a special range, the URL is not valid. Do not repeat it
			  */
};

/* Borrowed until the next call. */
struct transfer_end {
	uint64_t id;
	enum transfer_outcome outcome;
	struct ent_response response; /* ANSWERED; header names as sent */
	int64_t took_us;
	struct ent_err why; /* not ANSWERED; names no secret */
};

struct transfers {
	void (*start)(struct transfers *, const struct transfer *);
	/* Moves what can be moved and hands over a transfer that ended; false: none has. */
	bool (*next)(struct transfers *, struct transfer_end *ret);
	/* Gives up a supplier's transfers, as its settings changed: each ends as LOST or NOT_SENT. */
	void (*drop)(struct transfers *, struct ent_str supplier);
};

#endif
