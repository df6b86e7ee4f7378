/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of suppliers: pages with their cursors, back-fill, states as events, what is usual, published maps. */
#include "deliveries.h"

#include "store/supplier_rows.h"

static struct job page(struct world *world, const char *supplier, const char *id, const struct ent_change *change,
		       size_t n, const char *memo)
{
	struct job job = {.kind = JOB_PAGE, .arrival = arrival_of(world, supplier, change, n)};

	job.arrival.delivery_id = sdk_str(id);
	job.ask.cursor = (struct cursor){.supplier = sdk_str(supplier),
					 .stream = CURSOR_POLL,
					 .memo = sdk_str(memo),
					 .phase = 3,
					 .since_ms = 1,
					 .made_ms = 2,
					 .moved_ms = world->now_ms,
					 .pages = 4,
					 .changes = 5,
					 .state = ENT_STR("running")};
	return job;
}

static struct ent_str memo_of(struct world *world, const char *supplier, enum cursor_stream stream)
{
	struct cursor cursor;

	if (!cursor_load(world->read, &world->arena.abi, sdk_str(supplier), stream, &cursor))
		return ENT_STR("none");
	return cursor.memo;
}

static void test_a_page_and_its_cursor(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "O-1", "new", NULL);
	struct job job = page(world, "orion", "poll:1", &change, 1, "m1");
	struct cursor cursor;

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_true(cursor_load(world->read, &world->arena.abi, ENT_STR("orion"), CURSOR_POLL, &cursor));
	assert_true(sdk_eqz(cursor.memo, "m1"));
	assert_int_equal(cursor.phase, 3);
	assert_int_equal(cursor.pages, 4);
	assert_int_equal(cursor.changes, 5);
	assert_true(sdk_eqz(cursor.state, "running"));
	assert_false(cursor_load(world->read, &world->arena.abi, ENT_STR("orion"), CURSOR_SWEEP, &cursor));
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket"), 1);
	int64_t heard_ms = ask(world, "SELECT heard_ms FROM supplier WHERE name = 'orion'");

	/* The same page again is a repeat, but one is further on now; and no word of theirs. */
	int64_t last = writer_last_seq(world->writer);
	world->now_ms += 5000;
	struct job again = page(world, "orion", "poll:1", &change, 1, "m2");
	memcpy(again.arrival.body_hash, job.arrival.body_hash, 32);
	assert_int_equal(run(world, &again), JOB_REPEATED);
	assert_int_equal(writer_last_seq(world->writer), last);
	assert_true(sdk_eqz(memo_of(world, "orion", CURSOR_POLL), "m2"));
	assert_int_equal(ask(world, "SELECT heard_ms FROM supplier WHERE name = 'orion'"), heard_ms);

	/* A page of nothing leaves no trace but the cursor. */
	int64_t n_raw = ask(world, "SELECT count(*) FROM raw");
	job = page(world, "orion", "poll:2", NULL, 0, "m3");
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM raw"), n_raw);
	assert_true(sdk_eqz(memo_of(world, "orion", CURSOR_POLL), "m3"));
	check_all(world);
}

static void test_a_broken_page_is_kept_once_and_passed_by_never(void **state)
{
	struct world *world = *state;
	struct job job = page(world, "orion", "poll:1", NULL, 0, "m1");

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	for (int i = 0; i < 3; i++) {
		struct job broken = page(world, "orion", "poll:x", NULL, 0, "m9");
		memset(broken.arrival.body_hash, 9, 32);
		broken.arrival.dead = true;
		broken.arrival.reason = SDK_SENTENCE("test.said", "it is HTML");
		assert_int_equal(run(world, &broken), i == 0 ? JOB_DEAD : JOB_REPEATED);
		assert_true(sdk_eqz(memo_of(world, "orion", CURSOR_POLL), "m1"));
	}
	assert_int_equal(ask(world, "SELECT count(*) FROM dead_letter"), 1);
	check_all(world);
}

