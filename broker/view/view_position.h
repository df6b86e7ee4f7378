/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A position in the stream of all events, as a reader is given it. Ours is the number itself. An organisation's is that
 * number sealed with a key of the store's, so that it tells nothing of how many events lie between two of them, and
 * another reader's is refused.
 */
#ifndef VIEW_POSITION_H
#define VIEW_POSITION_H

#include "view/view.h"

struct ent_str view_position_print(const struct view *view, int64_t seq);
/* False: it is none of this reader's. */
bool view_position_read(const struct view *view, struct ent_str text, int64_t *ret);

#endif
