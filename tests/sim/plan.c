/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include <string.h>

const char *fault_word(enum fault fault)
{
#define X(id, word) word,
	static const char *const words[] = {FAULT_TABLE(X)};
#undef X
	return words[fault];
}

const char *part_word(enum part part)
{
	return part == PART_CLIENTS ? "clients" : "tools";
}

/* Both included. */
static int64_t draw(uint64_t seed, const char *name, int64_t lo, int64_t hi)
{
	struct rng rng;

	rng_init(&rng, seed, name, 0);
	return rng_range(&rng, lo, hi);
}

static int64_t rate(const struct plan *plan, uint64_t seed, enum fault fault, int64_t lo_ppm, int64_t hi_ppm)
{
	return plan_has(plan, fault) ? draw(seed, fault_word(fault), lo_ppm, hi_ppm) : 0;
}

static int at_most(int drawn, int limit)
{
	return limit && limit < drawn ? limit : drawn;
}

/* Of ten runs five have clients alone, which are quick, four tools alone, and one both. */
static void plan_parts(struct plan *plan, uint64_t seed, unsigned only)
{
	int64_t which = draw(seed, "parts", 0, 9);

	plan->part[PART_CLIENTS] = which < 6;
	plan->part[PART_TOOLS] = which >= 5;
	for (int i = 0; only && i < PART_N; i++)
		plan->part[i] = only >> i & 1;
}

static void plan_theme(struct plan *plan, uint64_t seed)
{
	static const uint64_t with[] = {[THEME_NONE] = 0,
					[THEME_MERGES] = FAULT_BIT(FAULT_MERGE) | FAULT_BIT(FAULT_UNSHARE),
					[THEME_ROBOTS] = FAULT_BIT(FAULT_ROBOT),
					[THEME_MOVES] = FAULT_BIT(FAULT_MOVE),
					[THEME_LOST] = FAULT_BIT(FAULT_LOST_AFTER) | FAULT_BIT(FAULT_LOST_BEFORE)};
	int64_t theme = draw(seed, "theme", 0, 6);

	plan->theme = theme <= THEME_LOST ? (enum theme)theme : THEME_NONE;
	plan->faults |= with[plan->theme];
}

static void plan_faults(struct plan *plan, uint64_t seed, uint64_t only)
{
	int64_t density = draw(seed, "density", 100000, 700000);
	struct rng rng;

	for (int i = 0; i < FAULT_N; i++) {
		rng_init(&rng, seed, fault_word((enum fault)i), 1);
		plan->faults |= (uint64_t)rng_ppm(&rng, density) << i;
	}
	plan_theme(plan, seed);
	plan->only_id = draw(seed, "only-id", 0, 5) == 0 && plan->part[PART_TOOLS];
	if (plan->only_id) /* nothing is lost there, as nobody could tell then */
		plan->faults &= FAULT_BIT(FAULT_BUSY) | FAULT_BIT(FAULT_NARROW) | FAULT_BIT(FAULT_KAFKA_ERROR) |
				FAULT_BIT(FAULT_KAFKA_LOST) | FAULT_BIT(FAULT_KAFKA_LATE) | FAULT_BIT(FAULT_KAFKA_DOWN);
	plan->faults &= only;
}

static void plan_worlds(struct plan *plan, uint64_t seed)
{
	plan->disk.read_ppm = rate(plan, seed, FAULT_DISK_READ, 20, 1000);
	plan->disk.write_ppm = rate(plan, seed, FAULT_DISK_WRITE, 200, 5000);
	plan->disk.sync_ppm = rate(plan, seed, FAULT_DISK_SYNC, 1000, 40000);
	plan->disk.lost_ppm = rate(plan, seed, FAULT_DISK_LOSES, 300000, 1000000);
	plan->disk.for_ever = plan_has(plan, FAULT_DISK_FOR_EVER);
	plan->disk.tear_ppm = rate(plan, seed, FAULT_TEAR, 100000, 900000);
	plan->disk.keep_ppm = draw(seed, "keep", 0, 2) * 500000;
	plan->disk_space = rate(plan, seed, FAULT_FULL, 150000, 400000);
	plan->kafka.error_ppm = rate(plan, seed, FAULT_KAFKA_ERROR, 5000, 200000);
	plan->kafka.lost_ppm = rate(plan, seed, FAULT_KAFKA_LOST, 5000, 150000);
	plan->kafka.late_ppm = rate(plan, seed, FAULT_KAFKA_LATE, 10000, 250000);
	plan->kafka.full_ppm = plan_has(plan, FAULT_KAFKA_ERROR) ? draw(seed, "kafka-full", 0, 20000) : 0;
}

