/* SPDX-License-Identifier: Apache-2.0 */
/* `private_comments: drop`: what a tool calls private is kept nowhere, in no raw body and in no dead letter. */
#include "shares.h"

#include "store/raw.h"

static void drops(struct world *world)
{
	for (size_t i = 0; i < world->suppliers->n; i++)
		world->suppliers->at[i].drops_private = true;
}

static struct job job_of(struct world *world, const struct ent_change *change)
{
	struct job job = {.kind = JOB_ARRIVAL, .arrival = arrival_of(world, "orion", change, 1)};

	job.arrival.body = sdk_format(&world->arena.abi, "canary %d", world->n_arrival);
	job.arrival.reason = SDK_SENTENCE("test.said", "it tells more than 64 changes");
	return job;
}

/* Letters in the bodies of a table, unpacked. */
static size_t n_kept(struct world *world, const char *table)
{
	char sql[100];

	(void)snprintf(sql, sizeof sql, "SELECT body FROM %s", table);
	struct db_stmt *stmt = db_use(world->read, sdk_z(&world->arena.abi, sdk_str(sql)));
	size_t n = 0;
	while (db_row(stmt)) {
		struct ent_str body;
		struct ent_err err;
		assert_int_equal(raw_unpack(&world->arena.abi, db_str(stmt, 0), 1000, &body, &err), ENT_OK);
		n += body.n;
	}
	db_done(stmt);
	return n;
}

/* The private comment may lie behind the cut. */
static void test_a_cut_arrival_keeps_no_body(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "O-1", "in_progress", NULL);

	drops(world);
	struct job job = job_of(world, &change);
	job.arrival.is_cut = true;
	job.arrival.exchange = ENT_STR("{\"answer\":\"canary\"}"); /* as a page's */
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(count(world, "dead_letter", "exchange = ''"), 1);
	assert_int_equal(count(world, "raw", "1"), 1);
	assert_int_equal(n_kept(world, "dead_letter"), 0);
	assert_int_equal(n_kept(world, "raw"), 0);
	check_all(world);
}

/* Nobody can tell what is in it. */
static void test_what_nobody_understands_keeps_no_body(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "O-1", "in_progress", NULL);

	drops(world);
	struct job job = job_of(world, &change);
	job.arrival.dead = true;
	job.arrival.changes.n = 0;
	assert_int_equal(run(world, &job), JOB_DEAD);
	assert_int_equal(count(world, "dead_letter", "1"), 1);
	assert_int_equal(n_kept(world, "dead_letter"), 0);
	assert_int_equal(n_kept(world, "raw"), 0);
	check_all(world);
}

static void test_a_known_id_with_another_body_keeps_none(void **state)
{
	struct world *world = *state;
	struct ent_change change = word(world, "O-1", "c1", "canary");

	drops(world);
	tell(world, "orion", "O-1", "in_progress");
	size_t before = n_kept(world, "raw");
	change.comment.visibility = ENT_INTERNAL;
	struct job job = job_of(world, &change);
	job.arrival.delivery_id = ENT_STR("a-1");
	job.arrival.body_hash[0] ^= 1;
	assert_int_equal(run(world, &job), JOB_DEAD);
	assert_int_equal(count(world, "dead_letter", "conflict = 1"), 1);
	assert_int_equal(n_kept(world, "dead_letter"), 0);
	assert_int_equal(n_kept(world, "raw"), before);
	check_all(world);
}

static void comment_as(struct world *world, enum ent_visibility visibility)
{
	struct ent_change change = word(world, "O-1", "c1", "canary");

	world->now_ms += 1000;
	change.comment.visibility = visibility;
	change.stamp.time_ms = world->now_ms;
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
}

/* Public, private by mistake, public again: its words are back, and a person is told where they were taken out. */
static void test_a_comment_that_is_public_again_is_back(void **state)
{
	struct world *world = *state;

	drops(world);
	two_parties(world);
	comment_as(world, ENT_PUBLIC);
	assert_true(bring(world, "telnord", "t1") > 0);
	comment_as(world, ENT_INTERNAL);
	assert_int_equal(count(world, "comment", "body = '' AND removed = 0 AND everyone = 0"), 1);
	assert_int_equal(due(world, "telnord").op, ENT_REMOVE_COMMENT);
	comment_as(world, ENT_PUBLIC); /* before it was taken out */
	assert_int_equal(count(world, "comment", "body = 'canary' AND everyone = 1"), 1);
	assert_int_equal(count(world, "delivery", "op = 'remove_comment' AND state = 'cancelled'"), 1);
	comment_as(world, ENT_INTERNAL);
	while (bring(world, "telnord", "t1"))
		;
	assert_int_equal(count(world, "delivery", "op = 'remove_comment' AND state = 'done'"), 1);
	comment_as(world, ENT_PUBLIC);
	assert_int_equal(count(world, "comment", "body = 'canary' AND everyone = 1"), 1);
	assert_int_equal(count(world, "delivery",
			       "op = 'edit_comment' AND state = 'cancelled' AND id = (SELECT max(id) FROM "
			       "delivery)"),
			 1);
	check_all(world);
}

/* Nobody drops anything: both are kept whole. */
static void test_else_all_is_kept(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "O-1", "in_progress", NULL);
	struct job job = job_of(world, &change);

	job.arrival.is_cut = true;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(n_kept(world, "dead_letter"), 8);
	assert_int_equal(n_kept(world, "raw"), 8);
	check_all(world);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_a_cut_arrival_keeps_no_body),
	    TEST(test_what_nobody_understands_keeps_no_body),
	    TEST(test_a_known_id_with_another_body_keeps_none),
	    TEST(test_a_comment_that_is_public_again_is_back),
	    TEST(test_else_all_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
