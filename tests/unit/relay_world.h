/* SPDX-License-Identifier: Apache-2.0 */
/* A relay between the store that is a formula and the scripted Kafka, with a clock that goes as its steps say. */
#ifndef UNIT_RELAY_WORLD_H
#define UNIT_RELAY_WORLD_H

#include "relay_kafka.h"

#include "bus/relay.h"

/* ---- the clock -------------------------------------------------------------- */

struct fake_clock {
	struct clock clock;
	int64_t us;
};

static inline int64_t clock_now(struct clock *clock)
{
	return 1700000001000 + ((struct fake_clock *)clock)->us / 1000;
}

static inline int64_t clock_mono(struct clock *clock)
{
	return ((struct fake_clock *)clock)->us;
}

/* ---- one world per test ------------------------------------------------------ */

struct world {
	struct db db;
	struct fake_clock clock;
	struct fake_kafka kafka;
	struct metrics metrics;
	struct relay *relay;
};

static inline struct world *world_new(int64_t last_seq, int64_t batch_max)
{
	struct world *world = sdk_xalloc(sizeof *world);
	struct store_meta meta = {.store_id = STORE_ID, .partitions = UUIDS, .people_key = PEOPLE_KEY};
	struct relay_options options = {.batch_max = batch_max,
					.bytes_max = 1 << 20,
					.pause_us = 4000,
					.idle_ms = 3600000,
					.source = ENT_STR("/entente")};

	memset(world, 0, sizeof *world);
	world->db.last_seq = world->db.people = last_seq;
	world->kafka.people = &world->db;
	world->clock.clock = (struct clock){clock_now, clock_mono};
	world->kafka.kafka = (struct kafka){.init = fake_init,
					    .position = fake_position,
					    .begin = fake_begin,
					    .produce = fake_produce,
					    .commit = fake_commit,
					    .abort = fake_abort,
					    .close = fake_close};
	world->kafka.plan[0].at = world->kafka.plan[1].at = -1;
	world->relay =
	    relay_new(&world->db, &meta, &world->kafka.kafka, &world->clock.clock, &world->metrics, NULL, &options);
	return world;
}

static inline void world_free(struct world *world)
{
	relay_free(world->relay);
	assert_int_equal(world->kafka.phase, CLOSED);
	free(world);
}

/* One step, then time passes as the step said. */
static inline enum ent_rc step(struct world *world, struct ent_err *err)
{
	int64_t wait_us = -1;
	enum ent_rc rc = relay_step(world->relay, &wait_us, err);

	if (!rc) {
		assert_in_range(wait_us, 0, 5000000);
		world->clock.us += wait_us;
	}
	return rc;
}

static inline void run(struct world *world, int steps)
{
	struct ent_err err;

	for (int i = 0; i < steps; i++)
		assert_int_equal(step(world, &err), ENT_OK);
}

static inline bool drained(const struct world *world)
{
	return relay_published_seq(world->relay) == world->db.last_seq && world->kafka.has_position &&
	       world->kafka.position.snapshots == world->db.last_seq && relay_state(world->relay) == RELAY_READY;
}

static inline void run_until_drained(struct world *world)
{
	struct ent_err err;
	int steps = 0;

	while (!drained(world)) {
		assert_int_equal(step(world, &err), ENT_OK);
		assert_true(++steps < 4000);
	}
}

static inline void check_exactly_once(const struct world *world)
{
	assert_int_equal(world->kafka.n_seq, world->db.last_seq);
	for (size_t i = 0; i < world->kafka.n_seq; i++)
		assert_int_equal(world->kafka.seq[i], (int64_t)i + 1);
	assert_int_equal(world->kafka.position.seq, world->db.last_seq);
	assert_string_equal(world->kafka.position.store_id, STORE_ID);
	assert_string_equal(world->kafka.position.people_key, PEOPLE_KEY);
	assert_int_equal(world->kafka.n_person, (world->db.people / PEOPLE_EVERY - world->db.known / PEOPLE_EVERY) * 2);
	for (size_t i = 0; i < world->kafka.n_person; i++)
		assert_int_equal(world->kafka.person[i],
				 2 * world->db.known + (int64_t)(i / 2 + 1) * PEOPLE_EVERY * 2 + (int64_t)(i % 2));
}

/* entente.incidents.v1 shows each incident as its last event left it, or later. */
static inline void check_shown(const struct world *world)
{
	for (int64_t seq = 1; seq <= world->db.last_seq; seq++)
		if (seq % 7)
			assert_true(world->kafka.told[incident_of(&world->db, seq)] >= seq);
}

#endif
