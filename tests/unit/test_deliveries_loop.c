/* SPDX-License-Identifier: Apache-2.0 */
/* What comes back to us as somebody's words: loops of answers are stopped, and an answer loses the quote of ours. */
#include "comment_changes.h"

/* ---- quotes ---------------------------------------------------------------------------------------- */

/* No account is configured and the tool cut the marker off. */
static void test_answer_above_a_quote_is_carried_without_the_quote(void **state)
{
	struct world *world = *state;

	two_parties(world);
	write_word(world, "orion", "O-1", "c1", "The pump on floor 2 is out of order.");
	bring(world, "telnord", "x1");
	write_word(world, "telnord", "T-1", "t1",
		   "The door is open.\n\n> David (orion): The pump on floor 2 is out of order.");
	assert_int_equal(
	    ask(world, "SELECT count(*) FROM comment WHERE external_id = 't1' AND body = 'The door is open.'"), 1);
	assert_true(bring(world, "orion", "o1") > 0);
	assert_int_equal(n_event(world, "comment.added"), 2);
	write_word(world, "telnord", "T-1", "t1", /* a poll reads it again */
		   "The door is open.\n\n> David (orion): The pump on floor 2 is out of order.");
	assert_int_equal(n_event(world, "comment.edited"), 0);
	check_all(world);
}

/* What was brought is loaded once for an incident of an arrival, and each incident has its own. */
static void test_answers_that_come_together_lose_each_their_quotes(void **state)
{
	struct world *world = *state;

	two_parties(world);
	write_word(world, "orion", "O-1", "c1", "The pump on floor 2 is out of order.");
	bring(world, "telnord", "x1");
	tell(world, "orion", "O-2", "in_progress");
	share(world, 2, "telnord", false);
	bring(world, "telnord", "T-2");
	write_word(world, "orion", "O-2", "c2", "The lift stands still between two floors.");
	while (bring(world, "telnord", "x2"))
		;
	const struct ent_change change[] = {
	    word(world, "T-1", "t1", "Yes.\n\n> David (orion): The pump on floor 2 is out of order."),
	    word(world, "T-1", "t2", "No.\n\n> David (orion): The pump on floor 2 is out of order."),
	    word(world, "T-2", "t3", "Why?\n\n> David (orion): The lift stands still between two floors."),
	    word(world, "T-1", "t4", "Ah!\n\n> David (orion): The lift stands still between two floors.")};
	struct job job = {.kind = JOB_ARRIVAL, .arrival = arrival_of(world, "telnord", change, 4)};

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE (external_id = 't1' AND body = 'Yes.') OR "
				    "(external_id = 't2' AND body = 'No.') OR (external_id = 't3' AND body = 'Why?')"),
			 3);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE external_id = 't4' AND body LIKE 'Ah!%lift%'"),
			 1);
	check_all(world);
}

/* However much was brought since: what it quotes was brought before it was said. */
static void test_an_old_answer_that_is_read_again_keeps_no_quote(void **state)
{
	static const char answer[] = "The door is open.\n\n> David (orion): The pump on floor 2 is out of order.";
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	write_word(world, "orion", "O-1", "c1", "The pump on floor 2 is out of order.");
	bring(world, "telnord", "x1");
	write_word(world, "telnord", "T-1", "t1", answer);
	for (int i = 0; i < 220; i++) {
		const char *id = sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "m%d", i));
		world->now_ms += 100000;
		write_word(world, "orion", "O-1", id,
			   sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "News %s", id)));
		assert_true(bring(world, "telnord", id) > 0);
	}
	write_word(world, "telnord", "T-1", "t1", answer); /* a poll reads it again */
	assert_int_equal(n_event(world, "comment.edited"), 0);
	assert_int_equal(
	    ask(world, "SELECT count(*) FROM comment WHERE external_id = 't1' AND body = 'The door is open.'"), 1);

	/* Edited, it may quote what was brought long after it. */
	change = word(world, "T-1", "t1", "The door is open, and I saw:\n\n> David (orion): News m219");
	arrive(world, "telnord", &change);
	assert_int_equal(ask(world,
			     "SELECT count(*) FROM comment WHERE external_id = 't1' AND body = 'The door is open, "
			     "and I saw:'"),
			 1);
}

/* ---- loops ----------------------------------------------------------------------------------------- */

static void test_loop_of_updates_is_stopped(void **state)
{
	struct world *world = *state;
	int n = 0;

	two_parties(world);
	for (int i = 0; i < 15; i++) {
		tell(world, "orion", "O-1", i % 2 ? "pending" : "held");
		n += bring(world, "telnord", "x") > 0;
	}
	assert_int_equal(n, 10);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE state = 'parked' AND cause = 'loop'"), 1);
	assert_int_equal(n_event(world, "delivery.parked"), 1);
	check_sound(world);
	assert_int_equal(give_status(world, 1, ENT_RESOLVED), JOB_ACCEPTED); /* a person is no loop */
	assert_int_equal(due(world, "telnord").values.at[ENT_STATUS], ENT_RESOLVED);
	bring(world, "telnord", "x");
	world->now_ms += 61000;
	tell(world, "orion", "O-1", "pending");
	assert_int_equal(due(world, "telnord").values.at[ENT_STATUS], ENT_PENDING);
	check_all(world);
}

