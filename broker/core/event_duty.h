/* SPDX-License-Identifier: Apache-2.0 */
/* An organisation's people take an incident or put it off, as JSON of events, for event_act.c. */
#ifndef CORE_EVENT_DUTY_H
#define CORE_EVENT_DUTY_H

#include "core/event.h"

bool event_duty_is(const struct event *event);
/* "duty": {...} */
void event_duty_print(struct sdk_jsonw *w, const struct event *event);
/* And back; false: it has another shape. */
bool event_duty_read(const struct sdk_json *node, struct event *ret);

#endif
