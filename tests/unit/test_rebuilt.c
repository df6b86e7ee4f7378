/* SPDX-License-Identifier: Apache-2.0 */
/* After a rebuild no delivery is remembered. What stands in the tools is known all the same: nothing is brought twice,
 * nothing of ours comes back as somebody's word, and what should not stand there is listed and can be taken out. */
#include "comment_changes.h"
#include "rebuilt.h"
#include "view/view_drift.h"

/* Rows of drift of this kind. */
static int n_drift(struct world *world, const char *theirs)
{
	struct view view = {.db = world->read, .arena = &world->arena.abi, .reader = &reader_ours};
	struct ent_str json = ENT_ABSENT;
	const struct sdk_json *answer;
	struct ent_err err = {0};
	int n = 0;

	assert_int_equal(view_drift(&view, world->suppliers, ENT_ABSENT, ENT_ABSENT, 200, &json, &err), ENT_OK);
	assert_int_equal(sdk_json_parse(&world->arena.abi, json, &answer, &err), ENT_OK);
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(answer, "items")); at; at = sdk_json_next(at))
		n += sdk_eqz(sdk_json_text_at(at, "theirs"), theirs);
	return n;
}

static int64_t repair(struct world *world, enum delivery_cause cause)
{
	struct job job = {.kind = JOB_REPAIR, .ask.cause = cause};

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	return world->last.ask.ret_count;
}

static void bring_all(struct world *world)
{
	struct ent_arena *arena = &world->arena.abi;
	int64_t n = ask(world, "SELECT count(*) FROM copy");

	while (bring(world, "telnord", sdk_z(arena, sdk_format(arena, "t%d", (int)n + 1))) ||
	       bring(world, "orion", sdk_z(arena, sdk_format(arena, "o%d", (int)n + 1))))
		n++;
}

/* Done, and the tool told no id. */
static void bring_without_id(struct world *world, const char *text)
{
	struct delivery delivery = due(world, "telnord");

	assert_int_equal(send(world, delivery.id, text), JOB_ACCEPTED);
	assert_int_equal(settle(world,
				(struct delivery_result){
				    .id = delivery.id, .attempt = delivery.attempt + 1, .outcome = OUTCOME_DONE},
				"telnord", NULL),
			 JOB_ACCEPTED);
}

static void test_what_stands_is_brought_no_second_time(void **state)
{
	struct world *world = *state;

	two_parties(world);
	say(world, 1, own_uuid, "The code is 4711.", "telnord");
	bring_all(world);
	become_rebuilt(world);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord,everyone"), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE op = 'add_comment' AND supplier = 'telnord'"),
			 0);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE op = 'add_comment' AND supplier = 'orion'"),
			 1);
	check_all(world);
}

static void test_ids_of_deliveries_go_on(void **state)
{
	struct world *world = *state;

	two_parties(world);
	int64_t last = ask(world, "SELECT max(id) FROM delivery");
	become_rebuilt(world);
	say(world, 1, own_uuid, "Hello.", "telnord");
	assert_true(due(world, "telnord").id > last);
	check_all(world);
}

static void test_a_removal_that_waited_is_listed_and_made(void **state)
{
	struct world *world = *state;

	two_parties(world);
	say(world, 1, own_uuid, "For all, by mistake.", "everyone");
	bring_all(world);
	say(world, 1, "00000001-0000-4000-8000-000000000002", "Words that stay.", "telnord");
	say(world, 1, "00000001-0000-4000-8000-000000000003", "Words that go.", "telnord");
	bring_all(world);
	change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "internal");
	change_own(world, JOB_COMMENT_REMOVE, "00000001-0000-4000-8000-000000000003", NULL, NULL);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE op = 'remove_comment' AND state = 'pending'"),
			 3);
	assert_int_equal(n_drift(world, "still there"), 0); /* they are on their way */
	become_rebuilt(world);
	assert_int_equal(n_drift(world, "still there"), 3);
	assert_int_equal(repair(world, CAUSE_GONE), 0);
	assert_int_equal(repair(world, CAUSE_AUDIENCE), 3);
	assert_int_equal(repair(world, CAUSE_AUDIENCE), 0);
	assert_int_equal(n_drift(world, "still there"), 0);
	bring_all(world);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE op = 'remove_comment' AND state = 'done'"), 3);
	assert_int_equal(ask(world, "SELECT count(*) FROM copy WHERE gone = 1"), 3);
	check_all(world);
	become_rebuilt(world);
	assert_int_equal(n_drift(world, "still there"), 0);
	/* It stands nowhere now: where it is for somebody again, it is brought. */
	change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord");
	assert_int_equal(due(world, "telnord").op, ENT_ADD_COMMENT);
	/* A page that was read before it was taken out is still no news. */
	struct db_stmt *stmt = db_use(world->read, "SELECT external_id FROM copy WHERE supplier = 'orion'");
	assert_true(db_row(stmt));
	const char *place = sdk_z(&world->arena.abi, db_str(stmt, 0));
	db_done(stmt);
	write_word(world, "orion", "O-1", place, "desk: For all, by mistake.");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 3);
	check_all(world);
}

