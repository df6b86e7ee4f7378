/* SPDX-License-Identifier: Apache-2.0 */
#include "store/parting.h"

#include "sdk/webhook.h"
#include "store/merge_moves.h"

#include <string.h>

/* $1: gone, $2: kept, $3: a number more. */
static void parting_run(struct db *db, const char *sql, int64_t gone, int64_t kept, int64_t more)
{
	struct db_stmt *stmt = db_use(db, sql);
	const int64_t bound[] = {gone, kept, more};

	for (int i = 0; i < 3; i++)
		if (db_takes(stmt, i + 1))
			db_bind_int(stmt, i + 1, bound[i]);
	(void)db_row(stmt);
}

/* ---- a merge --------------------------------------------------------------------------------- */

#define OF_KEPT                                                                                                        \
	"(WITH RECURSIVE all_of(number) AS (SELECT $2 UNION SELECT incident.number FROM incident JOIN all_of ON "      \
	"incident.merged_into = all_of.number WHERE incident.merged_into <> 0 AND incident.number <> $1) SELECT "      \
	"number FROM all_of)"
#define IS_APART                                                                                                       \
	"(one IN " MERGE_OF_GONE " AND other IN " OF_KEPT ") OR (other IN " MERGE_OF_GONE " AND one IN " OF_KEPT ")"
void parting_keep(struct db *db, int64_t gone, const struct event *merged)
{
	static const char *const sql[] = {
	    "DELETE FROM apart WHERE " IS_APART, /* a person merges them again */
	    "DELETE FROM merging_share WHERE gone = $1",
	    "DELETE FROM merging_reads WHERE gone = $1",
	    "INSERT INTO merging_share (gone, side, supplier, since_ms, sees_ms, reads_ms, withdrawn_ms, anew, parted) "
	    "SELECT "
	    "$1, incident, supplier, since_ms, sees_ms, reads_ms, withdrawn_ms, anew, parted FROM share WHERE incident "
	    "IN ($1, "
	    "$2)",
	    ("INSERT INTO merging_reads (gone, side, supplier, origin, since_ms) SELECT $1, incident, supplier, "
	     "origin, "
	     "since_ms FROM reads WHERE incident IN ($1, $2)"),
	};
	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++)
		parting_run(db, sql[i], gone, merged->incident, 0);
	struct db_stmt *stmt =
	    db_use(db, "INSERT INTO merging (gone, kept, seq, at_ms) VALUES ($1, $2, $3, $4) ON CONFLICT (gone) DO "
		       "UPDATE SET kept = excluded.kept, seq = excluded.seq, at_ms = excluded.at_ms");
	db_bind_int(stmt, 1, gone);
	db_bind_int(stmt, 2, merged->incident);
	db_bind_int(stmt, 3, merged->seq);
	db_bind_int(stmt, 4, merged->recorded_ms);
	(void)db_row(stmt);
}

/* ---- a split ---------------------------------------------------------------------------------- */

/* Rows: before, of its side, as it was; m, the merge; now, the share as it stands. The merge itself ended a share where
 * the other one's was taken back: that share stands again, and reads from now on. */
#define OTHER_ENDED                                                                                                    \
	"(now.withdrawn_ms = m.at_ms AND EXISTS (SELECT 1 FROM merging_share AS o WHERE o.gone = $1 AND o.side <> "    \
	"before.side AND o.supplier = before.supplier AND o.withdrawn_ms <> 0 AND "                                    \
	"o.parted = 0))"
#define ENDED_BY_MERGE "(before.withdrawn_ms = 0 AND " OTHER_ENDED ")"
#define BEGAN_SINCE    "(now.since_ms > m.at_ms)"
/* The later one of the two times since when somebody reads what is said in `origin`. */
#define READS_LATER(was, origin)                                                                                       \
	"CASE WHEN " ENDED_BY_MERGE " THEN $3 WHEN " was " > " READS_NOW(origin) " THEN " was                          \
										 " ELSE " READS_NOW(origin) " END"
#define READS_NOW(of)                                                                                                  \
	"coalesce((SELECT r.since_ms FROM reads AS r WHERE r.incident = $2 AND r.supplier = before.supplier AND "      \
	"r.origin = " of "), now.reads_ms)"
#define BOTH_TIMES(table)                                                                                              \
	" FROM " table " AS before JOIN merging AS m ON m.gone = $1 JOIN share AS now ON now.incident = $2 AND "       \
	"now.supplier = before.supplier WHERE before.gone = $1 AND before.side = "

/* The suppliers that take part in $2 only since the merge, and have no ticket that stays there. */
#define LEAVERS                                                                                                        \
	"SELECT now.supplier FROM share AS now JOIN merging AS m ON m.gone = $1 WHERE now.incident = $2 AND "          \
	"now.withdrawn_ms = 0 AND now.since_ms <= m.at_ms AND now.supplier NOT IN (SELECT supplier FROM "              \
	"merging_share WHERE gone = $1 AND side = $2 AND parted = 0) AND NOT EXISTS (SELECT 1 FROM ticket WHERE "      \
	"ticket.incident = $2 AND ticket.supplier = now.supplier AND NOT (" MERGE_TICKET_LEAVES ")) "

