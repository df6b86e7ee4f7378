/* SPDX-License-Identifier: Apache-2.0 */
/* A person is erased in the store: in steps, across a restart, against what tools tell later, and in a store that is
 * rebuilt from the stream. */
#include "deliveries.h"

#include "store/erase.h"
#include "store/raw.h"

static void write_as(struct world *world, const char *comment, const char *account, const char *name)
{
	struct ent_change change = word(
	    world, "O-1", comment, sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "Words of %s", comment)));

	change.actor = (struct ent_person){ENT_ABSENT, ENT_ABSENT};
	change.comment.author = (struct ent_person){sdk_str(account), sdk_str(name)};
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
}

static void hold_raw(struct world *world, int n, const char *text)
{
	for (int i = 0; i < n; i++) {
		struct ent_change change = ticket(world, "O-1", "held", NULL);
		struct arrival arrival = arrival_of(world, "orion", &change, 1);
		struct job job = {.kind = JOB_ARRIVAL};

		arrival.body = sdk_format(&world->arena.abi, "{\"n\": %d, \"by\": \"%s\"}", i, text);
		job.arrival = arrival;
		assert_int_equal(run(world, &job), JOB_ACCEPTED);
	}
}

static struct job erase_job(const char *ref)
{
	struct job job = {.kind = JOB_PERSON_ERASE, .ask.by = reader_ours};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", ref);
	return job;
}

static const char *ref_named(struct world *world, const char *name)
{
	struct db_stmt *stmt = db_use(world->read, "SELECT ref FROM person WHERE name = $1");

	db_bind_str(stmt, 1, sdk_str(name));
	assert_true(db_row(stmt));
	const char *ref = sdk_z(&world->arena.abi, db_str(stmt, 0));
	db_done(stmt);
	return ref;
}

/* Turns of the writer until nothing is left to do. */
static int finish(struct world *world)
{
	struct ent_err err;
	int n = 0;

	while (writer_step(world->writer, &err) == ENT_OK)
		assert_true(++n < 1000);
	return n;
}

static void restart(struct world *world)
{
	static const struct writer_options options = {.queue_max = 1000, .batch_max = 500, .wal_pages = 200};
	struct store_meta meta;
	struct db *db = NULL;
	struct ent_err err;

	writer_free(world->writer);
	assert_int_equal(store_open(world->path, NULL, 6, &world->clock, &world->chance, &db, &meta, &err), ENT_OK);
	world->writer =
	    writer_new(db, &meta, &world->clock, &world->chance, &world->metrics, &options, world_woken, world);
}

static void test_it_goes_on_after_a_restart(void **state)
{
	struct world *world = *state;

	two_parties(world);
	write_as(world, "c1", "u7", "Ann Kanary");
	hold_raw(world, 300, "Ann Kanary");
	hold_raw(world, 100, "Bob");
	int64_t others = ask(world, "SELECT count(*) FROM raw") - 300;
	struct job job = erase_job(ref_named(world, "Ann Kanary"));
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	int64_t left = ask(world, "SELECT count(*) FROM raw");
	assert_true(left > others + 200); /* no turn does it all */
	assert_int_equal(ask(world, "SELECT count(*) FROM erasure WHERE done_ms = 0 AND words <> ''"), 1);
	restart(world);
	assert_true(finish(world) >= 5);
	assert_int_equal(ask(world, "SELECT count(*) FROM raw"), others);
	assert_int_equal(ask(world, "SELECT n_raw FROM erasure"), 300);
	assert_int_equal(ask(world, "SELECT count(*) FROM erasure WHERE done_ms > 0 AND words = ''"), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM inbox"), ask(world, "SELECT count(*) FROM raw") + 300);
	assert_int_equal(run(world, &job), JOB_REPEATED); /* and nothing begins anew */
	assert_int_equal(ask(world, "SELECT count(*) FROM erasure WHERE done_ms > 0"), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM audit WHERE act = 'person.erased'"), 1);
	check_all(world);
}

/* Large bodies: few of them a turn, for nobody else's words wait for a whole walk. */
static void test_a_turn_takes_few_bytes(void **state)
{
	enum { LARGE = 40000, N_LARGE = 20, A_TURN = 4 };
	struct world *world = *state;
	char *text = sdk_alloc(&world->arena.abi, LARGE + 16);

	two_parties(world);
	write_as(world, "c1", "u7", "Ann Kanary");
	memset(text, 'x', LARGE);
	memcpy(text + LARGE, " Ann Kanary", 12);
	hold_raw(world, N_LARGE, text);
	int64_t others = ask(world, "SELECT count(*) FROM raw") - N_LARGE;
	struct job job = erase_job(ref_named(world, "Ann Kanary"));
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_true(ask(world, "SELECT count(*) FROM raw") >= others + N_LARGE - A_TURN);
	assert_true(finish(world) >= N_LARGE / A_TURN);
	assert_int_equal(ask(world, "SELECT count(*) FROM raw"), others);
}

static bool sees_person(void *to, const struct outbox_row *row)
{
	*(int64_t *)to = row->topic == OUTBOX_PEOPLE ? row->seq : 0;
	return true;
}

static bool sees_name(void *to, const struct person_row *row)
{
	int *n = to;

	assert_true(row->person.is_erased && !row->person.name.n);
	++*n;
	return true;
}

/* A row of the outbox tells the relay and the index; it is no event. */
static void test_others_are_told_at_once(void **state)
{
	struct world *world = *state;
	int64_t seq, told = 0;
	int n = 0;

	two_parties(world);
	write_as(world, "c1", "u7", "Ann Kanary");
	seq = outbox_last_seq(world->read);
	struct job job = erase_job(ref_named(world, "Ann Kanary"));
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(outbox_read(world->read, seq, 10, sees_person, &told), 1);
	assert_int_equal(told, seq + 1);
	assert_int_equal(outbox_people_next(world->read, seq), told);
	assert_true(outbox_people(world->read, seq, told, ENT_ABSENT, sees_name, &n));
	assert_int_equal(n, 1);
	job = erase_job("99999999-0000-4000-8000-000000000009");
	assert_int_equal(run(world, &job), JOB_NOT_FOUND);
}

static void test_no_tool_brings_the_name_back(void **state)
{
	struct world *world = *state;

	two_parties(world);
	write_as(world, "c1", "u7", "Ann Kanary");
	const char *ref = ref_named(world, "Ann Kanary");
	struct job job = erase_job(ref);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	(void)finish(world);
	write_as(world, "c2", "u7", "Ann Kanary");
	write_as(world, "c3", "u7", "Ann K. Other");
	assert_int_equal(ask(world, "SELECT count(*) FROM person WHERE name LIKE 'Ann%'"), 0);
	assert_int_equal(
	    ask(world, "SELECT count(DISTINCT author) FROM comment WHERE external_id IN ('c1', 'c2', 'c3')"), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE body LIKE 'Words of c%'"), 3); /* words stay */
	check_all(world); /* a store that is rebuilt from the stream is the same */
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    WORLD_TEST(test_it_goes_on_after_a_restart),
	    WORLD_TEST(test_a_turn_takes_few_bytes),
	    WORLD_TEST(test_others_are_told_at_once),
	    WORLD_TEST(test_no_tool_brings_the_name_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
