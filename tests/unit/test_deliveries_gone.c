/* SPDX-License-Identifier: Apache-2.0 */
/* No delivery waits unseen: one whose ticket was lost while it was in flight, one that a person retries, and one that
 * may not go any more but had already arrived. */
#include "deliveries.h"

static const char uuid_1[] = "00000001-0000-4000-8000-000000000001";

/* One comment on its way to T-1. */
static struct delivery under_way(struct world *world)
{
	two_parties(world);
	assert_int_equal(say(world, 1, uuid_1, "Please look.", "everyone"), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	assert_int_equal(send(world, delivery.id, "Please look."), JOB_ACCEPTED);
	return delivery;
}

static void remove_ticket(struct world *world)
{
	struct ent_change removed = {
	    .kind = ENT_TICKET_REMOVED, .stamp.time_ms = world->now_ms, .ticket.id = ENT_STR("T-1")};

	assert_int_equal(arrive(world, "telnord", &removed), JOB_ACCEPTED);
}

static void assert_parked_as_gone(struct world *world, int64_t id)
{
	struct delivery delivery = load(world, id);

	assert_int_equal(delivery.state, DELIVERY_PARKED);
	assert_int_equal(delivery.cause, CAUSE_GONE);
}

static void test_its_ticket_went_while_it_was_on_its_way(void **state)
{
	static const enum delivery_outcome outcome[] = {OUTCOME_LATER, OUTCOME_LOST};

	(void)state;
	for (size_t i = 0; i < sizeof outcome / sizeof *outcome; i++) {
		void *of = NULL;
		world_set_up(&of);
		struct world *world = of;
		struct delivery delivery = under_way(world);
		remove_ticket(world);
		assert_int_equal(load(world, delivery.id).state, DELIVERY_IN_FLIGHT);
		struct delivery_result later = {
		    .id = delivery.id, .attempt = 1, .outcome = outcome[i], .may_look = true, .due_ms = world->now_ms};
		assert_int_equal(settle(world, later, "telnord", NULL), JOB_ACCEPTED);
		assert_parked_as_gone(world, delivery.id);
		assert_int_equal(n_event(world, "delivery.parked"), 1);
		/* The ticket comes back: a person retries the delivery. */
		tell(world, "telnord", "T-1", "in_progress");
		assert_int_equal(act(world, delivery.id, DELIVERY_RETRY, ""), JOB_ACCEPTED);
		assert_int_equal(due(world, "telnord").id, delivery.id);
		check_all(world);
		world_tear_down(&of);
	}
}

/* A notice would have nowhere to stand. */
static void test_unshared_after_its_ticket_was_removed(void **state)
{
	struct world *world = *state;

	under_way(world);
	remove_ticket(world);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_int_equal(
	    db_ask(world->read, "SELECT count(*) FROM delivery WHERE supplier = 'telnord' AND state = 'pending'"), 0);
	check_all(world);
}

/* Retried while there is still no ticket: it is parked again, where a person sees it. */
static void test_tried_again_without_a_ticket(void **state)
{
	struct world *world = *state;
	struct delivery delivery = under_way(world);
	struct delivery_result gone = {.id = delivery.id,
				       .attempt = 1,
				       .outcome = OUTCOME_PARKED,
				       .cause = CAUSE_GONE,
				       .reason = SDK_SENTENCE("test.said", "404")};

	remove_ticket(world);
	assert_int_equal(settle(world, gone, "telnord", NULL), JOB_ACCEPTED);
	assert_int_equal(act(world, delivery.id, DELIVERY_RETRY, ""), JOB_ACCEPTED);
	assert_parked_as_gone(world, delivery.id);

	/* Shared again: a ticket is being made, and the delivery goes after it. */
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED);
	assert_int_equal(act(world, delivery.id, DELIVERY_RETRY, ""), JOB_ACCEPTED);
	assert_int_equal(load(world, delivery.id).state, DELIVERY_PENDING);
	check_all(world);
}

/* It was sent, nobody knows whether it arrived, and then its audience was narrowed. When the tool shows it, it is still
 * our own text, and not a comment of theirs for everyone. */
