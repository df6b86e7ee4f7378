/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request of a connector made ready to leave, and its answer made ready to be read: what a flight and `entente try`
 * do alike, so that a try asks exactly what the broker would ask.
 */
#ifndef LINK_ASKING_H
#define LINK_ASKING_H

#include "link/session.h"
#include "link/transfers.h"

#define ASKING_HEADERS_MAX 32 /* of the connector's own */

/* A request with host, credentials and secrets in their places. */
struct asking {
	struct ent_str url;
	struct ent_header header[ASKING_HEADERS_MAX + 3];
	size_t n_header;
	struct ent_str body;
	struct auth_words who, signature; /* name absent: none */
	struct slots_filled filled;
	bool has_secret_path;
};
/* In the arena. ENT_EINVAL: the connector asks for what may not be sent; ENT_EAUTH: a secret is missing. Whatever it
 * says: asking_wipe(). Before it auth_wants_token() said no. */
enum ent_rc asking_make(const struct supplier *supplier, const struct auth *auth, const struct session *session,
			const struct ent_request *built, struct ent_arena *arena, struct asking *ret,
			struct ent_err *err) __attribute__((warn_unused_result));
void asking_wipe(struct asking *asking); /* once the transfer has started */

/* The request for an OAuth2 token; form: auth_token_form(). id and supplier are the caller's. */
struct transfer asking_token(const struct supplier_link *link, const struct auth_words *form);

/* May it change something there? */
bool asking_writes(const struct ent_request *request);

/* A copy in the arena: what parse() hands out may point into it. */
struct ent_response asking_keep(struct ent_arena *arena, const struct ent_response *response);
/* The answer in UTF-8. False: its charset is none that is read here; then err says so, and parse() is not asked. */
bool asking_open(const struct ent_call *call, struct ent_response *response, struct ent_arena *arena,
		 struct ent_err *err);
/* What parse() said, as far as it keeps to the contract. *n_trip counts the phases of this attempt. */
enum ent_rc asking_vet(const struct ent_call *call, enum ent_rc rc, const struct ent_result *result, unsigned *n_trip,
		       struct ent_err *err) __attribute__((warn_unused_result));
/* See connector.h: ENT_ERETRY to a write, and it may have been done. */
bool asking_is_lost(enum ent_rc rc, bool writes, int status);

#endif
