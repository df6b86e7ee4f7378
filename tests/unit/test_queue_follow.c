/* SPDX-License-Identifier: Apache-2.0 */
/* A comment that was brought, or is on its way, is edited. */
#include "comment_changes.h"

/* It was brought, and an edit of it has left. */
static struct delivery edit_under_way(struct world *world)
{
	struct delivery edits;

	brought(world);
	edit(world, "It burns.");
	edits = due(world, "telnord");
	assert_int_equal(send(world, edits.id, "orion: It burns."), JOB_ACCEPTED);
	return edits;
}

/* ---- its first delivery has not left --------------------------------------------------------- */

static void test_an_edit_changes_what_waits(void **state)
{
	struct world *world = *state;
	struct delivery delivery = said(world);

	assert_int_equal(act(world, delivery.id, DELIVERY_EDIT, "a person's words"), JOB_ACCEPTED);
	edit(world, "It burns.");
	assert_int_equal(n_of(world, "add_comment"), 1);
	assert_int_equal(n_of(world, "edit_comment"), 0);
	delivery = load(world, delivery.id);
	assert_int_equal(delivery.state, DELIVERY_PENDING);
	assert_false(delivery.text.n); /* the comment's words count again */
	check_all(world);
}

/* ---- it is done -------------------------------------------------------------------------------- */

static void test_an_edit_follows(void **state)
{
	struct world *world = *state;
	struct delivery add = brought(world), edits;

	edit(world, "It burns.");
	edits = due(world, "telnord");
	assert_int_equal(edits.op, ENT_EDIT_COMMENT);
	assert_string_equal(edits.comment, add.comment);
	delivery_place(world->read, &world->arena.abi, &edits);
	assert_true(sdk_eqz(edits.stands_as, "t77"));
	assert_string_equal(edits.first_key, add.key);

	/* A second edit folds into one that waits. */
	edit(world, "It burns, and loudly.");
	assert_int_equal(n_of(world, "edit_comment"), 1);

	/* Into one that is in flight it does not fold. */
	assert_int_equal(send(world, edits.id, "orion: It burns, and loudly."), JOB_ACCEPTED);
	edit(world, "It is out.");
	assert_int_equal(n_of(world, "edit_comment"), 2);
	ends(world, edits.id, (struct delivery_result){.outcome = OUTCOME_DONE, .remote_id = ENT_STR("t77")});
	assert_int_equal(due(world, "telnord").id, last_of(world, "edit_comment").id);

	/* The same words said once more are no edit. */
	edit(world, "It is out.");
	assert_int_equal(n_of(world, "edit_comment"), 2);
	check_all(world);
}

