/* SPDX-License-Identifier: Apache-2.0 */
/* The way out of a ticket that goes on as another one: what was to be brought to the old one, or stands there. */
#include "follow.h"

static const char uuid_1[] = "00000001-0000-4000-8000-000000000001";

/* What waited for the old one goes to the new one, also what was begun for the old one. */
static void test_deliveries_go_to_the_new_one(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(say(world, 1, uuid_1, "Please look.", "everyone"), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	assert_true(sdk_eqz(delivery.ticket, "T-1"));
	assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
	struct delivery_result later = {
	    .id = delivery.id, .attempt = 1, .outcome = OUTCOME_LATER, .due_ms = world->now_ms};
	assert_int_equal(settle(world, later, "telnord", NULL), JOB_ACCEPTED);
	move(world, "telnord", "T-1", "T-9");
	assert_true(sdk_eqz(due(world, "telnord").ticket, "T-9"));
	assert_true(bring(world, "telnord", "c77") > 0);
	check_all(world);
}

/* It was gone first, and where to was told later: what was parked for it goes. */
static void test_what_was_parked_as_gone_goes(void **state)
{
	struct world *world = *state;
	struct ent_change removed = {.kind = ENT_TICKET_REMOVED, .ticket.id = ENT_STR("T-1")};

	two_parties(world);
	assert_int_equal(say(world, 1, uuid_1, "Please look.", "everyone"), JOB_ACCEPTED);
	removed.stamp.time_ms = world->now_ms;
	arrive(world, "telnord", &removed);
	assert_int_equal(due(world, "telnord").id, 0);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE state = 'parked' AND cause = 'gone'"), 1);
	move(world, "telnord", "T-1", "T-9");
	assert_true(sdk_eqz(due(world, "telnord").ticket, "T-9"));
	check_all(world);
}

/* Zendesk closes what it merges, and refuses words to what is closed; where it went to is told later. */
static void test_what_the_old_one_refused_goes(void **state)
{
	static const struct {
		const char *uuid, *old, *next;
		enum delivery_cause cause;
		bool goes;
	} row[] = {{uuid_1, "T-1", "T-7", CAUSE_REFUSED, true},
		   {"00000002-0000-4000-8000-000000000001", "T-7", "T-8", CAUSE_CONFLICT, true},
		   {"00000003-0000-4000-8000-000000000001", "T-8", "T-9", CAUSE_UNSUPPORTED, false}};
	struct world *world = *state;

	two_parties(world);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		assert_int_equal(say(world, 1, row[i].uuid, "Please look.", "everyone"), JOB_ACCEPTED);
		struct delivery delivery = due(world, "telnord");
		assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
		struct delivery_result parked = {.id = delivery.id,
						 .attempt = 1,
						 .outcome = OUTCOME_PARKED,
						 .cause = row[i].cause,
						 .reason = SDK_SENTENCE("test.said", "HTTP 422")};
		assert_int_equal(settle(world, parked, "telnord", NULL), JOB_ACCEPTED);
		assert_int_equal(due(world, "telnord").id, 0);
		move(world, "telnord", row[i].old, row[i].next);
		if (row[i].goes) {
			assert_true(sdk_eqz(due(world, "telnord").ticket, row[i].next));
			assert_true(bring(world, "telnord", row[i].next) > 0);
		}
		assert_int_equal(due(world, "telnord").id, 0);
	}
	check_all(world);
}

/* The answer to a delivery says where its ticket went: it follows by itself. */
static void test_a_delivery_follows(void **state)
{
	struct world *world = *state;
	static const enum ent_op_kind op[] = {ENT_ADD_COMMENT, ENT_UPDATE_TICKET};

	two_parties(world);
	for (size_t i = 0; i < 2; i++) {
		const char *old = i ? "T-9" : "T-1", *next = i ? "T-99" : "T-9";
		struct ent_change told = goes_on(world, old, next, NULL);
		world->now_ms += 120000;
		if (i)
			give_status(world, 1, ENT_RESOLVED);
		else
			say(world, 1, uuid_1, "Please look.", "everyone");
		struct delivery delivery = due(world, "telnord");
		assert_int_equal(delivery.op, op[i]);
		struct delivery_result gone = {.id = delivery.id,
					       .attempt = 1,
					       .outcome = OUTCOME_PARKED,
					       .cause = CAUSE_GONE,
					       .reason = SDK_SENTENCE("test.said", "it moved")};
		assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
		assert_int_equal(settle(world, gone, "telnord", &told), JOB_ACCEPTED);
		assert_int_equal(due(world, "telnord").id, delivery.id);
		assert_true(sdk_eqz(due(world, "telnord").ticket, next));
		assert_true(bring(world, "telnord", i ? "x" : "c78") > 0);
		check_all(world);
	}
	assert_int_equal(n_event(world, "delivery.parked"), 0);

	/* Gone, and nobody says where to: parked as ever. */
	struct ent_change removed = {.kind = ENT_TICKET_REMOVED, .ticket.id = ENT_STR("T-99")};
	world->now_ms += 120000;
	give_status(world, 1, ENT_HELD);
	struct delivery delivery = due(world, "telnord");
	struct delivery_result gone = {.id = delivery.id,
				       .attempt = 1,
				       .outcome = OUTCOME_PARKED,
				       .cause = CAUSE_GONE,
				       .reason = SDK_SENTENCE("test.said", "gone")};
	removed.stamp.time_ms = world->now_ms;
	assert_int_equal(send(world, delivery.id, NULL), JOB_ACCEPTED);
	assert_int_equal(settle(world, gone, "telnord", &removed), JOB_ACCEPTED);
	assert_int_equal(load(world, delivery.id).state, DELIVERY_PARKED);
	check_all(world);
}

