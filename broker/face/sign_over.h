/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in over an organisation's provider: the way there, and the way back. Both are GET, since a browser applies
 * form-action to redirects too. */
#ifndef FACE_SIGN_OVER_H
#define FACE_SIGN_OVER_H

#include "face/exchange.h"

void sign_over_start(struct exchange *x);  /* GET /sign-in/{organisation}/provider */
void sign_over_answer(struct exchange *x); /* GET /sign-in/{organisation}/answer */

#endif
