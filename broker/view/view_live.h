/* SPDX-License-Identifier: Apache-2.0 */
/* Events as they are committed, for live streams. */
#ifndef VIEW_LIVE_H
#define VIEW_LIVE_H

#include "view/view.h"

/* Live: events after seq as CloudEvents in structured mode ({"specversion",...,"data"}), one call each; false stops.
 * Dead letters are not among them. Returns the last seq seen, negative on failure. */
int64_t view_live(const struct view *view, struct ent_str source, int64_t after, int64_t max,
		  bool (*take)(void *to, int64_t seq, struct ent_str type, struct ent_str json), void *to);

#endif
