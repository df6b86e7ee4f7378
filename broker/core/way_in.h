/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of how people come in: our own address, sessions, and each organisation's provider. Immutable. */
#ifndef CORE_WAY_IN_H
#define CORE_WAY_IN_H

#include "core/supplier.h"

#define WAY_IN_MAX 1000

/* An organisation's provider (OpenID Connect). */
struct way_in {
	struct ent_str organisation, issuer, client_id;
	struct secret secret;      /* of the client; n 0: a public client */
	unsigned algorithms;       /* bits: 1u << enum jws_algorithm */
	bool required;             /* its people come in no other way */
	struct supplier_link link; /* rules of the connections to it: only these members of it count */
};

struct ways_in {
	struct ent_str public_url; /* "https://entente.example"; empty: not set, see edge_start() */
	int64_t idle_ms, absolute_ms;
	struct ent_str proxies; /* ranges with commas between: their X-Forwarded-For is believed */
	const struct way_in *at;
	size_t n;
};
/* NULL: it has no provider. */
const struct way_in *way_in_of(const struct ways_in *ways, struct ent_str organisation);

/* One request to a provider, and its answer. Whoever sends it waits for it: never a worker or the writer. */
struct way_ask {
	const struct supplier_link *link;
	const char *method;
	struct ent_str url, body, authorization; /* body: a form; absent of a GET. authorization: absent: none */
	const atomic_bool *stop;                 /* set: it is given up */
};
struct way_answer {
	int status;
	struct ent_str body; /* in the arena */
};
/* ENT_ERETRY: no whole answer came. */
typedef enum ent_rc way_ask_fn(const struct way_ask *ask, struct ent_arena *arena, struct way_answer *ret,
			       struct ent_err *err);

#endif
