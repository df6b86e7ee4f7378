/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/incidents/{}/comments. */
#ifndef FACE_COMMENTS_H
#define FACE_COMMENTS_H

#include "face/exchange.h"

void comments_post(struct exchange *x);

#endif