/* The program that could not read it was mended: the same page, asked for again, is read and not taken for a repeat. */
static void test_a_broken_page_is_read_when_it_can_be(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "O-1", "in_progress", NULL);
	struct job broken = page(world, "orion", "poll:x", NULL, 0, "m2"), mended;

	memset(broken.arrival.body_hash, 9, 32);
	broken.arrival.dead = true;
	broken.arrival.reason = SDK_SENTENCE("test.said", "it is HTML");
	assert_int_equal(run(world, &broken), JOB_DEAD);
	mended = page(world, "orion", "poll:x", &change, 1, "m2");
	memset(mended.arrival.body_hash, 9, 32);
	assert_int_equal(run(world, &mended), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket"), 1);
	assert_true(sdk_eqz(memo_of(world, "orion", CURSOR_POLL), "m2"));
	check_all(world);
}

static void test_backfill_is_a_persons(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "O-1", "new", NULL);
	struct job start = {.kind = JOB_BACKFILL, .ask = {.supplier = ENT_STR("deaf"), .since_ms = 7}};
	struct job stop = {.kind = JOB_BACKFILL_STOP, .ask = {.supplier = ENT_STR("orion")}};
	struct cursor cursor;

	assert_int_equal(run(world, &start), JOB_CONFLICT);
	assert_int_equal(run(world, &stop), JOB_NOT_FOUND);
	start.ask.supplier = ENT_STR("orion");
	int woken = world->n_woken;
	assert_int_equal(run(world, &start), JOB_ACCEPTED);
	assert_int_equal(world->n_woken, woken + 1);
	assert_true(cursor_load(world->read, &world->arena.abi, ENT_STR("orion"), CURSOR_BACKFILL, &cursor));
	assert_int_equal(cursor.since_ms, 7);

	struct job job = page(world, "orion", "poll:1", &change, 1, "m1");
	job.ask.cursor = cursor;
	job.ask.cursor.memo = ENT_STR("b1");
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_true(sdk_eqz(memo_of(world, "orion", CURSOR_BACKFILL), "b1"));
	assert_int_equal(run(world, &stop), JOB_ACCEPTED);
	job = page(world, "orion", "poll:2", &change, 1, "m1"); /* under way when it was stopped: heard, not further */
	job.ask.cursor = cursor;
	job.ask.cursor.memo = ENT_STR("b2");
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_true(cursor_load(world->read, &world->arena.abi, ENT_STR("orion"), CURSOR_BACKFILL, &cursor));
	assert_true(sdk_eqz(cursor.state, "stopped"));
	assert_true(sdk_eqz(cursor.memo, "b1"));
	run(world, &start);
	assert_true(sdk_eqz(memo_of(world, "orion", CURSOR_BACKFILL), ""));
}

/* It cannot be polled with its settings: a person who asks for a poll is told so, and no stream is made. */
static void test_what_cannot_be_polled_is_refused(void **state)
{
	struct world *world = *state;
	static const enum job_kind kind[] = {JOB_POLL, JOB_POLL, JOB_BACKFILL};

	world->suppliers->at[0].cannot_poll =
	    SDK_SENTENCE("native.no_changes", "this supplier tells no changes (setting changes)");
	for (size_t i = 0; i < sizeof kind / sizeof *kind; i++) {
		struct job job = {.kind = kind[i],
				  .ask = {.supplier = world->suppliers->at[0].name, .since_ms = i ? 7 : 0}};

		assert_int_equal(run(world, &job), JOB_CONFLICT);
		assert_string_equal(job.err.msg,
				    "orion cannot be polled: this supplier tells no changes (setting changes)");
	}
	assert_int_equal(ask(world, "SELECT count(*) FROM cursor"), 0);
}

