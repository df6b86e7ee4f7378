/* SPDX-License-Identifier: Apache-2.0 */
/* What Kafka knows of a store: another store, or a copy that went on by itself, is refused. */
#include "relay_world.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_refuses_another_store),       cmocka_unit_test(test_refuses_a_restored_store),
	    cmocka_unit_test(test_refuses_a_copy_that_went_on), cmocka_unit_test(test_goes_on_after_a_rebuild),
	    cmocka_unit_test(test_mark_is_of_what_was_put),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
