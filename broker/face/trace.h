/* SPDX-License-Identifier: Apache-2.0 */
/* W3C trace context. */
#ifndef FACE_TRACE_H
#define FACE_TRACE_H

#include "face/exchange.h"

/* The given trace goes on with a span of ours; without a valid one a fresh trace begins. */
struct ent_str trace_next(struct exchange *x, struct ent_str traceparent);

#endif
