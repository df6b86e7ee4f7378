/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_repeat.h"

#include "store/rows.h"
#include "store/revisions.h"

bool view_repeat(const struct view *view, int64_t incident, struct ent_str uuid, struct ent_str text,
		 const struct audience *audience)
{
	struct comment stored, first;

	if (!comment_load(view->db, view->arena, ENT_STR(""), ENT_STR(""), uuid, &stored) ||
	    stored.incident != incident_living(view->db, incident))
		return false;
	/* It may have been edited since, or a merge may have named its readers. */
	return revisions_first(view->db, view->arena, stored.incident, stored.uuid, &first) &&
	       sdk_eq(first.body, text) &&
	       (!audience || audience_equal(first.held_by.n ? &first.meant : &first.audience, audience));
}
