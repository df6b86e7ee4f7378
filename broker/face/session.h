/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person who is signed in: the cookie, what it lets one do, and its routes. A cookie is 256 random bits; the store has
 * its SHA-256. Writes by cookie have to come from our own pages, as JSON.
 */
#ifndef FACE_SESSION_H
#define FACE_SESSION_H

#include "face/exchange.h"

#define SESSION_COOKIE_SIZE 44 /* 43 characters of base64url, and a NUL */

/* A cookie, an invitation's link: new, as text and as the hash that is stored. */
void session_secret_make(struct chance *chance, char ret[SESSION_COOKIE_SIZE],
			 unsigned char ret_hash[SESSION_HASH_SIZE]);
/* False: it has not the shape of one. */
bool session_secret_hash(struct ent_str text, unsigned char ret_hash[SESSION_HASH_SIZE]);

/* The cookie of a request; absent: none. */
struct ent_str session_cookie(const struct exchange *x, enum entrance_cookie cookie);
/* Whose session the request's cookie is; false: nobody's. */
bool session_find(struct exchange *x, struct session *ret);
/* For auth_admit(), of a request that has the cookie: x becomes the person. False: answered 400, 401, 403 or 503. */
bool session_admit(struct exchange *x);

/* A new session for whom sign says: its hash, id, length and browser. The browser's old one ends. The cookie is for the
 * answer, once the writer has accepted. */
void session_new(struct exchange *x, struct sign *sign, char ret_cookie[SESSION_COOKIE_SIZE]);
struct ent_str session_fields(struct exchange *x, const char *cookie); /* the header lines that set it */

/* ---- routes ---- */
void session_me(struct exchange *x);       /* GET /v1/session */
void session_password_post(struct exchange *x); /* POST /v1/session/password */
void sessions_get(struct exchange *x);     /* GET /v1/sessions */
void sessions_delete(struct exchange *x);  /* DELETE /v1/sessions/{id} */
void sessions_delete_all(struct exchange *x); /* DELETE /v1/sessions */
void sign_out_post(struct exchange *x);    /* POST /sign-out, a form */

#endif
