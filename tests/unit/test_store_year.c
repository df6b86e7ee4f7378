/* SPDX-License-Identifier: Apache-2.0 */
/* What a year of use meets: readers that last, backups, old arrivals, threads without end, reads without end, a limit
 * of a file's size. */
#include "deliveries.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "store/backup.h"
#include "view/view_find.h"
#include "view/view_incident.h"

/* SQLite waits for a lock by sleeping: here a sleep takes no time and is counted. One thread. */
static int n_sleep;

__attribute__((visibility("default"))) int usleep(useconds_t us)
{
	(void)us;
	n_sleep++;
	return 0;
}

__attribute__((visibility("default"))) int nanosleep(const struct timespec *wanted, struct timespec *left)
{
	(void)wanted, (void)left;
	n_sleep++;
	return 0;
}

/* ---- a reader that lasts ----------------------------------------------------------- */

static void fill(struct world *world, int n)
{
	char id[16];

	for (int i = 0; i < n; i++) {
		snprintf(id, sizeof id, "F-%d", ++world->n_arrival);
		assert_int_equal(tell(world, "orion", id, "new"), JOB_ACCEPTED);
	}
}

static void test_the_writer_never_waits_for_a_reader(void **state)
{
	struct world *world = *state;
	struct db_stmt *stmt;
	int64_t seen;

	fill(world, 10);
	stmt = db_use(world->read, "SELECT seq FROM event ORDER BY seq");
	assert_true(db_row(stmt)); /* and stands there: the WAL cannot begin anew */
	n_sleep = 0;
	while (!writer_wal_held(world->writer))
		fill(world, 10);
	assert_true(metric_get(&world->metrics, METRIC_STORE_WAL_BYTES) > INT64_C(8) * 200 * DB_PAGE_BYTES);
	fill(world, 50);
	assert_int_equal(n_sleep, 0);
	for (seen = 1; db_row(stmt);)
		seen++;
	assert_true(seen >= 10 && seen < writer_last_seq(world->writer)); /* of the moment when it began */
	for (int i = 0; i < 100 && writer_wal_held(world->writer); i++)
		fill(world, 5);
	assert_false(writer_wal_held(world->writer)); /* its end is enough */
	assert_true(metric_get(&world->metrics, METRIC_STORE_WAL_BYTES) <= INT64_C(200) * DB_PAGE_BYTES);
	assert_int_equal(n_sleep, 0);
}

/* ---- a backup ------------------------------------------------------------------------ */

static void test_a_backup_is_the_store(void **state)
{
	struct world *world = *state;
	struct sdk_buf report;
	struct backup backup;
	struct store_meta meta;
	struct db *copy = NULL;
	char here[65], there[65];
	struct ent_err err;

	sdk_buf_init(&report, 1 << 20);
	fill(world, 30);
	assert_int_equal(write_word(world, "orion", "F-1", "c-1", "canary"), JOB_ACCEPTED);
	assert_int_equal(store_backup(world->path, world->again, &backup, &report, &err), ENT_OK);
	assert_int_equal(backup.findings, 0);
	assert_int_equal(backup.last_seq, writer_last_seq(world->writer));
	assert_string_equal(backup.store_id, world->meta.store_id);
	assert_int_equal(store_digest(world->read, here, &err), ENT_OK);
	fill(world, 5); /* the store goes on, the copy does not */

	assert_int_equal(store_open(world->again, NULL, 6, &world->clock, &world->chance, &copy, &meta, &err), ENT_OK);
	assert_int_equal(store_digest(copy, there, &err), ENT_OK);
	assert_string_equal(here, there);
	db_close(copy);

	/* Not over something. */
	assert_int_equal(store_backup(world->path, world->again, &backup, &report, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, "exists"));
	sdk_buf_release(&report);
}

static void test_a_backup_that_is_not_sound_is_none(void **state)
{
	struct world *world = *state;
	struct sdk_buf report;
	struct backup backup;
	struct store_meta meta;
	struct db *db = NULL;
	struct ent_err err;
	char part[128];

	sdk_buf_init(&report, 1 << 20);
	fill(world, 3);
	assert_int_equal(store_open(world->path, NULL, 6, &world->clock, &world->chance, &db, &meta, &err), ENT_OK);
	db_exec(db, "UPDATE incident SET n_ticket = 7 WHERE number = 2");
	db_close(db);
	assert_int_equal(store_backup(world->path, world->again, &backup, &report, &err), ENT_EINVAL);
	assert_int_equal(backup.findings, 1);
	assert_non_null(strstr(err.msg, "1 findings"));
	assert_non_null(memmem(report.p, report.n, "ENT-2", 5));
	snprintf(part, sizeof part, "%s.part", world->again);
	assert_int_equal(access(world->again, F_OK), -1);
	assert_int_equal(access(part, F_OK), -1);
	sdk_buf_release(&report);
}

/* ---- what is old ------------------------------------------------------------------------ */

