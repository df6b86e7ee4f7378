/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/incidents: read, and the one attribute that a person sets. */
#ifndef FACE_INCIDENTS_H
#define FACE_INCIDENTS_H

#include "face/exchange.h"

void incidents_list(struct exchange *x);
void incidents_get(struct exchange *x);
void incidents_history(struct exchange *x);
void incidents_comments(struct exchange *x);
void incidents_patch(struct exchange *x);

#endif