static void test_an_echo_of_an_edit_is_none(void **state)
{
	struct world *world = *state;
	struct delivery edits = edit_under_way(world);

	int64_t n = ask(world, "SELECT count(*) FROM event WHERE kind LIKE 'comment.%'");
	assert_int_equal(write_word(world, "telnord", "T-1", "t77", "orion: It burns."), JOB_ACCEPTED); /* before */
	ends(world, edits.id, (struct delivery_result){.outcome = OUTCOME_DONE, .remote_id = ENT_STR("t77")});
	assert_int_equal(write_word(world, "telnord", "T-1", "t77", "orion: It burns."), JOB_ACCEPTED); /* and after */
	assert_int_equal(ask(world, "SELECT count(*) FROM event WHERE kind LIKE 'comment.%'"), n);
	/* Other words of theirs, the same as ours by chance, are news. */
	assert_int_equal(write_word(world, "telnord", "T-1", "t78", "orion: It burns."), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM event WHERE kind LIKE 'comment.%'"), n + 1);
	check_all(world);
}

static void test_after_a_lost_answer_an_edit_is_done_again(void **state)
{
	struct world *world = *state;
	struct delivery edits = edit_under_way(world);

	ends(world, edits.id, (struct delivery_result){.outcome = OUTCOME_LOST, .may_look = true});
	assert_int_equal(due(world, "telnord").id, edits.id);
	/* Other words go with another key: a tool that takes a key once would keep the old ones. */
	edit(world, "It is out.");
	assert_int_equal(load(world, edits.id).cause, CAUSE_SUPERSEDED);
	assert_int_equal(n_of(world, "edit_comment"), 2);
	assert_int_equal(due(world, "telnord").id, last_of(world, "edit_comment").id);
	check_all(world);
}

/* One that stands still holds nobody back, and a newer one takes its place. */
static void test_a_parked_edit_holds_nobody_back(void **state)
{
	struct world *world = *state;
	struct delivery edits = edit_under_way(world);

	ends(world, edits.id, (struct delivery_result){.outcome = OUTCOME_PARKED, .cause = CAUSE_REFUSED});
	assert_int_equal(write_word(world, "orion", "O-1", "c2", "Hello?"), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").op, ENT_ADD_COMMENT);
	check_sound(world);
	edit(world, "It is out.");
	assert_int_equal(load(world, edits.id).cause, CAUSE_SUPERSEDED);
	assert_int_equal(n_of(world, "edit_comment"), 2);
	check_all(world);
}

/* ---- nobody knows whether it is done -------------------------------------------------------------- */

static void test_an_edit_waits_for_one_on_its_way(void **state)
{
	struct world *world = *state;
	struct delivery add = add_under_way(world);

	edit(world, "It burns.");
	assert_int_equal(due(world, "telnord").id, 0);
	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_LOST});
	assert_int_equal(load(world, add.id).state, DELIVERY_UNKNOWN);
	assert_int_equal(due(world, "telnord").id, 0);
	check_sound(world);
	/* A person says that it stands there: the edit goes, and if nobody knows as which comment it says so. */
	assert_int_equal(act(world, add.id, DELIVERY_IGNORE, ""), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, last_of(world, "edit_comment").id);
	check_all(world);
}

/* Nobody knew whether it is there, and a person left it so: what changes it still follows. */
static void test_one_that_is_ignored_may_stand(void **state)
{
	struct world *world = *state;
	struct delivery add = add_under_way(world);

	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_LOST});
	assert_int_equal(act(world, add.id, DELIVERY_IGNORE, ""), JOB_ACCEPTED);
	edit(world, "It burns.");
	assert_int_equal(last_of(world, "edit_comment").state, DELIVERY_PENDING);
	/* Its echo tells where it stands. */
	assert_int_equal(write_word(world, "telnord", "T-1", "t77", "orion: It smokes."), JOB_ACCEPTED);
	take_away(world);
	assert_int_equal(due(world, "telnord").op, ENT_REMOVE_COMMENT);
	check_all(world);
}

/* A delivery that was parked as made earlier holds nobody back, but not what it has to go before. */
static void test_an_edit_never_overtakes(void **state)
{
	struct world *world = *state;
	struct delivery add = add_under_way(world), edits;

	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_LOST, .may_look = true});
	/* It is taken back with its share, shared again, and for telnord once more: but it was made before. */
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "n1") > 0);
	world->now_ms += 60000;
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	while (bring(world, "telnord", "x"))
		;
	narrow(world, "It smokes.");
	edit(world, "It burns.");
	add = load(world, add.id);
	assert_int_equal(add.state, DELIVERY_PARKED);
	assert_int_equal(add.cause, CAUSE_EARLIER);
	edits = last_of(world, "edit_comment");
	assert_int_equal(edits.cause, CAUSE_EARLIER);
	/* A person lets only the edit go. */
	assert_int_equal(act(world, edits.id, DELIVERY_RETRY, ""), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, 0);
	check_sound(world);
	assert_int_equal(act(world, add.id, DELIVERY_RETRY, ""), JOB_ACCEPTED);
	assert_int_equal(bring(world, "telnord", "t77"), add.id);
	assert_int_equal(due(world, "telnord").id, edits.id);
	check_all(world);
}

/* ---- a person with us edits what we wrote --------------------------------------------------------- */

