/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That an organisation has seen a comment: table seen. Who of it has, is told nobody elsewhere. Others than ours are
 * told of one another that it was seen only where the audience tells them that the other one may read it, and it takes
 * part.
 */
#ifndef VIEW_SEEN_H
#define VIEW_SEEN_H

#include "core/audience.h"
#include "sdk/json.h"
#include "view/view.h"

/* Is the reader, who sees the comment, told that this organisation has seen it? part: those that take part. */
bool view_seen_is_told(const struct view *view, const struct audience *audience, struct ent_str part,
		       struct ent_str organisation);
/* "seen": [{"organisation","at"}] of a comment that the reader sees; nothing where nobody has seen it. */
void view_seen_print(const struct view *view, struct sdk_jsonw *w, struct ent_str uuid, const struct audience *audience,
		     struct ent_str part);
int64_t view_seen_at(const struct view *view, struct ent_str uuid, struct ent_str organisation); /* 0: not yet */

#endif
