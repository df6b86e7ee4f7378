/* SPDX-License-Identifier: Apache-2.0 */
/* Asks, proposed hand-overs, promises of news and calls for help of an incident. */
#ifndef VIEW_ACT_H
#define VIEW_ACT_H

#include "core/act.h"
#include "sdk/jsonw.h"
#include "view/view.h"

/* In the incident's answer the open ones: `next_news`, `promises`, `asks`, `handovers`, `help`. */
void view_act_print_open(const struct view *view, struct sdk_jsonw *w, int64_t incident);
/* All that were begun in it, the newest first, bounded. */
enum ent_rc view_act_list(const struct view *view, const struct incident *incident, struct ent_str *ret,
			  struct ent_err *err) __attribute__((warn_unused_result));
/* ENT_EGONE: it does not exist in this incident, or not for this reader. */
enum ent_rc view_act(const struct view *view, const struct incident *incident, struct ent_str uuid, struct ent_str *ret,
		     struct ent_err *err) __attribute__((warn_unused_result));

/* A comment for the requester can go into the ticket of this supplier's tool. */
bool view_act_can_tell(const struct view *view, const struct incident *incident, struct ent_str supplier);
/* Only our people speak to the requester. False: err says that it does not exist. */
bool view_act_may_tell(const struct view *view, struct ent_err *err);

#endif
