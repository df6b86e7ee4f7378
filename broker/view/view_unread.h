/* SPDX-License-Identifier: Apache-2.0 */
/* The comments that a person may read and has not read yet: see store/read_place.h. A machine has no such place. */
#ifndef VIEW_UNREAD_H
#define VIEW_UNREAD_H

#include "sdk/json.h"
#include "view/view.h"

#define VIEW_UNREAD_MAX 100 /* counted up to here: it is more, or as many */

/* "unread": how many of the incident's comments; nothing for a machine. */
void view_unread_print(const struct view *view, struct sdk_jsonw *w, int64_t incident);
/* {"incident":"ENT-000042","unread":0}. */
enum ent_rc view_unread(const struct view *view, const struct incident *incident, struct ent_str *ret,
			struct ent_err *err) __attribute__((warn_unused_result));
/* A word that changes when the person reads on, and when an organisation sees something of the thread. */
struct ent_str view_unread_tag(const struct view *view, int64_t incident);
/* When the first was heard of that the reader sees behind this place of a thread; INT64_MAX: there is none. */
int64_t view_unread_heard(const struct view *view, int64_t incident, int64_t created_ms, int64_t id);

#endif
