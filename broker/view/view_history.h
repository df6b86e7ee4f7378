/* SPDX-License-Identifier: Apache-2.0 */
/* The events of an incident. */
#ifndef VIEW_HISTORY_H
#define VIEW_HISTORY_H

#include "view/view.h"

/* Its events in order, after the position `after` (0: from the first). {"items":[...],"next":N|null}. A position is the
 * sequence in the incident; for an organisation it counts the events that the organisation sees, so that nothing tells
 * how many others there are, and an item tells what happened to what without its words. */
enum ent_rc view_history(const struct view *view, const struct incident *incident, int64_t after, int limit,
			 struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));

#endif
