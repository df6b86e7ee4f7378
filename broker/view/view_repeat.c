/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_repeat.h"

#include "store/rows.h"

bool view_repeat(const struct view *view, int64_t incident, struct ent_str uuid, struct ent_str text,
		 const struct audience *audience)
{
	struct comment stored;

	return comment_load(view->db, view->arena, ENT_STR(""), ENT_STR(""), uuid, &stored) &&
	       stored.incident == incident_living(view->db, incident) && sdk_eq(stored.body, text) &&
	       audience_equal(&stored.audience, audience);
}
