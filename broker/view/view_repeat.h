/* SPDX-License-Identifier: Apache-2.0 */
/* Was a person's request made before? */
#ifndef VIEW_REPEAT_H
#define VIEW_REPEAT_H

#include "core/state.h"
#include "view/view.h"

/* True: the comment that stands under this uuid has the same incident, text and audience. */
bool view_repeat(const struct view *view, int64_t incident, struct ent_str uuid, struct ent_str text,
		 const struct audience *audience);

#endif
