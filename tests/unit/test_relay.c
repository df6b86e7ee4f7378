/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay against a scripted Kafka that is strict about the order of calls, and a store that is a formula. Every
 * answer is tried at every call, alone and in pairs; whatever happens, each event is committed once and in order.
 */
#include "relay_kafka.h"

#include "bus/relay_fill.h"

/* ---- the clock -------------------------------------------------------------- */

struct fake_clock {
	struct clock clock;
	int64_t us;
};

static int64_t clock_now(struct clock *clock)
{
	return 1700000001000 + ((struct fake_clock *)clock)->us / 1000;
}

static int64_t clock_mono(struct clock *clock)
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

static struct world *world_new(int64_t last_seq, int64_t batch_max)
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

static void world_free(struct world *world)
{
	relay_free(world->relay);
	assert_int_equal(world->kafka.phase, CLOSED);
	free(world);
}

/* One step, then time passes as the step said. */
static enum ent_rc step(struct world *world, struct ent_err *err)
{
	int64_t wait_us = -1;
	enum ent_rc rc = relay_step(world->relay, &wait_us, err);

	if (!rc) {
		assert_in_range(wait_us, 0, 5000000);
		world->clock.us += wait_us;
	}
	return rc;
}

static void run(struct world *world, int steps)
{
	struct ent_err err;

	for (int i = 0; i < steps; i++)
		assert_int_equal(step(world, &err), ENT_OK);
}

static bool drained(const struct world *world)
{
	return relay_published_seq(world->relay) == world->db.last_seq && world->kafka.has_position &&
	       world->kafka.position.snapshots == world->db.last_seq && relay_state(world->relay) == RELAY_READY;
}

static void run_until_drained(struct world *world)
{
	struct ent_err err;
	int steps = 0;

	while (!drained(world)) {
		assert_int_equal(step(world, &err), ENT_OK);
		assert_true(++steps < 4000);
	}
}

static void check_exactly_once(const struct world *world)
{
	assert_int_equal(world->kafka.n_seq, world->db.last_seq);
	for (size_t i = 0; i < world->kafka.n_seq; i++)
		assert_int_equal(world->kafka.seq[i], (int64_t)i + 1);
	assert_int_equal(world->kafka.position.seq, world->db.last_seq);
	assert_string_equal(world->kafka.position.store_id, STORE_ID);
	assert_string_equal(world->kafka.position.people_key, PEOPLE_KEY);
	assert_int_equal(world->kafka.n_person, world->db.people / PEOPLE_EVERY * 2);
	for (size_t i = 0; i < world->kafka.n_person; i++)
		assert_int_equal(world->kafka.person[i], (int64_t)(i / 2 + 1) * PEOPLE_EVERY * 2 + (int64_t)(i % 2));
}

/* entente.incidents.v1 shows each incident as its last event left it, or later. */
static void check_shown(const struct world *world)
{
	for (int64_t seq = 1; seq <= world->db.last_seq; seq++)
		if (seq % 7)
			assert_true(world->kafka.told[incident_of(&world->db, seq)] >= seq);
}

/* ---- tests ------------------------------------------------------------------- */

static void test_drains_in_order(void **state)
{
	struct world *world = world_new(100, 16);
	struct ent_err trouble;

	(void)state;
	run(world, 3);
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_BACKLOG_EVENTS), 100);
	run_until_drained(world);
	check_exactly_once(world);
	assert_int_equal(metric_get(&world->metrics, METRIC_EVENTS_PUBLISHED), 100);
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_UP), 1);
	run(world, 2);
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_BACKLOG_EVENTS), 0);
	relay_trouble(world->relay, &trouble);
	assert_string_equal(trouble.msg, "");
	world_free(world);
}

