/* SPDX-License-Identifier: Apache-2.0 */
/* Events as they are committed, for live streams. */
#ifndef VIEW_LIVE_H
#define VIEW_LIVE_H

#include "view/view.h"

/* Borrowed for the call. */
struct live_event {
	int64_t seq;
	struct ent_str type, subject; /* of the CloudEvent */
	struct ent_str data;          /* of the CloudEvent, JSON */
	struct ent_str json;          /* all of it in structured mode: {"specversion",...,"data"} */
};

/* Events after seq, at most max, one call each; false stops. Dead letters are not among them. Returns the last seq
 * seen, negative on failure. */
int64_t view_live(const struct view *view, struct ent_str source, int64_t after, int64_t max,
		  bool (*take)(void *to, const struct live_event *event), void *to);

#endif
