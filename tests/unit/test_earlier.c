/* SPDX-License-Identifier: Apache-2.0 */
/* A comment made before a supplier took part is not for it, even if it arrives late: after a share, and after a merge.
 */
#include "comment_changes.h"
#include "deliveries.h"

enum { MINUTE_MS = 60000, DAY_MS = 24 * 3600 * 1000 };

static void share_with_history(struct world *world)
{
	struct job job = {.kind = JOB_SHARE,
			  .ask = {.incident = 1,
				  .supplier = ENT_STR("telnord"),
				  .with_history = true,
				  .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
}

/* A public comment with this time of its tool; it arrives now. */
static void hear(struct world *world, const char *supplier, const char *ticket_id, const char *id, int64_t said_ms)
{
	struct ent_change change = word(world, ticket_id, id, id);

	change.stamp.time_ms = change.comment.created_ms = said_ms;
	assert_int_equal(arrive(world, supplier, &change), JOB_ACCEPTED);
}

/* The same in a webhook, with the stamp of its ticket (0: none). */
static void push(struct world *world, const char *id, int64_t said_ms, int64_t ticket_ms)
{
	struct ent_change change[2] = {word(world, "O-1", id, id), ticket(world, "O-1", "in_progress", NULL)};

	change[0].stamp.time_ms = change[0].comment.created_ms = said_ms;
	change[1].stamp.time_ms = ticket_ms;
	struct job job = {.kind = JOB_ARRIVAL, .arrival = arrival_of(world, "orion", change, ticket_ms ? 2 : 1)};
	job.arrival.pushed = true;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
}

static struct delivery of(struct world *world, const char *comment, const char *supplier)
{
	struct db_stmt *stmt = db_use(world->read, "SELECT delivery.id FROM delivery JOIN comment ON comment.uuid = "
						   "delivery.comment WHERE comment.external_id = $1 AND "
						   "delivery.supplier = $2");

	db_bind_str(stmt, 1, sdk_str(comment));
	db_bind_str(stmt, 2, sdk_str(supplier));
	int64_t id = db_row(stmt) ? db_int(stmt, 0) : 0;
	db_done(stmt);
	return id ? load(world, id) : (struct delivery){.id = 0};
}

/* The question that link asks right before it builds the request. */
static bool may_go(struct world *world, const struct delivery *delivery)
{
	struct comment comment;
	enum delivery_cause cause;

	assert_true(comment_by_uuid(world->read, &world->arena.abi, sdk_str(delivery->comment), &comment));
	return delivery_may_go(delivery, supplier_by_name(world->suppliers, delivery->supplier), &comment,
			       share_reading(world->read, delivery->incident, delivery->supplier, &comment), &cause);
}

static void expect(struct world *world, const char *comment, const char *supplier, enum delivery_state state,
		   enum delivery_cause cause)
{
	struct delivery delivery = of(world, comment, supplier);

	if (delivery.id == 0)
		fail_msg("%s is not planned for %s", comment, supplier);
	if (delivery.state != state || delivery.cause != cause)
		fail_msg("%s to %s is %s %s", comment, supplier, delivery_state_name(delivery.state),
			 delivery_cause_word(delivery.cause));
	if (may_go(world, &delivery) != (state == DELIVERY_PENDING))
		fail_msg("the second ask disagrees on %s to %s", comment, supplier);
}

/* A rebuild from the events alone gives every supplier the same comments. */
static void check_readers(struct world *world)
{
	static const char *const sql[] = {
	    "SELECT group_concat(incident || ' ' || supplier || ' ' || reads_ms) FROM (SELECT * FROM share ORDER BY "
	    "incident, supplier)",
	    "SELECT group_concat(incident || ' ' || supplier || ' ' || origin || ' ' || since_ms) FROM (SELECT * FROM "
	    "reads ORDER BY incident, supplier, origin)",
	};
	struct store_meta meta;
	struct db *again = NULL;
	struct ent_err err;

	check_all(world);
	assert_int_equal(store_open_read(world->again, NULL, &again, &meta, &err), ENT_OK);
	for (size_t i = 0; i < 2; i++) {
		struct db_stmt *one = db_use(world->read, sql[i]), *two = db_use(again, sql[i]);
		assert_true(db_row(one) && db_row(two));
		assert_true(sdk_eq(sdk_or_empty(db_str(one, 0)), sdk_or_empty(db_str(two, 0))));
		db_done(one);
		db_done(two);
	}
	db_close(again);
}

/* ---- a share -------------------------------------------------------------------------- */

static void test_from_long_before_a_share(void **state)
{
	struct world *world = *state;

	two_parties(world);
	hear(world, "orion", "O-1", "last year", world->now_ms - 300 * (int64_t)DAY_MS);
	expect(world, "last year", "telnord", DELIVERY_CANCELLED, CAUSE_EARLIER);
	assert_int_equal(n_event(world, "delivery.cancelled"), 1);
	hear(world, "orion", "O-1", "now", world->now_ms);
	expect(world, "now", "telnord", DELIVERY_PENDING, CAUSE_NONE);

	/* A person sends it all the same. */
	assert_int_equal(act(world, of(world, "last year", "telnord").id, DELIVERY_RETRY, ""), JOB_ACCEPTED);
	expect(world, "last year", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	assert_int_equal(due(world, "telnord").id, of(world, "last year", "telnord").id);
	check_readers(world);
}

/* Its tool's clock may be behind: it is parked for a person, and holds back nothing. */
static void test_from_shortly_before_a_share(void **state)
{
	struct world *world = *state;

	two_parties(world); /* two minutes ago */
	hear(world, "orion", "O-1", "just", world->now_ms - 5 * MINUTE_MS);
	expect(world, "just", "telnord", DELIVERY_PARKED, CAUSE_EARLIER);
	assert_int_equal(n_event(world, "delivery.parked"), 1);
	hear(world, "orion", "O-1", "now", world->now_ms);
	assert_int_equal(due(world, "telnord").id, of(world, "now", "telnord").id);
	assert_true(bring(world, "telnord", "c1") > 0);
	assert_int_equal(act(world, of(world, "just", "telnord").id, DELIVERY_RETRY, ""), JOB_ACCEPTED);
	expect(world, "just", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	assert_true(bring(world, "telnord", "c2") > 0);
	check_readers(world);
}

static void test_within_the_second_of_a_share(void **state)
{
	struct world *world = *state;

	assert_int_equal(tell(world, "orion", "O-1", "in_progress"), JOB_ACCEPTED);
	world->now_ms += 500;
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	hear(world, "orion", "O-1", "this second", world->now_ms / 1000 * 1000);
	expect(world, "this second", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	hear(world, "orion", "O-1", "the second before", world->now_ms / 1000 * 1000 - 1000);
	expect(world, "the second before", "telnord", DELIVERY_PARKED, CAUSE_EARLIER);
}

/* A tool sends a webhook when something happens. If all its stamps are old, it is late, or the tool's clock is behind.
 */
static void test_a_webhook(void **state)
{
	struct world *world = *state;

	two_parties(world);
	push(world, "clock behind", world->now_ms - DAY_MS, 0);
	expect(world, "clock behind", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	push(world, "clock behind, its ticket too", world->now_ms - DAY_MS,
	     world->now_ms - 2 * (int64_t)60 * MINUTE_MS);
	expect(world, "clock behind, its ticket too", "telnord", DELIVERY_PENDING, CAUSE_NONE);

	push(world, "clock right", world->now_ms - DAY_MS, world->now_ms - MINUTE_MS);
	expect(world, "clock right", "telnord", DELIVERY_CANCELLED, CAUSE_EARLIER);
	push(world, "five minutes", world->now_ms - 5 * MINUTE_MS, 0);
	expect(world, "five minutes", "telnord", DELIVERY_PARKED, CAUSE_EARLIER);
	push(world, "no webhook is so late", world->now_ms - 31 * (int64_t)DAY_MS, 0);
	expect(world, "no webhook is so late", "telnord", DELIVERY_CANCELLED, CAUSE_EARLIER);
}

/* The tool's clock was right this morning: what comes late now was said when it says, before telnord came in. */
static void test_a_late_webhook_of_a_tool_that_keeps_time(void **state)
{
	struct world *world = *state;

	push(world, "on time", world->now_ms, 0);
	two_parties(world);
	push(world, "their queue stood still", world->now_ms - 70 * (int64_t)MINUTE_MS, 0);
	expect(world, "their queue stood still", "telnord", DELIVERY_CANCELLED, CAUSE_EARLIER);
	world->now_ms += 2 * (int64_t)DAY_MS; /* nobody knows any more how its clock goes */
	push(world, "clock behind", world->now_ms - 3 * (int64_t)DAY_MS, 0);
	expect(world, "clock behind", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	check_readers(world);
}

/* Many of them do not trip the loop breaker: a comment made now is still sent. */
static void test_a_whole_thread_is_heard(void **state)
{
	struct world *world = *state;

	two_parties(world);
	for (int i = 0; i < 40; i++)
		hear(world, "orion", "O-1", sdk_z(&world->arena.abi, sdk_int(&world->arena.abi, i)),
		     world->now_ms - DAY_MS);
	hear(world, "orion", "O-1", "now", world->now_ms);
	expect(world, "now", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE cause = 'earlier'"), 40);
}

static void test_shared_with_its_thread(void **state)
{
	struct world *world = *state;

	assert_int_equal(tell(world, "orion", "O-1", "in_progress"), JOB_ACCEPTED);
	share_with_history(world);
	hear(world, "orion", "O-1", "last year", world->now_ms - 300 * (int64_t)DAY_MS);
	expect(world, "last year", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	check_readers(world);
}

static void test_shared_again_with_its_thread(void **state)
{
	struct world *world = *state;

	two_parties(world);
	hear(world, "orion", "O-1", "last year", world->now_ms - 300 * (int64_t)DAY_MS);
	hear(world, "orion", "O-1", "just", world->now_ms - 5 * MINUTE_MS);
	share_with_history(world);
	expect(world, "last year", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	expect(world, "just", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	hear(world, "orion", "O-1", "two years ago", world->now_ms - 600 * (int64_t)DAY_MS);
	expect(world, "two years ago", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	check_readers(world);
}

/* A share that was taken back and given again begins at the second time. */
static void test_shared_again(void **state)
{
	struct world *world = *state;

	assert_int_equal(tell(world, "orion", "O-1", "in_progress"), JOB_ACCEPTED);
	share_with_history(world);
	assert_true(bring(world, "telnord", "T-1") > 0);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	world->now_ms += 10 * MINUTE_MS;
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	hear(world, "orion", "O-1", "between", world->now_ms - 5 * MINUTE_MS);
	expect(world, "between", "telnord", DELIVERY_PARKED, CAUSE_EARLIER);
	check_readers(world);
}

/* It was internal then. Its author publishes it now: only suppliers who took part then get it. */
static void test_published_later(void **state)
{
	struct world *world = *state;

	assert_int_equal(tell(world, "orion", "O-1", "in_progress"), JOB_ACCEPTED);
	struct ent_change note = word(world, "O-1", "note", "note");
	note.comment.visibility = ENT_INTERNAL;
	note.comment.created_ms = world->now_ms;
	assert_int_equal(arrive(world, "orion", &note), JOB_ACCEPTED);
	world->now_ms += 2 * (int64_t)DAY_MS;
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	note.comment.visibility = ENT_PUBLIC;
	note.stamp.time_ms = world->now_ms;
	assert_int_equal(arrive(world, "orion", &note), JOB_ACCEPTED);
	expect(world, "note", "telnord", DELIVERY_CANCELLED, CAUSE_EARLIER);
}

/* ---- a merge ---------------------------------------------------------------------------- */

/* 1: O-1 and telnord's T-1; 2: D-1 and orion's O-2. Ten minutes later both are one. */
static int64_t merge(struct world *world)
{
	two_parties(world);
	assert_int_equal(tell(world, "datacoeur", "D-1", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 2, "orion", false), JOB_ACCEPTED);
	assert_true(bring(world, "orion", "O-2") > 0);
	while (bring(world, "orion", "x") || bring(world, "datacoeur", "x"))
		;
	world->now_ms += 10 * MINUTE_MS;
	struct ent_change meets = ticket(world, "D-1", "in_progress", NULL);
	meets.correlation.number = ENT_STR("ENT-000001");
	assert_int_equal(arrive(world, "datacoeur", &meets), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE merged_into = 0"), 1);
	int64_t merged_ms = world->now_ms;
	while (bring(world, "telnord", "y") || bring(world, "orion", "y") || bring(world, "datacoeur", "y"))
		;
	return merged_ms;
}

static void test_from_before_a_merge(void **state)
{
	struct world *world = *state;
	int64_t merged_ms = merge(world);

	/* From the other incident: not for the supplier of this one. */
	hear(world, "datacoeur", "D-1", "d", merged_ms - MINUTE_MS);
	expect(world, "d", "telnord", DELIVERY_PARKED, CAUSE_EARLIER);
	expect(world, "d", "orion", DELIVERY_PENDING, CAUSE_NONE); /* it shares that one */
	hear(world, "orion", "O-1", "o1", merged_ms - MINUTE_MS);
	expect(world, "o1", "datacoeur", DELIVERY_PARKED, CAUSE_EARLIER);
	expect(world, "o1", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	hear(world, "orion", "O-2", "o2", merged_ms - MINUTE_MS);
	expect(world, "o2", "datacoeur", DELIVERY_PENDING, CAUSE_NONE);
	expect(world, "o2", "telnord", DELIVERY_PARKED, CAUSE_EARLIER);

	hear(world, "datacoeur", "D-1", "old", merged_ms - DAY_MS);
	expect(world, "old", "telnord", DELIVERY_CANCELLED, CAUSE_EARLIER);
	expect(world, "old", "orion", DELIVERY_CANCELLED, CAUSE_EARLIER); /* from before its own share, too */

	world->now_ms += MINUTE_MS;
	hear(world, "datacoeur", "D-1", "since", merged_ms + 1);
	expect(world, "since", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	expect(world, "since", "orion", DELIVERY_PENDING, CAUSE_NONE);
	check_readers(world);
}

/* What we said in one incident is not for who came from the other one, whoever else it is for later. */
static void test_ours_from_before_a_merge(void **state)
{
	static const char ours[] = "00000001-0000-4000-8000-000000000001";
	struct world *world = *state;
	struct comment comment;

	two_parties(world);
	assert_int_equal(tell(world, "datacoeur", "D-1", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 2, "telnord", false), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "T-2") > 0);
	assert_int_equal(tell(world, "orion", "O-9", "in_progress"), JOB_ACCEPTED);
	world->now_ms += 120 * MINUTE_MS;
	assert_int_equal(say(world, 3, ours, "old words", "everyone"), JOB_ACCEPTED);
	world->now_ms += 120 * MINUTE_MS;
	struct ent_change meets = ticket(world, "D-1", "in_progress", NULL);
	meets.correlation.number = ENT_STR("ENT-000003");
	assert_int_equal(arrive(world, "datacoeur", &meets), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE merged_into = 0"), 2);
	while (bring(world, "telnord", "y"))
		;
	struct job job = {.kind = JOB_COMMENT_EDIT,
			  .ask = {.incident = ask(world, "SELECT incident FROM comment WHERE supplier = ''"),
				  .has_audience = true,
				  .author = {ENT_STR("desk"), ENT_STR("desk")}}};
	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", ours);
	assert_true(audience_words(&world->arena.abi, ENT_STR("us"), ENT_STR("everyone"), &job.ask.audience));
	const struct job asked = job;
	assert_int_equal(run(world, &job), JOB_CONTENT); /* an edit only narrows: the merge named its readers */
	assert_int_equal(widen_own(world, asked), JOB_ACCEPTED);
	expect(world, ours, "telnord", DELIVERY_CANCELLED, CAUSE_EARLIER);
	assert_int_equal(due(world, "telnord").id, 0);

	/* Nor where it was planned already: link asks a second time. */
	struct delivery delivery = of(world, ours, "telnord");
	assert_true(comment_by_uuid(world->read, &world->arena.abi, sdk_str(ours), &comment));
	assert_true(share_reading(world->read, delivery.incident, ENT_STR("telnord"), &comment).since_ms >
		    comment.created_ms);
	/* What we say from now on is for it. */
	assert_int_equal(say(world, delivery.incident, "00000002-0000-4000-8000-000000000002", "new words", "everyone"),
			 JOB_ACCEPTED);
	expect(world, "00000002-0000-4000-8000-000000000002", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	check_readers(world);
}

/* A third incident: each supplier reads its own incident as before, and each other one from the merge that brought it.
 */
static void test_from_before_two_merges(void **state)
{
	struct world *world = *state;
	int64_t first_ms = merge(world);

	assert_int_equal(tell(world, "datacoeur", "D-9", "in_progress"), JOB_ACCEPTED);
	world->now_ms += 10 * MINUTE_MS;
	struct ent_change meets = ticket(world, "D-9", "in_progress", NULL);
	meets.correlation.number = ENT_STR("ENT-000001");
	assert_int_equal(arrive(world, "datacoeur", &meets), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE merged_into = 0"), 1);
	int64_t second_ms = world->now_ms;

	hear(world, "datacoeur", "D-9", "d9", second_ms - MINUTE_MS);
	expect(world, "d9", "telnord", DELIVERY_PARKED, CAUSE_EARLIER);
	hear(world, "datacoeur", "D-1", "d1", second_ms - MINUTE_MS);
	expect(world, "d1", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	hear(world, "datacoeur", "D-1", "d1 before", first_ms - MINUTE_MS);
	expect(world, "d1 before", "telnord", DELIVERY_PARKED, CAUSE_EARLIER);

	/* Shared with its thread: everything is for the supplier. */
	share_with_history(world);
	expect(world, "d1 before", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	hear(world, "datacoeur", "D-9", "d9 long ago", second_ms - DAY_MS);
	expect(world, "d9 long ago", "telnord", DELIVERY_PENDING, CAUSE_NONE);
	check_readers(world);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_from_long_before_a_share),
	    TEST(test_from_shortly_before_a_share),
	    TEST(test_within_the_second_of_a_share),
	    TEST(test_a_webhook),
	    TEST(test_a_late_webhook_of_a_tool_that_keeps_time),
	    TEST(test_a_whole_thread_is_heard),
	    TEST(test_shared_with_its_thread),
	    TEST(test_shared_again_with_its_thread),
	    TEST(test_shared_again),
	    TEST(test_published_later),
	    TEST(test_from_before_a_merge),
	    TEST(test_ours_from_before_a_merge),
	    TEST(test_from_before_two_merges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
