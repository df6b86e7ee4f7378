/* SPDX-License-Identifier: Apache-2.0 */
/* The reader's own drafts, and nobody else's: of our people, too, each sees but their own. */
#ifndef VIEW_DRAFT_H
#define VIEW_DRAFT_H

#include "store/drafts.h"
#include "view/view.h"

/* {"items":[...],"next"}: those saved last first. incident: only of this one, as view_find() takes it; absent: all. */
enum ent_rc view_draft_list(const struct view *view, struct ent_str incident, struct ent_str cursor, int limit,
			    struct ent_str *ret, struct ent_err *err) __attribute__((warn_unused_result));
/* The draft with this id, if `word` names its incident: also one that the reader's organisation does not see any more.
 * ENT_EGONE: there is none. */
enum ent_rc view_draft_find(const struct view *view, struct ent_str word, struct ent_str id, struct draft *ret,
			    struct ent_err *err) __attribute__((warn_unused_result));
/* One draft as JSON. */
enum ent_rc view_draft(const struct view *view, struct ent_str id, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
