/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters. */
#ifndef VIEW_DEAD_H
#define VIEW_DEAD_H

#include "view/view.h"

/* Dead letters. state: "waiting" | "replayed" | "ignored" | absent = waiting. */
enum ent_rc view_dead_list(const struct view *view, struct ent_str supplier, struct ent_str state,
			   struct ent_str cursor, int limit, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));
struct dead_letter {
	int64_t id;
	struct ent_str supplier, delivery_id, reason, state, header_json, body; /* body unpacked */
	struct ent_str exchange;                                                /* JSON; empty of a webhook */
	int64_t received_ms;
};
enum ent_rc view_dead(const struct view *view, int64_t id, struct dead_letter *ret, struct ent_err *err)
    __attribute__((warn_unused_result)); /* ENT_EGONE: none */
struct ent_str view_dead_print(const struct view *view, const struct dead_letter *letter);
/* ids of waiting dead letters (those in conflict with an earlier delivery left out: they are replayed by id only) of a
 * supplier (absent: all) after `after`, for replaying many. Returns how many; negative: the store failed. */
int64_t view_dead_ids(const struct view *view, struct ent_str supplier, int64_t after, int64_t *ret, int64_t max);

#endif
