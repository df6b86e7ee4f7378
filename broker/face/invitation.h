/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invitations: a link, used once, by which a person comes in for the first time. Its page can be fetched as often as
 * anybody likes (mail scanners do); only the POST of its button uses it. The secret stands in the path, which no log
 * shows: see uri_shown().
 */
#ifndef FACE_INVITATION_H
#define FACE_INVITATION_H

#include "face/exchange.h"

void invitation_get(struct exchange *x);   /* GET /invitation/{secret} */
void invitation_post(struct exchange *x);  /* POST there: a form */
void invitations_post(struct exchange *x); /* POST /v1/invitations */

#endif
