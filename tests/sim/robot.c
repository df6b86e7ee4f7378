/* SPDX-License-Identifier: Apache-2.0 */
/* Tools that answer our comments by themselves, at their own pace; and people who say thanks. */
#include "sim.h"

#include <stdio.h>

#define THANKS "Many thanks!"
enum { THANKS_MAX = 5, LATE_MAX = 30 };

/* One tool answers, or two answer each other. If their words change, the broker can find them only by their pace, so
 * then both are quick, without a rate limit. */
void robot_draw(struct sim *sim)
{
	struct rng *rng = &sim->by_robots;
	int one = (int)rng_below(rng, (uint64_t)sim->n_tool), two = (int)rng_below(rng, (uint64_t)sim->n_tool);
	bool change = rng_below(rng, 3) == 0;
	const int at[] = {one, two};

	for (int i = 0; plan_has(&sim->plan, FAULT_ROBOT) && i < 2; i++) {
		struct tool *tool = &sim->tool[at[i]];
		enum robot_words words = rng_below(rng, 3) ? ROBOT_SAME : ROBOT_NODS;
		tool->robot = (struct robot){.words = change && one != two ? ROBOT_CHANGES : words,
					     .slow = !change && rng_below(rng, 2)};
		if (tool->robot.words != ROBOT_CHANGES)
			continue;
		tool->hooks = true;
		tool->rate_per_min = 6000;
	}
}

/* Comments that come while it waits get one answer. */
void robot_hears(struct sim *sim, struct tool *tool, int ticket)
{
	struct tool_ticket *at = &tool->ticket[ticket];
	int64_t wait_us = tool->robot.slow ? rng_range(&sim->by_robots, 30000000, 120000000)
					   : rng_range(&sim->by_robots, 500000, 2500000);

	if (tool->robot.words != ROBOT_NONE && at->answer_us == 0 && !at->locked)
		at->answer_us = sim->world.us + wait_us;
}

static struct tool_ticket *next_robot(struct sim *sim, struct tool **ret_tool)
{
	struct tool_ticket *first = NULL;

	for (int t = 0; t < sim->n_tool; t++)
		for (int i = 0; i < sim->tool[t].n_ticket; i++) {
			struct tool_ticket *at = &sim->tool[t].ticket[i];
			if (at->answer_us == 0 || (first && first->answer_us <= at->answer_us))
				continue;
			first = at;
			*ret_tool = &sim->tool[t];
		}
	return first;
}

int64_t robot_next_us(const struct sim *sim)
{
	int64_t first = INT64_MAX;

	for (int t = 0; t < sim->n_tool; t++)
		for (int i = 0; sim->tool[t].robot.words != ROBOT_NONE && i < sim->tool[t].n_ticket; i++) {
			int64_t us = sim->tool[t].ticket[i].answer_us;
			if (us && us < first)
				first = us;
		}
	return first;
}

static struct ent_str words_of(struct sim *sim, const struct tool *tool)
{
	struct ent_arena *arena = &sim->arena.abi;
	char a = (char)('a' + tool->robot.n_said % 26), b = (char)('a' + tool->robot.n_said / 26 % 26);

	switch (tool->robot.words) {
	case ROBOT_SAME:
		return sdk_format(arena, "This is an automatic answer of Monday, 12:%02d. We have got your message.",
				  tool->robot.n_said % 60);
	case ROBOT_NODS:
		return ENT_STR("Got it!");
	case ROBOT_CHANGES:
	case ROBOT_NONE:
		break;
	}
	return sdk_format(arena, "The number of your message is %c%c%c.", a, b, a);
}

void robot_says(struct sim *sim)
{
	struct tool *tool = NULL;
	struct tool_ticket *at = next_robot(sim, &tool);
	int ticket = (int)(at - tool->ticket);

	at->answer_us = 0;
	if (tool->n_comment == COMMENTS || tool->n_change == CHANGES || (sim->healing && ++at->n_late > LATE_MAX)) {
		sim_violates(sim, "loops", tool->name, "%s/%d has answered %d times since people were silent",
			     tool->name, ticket, at->n_late);
		return;
	}
	int i = tool_say(sim, tool, ticket, false, true, -1, words_of(sim, tool));
	tool->comment[i].by_robot = true;
	tool->robot.n_said++;
	trace_line(&sim->world, "robot says %.*s in %s/%d", ENT_F(tool->comment[i].body), tool->name, ticket);
	tool_touch(sim, tool, ticket, i, false);
}

