/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents as a list, found by filters. */
#ifndef VIEW_LIST_H
#define VIEW_LIST_H

#include "view/view.h"

struct incident_filter {
	struct ent_str status;    /* canonical name, or "open" / "terminal"; absent: all */
	struct ent_str holder;    /* see core/holder.h; absent: any */
	struct ent_str supplier;  /* takes part */
	int64_t changed_since_ms; /* 0: any */
	struct ent_str text;      /* part of the title, whatever case and accents; or the number of a ticket or of an
				   * incident: what has such a number of 5 characters or more is listed alone */
	const int64_t *among; /* with text, for our people: each incident whose title has it is among these; NULL: not
			       * known, and titles are looked at one after the other */
	size_t n_among;
	const char *index;     /* told as "index", see schemas/openapi.yaml; NULL: nothing is told of it */
	struct ent_str cursor; /* from the page before; absent: the first */
	int limit;             /* 1..VIEW_PAGE_MAX */
};

/* {"items":[...],"next":"cursor"|null}: newest change first; for an organisation: newest share first, since changes
 * that it does not see must not move anything. ENT_EINVAL: bad cursor or filter. */
enum ent_rc view_list(const struct view *view, const struct incident_filter *filter, struct ent_str *ret,
		      struct ent_err *err) __attribute__((warn_unused_result));

#endif