static void test_sweep_asks_for_what_is_open(void **state)
{
	struct world *world = *state;
	struct ent_reference found[4];

	tell(world, "orion", "O-3", "new");
	tell(world, "orion", "O-1", "held");
	tell(world, "orion", "O-2", "closed");
	tell(world, "telnord", "T-1", "new");
	assert_int_equal(sweep_list(world->read, &world->arena.abi, ENT_STR("orion"), ENT_ABSENT, INT64_MAX, found, 4),
			 2);
	assert_true(sdk_eqz(found[0].id, "O-1"));
	assert_true(sdk_eqz(found[1].id, "O-3"));
	assert_int_equal(
	    sweep_list(world->read, &world->arena.abi, ENT_STR("orion"), ENT_STR("O-1"), INT64_MAX, found, 4), 1);
	assert_int_equal(sweep_list(world->read, &world->arena.abi, ENT_STR("orion"), ENT_ABSENT, INT64_MAX, found, 1),
			 1);
	/* and what is over, and changed lately */
	assert_int_equal(sweep_list(world->read, &world->arena.abi, ENT_STR("orion"), ENT_ABSENT, 0, found, 4), 3);
}

/* ---- states ---------------------------------------------------------------------------------- */

static enum job_outcome judge(struct world *world, const char *supplier, enum supplier_health health, const char *why,
			      int64_t quiet_since_ms)
{
	struct job job = {.kind = JOB_SUPPLIER_STATE};

	job.ask.state = (struct supplier_state){.supplier = sdk_str(supplier),
						.state = health,
						.since_ms = world->now_ms,
						.why = why[0] ? sdk_say_sentence("test.said", why) : SDK_SILENCE,
						.next = SDK_SENTENCE("test.look", "look"),
						.quiet_since_ms = quiet_since_ms};
	return run(world, &job);
}

struct seen {
	int n;
	int64_t sequence[8];
	int32_t partition[8];
};

static bool see(void *to, const struct outbox_row *row)
{
	struct seen *seen = to;

	if (row->kind != EVENT_SUPPLIER_STATE_CHANGED || row->topic != OUTBOX_EVENTS)
		return true;
	assert_true(sdk_eqz(row->key, "orion") || sdk_eqz(row->key, "telnord"));
	assert_true(sdk_eq(row->key, row->subject));
	assert_int_equal(row->partition, event_partition(row->key, 6));
	seen->sequence[seen->n] = row->sequence;
	seen->partition[seen->n++] = row->partition;
	return true;
}

static bool touched(void *to, const struct outbox_touch *touch)
{
	(*(int *)to)++;
	assert_true(touch->incident > 0);
	return true;
}

static void test_states_are_events_of_no_incident(void **state)
{
	struct world *world = *state;
	struct supplier_state found;
	struct seen seen = {.n = 0};
	int n_touched = 0;

	assert_int_equal(judge(world, "orion", SUPPLIER_HEALTHY, "", 0),
			 JOB_ACCEPTED); /* not yet the words of `next` */
	tell(world, "orion", "O-1", "new");
	judge(world, "orion", SUPPLIER_REFUSED, "HTTP 401", 0);
	judge(world, "orion", SUPPLIER_REFUSED, "HTTP 401", 0); /* the same: nothing happened */
	judge(world, "telnord", SUPPLIER_FAILING, "no route", 0);
	judge(world, "orion", SUPPLIER_REFUSED, "HTTP 401", 55);
	assert_true(supplier_state_load(world->read, &world->arena.abi, ENT_STR("orion"), &found));
	assert_int_equal(found.state, SUPPLIER_REFUSED);
	assert_int_equal(found.quiet_since_ms, 55);
	assert_true(sdk_eqz(found.why.text, "HTTP 401"));
	assert_true(found.heard_ms > 0);
	assert_false(supplier_state_load(world->read, &world->arena.abi, ENT_STR("deaf"), &found));
	assert_int_equal(n_event(world, "supplier.state_changed"), 4);
	assert_true(outbox_read(world->read, 0, 100, see, &seen) > 0);
	assert_int_equal(seen.n, 4);
	assert_int_equal(seen.sequence[1], 2);
	assert_int_equal(seen.sequence[2], 1); /* telnord's first */
	assert_int_equal(seen.sequence[3], 3);
	assert_int_equal(outbox_touched(world->read, 0, 100, touched, &n_touched), 100);
	assert_int_equal(n_touched, outbox_last_seq(world->read) - 4);
	check_all(world);
}