/* A partition that is named late in a transaction costs a round trip: what there is was read before it begins. */
static void test_rows_are_read_before_a_transaction(void **state)
{
	static const struct {
		int64_t events, batch_max, reads;
	} row[] = {{1, 4000, 0}, {511, 4000, 0}, {100, 16, 0}, {600, 4000, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world *world = world_new(row[i].events, row[i].batch_max);

		world->kafka.db = &world->db;
		world->db.people = 0;
		run_until_drained(world);
		check_exactly_once(world);
		assert_int_equal(world->kafka.n_read_open, row[i].reads);
		world_free(world);
	}
}

/* A backlog of events goes first, and still the other topic does not stand still. */
static void test_snapshots_go_along_with_a_backlog(void **state)
{
	struct world *world = world_new(2000, 3);
	struct ent_err err;
	size_t before = 0;
	int64_t told_us = 0;

	(void)state;
	world->db.incidents = 1000;
	while (world->kafka.n_seq < 1999) {
		assert_int_equal(step(world, &err), ENT_OK);
		assert_true(world->clock.us >= 1000000 || world->kafka.n_snapshot == 0);
		if (world->kafka.n_snapshot == before)
			continue;
		/* so few, and so rarely, that the events are hardly later */
		assert_true(world->kafka.n_snapshot - before <= 12);
		assert_true(world->clock.us - told_us >= 50000);
		before = world->kafka.n_snapshot;
		told_us = world->clock.us;
	}
	assert_true(world->kafka.position.snapshots > 300); /* and yet that topic goes on, and catches up afterwards */
	run_until_drained(world);
	check_exactly_once(world);
	check_shown(world);
	assert_int_equal(world->kafka.n_tombstone, 2); /* of the one that was absorbed: it changed twice */
	world_free(world);
}

static void test_all_snapshots_go_when_no_event_waits(void **state)
{
	struct world *world = world_new(900, 1000);
	struct ent_err err;
	int64_t from;

	(void)state;
	world->db.incidents = 1000;
	while (world->kafka.n_seq < 900)
		assert_int_equal(step(world, &err), ENT_OK);
	from = world->clock.us;
	assert_int_equal(world->kafka.n_snapshot, 0); /* an incident that changes again at once is told once */
	run_until_drained(world);
	check_shown(world);
	assert_int_equal(world->kafka.n_snapshot, 900 - 900 / 7);
	assert_in_range(world->clock.us - from, 1000000, 1100000);
	world_free(world);
}

/* More incidents changed than fit one transaction; events come all the while, and faults. */
static void test_every_incident_is_shown(void **state)
{
	struct ent_err err;

	(void)state;
	for (int fault = 0; fault < FAULT_N; fault++) {
		struct world *world = world_new(0, 7);
		int steps = 0;

		world->db.incidents = 1000;
		while (world->db.last_seq < 1500) {
			if (steps++ % 9 == 0)
				world->db.last_seq += 11;
			if (steps % 50 == 0) {
				world->kafka.plan[0].at = world->kafka.call + steps % 13;
				world->kafka.plan[0].fault = (enum fault)fault;
			}
			assert_int_equal(step(world, &err), ENT_OK);
		}
		run_until_drained(world);
		check_exactly_once(world);
		check_shown(world);
		world_free(world);
	}
}

static void test_share_of_snapshots(void **state)
{
	(void)state;
	assert_int_equal(relay_fill_share(0, 1), 200); /* nobody waits */
	assert_int_equal(relay_fill_share(1, 1), 8);
	assert_int_equal(relay_fill_share(1000, 1), 8); /* beside events few */
	assert_int_equal(relay_fill_share(1000, 10000), 508);
	assert_int_equal(relay_fill_share(1000, 20000), 1008); /* so far behind it does not fall back further */
	assert_int_equal(relay_fill_share(1000, 40000), 2008);
	assert_int_equal(relay_fill_share(1000, INT64_MAX), 2008); /* and the share is bounded */
	for (int64_t n = 1; n < 5000; n *= 3)
		for (int64_t lag = 1; lag < 100000; lag += 500) {
			assert_true(relay_fill_share(n, lag) <= relay_fill_share(n, lag + 500));
			assert_true(lag < 20000 || relay_fill_share(n, lag) >= n);
		}
}

static void test_a_lag_of_snapshots_is_told(void **state)
{
	struct world *world = world_new(10, 16);
	struct ent_err err;

	(void)state;
	run_until_drained(world);
	run(world, 3);
	assert_int_equal(relay_lag_ms(world->relay), 0);
	assert_int_equal(metric_get(&world->metrics, METRIC_SNAPSHOTS_LAG_EVENTS), 0);
	world->db.last_seq = 20;
	world->clock.us += 90000000;
	assert_int_equal(step(world, &err), ENT_OK);
	assert_int_equal(metric_get(&world->metrics, METRIC_SNAPSHOTS_LAG_EVENTS), 10);
	assert_true(metric_get(&world->metrics, METRIC_SNAPSHOTS_LAG_MS) > 90000);
	assert_true(relay_lag_ms(world->relay) > 90000);
	run_until_drained(world);
	world->clock.us += 1000000;
	run(world, 1);
	assert_int_equal(relay_lag_ms(world->relay), 0);
	assert_int_equal(metric_get(&world->metrics, METRIC_SNAPSHOTS_LAG_MS), 0);
	world_free(world);
}

static void test_snapshots_let_a_single_event_go_first(void **state)
{
	struct world *world = world_new(0, 16);
	struct ent_err err;
	int64_t from;

	(void)state;
	run(world, 4);
	world->db.last_seq = 1;
	from = world->clock.us;
	while (world->kafka.n_seq < 1)
		assert_int_equal(step(world, &err), ENT_OK);
	assert_int_equal(world->kafka.n_snapshot, 0);
	run_until_drained(world);
	assert_int_equal(world->kafka.n_snapshot, 1);
	assert_in_range(world->clock.us - from, 1000000, 1010000);
	world_free(world);
}

static void test_every_fault_at_every_call(void **state)
{
	(void)state;
	for (int at = 0; at < 54; at++)
		for (int fault = 0; fault < FAULT_N; fault++) {
			struct world *world = world_new(40, 16);

			world->kafka.plan[0].at = at;
			world->kafka.plan[0].fault = (enum fault)fault;
			run_until_drained(world);
			assert_true(world->kafka.call > at);
			check_exactly_once(world);
			world_free(world);
		}
}

static void test_pairs_of_faults(void **state)
{
	(void)state;
	for (int a = 0; a < 30; a++)
		for (int b = a + 1; b < 36; b++)
			for (int faults = 0; faults < FAULT_N * FAULT_N; faults++) {
				struct world *world = world_new(12, 5);

				world->kafka.plan[0].at = a;
				world->kafka.plan[0].fault = (enum fault)(faults % FAULT_N);
				world->kafka.plan[1].at = b;
				world->kafka.plan[1].fault = (enum fault)(faults / FAULT_N);
				run_until_drained(world);
				check_exactly_once(world);
				world_free(world);
			}
}

/* Killed after any call: the next relay goes on from what Kafka has committed. */
static void test_killed_after_every_step(void **state)
{
	struct ent_err err;

	(void)state;
	for (int steps = 0; steps < 40; steps++) {
		struct world *world = world_new(40, 7), *next;

		for (int i = 0; i < steps; i++)
			assert_int_equal(step(world, &err), ENT_OK);
		next = world_new(40, 7);
		next->kafka = world->kafka;
		next->kafka.phase = CLOSED;
		run_until_drained(next);
		check_exactly_once(next);
		world_free(world);
		world_free(next);
	}
}

static void test_refuses_another_store(void **state)
{
	struct world *world = world_new(10, 16);
	struct ent_err err, trouble;
	int64_t wait_us;

	(void)state;
	world->kafka.has_position = true;
	world->kafka.position = (struct position){.store_id = OTHER_ID, .seq = 5};
	assert_int_equal(step(world, &err), ENT_OK);
	assert_int_equal(step(world, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, OTHER_ID));
	assert_non_null(strstr(err.msg, STORE_ID));
	assert_int_equal(relay_state(world->relay), RELAY_BROKEN);
	assert_int_equal(relay_step(world->relay, &wait_us, &err), ENT_EINVAL); /* and stays so */
	relay_trouble(world->relay, &trouble);
	assert_string_equal(trouble.msg, err.msg);
	assert_int_equal(world->kafka.n_transaction, 0);
	world_free(world);
}

static void test_refuses_a_restored_store(void **state)
{
	struct world *world = world_new(10, 16);
	struct ent_err err;

	(void)state;
	world->kafka.has_position = true;
	world->kafka.position = (struct position){.store_id = STORE_ID, .seq = 11};
	assert_int_equal(step(world, &err), ENT_OK);
	assert_int_equal(step(world, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, "up to 11"));
	assert_non_null(strstr(err.msg, "only up to 10"));
	world_free(world);
}

/* What one relay put there, the next one with another store finds. */
static struct world *world_after(const struct world *before, struct db db)
{
	struct world *world = world_new(db.last_seq, 16);

	world->db = db;
	world->db.people = db.last_seq;
	world->kafka = before->kafka;
	world->kafka.people = &world->db;
	world->kafka.phase = CLOSED;
	return world;
}

/* Restored while Kafka was away, and more was acknowledged before Kafka came back. */
static void test_refuses_a_copy_that_went_on(void **state)
{
	struct world *first = world_new(20, 16), *copy;
	struct ent_err err;

	(void)state;
	run_until_drained(first);
	for (int64_t last = 20; last <= 45; last += 5)
		for (int64_t copied = 1; copied < 20; copied++) {
			copy = world_after(first, (struct db){.last_seq = last, .copied = copied});
			assert_int_equal(step(copy, &err), ENT_OK);
			assert_int_equal(step(copy, &err), ENT_EINVAL);
			assert_non_null(strstr(err.msg, "old copy"));
			assert_non_null(strstr(err.msg, "event 20 "));
			assert_non_null(strstr(err.msg, "`entente rebuild`")); /* not cut off */
			assert_int_equal(copy->kafka.n_seq, 20);
			world_free(copy);
		}
	copy = world_after(first, (struct db){.last_seq = 45, .copied = 20}); /* the newest went on: the same store */
	run_until_drained(copy);
	check_exactly_once(copy);
	world_free(copy);
	world_free(first);
}

/* The position stands on a dead letter (21), which a rebuilt store has not, or on an event, which it has. */
static void test_goes_on_after_a_rebuild(void **state)
{
	struct ent_err err;

	(void)state;
	for (int64_t last = 20; last <= 22; last++) {
		struct world *first = world_new(last, 16), *next;

		run_until_drained(first);
		next = world_after(first, (struct db){.last_seq = last + 10, .reserved = last});
		run_until_drained(next);
		check_exactly_once(next);
		world_free(next);
		next = world_after(first, (struct db){.last_seq = last + 10, .reserved = last, .copied = last - 1});
		assert_int_equal(step(next, &err), ENT_OK); /* a rebuilt one that is not this stream's */
		assert_int_equal(step(next, &err), last % 7 ? ENT_EINVAL : ENT_OK);
		world_free(next);
		world_free(first);
	}
}

/* A progress-only transaction tells the mark again; without rows it is none. */
static void test_mark_is_of_what_was_put(void **state)
{
	struct world *world = world_new(0, 16);
	struct ent_err err;

	(void)state;
	while (world->kafka.n_progress == 0)
		assert_int_equal(step(world, &err), ENT_OK);
	assert_string_equal(world->kafka.position.mark, "");
	world->db.last_seq = 3;
	run_until_drained(world);
	assert_string_equal(world->kafka.position.mark, "aaaaaaaa-0000-4000-8000-000000000003:1:1700000000503");
	for (size_t n = world->kafka.n_progress; world->kafka.n_progress == n;)
		assert_int_equal(step(world, &err), ENT_OK);
	assert_string_equal(world->kafka.position.mark, "aaaaaaaa-0000-4000-8000-000000000003:1:1700000000503");
	world->db.last_seq = 7;
	run_until_drained(world);
	assert_string_equal(world->kafka.position.mark, "deadletter:2:1700000000507");
	world_free(world);
}

static void test_store_failure_stops_it(void **state)
{
	struct world *world = world_new(10, 16);
	struct ent_err err;

	(void)state;
	run_until_drained(world);
	world->db.failed = true;
	assert_int_equal(step(world, &err), ENT_OK); /* the pause */
	assert_int_equal(step(world, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, "disk I/O error"));
	world_free(world);
}

static void test_idle_progress(void **state)
{
	struct world *world = world_new(3, 16);
	int64_t from;
	size_t n;
	struct ent_err err;

	(void)state;
	run_until_drained(world);
	n = world->kafka.n_progress;
	from = world->clock.us;
	while (world->kafka.n_progress == n)
		assert_int_equal(step(world, &err), ENT_OK);
	assert_in_range(world->clock.us - from, 3599000000, 3601000000);
	assert_int_equal(world->kafka.position.seq, 3);
	world_free(world);
}

/* One more event just after the last commit; how long until it is committed. */
static int64_t publish_one(struct world *world)
{
	int64_t from = world->clock.us;
	struct ent_err err;

	world->db.last_seq++;
	while (relay_published_seq(world->relay) < world->db.last_seq)
		assert_int_equal(step(world, &err), ENT_OK);
	return world->clock.us - from;
}

static void test_pause_follows_the_markers(void **state)
{
	struct world *world = world_new(0, 16);

	(void)state;
	run(world, 2);
	(void)publish_one(world);
	assert_in_range(publish_one(world), 3900, 4100);
	world->kafka.kafka.contended = true;
	for (int i = 0; i < 40; i++)
		(void)publish_one(world);
	assert_in_range(publish_one(world), 19000, 20000); /* bounded */
	world->kafka.kafka.contended = false;
	for (int i = 0; i < 3000; i++)
		(void)publish_one(world);
	assert_in_range(publish_one(world), 3900, 4200); /* and comes back */
	world_free(world);
}

static void test_backs_off_while_kafka_is_away(void **state)
{
	struct world *world = world_new(10, 16);
	struct ent_err err, trouble;
	int calls;

	(void)state;
	world->kafka.plan[0].at = 0;
	while (world->clock.us < 60000000) {
		world->kafka.plan[0].at = world->kafka.call;
		assert_int_equal(step(world, &err), ENT_OK);
	}
	calls = world->kafka.call;
	assert_in_range(calls, 25, 60); /* 10 ms doubled up to 2 s */
	relay_trouble(world->relay, &trouble);
	assert_string_equal(trouble.msg, "connecting to Kafka: planned fault 0");
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_UP), 0);
	/* what came since the start is surely not published; before, it is not known without Kafka */
	world->db.last_seq = 25;
	world->kafka.plan[0].at = world->kafka.call;
	assert_int_equal(step(world, &err), ENT_OK);
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_BACKLOG_EVENTS), 15);
	assert_true(metric_get(&world->metrics, METRIC_RELAY_BACKLOG_MS) > 50000);
	world->kafka.plan[0].at = -1;
	run_until_drained(world);
	check_exactly_once(world);
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_UP), 1);
	world_free(world);
}

