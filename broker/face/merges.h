/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: /v1/incidents/{}/merge, split, links. */
#ifndef FACE_MERGES_H
#define FACE_MERGES_H

#include "face/exchange.h"

void merges_merge(struct exchange *x);
void merges_split(struct exchange *x);
void merges_links(struct exchange *x);
void merges_link(struct exchange *x);
void merges_unlink(struct exchange *x);

#endif
