/* SPDX-License-Identifier: Apache-2.0 */
/* I4, I5, I7 and convergence, from the tools' books and the store's rows. I6 is asked when bytes arrive: net.c. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int canary_of(struct ent_str body)
{
	char text[400];
	const char *found;

	snprintf(text, sizeof text, "%.*s", ENT_F(sdk_head(body, sizeof text - 1)));
	found = strstr(text, "canary-");
	return found ? atoi(found + 7) : -1;
}

struct tool *tool_of(struct sim *sim, struct ent_str name)
{
	for (int i = 0; i < sim->n_tool; i++)
		if (sdk_eqz(name, sim->tool[i].name))
			return &sim->tool[i];
	sim_violates(sim, "store", "store", "no tool is called %.*s", ENT_F(name));
	return &sim->tool[0];
}

/* How often our words of a canary stand in a tool; where the first of them stands. */
static int copies(const struct tool *tool, int canary, int *ret_at)
{
	int n = 0;

	for (int i = tool->n_comment - 1; i >= 0; i--)
		if (tool->comment[i].ours && tool->comment[i].canary == canary) {
			*ret_at = i;
			n++;
		}
	return n;
}

static void check_once(struct sim *sim)
{
	int at;

	for (int t = 0; t < sim->n_tool; t++)
		for (int c = 0; c < sim->n_canary; c++) {
			int n = copies(&sim->tool[t], c, &at);
			if (n > 1)
				sim_violates(sim, "I4", sim->tool[t].name, "canary-%d. stands %d times in %s", c, n,
					     sim->tool[t].name);
		}
	for (int t = 0; t < sim->n_tool; t++)
		for (int i = 0; i < sim->tool[t].n_ticket; i++)
			for (int j = 0; sim->tool[t].ticket[i].ours && j < i; j++)
				if (sim->tool[t].ticket[i].key[0] && sim->tool[t].ticket[j].ours &&
				    strcmp(sim->tool[t].ticket[i].key, sim->tool[t].ticket[j].key) == 0)
					sim_violates(sim, "I4", sim->tool[t].name, "one ticket was opened twice in %s",
						     sim->tool[t].name);
}

/* ---- one ticket for each incident and supplier ----------------------------------------------- */

/* The delivery that opened a ticket. incident: its incident now; marked: its incident when it was planned. */
struct opening {
	int64_t incident, marked, made_ms;
	int live; /* the ticket that it goes on as now; -1: that cannot be read any more */
};

static struct opening opening_of(struct sim *sim, const struct tool *tool, int ticket)
{
	struct db_stmt *stmt = db_use(sim->eyes, "SELECT incident, marked, made_ms FROM delivery WHERE key = $1");
	struct opening opening = {.live = -1};
	int now = tool_now(tool, ticket);

	if (!tool->ticket[ticket].ours || !tool->ticket[ticket].key[0])
		return opening;
	db_bind_str(stmt, 1, sdk_str(tool->ticket[ticket].key));
	if (db_row(stmt))
		opening = (struct opening){db_int(stmt, 0), db_int(stmt, 1), db_int(stmt, 2),
					   tool->ticket[now].hidden ? -1 : now};
	else
		sim_violates(sim, "I4", tool->name, "%s/%d was opened by us, and no delivery says so", tool->name,
			     ticket);
	db_done(stmt);
	return opening;
}

/* When an incident went into another one; INT64_MAX: never. */
static int64_t absorbed_ms(struct sim *sim, int64_t incident, int64_t *ret_into)
{
	struct db_stmt *stmt =
	    db_use(sim->eyes, "SELECT i.merged_into, e.recorded_ms FROM incident AS i JOIN event AS e ON e.incident = "
			      "i.number AND e.kind = 'incident.absorbed' WHERE i.number = $1 AND i.merged_into <> 0 "
			      "ORDER BY e.seq DESC LIMIT 1");
	int64_t at_ms = INT64_MAX;

	db_bind_int(stmt, 1, incident);
	if (db_row(stmt)) {
		*ret_into = db_int(stmt, 0);
		at_ms = db_int(stmt, 1);
	}
	db_done(stmt);
	return at_ms;
}

