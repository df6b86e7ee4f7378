/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our identity at a supplier's tool. The header that proves it is made for one request and wiped after it. A token of
 * OAuth2's client credentials is kept here, in memory alone, until it expires.
 */
#ifndef LINK_AUTH_H
#define LINK_AUTH_H

#include "core/supplier.h"

struct auth {
	char *token; /* NULL: none */
	size_t n;
	int64_t renew_us; /* from then on another one is fetched, as this one expires soon */
};

/* A header, or a body, with a secret in it. Release wipes it. */
struct auth_words {
	struct sdk_buf buf;
	struct ent_str name; /* of the header; absent: none is needed */
};

bool auth_wants_token(const struct auth *auth, const struct supplier_link *link, int64_t now_us);
void auth_forget(struct auth *auth);
/* Copies its token over what `to` holds. */
void auth_copy(struct auth *to, const struct auth *from);
/* Call it only when auth_wants_token() is false. */
void auth_header(const struct auth *auth, const struct supplier_link *link, struct auth_words *ret);
/* The form that asks for a token. */
void auth_token_form(const struct supplier_link *link, struct auth_words *ret);
/* Empty, with room for a secret and the text around it: the buffer never grows, as that would leave a copy behind. */
void auth_words_make(struct auth_words *words);
void auth_words_release(struct auth_words *words);
struct ent_str auth_words_view(const struct auth_words *words);
/* ENT_EAUTH: we are not let in; ENT_ERETRY: the answer has no token. err never holds the token. */
enum ent_rc auth_token_take(struct auth *auth, const struct ent_response *response, int64_t now_us, struct ent_err *err)
    __attribute__((warn_unused_result));
/* webhook-signature over the request's webhook-id, webhook-timestamp and body with the supplier's first secret.
 * ENT_EAUTH: there is none, or it is no key. */
enum ent_rc auth_sign(const struct supplier *supplier, const struct ent_request *request, struct auth_words *ret,
		      struct ent_err *err) __attribute__((warn_unused_result));
/* The text with each of the supplier's secrets as ***: credential, token, what webhooks are signed with; also as they
 * go over the wire, and where a secret is cut. The same text when there is none. */
struct ent_str auth_hide(const struct auth *auth, const struct supplier *supplier, struct ent_arena *arena,
			 struct ent_str text);
/* The same for one secret, as it is and percent-encoded. */
struct ent_str auth_hide_secret(struct ent_arena *arena, struct ent_str text, struct ent_str secret);

#endif
