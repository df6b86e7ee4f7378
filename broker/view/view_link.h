/* SPDX-License-Identifier: Apache-2.0 */
/* The links of an incident to others: those alone that the reader may see. */
#ifndef VIEW_LINK_H
#define VIEW_LINK_H

#include "view/view.h"

/* {"items": [...]} of an incident that the reader sees. */
enum ent_rc view_link_list(const struct view *view, const struct incident *incident, struct ent_str *ret,
			   struct ent_err *err) __attribute__((warn_unused_result));

#endif
