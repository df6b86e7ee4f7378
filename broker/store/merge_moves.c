/* SPDX-License-Identifier: Apache-2.0 */
#include "store/merge_moves.h"

#define MOVE(table) "UPDATE " table " SET incident = $2 WHERE incident = $1"
/* The same; the row remembers where it was first. */
#define MOVE_FIRST(table)                                                                                              \
	"UPDATE " table " SET incident = $2, origin = CASE origin WHEN 0 THEN $1 ELSE origin END WHERE incident = $1"
#define BACK_BY_ORIGIN(table) "UPDATE " table " SET incident = $1 WHERE incident = $2 AND origin IN " MERGE_OF_GONE
/* A row that names a comment (by its uuid) stays with the comment. */
#define BACK_WITH_COMMENT(table, column)                                                                               \
	"UPDATE " table " SET incident = $1 WHERE incident = $2 AND " column                                           \
	" IN (SELECT uuid FROM comment WHERE incident = $1)"
/* A row that names a ticket stays with the ticket. */
#define WITH_TICKET(table, ticket)                                                                                     \
	"EXISTS (SELECT 1 FROM ticket WHERE ticket.supplier = " table ".supplier AND ticket.external_id = " ticket     \
	" AND ticket.incident = $1)"

const struct merge_move merge_move_rows[] = {
    {"ticket", "incident", MOVE("ticket"),
     "UPDATE ticket SET incident = $1 WHERE incident = $2 AND " MERGE_TICKET_LEAVES, NULL},
    /* A tool's comment goes with its ticket, whenever it was said; our own words go where they were said. */
    {"comment", "incident", MOVE("comment"),
     "UPDATE comment SET incident = $1 WHERE incident = $2 AND CASE WHEN supplier = '' THEN origin IN " MERGE_OF_GONE
     " ELSE " WITH_TICKET("comment", "comment.ticket") " END",
     NULL},
    {"attachment", "incident", MOVE("attachment"),
     "UPDATE attachment SET incident = $1 WHERE incident = $2 AND (" WITH_TICKET(
	 "attachment", "attachment.ticket") " OR comment IN (SELECT uuid FROM comment WHERE incident = $1))",
     NULL},
    {"upload", "incident", MOVE_FIRST("upload"), BACK_BY_ORIGIN("upload"), NULL},
    /* The other incident's rows stand on: of an incident that lives no more nobody asks for them. */
    {"correlation", "incident",
     "INSERT INTO correlation (key, incident, origin) SELECT key, $2, CASE origin WHEN 0 THEN $1 ELSE origin END FROM "
     "correlation WHERE incident = $1 ON CONFLICT (key, incident) DO NOTHING",
     "DELETE FROM correlation WHERE incident = $2 AND origin IN " MERGE_OF_GONE, NULL},
    {"reference", "incident",
     "INSERT INTO reference (supplier, external_id, incident, by_supplier, by_ticket, origin) SELECT supplier, "
     "external_id, $2, by_supplier, by_ticket, CASE origin WHEN 0 THEN $1 ELSE origin END FROM reference WHERE "
     "incident = $1 ON CONFLICT (supplier, external_id, incident, by_supplier) DO NOTHING",
     "DELETE FROM reference WHERE incident = $2 AND origin IN " MERGE_OF_GONE, NULL},
    {"hand_over", "incident", MOVE_FIRST("hand_over"), BACK_BY_ORIGIN("hand_over"), NULL},
    /* An act's words are a comment with its uuid. */
    {"act", "incident", MOVE_FIRST("act"),
     "UPDATE act SET incident = $1 WHERE incident = $2 AND (origin IN " MERGE_OF_GONE
     " OR uuid IN (SELECT uuid FROM comment "
     "WHERE incident = $1))",
     NULL},
    /* A place that both incidents have: the survivor's stands, the other one's stays where it is. */
    {"taken", "incident",
     "UPDATE taken SET incident = $2, origin = CASE origin WHEN 0 THEN $1 ELSE origin END WHERE incident = $1 AND NOT "
     "EXISTS (SELECT 1 FROM taken AS other WHERE other.incident = $2 AND other.of = taken.of AND other.organisation = "
     "taken.organisation)",
     "UPDATE taken SET incident = $1 WHERE incident = $2 AND (origin IN " MERGE_OF_GONE
     " OR of IN (SELECT uuid FROM act WHERE incident = $1)) AND NOT EXISTS (SELECT 1 FROM taken AS other WHERE "
     "other.incident = $1 AND other.of = taken.of AND other.organisation = taken.organisation)",
     NULL},
    {"snooze", "incident",
     "UPDATE snooze SET incident = $2, looked = 0, origin = CASE origin WHEN 0 THEN $1 ELSE origin END, sequence = "
     "(SELECT "
     "sequence FROM incident WHERE number = $2) WHERE incident = $1 AND NOT EXISTS (SELECT 1 FROM snooze AS other "
     "WHERE other.incident = $2 AND other.organisation = snooze.organisation)",
     "UPDATE snooze SET incident = $1, looked = 0, sequence = (SELECT sequence FROM incident WHERE number = $1) WHERE "
     "incident = "
     "$2 AND origin IN " MERGE_OF_GONE " AND NOT EXISTS (SELECT 1 FROM snooze AS other WHERE other.incident = $1 AND "
     "other.organisation = snooze.organisation)",
     NULL},
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
     "WHEN sent_to <> '' THEN " WITH_TICKET("delivery", "delivery.sent_to") " ELSE made_in IN " MERGE_OF_GONE " END",
     NULL},
    {"notified", "incident", MOVE("notified"),
     "UPDATE notified SET incident = $1 WHERE incident = $2 AND (comment IN (SELECT uuid FROM comment WHERE incident = "
     "$1) OR act IN (SELECT uuid FROM act WHERE incident = $1))",
     NULL},
    {"follow", "incident",
     "INSERT INTO follow (account, incident, state, since_ms) SELECT account, $2, state, since_ms FROM follow WHERE "
     "incident = $1 ON CONFLICT (account, incident) DO NOTHING",
     NULL, "the rows of the one that went in stand on, and count again when both are parted"},
    {"join_request", "incident", MOVE_FIRST("join_request"), BACK_BY_ORIGIN("join_request"), NULL},
    {"join_request", "asking",
     "UPDATE join_request SET asking = $2, asking_origin = CASE asking_origin WHEN 0 THEN $1 ELSE asking_origin END "
     "WHERE asking = $1",
     "UPDATE join_request SET asking = $1 WHERE asking = $2 AND asking_origin IN " MERGE_OF_GONE, NULL},
    /* Where nothing says which of two places is right, the one that has read less: nothing counts as read that was not.
     */
    {"reading_place", "incident",
     "INSERT INTO reading_place (account, incident, origin, read_id, read_ms) SELECT account, $2, origin, read_id, "
     "read_ms FROM reading_place WHERE incident = $1 ON CONFLICT (account, incident, origin) DO UPDATE SET read_id = "
     "CASE WHEN excluded.read_id < reading_place.read_id THEN excluded.read_id ELSE reading_place.read_id END, read_ms "
     "= CASE WHEN excluded.read_ms < reading_place.read_ms THEN excluded.read_ms ELSE reading_place.read_ms END",
     "INSERT INTO reading_place (account, incident, origin, read_id, read_ms) SELECT account, $1, origin, read_id, "
     "read_ms FROM reading_place WHERE incident = $2 ON CONFLICT (account, incident, origin) DO UPDATE SET read_id = "
     "excluded.read_id, read_ms = excluded.read_ms",
     NULL},
    {"share", "incident", "DELETE FROM share WHERE incident = $1", NULL,
     "row_folds_merge() and row_folds_split() work out who takes part"},
    {"reads", "incident", NULL, NULL, "the same, and since when each reads"},
    {"link", "incident", NULL, NULL, "asked for with all that went into an incident, and so is its other one"},
    {"event", "incident", NULL, NULL, "what happened to an incident is told of that one for ever"},
    {"work", "incident", NULL, NULL, "made from the rest at the end of the job, of both: see works.h"},
    {"finished", "incident", NULL, NULL, "saved with each incident"},
    {"once", "incident", NULL, NULL, "an answer that was given, by uuid"},
    {"draft", "incident", NULL, NULL, "names where it was begun, and is of the one that this is part of now"},
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
