/* SPDX-License-Identifier: Apache-2.0 */
/* The maps of a supplier, for people. */
#ifndef VIEW_MAP_H
#define VIEW_MAP_H

#include "core/supplier.h"
#include "view/view.h"

/* {"version","map","items":[{"version","made","author","active","map"}]}: what is in force, and what was published,
 * newest first. */
enum ent_rc view_map_list(const struct view *view, const struct supplier *supplier, struct ent_str *ret,
			  struct ent_err *err) __attribute__((warn_unused_result));

#endif
