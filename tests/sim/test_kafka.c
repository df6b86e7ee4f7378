/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Kafka model alone: a relay of twenty lines that counts to N, right and with the two
 * classic mistakes. The right one must publish each number once, in every run; the wrong
 * ones must be seen.
 */
#include "producer.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#include "bus/record.h"

#define NUMBERS 40
#define STORE   "11111111-1111-4111-8111-111111111111"

enum mistake { RIGHT, POSITION_EARLY, BELIEVES_ERRORS };

struct counter {
	struct producer producer;
	struct life life;
	struct world *world;
	enum mistake mistake;
	struct record record;
	struct sdk_arena arena;
	bool ready, known;
	int64_t position;
};

static enum kafka_rc find_position(struct counter *counter)
{
	struct kafka *kafka = &counter->producer.api;
	struct position found = {0};
	struct ent_err err;
	bool is_found;
	enum kafka_rc rc = kafka->position(kafka, &found, &is_found, &err);

	if (rc == KAFKA_OK) {
		counter->position = found.seq;
		counter->known = true;
	}
	return rc;
}

static enum kafka_rc get_ready(struct counter *counter)
{
	struct kafka *kafka = &counter->producer.api;
	struct ent_err err;
	enum kafka_rc rc = KAFKA_OK;

	kafka->close(kafka);
	if (counter->mistake == POSITION_EARLY)
		rc = find_position(counter);
	if (rc == KAFKA_OK)
		rc = kafka->init(kafka, &err);
	if (rc == KAFKA_OK && counter->mistake != POSITION_EARLY)
		rc = find_position(counter);
	counter->ready = rc == KAFKA_OK;
	return rc;
}

static enum kafka_rc publish(struct counter *counter, int64_t n, struct ent_err *err)
{
	struct kafka *kafka = &counter->producer.api;
	struct position position = {STORE, n, n, "", ""};
	char text[24];
	enum kafka_rc rc = KAFKA_OK;

	for (int64_t i = counter->position + 1; i <= n && rc == KAFKA_OK; i++) {
		struct ent_str value = {text, (size_t)snprintf(text, sizeof text, "%d", (int)i)};
		struct kafka_record record = {KAFKA_EVENTS, (int32_t)(i % 3), value, value, NULL, 0, 0};

		while ((rc = kafka->produce(kafka, &record, err)) == KAFKA_RETRY)
			;
	}
	if (rc != KAFKA_OK)
		return rc;
	record_progress(&counter->record, &position, 0);
	while ((rc = kafka->produce(kafka, &counter->record.kafka, err)) == KAFKA_RETRY)
		;
	return rc;
}

/* One transaction, or a step towards being able to. */
static void counter_step(struct counter *counter)
{
	struct kafka *kafka = &counter->producer.api;
	int64_t n = counter->position + (int64_t)rng_below(&counter->producer.rng, 6) + 1;
	struct ent_err err;
	enum kafka_rc rc;

	if (!counter->ready) {
		(void)get_ready(counter); /* the next step tries again */
		return;
	}
	n = n > NUMBERS ? NUMBERS : n;
	rc = kafka->begin(kafka, &err);
	if (rc == KAFKA_OK)
		rc = publish(counter, n, &err);
	if (rc == KAFKA_OK) {
		rc = kafka->commit(kafka, &err);
		if (rc == KAFKA_OK)
			counter->position = n;
		else if (counter->mistake == BELIEVES_ERRORS && rc == KAFKA_REBUILD) {
			kafka->close(kafka);
			counter->ready =
			    kafka->init(kafka, &err) == KAFKA_OK; /* "it failed, so nothing was committed" */
			return;
		}
	}
	counter->ready = rc == KAFKA_OK;
}

static void counter_start(struct counter *counter, struct cluster *cluster, const struct producer_faults *faults,
			  uint64_t seed, uint64_t stream)
{
	enum mistake mistake = counter->mistake;

	memset(counter, 0, sizeof *counter);
	counter->mistake = mistake;
	counter->world = cluster->world;
	producer_init(&counter->producer, cluster, &counter->life, faults, seed, stream);
	sdk_arena_init(&counter->arena);
	record_init(&counter->record, &counter->arena.abi, ENT_STR(STORE), ENT_STR("urn:test"));
}

static void counter_end(struct counter *counter)
{
	producer_release(&counter->producer);
	record_release(&counter->record);
	sdk_arena_release(&counter->arena);
}

