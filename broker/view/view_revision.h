/* SPDX-License-Identifier: Apache-2.0 */
/* The revisions that a comment had, as its events tell them. */
#ifndef VIEW_REVISION_H
#define VIEW_REVISION_H

#include "view/view.h"

/* ENT_EGONE: the thread has no such comment that the reader sees. Told are the revisions that the reader might read
 * then and may read now; of one that was removed what was done, without words. */
enum ent_rc view_revision(const struct view *view, int64_t incident, struct ent_str uuid, struct ent_str *ret,
			  struct ent_err *err);

#endif