static void test_what_may_not_go_again_is_known(void **state)
{
	struct world *world = *state;
	struct ent_change said, told;

	two_parties(world);
	said = word(world, "O-1", "c1", "It smokes.");
	assert_int_equal(arrive(world, "orion", &said), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	assert_int_equal(send(world, delivery.id, "orion: It smokes."), JOB_ACCEPTED);
	struct delivery_result lost = {
	    .id = delivery.id, .attempt = 1, .outcome = OUTCOME_LOST, .may_look = true, .due_ms = world->now_ms};
	assert_int_equal(settle(world, lost, "telnord", NULL), JOB_ACCEPTED);
	world->now_ms += 1000;
	said = word(world, "O-1", "c1", "It smokes.");
	said.comment.visibility = ENT_INTERNAL;
	assert_int_equal(arrive(world, "orion", &said), JOB_ACCEPTED);
	assert_int_equal(load(world, delivery.id).state, DELIVERY_PARKED); /* a person looks whether it is there */
	assert_int_equal(act(world, delivery.id, DELIVERY_RETRY, ""), JOB_ACCEPTED);
	assert_int_equal(send(world, delivery.id, NULL), JOB_ACCEPTED); /* begun without a text, as link does */
	struct delivery_result narrowed = {
	    .id = delivery.id, .attempt = 1, .outcome = OUTCOME_CANCELLED, .cause = CAUSE_AUDIENCE};
	assert_int_equal(settle(world, narrowed, "telnord", NULL), JOB_ACCEPTED);
	int64_t n_comment = ask(world, "SELECT count(*) FROM comment");
	told = word(world, "T-1", "c77", "orion: It smokes.");
	assert_int_equal(arrive(world, "telnord", &told), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment"), n_comment);
	check_all(world);
}

/* The tool answers that the ticket is gone, and tells the comment with it: the comment stands there. */
static void test_gone_but_its_answer_tells_the_comment(void **state)
{
	struct world *world = *state;
	struct delivery delivery = under_way(world);
	struct delivery_result gone = {.id = delivery.id,
				       .attempt = 1,
				       .outcome = OUTCOME_PARKED,
				       .cause = CAUSE_GONE,
				       .reason = SDK_SENTENCE("test.said", "404")};
	char number[INCIDENT_NUMBER_SIZE];
	struct ent_str marker = sdk_marker(&world->arena.abi, incident_number(1, number), sdk_str(delivery.key));
	struct ent_change told =
	    word(world, "T-1", "c77",
		 sdk_z(&world->arena.abi, sdk_marker_append(&world->arena.abi, ENT_STR("Please look."), marker)));

	assert_int_equal(settle(world, gone, "telnord", &told), JOB_ACCEPTED);
	assert_int_equal(load(world, delivery.id).state, DELIVERY_DONE);
	check_all(world);
}

/* Its supplier left the configuration: hundreds of deliveries are parked in one job, and what the incidents are by then
 * is known to the next one. */
static void test_hundreds_of_a_supplier_that_left(void **state)
{
	enum { INCIDENTS = 210 };
	struct world *world = *state;
	struct job strand = {.kind = JOB_STRAND};
	struct ent_str *telnord = &world->suppliers->at[1].name;

	assert_true(sdk_eqz(*telnord, "telnord"));
	for (int i = 0; i < INCIDENTS; i++) {
		tell(world, "orion", sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "O-%d", i)), "in_progress");
		assert_int_equal(share(world, i + 1, "telnord", false), JOB_ACCEPTED);
	}
	*telnord = ENT_STR("another");
	assert_int_equal(run(world, &strand), JOB_ACCEPTED);
	*telnord = ENT_STR("telnord");
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE state = 'parked' AND cause = 'left'"),
			 INCIDENTS);
	assert_int_equal(tell(world, "orion", "O-5", "pending"), JOB_ACCEPTED);
	assert_int_equal(tell(world, "orion", "O-205", "pending"), JOB_ACCEPTED);
	check_all(world);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_its_ticket_went_while_it_was_on_its_way),
	    TEST(test_unshared_after_its_ticket_was_removed),
	    TEST(test_tried_again_without_a_ticket),
	    TEST(test_what_may_not_go_again_is_known),
	    TEST(test_gone_but_its_answer_tells_the_comment),
	    TEST(test_hundreds_of_a_supplier_that_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
