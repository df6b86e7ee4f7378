/* SPDX-License-Identifier: Apache-2.0 */
/* A comment that was brought, or is on its way, is removed, or is for fewer than before. */
#include "comment_changes.h"

/* ---- its first delivery has not left --------------------------------------------------------- */

static void test_a_removal_cancels_what_waits(void **state)
{
	struct world *world = *state;
	struct delivery delivery = said(world);

	take_away(world);
	delivery = load(world, delivery.id);
	assert_int_equal(delivery.state, DELIVERY_CANCELLED);
	assert_int_equal(delivery.cause, CAUSE_SUPERSEDED);
	assert_true(delivery.reason.code.n);
	assert_int_equal(n_of(world, "remove_comment"), 0);
	check_all(world);
}

/* ---- it is done -------------------------------------------------------------------------------- */

static void test_a_removal_follows(void **state)
{
	struct world *world = *state;
	struct delivery edits, removal;

	brought(world);
	edit(world, "It burns.");
	edits = due(world, "telnord");
	take_away(world);
	assert_int_equal(load(world, edits.id).state, DELIVERY_CANCELLED);
	removal = due(world, "telnord");
	assert_int_equal(removal.op, ENT_REMOVE_COMMENT);
	assert_int_equal(act(world, removal.id, DELIVERY_EDIT, "words"), JOB_CONFLICT);
	assert_int_equal(bring(world, "telnord", "t77"), removal.id);
	/* The tool tells that it is gone: our own doing. */
	int64_t n = ask(world, "SELECT count(*) FROM event WHERE kind LIKE 'comment.%'");
	struct ent_change gone = word(world, "T-1", "t77", "");
	gone.kind = ENT_COMMENT_REMOVED;
	assert_int_equal(arrive(world, "telnord", &gone), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM event WHERE kind LIKE 'comment.%'"), n);
	check_all(world);
}

/* Who may not read it any more has it taken away. */
static void test_a_narrower_audience_takes_it_away(void **state)
{
	struct world *world = *state;
	struct delivery removal, edits;

	brought(world);
	narrow(world, "It burns.");
	removal = due(world, "telnord");
	assert_int_equal(removal.op, ENT_REMOVE_COMMENT);
	assert_int_equal(n_of(world, "edit_comment"), 0);

	/* It is for telnord again before the removal left: it only gets its new words. */
	edit(world, "It burns.");
	assert_int_equal(load(world, removal.id).state, DELIVERY_CANCELLED);

	narrow(world, "It burns.");
	removal = due(world, "telnord");
	assert_int_equal(bring(world, "telnord", "t77"), removal.id);
	edit(world, "It is out."); /* too late: people see it */
	edits = last_of(world, "edit_comment");
	assert_int_equal(edits.state, DELIVERY_CANCELLED);
	assert_true(edits.reason.code.n);
	check_all(world);
}

/* It stands there in public: telnord still may read it, the requester no more. */
static void test_the_requester_alone_goes(void **state)
{
	struct world *world = *state;
	struct delivery add, removal;

	two_parties(world);
	assert_int_equal(say(world, 1, own_uuid, "Please look.", "telnord,requester"), JOB_ACCEPTED);
	add = due(world, "telnord");
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord"), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, add.id); /* it has not left: it goes, and not in public */
	assert_false(due(world, "telnord").audience.requester);
	assert_int_equal(n_of(world, "remove_comment"), 0);

	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord,requester"), JOB_ACCEPTED);
	assert_int_equal(bring(world, "telnord", "t5"), add.id);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord"), JOB_ACCEPTED);
	removal = due(world, "telnord");
	assert_int_equal(removal.op, ENT_REMOVE_COMMENT);
	/* Other words do not keep it there. */
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "In private.", NULL), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, removal.id);
	assert_int_equal(last_of(world, "edit_comment").state, DELIVERY_CANCELLED);
	/* That it is for nobody in between changes nothing. */
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "internal"), JOB_ACCEPTED);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord"), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").id, removal.id);
	assert_true(due(world, "telnord").audience.requester);
	/* For the requester again, it stays. */
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord,requester"), JOB_ACCEPTED);
	assert_int_equal(load(world, removal.id).state, DELIVERY_CANCELLED);
	assert_int_equal(due(world, "telnord").op, ENT_EDIT_COMMENT);
	check_all(world);
}

