/* SPDX-License-Identifier: Apache-2.0 */
/* The suppliers that take part in an incident. */
#ifndef VIEW_SHARE_H
#define VIEW_SHARE_H

#include "view/view.h"

/* A supplier's part in an incident. ENT_EGONE: it never had one. */
enum ent_rc view_share(const struct view *view, const struct incident *incident, struct ent_str supplier,
		       struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));

#endif
