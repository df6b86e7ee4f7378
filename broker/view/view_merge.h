/* SPDX-License-Identifier: Apache-2.0 */
/* Before two incidents become one, or are parted again: who will see what; and what is answered afterwards. For our
 * people alone. */
#ifndef VIEW_MERGE_H
#define VIEW_MERGE_H

#include "view/view.h"

/* By number ("ENT-000042" or "42") or uuid, also one that went into another: its own number. 0: there is none. */
int64_t view_merge_number(const struct view *view, struct ent_str word);
/* Both are living. Who takes part in which, and sees what of the other from now on; whose share ends with it. */
enum ent_rc view_merge_reach(const struct view *view, const struct incident *one, const struct incident *other,
			     struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* other: 0, the one that it took in last. What goes back, and who takes part where afterwards; of two that are parted
 * already no more than who they are. ENT_EINVAL: it cannot be parted now. */
enum ent_rc view_split_reach(const struct view *view, const struct incident *kept, int64_t other, struct ent_str *ret,
			     struct ent_err *err) __attribute__((warn_unused_result));
/* The survivor, and the other one; "": none is known. */
enum ent_rc view_merge_pair(const struct view *view, struct ent_str uuid, struct ent_str other_uuid,
			    struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));

#endif
