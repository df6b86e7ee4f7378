/* SPDX-License-Identifier: Apache-2.0 */
/* Priority, impact and urgency in the tools. Some know none, some keep all three, some work priority out. */
#include "sim.h"

#include <stdio.h>
#include <string.h>

static const enum ent_attr attr_of[RANKS] = {ENT_PRIORITY, ENT_IMPACT, ENT_URGENCY};
static const int steps[RANKS] = {5, 3, 3};

/* What comes of impact and urgency, in a tool that works priority out. */
static int matrix(const int rank[RANKS])
{
	return rank[1] + rank[2] - 1;
}

void rank_draw(struct sim *sim)
{
	rng_init(&sim->ranking, sim->seed, "ranks", 0);
	for (int i = 0; i < sim->n_tool; i++)
		sim->tool[i].ranks =
		    rng_below(&sim->ranking, 2) ? RANKS_NONE : (enum tool_ranks)rng_below(&sim->ranking, 3);
}

const struct ent_connector *rank_connector(const struct tool *tool)
{
	return tool->ranks == RANKS_NONE  ? &tool_connector
	       : tool->ranks == RANKS_OWN ? &tool_connector_ranks
					  : &tool_connector_matrix;
}

void rank_open(struct sim *sim, struct tool *tool, struct tool_ticket *ticket)
{
	for (int i = 0; i < RANKS; i++)
		ticket->rank[i] = 1 + (int)rng_below(&sim->ranking, (uint64_t)steps[i]);
	if (tool->ranks == RANKS_MATRIX)
		ticket->rank[0] = matrix(ticket->rank);
}

void rank_print(struct sdk_jsonw *w, const struct tool *tool, const struct tool_ticket *ticket)
{
	for (int i = 0; tool->ranks != RANKS_NONE && i < RANKS; i++)
		sdk_jsonw_kint(w, sdk_attr_name(attr_of[i]), ticket->rank[i]);
}

/* What is written. False: it says so already. */
bool rank_take(struct sim *sim, struct tool *tool, struct tool_ticket *ticket, const struct sdk_json *node)
{
	int now[RANKS];
	bool asked[RANKS] = {false};

	memcpy(now, ticket->rank, sizeof now);
	for (int i = 0; tool->ranks != RANKS_NONE && i < RANKS; i++) {
		int64_t n;
		asked[i] = sdk_json_int(sdk_json_at(node, sdk_attr_name(attr_of[i])), &n);
		if (asked[i])
			now[i] = (int)n;
	}
	if (tool->ranks == RANKS_MATRIX && asked[0] && (asked[1] || asked[2]))
		sim_violates(sim, "ranks", tool->name, "%s is told priority and what it works it out from", tool->name);
	if (tool->ranks == RANKS_MATRIX && asked[0]) {
		now[1] = now[0] < 3 ? 1 : now[0] < 5 ? 2 : 3;
		now[2] = now[0] + 1 - now[1];
	}
	if (tool->ranks == RANKS_MATRIX)
		now[0] = matrix(now);
	if (memcmp(now, ticket->rank, sizeof now) == 0)
		return false;
	memcpy(ticket->rank, now, sizeof now);
	return true;
}

bool person_ranks(struct sim *sim)
{
	int ticket, i = (int)rng_below(&sim->ranking, RANKS);
	struct tool *tool;
	struct tool_ticket *at;

	bool any = false;

	for (int k = 0; k < sim->n_tool; k++)
		any |= sim->tool[k].ranks != RANKS_NONE;
	if (!any || rng_below(&sim->ranking, 4))
		return false;
	tool = any_ticket(sim, &ticket);
	if (!tool || tool->ranks == RANKS_NONE)
		return false;
	at = &tool->ticket[ticket];
	if (tool->ranks == RANKS_MATRIX && i == 0)
		i = 1;
	at->rank[i] = 1 + at->rank[i] % steps[i];
	if (tool->ranks == RANKS_MATRIX)
		at->rank[0] = matrix(at->rank);
	trace_line(&sim->world, "person ranks %s/%d %d, %d, %d", tool->name, ticket, at->rank[0], at->rank[1],
		   at->rank[2]);
	tool_touch(sim, tool, ticket, -1, false);
	return true;
}

/* ---- the end --------------------------------------------------------------------------- */

/* known: at least one is. */
static bool agree(const unsigned *ours, const int *theirs, int from, int to, bool *ret_known)
{
	bool is_same = true;

	*ret_known = false;
	for (int i = from; i < to; i++) {
		*ret_known |= ours[i] != 0;
		is_same &= ours[i] == 0 || (int)ours[i] == theirs[i];
	}
	return is_same;
}

bool rank_agrees(const struct tool *tool, int ticket, struct ent_str attributes)
{
	const struct values values = attr_values_parse(attributes);
	const int *theirs = tool->ticket[ticket].rank;
	unsigned ours[RANKS];
	bool one, others, knows_one, knows_others;

	for (int i = 0; i < RANKS; i++)
		ours[i] = values.at[attr_of[i]];
	one = agree(ours, theirs, 0, 1, &knows_one);
	others = agree(ours, theirs, 1, RANKS, &knows_others);
	if (tool->ranks == RANKS_MATRIX)
		return (one && knows_one) || (others && knows_others) || (!knows_one && !knows_others);
	return tool->ranks == RANKS_NONE || (one && others);
}
