/* SPDX-License-Identifier: Apache-2.0 */
/* Words for an event of which another organisation than ours is told little more than that it happened. Pure. */
#ifndef CLI_EVENT_BARE_H
#define CLI_EVENT_BARE_H

#include "core/event.h"
#include "sdk/json.h"

/* "your ticket changed". NULL: the event's data says enough for the usual words. data: as for event_words(). */
const char *event_bare_words(enum event_kind kind, const struct sdk_json *data);

#endif
