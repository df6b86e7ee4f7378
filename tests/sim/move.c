/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets that go on as others: transferred, merged, or moved where we cannot read them. */
#include "sim.h"

#include <stdio.h>
#include <string.h>

#include "store/rows.h"
#include "store/rows_ticket.h"

enum { MOVES_MAX = 3 }; /* of one tool */

/* ---- the tool ------------------------------------------------------------------- */

/* Opens the ticket that another one goes on as, with its title and state, and with our number if the tool keeps it. */
static int opened_for(struct sim *sim, struct tool *tool, int from, bool hidden)
{
	int i = tool_open(sim, tool, tool->ticket[from].ours, tool->ticket[from].title, tool->ticket[from].status);
	struct tool_ticket *at = &tool->ticket[i];

	at->locked = tool->ticket[from].locked;
	at->hidden = hidden;
	memcpy(at->rank, tool->ticket[from].rank, sizeof at->rank);
	if (tool->keeps_number)
		at->number = tool->ticket[from].number;
	return i;
}

/* The comments move with the ticket; a tool that counts comments per ticket gives them new ids. The tool tells them
 * after the move: told before it, they would be new comments for us. */
static void comments_move(struct sim *sim, struct tool *tool, int from, int to)
{
	for (int i = 0; i < tool->n_comment; i++) {
		struct tool_comment *comment = &tool->comment[i];
		if (comment->ticket != from)
			continue;
		comment->ticket = to;
		if (tool->renumbers)
			comment->id = i + COMMENTS * (tool->n_moved + 1);
		if (tool->retells && !tool->ticket[to].hidden)
			tool_log(sim, tool, to, i, comment->ours);
	}
	for (int i = 0; i < sim->n_canary; i++)
		if (sim->canary[i].tool == tool->index && sim->canary[i].ticket == from)
			sim->canary[i].ticket = to;
}

static void go_on(struct sim *sim, struct tool *tool, int from, int to)
{
	bool is_new = to == tool->n_ticket - 1 && tool->ticket[to].version == 0;

	tool->n_moved++;
	tool->ticket[from].next = to;
	tool->ticket[from].answer_us = 0;
	tool_touch(sim, tool, from, -1, false);
	if (is_new && !tool->ticket[to].hidden)
		tool_touch(sim, tool, to, -1, false);
	comments_move(sim, tool, from, to);
	tool->ticket[from].status = STATUSES - 1; /* it is over there */
}

/* ---- people ----------------------------------------------------------------------- */

/* We open a ticket again when we cannot find it. So only a ticket that we know may become silent. */
static bool is_known(struct sim *sim, const struct tool *tool, int ticket)
{
	char id[16];

	if (!sim->broker)
		return false;
	snprintf(id, sizeof id, "%d", ticket);
	return ticket_incident(sim->eyes, sdk_str(tool->name), sdk_str(id)) > 0;
}

void person_moves(struct sim *sim)
{
	int from, to;
	struct tool *tool = any_ticket(sim, &from);
	uint64_t how = rng_below(&sim->by_people, 8);

	if (!tool || tool->n_moved == MOVES_MAX || tool->n_ticket >= TICKETS - MOVES_MAX ||
	    ((how == 0 || tool->moved == MOVED_SILENT) && !is_known(sim, tool, from)))
		return;
	if (how < 4) {
		to = opened_for(sim, tool, from, how == 0);
	} else {
		to = tool_now(tool, (int)rng_below(&sim->by_people, (uint64_t)tool->n_ticket));
		/* One that puts what we write to this ticket into the other, and eats our marker, tells our words in
		 * another incident before anybody can know that they are ours: not asked of the broker. */
		if (to == from || tool->ticket[to].hidden || (tool->moved == MOVED_ALIAS && !tool->marks))
			return;
	}
	trace_line(&sim->world, "person moves %s/%d to %s/%d%s%s", tool->name, from, tool->name, to,
		   how < 4 ? "" : ", a merge", how == 0 ? ", hidden" : "");
	go_on(sim, tool, from, to);
}

/* ---- checks -------------------------------------------------------------------------- */

struct bound {
	int64_t incident;
	bool known, removed;
	int next;
};

static struct bound bound_of(struct sim *sim, const struct tool *tool, int ticket)
{
	struct db_stmt *stmt = db_use(sim->eyes, "SELECT incident, removed, continues_as FROM ticket WHERE "
						 "supplier = $1 AND external_id = $2");
	struct bound bound = {.next = -1};
	int64_t next = 0;
	char id[16];

	snprintf(id, sizeof id, "%d", ticket);
	db_bind_str(stmt, 1, sdk_str(tool->name));
	db_bind_str(stmt, 2, sdk_str(id));
	if (db_row(stmt)) {
		bound = (struct bound){db_int(stmt, 0), true, db_int(stmt, 1) != 0, -1};
		if (sdk_to_int(db_str(stmt, 2), &next))
			bound.next = (int)next;
	}
	db_done(stmt);
	return bound;
}