void parting_share(struct db *db, int64_t gone, const struct event *split)
{
	static const char *const sql[] = {
	    "INSERT INTO share (incident, supplier, since_ms, sees_ms, reads_ms, withdrawn_ms, anew, parted) SELECT "
	    "$1, "
	    "before.supplier, CASE WHEN " BEGAN_SINCE
	    " THEN now.since_ms ELSE before.since_ms END, CASE WHEN " BEGAN_SINCE
	    " THEN now.sees_ms ELSE before.sees_ms END, " READS_LATER(
		"before.reads_ms",
		"$1") ", CASE WHEN " ENDED_BY_MERGE
		      " THEN 0 WHEN before.withdrawn_ms <> 0 THEN before.withdrawn_ms ELSE now.withdrawn_ms END, "
		      "before.anew, before.parted" BOTH_TIMES("merging_share") "$1",
	    /* Comments that were brought to the others from its tickets stand there: they took part until now. */
	    "INSERT INTO share (incident, supplier, since_ms, sees_ms, reads_ms, withdrawn_ms, anew, parted) SELECT "
	    "$1, "
	    "supplier, $3, $3, $3, $3, 0, 1 FROM share WHERE incident = $2 AND supplier NOT IN (SELECT supplier FROM "
	    "merging_share "
	    "WHERE gone = $1 AND side = $1)",
	    "INSERT INTO reads (incident, supplier, origin, since_ms) SELECT $1, before.supplier, before.origin, "
	    "CASE WHEN " OTHER_ENDED " THEN $3 WHEN before.since_ms > " READS_NOW(
		"before.origin") " THEN "
				 "before.since_ms ELSE " READS_NOW("before.origin") " END" BOTH_TIMES(
				     "merging_reads") "$1",
	    /* A ticket that goes with the one that it goes on as is read there as it was read here. */
	    "INSERT INTO reads (incident, supplier, origin, since_ms) SELECT DISTINCT $1, mine.supplier, "
	    "ticket.origin, "
	    "coalesce((SELECT r.since_ms FROM reads AS r WHERE r.incident = $2 AND r.supplier = mine.supplier AND "
	    "r.origin "
	    "= ticket.origin), now.reads_ms) FROM share AS mine JOIN share AS now ON now.incident = $2 AND "
	    "now.supplier = "
	    "mine.supplier JOIN ticket ON ticket.incident = $2 WHERE mine.incident = $1 AND ticket.origin NOT "
	    "IN " MERGE_OF_GONE " AND " MERGE_TICKET_LEAVES " ON CONFLICT (incident, supplier, origin) DO NOTHING",
	    "INSERT INTO reads (incident, supplier, origin, since_ms) SELECT $1, share.supplier, $1, share.reads_ms "
	    "FROM "
	    "share WHERE share.incident = $1 AND EXISTS (SELECT 1 FROM reads AS r WHERE r.incident = $1 AND r.supplier "
	    "= "
	    "share.supplier) ON CONFLICT (incident, supplier, origin) DO NOTHING",
	    "DELETE FROM reads WHERE incident = $2 AND origin IN " MERGE_OF_GONE
	    " AND origin NOT IN (SELECT ticket.origin FROM ticket WHERE ticket.incident = $2 AND NOT "
	    "(" MERGE_TICKET_LEAVES "))",
	    "UPDATE share SET withdrawn_ms = $3, parted = 1 WHERE incident = $2 AND supplier IN (" LEAVERS ")",
	    /* The survivor's that the merge ended. */
	    "DELETE FROM reads WHERE incident = $2 AND supplier IN (SELECT before.supplier" BOTH_TIMES(
		"merging_share") "$2 AND " ENDED_BY_MERGE ")",
	    "UPDATE share SET withdrawn_ms = 0, reads_ms = $3 WHERE incident = $2 AND supplier IN (SELECT "
	    "before.supplier" BOTH_TIMES("merging_share") "$2 AND " ENDED_BY_MERGE ")",
	    "UPDATE share SET since_ms = (SELECT before.since_ms FROM merging_share AS before WHERE before.gone = $1 "
	    "AND "
	    "before.side = $2 AND before.supplier = share.supplier) WHERE incident = $2 AND supplier IN (SELECT "
	    "before.supplier" BOTH_TIMES("merging_share") "$2 AND NOT " BEGAN_SINCE ")",
	};
	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++)
		parting_run(db, sql[i], gone, split->incident, split->recorded_ms);
}

