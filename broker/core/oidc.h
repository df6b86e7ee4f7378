/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sign-in with a provider by OpenID Connect: code and PKCE (S256). Pure: what is sent and what an answer says; who
 * sends it is face/provider.h. One sign-in is bound to one browser by a cookie: `state`, `nonce` and PKCE's verifier
 * are made from the cookie and a key of this process, so that nothing is stored and nobody without the cookie can make
 * them.
 */
#ifndef CORE_OIDC_H
#define CORE_OIDC_H

#include "sdk/str.h"

#define OIDC_KEY_SIZE    32
#define OIDC_WORD_SIZE   44 /* 256 bits as base64url, and a NUL */
#define OIDC_FLIGHT_MS   600000
#define OIDC_COOKIE_SIZE 128

/* ---- one browser's sign-in --------------------------------------------------------- */

struct oidc_flight {
	char state[OIDC_WORD_SIZE], nonce[OIDC_WORD_SIZE], verifier[OIDC_WORD_SIZE], challenge[OIDC_WORD_SIZE];
};
/* The cookie of a sign-in with the provider of this organisation; it ends OIDC_FLIGHT_MS after now_ms. */
void oidc_cookie_make(const unsigned char key[OIDC_KEY_SIZE], const unsigned char random[32],
		      struct ent_str organisation, int64_t now_ms, char ret[OIDC_COOKIE_SIZE]);
/* False: not made here for this organisation, or its time is over. */
bool oidc_cookie_open(const unsigned char key[OIDC_KEY_SIZE], struct ent_str cookie, struct ent_str organisation,
		      int64_t now_ms, struct oidc_flight *ret) __attribute__((warn_unused_result));

/* ---- what the provider is ----------------------------------------------------------- */

struct oidc_client {
	struct ent_str issuer, client_id, secret; /* secret: empty of a public client */
	struct ent_str redirect_uri;
	bool plain_http; /* its addresses may be http: */
};
struct oidc_provider {
	struct ent_str authorize, token, keys; /* addresses */
	bool takes_basic;                      /* the client's secret goes as HTTP Basic, else in the form */
	bool names_itself;                     /* its answer to the browser has `iss` */
};
/* Where its description is. */
struct ent_str oidc_description_url(struct ent_arena *arena, struct ent_str issuer);
/* ENT_EINVAL: no description of this issuer, or an address in it that nothing may go to. */
enum ent_rc oidc_description_read(struct ent_arena *arena, struct ent_str json, const struct oidc_client *client,
				  struct oidc_provider *ret, struct ent_err *err) __attribute__((warn_unused_result));

/* Where the browser is sent. */
struct ent_str oidc_authorize_url(struct ent_arena *arena, const struct oidc_provider *provider,
				  const struct oidc_client *client, const struct oidc_flight *flight);

/* The request that turns the code into a token. authorization: absent when the secret goes in the form. */
struct oidc_request {
	struct ent_str form, authorization;
};
struct oidc_request oidc_token_request(struct ent_arena *arena, const struct oidc_provider *provider,
				       const struct oidc_client *client, const struct oidc_flight *flight,
				       struct ent_str code);
/* The ID token in its answer; absent: there is none. */
struct ent_str oidc_token_answer(struct ent_arena *arena, struct ent_str json);

#endif
