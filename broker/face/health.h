/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /healthz, /readyz and /metrics. */
#ifndef FACE_HEALTH_H
#define FACE_HEALTH_H

#include "face/exchange.h"

void health_get(struct exchange *x);
void health_ready(struct exchange *x);
void health_metrics(struct exchange *x);

#endif
