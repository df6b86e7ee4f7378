/* SPDX-License-Identifier: Apache-2.0 */
/* What happens in the random worlds, step by step: some of it before orion's eyes, some of it hidden from it. */
#ifndef UNIT_VIEW_HISTORIES_H
#define UNIT_VIEW_HISTORIES_H

#include "store/rows_ticket.h"
#include "view_worlds.h"

#define LONG_AGO_MS 1500000000001

struct history {
	struct world *world;
	struct small *small;
	int step;
	int twin;                                /* -1: no twin; 0, 1: alike but for what orion may not see */
	void (*listen)(struct history *history); /* after each batch; NULL: nobody */
	void *ear;
};

static const char *text_of(struct history *history, int index, const char *what)
{
	struct small *small = &history->small[index];
	struct ent_arena *arena = &history->world->arena.abi;

	return sdk_z(arena, sdk_format(arena, "%s_%d_%d_%d", what, index, history->step, small_pick(small, 1000)));
}

static inline void give_status_of(struct batch *batch, struct small *small, int which, enum ent_status status)
{
	int to = small->merged ? 0 : which;

	small->status[to] = status;
	batch_add(batch, &(struct job){.kind = JOB_STATUS, .ask = {.incident = small->number[to], .status = status}});
}

/* What orion may see, or could later. */
static inline void open_step(struct history *history, struct batch *batch, int index)
{
	struct small *small = &history->small[index];
	int which = small_pick(small, 2), pick = small_pick(small, 100);
	int64_t now = history->world->now_ms;
	int k = small_pick(small, TOOLS);
	struct tool *tool = &small->tool[k];
	bool once = history->twin < 0; /* what is shared with its thread shows what twins differ in */

	if (small->merged)
		which = pick % 2 && small->linked[1] ? 1 : 0;
	if (pick < 22)
		give_share(batch, small, which, tool_name[k], tool, once && pick < 5);
	else if (pick < 30)
		take_share(batch, small, which, tool_name[k], tool);
	else if (pick < 50)
		our_words(batch, small, which, text_of(history, index, "ours"), "everyone");
	else if (pick < 58)
		our_words(batch, small, which, text_of(history, index, "named"), pick % 2 ? ORION : ORION ",telnord");
	else if (pick < 78)
		their_words(batch, small, index, which, "telnord", text_of(history, index, "theirs"), true,
			    now - (pick % 3) * 25 + (pick == 77) * 100000);
	else if (pick < 86 && !small->merged)
		merge_both(batch, small, index);
	else if (pick < 86)
		part_both(batch, small);
	else if (pick < 92)
		give_status_of(batch, small, which, pick % 2 ? ENT_PENDING : ENT_IN_PROGRESS);
	else if (pick < 97)
		give_share(batch, small, which, "datacoeur", NULL, once && pick % 2);
}

/* The status goes there and back, and so does the ball, while orion takes no part. A merge must not show it. */
static inline void hidden_moves(struct batch *batch, struct small *small, int which)
{
	const struct ask to = {.incident = small->number[which], .status = ENT_HELD},
			 back = {.incident = small->number[which], .status = small->status[which]};

	batch_add(batch, &(struct job){.kind = JOB_STATUS, .ask = to});
	batch_add(batch, &(struct job){.kind = JOB_STATUS, .ask = back});
}

/* What orion never sees. Each twin does something of its own, or nothing. */
static inline void hidden_step(struct history *history, struct batch *batch, int index)
{
	struct small *small = &history->small[index];
	struct world *world = history->world;
	uint64_t kept = small->seed;
	struct ent_change change;
	int which, pick;

	small->seed ^= (uint64_t)(history->twin + 2) * 0x9e3779b97f4a7c15u;
	which = small->merged ? 0 : small_pick(small, 2);
	pick = small_pick(small, 80);
	if (pick < 12) {
		our_words(batch, small, which, text_of(history, index, "internal"), "internal");
	} else if (pick < 24) {
		our_words(batch, small, which, text_of(history, index, "telnords"),
			  pick % 2 ? "telnord" : COEUR ",orio,orion2,telnord");
	} else if (pick < 34) {
		their_words(batch, small, index, which, "telnord", text_of(history, index, "private_and_longer"), false,
			    world->now_ms);
	} else if (pick < 44) { /* said long ago, heard of now */
		their_words(batch, small, index, which, "telnord", text_of(history, index, "old"), true,
			    LONG_AGO_MS + history->step * 1001);
	} else if (pick < 52) {
		change = ticket(world, ticket_of(world, "telnord", index, which), NULL, NULL);
		sdk_set(&change.ticket, ENT_TEAM, sdk_str(text_of(history, index, "team")));
		batch_arrive(batch, "telnord", change);
	} else if (pick < 60) {
		change = ticket(world, ticket_of(world, "telnord", index, which), NULL, NULL);
		change.kind = ENT_ATTACHMENT_ADDED;
		change.attachment.id = change.attachment.name = sdk_str(text_of(history, index, "attachment"));
		change.attachment.size = 7;
		batch_arrive(batch, "telnord", change);
	} else if (pick < 72) { /* another incident */
		open_incident(batch, index, 2 + history->step, "datacoeur", text_of(history, index, "elsewhere"));
	} else if (!small->merged && !small_shares(small, which)) {
		hidden_moves(batch, small, which);
	}
	small->seed = kept;
}

static inline void step_run(struct history *history, struct batch *batch)
{
	batch_run(batch);
	if (history->listen)
		history->listen(history);
}

static inline struct history make_heard(struct world *world, int n, int twin, void (*listen)(struct history *history),
					void *ear)
{
	struct history history = {world, SDK_NEW_N(&world->arena.abi, struct small, (size_t)n), 0, twin, listen, ear};
	struct batch batch = {.world = world};

	world->now_ms += 1; /* no time is a whole second, which would stand for all of it */
	for (int which = 0; which < 2; which++) {
		world->now_ms += 10;
		for (int i = 0; i < n; i++) {
			history.small[i].seed = 88172645463325252u + (uint64_t)i * 7919;
			open_incident(
			    &batch, i, which, "telnord",
			    sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "title_%d_%d_", i, which)));
			for (int k = 0; k < TOOLS; k++)
				history.small[i].tool[k].since_ms[which] = NEVER;
			history.small[i].linked[which] = true;
		}
		batch_run(&batch);
	}
	for (int i = 0; i < n; i++)
		for (int which = 0; which < 2; which++)
			history.small[i].number[which] = ticket_incident(
			    world->read, ENT_STR("telnord"), sdk_str(ticket_of(world, "telnord", i, which)));
	world->now_ms += 10;
	for (int i = 0; i < n; i++)
		for (int which = 0; which < 2; which++)
			give_status_of(&batch, &history.small[i], which, ENT_IN_PROGRESS);
	batch_run(&batch);
	for (; history.step < STEPS; history.step++) {
		world->now_ms += 10;
		for (int i = 0; i < n; i++)
			hidden_step(&history, &batch, i);
		step_run(&history, &batch);
		world->now_ms += 10;
		for (int i = 0; i < n; i++)
			open_step(&history, &batch, i);
		step_run(&history, &batch);
	}
	return history;
}

static inline struct history make(struct world *world, int n, int twin)
{
	return make_heard(world, n, twin, NULL, NULL);
}

#endif
