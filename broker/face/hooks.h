/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: POST /hooks/{supplier} and /hooks/{supplier}/{secret}. */
#ifndef FACE_HOOKS_H
#define FACE_HOOKS_H

#include "face/exchange.h"

void hooks_post(struct exchange *x);

#endif
