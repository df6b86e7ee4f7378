/* SPDX-License-Identifier: Apache-2.0 */
/* A person with us took words out for one supplier: other readers of the comment alone do not bring them back there. */
#include "comment_changes.h"

static const char full[] = "The key code is 4711, come at noon.", mended[] = "Come at noon.";

/* A comment of ours for orion and, mended, for telnord: it waits. */
static struct delivery said_mended(struct world *world, const char *audience)
{
	two_parties(world);
	assert_int_equal(say(world, 1, own_uuid, full, audience), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	assert_int_equal(act(world, delivery.id, DELIVERY_EDIT, mended), JOB_ACCEPTED);
	return delivery;
}

static void readers(struct world *world, const char *audience)
{
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, NULL, audience), JOB_ACCEPTED);
}

static void test_what_waits_keeps_them_out(void **state)
{
	struct world *world = *state;
	struct delivery delivery = said_mended(world, "telnord");

	readers(world, "telnord,orion");
	assert_true(sdk_eqz(load(world, delivery.id).text, mended));
	assert_false(due(world, "orion").text.n > 0);
	readers(world, "telnord,orion,requester");
	assert_true(sdk_eqz(load(world, delivery.id).text, mended));
	assert_true(load(world, delivery.id).audience.requester);
	readers(world, "telnord,orion"); /* the requester alone goes */
	assert_true(sdk_eqz(load(world, delivery.id).text, mended));
	assert_false(load(world, delivery.id).audience.requester);
	readers(world, "orion"); /* cancelled, and taken up again */
	readers(world, "telnord,orion");
	assert_int_equal(due(world, "telnord").id, delivery.id);
	assert_true(sdk_eqz(load(world, delivery.id).text, mended));

	/* New words are for all. */
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "Come at one.", NULL), JOB_ACCEPTED);
	assert_false(load(world, delivery.id).text.n > 0);
	check_all(world);
}

static void test_what_stands_is_left_alone(void **state)
{
	struct world *world = *state;
	struct delivery delivery = said_mended(world, "telnord"), edits;

	assert_int_equal(bring(world, "telnord", "t5"), delivery.id);
	readers(world, "telnord,orion");
	assert_int_equal(due(world, "telnord").id, 0);
	assert_int_equal(n_of(world, "edit_comment"), 0);
	/* It becomes public there, and says what it says there. */
	readers(world, "telnord,orion,requester");
	edits = due(world, "telnord");
	assert_int_equal(edits.op, ENT_EDIT_COMMENT);
	assert_true(sdk_eqz(edits.text, mended));
	assert_int_equal(bring(world, "telnord", "t5"), edits.id);
	/* It was to be taken out, and is not. */
	readers(world, "orion,requester");
	assert_int_equal(due(world, "telnord").op, ENT_REMOVE_COMMENT);
	readers(world, "telnord,orion,requester");
	assert_true(sdk_eqz(due(world, "telnord").text, mended));

	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "Come at one.", NULL), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").op, ENT_EDIT_COMMENT);
	assert_false(due(world, "telnord").text.n > 0);
	check_all(world);
}

/* The comment was cancelled with its share and gets new words meanwhile: these count. */
static void test_new_words_find_what_was_cancelled(void **state)
{
	struct world *world = *state;
	struct delivery delivery = said_mended(world, "telnord");

	readers(world, "orion");
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "Come at one.", NULL), JOB_ACCEPTED);
	readers(world, "telnord,orion");
	assert_int_equal(due(world, "telnord").id, delivery.id);
	assert_false(load(world, delivery.id).text.n > 0);
	check_all(world);
}

/* An edit waits behind what a person mends: it does not bring the words either. */
static void test_what_waits_behind_is_mended_too(void **state)
{
	struct world *world = *state;
	struct delivery add;

	two_parties(world);
	assert_int_equal(say(world, 1, own_uuid, "Come.", "telnord"), JOB_ACCEPTED);
	add = due(world, "telnord");
	assert_int_equal(send(world, add.id, "us: Come."), JOB_ACCEPTED);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, full, NULL), JOB_ACCEPTED);
	ends(world, add.id, (struct delivery_result){.outcome = OUTCOME_PARKED, .cause = CAUSE_REFUSED});
	assert_int_equal(act(world, add.id, DELIVERY_EDIT, mended), JOB_ACCEPTED);
	assert_true(sdk_eqz(last_of(world, "edit_comment").text, mended));
	check_all(world);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_what_waits_keeps_them_out),
	    TEST(test_what_stands_is_left_alone),
	    TEST(test_new_words_find_what_was_cancelled),
	    TEST(test_what_waits_behind_is_mended_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