static void test_what_is_usual_is_learned(void **state)
{
	struct world *world = *state;
	struct supplier_state found;

	for (int i = 0; i < 20; i++) {
		tell(world, "orion", "O-1", "new");
		world->now_ms += 3600000 - 10;
	}
	assert_true(supplier_state_load(world->read, &world->arena.abi, ENT_STR("orion"), &found));
	assert_int_equal(found.gap_ms, 3600000);
	for (int i = 0; i < 200; i++) /* a burst */
		tell(world, "orion", "O-1", "held");
	assert_true(supplier_state_load(world->read, &world->arena.abi, ENT_STR("orion"), &found));
	assert_true(found.gap_ms > 3300000);
	world->now_ms += 12 * 3600000; /* a night */
	tell(world, "orion", "O-1", "new");
	assert_true(supplier_state_load(world->read, &world->arena.abi, ENT_STR("orion"), &found));
	assert_true(found.gap_ms > 2 * 3600000 && found.gap_ms < 6 * 3600000);
	assert_int_equal(n_event(world, "supplier.state_changed"), 0);
	check_all(world);
}

/* ---- maps ------------------------------------------------------------------------------------- */

static void test_maps_have_versions(void **state)
{
	struct world *world = *state;
	struct map_row_version found;
	struct job job = {.kind = JOB_MAP_PUBLISH,
			  .ask = {.supplier = ENT_STR("orion"), .text = ENT_STR("{}"), .author.name = ENT_STR("ann")}};

	assert_false(map_active(world->read, &world->arena.abi, ENT_STR("orion"), &found));
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(job.ask.ret_count, 1);
	job.ask.text = ENT_STR("{\"status\":{}}");
	run(world, &job);
	assert_int_equal(job.ask.ret_count, 2);
	assert_true(map_active(world->read, &world->arena.abi, ENT_STR("orion"), &found));
	assert_int_equal(found.version, 2);
	assert_true(sdk_eqz(found.author, "ann"));
	job = (struct job){.kind = JOB_MAP_ROLL_BACK, .ask = {.supplier = ENT_STR("orion"), .id = 1}};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_true(map_active(world->read, &world->arena.abi, ENT_STR("orion"), &found));
	assert_true(sdk_eqz(found.json, "{}"));
	job.ask.id = 9;
	assert_int_equal(run(world, &job), JOB_NOT_FOUND);
	job.ask.id = 0; /* the configuration's */
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_false(map_active(world->read, &world->arena.abi, ENT_STR("orion"), &found));
	assert_int_equal(ask(world, "SELECT count(*) FROM map"), 2);
	job = (struct job){.kind = JOB_MAP_PUBLISH, .ask = {.supplier = ENT_STR("nobody"), .text = ENT_STR("{}")}};
	assert_int_equal(run(world, &job), JOB_NOT_FOUND);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_a_page_and_its_cursor),
	    TEST(test_a_broken_page_is_kept_once_and_passed_by_never),
	    TEST(test_a_broken_page_is_read_when_it_can_be),
	    TEST(test_backfill_is_a_persons),
	    TEST(test_what_cannot_be_polled_is_refused),
	    TEST(test_sweep_asks_for_what_is_open),
	    TEST(test_states_are_events_of_no_incident),
	    TEST(test_what_is_usual_is_learned),
	    TEST(test_maps_have_versions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