static int64_t n_inbox(struct world *world)
{
	return ask(world, "SELECT count(*) FROM inbox") + ask(world, "SELECT count(*) FROM raw");
}

static void prune(struct world *world, int64_t before_ms)
{
	struct job job = {.kind = JOB_PRUNE, .prune_before_ms = before_ms};

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
}

/* Asked once, it goes on beside what arrives until nothing is left, faster than anything can arrive. */
static void test_old_arrivals_go_whatever_arrives(void **state)
{
	struct world *world = *state;
	int64_t before_ms, old;
	int turns = 0;

	fill(world, 1500);
	before_ms = world->now_ms;
	old = n_inbox(world);
	assert_int_equal(old, 3000);
	prune(world, before_ms);
	while (ask(world, "SELECT count(*) FROM inbox WHERE id <= 1500") > 0) {
		fill(world, 1);
		assert_true(++turns < 20);
	}
	assert_int_equal(n_inbox(world), 2 * turns);
}

static void test_old_arrivals_go_between_jobs(void **state)
{
	struct world *world = *state;
	int64_t before_ms;
	struct ent_err err;
	int turns = 0;

	fill(world, 1000);
	before_ms = world->now_ms;
	fill(world, 5);
	prune(world, before_ms);
	while (writer_step(world->writer, &err) == ENT_OK)
		turns++;
	assert_in_range(turns, 2, 12); /* and then there is nothing to do any more */
	assert_int_equal(n_inbox(world), 2 * 5);
	assert_int_equal(writer_step(world->writer, &err), ENT_MORE);
}

/* ---- snapshots ---------------------------------------------------------------------------- */

struct told {
	struct world *world;
	int64_t n, stop_at; /* stop_at: take() says false at the n-th */
	int64_t seq;        /* of the last one */
	bool incident[64];
};

static bool take_told(void *to, const struct outbox_touch *touch)
{
	struct told *told = to;
	struct outbox_shown shown;
	struct sdk_arena arena;

	if (told->n == told->stop_at)
		return false;
	told->n++;
	assert_true(touch->incident < 64 && touch->seq > told->seq); /* in their order */
	told->seq = touch->seq;
	told->incident[touch->incident] = true;
	sdk_arena_init(&arena);
	struct ent_str json = outbox_snapshot(told->world->read, &arena.abi, touch->incident, &shown);
	assert_non_null(json.p);
	assert_non_null(memmem(json.p, json.n, shown.uuid, ID_SIZE - 1));
	assert_true(shown.sequence >= touch->sequence && !shown.gone);
	sdk_arena_release(&arena);
	return true;
}

/* More events came than are taken at once: what is said to be told was told, and nothing is passed over. */
static void test_each_touched_incident_is_taken(void **state)
{
	struct world *world = *state;
	int64_t last, after, reached;

	fill(world, 40);
	assert_int_equal(tell(world, "orion", "F-7", "in_progress"), JOB_ACCEPTED);
	last = writer_last_seq(world->writer);
	for (int64_t stop = 1; stop < 100; stop += 7) { /* the queue is full in the middle */
		struct told told = {.world = world};
		int64_t n = 0;

		for (after = 0; after < last; after = reached) {
			told.stop_at = told.n + stop;
			reached = outbox_touched(world->read, after, last, take_told, &told);
			assert_true(reached > after && reached <= last);
			assert_true(reached == told.seq || reached == last);
		}
		for (size_t i = 0; i < 64; i++)
			n += told.incident[i];
		assert_int_equal(n, 40);
		assert_int_equal(told.n, last); /* each once */
	}
}

/* ---- reads ------------------------------------------------------------------------------- */

static void test_a_long_thread_shows_its_newest(void **state)
{
	struct world *world = *state;
	struct incident incident;
	const struct sdk_json *json, *thread;
	struct ent_str text = ENT_ABSENT;
	struct ent_err err;
	struct store_meta meta;
	struct view view = {.db = world->read, .arena = &world->arena.abi, .reader = &reader_ours};
	struct db *db = NULL;
	int64_t left_out = -1;

	assert_int_equal(tell(world, "orion", "O-1", "new"), JOB_ACCEPTED);
	assert_int_equal(write_word(world, "orion", "O-1", "c-0", "body"), JOB_ACCEPTED);
	assert_int_equal(store_open(world->path, NULL, 6, &world->clock, &world->chance, &db, &meta, &err), ENT_OK);
	db_exec(
	    db,
	    "INSERT INTO comment (supplier, ticket, external_id, uuid, incident, author, body, "
	    "visibility, organisations, everyone, requester, created_ms, edited_ms, removed, stamp_version, "
	    "stamp_ms, recorded_ms, origin) "
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5002) "
	    "SELECT supplier, ticket, 'c-' || i, uuid || i, incident, author, 'word ' || i, "
	    "visibility, organisations, everyone, requester, created_ms + i, 0, 0, 0, stamp_ms, recorded_ms, origin "
	    "FROM n, comment WHERE "
	    "external_id = 'c-0'");
	assert_false(db_failed(db));
	db_close(db);
	assert_int_equal(view_find(&view, ENT_STR("1"), &incident, &err), ENT_OK);
	assert_int_equal(view_incident(&view, &incident, &text, &err), ENT_OK);
	assert_int_equal(sdk_json_parse(&world->arena.abi, text, &json, &err), ENT_OK);
	thread = sdk_json_at(json, "thread");
	assert_int_equal(sdk_json_count(thread), 5000);
	assert_true(sdk_json_int(sdk_json_at(json, "thread_left_out"), &left_out));
	assert_int_equal(left_out, 3); /* c-0, c-1, c-2 */
	assert_true(sdk_eqz(sdk_json_text_at(sdk_json_first(thread), "external_id"), "c-3"));
	assert_true(sdk_eq(sdk_json_text_at(json, "thread_before"), sdk_json_text_at(sdk_json_first(thread), "id")));
}

