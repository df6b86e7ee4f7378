/* SPDX-License-Identifier: Apache-2.0 */
/* Where to start: the ordered list of the reader's organisation, read by index from table work. */
#ifndef VIEW_WORK_H
#define VIEW_WORK_H

#include "view/view.h"

struct work_filter {
	struct ent_str reason; /* absent: any */
	bool mine;             /* only what the reader's account has taken */
	bool snoozed;          /* instead of the list: what the organisation puts off */
	struct ent_str cursor;
	int limit;
};
enum ent_rc view_work(const struct view *view, const struct work_filter *filter, struct ent_str *ret,
		      struct ent_err *err) __attribute__((warn_unused_result));

#endif
