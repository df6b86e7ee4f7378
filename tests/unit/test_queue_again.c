/* SPDX-License-Identifier: Apache-2.0 */
/* A comment stands in a tool and is for its supplier no more, or for it again: no words are lost there without a
 * sentence. */
#include "comment_changes.h"

#include "view/view_drift.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static int64_t n_drift(struct world *world, const char *what)
{
	struct view view = {.db = world->read, .arena = &world->arena.abi, .reader = &reader_ours};
	struct ent_str page;
	struct ent_err err;

	assert_int_equal(view_drift(&view, world->suppliers, ENT_ABSENT, ENT_ABSENT, 50, &page, &err), ENT_OK);
	return strstr(sdk_z(&world->arena.abi, page), what) != NULL;
}

static void share_again(struct world *world, bool with_history)
{
	struct job job = {.kind = JOB_SHARE,
			  .ask = {.incident = 1,
				  .supplier = ENT_STR("telnord"),
				  .with_history = with_history,
				  .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
}

static void unshare_all(struct world *world)
{
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	while (bring(world, "telnord", "n1"))
		;
	world->now_ms += 60000;
}

/* ---- its words ---------------------------------------------------------------------------------- */

static void test_edited_while_it_was_not_shared(void **state)
{
	struct world *world = *state;
	struct delivery edits;

	brought(world);
	unshare_all(world);
	edit(world, "It burns.");
	edits = last_of(world, "edit_comment");
	assert_int_equal(edits.state, DELIVERY_CANCELLED);
	assert_int_equal(edits.cause, CAUSE_UNSHARED);
	assert_int_equal(due(world, "telnord").id, 0);
	edit(world, "It burns, and loudly.");
	assert_int_equal(load(world, edits.id).cause, CAUSE_SUPERSEDED);
	world->now_ms += 60000;
	share_again(world, false); /* what was said before is not for it */
	assert_int_equal(due(world, "telnord").op == ENT_EDIT_COMMENT, false);
	while (bring(world, "telnord", "x"))
		;
	assert_int_equal(n_drift(world, "\"theirs\":\"old words\""), 1);
	share_again(world, true);
	edits = due(world, "telnord");
	assert_int_equal(edits.op, ENT_EDIT_COMMENT);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE op = 'edit_comment' AND cause = 'unshared'"),
			 0);
	assert_int_equal(bring(world, "telnord", "t77"), edits.id);
	assert_int_equal(n_drift(world, "\"what\":\"comment\""), 0);
	share_again(world, true); /* once */
	assert_int_equal(due(world, "telnord").id, 0);
	check_all(world);
}

/* Where no word of it ever stood there, an edit leaves nothing behind. */
static void test_one_that_never_came(void **state)
{
	struct world *world = *state;

	two_parties(world);
	unshare_all(world);
	assert_int_equal(write_word(world, "orion", "O-1", "c1", "It smokes."), JOB_ACCEPTED);
	edit(world, "It burns.");
	assert_int_equal(n_of(world, "edit_comment"), 0);
	check_all(world);
}

/* An edit does not call off what takes the comment out of a tool whose supplier takes no part. */
static void test_its_removal_goes_on(void **state)
{
	struct world *world = *state;
	struct delivery removal;

	brought(world);
	narrow(world, "It smokes.");
	removal = due(world, "telnord");
	unshare_all(world);
	removal = load(world, removal.id);
	edit(world, "It burns.");
	assert_int_equal(load(world, removal.id).state, removal.state);
	assert_int_equal(n_of(world, "edit_comment"), 0);
	check_all(world);
}

/* ---- its readers ---------------------------------------------------------------------------------- */

/* It was taken out, for the requester read it there, and telnord still may: a person is told. */
static void test_taken_out_and_still_for_it(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(say(world, 1, own_uuid, "Come at noon.", "telnord,requester"), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "t5") > 0);
	assert_int_equal(n_drift(world, "\"what\":\"comment\""), 0);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord"), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "t5") > 0);
	assert_int_equal(n_drift(world, "\"theirs\":\"taken out\""), 1);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "Come at one.", NULL), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, 0);
	assert_int_equal(n_drift(world, "\"theirs\":\"taken out\""), 1);
	assert_int_equal(change_own(world, JOB_COMMENT_REMOVE, own_uuid, NULL, NULL), JOB_ACCEPTED);
	assert_int_equal(n_drift(world, "\"what\":\"comment\""), 0);
	check_all(world);
}

/* A person who sends an earlier comment did so with its readers in mind. */
static void test_an_earlier_one_that_is_for_fewer(void **state)
{
	static const bool parks[] = {false, true};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		void *of = NULL;
		world_set_up(&of);
		struct world *world = of;
		two_parties(world);
		struct ent_change old = word(world, "O-1", "c1", "old words");
		old.stamp.time_ms = old.comment.created_ms = world->now_ms - (parks[i] ? 300000 : DAY_MS);
		assert_int_equal(arrive(world, "orion", &old), JOB_ACCEPTED);
		struct delivery add = last_of(world, "add_comment");
		assert_int_equal(add.cause, CAUSE_EARLIER);
		assert_int_equal(unshare(world, 1, "orion"), JOB_ACCEPTED);
		while (bring(world, "orion", "n1"))
			;
		old.comment.body = ENT_STR("new words, for us alone");
		old.stamp.time_ms = world->now_ms;
		assert_int_equal(arrive(world, "orion", &old), JOB_ACCEPTED);
		assert_int_equal(load(world, add.id).cause, CAUSE_AUDIENCE);
		assert_int_equal(act(world, add.id, DELIVERY_RETRY, ""), JOB_CONFLICT);
		assert_int_equal(due(world, "telnord").id, 0);
		check_all(world);
		world_tear_down(&of);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_edited_while_it_was_not_shared),
	    TEST(test_one_that_never_came),
	    TEST(test_its_removal_goes_on),
	    TEST(test_taken_out_and_still_for_it),
	    cmocka_unit_test(test_an_earlier_one_that_is_for_fewer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
