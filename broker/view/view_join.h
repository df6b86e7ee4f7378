/* SPDX-License-Identifier: Apache-2.0 */
/* Join requests, for our people alone: see store/join.h. */
#ifndef VIEW_JOIN_H
#define VIEW_JOIN_H

#include "view/view.h"

/* {"items":[{"id","incident","supplier","cause","asking"?,"ticket"?,"state","since","decided"?,"reason"?}],
 * "next":"cursor"|null}, the newest first. state: empty: open ones; "all". ENT_EINVAL: bad cursor or state. */
enum ent_rc view_join_list(const struct view *view, struct ent_str supplier, struct ent_str state,
			   struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
enum ent_rc view_join(const struct view *view, int64_t id, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
