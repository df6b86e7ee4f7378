/* SPDX-License-Identifier: Apache-2.0 */
#include "store/merge_moves.h"

/* The numbers of the incident that went in, and of those that it had taken in before. */
#define OF_GONE                                                                                                        \
	"(WITH RECURSIVE its(number) AS (SELECT $1 UNION SELECT incident.number FROM incident JOIN its ON "            \
	"incident.merged_into = its.number WHERE incident.merged_into <> 0) SELECT number FROM its)"

#define MOVE(table) "UPDATE " table " SET incident = $2 WHERE incident = $1"
/* The same; the row remembers where it was first. */
#define MOVE_FIRST(table)                                                                                              \
	"UPDATE " table " SET incident = $2, origin = CASE origin WHEN 0 THEN $1 ELSE origin END WHERE incident = $1"
#define BACK_BY_ORIGIN(table) "UPDATE " table " SET incident = $1 WHERE incident = $2 AND origin IN " OF_GONE
/* A row that names a comment (by its uuid) stays with the comment. */
#define BACK_WITH_COMMENT(table, column)                                                                               \
	"UPDATE " table " SET incident = $1 WHERE incident = $2 AND " column                                           \
	" IN (SELECT uuid FROM comment WHERE incident = $1)"
/* A row that names a ticket stays with the ticket. */
#define WITH_TICKET(table, ticket)                                                                                     \
	"EXISTS (SELECT 1 FROM ticket WHERE ticket.supplier = " table ".supplier AND ticket.external_id = " ticket     \
	" AND ticket.incident = $1)"

const struct merge_move merge_move_rows[] = {
    {"ticket", "incident", MOVE("ticket"), BACK_BY_ORIGIN("ticket"), NULL},
    /* What is said in a ticket goes with the ticket, whenever it was said; our own words go where they were said. */
    {"comment", "incident", MOVE("comment"),
     "UPDATE comment SET incident = $1 WHERE incident = $2 AND CASE WHEN supplier = '' THEN origin IN " OF_GONE
     " ELSE " WITH_TICKET("comment", "comment.ticket") " END",
     NULL},
    {"attachment", "incident", MOVE("attachment"),
     "UPDATE attachment SET incident = $1 WHERE incident = $2 AND (" WITH_TICKET(
	 "attachment", "attachment.ticket") " OR comment IN (SELECT uuid FROM comment WHERE incident = $1))",
     NULL},
    /* The other incident's rows stand on: of an incident that lives no more nobody asks for them. */
    {"correlation", "incident",
     "INSERT INTO correlation (key, incident, origin) SELECT key, $2, CASE origin WHEN 0 THEN $1 ELSE origin END FROM "
     "correlation WHERE incident = $1 ON CONFLICT (key, incident) DO NOTHING",
     "DELETE FROM correlation WHERE incident = $2 AND origin IN " OF_GONE, NULL},
    {"reference", "incident",
     "INSERT INTO reference (supplier, external_id, incident, by_supplier, by_ticket, origin) SELECT supplier, "
     "external_id, $2, by_supplier, by_ticket, CASE origin WHEN 0 THEN $1 ELSE origin END FROM reference WHERE "
     "incident = $1 ON CONFLICT (supplier, external_id, incident, by_supplier) DO NOTHING",
     "DELETE FROM reference WHERE incident = $2 AND origin IN " OF_GONE, NULL},
    {"hand_over", "incident", MOVE_FIRST("hand_over"), BACK_BY_ORIGIN("hand_over"), NULL},
    /* An act's words are a comment with its uuid. */
    {"act", "incident", MOVE_FIRST("act"),
     "UPDATE act SET incident = $1 WHERE incident = $2 AND (origin IN " OF_GONE " OR uuid IN (SELECT uuid FROM comment "
     "WHERE incident = $1))",
     NULL},
    /* A place that both incidents have: the survivor's stands, the other one's stays where it is. */
    {"taken", "incident",
     "UPDATE taken SET incident = $2 WHERE incident = $1 AND NOT EXISTS (SELECT 1 FROM taken AS other WHERE "
     "other.incident = $2 AND other.of = taken.of AND other.organisation = taken.organisation)",
     "UPDATE taken SET incident = $1 WHERE incident = $2 AND of IN (SELECT uuid FROM act WHERE incident = $1)", NULL},
    {"snooze", "incident",
     "UPDATE snooze SET incident = $2, sequence = (SELECT sequence FROM incident WHERE number = $2) WHERE incident = "
     "$1 "
     "AND NOT EXISTS (SELECT 1 FROM snooze AS other WHERE other.incident = $2 AND other.organisation = "
     "snooze.organisation)",
     NULL, "after a merge the place that was put off is that of both"},
    {"timer", "incident", MOVE("timer"),
     "UPDATE timer SET incident = $1 WHERE incident = $2 AND (subject IN (SELECT uuid FROM comment WHERE incident = "
     "$1) OR subject IN (SELECT uuid FROM act WHERE incident = $1))",
     NULL},
    /* The marker of one that never went out names the incident that it goes out for. What brings a comment goes with
     * the comment, what changes a ticket with the ticket. */
    {"delivery", "incident",
     "UPDATE delivery SET incident = $2, made_in = CASE made_in WHEN 0 THEN $1 ELSE made_in END, marked = CASE WHEN "
     "attempt = 0 AND length(hash) = 0 THEN $2 ELSE marked END WHERE incident = $1",
     "UPDATE delivery SET incident = $1, marked = CASE WHEN attempt = 0 AND length(hash) = 0 THEN $1 ELSE marked END "
     "WHERE incident = $2 AND CASE WHEN comment <> '' THEN comment IN (SELECT uuid FROM comment WHERE incident = $1) "
     "WHEN sent_to <> '' THEN " WITH_TICKET("delivery", "delivery.sent_to") " ELSE made_in IN " OF_GONE " END",
     NULL},
    {"join_request", "incident", MOVE_FIRST("join_request"), BACK_BY_ORIGIN("join_request"), NULL},
    {"join_request", "asking",
     "UPDATE join_request SET asking = $2, asking_origin = CASE asking_origin WHEN 0 THEN $1 ELSE asking_origin END "
     "WHERE asking = $1",
     "UPDATE join_request SET asking = $1 WHERE asking = $2 AND asking_origin IN " OF_GONE, NULL},
    {"share", "incident", "DELETE FROM share WHERE incident = $1", NULL,
     "row_folds_merge() and row_folds_split() work out who takes part"},
    {"reads", "incident", NULL, NULL, "the same, and since when each reads"},
    {"event", "incident", NULL, NULL, "what happened to an incident is told of that one for ever"},
    {"work", "incident", NULL, NULL, "made from the rest at the end of the job, of both: see works.h"},
    {"finished", "incident", NULL, NULL, "saved with each incident"},
    {"once", "incident", NULL, NULL, "an answer that was given, by uuid"},
    {.table = NULL},
};

void merge_moves(struct db *db, enum merge_way way, int64_t gone, int64_t kept)
{
	for (const struct merge_move *move = merge_move_rows; move->table; move++) {
		const char *sql = way == MERGE_IN ? move->merge : move->split;

		if (!sql)
			continue;
		struct db_stmt *stmt = db_use(db, sql);
		if (db_takes(stmt, 1))
			db_bind_int(stmt, 1, gone);
		if (db_takes(stmt, 2))
			db_bind_int(stmt, 2, kept);
		(void)db_row(stmt);
	}
}
