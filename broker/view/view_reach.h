/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of a comment, told before it is written: see core/reach.h. */
#ifndef VIEW_REACH_H
#define VIEW_REACH_H

#include "core/whom.h"
#include "view/view.h"

struct view_reach {
	int64_t incident, now_ms;
	struct ent_str text;             /* absent: as it stands */
	const struct audience *audience; /* NULL: the narrowest */
	enum ent_format format;
	const char *reply_to; /* "": it answers none */
	const char *comment;  /* uuid of the one of the thread that more shall read; NULL: a new one */
};
/* {"audience", "readers", "organisations", "tools", "requester_reads", "mentions": who of them reads it}. Others than
 * ours see no tools but their own. ENT_EINVAL with *ret_verdict: it would be refused so. */
enum ent_rc view_reach(const struct view *view, const struct view_reach *asked, struct ent_str *ret,
		       enum whom_verdict *ret_verdict, struct ent_err *err);

#endif
