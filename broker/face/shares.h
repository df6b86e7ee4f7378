/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/incidents/{}/shares. */
#ifndef FACE_SHARES_H
#define FACE_SHARES_H

#include "face/exchange.h"

void shares_post(struct exchange *x);
void shares_delete(struct exchange *x);

#endif
