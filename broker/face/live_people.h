/* SPDX-License-Identifier: Apache-2.0 */
/* People tell that they have an incident open, and live streams that name it are told. */
#ifndef FACE_LIVE_PEOPLE_H
#define FACE_LIVE_PEOPLE_H

#include "face/live.h"

void live_people_post(struct exchange *x); /* POST /v1/incidents/{}/presence */
/* Once a second: who came to the stream's incidents, or left them. True: that stands in `out` now. */
bool live_people_fill(struct desk *desk, struct stream *stream, struct sdk_buf *out);

#endif