/* How many numbers are missing, double or out of place under read_committed. */
static int count_wrong(const struct cluster *cluster)
{
	int seen[NUMBERS + 1] = {0}, wrong = 0;

	for (int32_t p = 0; p < 3; p++) {
		struct consumer consumer = {cluster, KAFKA_EVENTS, p, 0};
		const struct kafka_record *record;
		int64_t last = 0;

		while ((record = consumer_next(&consumer, NULL))) {
			int64_t value = 0;

			wrong += !sdk_to_int(record->value, &value) || value < 1 || value > NUMBERS || value <= last;
			last = value;
			seen[value > 0 && value <= NUMBERS ? value : 0]++;
		}
	}
	for (int i = 1; i <= NUMBERS; i++)
		wrong += seen[i] != 1;
	return wrong;
}

struct sum {
	int runs_wrong, aborted, fenced, late;
	uint64_t hash;
};

static void one_run(uint64_t seed, enum mistake mistake, struct sum *sum)
{
	struct producer_faults faults = {150000, 100000, 50000, 50000}, none = {0};
	struct world world;
	struct cluster cluster;
	struct counter now = {.mistake = mistake}, zombie = {.mistake = mistake};
	bool has_zombie = false;
	uint64_t stream = 0;

	world_init(&world, seed, false);
	cluster_init(&cluster, &world, seed, 3);
	counter_start(&now, &cluster, &faults, seed, stream++);
	for (int i = 0; i < 300 && now.position < NUMBERS; i++) {
		uint64_t what = rng_below(&cluster.rng, 20);

		world_pass(&world, rng_range(&cluster.rng, 100, 400000));
		if (what == 0) { /* the process dies; or it only sleeps and wakes beside its successor */
			if (has_zombie)
				counter_end(&zombie);
			zombie = now;
			has_zombie = true;
			zombie.producer.life = &zombie.life;
			zombie.life.dead = rng_below(&cluster.rng, 2);
			counter_start(&now, &cluster, &faults, seed, stream++);
		} else if (what == 1 && has_zombie) {
			counter_step(&zombie);
		} else if (what == 2) {
			cluster_restart(&cluster, rng_range(&cluster.rng, 0, 3000000));
		} else if (what < 10) {
			cluster_step(&cluster);
		} else {
			counter_step(&now);
		}
	}
	cluster_heal(&cluster);
	now.producer.faults = &none;
	for (int i = 0; i < 200 && now.position < NUMBERS; i++)
		counter_step(&now);
	while (cluster_next_us(&cluster) != INT64_MAX) {
		world.us = cluster_next_us(&cluster) > world.us ? cluster_next_us(&cluster) : world.us;
		cluster_step(&cluster);
	}
	sum->runs_wrong += count_wrong(&cluster) != 0;
	sum->fenced += (int)cluster.n_fenced;
	sum->late += (int)cluster.n_late;
	sum->hash = sum->hash * 31 + world.trace.hash;
	counter_end(&now);
	if (has_zombie)
		counter_end(&zombie);
	cluster_release(&cluster);
	world_release(&world);
}

static struct sum many_runs(enum mistake mistake)
{
	struct sum sum = {0};

	for (uint64_t seed = 1; seed <= 300; seed++)
		one_run(seed, mistake, &sum);
	return sum;
}

int main(void)
{
	struct tap tap = {0};
	struct sum right = many_runs(RIGHT), again = many_runs(RIGHT);
	struct sum early = many_runs(POSITION_EARLY), believes = many_runs(BELIEVES_ERRORS);

	printf("# %d requests fenced, %d landed late; wrong runs of 300: right %d, position early %d, believes errors "
	       "%d\n",
	       right.fenced, right.late, right.runs_wrong, early.runs_wrong, believes.runs_wrong);
	tap_ok(&tap, right.fenced > 100 && right.late > 100, "sim/kafka runs with faults", "too little happened");
	tap_ok(&tap, right.runs_wrong == 0, "sim/kafka a right relay publishes each number once", "it did not");
	tap_ok(&tap, early.runs_wrong > 0, "sim/kafka sees a position read before init", "it did not see it");
	tap_ok(&tap, believes.runs_wrong > 0, "sim/kafka sees who believes a commit's error", "it did not see it");
	tap_ok(&tap, right.hash == again.hash, "sim/kafka the same seeds do the same", "the traces differ");
	return tap_end(&tap);
}