static void test_our_words_are_ours(void **state)
{
	struct world *world = *state;

	two_parties(world);
	world->suppliers->at[1].account = ENT_ABSENT;
	say(world, 1, own_uuid, "The code is 4711.", "telnord");
	bring_without_id(world, "desk: The code is 4711.");
	write_word(world, "telnord", "T-1", "t5", "desk: The code is 4711."); /* its place is learned */
	say(world, 1, "00000001-0000-4000-8000-000000000002", "The price is 900.", "telnord");
	bring_without_id(world, "desk: The price is 900.");
	change_own(world, JOB_COMMENT_EDIT, "00000001-0000-4000-8000-000000000002", "Forget that.", NULL);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 2);
	become_rebuilt(world);
	write_word(world, "telnord", "T-1", "t5", "desk:  The code is 4711.");
	write_word(world, "telnord", "T-1", "t6", "desk: The price is 900.");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 2);
	assert_true(copy_known(world->read, ENT_STR("telnord"), ENT_STR("T-1"), ENT_STR("t5")));
	assert_true(copy_known(world->read, ENT_STR("telnord"), ENT_STR("T-1"), ENT_STR("t6")));
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE supplier = 'orion'"), 0);
	write_word(world, "telnord", "T-1", "t7", "desk: The code is 4711."); /* somebody says the same: news */
	write_word(world, "telnord", "T-1", "t8", "desk: The code is 4712.");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 4);
	check_all(world);
}

/* Its delivery was under way when the store was lost. */
static void test_our_words_whose_outcome_was_not_known(void **state)
{
	struct world *world = *state;

	two_parties(world);
	world->suppliers->at[1].account = ENT_ABSENT;
	say(world, 1, own_uuid, "The code is 4711.", "telnord");
	send(world, due(world, "telnord").id, "desk: The code is 4711.");
	become_rebuilt(world);
	write_word(world, "telnord", "T-1", "t5", "desk: The code is 4711.");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM copy WHERE external_id = 't5' AND learned = 1"), 1);
	check_all(world);
}

/* Somebody there says by chance what we said to others: it is a comment of theirs. */
static void test_words_that_were_not_for_them(void **state)
{
	struct world *world = *state;

	two_parties(world);
	world->suppliers->at[1].account = ENT_ABSENT;
	say(world, 1, own_uuid, "On my way.", "internal");
	write_word(world, "telnord", "T-1", "t5", "desk: On my way.");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE supplier = 'telnord'"), 1);
	assert_false(copy_known(world->read, ENT_STR("telnord"), ENT_STR("T-1"), ENT_STR("t5")));
	change_own(world, JOB_COMMENT_REMOVE, own_uuid, NULL, NULL);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE op = 'remove_comment'"), 0);
	check_all(world);
}

static void test_a_share_that_was_taken_back_stays_so(void **state)
{
	struct world *world = *state;

	two_parties(world);
	unshare(world, 1, "telnord");
	become_rebuilt(world);
	struct ent_change change = word(world, "T-2", "c9", "Hello all");
	change.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "telnord", &change);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE external_id = 'c9'"), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE external_id = 'c9' AND everyone = 1"), 0);
	check_all(world);
}

static void test_quotes_are_ours(void **state)
{
	struct world *world = *state;

	two_parties(world); /* with a brief */
	say(world, 1, own_uuid, "The code is 4711.", "telnord");
	bring_all(world);
	change_own(world, JOB_COMMENT_EDIT, own_uuid, "Forget that.", NULL);
	bring_all(world);
	become_rebuilt(world);
	write_word(world, "telnord", "T-1", "t7", "I see.\n\n> desk: The code is 4711.");
	write_word(world, "telnord", "T-1", "t8", "I do.\n\n> desk: Forget that.");
	write_word(world, "telnord", "T-1", "t9", "They do.\n\n> No printer prints.");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE body IN ('I see.', 'I do.', 'They do.')"), 3);
	check_all(world);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_what_stands_is_brought_no_second_time),
	    TEST(test_ids_of_deliveries_go_on),
	    TEST(test_a_removal_that_waited_is_listed_and_made),
	    TEST(test_our_words_are_ours),
	    TEST(test_our_words_whose_outcome_was_not_known),
	    TEST(test_quotes_are_ours),
	    TEST(test_words_that_were_not_for_them),
	    TEST(test_a_share_that_was_taken_back_stays_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
