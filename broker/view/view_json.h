/* SPDX-License-Identifier: Apache-2.0 */
/* JSON shapes that the views share. Only for view/. */
#ifndef VIEW_JSON_H
#define VIEW_JSON_H

#include "store/json.h"
#include "view/view.h"

/* "tickets": [...] with all attributes, and what of their words does not count. */
void view_json_tickets(const struct view *view, struct sdk_jsonw *w, int64_t incident);
/* "audience": {"kind","suppliers"?}; suppliers: names, comma separated. */
void view_json_audience(struct sdk_jsonw *w, struct ent_str kind, struct ent_str suppliers);
/* "attributes": ["status"]: the names of the bits. */
void view_json_set(struct sdk_jsonw *w, uint32_t set);
/* "cause", "reason" and "next" (what a person can do) of a delivery, those there are. */
void view_json_cause(struct sdk_jsonw *w, struct ent_str cause, struct ent_str reason);
/* "shares": [...] that stand, "former_shares": [...] taken back. */
void view_json_shares(const struct view *view, struct sdk_jsonw *w, const struct incident *incident);
/* "where": [...]: where a comment stands, or is on its way to. */
void view_json_where(const struct view *view, struct sdk_jsonw *w, struct ent_str comment);
/* "deliveries": [...] of no comment: what of the incident is on its way, stands still, or cannot be expressed there. */
void view_json_deliveries(const struct view *view, struct sdk_jsonw *w, int64_t incident);

#endif