/* On its way when the requester goes: it is tried again without the requester, or taken out once it is there. */
static void test_the_requester_goes_meanwhile(void **state)
{
	struct world *world = *state;
	struct delivery add;

	two_parties(world);
	assert_int_equal(say(world, 1, own_uuid, "Please look.", "telnord,requester"), JOB_ACCEPTED);
	add = due(world, "telnord");
	assert_int_equal(send(world, add.id, "us: Please look."), JOB_ACCEPTED);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, "telnord"), JOB_ACCEPTED);
	assert_int_equal(last_of(world, "remove_comment").state, DELIVERY_PENDING);
	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_LATER});
	assert_int_equal(last_of(world, "remove_comment").state, DELIVERY_CANCELLED);
	assert_int_equal(due(world, "telnord").id, add.id);
	assert_false(due(world, "telnord").audience.requester);
	check_all(world);
}

static void test_narrowed_before_it_left(void **state)
{
	struct world *world = *state;
	struct delivery delivery = said(world);

	narrow(world, "It burns.");
	delivery = load(world, delivery.id);
	assert_int_equal(delivery.state, DELIVERY_CANCELLED);
	assert_int_equal(delivery.cause, CAUSE_AUDIENCE);
	edit(world, "It burns."); /* and is for everyone again */
	assert_int_equal(due(world, "telnord").id, delivery.id);
	check_all(world);
}

/* ---- nobody knows whether it is done -------------------------------------------------------------- */

static void test_a_removal_outlives_what_is_ignored(void **state)
{
	struct world *world = *state;
	struct delivery add = add_under_way(world), removal;

	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_LOST});
	take_away(world);
	removal = last_of(world, "remove_comment");
	assert_int_equal(act(world, add.id, DELIVERY_IGNORE, ""), JOB_ACCEPTED);
	assert_int_equal(load(world, removal.id).state, DELIVERY_PENDING);
	check_all(world);
}

/* What certainly did not get there needs no removal. */
static void test_one_that_never_left_takes_its_removal_along(void **state)
{
	struct world *world = *state;
	struct delivery add = add_under_way(world);

	take_away(world);
	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_CANCELLED, .cause = CAUSE_UNSUPPORTED});
	assert_int_equal(last_of(world, "remove_comment").state, DELIVERY_CANCELLED);
	check_all(world);
}

/* The share is taken back while the removal waits: no word goes out with it, and the comment stands there. */
static void test_a_removal_outlives_the_share(void **state)
{
	struct world *world = *state;
	struct delivery removal;

	brought(world);
	take_away(world);
	removal = due(world, "telnord");
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_int_equal(load(world, removal.id).state, DELIVERY_PENDING);
	assert_int_equal(bring(world, "telnord", "t77"), removal.id);
	check_all(world);
}

static void test_removed_while_it_is_on_its_way(void **state)
{
	static const struct {
		enum delivery_outcome outcome;
		bool may_look;
		enum delivery_state add, removal;
	} row[] = {
	    {OUTCOME_DONE, false, DELIVERY_DONE, DELIVERY_PENDING},
	    {OUTCOME_LATER, false, DELIVERY_CANCELLED, DELIVERY_CANCELLED},
	    {OUTCOME_LOST, true, DELIVERY_PARKED, DELIVERY_PENDING}, /* not sent again; a person looks */
	    {OUTCOME_LOST, false, DELIVERY_UNKNOWN, DELIVERY_PENDING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		void *of = NULL;
		world_set_up(&of);
		struct world *world = of;
		struct delivery add = add_under_way(world);
		take_away(world);
		assert_int_equal(load(world, add.id).state, DELIVERY_IN_FLIGHT);
		ends(world, add.id,
		     (struct delivery_result){.outcome = row[i].outcome,
					      .may_look = row[i].may_look,
					      .remote_id =
						  row[i].outcome == OUTCOME_DONE ? ENT_STR("t77") : ENT_ABSENT});
		assert_int_equal(load(world, add.id).state, row[i].add);
		assert_int_equal(last_of(world, "remove_comment").state, row[i].removal);
		assert_int_equal(due(world, "telnord").op, row[i].add == DELIVERY_DONE ? ENT_REMOVE_COMMENT : 0);
		/* Its echo tells where it stands: then it is taken away. */
		assert_int_equal(write_word(world, "telnord", "T-1", "t77", "orion: It smokes."), JOB_ACCEPTED);
		if (row[i].removal == DELIVERY_PENDING)
			assert_int_equal(due(world, "telnord").op, ENT_REMOVE_COMMENT);
		check_all(world);
		world_tear_down(&of);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_a_removal_cancels_what_waits, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_removal_follows, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_narrower_audience_takes_it_away, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_the_requester_alone_goes, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_the_requester_goes_meanwhile, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_narrowed_before_it_left, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_removal_outlives_what_is_ignored, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_one_that_never_left_takes_its_removal_along, world_set_up,
					    world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_removal_outlives_the_share, world_set_up, world_tear_down),
	    cmocka_unit_test(test_removed_while_it_is_on_its_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
