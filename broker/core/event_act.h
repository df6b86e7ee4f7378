/* SPDX-License-Identifier: Apache-2.0 */
/* The data of events of people who work together: ask.*, handover.*, promise.*, help.*, incident.told. For
 * event_print.c and event_parse.c. */
#ifndef CORE_EVENT_ACT_H
#define CORE_EVENT_ACT_H

#include "core/event.h"

bool event_act_is(const struct event *event); /* one of them */
void event_act_print(struct sdk_jsonw *w, const struct event *event);
/* Also event->comment.uuid: the act's words. False: it has another shape. */
bool event_act_read(struct ent_arena *arena, const struct sdk_json *node, struct event *event);

#endif