static void test_early_steps_do_not_hammer(void **state)
{
	struct world *world = world_new(10, 16);
	struct ent_err err;
	int64_t wait_us;

	(void)state;
	world->kafka.plan[0].at = 0;
	assert_int_equal(relay_step(world->relay, &wait_us, &err), ENT_OK);
	assert_int_equal(wait_us, 10000);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(relay_step(world->relay, &wait_us, &err), ENT_OK); /* woken, and no time passed */
		assert_int_equal(wait_us, 10000);
	}
	assert_int_equal(world->kafka.call, 1);
	world_free(world);
}

/* A state that is asked again for too long ends in a new producer. */
static void test_retries_are_bounded(void **state)
{
	struct world *world = world_new(3, 16);
	struct ent_err err;

	(void)state;
	while (relay_state(world->relay) != RELAY_COMMIT)
		assert_int_equal(step(world, &err), ENT_OK);
	while (relay_state(world->relay) == RELAY_COMMIT) {
		world->kafka.plan[0].at = world->kafka.call;
		assert_int_equal(step(world, &err), ENT_OK);
		assert_true(world->clock.us < 40000000);
	}
	assert_int_equal(relay_state(world->relay), RELAY_START);
	assert_int_equal(metric_get(&world->metrics, METRIC_RELAY_REBUILDS), 1);
	run_until_drained(world);
	check_exactly_once(world);
	world_free(world);
}

