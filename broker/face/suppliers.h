/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/suppliers, and /v1/drift. */
#ifndef FACE_SUPPLIERS_H
#define FACE_SUPPLIERS_H

#include "face/exchange.h"

void suppliers_list(struct exchange *x);
void suppliers_get(struct exchange *x);
void suppliers_backfill(struct exchange *x);
void suppliers_backfill_stop(struct exchange *x);
void suppliers_poll(struct exchange *x);
void suppliers_drift(struct exchange *x);

#endif