/* ---- people ---------------------------------------------------------------------------- */

/* Was something of ours written there since a person said thanks? */
static bool waits_for_thanks(const struct tool *tool, int ticket)
{
	bool waits = false;

	for (int i = 0; i < tool->n_comment; i++) {
		const struct tool_comment *comment = &tool->comment[i];

		if (tool_now(tool, comment->ticket) == ticket)
			waits = comment->ours || (waits && !sdk_eqz(comment->body, THANKS));
	}
	return waits;
}

/* A person who answers with the same words again and again is not a robot. */
bool person_thanks(struct sim *sim)
{
	int ticket;
	struct tool *tool = any_ticket(sim, &ticket);

	if (!tool || tool->robot.n_thanks == THANKS_MAX)
		return false;
	if (tool->robot.n_thanks > 0)
		ticket = tool_now(tool, tool->robot.thanked);
	if (tool->ticket[ticket].hidden || !waits_for_thanks(tool, ticket))
		return false;
	tool->robot.thanked = ticket;
	int i = tool_say(sim, tool, ticket, false, true, -1, ENT_STR(THANKS));
	tool->robot.n_thanks++;
	trace_line(&sim->world, "person says thanks in %s/%d", tool->name, ticket);
	tool_touch(sim, tool, ticket, i, false);
	return true;
}

/* ---- checks ------------------------------------------------------------------------------ */

/* The mark of a tool's account, by which its ref is found. */
static struct ent_str mark_of(const struct sim *sim, const struct tool *tool, const char *account,
			      unsigned char ret[PERSON_MARK_SIZE])
{
	person_mark(sdk_str(sim->meta.people_key), sdk_str(tool->name), sdk_str(tool->name), sdk_str(account), ret);
	return (struct ent_str){(const char *)ret, PERSON_MARK_SIZE};
}

/* Every comment of a robot arrives once, also one that is sent to nobody. */
static void check_heard(struct sim *sim, const struct tool *tool)
{
	struct db_stmt *stmt = db_use(sim->eyes, "SELECT count(*) FROM comment WHERE supplier = $1 AND "
						 "author = (SELECT ref FROM person WHERE account_hash = $2) "
						 "AND removed = 0");
	unsigned char mark[PERSON_MARK_SIZE];
	bool hidden = false;

	for (int i = 0; i < tool->n_ticket; i++)
		hidden |= tool->ticket[i].hidden;
	db_bind_str(stmt, 1, sdk_str(tool->name));
	db_bind_blob(stmt, 2, mark_of(sim, tool, "robot", mark));
	int64_t n = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	if (n > tool->robot.n_said || (n < tool->robot.n_said && !hidden))
		sim_violates(sim, n > tool->robot.n_said ? "I7" : "I1", tool->name,
			     "the robot of %s said %d words, and %lld are heard", tool->name, tool->robot.n_said,
			     (long long)n);
}

/* People's comments are not parked as `loop`. Only beside robots, everything that comes in a rush may be. */
static void check_people(struct sim *sim, const struct tool *tool)
{
	struct db_stmt *stmt =
	    db_use(sim->eyes, "SELECT d.id, d.supplier, c.supplier, c.body, d.reason FROM delivery AS d JOIN "
			      "comment AS c ON c.uuid = d.comment WHERE c.author = (SELECT ref FROM person "
			      "WHERE account_hash = $1) AND d.state = 'parked' AND d.cause = 'loop'");
	bool robots = plan_has(&sim->plan, FAULT_ROBOT);
	unsigned char mark[PERSON_MARK_SIZE];

	db_bind_blob(stmt, 1, mark_of(sim, tool, "person", mark));
	while (db_row(stmt))
		if (!robots || !sdk_starts(db_str(stmt, 4), "more than"))
			sim_violates(sim, "loops", "delivery",
				     "delivery %lld to %.*s, of what a person in %.*s said: %.*s: %.*s",
				     (long long)db_int(stmt, 0), ENT_F(db_str(stmt, 1)), ENT_F(db_str(stmt, 2)),
				     ENT_F(sdk_head(db_str(stmt, 3), 60)), ENT_F(db_str(stmt, 4)));
}

void check_robots(struct sim *sim)
{
	for (int t = 0; t < sim->n_tool; t++) {
		check_heard(sim, &sim->tool[t]);
		check_people(sim, &sim->tool[t]);
	}
}
