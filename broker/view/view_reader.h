/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/reader.h in SQL: conditions that each statement over what an organisation may see carries. $30 is the
 * organisation; NULL: our people, who see everything. $31 to $38 are its tools, the suppliers that shares, tickets and
 * deliveries name; NULL where it has fewer. $39 is our own organisation, $40 the person; '' a machine. Only for view/.
 */
#ifndef VIEW_READER_H
#define VIEW_READER_H

#include "store/read_place.h"
#include "view/view.h"

/* The supplier is one of the organisation's tools. */
#define VIEW_IS_OWN(supplier) supplier " IN ($31, $32, $33, $34, $35, $36, $37, $38) "
/* A row of share that stands: one for each of its tools that takes part. */
#define VIEW_PART(incident)                                                                                            \
	"SELECT 1 FROM share AS part WHERE part.incident = " incident                                                  \
	" AND " VIEW_IS_OWN("part.supplier") "AND part.withdrawn_ms = 0"
/* Tickets, deliveries: of the organisation itself. */
#define VIEW_SEES_OWN(supplier) "($30 IS NULL OR " VIEW_IS_OWN(supplier) ")"

/* A row of `ticket`: its own, and of whoever takes part what everybody is told: see view_json_tickets(). */
#define VIEW_SEES_TICKET                                                                                               \
	"($30 IS NULL OR " VIEW_IS_OWN(                                                                                \
	    "ticket.supplier") "OR (ticket.removed = 0 AND ticket.continues_as = '' AND EXISTS (SELECT 1 FROM share "  \
			       "AS theirs WHERE theirs.incident = ticket.incident AND theirs.supplier = "              \
			       "ticket.supplier AND theirs.withdrawn_ms = 0))) "

/* The incident in which a row of `comment` was said first: its ticket's, or, said by us, its own. */
#define VIEW_SAID_IN                                                                                                   \
	"CASE WHEN comment.supplier = '' THEN comment.origin ELSE (SELECT said.origin FROM ticket AS said WHERE "      \
	"said.supplier = comment.supplier AND said.external_id = comment.ticket) END"
/* Since when the organisation reads what is said there. Where incidents were merged and this one is not among those
 * that it reads: never. */
#define VIEW_READS_SINCE                                                                                               \
	"coalesce((SELECT min(reads.since_ms) FROM reads WHERE reads.incident = part.incident AND reads.supplier = "   \
	"part.supplier AND reads.origin = " VIEW_SAID_IN "), (SELECT 9223372036854775807 FROM reads WHERE "            \
	"reads.incident = part.incident AND reads.supplier = part.supplier LIMIT 1), part.reads_ms)"
/* The end of the time in which it was made. Most tools give whole seconds, and a tool's clock may be ahead: it was made
 * at the latest when it was heard of. */
#define VIEW_SAID_BY                                                                                                   \
	"CASE WHEN comment.created_ms % 1000 = 0 AND comment.created_ms + 1000 < comment.recorded_ms THEN "            \
	"comment.created_ms + 1000 WHEN comment.created_ms % 1000 <> 0 AND comment.created_ms + 1 < "                  \
	"comment.recorded_ms THEN comment.created_ms + 1 ELSE comment.recorded_ms END"
/* A row of `comment` that is held is there for its author's organisation alone. */
#define VIEW_IS_TOLD "(comment.held_by = '' OR comment.held_by = coalesce($30, $39)) "
/* It sees a row of `comment`. The author's organisation is among those named. replace(): is $30 in the list? */
#define VIEW_SEES_COMMENT                                                                                              \
	"(" VIEW_IS_TOLD "AND ($30 IS NULL OR EXISTS (" VIEW_PART(                                                     \
	    "comment.incident") " AND (replace(',' || "                                                                \
				"comment.organisations || ',', ',' || $30 || ',', '') <> ',' || "                      \
				"comment.organisations || ',' OR (comment.everyone = 1 AND " VIEW_READS_SINCE          \
				" < " VIEW_SAID_BY ")))))"

/* A row of `comment` that the reader sees is not read yet, by the person that asks. */
#define VIEW_IS_UNREAD "($40 <> '' AND " READ_PLACE_UNREAD("$40", "coalesce($30, $39)") ")"