static void test_too_large_a_record_does_not_stop_the_rest(void **state)
{
	struct world *world = world_new(10, 16);

	(void)state;
	world->kafka.kafka.record_max = 2000;
	world->db.large = 7; /* this one is a dead letter already, and stays where it was */
	run_until_drained(world);
	check_exactly_once(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_drains_in_order),
	    cmocka_unit_test(test_rows_are_read_before_a_transaction),
	    cmocka_unit_test(test_snapshots_go_along_with_a_backlog),
	    cmocka_unit_test(test_all_snapshots_go_when_no_event_waits),
	    cmocka_unit_test(test_every_incident_is_shown),
	    cmocka_unit_test(test_share_of_snapshots),
	    cmocka_unit_test(test_a_lag_of_snapshots_is_told),
	    cmocka_unit_test(test_snapshots_let_a_single_event_go_first),
	    cmocka_unit_test(test_every_fault_at_every_call),
	    cmocka_unit_test(test_pairs_of_faults),
	    cmocka_unit_test(test_killed_after_every_step),
	    cmocka_unit_test(test_refuses_another_store),
	    cmocka_unit_test(test_refuses_a_restored_store),
	    cmocka_unit_test(test_refuses_a_copy_that_went_on),
	    cmocka_unit_test(test_goes_on_after_a_rebuild),
	    cmocka_unit_test(test_mark_is_of_what_was_put),
	    cmocka_unit_test(test_store_failure_stops_it),
	    cmocka_unit_test(test_idle_progress),
	    cmocka_unit_test(test_pause_follows_the_markers),
	    cmocka_unit_test(test_backs_off_while_kafka_is_away),
	    cmocka_unit_test(test_early_steps_do_not_hammer),
	    cmocka_unit_test(test_retries_are_bounded),
	    cmocka_unit_test(test_too_large_a_record_does_not_stop_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
