/* SPDX-License-Identifier: Apache-2.0 */
/* One incident, whole. */
#ifndef VIEW_INCIDENT_H
#define VIEW_INCIDENT_H

#include "view/view.h"

/* The incident with its tickets, who shares it, and the newest comments of its thread: see view_thread.h. */
enum ent_rc view_incident(const struct view *view, const struct incident *incident, struct ent_str *ret,
			  struct ent_err *err) __attribute__((warn_unused_result));
/* Its entity tag, quoted: it changes with what the answer says, tells nothing else, and is another one for each reader.
 */
enum ent_rc view_incident_tag(const struct view *view, const struct incident *incident, struct ent_str *ret,
			      struct ent_err *err) __attribute__((warn_unused_result));

#endif
