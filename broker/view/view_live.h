/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as they are committed, for live streams. An organisation is told those that it sees, as view_event.h has them;
 * those between leave no trace: no call, no position, no number.
 */
#ifndef VIEW_LIVE_H
#define VIEW_LIVE_H

#include "view/view.h"

/* Borrowed for the call. */
struct live_event {
	int64_t seq;                  /* for whoever pumps: the reader is given `id` */
	struct ent_str id;            /* see view_position.h */
	struct ent_str type, subject; /* of the CloudEvent */
	struct ent_str supplier;      /* that it names, as far as the reader knows; "" none */
	struct ent_str json;          /* all of it in structured mode: {"specversion",...,"data"} */
};

/* Events after seq, of at most the next max of all, one call for each that the reader sees; false stops. Dead letters
 * are not among them. Returns the last seq reached, negative on failure. */
int64_t view_live(const struct view *view, struct ent_str source, int64_t after, int64_t max,
		  bool (*take)(void *to, const struct live_event *event), void *to);

#endif