/* The move is heard while a delivery is on its way to the old one, which then is not there: also where nobody says
 * where to, it goes to the new one. Each attempt is for the ticket of its time: one that is gone from the new one is
 * parked. */
static void test_a_move_overtakes_a_delivery(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(say(world, 1, uuid_1, "Please look.", "everyone"), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	struct delivery_result gone = {.id = delivery.id,
				       .attempt = 1,
				       .outcome = OUTCOME_PARKED,
				       .cause = CAUSE_GONE,
				       .reason = SDK_SENTENCE("test.said", "404")};
	assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
	move(world, "telnord", "T-1", "T-9");
	assert_int_equal(settle(world, gone, "telnord", NULL), JOB_ACCEPTED);
	assert_true(sdk_eqz(due(world, "telnord").ticket, "T-9"));
	assert_int_equal(n_event(world, "delivery.parked"), 0);
	assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
	gone.attempt = 2;
	assert_int_equal(settle(world, gone, "telnord", NULL), JOB_ACCEPTED);
	assert_int_equal(load(world, delivery.id).state, DELIVERY_PARKED);
	check_all(world);
}

/* What we wrote into the old one is told again by the new one, as it was or with other ids: it is ours still. */
static void test_what_was_sent_stays_ours(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	assert_int_equal(say(world, 1, uuid_1, "Please look.", "everyone"), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	const char *text =
	    sdk_z(&world->arena.abi,
		  sdk_marker_append(&world->arena.abi, ENT_STR("Please look."),
				    sdk_marker(&world->arena.abi, ENT_STR("ENT-000001"), sdk_str(delivery.key))));
	assert_int_equal(send(world, delivery.id, text), JOB_ACCEPTED);
	struct delivery_result done = {
	    .id = delivery.id, .attempt = 1, .outcome = OUTCOME_DONE, .remote_id = ENT_STR("c5")};
	assert_int_equal(settle(world, done, "telnord", NULL), JOB_ACCEPTED);
	world->now_ms += 86400000; /* long after the window of words */
	move(world, "telnord", "T-1", "T-9");
	int64_t n_comment = ask(world, "SELECT count(*) FROM comment");
	for (int i = 0; i < 2; i++) {
		change = word(world, "T-9", i ? "c905" : "c5", text);
		arrive(world, "telnord", &change);
	}
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), n_comment);

	/* Another one's comment that has the number of ours by chance is heard. */
	write_word(world, "telnord", "T-9", "c5", "I am looking.");
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), n_comment + 1);
	check_all(world);
}

/* The new one cannot be read: what waits for it is put before a person. */
static void test_the_new_one_cannot_be_read(void **state)
{
	struct world *world = *state;
	struct ent_change change[2] = {{.kind = ENT_TICKET_REMOVED, .ticket.id = ENT_STR("T-9")}};

	two_parties(world);
	assert_int_equal(say(world, 1, uuid_1, "Please look.", "everyone"), JOB_ACCEPTED);
	change[1] = change[0];
	change[0] = goes_on(world, "T-1", "T-9", NULL);
	struct job job = {.kind = JOB_ARRIVAL, .arrival = arrival_of(world, "telnord", change, 2)};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_string_equal(tickets(world, "telnord"), "T-1>T-9 T-9-");
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE state = 'parked' AND cause = 'gone'"), 1);
	check_all(world);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_deliveries_go_to_the_new_one),  TEST(test_what_was_parked_as_gone_goes),
	    TEST(test_what_the_old_one_refused_goes), TEST(test_a_delivery_follows),
	    TEST(test_a_move_overtakes_a_delivery),   TEST(test_what_was_sent_stays_ours),
	    TEST(test_the_new_one_cannot_be_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
