/* SPDX-License-Identifier: Apache-2.0 */
/* What was brought is heard again from its tool: it is known as ours, whenever and however it is told. */
#include "comment_changes.h"
#include "delivery_outcome.h"

static void test_the_echo_before_the_answer(void **state)
{
	struct world *world = *state;
	char number[INCIDENT_NUMBER_SIZE];

	two_parties(world);
	write_word(world, "orion", "O-1", "c1", "hello there");
	struct delivery delivery = due(world, "telnord");
	send(world, delivery.id, "David (orion): hello there");
	struct ent_str marker = sdk_marker(&world->arena.abi, incident_number(1, number), sdk_str(delivery.key));
	struct ent_change echo =
	    word(world, "T-1", "t5",
		 sdk_z(&world->arena.abi, sdk_marker_append(&world->arena.abi, ENT_STR("rewritten"), marker)));
	echo.comment.author = (struct ent_person){ENT_STR("robot"), ENT_ABSENT};
	assert_int_equal(arrive(world, "telnord", &echo), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 1); /* no news */
	assert_int_equal(state_of(world, delivery.id), DELIVERY_DONE);
	assert_true(sdk_eqz(load(world, delivery.id).remote_id, "t5"));
	assert_true(copy_known(world->read, ENT_STR("telnord"), ENT_STR("T-1"), ENT_STR("t5")));
	assert_int_equal(settle(world, outcome(&delivery, OUTCOME_DONE), "telnord", NULL), JOB_NOT_FOUND);
	check_all(world);
}

static void test_the_echo_binds_what_the_answer_did_not_tell(void **state)
{
	struct world *world = *state;
	const struct echo_sent *sent;

	two_parties(world);
	world->suppliers->at[1].account = ENT_ABSENT;
	write_word(world, "orion", "O-1", "c1", "hello there");
	struct delivery delivery = due(world, "telnord");
	send(world, delivery.id, "David (orion): hello there");
	assert_int_equal(settle(world, outcome(&delivery, OUTCOME_DONE), "telnord", NULL), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM copy WHERE external_id LIKE 'delivery:%'"), 1);
	assert_int_equal(echo_list(world->read, &world->arena.abi, 1, ENT_STR("telnord"), 0, &sent), 3);
	assert_false(sent[0].is_bound);
	write_word(world, "telnord", "T-1", "t5", "David (orion):  hello there");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 1);
	assert_int_equal(echo_list(world->read, &world->arena.abi, 1, ENT_STR("telnord"), 0, &sent), 3);
	assert_true(sent[0].is_bound);
	world->now_ms += 2 * ECHO_WINDOW_MS; /* years later it is read once more */
	write_word(world, "telnord", "T-1", "t5", "David (orion): hello there");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 1);
	write_word(world, "telnord", "T-1", "t6", "David (orion): hello there"); /* somebody says the same: news */
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 2);
	struct ent_change gone = word(world, "T-1", "t5", "");
	gone.kind = ENT_COMMENT_REMOVED; /* our copy there, not the comment */
	arrive(world, "telnord", &gone);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE removed = 1"), 0);
	check_all(world);
}

static void test_the_marker_is_known_however_late_it_is_read(void **state)
{
	struct world *world = *state;
	char number[INCIDENT_NUMBER_SIZE];

	two_parties(world);
	world->suppliers->at[1].account = ENT_ABSENT;
	write_word(world, "orion", "O-1", "c1", "hello there");
	struct delivery delivery = due(world, "telnord");
	send(world, delivery.id, "David (orion): hello there");
	assert_int_equal(settle(world, outcome(&delivery, OUTCOME_DONE), "telnord", NULL), JOB_ACCEPTED);
	world->now_ms += 2 * ECHO_WINDOW_MS; /* the tool was not to be reached */
	struct ent_str marker = sdk_marker(&world->arena.abi, incident_number(1, number), sdk_str(delivery.key));
	const char *late = sdk_z(&world->arena.abi, sdk_marker_append(&world->arena.abi, ENT_STR("rewritten"), marker));
	write_word(world, "telnord", "T-1", "t5", late);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 1);
	assert_true(copy_known(world->read, ENT_STR("telnord"), ENT_STR("T-1"), ENT_STR("t5")));
	write_word(world, "telnord", "T-1", "t6", late); /* its place is known by now: somebody quotes it */
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 2);
	check_all(world);
}

