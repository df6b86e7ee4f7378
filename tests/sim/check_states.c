/* SPDX-License-Identifier: Apache-2.0 */
/* Convergence: tickets in the tools, and incidents with us; and which suppliers are called refused. */
#include "sim.h"

#include <stdlib.h>

/* ---- states --------------------------------------------------------------------------------------- */

static const char *const canonical[STATUSES] = {"new", "in_progress", "pending", "resolved"};

/* Clients have more words for a status than the tools: a ticket that is opened for such an incident is new there. */
static bool is_status_of_tools(struct ent_str word)
{
	bool is = false;

	for (int i = 0; i < STATUSES; i++)
		is |= sdk_eqz(word, canonical[i]);
	return is;
}

void check_states(struct sim *sim)
{
	struct db_stmt *stmt = db_use(
	    sim->eyes,
	    "SELECT t.supplier, t.external_id, t.status, i.status, i.holder, i.number, (SELECT count(*) FROM delivery "
	    "AS d "
	    "WHERE d.incident = i.number AND d.supplier = t.supplier AND d.state IN ('parked', 'unknown')), (SELECT "
	    "count(*) FROM share AS s WHERE s.incident = i.number AND s.supplier = t.supplier AND s.withdrawn_ms = 0), "
	    "(SELECT count(*) FROM ticket AS o WHERE o.incident = t.incident AND o.supplier = t.supplier AND o.removed "
	    "= 0), i.attributes FROM ticket AS t JOIN incident AS i ON i.number = t.incident WHERE t.removed = 0 AND "
	    "t.supplier LIKE 'tool_'");

	while (db_row(stmt)) {
		struct tool *tool = tool_of(sim, db_str(stmt, 0));
		int ticket = atoi(db_str(stmt, 1).p);
		const char *stands = canonical[tool->ticket[ticket].status];
		bool holds = sdk_eq(db_str(stmt, 4), db_str(stmt, 0));
		if (move_into_parted(sim, tool, ticket))
			continue;
		if (!sdk_eqz(db_str(stmt, 2), stands))
			sim_violates(sim, "states", tool->name, "%s/%d is %s there and %.*s with us", tool->name,
				     ticket, stands, ENT_F(db_str(stmt, 2)));
		if (tool->policy == POLICY_THEIRS || db_int(stmt, 6) > 0 || db_int(stmt, 7) == 0 ||
		    db_int(stmt, 8) > 1 || (holds && tool->ticket[ticket].status == 0))
			continue;
		if (!sdk_eqz(db_str(stmt, 3), stands) && is_status_of_tools(db_str(stmt, 3)))
			sim_violates(sim, "states", tool->name, "%s/%d is %s, its incident %lld is %.*s (held by %.*s)",
				     tool->name, ticket, stands, (long long)db_int(stmt, 5), ENT_F(db_str(stmt, 3)),
				     ENT_F(db_str(stmt, 4)));
		if (!rank_agrees(tool, ticket, db_str(stmt, 9)))
			sim_violates(sim, "ranks", tool->name, "%s/%d is %d, %d, %d, its incident %lld is %.*s",
				     tool->name, ticket, tool->ticket[ticket].rank[0], tool->ticket[ticket].rank[1],
				     tool->ticket[ticket].rank[2], (long long)db_int(stmt, 5), ENT_F(db_str(stmt, 9)));
	}
}

/* ---- refused ---------------------------------------------------------------------------------------- */

/* Was its probe refused, last before this, or since the state before was told? */
static bool probe_was_refused(const struct tool *tool, int64_t since_ms, int64_t at_ms)
{
	bool was = tool->n_probe == PROBES;

	for (int i = 0; i < tool->n_probe && tool->probe[i].ms <= at_ms; i++)
		was = tool->probe[i].refused || (was && tool->probe[i].ms >= since_ms);
	return was;
}

/* A supplier is refused only if its probe is. Class C has none: there three different tickets in a row count. */
void check_refused(struct sim *sim)
{
	int64_t before_ms[TOOLS] = {0};
	struct db_stmt *stmt =
	    db_use(sim->eyes, "SELECT s.supplier, coalesce(json_extract(e.json, '$.to'), ''), e.recorded_ms "
			      "FROM event AS e JOIN supplier_state AS s ON s.row_no = -e.incident "
			      "WHERE e.incident < 0 AND s.supplier LIKE 'tool_' ORDER BY e.seq");

	while (db_row(stmt)) {
		struct tool *tool = tool_of(sim, db_str(stmt, 0));
		int64_t at_ms = db_int(stmt, 2);
		if (sdk_eqz(db_str(stmt, 1), "refused") && tool->class != CLASS_C &&
		    !probe_was_refused(tool, before_ms[tool->index], at_ms))
			sim_violates(sim, "refused", tool->name, "%s is called refused at %lld, and its probe is not",
				     tool->name, (long long)(at_ms - SIM_EPOCH_MS));
		before_ms[tool->index] = at_ms;
		sim->n_refused += sdk_eqz(db_str(stmt, 1), "refused");
	}
}
