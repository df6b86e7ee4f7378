/* SPDX-License-Identifier: Apache-2.0 */
/* An event as an organisation sees it: what happened, and to what. Only for view/. */
#ifndef VIEW_EVENT_H
#define VIEW_EVENT_H

#include "sdk/json.h"
#include "view/view.h"

/* An organisation's part in an incident, and the comments that it sees there. */
struct view_event_part {
	struct reader_part share;
	struct ent_str comments; /* "uuid+uuid-": +: also what it said for everyone before */
	int64_t incident;        /* 0: those; else each comment is asked for in this incident when it is met */
};
/* For many events of one incident. */
struct view_event_part view_event_part(const struct view *view, int64_t incident);
/* For one event of it. */
struct view_event_part view_event_part_now(const struct view *view, int64_t incident);
/* False: it is not for this reader. */
bool view_event_read(const struct view *view, const struct view_event_part *part, struct ent_str kind,
		     int64_t recorded_ms, struct ent_str json, struct event *ret);
/* An event's data for our people, who read it as it is stored. Absent: it is about a comment that another organisation
 * holds. The words of a comment that was removed are left out, in each event that had them. */
struct ent_str view_event_ours(const struct view *view, struct ent_str kind, struct ent_str json);
/* "type" and "data", without braces. No words: they are read where they stand, by what counts then. */
void view_event_print(const struct view *view, struct sdk_jsonw *w, const struct event *event);
void view_event_print_data(const struct view *view, struct sdk_jsonw *w, const struct event *event); /* "data" alone */

#endif
