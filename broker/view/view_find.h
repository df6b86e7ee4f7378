/* SPDX-License-Identifier: Apache-2.0 */
/* One incident, by what people call it. */
#ifndef VIEW_FIND_H
#define VIEW_FIND_H

#include "view/view.h"

/* By uuid, number ("ENT-000042" or "42"), or any supplier's ticket ("supplier:external-id" or key). Fills ret;
 * ENT_EGONE: there is none. An absorbed incident resolves to the one it is part of now. */
enum ent_rc view_find(const struct view *view, struct ent_str word, struct incident *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