static void test_our_own_is_edited_and_removed(void **state)
{
	struct world *world = *state;
	struct comment comment;

	two_parties(world);
	assert_int_equal(say(world, 1, own_uuid, "Please look.", "everyone"), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "t5") > 0 && bring(world, "orion", "o5") > 0);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "Please look again.", NULL), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").op, ENT_EDIT_COMMENT);
	assert_int_equal(due(world, "orion").op, ENT_EDIT_COMMENT);
	assert_true(comment_by_uuid(world->read, &world->arena.abi, sdk_str(own_uuid), &comment));
	assert_true(sdk_eqz(comment.body, "Please look again.") && comment.edited_ms > 0);
	assert_true(sdk_eqz(comment.author.name, "desk")); /* who edits does not become who wrote */
	assert_true(comment.origin == 1 && comment.recorded_ms > 0 && comment.recorded_ms < comment.edited_ms);

	/* The audience alone: telnord is out. */
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "orion"), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").op, ENT_REMOVE_COMMENT);
	assert_true(bring(world, "orion", "o5") > 0);
	assert_int_equal(due(world, "orion").id, 0);
	int64_t n = n_event(world, "comment.edited");
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "Please look again.", "orion"), JOB_ACCEPTED);
	assert_int_equal(n_event(world, "comment.edited"), n);

	assert_int_equal(change_own(world, JOB_COMMENT_REMOVE, own_uuid, NULL, NULL), JOB_ACCEPTED);
	assert_int_equal(due(world, "orion").op, ENT_REMOVE_COMMENT);
	assert_int_equal(change_own(world, JOB_COMMENT_REMOVE, own_uuid, NULL, NULL), JOB_ACCEPTED);
	assert_int_equal(n_event(world, "comment.removed"), 1);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "Too late.", NULL), JOB_CONFLICT);
	check_all(world);
}

static void test_what_is_not_ours_is_not_changed_here(void **state)
{
	struct world *world = *state;
	struct delivery add = said(world);

	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, add.comment, "Mine.", NULL), JOB_CONFLICT);
	assert_int_equal(change_own(world, JOB_COMMENT_REMOVE, add.comment, NULL, NULL), JOB_CONFLICT);
	assert_int_equal(change_own(world, JOB_COMMENT_REMOVE, own_uuid, NULL, NULL), JOB_NOT_FOUND);
	assert_int_equal(n_event(world, "comment.edited") + n_event(world, "comment.removed"), 0);
	check_all(world);
}

/* ---- a tool that cannot ------------------------------------------------------------------------ */

static void test_what_a_tool_cannot_is_said(void **state)
{
	struct world *world = *state;
	struct ent_connector connector = *world->suppliers->at[1].connector;
	struct delivery delivery;

	connector.ops = 1u << ENT_CREATE_TICKET | 1u << ENT_UPDATE_TICKET | 1u << ENT_ADD_COMMENT;
	world->suppliers->at[1].connector = &connector;
	brought(world);
	edit(world, "It burns.");
	delivery = last_of(world, "edit_comment");
	assert_int_equal(delivery.state, DELIVERY_CANCELLED);
	assert_int_equal(delivery.cause, CAUSE_UNSUPPORTED);
	assert_true(delivery.reason.code.n);
	take_away(world);
	delivery = last_of(world, "remove_comment");
	assert_int_equal(delivery.cause, CAUSE_UNSUPPORTED);
	assert_int_equal(due(world, "telnord").id, 0);
	check_all(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_an_edit_changes_what_waits, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_an_edit_follows, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_an_echo_of_an_edit_is_none, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_after_a_lost_answer_an_edit_is_done_again, world_set_up,
					    world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_parked_edit_holds_nobody_back, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_an_edit_waits_for_one_on_its_way, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_one_that_is_ignored_may_stand, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_an_edit_never_overtakes, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_our_own_is_edited_and_removed, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_what_is_not_ours_is_not_changed_here, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_what_a_tool_cannot_is_said, world_set_up, world_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
