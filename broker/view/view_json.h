/* SPDX-License-Identifier: Apache-2.0 */
/* JSON shapes that the views share. Only for view/. */
#ifndef VIEW_JSON_H
#define VIEW_JSON_H

#include "store/json.h"
#include "store/said.h"
#include "view/view_reader.h"

/* Columns of view_json_read_incident(), FROM included: as our people see an incident, and as an organisation does that
 * takes part. `changed` moves with what it sees alone. */
#define VIEW_INCIDENT                                                                                                  \
	"incident.number, incident.uuid, incident.title, incident.attributes, incident.handed_by, incident.holder, "   \
	"incident.holder_since_ms, incident.accepted, incident.needed_before_ms, incident.service, incident.site, "    \
	"incident.requester, incident.requester_of, incident.opened_ms, "
#define VIEW_INCIDENT_OF_OURS                                                                                          \
	VIEW_INCIDENT "incident.changed_ms, incident.sequence, incident.n_ticket, incident.n_comment FROM incident "
#define VIEW_CHANGED                                                                                                   \
	"(SELECT max(at_ms) FROM (SELECT " VIEW_SEES_SINCE                                                             \
	" AS at_ms UNION ALL SELECT max(event.recorded_ms) FROM event "                                                \
	"WHERE event.incident = incident.number AND ((event.recorded_ms > " VIEW_SEES_SINCE " AND event.kind IN "      \
	"('incident.status_changed', 'incident.described', "                                                           \
	"'incident.holder_changed', 'incident.holder_accepted')) OR (event.kind IN ('ticket.linked', "                 \
	"'ticket.changed', 'ticket.removed', "                                                                         \
	"'ticket.continued') AND " VIEW_IS_OWN(                                                                        \
	    "event.supplier") ")) UNION ALL SELECT max(CASE WHEN comment.edited_ms > "                                 \
			      "comment.recorded_ms THEN comment.edited_ms ELSE comment.recorded_ms END) FROM comment " \
			      "WHERE "                                                                                 \
			      "comment.incident = incident.number AND " VIEW_SEES_COMMENT "))"
#define VIEW_COUNTS                                                                                                    \
	"(SELECT count(*) FROM ticket WHERE ticket.incident = incident.number AND " VIEW_SEES_TICKET                   \
	"AND ticket.continues_as = ''), (SELECT count(*) FROM comment WHERE comment.incident = "                       \
	"incident.number AND "                                                                                         \
	"comment.removed = 0 AND " VIEW_SEES_COMMENT ")"
#define VIEW_INCIDENT_OF_PART                                                                                          \
	VIEW_INCIDENT VIEW_CHANGED ", 0, " VIEW_COUNTS " FROM share AS part JOIN incident ON incident.number = "       \
				   "part.incident "
#define VIEW_OF_READER                                                                                                 \
	VIEW_IS_OWN("part.supplier")                                                                                   \
	"AND " VIEW_PART_IS_FIRST " AND part.withdrawn_ms = 0 AND incident.merged_into "                               \
	"= 0"
struct incident view_json_read_incident(const struct view *view, struct db_stmt *stmt);
/* "hand_overs": [...]: the way of the ball; an organisation sees it from its share on. */
void view_json_hand_overs(const struct view *view, struct sdk_jsonw *w, int64_t incident);
/* "tickets": [...] with all attributes, and what of their words does not count. */
void view_json_tickets(const struct view *view, struct sdk_jsonw *w, int64_t incident);
/* The organisations that take part in the incident, sorted, with commas between: everybody who does knows the others.
 */
struct ent_str view_json_part(const struct view *view, int64_t incident);
void view_json_organisations(struct sdk_jsonw *w, struct ent_str part); /* "organisations": [...] */
/* "audience": {...}; of the organisations named an organisation sees those that take part. */
void view_json_readers(const struct view *view, struct sdk_jsonw *w, struct audience audience, struct ent_str part);
/* "audience": {...}; of the organisations named an organisation sees itself. */
void view_json_audience(const struct view *view, struct sdk_jsonw *w, struct audience audience);
/* "attributes": ["status"]: the names of the bits. */
void view_json_set(struct sdk_jsonw *w, uint32_t set);
/* "cause", "reason" and "next" (what a person can do) of a delivery, those there are. reason: as its column holds it.
 */
void view_json_cause(struct sdk_jsonw *w, struct ent_str cause, struct ent_str reason);
/* "shares": [...] that stand, "former_shares": [...] taken back. */
void view_json_shares(const struct view *view, struct sdk_jsonw *w, const struct incident *incident);
/* "deliveries": [...] of no comment: what of the incident is on its way, stands still, or cannot be expressed there. */
void view_json_deliveries(const struct view *view, struct sdk_jsonw *w, int64_t incident);

#endif
