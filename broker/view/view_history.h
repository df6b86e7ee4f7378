/* SPDX-License-Identifier: Apache-2.0 */
/* The events of an incident. */
#ifndef VIEW_HISTORY_H
#define VIEW_HISTORY_H

#include "view/view.h"

/* Its events in order, after `after` (sequence in the incident). {"items":[...],"next":N|null} */
enum ent_rc view_history(const struct view *view, const struct incident *incident, int64_t after, int limit,
			 struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));

#endif
