/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/deliveries: the outbound queue. */
#ifndef FACE_DELIVERIES_H
#define FACE_DELIVERIES_H

#include "face/exchange.h"

void deliveries_list(struct exchange *x);
void deliveries_get(struct exchange *x);
void deliveries_retry(struct exchange *x);
void deliveries_edit(struct exchange *x);
void deliveries_ignore(struct exchange *x);
void deliveries_repair(struct exchange *x);

#endif
