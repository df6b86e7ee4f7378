/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes one request of a connector ready to be sent, and its answer ready to be parsed. A flight and `entente try` both
 * use it, so that a try sends exactly what the broker would send.
 */
#ifndef LINK_ASKING_H
#define LINK_ASKING_H

#include "link/slots.h"
#include "link/transfers.h"

#define ASKING_HEADERS_MAX 32 /* from the connector */

/* A request with host, credentials and secrets filled in. */
struct asking {
	struct ent_str url;
	struct ent_header header[ASKING_HEADERS_MAX + 3];
	size_t n_header;
	struct ent_str body;
	struct auth_words who, signature; /* name absent: none */
	struct slots_filled filled;
	bool has_secret_path;
};
/* In the arena. ENT_EINVAL: the connector's request may not be sent; ENT_EAUTH: a secret is missing. Call asking_wipe()
 * after it, whatever it returns. Call it only when auth_wants_token() is false. */
enum ent_rc asking_make(const struct supplier *supplier, const struct auth *auth, const struct session *session,
			const struct ent_request *built, struct ent_arena *arena, struct asking *ret,
			struct ent_err *err) __attribute__((warn_unused_result));
void asking_wipe(struct asking *asking); /* once the transfer has started */

/* The request for an OAuth2 token; form: auth_token_form(). id and supplier are the caller's. */
struct transfer asking_token(const struct supplier_link *link, const struct auth_words *form);

/* May the request change something in the tool? */
bool asking_writes(const struct ent_request *request);

/* A copy in the arena: the result of parse() may point into it. */
struct ent_response asking_keep(struct ent_arena *arena, const struct ent_response *response);
/* Converts the answer to UTF-8. False: we do not support its charset; err says so, and parse() is not called. */
bool asking_open(const struct ent_call *call, struct ent_response *response, struct ent_arena *arena,
		 struct ent_err *err);
/* parse()'s rc, or ENT_EINVAL when its result breaks the contract. *n_trip counts the phases of this attempt. */
enum ent_rc asking_vet(const struct ent_call *call, enum ent_rc rc, const struct ent_result *result, unsigned *n_trip,
		       struct ent_err *err) __attribute__((warn_unused_result));
/* A write ended with ENT_ERETRY, but the tool may have done it: see connector.h. */
bool asking_is_lost(enum ent_rc rc, bool writes, int status);

#endif
