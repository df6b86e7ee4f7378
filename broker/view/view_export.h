/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that is held about a person, as one answer: for the person, and for whoever administers. The reader's rule holds
 * here too: a person of another organisation is told nothing of an incident that is not shared with it any more. Drafts
 * are told to their author alone; to others, how many there are.
 */
#ifndef VIEW_EXPORT_H
#define VIEW_EXPORT_H

#include "view/view.h"

#define VIEW_EXPORT_ROWS 10000 /* of one table in one answer */

/* {"ref","tables":[{"table","rows":[{...}],"more"}]}; more: there are rows behind. table: only this one, from row
 * `skip` on; absent: all. ENT_EINVAL: no such table. */
enum ent_rc view_export(const struct view *view, struct ent_str ref, struct ent_str table, int64_t skip,
			struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));

#endif
