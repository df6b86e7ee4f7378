/* SPDX-License-Identifier: Apache-2.0 */
/* A ticket that goes on as another one of the same tool: merged, moved, transferred. */
#include "follow.h"

static int64_t n_incident(struct world *world)
{
	return ask(world, "SELECT count(*) FROM incident WHERE merged_into = 0");
}

/* ---- the binding ------------------------------------------------------------------ */

static void test_it_moves(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	change = goes_on(world, "O-1", "O-9", "KEY-9");
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	assert_string_equal(tickets(world, "orion"), "O-1>O-9 O-9");
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket WHERE external_id = 'O-9' AND key = 'KEY-9' AND "
				    "status = 'in_progress'"),
			 1);
	assert_int_equal(ask(world, "SELECT n_ticket FROM incident"), 2);
	assert_int_equal(n_event(world, "ticket.continued"), 1);
	check_all(world);

	/* Told each time it is seen; done once. */
	int64_t last = writer_last_seq(world->writer);
	move(world, "orion", "O-1", "O-9");
	assert_int_equal(writer_last_seq(world->writer), last);

	/* The new one's first word counts, although its versions are counted anew; it opens nothing. */
	assert_int_equal(tell(world, "orion", "O-9", "held"), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE status = 'held'"), 1);
	assert_int_equal(n_incident(world), 1);
	check_all(world);
}

static void test_versions_are_counted_anew(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "O-1", "in_progress", NULL);

	change.stamp.version = 90;
	arrive(world, "orion", &change);
	move(world, "orion", "O-1", "O-9");
	change = ticket(world, "O-9", "held", NULL);
	change.stamp.version = 1;
	arrive(world, "orion", &change);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE status = 'held'"), 1);
	check_all(world);
}

/* What the old one still says is recorded; the merge that closed it closes nothing here. */
static void test_the_old_one_moves_nothing_more(void **state)
{
	struct world *world = *state;

	two_parties(world);
	move(world, "orion", "O-1", "O-9");
	assert_int_equal(tell(world, "orion", "O-1", "closed"), JOB_ACCEPTED);
	assert_int_equal(n_event(world, "ticket.late"), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM incident WHERE status = 'in_progress'"), 1);
	assert_int_equal(n_incident(world), 1);
	write_word(world, "orion", "O-1", "c1", "said there before it moved");
	assert_int_equal(ask(world, "SELECT n_comment FROM incident"), 1);
	struct ent_change removed = {.kind = ENT_TICKET_REMOVED, .ticket.id = ENT_STR("O-1")};
	arrive(world, "orion", &removed);
	assert_string_equal(tickets(world, "orion"), "O-1>O-9 O-9");
	check_all(world);
}

/* ---- orders ---------------------------------------------------------------------------- */

static void move_at(struct world *world, const char *id, const char *next, int64_t time_ms)
{
	struct ent_change change = goes_on(world, id, next, NULL);

	change.stamp.time_ms = time_ms;
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
}

/* Each is a row of words: "t" tells a ticket, "m" moves it ("u": without a time, "o": long ago); all orders end in the
 * same place. */
static void run_words(struct world *world, const char *const *word, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct ent_str rest, kind = sdk_cut(sdk_str(word[i]), ' ', &rest), next;
		struct ent_str id = sdk_cut(rest, ' ', &next);
		const char *a = sdk_z(&world->arena.abi, id);
		if (sdk_eqz(kind, "t"))
			tell(world, "orion", a, "in_progress");
		else
			move_at(world, a, sdk_z(&world->arena.abi, next),
				sdk_eqz(kind, "m")   ? world->now_ms
				: sdk_eqz(kind, "o") ? world->now_ms - 86400000
						     : 0);
	}
}

