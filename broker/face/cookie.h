/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person who is signed in: the cookie, and what it lets one do. A cookie is 256 random bits; the store
 * has its SHA-256. Writes by cookie have to come from our own pages, as JSON.
 */
#ifndef FACE_COOKIE_H
#define FACE_COOKIE_H

#include "face/exchange.h"

#define COOKIE_SIZE 44 /* 43 characters of base64url, and a NUL */

/* A cookie, an invitation's link: new, as text and as the hash that is stored. */
void cookie_secret_make(struct chance *chance, char ret[COOKIE_SIZE], unsigned char ret_hash[SIGN_HASH_SIZE]);
/* False: it has not the shape of one. */
bool cookie_secret_hash(struct ent_str text, unsigned char ret_hash[SIGN_HASH_SIZE]);

/* The cookie of a request; absent: none. */
struct ent_str cookie_of(const struct exchange *x, enum entrance_cookie cookie);
/* Whose session the request's cookie is; false: nobody's. */
bool cookie_find(struct exchange *x, struct signed_in *ret);
/* Whom a session stands for. */
void cookie_holder(const struct signed_in *session, struct token_holder *ret);
/* For auth_admit(), of a request that has the cookie: whom it stands for. False: answered 400, 401, 403 or 503. */
bool cookie_admit(struct exchange *x, struct token_holder *ret);
/* Answers 401: the session has ended. Returns false. */
bool cookie_refuse(struct exchange *x);

/* For the audit log, without waiting: a wrong password of this account; empty: of nobody. */
void cookie_note_refused(struct exchange *x, struct ent_str account);

/* A new session for whom sign says: its hash, id, length and browser. The browser's old one ends. The cookie is for the
 * answer, once the writer has accepted. */
void cookie_new(struct exchange *x, struct sign *sign, char ret_cookie[COOKIE_SIZE]);
struct ent_str cookie_fields(struct exchange *x, const char *cookie); /* the header lines that set it */

#endif