/* When two incidents were merged; INT64_MIN: they are the same incident, INT64_MAX: never. */
static int64_t met_ms(struct sim *sim, int64_t a, int64_t b)
{
	int64_t at_ms = INT64_MIN;

	while (a != b && at_ms != INT64_MAX) {
		int64_t into_a = a, into_b = b;
		int64_t a_ms = absorbed_ms(sim, a, &into_a), b_ms = absorbed_ms(sim, b, &into_b);
		at_ms = a_ms < b_ms ? a_ms : b_ms;
		*(a_ms < b_ms ? &a : &b) = a_ms < b_ms ? into_a : into_b;
	}
	return at_ms;
}

static int64_t asked_ms(const struct tool *tool, int ticket)
{
	return SIM_EPOCH_MS + tool->ticket[ticket].asked_us / 1000;
}

static void check_single(struct sim *sim, const struct tool *tool)
{
	struct opening opening[TICKETS];

	for (int i = 0; i < tool->n_ticket; i++) {
		opening[i] = opening_of(sim, tool, i);
		for (int j = 0; j < i && opening[i].live >= 0; j++) {
			if (opening[j].live < 0 || opening[j].live == opening[i].live ||
			    opening[j].incident != opening[i].incident)
				continue;
			/* Incidents that were merged: each may bring the ticket that it had, or had asked for, before.
			 */
			if (asked_ms(tool, i) <= met_ms(sim, opening[i].marked, opening[j].marked))
				continue;
			sim_violates(
			    sim, "I4", tool->name, "incident %lld has two live tickets that we opened: %s/%d and %s/%d",
			    (long long)opening[i].incident, tool->name, opening[j].live, tool->name, opening[i].live);
		}
	}
}

/* ---- the thread: each comment once, none of them our own echo ----------------------------- */

/* A tool that makes one ticket of two, whose incidents a person parted, says its comments in both. */
static void check_thread(struct sim *sim)
{
	int said[CANARIES] = {0};
	struct db_stmt *stmt =
	    db_use(sim->eyes,
		   "SELECT body FROM comment AS c WHERE removed = 0 AND NOT EXISTS (SELECT 1 FROM comment AS o JOIN "
		   "apart ON o.incident IN (one, other) AND c.incident IN (one, other) WHERE o.supplier = c.supplier "
		   "AND o.external_id = c.external_id AND o.incident <> c.incident AND o.removed = 0 AND o.id < c.id)");

	while (db_row(stmt)) {
		int c = canary_of(db_str(stmt, 0));
		if (c >= 0 && c < CANARIES)
			said[c]++;
	}
	for (int c = 0; c < sim->n_canary; c++) {
		char subject[24];
		snprintf(subject, sizeof subject, "canary-%d.", c);
		if (said[c] > 1)
			sim_violates(sim, "I7", subject, "canary-%d. is %d comments of the thread", c, said[c]);
		if (said[c] == 0 && sim->canary[c].tool >= 0 && !sim->canary[c].is_removed &&
		    !sim->tool[sim->canary[c].tool].ticket[sim->canary[c].ticket].hidden)
			sim_violates(sim, "I1", subject, "canary-%d. was said in %s and is in no thread", c,
				     sim->tool[sim->canary[c].tool].name);
		if (said[c] == 0 && sim->canary[c].tool < 0 && sim->canary[c].is_taken && !sim->canary[c].is_removed)
			sim_violates(sim, "I1", subject, "canary-%d. was taken from us and is in no thread", c);
	}
}

/* ---- deliveries ---------------------------------------------------------------------------------- */

static bool has_merges(struct sim *sim)
{
	return db_ask(sim->eyes, "SELECT count(*) FROM event WHERE kind = 'incident.merged'") > 0;
}