static void plan_clients(struct plan *plan, uint64_t seed, const struct reach *reach)
{
	plan->n_supplier = at_most((int)draw(seed, "suppliers", 1, 4), reach->suppliers);
	plan->n_ticket = (int)draw(seed, "tickets", 1, 7);
	plan->n_group = (int)draw(seed, "groups", 1, plan->n_ticket);
	plan->n_delivery = at_most((int)draw(seed, "deliveries", 3, 24), reach->deliveries);
	plan->max_steps = at_most((int)draw(seed, "steps", 40, 320), reach->steps);
	plan->fault_ppm = draw(seed, "fault", 5000, 60000);
	plan->repeat_ppm = rate(plan, seed, FAULT_REPEAT, 20000, 300000);
	plan->stale_ppm = rate(plan, seed, FAULT_STALE, 20000, 300000);
	plan->poison_ppm = rate(plan, seed, FAULT_POISON, 20000, 200000);
	plan->give_up_ppm = rate(plan, seed, FAULT_GIVE_UP, 20000, 300000);
	plan->reorder = plan_has(plan, FAULT_REORDER) ? (int)draw(seed, "reorder-by", 2, 20) : 1;
}

/* A run with people takes many steps: faults strike as often, not as often a step. */
static void plan_tools(struct plan *plan, uint64_t seed, const struct reach *reach)
{
	plan->n_tool = at_most((int)draw(seed, "tools", 2, 4), reach->suppliers);
	plan->n_people = at_most((int)draw(seed, "people", 6, 30), reach->people);
	plan->more_steps = at_most((int)draw(seed, "more-steps", 0, 400), reach->steps);
	plan->lost_ppm = draw(seed, "lost", 20000, 400000) + (plan->theme == THEME_LOST ? 400000 : 0);
	plan->fault_ppm = draw(seed, "fault-of-tools", 500, 8000);
	plan->disk.read_ppm /= 4;
	plan->disk.write_ppm /= 4;
	plan->disk.sync_ppm /= 4;
}

void plan_draw(struct plan *plan, uint64_t seed, const struct reach *reach)
{
	memset(plan, 0, sizeof *plan);
	plan_parts(plan, seed, reach->parts);
	plan_faults(plan, seed, reach->faults);
	plan->partitions = (int32_t)draw(seed, "partitions", 1, 4);
	plan->makes_store = draw(seed, "makes-store", 0, 9) == 0;
	plan->answer_lost_ppm = rate(plan, seed, FAULT_ANSWER_LOST, 20000, 400000);
	plan->queue_max = plan_has(plan, FAULT_QUEUE) ? draw(seed, "queue-max", 1, 4) : 64;
	plan->batch_max = plan_has(plan, FAULT_QUEUE) ? draw(seed, "batch-max", 1, 3) : draw(seed, "batch", 1, 64);
	plan->wal_pages = draw(seed, "wal", 0, 2) ? draw(seed, "wal-pages", 5, 60) : 1000;
	plan->relay_batch = draw(seed, "relay", 0, 1) ? draw(seed, "relay-batch", 1, 6) : 4000;
	plan_worlds(plan, seed);
	if (plan->part[PART_CLIENTS])
		plan_clients(plan, seed, reach);
	if (plan->part[PART_TOOLS])
		plan_tools(plan, seed, reach);
}
