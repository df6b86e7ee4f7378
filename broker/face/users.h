/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/users, /v1/organisations, and a person's own settings. */
#ifndef FACE_USERS_H
#define FACE_USERS_H

#include "face/exchange.h"

void users_list(struct exchange *x);
void users_get(struct exchange *x);
void users_post(struct exchange *x);
void users_patch(struct exchange *x);
void users_patch_self(struct exchange *x); /* PATCH /v1/session */
void users_organisations(struct exchange *x);
void users_organisation(struct exchange *x);

#endif
