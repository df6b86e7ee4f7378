/* SPDX-License-Identifier: Apache-2.0 */
/* The thread of an incident: comments in the order in which they were made, and where each of them stands. */
#ifndef VIEW_THREAD_H
#define VIEW_THREAD_H

#include "sdk/json.h"
#include "view/view.h"

#define VIEW_THREAD_PAGE 100
#define VIEW_THREAD_MAX  5000 /* comments beside the incident itself */

/* At most one position, a comment's id; none: the newest comments. */
struct thread_page {
	struct ent_str before; /* the newest of those that are older */
	struct ent_str after;  /* the oldest of those that are newer */
	struct ent_str around; /* it, and as many on both sides */
	int limit;             /* 1..VIEW_PAGE_MAX; else VIEW_THREAD_PAGE */
};

/* {"items":[...oldest first],"before":id|null,"after":id|null}: the positions to go on from, null where nothing more
 * stands on that side. ENT_EINVAL: two positions, or none of this thread. */
enum ent_rc view_thread(const struct view *view, const struct incident *incident, const struct thread_page *page,
			struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* "thread": [...] the newest, "thread_left_out": how many are older, "thread_before": as "before" above. */
void view_thread_print(const struct view *view, struct sdk_jsonw *w, const struct incident *incident);
/* A comment that our people wrote, and where it stands. ENT_EGONE: there is none. */
enum ent_rc view_thread_comment(const struct view *view, struct ent_str uuid, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

/* ENT_EGONE: the thread has no such comment that the reader sees. */
enum ent_rc view_thread_has(const struct view *view, int64_t incident, struct ent_str uuid, struct ent_err *err);
/* The words of a comment that is held, as a draft: JSON. Absent: there is none for the reader. */
struct ent_str view_thread_draft(const struct view *view, struct ent_str uuid);

#endif
