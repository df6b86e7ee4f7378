/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person's inbox: see store/notify.h. What it may not read any more is not there, and in no count. An entry is read
 * when the thread is: its words, and what was heard of when it came; or when the person says that all are.
 */
#ifndef VIEW_NOTIFIED_H
#define VIEW_NOTIFIED_H

#include "sdk/jsonw.h"
#include "view/view.h"

#define VIEW_NOTIFIED_UNREAD_MAX 1000 /* counted up to here: it is more, or as many */

/* {"items":[{"reason","incident","title","time","unread", ...}],"next","unread"}: the newest first. Of a person; a
 * machine has nothing. */
enum ent_rc view_notified(const struct view *view, bool unread_only, struct ent_str cursor, int limit,
			  struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* "following": "followed", "muted" or null; nothing for a machine. */
void view_notified_following(const struct view *view, struct sdk_jsonw *w, int64_t incident);
/* {"incident", "following"} */
enum ent_rc view_notified_follow(const struct view *view, int64_t incident, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
/* A word that changes with it. */
struct ent_str view_notified_tag(const struct view *view, int64_t incident);

#endif
