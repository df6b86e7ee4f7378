/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A position in the stream of all events, as a reader is given it. Ours is the number itself. An organisation's is that
 * number sealed with a key of the store's, so that it tells nothing of how many events lie between two of them, and
 * another reader's is refused.
 */
#ifndef VIEW_POSITION_H
#define VIEW_POSITION_H

#include "view/view.h"

/* nonce: 0 for the position of an event that the reader sees. For any other position a random number: two of them do
 * not tell whether anything happened between. */
struct ent_str view_position_print(const struct view *view, int64_t seq, uint32_t nonce);
/* False: it is none of this reader's. */
bool view_position_read(const struct view *view, struct ent_str text, int64_t *ret);

#endif
