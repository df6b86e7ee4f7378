/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/incidents/{}/attachments and what stands under it; upload.h has the way in. */
#ifndef FACE_ATTACHMENTS_H
#define FACE_ATTACHMENTS_H

#include "face/exchange.h"

void attachments_list(struct exchange *x);
void attachments_get(struct exchange *x);    /* its bytes */
void attachments_delete(struct exchange *x); /* one that no comment carries */

/* "attachments" of words: ids of uploads. node NULL: none. False: answered. */
bool attachments_read(struct exchange *x, const struct sdk_json *node, struct ask *ret);

#endif