/* It reads in the place of a row of `comment` what is for everyone there: it did when the comment was said. */
#define VIEW_READS_EVERYONES "EXISTS (" VIEW_PART("comment.incident") " AND " VIEW_READS_SINCE " < " VIEW_SAID_BY ") "

/* A tool's: its own, and what stands at a comment that it reads, as far as the attachment's audience allows that: never
 * wider. */
#define VIEW_SEES_ATTACHMENT_OF_TOOL                                                                                   \
	"($30 IS NULL OR (EXISTS (" VIEW_PART("attachment.incident") ") AND (" VIEW_IS_OWN(                            \
	    "attachment.supplier") "OR ((attachment.everyone = 1 OR replace(',' || "                                   \
				   "attachment.organisations || ',', ',' || $30 || ',', '') <> ',' || "                \
				   "attachment.organisations || ',') AND EXISTS (SELECT 1 FROM comment WHERE "         \
				   "comment.uuid = attachment.comment AND comment.removed = 0 AND " VIEW_SEES_COMMENT  \
				   "))))) "
/* Uploaded here: for exactly those who read its comment, by the comment itself. */
#define VIEW_SEES_UPLOADED                                                                                             \
	"EXISTS (SELECT 1 FROM comment WHERE comment.uuid = attachment.comment AND comment.removed = 0 "               \
	"AND " VIEW_SEES_COMMENT ") "
#define VIEW_SEES_ATTACHMENT                                                                                           \
	"CASE WHEN attachment.sha256 = '' THEN " VIEW_SEES_ATTACHMENT_OF_TOOL "ELSE " VIEW_SEES_UPLOADED "END "

/* A row of `act`. Hand-overs and promises are for whoever takes part, as the holder is: those that are open, and those
 * that ended since. Of the others only those learn who read the words. */
#define VIEW_SEES_ACT                                                                                                  \
	"($30 IS NULL OR (act.kind IN ('handover', 'promise') AND EXISTS (" VIEW_PART(                                 \
	    "act.incident") " AND (act.state = 'open' OR part.sees_ms < act.ended_ms))) OR (act.kind NOT IN "          \
			    "('handover', 'promise') AND EXISTS (SELECT 1 FROM comment WHERE comment.uuid = act.uuid " \
			    "AND " VIEW_SEES_COMMENT "))) "

/* A delivery to the organisation's own tool; of a comment, when it sees that one. */
#define VIEW_SEES_DELIVERY(row)                                                                                        \
	"($30 IS NULL OR (" VIEW_IS_OWN(row ".supplier") "AND EXISTS (" VIEW_PART(                                     \
	    row ".incident") ") AND (" row ".comment = '' OR EXISTS (SELECT 1 FROM comment WHERE comment.uuid = " row  \
			     ".comment AND " VIEW_SEES_COMMENT "))))"

/* When its part in the row `part` begins, whichever of its tools came in first. */
#define VIEW_SEES_SINCE                                                                                                \
	"(SELECT min(seen.sees_ms) FROM share AS seen WHERE seen.incident = part.incident AND " VIEW_IS_OWN(           \
	    "seen.supplier") "AND seen.withdrawn_ms = 0)"
/* Among the rows `part` of its tools, the one that is told: the first. */
#define VIEW_PART_IS_FIRST                                                                                             \
	"NOT EXISTS (SELECT 1 FROM share AS other WHERE other.incident = part.incident AND " VIEW_IS_OWN(              \
	    "other.supplier") "AND other.withdrawn_ms = 0 AND (other.since_ms, other.supplier) < (part.since_ms, "     \
			      "part.supplier))"

/* Binds $30 to $40. A reader who sees nothing is the organisation without a name. */
void view_bind(const struct view *view, struct db_stmt *stmt);
bool view_is_ours(const struct view *view);
/* Is the supplier a tool of the reader's organisation? Ours: all are. */
bool view_is_own(const struct view *view, struct ent_str supplier);
/* The language of the sentences that it reads: a person's own, or the organisation's. */
enum ent_language view_language(const struct view *view);
/* False: err says that it does not exist. For what only our people read. */
bool view_ours_only(const struct view *view, struct ent_err *err);

#endif