static void says(struct world *world, const char *supplier, const char *ticket, const char *id, const char *author,
		 const char *body)
{
	struct ent_change change = word(world, ticket, id, body);

	change.comment.author.name = sdk_str(author);
	arrive(world, supplier, &change);
}

static void test_slow_automatic_answers_end_and_people_go_on(void **state)
{
	static const char *const id[] = {"c1", "c2", "c3", "c4"};
	struct world *world = *state;

	two_parties(world);
	says(world, "orion", "O-1", "c0", "Mo", "The lift is stuck");
	bring(world, "telnord", "x0");
	for (int i = 0; i < 3; i++) {
		world->now_ms += 3600000;
		says(world, "telnord", "T-1", id[i], "Auto t", "I am out of the office until Monday.");
		if (i == 2)
			break;
		assert_true(bring(world, "orion", id[i]) > 0);
		says(world, "orion", "O-1", sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "o%d", i)), "Auto o",
		     "Your message was received.");
		bring(world, "telnord", sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "x%d", i + 1)));
	}
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE state = 'parked' AND cause = 'loop' AND "
				    "reason LIKE '% writes the same text %' AND reason NOT LIKE '%Auto %'"),
			 1);
	says(world, "telnord", "T-1", "c9", "Dana", "I am back. What is it?"); /* goes past what is parked */
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE state = 'pending' AND supplier = 'orion'"), 1);
	assert_true(bring(world, "orion", "c9") > 0);
	check_all(world);
}

static void test_loop_of_comments_is_stopped_and_history_is_none(void **state)
{
	struct world *world = *state;
	int64_t born_ms;

	two_parties(world);
	born_ms = world->now_ms - 86400000;
	for (int i = 0; i < 40; i++) { /* read in late: an hour apart when they were said */
		struct ent_change old =
		    word(world, "O-1", sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "h%d", i)), "old");
		old.stamp.time_ms = born_ms + (int64_t)i * 3600000;
		arrive(world, "orion", &old);
	}
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE cause = 'loop'"), 0);
	world->now_ms += 100000;
	for (int i = 0; i < 40; i++)
		write_word(world, "orion", "O-1", sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "c%d", i)),
			   "new");
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE cause = 'loop'"), 10);
	check_all(world);
}

/* It was edited or removed since: who got it still quotes the words that were for them alone. */
static void test_an_answer_quotes_words_that_were_changed_since(void **state)
{
	struct world *world = *state;

	two_parties(world);
	say(world, 1, own_uuid, "The code is 4711.", "telnord");
	bring(world, "telnord", "x1");
	say(world, 1, "00000001-0000-4000-8000-000000000002", "The price is 900.", "telnord");
	bring(world, "telnord", "x2");
	change_own(world, JOB_COMMENT_EDIT, own_uuid, "Forget that.", NULL);
	change_own(world, JOB_COMMENT_REMOVE, "00000001-0000-4000-8000-000000000002", NULL, NULL);
	write_word(world, "telnord", "T-1", "t1", "I see.\n\n> desk: The code is 4711.\n");
	write_word(world, "telnord", "T-1", "t2", "Too much.\n\n> desk: The price is 900.\n");
	write_word(world, "telnord", "T-1", "t3", "Done.\n\n> desk: Forget that.\n");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE body IN ('I see.', 'Too much.', 'Done.')"), 3);
	check_all(world);
}

/* Also where the incident was merged since: its events stay where they were made. */
static void test_an_answer_quotes_words_from_before_a_merge(void **state)
{
	struct world *world = *state;
	struct ent_change both = ticket(world, "O-1", "in_progress", NULL);

	tell(world, "orion", "O-0", "in_progress"); /* the older one: it stays */
	both.correlation.key = ENT_STR("K");
	tell(world, "orion", "O-1", "in_progress");
	share(world, 2, "telnord", false);
	bring(world, "telnord", "T-1");
	say(world, 2, own_uuid, "The code is 4711.", "telnord");
	while (bring(world, "telnord", "x1") || bring(world, "orion", "o1"))
		;
	struct job edit = {
	    .kind = JOB_COMMENT_EDIT,
	    .ask = {.incident = 2, .text = ENT_STR("Forget that."), .author = {ENT_STR("desk"), ENT_STR("desk")}}};
	snprintf(edit.ask.comment_uuid, ID_SIZE, "%s", own_uuid);
	assert_int_equal(run(world, &edit), JOB_ACCEPTED);
	struct ent_change first = ticket(world, "O-0", "in_progress", NULL);
	first.correlation.key = ENT_STR("K");
	arrive(world, "orion", &first);
	both.stamp.time_ms = world->now_ms;
	arrive(world, "orion", &both);
	assert_int_equal(n_event(world, "incident.merged"), 1);
	write_word(world, "telnord", "T-1", "t1", "I see.\n\n> desk: The code is 4711.\n");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE incident = 1 AND body = 'I see.'"), 1);
	check_all(world);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_answer_above_a_quote_is_carried_without_the_quote),
	    TEST(test_answers_that_come_together_lose_each_their_quotes),
	    TEST(test_an_old_answer_that_is_read_again_keeps_no_quote),
	    TEST(test_an_answer_quotes_words_that_were_changed_since),
	    TEST(test_an_answer_quotes_words_from_before_a_merge),
	    TEST(test_loop_of_updates_is_stopped),
	    TEST(test_slow_automatic_answers_end_and_people_go_on),
	    TEST(test_loop_of_comments_is_stopped_and_history_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
