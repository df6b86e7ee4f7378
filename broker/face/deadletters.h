/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/deadletters. */
#ifndef FACE_DEADLETTERS_H
#define FACE_DEADLETTERS_H

#include "face/exchange.h"

void deadletters_list(struct exchange *x);
void deadletters_get(struct exchange *x);
void deadletters_raw(struct exchange *x);
void deadletters_replay(struct exchange *x);
void deadletters_replay_many(struct exchange *x);
void deadletters_ignore(struct exchange *x);

#endif