/* Deliveries that are to be done, and nothing holds them. */
#define ARE_DUE                                                                                                        \
	"FROM delivery AS d WHERE state IN ('pending', 'in_flight') AND NOT EXISTS (SELECT 1 FROM delivery AS b "      \
	"WHERE "                                                                                                       \
	"b.incident = d.incident AND b.supplier = d.supplier AND b.id < d.id AND b.state IN ('unknown', 'parked') "    \
	"AND b.op IN ('create_ticket', 'add_comment') AND (b.cause <> 'loop' OR b.op = 'add_comment' AND b.comment = " \
	"d.comment AND d.op IN ('edit_comment', 'remove_comment')))"

bool tools_are_owed(struct sim *sim)
{
	return db_ask(sim->eyes, "SELECT count(*) " ARE_DUE) > 0;
}

static void check_open(struct sim *sim)
{
	struct db_stmt *stmt = db_use(sim->eyes, "SELECT id, supplier, incident, state, op " ARE_DUE);

	while (db_row(stmt))
		sim_violates(sim, "I9", "delivery",
			     "delivery %lld to %.*s of incident %lld is %.*s, and nothing holds it",
			     (long long)db_int(stmt, 0), ENT_F(db_str(stmt, 1)), (long long)db_int(stmt, 2),
			     ENT_F(db_str(stmt, 3)));
}

static void check_plans(struct sim *sim)
{
	struct db_stmt *stmt = db_use(sim->eyes, "SELECT id, supplier FROM delivery WHERE op = 'add_comment' AND "
						 "everyone = 0 AND ',' || organisations || ',' NOT LIKE '%,' || "
						 "supplier || ',%'");

	while (db_row(stmt))
		sim_violates(sim, "I6", "delivery", "delivery %lld brings an internal comment to %.*s",
			     (long long)db_int(stmt, 0), ENT_F(db_str(stmt, 1)));
}

/* A comment that was stopped as `loop` or `earlier` holds back nothing, so a person may send it after later ones. */
#define WAS_WITHHELD                                                                                                   \
	"EXISTS (SELECT 1 FROM event AS w WHERE w.incident = d.incident AND w.kind IN ('delivery.parked', "            \
	"'delivery.cancelled') AND json_extract(w.json, '$.cause') IN ('loop', 'earlier') AND json_extract(w.json, "   \
	"'$.delivery.key') = d.key)"

static void check_done(struct sim *sim)
{
	struct db_stmt *stmt =
	    db_use(sim->eyes, "SELECT d.id, d.supplier, d.incident, c.body, " WAS_WITHHELD " FROM delivery AS d JOIN "
			      "comment AS c ON c.uuid = d.comment WHERE d.op = 'add_comment' AND d.state = 'done' "
			      "ORDER BY d.incident, d.supplier, d.id");
	int64_t incident = 0;
	struct tool *tool = NULL;
	int before = -1, at = -1;
	bool merges = has_merges(sim);

	while (db_row(stmt)) {
		struct tool *of = tool_of(sim, db_str(stmt, 1));
		int canary = canary_of(db_str(stmt, 3));
		if (of != tool || db_int(stmt, 2) != incident)
			before = -1;
		tool = of;
		incident = db_int(stmt, 2);
		if (canary < 0)
			continue;
		if (copies(tool, canary, &at) == 0) {
			sim_violates(sim, "I4", tool->name, "delivery %lld is done and canary-%d. is not in %s",
				     (long long)db_int(stmt, 0), canary, tool->name);
			continue;
		}
		sim->n_delivered++;
		if (db_int(stmt, 4) != 0)
			continue;
		if (at < before && !merges)
			sim_violates(sim, "I5", tool->name, "canary-%d. stands in %s before one said earlier", canary,
				     tool->name);
		before = at;
	}
}

/* Every supplier that took part when a comment for everyone was made has a delivery of it. A supplier that lost its
 * ticket takes part again when a ticket of it arrives. */
