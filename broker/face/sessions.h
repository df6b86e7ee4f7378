/* SPDX-License-Identifier: Apache-2.0 */
/* Routes of whoever is signed in: who am I, where am I signed in, sign out, another password. */
#ifndef FACE_SESSIONS_H
#define FACE_SESSIONS_H

#include "face/exchange.h"

void sessions_me(struct exchange *x);       /* GET /v1/session */
void sessions_password(struct exchange *x); /* POST /v1/session/password */
void sessions_get(struct exchange *x);      /* GET /v1/sessions */
void sessions_end_one(struct exchange *x);  /* DELETE /v1/sessions/{id} */
void sessions_end_all(struct exchange *x);  /* DELETE /v1/sessions */
void sessions_sign_out(struct exchange *x); /* POST /sign-out, a form */

#endif
