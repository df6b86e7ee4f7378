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

static int64_t rate(struct rng *rng, const struct plan *plan, enum fault fault, int64_t lo_ppm, int64_t hi_ppm)
{
	int64_t ppm = rng_range(rng, lo_ppm, hi_ppm);

	return plan_has(plan, fault) ? ppm : 0;
}

static void plan_worlds(struct plan *plan, struct rng *rng)
{
	bool loses = plan_has(plan, FAULT_DISK_LOSES);

	plan->disk.read_ppm = rate(rng, plan, FAULT_DISK_READ, 20, 1000);
	plan->disk.write_ppm = rate(rng, plan, FAULT_DISK_WRITE, 200, 5000);
	plan->disk.sync_ppm = rate(rng, plan, FAULT_DISK_SYNC, 1000, 40000);
	plan->disk.lost_ppm = loses ? rng_range(rng, 300000, 1000000) : 0;
	plan->disk.for_ever = plan_has(plan, FAULT_DISK_FOR_EVER);
	plan->disk.tear_ppm = rate(rng, plan, FAULT_TEAR, 100000, 900000);
	plan->disk.keep_ppm = rng_range(rng, 0, 2) * 500000;
	plan->disk_space = plan_has(plan, FAULT_FULL) ? rng_range(rng, 150000, 400000) : 0;
	plan->kafka.error_ppm = rate(rng, plan, FAULT_KAFKA_ERROR, 5000, 200000);
	plan->kafka.lost_ppm = rate(rng, plan, FAULT_KAFKA_LOST, 5000, 150000);
	plan->kafka.late_ppm = rate(rng, plan, FAULT_KAFKA_LATE, 10000, 250000);
	plan->kafka.full_ppm = rate(rng, plan, FAULT_KAFKA_ERROR, 0, 20000);
}

void plan_draw(struct plan *plan, uint64_t seed, const struct limits *limits)
{
	struct rng rng;
	int64_t density;

	memset(plan, 0, sizeof *plan);
	rng_init(&rng, seed, 7);
	density = rng_range(&rng, 150000, 700000);
	for (int i = 0; i < FAULT_N; i++)
		plan->faults |= (uint32_t)rng_ppm(&rng, density) << i;
	plan->faults &= limits->faults;
	plan->n_supplier = (int)rng_range(&rng, 1, 4);
	if (limits->suppliers && plan->n_supplier > limits->suppliers)
		plan->n_supplier = limits->suppliers;
	plan->n_ticket = (int)rng_range(&rng, 1, 7);
	plan->n_group = (int)rng_range(&rng, 1, plan->n_ticket);
	plan->n_delivery = (int)rng_range(&rng, 3, 24);
	plan->partitions = (int32_t)rng_range(&rng, 1, 4);
	plan->max_steps = (int)rng_range(&rng, 40, 320);
	plan->fault_ppm = rng_range(&rng, 5000, 60000);
	plan->answer_lost_ppm = rate(&rng, plan, FAULT_ANSWER_LOST, 20000, 400000);
	plan->repeat_ppm = rate(&rng, plan, FAULT_REPEAT, 20000, 300000);
	plan->stale_ppm = rate(&rng, plan, FAULT_STALE, 20000, 300000);
	plan->poison_ppm = rate(&rng, plan, FAULT_POISON, 20000, 200000);
	plan->give_up_ppm = rate(&rng, plan, FAULT_GIVE_UP, 20000, 300000);
	plan->reorder = plan_has(plan, FAULT_REORDER) ? (int)rng_range(&rng, 2, 20) : 1;
	plan->queue_max = plan_has(plan, FAULT_QUEUE) ? rng_range(&rng, 1, 4) : 64;
	plan->batch_max = plan_has(plan, FAULT_QUEUE) ? rng_range(&rng, 1, 3) : 64;
	plan->wal_pages = rng_range(&rng, 0, 2) ? rng_range(&rng, 5, 60) : 1000;
	plan->relay_batch = rng_range(&rng, 0, 1) ? rng_range(&rng, 1, 6) : 4000;
	plan_worlds(plan, &rng);
	if (limits->deliveries && plan->n_delivery > limits->deliveries)
		plan->n_delivery = limits->deliveries;
	if (limits->steps && plan->max_steps > limits->steps)
		plan->max_steps = limits->steps;
}