static void check_reach(struct sim *sim)
{
	struct db_stmt *stmt = db_use(
	    sim->eyes,
	    "SELECT json_extract(e.json, '$.comment.id'), s.supplier, c.body FROM event AS e JOIN share AS s ON "
	    "s.incident = "
	    "e.incident JOIN comment AS c ON c.uuid = json_extract(e.json, '$.comment.id') WHERE e.kind = "
	    "'comment.added' AND json_extract(e.json, '$.comment.audience.everyone') = 1 AND s.supplier <> "
	    "e.supplier AND s.withdrawn_ms = 0 AND s.supplier LIKE 'tool_' AND (SELECT max(seq) FROM event AS u WHERE "
	    "u.incident = e.incident AND "
	    "u.supplier = s.supplier AND u.kind IN ('incident.shared', 'incident.unshared', 'ticket.linked', "
	    "'ticket.removed')) < e.seq AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.comment = "
	    "json_extract(e.json, '$.comment.id') AND d.supplier = s.supplier) AND NOT EXISTS (SELECT 1 FROM event AS "
	    "g WHERE g.incident = e.incident AND g.supplier = s.supplier AND g.kind = 'ticket.removed' AND NOT EXISTS "
	    "(SELECT 1 FROM event AS k WHERE k.incident = g.incident AND k.supplier = g.supplier AND k.kind IN "
	    "('ticket.linked', 'ticket.changed') AND k.seq > g.seq AND k.seq < e.seq))");

	if (has_merges(sim))
		return;
	while (db_row(stmt))
		sim_violates(sim, "I4", "delivery", "canary-%d. is for everyone and was never to be brought to %.*s",
			     canary_of(db_str(stmt, 2)), ENT_F(db_str(stmt, 1)));
}

/* Deliveries that were open in an incident before its merge are still sent to a supplier that took part there, unless
 * its share was taken back there, or after the merge in the merged incident, or the comment went back by a split. A
 * share of the other incident that was taken back before the merge cancels none of them. One that waited for a person,
 * because it was said before the share, may end when the merge names its readers. */
static void check_owed(struct sim *sim)
{
	struct db_stmt *stmt = db_use(
	    sim->eyes,
	    "SELECT DISTINCT c.body, s.supplier, coalesce(d.state, 'never planned'), coalesce(d.cause, '') FROM event "
	    "AS e JOIN event AS s ON s.incident = e.incident "
	    "AND s.kind IN ('incident.shared', 'incident.opened') AND s.seq < e.seq AND s.supplier <> e.supplier AND "
	    "s.supplier LIKE 'tool_' JOIN "
	    "comment AS c ON c.uuid = json_extract(e.json, '$.comment.id') AND c.removed = 0 AND (c.supplier = '' OR "
	    "c.visibility = 'public') LEFT JOIN delivery AS d ON "
	    "d.comment = c.uuid AND d.supplier = s.supplier AND d.op = 'add_comment' WHERE e.kind = 'comment.added' "
	    "AND json_extract(e.json, "
	    "'$.comment.audience.everyone') = 1 AND NOT EXISTS (SELECT 1 FROM event AS u WHERE u.supplier = "
	    "s.supplier AND u.kind IN ('incident.unshared', 'ticket.removed') AND (u.incident = e.incident OR u.seq > "
	    "(SELECT min(g.seq) FROM event AS g WHERE g.incident = e.incident AND g.kind = 'incident.absorbed') OR "
	    "EXISTS (SELECT 1 FROM event AS g WHERE g.incident = e.incident AND g.kind = 'incident.merged' AND g.seq < "
	    "e.seq))) AND "
	    "(d.state IS NULL OR d.state = "
	    "'cancelled' AND d.cause NOT IN ('ignored', 'unsupported', 'superseded', 'earlier') AND NOT (d.cause = "
	    "'unshared' AND c.incident <> e.incident AND EXISTS (SELECT 1 FROM event AS g WHERE g.kind = "
	    "'incident.split' AND g.incident = e.incident AND g.seq > e.seq)) AND NOT (d.cause = "
	    "'audience' AND c.everyone = 0 AND EXISTS (SELECT 1 FROM event AS p WHERE p.kind = 'delivery.parked' AND "
	    "json_extract(p.json, '$.delivery.id') = d.id AND json_extract(p.json, '$.cause') = 'earlier')))");

	while (db_row(stmt))
		sim_violates(sim, "I4", "delivery", "canary-%d. was owed to %.*s: %.*s %.*s",
			     canary_of(db_str(stmt, 0)), ENT_F(db_str(stmt, 1)), ENT_F(db_str(stmt, 2)),
			     ENT_F(db_str(stmt, 3)));
}

