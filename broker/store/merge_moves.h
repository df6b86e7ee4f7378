/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows that are of an incident, table by table: what becomes of them when their incident goes into another one, and
 * when both are parted again. One table of statements; merge_moves() runs one column of it from the first row to the
 * last. A table with a column `incident` has a row here: tests/unit/test_merge_moves.c.
 */
#ifndef STORE_MERGE_MOVES_H
#define STORE_MERGE_MOVES_H

#include "store/db.h"

/* In a statement: the numbers of the incident $1, which went in, and of those that it had taken in before. */
#define MERGE_OF_GONE                                                                                                  \
	"(WITH RECURSIVE its(number) AS (SELECT $1 UNION SELECT incident.number FROM incident JOIN its ON "            \
	"incident.merged_into = its.number WHERE incident.merged_into <> 0) SELECT number FROM its)"

/* A row of `ticket` goes back to $1. One that goes on as another one stays with that one, whichever they were in first:
 * they are one in their tool. */
#define MERGE_TICKET_LEAVES                                                                                            \
	"CASE WHEN ticket.continues_as = '' THEN ticket.origin ELSE coalesce((SELECT next.origin FROM ticket AS next " \
	"WHERE next.supplier = ticket.supplier AND next.external_id = ticket.continues_as), ticket.origin) END "       \
	"IN " MERGE_OF_GONE

/* In the statements, $1 is the incident that went in, $2 the one that took it in. A table that is named in the
 * statements of another one stands after it. */
struct merge_move {
	const char *table;
	const char *column; /* the one with the number */
	const char *merge;  /* NULL: the rows stay as they are, or other code moves them; `why` says so */
	const char *split;  /* NULL: they stay with the one that took them in */
	const char *why;
};

extern const struct merge_move merge_move_rows[]; /* up to the row without a table */

enum merge_way { MERGE_IN, MERGE_APART };

/* All rows of `gone` go into `kept`; or those that are of `gone` go back. Failures stick in db. */
void merge_moves(struct db *db, enum merge_way way, int64_t gone, int64_t kept);

#endif
