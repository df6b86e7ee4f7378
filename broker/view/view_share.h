/* SPDX-License-Identifier: Apache-2.0 */
/* Who takes part in an incident, and where its comments stand. */
#ifndef VIEW_SHARE_H
#define VIEW_SHARE_H

#include "view/view.h"

/* A supplier's part in an incident. ENT_EGONE: it never had one. */
enum ent_rc view_share(const struct view *view, const struct incident *incident, struct ent_str supplier,
		       struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* A comment of the thread and where it stands. ENT_EGONE: there is none. */
enum ent_rc view_comment(const struct view *view, struct ent_str uuid, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