/* A merge alone makes no reader of what was said before it. */
static void check_new_readers(struct sim *sim)
{
	struct db_stmt *stmt = db_use(
	    sim->eyes,
	    "SELECT c.body, d.supplier, e.incident FROM delivery AS d JOIN comment AS c ON c.uuid = d.comment JOIN "
	    "event AS e ON "
	    "e.kind = 'comment.added' AND json_extract(e.json, '$.comment.id') = c.uuid WHERE NOT EXISTS (SELECT 1 "
	    "FROM "
	    "event AS s WHERE s.supplier = d.supplier AND s.kind IN ('incident.shared', 'incident.opened') AND "
	    "s.incident "
	    "= e.incident AND s.seq < e.seq) AND NOT EXISTS (SELECT 1 FROM event AS m WHERE m.kind = 'incident.merged' "
	    "AND m.incident = e.incident AND m.seq < e.seq) AND NOT EXISTS (SELECT 1 FROM event AS s WHERE s.kind = "
	    "'incident.shared' AND s.supplier = d.supplier AND s.incident IN (d.incident, e.incident) AND s.seq > "
	    "e.seq)");

	while (db_row(stmt))
		sim_violates(sim, "I6", "delivery", "canary-%d. of incident %lld goes to %.*s, who came in by a merge",
			     canary_of(db_str(stmt, 0)), (long long)db_int(stmt, 2), ENT_F(db_str(stmt, 1)));
}

/* Whom a merge names could read it before: its supplier took part where it was said. */
static void check_named(struct sim *sim)
{
	struct db_stmt *stmt = db_use(
	    sim->eyes,
	    "SELECT c.body, p.supplier FROM comment AS c JOIN share AS p ON p.incident = c.incident AND p.supplier <> "
	    "c.supplier AND ',' || c.organisations || ',' LIKE '%,' || p.supplier || ',%' JOIN event AS e ON e.kind = "
	    "'comment.added' AND json_extract(e.json, '$.comment.id') = c.uuid AND json_extract(e.json, "
	    "'$.comment.audience.everyone') = 1 WHERE NOT EXISTS (SELECT 1 FROM event AS s WHERE s.kind IN "
	    "('incident.shared', 'incident.opened') AND s.supplier = p.supplier AND s.incident = e.incident) AND NOT "
	    "EXISTS (SELECT 1 FROM event AS m WHERE m.kind = 'incident.merged' AND m.incident = e.incident AND m.seq < "
	    "e.seq)");

	while (db_row(stmt))
		sim_violates(sim, "I6", "comment", "canary-%d. is for %.*s by name, who took no part where it was said",
			     canary_of(db_str(stmt, 0)), ENT_F(db_str(stmt, 1)));
	stmt = db_use(sim->eyes, "SELECT c.body FROM comment AS c JOIN event AS m ON m.kind = 'incident.merged' AND "
				 "m.incident = c.incident AND m.recorded_ms > c.recorded_ms WHERE c.everyone = 1 AND "
				 "c.edited_ms = 0");
	while (db_row(stmt))
		sim_violates(sim, "I6", "comment", "canary-%d. is for everyone, also for who came in by a merge",
			     canary_of(db_str(stmt, 0)));
}

