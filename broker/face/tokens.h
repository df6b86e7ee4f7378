/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/tokens. */
#ifndef FACE_TOKENS_H
#define FACE_TOKENS_H

#include "face/exchange.h"

void tokens_list(struct exchange *x);
void tokens_post(struct exchange *x);
void tokens_delete(struct exchange *x);

#endif
