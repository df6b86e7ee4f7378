/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/incidents: read, opened, and what a person says of one. */
#ifndef FACE_INCIDENTS_H
#define FACE_INCIDENTS_H

#include "face/exchange.h"

void incidents_list(struct exchange *x);
void incidents_get(struct exchange *x);
void incidents_history(struct exchange *x);
void incidents_comments(struct exchange *x);
void incidents_post(struct exchange *x);
void incidents_patch(struct exchange *x);

#endif
