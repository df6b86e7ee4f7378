/* SPDX-License-Identifier: Apache-2.0 */
/* One incident, whole. */
#ifndef VIEW_INCIDENT_H
#define VIEW_INCIDENT_H

#include "view/view.h"

/* The incident with its tickets, the newest 5,000 comments of its thread ("thread_left_out": how many are older) and
 * who shares it. */
enum ent_rc view_incident(const struct view *view, const struct incident *incident, struct ent_str *ret,
			  struct ent_err *err) __attribute__((warn_unused_result));

#endif