static void test_orders(void **state)
{
	static const struct {
		const char *word[8], *tickets;
		int64_t n_incident;
	} row[] = {
	    {{"t A", "m A B"}, "A>B B", 1},
	    {{"t A", "m A B", "t B"}, "A>B B", 1},
	    {{"t A", "t B", "m A B"}, "A>B B", 1},
	    {{"t B", "t A", "m A B"}, "A>B B", 1},
	    {{"t B", "m A B", "t A"}, "A>B B", 1}, /* the old one is heard last */
	    {{"m A B", "t A", "t B", "m A B"}, "A>B B", 1},
	    {{"t A", "m A B", "m B C"}, "A>C B>C C", 1}, /* a chain */
	    {{"t A", "t B", "t C", "m B C", "m A B"}, "A>C B>C C", 1},
	    {{"t A", "t C", "m A B", "m B C"}, "A>C B>C C", 1},
	    {{"t A", "t B", "m A B", "m A C"}, "A>C B>C C", 1}, /* it moved on: so did what it went on as */
	    {{"t A", "m A B", "m A C", "m B C", "m A B"}, "A>C B>C C", 1},
	    {{"t A", "t B", "t C", "m A C", "m B C"}, "A>C B>C C", 1}, /* two go on as one */
	    {{"t A", "t B", "m A B", "m B A"}, "A B>A", 1},            /* it came back */
	    {{"t A", "m A B", "m B A", "m A B"}, "A>B B", 1},
	    {{"t A", "t B", "m A B", "m B C", "m C A"}, "A B>A C>A", 1},
	    {{"t A", "t B", "m A B", "m B C", "m C B", "m B A"}, "A B>A C>A", 1},
	    {{"t A", "t B", "m A B", "u B A"},
	     "A>B B",
	     1}, /* without a time nobody knows which was later: nothing moves */
	    {{"t A", "t B", "m A B", "o B A"}, "A>B B", 1}, /* it is older than the move that is known */
	    {{"t A", "t B", "u A B", "m B A"}, "A>B B", 1},
	    {{"m A B"}, "", 0}, /* nobody has heard of either */
	    {{"t A", "t B"}, "A B", 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		void *of = NULL;
		size_t n = 0;
		world_set_up(&of);
		struct world *world = of;
		while (n < 8 && row[i].word[n])
			n++;
		run_words(world, row[i].word, n);
		if (strcmp(tickets(world, "orion"), row[i].tickets) != 0 || n_incident(world) != row[i].n_incident)
			fail_msg("row %zu: %s, %" PRId64 " incidents", i, tickets(world, "orion"), n_incident(world));
		check_all(world);
		world_tear_down(&of);
	}
}

/* A moves to B and back: A is heard again, and what is brought goes to A. */
static void test_a_ticket_that_comes_back_is_heard(void **state)
{
	struct world *world = *state;

	two_parties(world);
	move(world, "telnord", "T-1", "T-2");
	assert_int_equal(tell(world, "telnord", "T-2", "pending"), JOB_ACCEPTED);
	move(world, "telnord", "T-2", "T-1");
	assert_string_equal(tickets(world, "telnord"), "T-1 T-2>T-1");
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket WHERE external_id = 'T-1' AND status = 'pending'"), 1);
	assert_int_equal(ask(world, "SELECT n_ticket FROM incident"), 2);
	check_all(world);
	int64_t late = n_event(world, "ticket.late");
	assert_int_equal(tell(world, "telnord", "T-1", "held"), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket WHERE external_id = 'T-1' AND status = 'held'"), 1);
	assert_int_equal(n_event(world, "ticket.late"), late);
	assert_int_equal(say(world, 1, "00000001-0000-4000-8000-000000000001", "Please look.", "everyone"),
			 JOB_ACCEPTED);
	assert_true(sdk_eqz(due(world, "telnord").ticket, "T-1"));

	/* The first move, heard once more, moves nothing. */
	int64_t last = writer_last_seq(world->writer);
	struct ent_change again = goes_on(world, "T-1", "T-2", NULL);
	again.stamp.time_ms -= 86400000;
	arrive(world, "telnord", &again);
	assert_int_equal(writer_last_seq(world->writer), last);
	check_all(world);
}

/* ---- two incidents ------------------------------------------------------------------- */

static void test_incidents_are_joined(void **state)
{
	struct world *world = *state;

	two_parties(world); /* 1: O-1, T-1 */
	tell(world, "orion", "O-2", "new");
	assert_int_equal(share(world, 2, "datacoeur", false), JOB_ACCEPTED);
	assert_true(bring(world, "datacoeur", "D-2") > 0);
	assert_int_equal(n_incident(world), 2);
	move(world, "orion", "O-2", "O-1");
	assert_int_equal(n_incident(world), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket WHERE incident = 1"), 4);
	assert_int_equal(n_event(world, "incident.merged"), 1);
	assert_string_equal(tickets(world, "orion"), "O-1 O-2>O-1");
	check_all(world);
}

/* With `joins: shared` a supplier gets only into what is shared with it. */
static void test_joins_shared(void **state)
{
	struct world *world = *state;

	world->suppliers->at[0].joins = JOINS_SHARED;
	tell(world, "orion", "O-1", "in_progress");
	tell(world, "orion", "O-2", "in_progress");
	assert_int_equal(unshare(world, 1, "orion"), JOB_ACCEPTED);
	move(world, "orion", "O-2", "O-1");
	assert_int_equal(n_incident(world), 2);
	assert_string_equal(tickets(world, "orion"), "O-1 O-2");
	assert_int_equal(share(world, 1, "orion", false), JOB_ACCEPTED);
	move(world, "orion", "O-2", "O-1");
	assert_int_equal(n_incident(world), 1);
	check_all(world);
}

/* ---- the thread ------------------------------------------------------------------------- */

static void test_what_was_heard_stays_known(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	change = word(world, "O-1", "c1", "It smokes.");
	change.comment.created_ms = 1699999990000;
	change.stamp.version = 50;
	arrive(world, "orion", &change);
	change.kind = ENT_ATTACHMENT_ADDED;
	change.attachment = (struct ent_attachment){.id = ENT_STR("f1"), .name = ENT_STR("smoke.png"), .size = 7};
	arrive(world, "orion", &change);
	move(world, "orion", "O-1", "O-9");
	int64_t last = writer_last_seq(world->writer);

	/* Under the same id, and under a new one. */
	change = word(world, "O-9", "c1", "It smokes.");
	change.comment.created_ms = 1699999990000;
	arrive(world, "orion", &change);
	change.comment.id = ENT_STR("c901");
	arrive(world, "orion", &change);
	change.kind = ENT_ATTACHMENT_ADDED;
	change.attachment = (struct ent_attachment){.id = ENT_STR("f1"), .name = ENT_STR("smoke.png"), .size = 7};
	arrive(world, "orion", &change);
	change.attachment.id = ENT_STR("f901");
	arrive(world, "orion", &change);
	assert_int_equal(writer_last_seq(world->writer), last);

	/* Edited there, and removed there: the comment of before is meant. Its version is counted anew. */
	world->now_ms += 1000;
	change = word(world, "O-9", "c1", "It smokes a lot.");
	change.comment.created_ms = 1699999990000;
	change.stamp.version = 2;
	arrive(world, "orion", &change);
	assert_int_equal(n_event(world, "comment.edited"), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE ticket = 'O-1' AND external_id = 'c1' AND body "
				    "= 'It smokes a lot.'"),
			 1);
	check_all(world);
	change.kind = ENT_COMMENT_REMOVED;
	change.stamp.version = 3;
	arrive(world, "orion", &change);
	assert_int_equal(ask(world, "SELECT n_comment FROM incident"), 0);
	check_all(world);
}

/* Where ids are counted by ticket the two have a comment 1 each: both are kept. */
static void test_ids_counted_by_ticket(void **state)
{
	struct world *world = *state;

	two_parties(world);
	write_word(world, "orion", "O-1", "1", "the first of the old one");
	move(world, "orion", "O-1", "O-9");
	write_word(world, "orion", "O-9", "1", "the first of the new one");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE removed = 0"), 2);
	assert_int_equal(n_event(world, "comment.edited"), 0);
	check_all(world);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_it_moves),
	    TEST(test_versions_are_counted_anew),
	    TEST(test_the_old_one_moves_nothing_more),
	    cmocka_unit_test(test_orders),
	    TEST(test_a_ticket_that_comes_back_is_heard),
	    TEST(test_incidents_are_joined),
	    TEST(test_joins_shared),
	    TEST(test_what_was_heard_stays_known),
	    TEST(test_ids_counted_by_ticket),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