/* Its words were changed while nobody knew whether the tool had taken it: it may stand there with either. */
static void test_the_echo_of_earlier_words(void **state)
{
	struct world *world = *state;

	two_parties(world);
	world->suppliers->at[1].account = ENT_ABSENT;
	assert_int_equal(say(world, 1, own_uuid, "The code is 4711.", "telnord"), JOB_ACCEPTED);
	struct delivery add = due(world, "telnord");
	send(world, add.id, "desk: The code is 4711.");
	struct delivery_result lost = outcome(&add, OUTCOME_LOST);
	lost.may_look = true;
	lost.due_ms = world->now_ms;
	assert_int_equal(settle(world, lost, "telnord", NULL), JOB_ACCEPTED);
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, own_uuid, "Forget that.", NULL), JOB_ACCEPTED);
	add = load(world, add.id);
	send(world, add.id, "desk: Forget that.");
	assert_int_equal(settle(world, outcome(&add, OUTCOME_DONE), "telnord", NULL), JOB_ACCEPTED);
	write_word(world, "telnord", "T-1", "t5", "desk: The code is 4711.");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 1);
	assert_true(copy_known(world->read, ENT_STR("telnord"), ENT_STR("T-1"), ENT_STR("t5")));
	assert_int_equal(ask(world, "SELECT max(length(hash)) FROM delivery"), 64);
	check_all(world);
}

/* No marker, no id, and the tool was not to be reached for long. */
static void test_our_words_are_known_however_late_they_are_read(void **state)
{
	struct world *world = *state;

	two_parties(world);
	world->suppliers->at[1].account = ENT_ABSENT;
	write_word(world, "orion", "O-1", "c1", "hello there");
	struct delivery delivery = due(world, "telnord");
	send(world, delivery.id, "David (orion): hello there");
	assert_int_equal(settle(world, outcome(&delivery, OUTCOME_DONE), "telnord", NULL), JOB_ACCEPTED);
	world->now_ms += 2 * ECHO_WINDOW_MS;
	write_word(world, "telnord", "T-1", "t5", "David (orion): hello there");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 1);
	write_word(world, "telnord", "T-1", "t6", "David (orion): hello there"); /* its place is known by now */
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), 2);
	check_all(world);
}

static void test_the_echo_of_a_status_is_nobodys_word(void **state)
{
	struct world *world = *state;

	two_parties(world);
	tell(world, "orion", "O-1", "pending");
	bring(world, "telnord", "x");
	struct ent_change echo = ticket(world, "T-1", "pending", NULL);
	echo.actor = (struct ent_person){ENT_STR("robot"), ENT_STR("robot")};
	arrive(world, "telnord", &echo);
	assert_int_equal(n_event(world, "ticket.overruled"), 0);
	assert_int_equal(due(world, "orion").id, 0);
	assert_int_equal(due(world, "telnord").id, 0);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE status = 'pending' AND holder = 'orion'"), 1);
	assert_int_equal(ask(world, "SELECT bound FROM delivery WHERE op = 'update_ticket' ORDER BY id DESC LIMIT 1"),
			 1);
	tell(world, "telnord", "T-1", "held"); /* a person there, who does not hold the ball: written back */
	assert_int_equal(n_event(world, "ticket.overruled"), 1);
	struct delivery back = due(world, "telnord");
	assert_int_equal(back.op, ENT_UPDATE_TICKET);
	assert_int_equal(back.values.at[ENT_STATUS], ENT_PENDING);
	check_all(world);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_the_echo_before_the_answer),
	    TEST(test_the_echo_binds_what_the_answer_did_not_tell),
	    TEST(test_the_marker_is_known_however_late_it_is_read),
	    TEST(test_the_echo_of_earlier_words),
	    TEST(test_our_words_are_known_however_late_they_are_read),
	    TEST(test_the_echo_of_a_status_is_nobodys_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
