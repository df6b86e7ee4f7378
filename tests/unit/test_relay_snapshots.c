/* SPDX-License-Identifier: Apache-2.0 */
/* entente.incidents.v1 beside the events: few snapshots while those come, all of them when none waits. */
#include "relay_world.h"

#include "bus/relay_fill.h"

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
	/* Each changed twice, and its one snapshot tells of both. */
	assert_int_equal(world->kafka.n_snapshot, 1000);
	assert_int_equal(world->kafka.n_tombstone, 1); /* of the one that was absorbed */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_snapshots_go_along_with_a_backlog),
	    cmocka_unit_test(test_all_snapshots_go_when_no_event_waits),
	    cmocka_unit_test(test_every_incident_is_shown),
	    cmocka_unit_test(test_share_of_snapshots),
	    cmocka_unit_test(test_a_lag_of_snapshots_is_told),
	    cmocka_unit_test(test_snapshots_let_a_single_event_go_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
