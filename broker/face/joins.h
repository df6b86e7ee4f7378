/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/joins. */
#ifndef FACE_JOINS_H
#define FACE_JOINS_H

#include "face/exchange.h"

void joins_list(struct exchange *x);
void joins_get(struct exchange *x);
void joins_accept(struct exchange *x);
void joins_refuse(struct exchange *x);

#endif