void parting_end(struct db *db, int64_t gone, const struct event *split)
{
	static const char *const sql[] = {
	    "INSERT INTO apart (one, other, since_ms) VALUES (CASE WHEN $1 < $2 THEN $1 ELSE $2 END, CASE WHEN $1 < $2 "
	    "THEN "
	    "$2 ELSE $1 END, $3) ON CONFLICT (one, other) DO UPDATE SET since_ms = excluded.since_ms",
	    "DELETE FROM merging_share WHERE gone = $1",
	    "DELETE FROM merging_reads WHERE gone = $1",
	    "DELETE FROM merging WHERE gone = $1",
	};
	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++)
		parting_run(db, sql[i], gone, split->incident, split->recorded_ms);
}

/* ---- questions ---------------------------------------------------------------------------------- */

/* The incident that this one took in last; 0: none that can be parted from it. */
static int64_t parting_last(struct db *db, int64_t kept)
{
	struct db_stmt *stmt = db_use(db, "SELECT gone FROM merging WHERE kept = $1 ORDER BY seq DESC LIMIT 1");

	db_bind_int(stmt, 1, kept);
	int64_t gone = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return gone;
}

/* Did this incident, or one that it took in, go into `kept` by a merge that can be undone? */
static bool parting_is_inside(struct db *db, int64_t inner, int64_t kept)
{
	struct db_stmt *stmt =
	    db_use(db, "WITH RECURSIVE up(number) AS (SELECT $1 UNION SELECT merging.kept FROM merging JOIN up ON "
		       "merging.gone = up.number) SELECT 1 FROM up WHERE number = $2 AND number <> $1 LIMIT 1");
	db_bind_int(stmt, 1, inner);
	db_bind_int(stmt, 2, kept);
	return db_found(stmt);
}

bool parting_is_apart(struct db *db, int64_t a, int64_t b)
{
	struct db_stmt *stmt = db_use(db, "SELECT 1 FROM apart WHERE " IS_APART " LIMIT 1");

	db_bind_int(stmt, 1, a);
	db_bind_int(stmt, 2, b);
	return db_found(stmt);
}

enum parting_is parting_choose(struct db *db, int64_t kept, int64_t other, int64_t *ret, struct ent_err *err)
{
	const int64_t last = parting_last(db, kept);
	char number[INCIDENT_NUMBER_SIZE], named[INCIDENT_NUMBER_SIZE];

	*ret = last && (!other || other == last) ? last : other;
	if (*ret && *ret == last)
		return PARTING_STANDS;
	if (other && parting_is_apart(db, kept, other))
		return PARTING_DONE;
	if (other && parting_is_inside(db, other, kept))
		(void)sdk_fail_as(
		    err, ENT_EINVAL, "split.not_last",
		    "{last=%.*s} came in after {other=%.*s}, or took it in; the later one is parted first",
		    ENT_F(incident_number(last, number)), ENT_F(incident_number(other, named)));
	else
		(void)sdk_fail_as(err, ENT_EINVAL, "split.none",
				  "{incident=%.*s} took no such incident in: there is nothing to part",
				  ENT_F(incident_number(kept, number)));
	return PARTING_NONE;
}

size_t parting_leavers(struct db *db, struct ent_arena *arena, int64_t gone, int64_t kept, const struct ent_str **ret)
{
	enum { LEAVERS_MAX = 1000 };
	struct db_stmt *stmt = db_use(db, LEAVERS "ORDER BY now.supplier LIMIT $3");
	struct ent_str *list = NULL;
	size_t n = 0, cap = 0;

	db_bind_int(stmt, 1, gone);
	db_bind_int(stmt, 2, kept);
	db_bind_int(stmt, 3, LEAVERS_MAX);
	while (db_row(stmt)) {
		if (n == cap) {
			struct ent_str *grown = SDK_NEW_N(arena, struct ent_str, cap = cap ? cap * 2 : 8);
			if (n)
				memcpy(grown, list, n * sizeof *grown);
			list = grown;
		}
		list[n++] = sdk_dup(arena, db_str(stmt, 0));
	}
	*ret = list;
	return n;
}

size_t parting_tickets(struct db *db, struct ent_arena *arena, int64_t gone, int64_t kept,
		       const struct ent_reference **ret)
{
	struct db_stmt *stmt = db_use(
	    db, "SELECT supplier, external_id FROM ticket WHERE incident = $2 AND " MERGE_TICKET_LEAVES " ORDER BY id");
	struct ent_reference *list = NULL;
	size_t n = 0, cap = 0;

	db_bind_int(stmt, 1, gone);
	db_bind_int(stmt, 2, kept);
	while (db_row(stmt)) {
		if (n == cap) {
			struct ent_reference *grown = SDK_NEW_N(arena, struct ent_reference, cap = cap ? cap * 2 : 8);
			if (n)
				memcpy(grown, list, n * sizeof *grown);
			list = grown;
		}
		list[n++] = (struct ent_reference){sdk_dup(arena, db_str(stmt, 0)), sdk_dup(arena, db_str(stmt, 1))};
	}
	*ret = list;
	return n;
}