/* A comment made before a supplier took part, in the comment's incident or in one merged with it, is sent only when a
 * person wants it. */
static void check_earlier(struct sim *sim)
{
	struct db_stmt *stmt = db_use(
	    sim->eyes,
	    "SELECT c.body, d.supplier FROM delivery AS d JOIN comment AS c ON c.uuid = d.comment AND "
	    "c.supplier <> '' JOIN "
	    "event AS l ON l.kind = 'ticket.linked' AND l.supplier = c.supplier AND json_extract(l.json, "
	    "'$.ticket.id') = "
	    "c.ticket WHERE d.cause <> 'earlier' AND d.state <> 'cancelled' AND d.anyway = 0 AND NOT EXISTS "
	    "(SELECT 1 FROM event AS s WHERE "
	    "s.recorded_ms < c.created_ms + 1000 AND (s.kind IN ('incident.merged', 'incident.absorbed') OR "
	    "s.supplier = "
	    "d.supplier AND (s.kind = 'incident.opened' OR json_extract(s.json, '$.reads_from') IS NOT NULL)) AND "
	    "s.incident = l.incident) AND "
	    "NOT EXISTS "
	    "(SELECT 1 FROM event AS s WHERE s.kind = 'incident.shared' AND s.supplier = d.supplier AND "
	    "json_extract(s.json, '$.reads_from') = 'beginning')");

	while (db_row(stmt))
		sim_violates(sim, "I6", "delivery", "canary-%d. goes to %.*s, who came in after it was said",
			     canary_of(db_str(stmt, 0)), ENT_F(db_str(stmt, 1)));
}

/* What the broker says happened, behind the trace of what did. */
static void trace_rows(struct sim *sim)
{
	const struct trace before = sim->world.trace; /* these lines are for people: the run stays the same one */
	struct db_stmt *stmt = db_use(
	    sim->eyes,
	    "SELECT id, incident, made_ms, state_ms, supplier, op, state, cause, planned FROM delivery ORDER BY id");

	while (db_row(stmt))
		trace_line(&sim->world, "delivery %lld of %lld to %.*s: %.*s %.*s %.*s, made at %lld, %.*s at %lld",
			   (long long)db_int(stmt, 0), (long long)db_int(stmt, 1), ENT_F(db_str(stmt, 4)),
			   ENT_F(db_str(stmt, 5)), ENT_F(db_str(stmt, 8)), ENT_F(db_str(stmt, 7)),
			   (long long)(db_int(stmt, 2) - SIM_EPOCH_MS), ENT_F(db_str(stmt, 6)),
			   (long long)(db_int(stmt, 3) - SIM_EPOCH_MS));
	stmt = db_use(sim->eyes, "SELECT seq, recorded_ms, kind, json FROM event ORDER BY seq");

	while (db_row(stmt))
		trace_line(&sim->world, "event %lld at %lld: %.*s %.*s", (long long)db_int(stmt, 0),
			   (long long)(db_int(stmt, 1) - SIM_EPOCH_MS), ENT_F(db_str(stmt, 2)), ENT_F(db_str(stmt, 3)));
	sim->world.trace.hash = before.hash;
	sim->world.trace.n = before.n;
}

void check_tools(struct sim *sim)
{
	if (sim->world.trace.keep)
		trace_rows(sim);
	check_once(sim);
	for (int t = 0; t < sim->n_tool; t++)
		check_single(sim, &sim->tool[t]);
	check_thread(sim);
	check_open(sim);
	check_plans(sim);
	check_done(sim);
	check_reach(sim);
	check_owed(sim);
	check_new_readers(sim);
	check_named(sim);
	check_earlier(sim);
	check_states(sim);
	check_words(sim);
	check_refused(sim);
	check_moves(sim);
	check_robots(sim);
	if (db_failed(sim->eyes))
		sim_violates(sim, "store", "store", "%s", db_error(sim->eyes));
}
