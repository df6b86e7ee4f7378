/* SPDX-License-Identifier: Apache-2.0 */
/* The data of events between two incidents: incident.split, incident.restored, incident.linked. For event_print.c and
 * event_parse.c. */
#ifndef CORE_EVENT_LINK_H
#define CORE_EVENT_LINK_H

#include "core/event.h"

bool event_link_is(const struct event *event); /* one of them */
void event_link_print(struct sdk_jsonw *w, const struct event *event);
/* `tickets` of a merge or a split: those that moved. */
void event_link_print_tickets(struct sdk_jsonw *w, const struct event *event);
/* False: it has another shape. */
bool event_link_read(struct ent_arena *arena, const struct sdk_json *node, struct event *event);

#endif