static bool is_over(void *of)
{
	return --*(int *)of <= 0;
}

static void test_a_read_can_be_cut_off(void **state)
{
	struct world *world = *state;
	const char *endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
	int left = 100;

	fill(world, 2);
	assert_false(db_forgive_cut(world->read)); /* nothing was cut */
	db_watch(world->read, is_over, &left);
	assert_int_equal(db_ask(world->read, endless), 0);
	assert_true(db_failed(world->read));
	assert_true(db_forgive_cut(world->read));
	left = INT32_MAX;
	assert_int_equal(db_ask(world->read, "SELECT count(*) FROM incident"), 2); /* the handle goes on */
	db_fail(world->read, "damaged");
	assert_false(db_forgive_cut(world->read)); /* a real failure stays */
	db_watch(world->read, NULL, NULL);
}

/* Reads are often nested. When the inner read is cut off, the outer one is reset as well. */
static void test_a_cut_inside_another_read_ends_both(void **state)
{
	struct world *world = *state;
	int left = INT32_MAX;

	fill(world, 3);
	db_watch(world->read, is_over, &left);
	struct db_stmt *outer = db_use(world->read, "SELECT number FROM incident ORDER BY number");
	assert_true(db_row(outer));
	left = 0;
	assert_int_equal(db_ask(world->read, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
					     "max(i) FROM n"),
			 0);
	assert_false(db_row(outer));
	assert_true(db_forgive_cut(world->read));
	db_watch(world->read, NULL, NULL);
	fill(world, 1);
	assert_int_equal(db_ask(world->read, "SELECT count(*) FROM incident WHERE number > 0"),
			 4); /* not an old snapshot */
}

/* The outer read may never be asked for its next row. */
static void test_a_cut_forgets_what_was_begun(void **state)
{
	struct world *world = *state;
	int left = INT32_MAX;

	fill(world, 3);
	db_watch(world->read, is_over, &left);
	assert_true(db_row(db_use(world->read, "SELECT sequence FROM incident ORDER BY number")));
	left = 0;
	assert_int_equal(db_ask(world->read, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
					     "min(i) FROM n"),
			 0);
	assert_true(db_forgive_cut(world->read));
	db_watch(world->read, NULL, NULL);
	fill(world, 1);
	assert_int_equal(db_ask(world->read, "SELECT count(*) FROM incident WHERE number > -1"), 4);
}

/* ---- a file that may not grow ---------------------------------------------------------------- */

static void test_a_limit_of_size_is_a_full_disk(void **state)
{
	struct world *world = *state;
	struct rlimit before, tight;
	struct job job;
	struct ent_change change;
	struct ent_err err;
	int64_t last;

	fill(world, 3);
	last = writer_last_seq(world->writer);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	tight = (struct rlimit){16384, before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	change = ticket(world, "X-1", "new", NULL);
	job = (struct job){
	    .kind = JOB_ARRIVAL, .arrival = arrival_of(world, "orion", &change, 1), .answer = world_answered};
	assert_true(writer_submit(world->writer, &job));
	enum ent_rc rc = writer_step(world->writer, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before),
			 0); /* before anything else is said, even by a failed check */
	assert_int_equal(rc, ENT_ERETRY);
	assert_int_equal(job.outcome, JOB_UNAVAILABLE);
	assert_non_null(strstr(err.msg, strerror(EFBIG)));
	assert_int_equal(writer_last_seq(world->writer), last);
	assert_int_equal(tell(world, "orion", "X-1", "new"), JOB_ACCEPTED); /* with room again it goes on by itself */
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket"), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_the_writer_never_waits_for_a_reader, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_backup_is_the_store, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_backup_that_is_not_sound_is_none, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_old_arrivals_go_whatever_arrives, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_old_arrivals_go_between_jobs, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_each_touched_incident_is_taken, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_long_thread_shows_its_newest, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_read_can_be_cut_off, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_cut_inside_another_read_ends_both, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_cut_forgets_what_was_begun, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_limit_of_size_is_a_full_disk, world_set_up, world_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
