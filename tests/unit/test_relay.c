/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay against a scripted Kafka that is strict about the order of calls, and a store that is a formula. Every
 * answer is tried at every call, alone and in pairs; whatever happens, each event is committed once and in order.
 */
#include "relay_world.h"

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

/* Of a backlog the rest is read while the transaction is open, and may name somebody whom nobody knew when it began. */
static void test_people_who_come_after_a_transaction_began(void **state)
{
	(void)state;
	for (int at = 600; at < 640; at++) /* the calls that bring the late ones, and their commit */
		for (int fault = 0; fault < FAULT_N; fault++) {
			struct world *world = world_new(600, 4000);

			world->db.known = world->db.people;
			world->kafka.n_late = 20;
			world->kafka.plan[0].at = at;
			world->kafka.plan[0].fault = (enum fault)fault;
			run_until_drained(world);
			assert_int_equal(world->db.last_seq, 620);
			check_exactly_once(world);
			world_free(world);
		}
}

/* A name that was forgotten is told without an event, also as the last of all. */
static void test_a_forgotten_name_needs_no_event(void **state)
{
	static const int64_t forgets[] = {52, 100};

	(void)state;
	for (size_t k = 0; k < 2; k++)
		for (int at = 0; at < 130; at++) {
			struct world *world = world_new(100, 16);
			int64_t seq = 0;

			world->db.forgets = forgets[k];
			world->kafka.plan[0].at = at;
			world->kafka.plan[0].fault = (enum fault)(at % FAULT_N);
			run_until_drained(world);
			assert_int_equal(world->kafka.n_seq, 99);
			for (size_t i = 0; i < world->kafka.n_seq; i++) {
				seq += 1 + (seq + 1 == forgets[k]);
				assert_int_equal(world->kafka.seq[i], seq);
			}
			assert_int_equal(world->kafka.position.seq, 100);
			assert_int_equal(world->kafka.n_person, 100 / PEOPLE_EVERY * 2);
			world_free(world);
		}
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
	    cmocka_unit_test(test_people_who_come_after_a_transaction_began),
	    cmocka_unit_test(test_a_forgotten_name_needs_no_event),
	    cmocka_unit_test(test_every_fault_at_every_call),
	    cmocka_unit_test(test_pairs_of_faults),
	    cmocka_unit_test(test_killed_after_every_step),
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
