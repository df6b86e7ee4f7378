/* SPDX-License-Identifier: Apache-2.0 */
/* The way out: what is on its way to the tools of suppliers, and what stands still. */
#ifndef VIEW_DELIVERY_H
#define VIEW_DELIVERY_H

#include "core/delivery.h"
#include "view/view.h"

struct delivery_filter {
	struct ent_str state;    /* one of them, "open" (the default: not done, not cancelled) or "all" */
	struct ent_str supplier; /* absent: any, as all below */
	struct ent_str cause;
	struct ent_str cursor;
	int64_t incident; /* number; 0: any */
	int limit;        /* 1..VIEW_PAGE_MAX */
};
/* {"items":[...],"next":"cursor"|null}, newest first. ENT_EINVAL: bad cursor or filter. */
enum ent_rc view_delivery_list(const struct view *view, const struct delivery_filter *filter, struct ent_str *ret,
			       struct ent_err *err) __attribute__((warn_unused_result));
/* One with its words, for our people. ENT_EGONE: there is none. */
enum ent_rc view_delivery(const struct view *view, int64_t id, struct ent_str *ret, struct ent_err *err)
    __attribute__((warn_unused_result));

#endif
