/* SPDX-License-Identifier: Apache-2.0 */
/* Times that come by themselves: due by the clock, after a restart, when the clock is set, many at once, and when the
 * disk is full. */
#include "store_world.h"

#include "store/merge_moves.h"
#include "store/timers.h"

#include <unistd.h>

enum { SECOND_MS = 1000 };

static const struct writer_options timers_options = {.queue_max = 1000, .batch_max = 500, .wal_pages = 200};

/* The process ends, its store is changed as a fold would change it, and it begins anew. */
static struct db *stop(struct world *world)
{
	struct ent_err err;
	struct db *db = NULL;

	writer_free(world->writer);
	world->writer = NULL;
	if (store_open(world->path, NULL, 6, &world->clock, &world->chance, &db, &world->meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return db;
}

static void go_on(struct world *world, struct db *db)
{
	world->writer = writer_new(db, &world->meta, &world->clock, &world->chance, &world->metrics, &timers_options,
				   world_woken, world);
	writer_reload(world->writer, world->suppliers);
}

static void set(struct db *db, enum timer_kind kind, int i, int64_t due_ms, int64_t made_ms)
{
	struct timer timer = {.kind = kind, .incident = 1, .due_ms = due_ms, .made_ms = made_ms};

	snprintf(timer.subject, ID_SIZE, "00000000-0000-4000-8000-%012d", i);
	db_begin(db);
	timer_set(db, &timer);
	assert_true(db_commit(db));
}

static int64_t n_timer(struct world *world)
{
	return db_ask(world->read, "SELECT count(*) FROM timer");
}

static enum ent_rc step(struct world *world)
{
	struct ent_err err;

	return writer_step(world->writer, &err);
}

static void test_due_by_the_clock(void **state)
{
	struct world *world = *state;
	struct db *db = stop(world);

	set(db, TIMER_PROMISE, 1, world->now_ms + 10 * SECOND_MS, 0);
	set(db, TIMER_PROMISE, 2, world->now_ms + 20 * SECOND_MS, 0);
	set(db, TIMER_ASK, 2, world->now_ms + 30 * SECOND_MS, 0);
	set(db, TIMER_ASK, 2, world->now_ms + 40 * SECOND_MS, 0); /* the same one again: another time */
	go_on(world, db);
	assert_int_equal(writer_next_ms(world->writer), world->now_ms + 10 * SECOND_MS);
	(void)step(world); /* it looks whether the clock was set back meanwhile */
	assert_int_equal(step(world), ENT_MORE);
	world->now_ms += 10 * SECOND_MS - 1;
	assert_int_equal(step(world), ENT_MORE);
	assert_int_equal(n_timer(world), 3);
	world->now_ms++;
	assert_int_equal(step(world), ENT_OK);
	assert_int_equal(n_timer(world), 2);
	assert_int_equal(step(world), ENT_MORE); /* once */
	world->now_ms += 20 * SECOND_MS;
	assert_int_equal(step(world), ENT_OK);
	assert_int_equal(n_timer(world), 1);
	world->now_ms += 10 * SECOND_MS;
	assert_int_equal(step(world), ENT_OK);
	assert_int_equal(n_timer(world), 0);
	assert_int_equal(writer_next_ms(world->writer), TIMER_NEVER);
}

/* One that was due while nobody ran is run at the next start. */
static void test_due_while_away(void **state)
{
	struct world *world = *state;
	struct db *db = stop(world);

	set(db, TIMER_UNDO, 1, world->now_ms + 10 * SECOND_MS, world->now_ms);
	set(db, TIMER_PROMISE, 1, world->now_ms + 3600 * SECOND_MS, 0);
	world->now_ms += 60 * SECOND_MS;
	go_on(world, db);
	assert_int_equal(step(world), ENT_OK);
	assert_int_equal(n_timer(world), 1);
}

static void test_bounded_a_turn(void **state)
{
	struct world *world = *state;
	struct db *db = stop(world);
	int n = 0;

	for (int i = 0; i < 3 * TIMERS_A_TURN + 1; i++)
		set(db, TIMER_PROMISE, i, world->now_ms - i, 0);
	go_on(world, db);
	assert_int_equal(step(world), ENT_OK);
	assert_int_equal(n_timer(world), 2 * TIMERS_A_TURN + 1);
	for (; step(world) == ENT_OK; n++)
		;
	assert_int_equal(n, 3);
	assert_int_equal(n_timer(world), 0);
}

/* A span is counted anew from then, a time of the calendar comes again. */
static void test_clock_set_back(void **state)
{
	struct world *world = *state;
	const int64_t began_ms = world->now_ms;
	struct db *db = stop(world);

	set(db, TIMER_UNDO, 1, began_ms + 10 * SECOND_MS, began_ms);
	set(db, TIMER_PROMISE, 1, began_ms + 60 * SECOND_MS, 0);
	go_on(world, db);
	world->now_ms += 5 * SECOND_MS;
	(void)step(world);
	assert_int_equal(n_timer(world), 2);
	world->now_ms -= 3600 * SECOND_MS;
	assert_int_equal(step(world), ENT_OK);
	assert_int_equal(writer_next_ms(world->writer), world->now_ms + 10 * SECOND_MS);
	assert_int_equal(step(world), ENT_MORE);
	world->now_ms += 10 * SECOND_MS;
	assert_int_equal(step(world), ENT_OK);
	assert_int_equal(n_timer(world), 1);
	world->now_ms = began_ms + 59 * SECOND_MS;
	assert_int_equal(step(world), ENT_MORE);
	world->now_ms += SECOND_MS;
	assert_int_equal(step(world), ENT_OK);
	assert_int_equal(n_timer(world), 0);
}

static void test_clock_set_back_while_away(void **state)
{
	struct world *world = *state;
	struct db *db = stop(world);

	set(db, TIMER_UNDO, 1, world->now_ms + 10 * SECOND_MS, world->now_ms);
	world->now_ms -= 86400 * INT64_C(1000);
	go_on(world, db);
	assert_int_equal(step(world), ENT_OK);
	assert_int_equal(writer_next_ms(world->writer), world->now_ms + 10 * SECOND_MS);
}

static void test_clock_set_forth(void **state)
{
	struct world *world = *state;
	struct db *db = stop(world);

	set(db, TIMER_UNDO, 1, world->now_ms + 10 * SECOND_MS, world->now_ms);
	go_on(world, db);
	(void)step(world);
	world->now_ms += 86400 * INT64_C(1000);
	assert_int_equal(step(world), ENT_OK);
	assert_int_equal(n_timer(world), 0);
}

/* Nobody knows yet whom it would reach. */
static void test_waits_for_suppliers(void **state)
{
	struct world *world = *state;
	struct db *db = stop(world);

	set(db, TIMER_UNDO, 1, world->now_ms, world->now_ms);
	world->writer = writer_new(db, &world->meta, &world->clock, &world->chance, &world->metrics, &timers_options,
				   world_woken, world);
	assert_int_equal(step(world), ENT_MORE);
	writer_reload(world->writer, world->suppliers);
	assert_int_equal(step(world), ENT_OK);
	assert_int_equal(n_timer(world), 0);
}

static void test_merge_moves_them(void **state)
{
	struct world *world = *state;
	struct db *db = stop(world);

	set(db, TIMER_UNDO, 1, world->now_ms + SECOND_MS, world->now_ms);
	db_begin(db);
	merge_moves(db, MERGE_IN, 1, 7);
	assert_true(db_commit(db));
	go_on(world, db);
	assert_int_equal(db_ask(world->read, "SELECT incident FROM timer"), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_due_by_the_clock, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_due_while_away, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_bounded_a_turn, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_clock_set_back, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_clock_set_back_while_away, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_clock_set_forth, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_waits_for_suppliers, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_merge_moves_them, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
