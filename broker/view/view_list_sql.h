/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements of view_list.c, apart so that a test sees their plans. Without a filter the newest incidents are
 * read from the end of the index by change. By status, holder or supplier: the incidents in work are few and are found
 * by incident_open and sorted; of the finished ones the newest of each status are taken and merged. A number is looked
 * up. Only for view/ and tests/unit.
 *
 * $1, $2: changed before; $4: holder, NULL any; $5: changed since; $6: supplier, '' any; $7: text, folded, NULL any;
 * $8: how many; $9, $10: the text as typed and in upper case, $22: as an incident's number; $11..$21: statuses.
 */
#ifndef VIEW_LIST_SQL_H
#define VIEW_LIST_SQL_H

#include "view/view_json.h"

#define LIST_STATUSES "($11), ($12), ($13), ($14), ($15), ($16), ($17), ($18), ($19), ($20), ($21)"
#define LIST_STATUS   11 /* where they begin */
#define LIST_N_STATUS 11

/* Incidents of the tickets that are called so. */
#define LIST_NUMBERED                                                                                                  \
	"SELECT ticket.incident FROM ticket WHERE ticket.external_id = $9 AND " VIEW_SEES_OWN(                         \
	    "ticket.supplier") " UNION ALL SELECT ticket.incident FROM ticket WHERE ticket.key IN ($9, $10) "          \
			       "AND " VIEW_SEES_OWN("ticket.supplier")
#define LIST_TEXT                                                                                                      \
	"($7 IS NULL OR text_has(incident.title, $7) OR incident.number = $22 OR incident.number IN (" LIST_NUMBERED   \
	")) "
#define LIST_BEFORE(row, number) "(" row ".changed_ms, " row "." number ") < ($1, $2) AND " row ".changed_ms >= $5 "
#define LIST_ORDER               "ORDER BY incident.changed_ms DESC, incident.number DESC LIMIT $8"
#define LIST_WANTED              "WITH wanted(status) AS (VALUES " LIST_STATUSES ") "
#define LIST_SHARED                                                                                                    \
	"($6 = '' OR EXISTS (SELECT 1 FROM share WHERE share.incident = incident.number AND share.supplier = $6)) "

#define LIST_NEWEST                                                                                                    \
	"SELECT " VIEW_INCIDENT_OF_OURS                                                                                \
	"WHERE incident.merged_into = 0 AND " LIST_BEFORE("incident", "number") "AND " LIST_TEXT LIST_ORDER

/* holder: as a condition on a row that has one; '': any. */
#define LIST_IN_WORK(holder)                                                                                           \
	"SELECT number FROM (SELECT incident.number FROM incident WHERE incident.merged_into = 0 AND "                 \
	"incident.finished = 0 AND incident.status IN (SELECT status FROM wanted) " holder "AND " LIST_SHARED          \
	"AND " LIST_BEFORE("incident", "number") "AND " LIST_TEXT LIST_ORDER ") AS in_work "
#define LIST_FINISHED(holder)                                                                                          \
	"SELECT newest.incident FROM wanted JOIN finished AS newest ON newest.supplier = $6 AND newest.incident IN "   \
	"(SELECT finished.incident FROM finished WHERE finished.supplier = $6 " holder                                 \
	"AND finished.status = wanted.status AND " LIST_BEFORE(                                                        \
	    "finished", "incident") "AND ($7 IS NULL OR EXISTS (SELECT 1 FROM incident WHERE incident.number = "       \
				    "finished.incident AND " LIST_TEXT                                                 \
				    ")) ORDER BY finished.changed_ms DESC, finished.incident DESC LIMIT $8) "
#define LIST_FILTERED(in_work, finished)                                                                               \
	LIST_WANTED                                                                                                    \
	"SELECT " VIEW_INCIDENT_OF_OURS                                                                                \
	"WHERE incident.number IN (" LIST_IN_WORK(in_work) "UNION ALL " LIST_FINISHED(finished) ") " LIST_ORDER
#define LIST_BY_STATUS LIST_FILTERED("", "")
#define LIST_BY_HOLDER LIST_FILTERED("AND incident.holder = $4 ", "AND finished.holder = $4 ")

#define LIST_BY_NUMBER                                                                                                 \
	LIST_WANTED                                                                                                    \
	"SELECT " VIEW_INCIDENT_OF_OURS "WHERE incident.number IN (SELECT $22 UNION ALL " LIST_NUMBERED                \
	") AND incident.merged_into = 0 AND incident.status IN (SELECT status FROM wanted) AND ($4 IS NULL OR "        \
	"incident.holder = $4) AND " LIST_SHARED "AND " LIST_BEFORE("incident", "number") LIST_ORDER

/* $23: an incident that may be listed. */
#define LIST_ONE                                                                                                       \
	LIST_WANTED                                                                                                    \
	"SELECT " VIEW_INCIDENT_OF_OURS "WHERE incident.number = $23 AND incident.merged_into = 0 AND "                \
	"incident.status IN (SELECT status FROM wanted) AND ($4 IS NULL OR incident.holder = $4) AND " LIST_SHARED     \
	"AND " LIST_BEFORE("incident", "number") "AND " LIST_TEXT "LIMIT $8"

/* $1, $2: shared before. An organisation filters by its own suppliers. */
#define LIST_OF_PART                                                                                                   \
	"SELECT * FROM (SELECT " VIEW_INCIDENT VIEW_CHANGED " AS changed_ms, 0, " VIEW_COUNTS                          \
	", part.since_ms AS since_ms, part.incident AS incident FROM share AS part JOIN incident ON incident.number "  \
	"= "                                                                                                           \
	"part.incident WHERE " VIEW_OF_READER " AND (part.since_ms, part.incident) < ($1, $2) AND incident.status IN " \
	"(VALUES " LIST_STATUSES ") AND ($4 IS NULL OR incident.holder = $4) AND ($6 = '' OR (" VIEW_IS_OWN(           \
	    "$6") "AND EXISTS (SELECT 1 FROM share AS filter WHERE filter.incident = part.incident AND "               \
		  "filter.supplier = $6 AND filter.withdrawn_ms = 0))) AND " LIST_TEXT                                 \
		  ") AS seen WHERE changed_ms >= $5 ORDER BY since_ms DESC, incident DESC LIMIT $8"

#endif
