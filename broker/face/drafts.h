/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/drafts, /v1/incidents/{}/drafts/{}: words that a person has not sent, for the person alone. */
#ifndef FACE_DRAFTS_H
#define FACE_DRAFTS_H

#include "face/exchange.h"

void drafts_list(struct exchange *x);
void drafts_get(struct exchange *x);
void drafts_put(struct exchange *x);
void drafts_delete(struct exchange *x);
void drafts_move(struct exchange *x); /* the only way by which other people become its readers */

#endif