bool move_is_known(struct sim *sim, const struct tool *tool, int ticket)
{
	bool known = true;

	for (int i = 0; i < tool->n_ticket && known; i++)
		if (tool->ticket[i].next >= 0 && tool_now(tool, i) == ticket)
			known = sim->broker && bound_of(sim, tool, i).next == ticket;
	return known;
}

/* There, in what came into it, or in what it was parted from. */
static bool is_said(struct sim *sim, const struct tool *tool, int64_t incident, const char *kind, int ticket)
{
	struct db_stmt *stmt = db_use(
	    sim->eyes, "SELECT 1 FROM event WHERE kind = $1 AND supplier = $2 AND (incident = $3 OR incident IN "
		       "(SELECT number FROM incident WHERE merged_into = $3) OR EXISTS (SELECT 1 FROM apart WHERE "
		       "$3 IN (one, other) AND event.incident IN (one, other))) AND "
		       "json_extract(json, CASE WHEN kind = 'ticket.continued' THEN '$.continues_as.id' "
		       "ELSE '$.ticket.id' END) = $4");
	char id[16];

	snprintf(id, sizeof id, "%d", ticket);
	db_bind_str(stmt, 1, sdk_str(kind));
	db_bind_str(stmt, 2, sdk_str(tool->name));
	db_bind_int(stmt, 3, incident);
	db_bind_str(stmt, 4, sdk_str(id));
	bool found = db_row(stmt);
	db_done(stmt);
	return found;
}

bool move_into_parted(struct sim *sim, const struct tool *tool, int ticket)
{
	struct db_stmt *stmt;
	char left[12], next[12];

	if (tool->ticket[ticket].next < 0)
		return false;
	snprintf(left, sizeof left, "%d", ticket);
	snprintf(next, sizeof next, "%d", tool_now(tool, ticket));
	stmt = db_use(sim->eyes, "SELECT 1 FROM ticket AS l JOIN ticket AS n ON n.supplier = l.supplier JOIN apart ON "
				 "l.incident IN (one, other) AND n.incident IN (one, other) WHERE l.supplier = $1 AND "
				 "l.external_id = $2 AND n.external_id = $3 AND l.incident <> n.incident");
	db_bind_str(stmt, 1, sdk_str(tool->name));
	db_bind_str(stmt, 2, sdk_str(left));
	db_bind_str(stmt, 3, sdk_str(next));
	return db_found(stmt);
}

/* The binding follows, and both tickets are in one incident. If we cannot read the new one, the thread says so. */
static void check_move(struct sim *sim, const struct tool *tool, int from)
{
	int now = tool_now(tool, from);
	struct bound left = bound_of(sim, tool, from), next = bound_of(sim, tool, now);

	if (!left.known || move_into_parted(sim, tool, from))
		return;
	if (left.next != now || !next.known || next.incident != left.incident)
		sim_violates(sim, "moves", tool->name,
			     "%s/%d is %d by now; with us it goes on as %d, in incident %lld, and %d is in %lld",
			     tool->name, from, now, left.next, (long long)left.incident, now, (long long)next.incident);
	else if (tool->ticket[now].hidden &&
		 !(next.removed && is_said(sim, tool, next.incident, "ticket.continued", now) &&
		   is_said(sim, tool, next.incident, "ticket.removed", now)))
		sim_violates(sim, "moves", tool->name, "%s/%d cannot be read, and the thread does not say it",
			     tool->name, now);
}

/* Deliveries that waited for a ticket go to the ticket that it went on as. */
static void check_follows(struct sim *sim)
{
	struct db_stmt *stmt = db_use(
	    sim->eyes, "SELECT d.id, d.supplier, t.external_id FROM delivery AS d JOIN ticket AS t ON t.incident "
		       "= d.incident AND t.supplier = d.supplier AND t.removed = 0 WHERE d.state = 'parked' AND "
		       "d.cause = 'gone' AND NOT EXISTS (SELECT 1 FROM event AS g WHERE g.incident = "
		       "d.incident AND g.supplier = d.supplier AND g.kind = 'ticket.removed')");

	while (db_row(stmt))
		sim_violates(sim, "moves", "delivery",
			     "delivery %lld to %.*s is parked as gone, and ticket %.*s stands",
			     (long long)db_int(stmt, 0), ENT_F(db_str(stmt, 1)), ENT_F(db_str(stmt, 2)));
}

void check_moves(struct sim *sim)
{
	for (int t = 0; t < sim->n_tool; t++)
		for (int i = 0; i < sim->tool[t].n_ticket; i++)
			if (sim->tool[t].ticket[i].next >= 0)
				check_move(sim, &sim->tool[t], i);
	check_follows(sim);
}
