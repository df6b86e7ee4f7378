/* SPDX-License-Identifier: Apache-2.0 */
/* Was a person's request made before? */
#ifndef VIEW_REPEAT_H
#define VIEW_REPEAT_H

#include "core/state.h"
#include "view/view.h"

/* True: the comment of this uuid was added with the same text and audience to the same incident, whatever was done to
 * it since. audience NULL: whatever it is. */
bool view_repeat(const struct view *view, int64_t incident, struct ent_str uuid, struct ent_str text,
		 const struct audience *audience);

#endif
