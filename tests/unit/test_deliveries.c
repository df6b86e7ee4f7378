/* SPDX-License-Identifier: Apache-2.0 */
/* The outbound queue over a real file: what is planned, in which order it goes, each change of a state, who may undo
 * what. */
#include "delivery_outcome.h"

#define A_UUID "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define B_UUID "1b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"

/* ---- planning ------------------------------------------------------------------------------ */

static void test_a_comment_reaches_the_others_once(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(write_word(world, "orion", "O-1", "c1", "hello"), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	assert_int_equal(delivery.op, ENT_ADD_COMMENT);
	assert_true(sdk_eqz(delivery.ticket, "T-1"));
	assert_true(delivery.audience.everyone);
	assert_int_equal(due(world, "orion").id, 0); /* not to where it came from */
	assert_int_equal(due(world, "datacoeur").id, 0);
	assert_true(bring(world, "telnord", "t77") > 0);
	assert_int_equal(ask(world, "SELECT count(*) FROM copy WHERE supplier = 'telnord' AND ticket = 'T-1' AND "
				    "external_id = 't77' AND learned = 0"),
			 1);
	assert_int_equal(n_event(world, "delivery.done"), 3); /* the ticket, its status, the comment */
	write_word(world, "orion", "O-1", "c1", "hello");     /* the same again */
	assert_int_equal(due(world, "telnord").id, 0);
	check_all(world);
}

static void test_one_party_plans_nothing(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "new");
	write_word(world, "orion", "O-1", "c1", "hello");
	tell(world, "orion", "O-1", "resolved");
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery"), 0);
	assert_int_equal(ask(world, "SELECT count(*) FROM share"), 1);
	check_all(world);
}

static void test_status_goes_to_the_other(void **state)
{
	struct world *world = *state;

	two_parties(world);
	tell(world, "orion", "O-1", "pending");
	struct delivery first = due(world, "telnord");
	assert_int_equal(first.op, ENT_UPDATE_TICKET);
	assert_int_equal(first.set, 1u << ENT_STATUS);
	assert_int_equal(first.values.at[ENT_STATUS], ENT_PENDING);
	tell(world, "orion", "O-1", "resolved"); /* goes along with what waits */
	struct delivery merged = due(world, "telnord");
	assert_int_equal(merged.id, first.id);
	assert_int_equal(merged.values.at[ENT_STATUS], ENT_RESOLVED);
	assert_int_equal(send(world, merged.id, NULL), JOB_ACCEPTED);
	tell(world, "orion", "O-1", "closed"); /* but not with what is on its way */
	assert_int_equal(due(world, "telnord").id, 0);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE state = 'pending'"), 1);
	assert_int_equal(settle(world, outcome(&merged, OUTCOME_DONE), "telnord", NULL), JOB_ACCEPTED);
	assert_int_equal(due(world, "telnord").values.at[ENT_STATUS], ENT_CLOSED);
	check_all(world);
}

static void test_a_parked_update_holds_nobody_back(void **state)
{
	struct world *world = *state;

	two_parties(world);
	tell(world, "orion", "O-1", "pending");
	struct delivery update = due(world, "telnord");
	send(world, update.id, NULL);
	struct delivery_result result = outcome(&update, OUTCOME_PARKED);
	result.cause = CAUSE_NOT_DONE;
	result.reason = SDK_SENTENCE("test.said", "it says 200 and stays open");
	assert_int_equal(settle(world, result, "telnord", NULL), JOB_ACCEPTED);
	write_word(world, "orion", "O-1", "c1", "hello");
	struct delivery comment = due(world, "telnord");
	assert_int_equal(comment.op, ENT_ADD_COMMENT);
	check_sound(world);
	bring(world, "telnord", "t1");
	struct ent_change urgent = ticket(world, "O-1", NULL, "1"); /* takes the parked one's place and its bits */
	arrive(world, "orion", &urgent);
	struct delivery newer = due(world, "telnord");
	assert_int_equal(newer.set, 1u << ENT_STATUS | 1u << ENT_PRIORITY);
	assert_int_equal(newer.values.at[ENT_PRIORITY], 1);
	assert_int_equal(state_of(world, update.id), DELIVERY_CANCELLED);
	assert_int_equal(load(world, update.id).cause, CAUSE_SUPERSEDED);
	assert_int_equal(n_event(world, "delivery.cancelled"), 1);
	check_all(world);
}

/* ---- order ------------------------------------------------------------------------------------ */

static void test_order_of_a_queue_and_of_no_other(void **state)
{
	struct world *world = *state;

	two_parties(world);
	tell(world, "orion", "O-2", "new");
	share(world, 2, "telnord", false);
	bring(world, "telnord", "T-2");
	write_word(world, "orion", "O-1", "c1", "one");
	write_word(world, "orion", "O-1", "c2", "two");
	struct delivery first = due(world, "telnord");
	write_word(world, "orion", "O-2", "c1", "another incident");
	struct delivery found[4];
	assert_int_equal(delivery_due(world->read, &world->arena.abi, ENT_STR("telnord"), world->now_ms, found, 4), 2);
	assert_int_equal(found[0].id, first.id);
	assert_int_equal(found[1].incident, 2);
	assert_int_equal(found[1].head, true);
	send(world, first.id, "one"); /* stuck: nobody knows, nobody can look */
	assert_int_equal(settle(world, outcome(&first, OUTCOME_LOST), "telnord", NULL), JOB_ACCEPTED);
	assert_int_equal(state_of(world, first.id), DELIVERY_UNKNOWN);
	struct delivery other = due(world, "telnord"); /* two waits, the other incident does not */
	assert_int_equal(other.incident, 2);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE state = 'pending' AND head = 0"), 1);
	check_sound(world);
	assert_int_equal(act(world, first.id, DELIVERY_IGNORE, "it stands there"), JOB_ACCEPTED);
	assert_true(delivery_next_due(world->read, ENT_STR("telnord")) <= world->now_ms);
	assert_int_equal(delivery_due(world->read, &world->arena.abi, ENT_STR("telnord"), world->now_ms, found, 4), 2);
	check_all(world);
}

static void test_nothing_goes_before_its_ticket(void **state)
{
	struct world *world = *state;

	tell(world, "orion", "O-1", "in_progress");
	share(world, 1, "telnord", false);
	struct delivery create = due(world, "telnord");
	assert_int_equal(create.op, ENT_CREATE_TICKET);
	assert_false(create.ticket.n > 0);
	assert_non_null(strstr(sdk_z(&world->arena.abi, create.text), "No printer prints."));
	write_word(world, "orion", "O-1", "c1", "hello");
	tell(world, "orion", "O-1", "pending");
	assert_int_equal(due(world, "telnord").id, create.id);
	send(world, create.id, "x");
	assert_int_equal(due(world, "telnord").id, 0);
	struct delivery_result result = outcome(&create, OUTCOME_PARKED);
	result.cause = CAUSE_REFUSED;
	settle(world, result, "telnord", NULL);
	assert_int_equal(due(world, "telnord").id, 0);
	check_sound(world);
	assert_int_equal(act(world, create.id, DELIVERY_EDIT, "other words"), JOB_ACCEPTED);
	assert_true(sdk_eqz(due(world, "telnord").text, "other words"));
	assert_int_equal(bring(world, "telnord", "T-1"), create.id);
	struct delivery next = due(world, "telnord");
	assert_int_equal(next.op, ENT_ADD_COMMENT);
	assert_true(sdk_eqz(next.ticket, "T-1"));
	check_all(world);
}

/* ---- an attempt ------------------------------------------------------------------------------- */

static void test_states_of_an_attempt(void **state)
{
	struct world *world = *state;

	two_parties(world);
	write_word(world, "orion", "O-1", "c1", "hello");
	struct delivery delivery = due(world, "telnord");
	assert_int_equal(send(world, delivery.id, "hello"), JOB_ACCEPTED);
	assert_int_equal(send(world, delivery.id, "hello"), JOB_NOT_FOUND); /* one at a time */
	struct delivery flying[4];
	assert_int_equal(delivery_in_flight(world->read, &world->arena.abi, flying, 4), 1);
	assert_int_equal(flying[0].attempt, 1);

	struct delivery_result result = outcome(&delivery, OUTCOME_MORE);
	result.phase = 2;
	result.memo = ENT_STR("etag-1");
	assert_int_equal(settle(world, result, "telnord", NULL), JOB_ACCEPTED);
	delivery = load(world, delivery.id);
	assert_int_equal(delivery.state, DELIVERY_IN_FLIGHT);
	assert_int_equal(delivery.phase, 2);
	assert_true(sdk_eqz(delivery.memo, "etag-1"));

	/* Known not to be done: later, from the phase that wrote. */
	result = (struct delivery_result){.id = delivery.id,
					  .attempt = 1,
					  .outcome = OUTCOME_LATER,
					  .keeps_phase = true,
					  .due_ms = world->now_ms + 60000,
					  .reason = SDK_SENTENCE("test.said", "503")};
	assert_int_equal(settle(world, result, "telnord", NULL), JOB_ACCEPTED);
	delivery = load(world, delivery.id);
	assert_int_equal(delivery.state, DELIVERY_PENDING);
	assert_int_equal(delivery.phase, 2);
	assert_int_equal(due(world, "telnord").id, 0);
	assert_int_equal(settle(world, result, "telnord", NULL), JOB_NOT_FOUND); /* the attempt is over */
	world->now_ms += 60000;
	assert_int_equal(due(world, "telnord").id, delivery.id);

	/* Not known, but it can be looked up: again, with look, from the start. */
	send(world, delivery.id, "hello");
	result = outcome(&delivery, OUTCOME_LOST);
	result.may_look = true;
	result.due_ms = world->now_ms;
	assert_int_equal(result.attempt, 2);
	assert_int_equal(settle(world, result, "telnord", NULL), JOB_ACCEPTED);
	delivery = load(world, delivery.id);
	assert_true(delivery.look);
	assert_int_equal(delivery.phase, 0);
	assert_int_equal(delivery.memo.n, 0);
	send(world, delivery.id, "hello");
	result = outcome(&delivery, OUTCOME_LATER);
	result.due_ms = world->now_ms;
	settle(world, result, "telnord", NULL);
	assert_true(load(world, delivery.id).look); /* what may have been done may still have been done */
	check_sound(world);

	delivery = due(world, "telnord");
	send(world, delivery.id, "hello");
	result = outcome(&delivery, OUTCOME_DONE);
	result.attempt--; /* of a life before */
	result.remote_id = ENT_STR("t1");
	assert_int_equal(settle(world, result, "telnord", NULL), JOB_NOT_FOUND);
	assert_int_equal(state_of(world, delivery.id), DELIVERY_IN_FLIGHT);
	result.attempt++;
	assert_int_equal(settle(world, result, "telnord", NULL), JOB_ACCEPTED);
	assert_int_equal(settle(world, result, "telnord", NULL), JOB_NOT_FOUND);
	assert_int_equal(n_event(world, "delivery.done"), 3);
	check_all(world);
}

static void test_a_refused_result_changes_nothing(void **state)
{
	struct world *world = *state;

	two_parties(world);
	write_word(world, "orion", "O-1", "c1", "hello");
	struct delivery delivery = due(world, "telnord");
	struct ent_change told = ticket(world, "T-1", "held", NULL);
	int64_t last = writer_last_seq(world->writer);
	assert_int_equal(settle(world, outcome(&delivery, OUTCOME_DONE), "telnord", &told), JOB_NOT_FOUND);
	assert_int_equal(writer_last_seq(world->writer), last);
	check_all(world);
}

static void test_a_person_decides(void **state)
{
	struct world *world = *state;
	struct delivery delivery;

	two_parties(world);
	write_word(world, "orion", "O-1", "c1", "hello");
	delivery = due(world, "telnord");
	assert_int_equal(act(world, delivery.id, DELIVERY_RETRY, NULL), JOB_CONFLICT); /* it waits already */
	assert_int_equal(act(world, 999, DELIVERY_RETRY, NULL), JOB_NOT_FOUND);
	send(world, delivery.id, "hello");
	assert_int_equal(act(world, delivery.id, DELIVERY_IGNORE, NULL), JOB_CONFLICT); /* its outcome will tell */
	settle(world, outcome(&delivery, OUTCOME_LOST), "telnord", NULL);
	assert_int_equal(n_event(world, "delivery.parked"), 1);
	int woken = world->n_woken;
	assert_int_equal(act(world, delivery.id, DELIVERY_RETRY, NULL), JOB_ACCEPTED);
	assert_int_equal(world->n_woken, woken + 1); /* it is due, and no event says so */
	delivery = due(world, "telnord");
	assert_int_equal(delivery.attempt, 0); /* counted anew */
	assert_int_equal(delivery.cause, CAUSE_NONE);
	assert_int_equal(act(world, delivery.id, DELIVERY_EDIT, "mended"), JOB_ACCEPTED);
	assert_true(sdk_eqz(due(world, "telnord").text, "mended"));
	assert_int_equal(act(world, delivery.id, DELIVERY_IGNORE, "not needed"), JOB_ACCEPTED);
	assert_int_equal(load(world, delivery.id).cause, CAUSE_IGNORED);
	assert_int_equal(act(world, delivery.id, DELIVERY_RETRY, NULL), JOB_CONFLICT);
	tell(world, "orion", "O-1", "pending");
	delivery = due(world, "telnord");
	assert_int_equal(act(world, delivery.id, DELIVERY_EDIT, "x"), JOB_CONFLICT); /* values have no words */
	check_all(world);
}

static void test_repair_all_of_a_cause(void **state)
{
	struct world *world = *state;
	struct delivery_result result;
	int64_t id[3];

	two_parties(world);
	for (int i = 0; i < 3; i++) {
		char *ticket_id = sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "O-%d", 10 + i));
		char *remote = sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "T-%d", 10 + i));
		tell(world, "orion", ticket_id, "new");
		share(world, 2 + i, "telnord", false);
		bring(world, "telnord", remote);
		tell(world, "orion", ticket_id, "held");
		struct delivery delivery = due(world, "telnord");
		id[i] = delivery.id;
		send(world, delivery.id, NULL);
		result = outcome(&delivery, OUTCOME_PARKED);
		result.cause = i < 2 ? CAUSE_UNMAPPED : CAUSE_REFUSED;
		settle(world, result, "telnord", NULL);
	}
	struct job job = {.kind = JOB_REPAIR, .ask = {.supplier = ENT_STR("orion"), .cause = CAUSE_UNMAPPED}};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(job.ask.ret_count, 0);
	job = (struct job){.kind = JOB_REPAIR, .ask = {.cause = CAUSE_UNMAPPED}};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(job.ask.ret_count, 2);
	assert_int_equal(state_of(world, id[0]), DELIVERY_PENDING);
	assert_true(load(world, id[1]).head);
	assert_int_equal(state_of(world, id[2]), DELIVERY_PARKED);
	check_all(world);
}

/* ---- what happens to what waits ------------------------------------------------------------------- */

static void test_what_is_removed_or_taken_back_does_not_go(void **state)
{
	struct world *world = *state;

	two_parties(world);
	write_word(world, "orion", "O-1", "c1", "hello");
	struct delivery delivery = due(world, "telnord");
	struct ent_change gone = word(world, "O-1", "c1", "");
	gone.kind = ENT_COMMENT_REMOVED;
	arrive(world, "orion", &gone);
	assert_int_equal(state_of(world, delivery.id), DELIVERY_CANCELLED);
	assert_int_equal(due(world, "telnord").id, 0);

	write_word(world, "orion", "O-1", "c2", "hello");
	delivery = due(world, "telnord");
	struct ent_change edited = word(world, "O-1", "c2", "hello, for us alone");
	edited.comment.visibility = ENT_INTERNAL;
	edited.stamp.time_ms = world->now_ms + 1;
	arrive(world, "orion", &edited);
	assert_int_equal(state_of(world, delivery.id), DELIVERY_CANCELLED);
	/* The second ask reads who may, whatever is planned. */
	struct comment comment;
	enum delivery_cause cause;
	delivery = load(world, delivery.id);
	assert_true(comment_by_uuid(world->read, &world->arena.abi, sdk_str(delivery.comment), &comment));
	assert_false(delivery_may_go(&delivery, supplier_by_name(world->suppliers, delivery.supplier), &comment,
				     share_reading(world->read, 1, ENT_STR("telnord"), &comment), &cause));
	assert_int_equal(cause, CAUSE_AUDIENCE);
	assert_int_equal(n_event(world, "delivery.cancelled"), 2);
	check_all(world);
}

static void test_internal_words_stay(void **state)
{
	struct world *world = *state;
	struct ent_change secret;

	two_parties(world);
	secret = word(world, "O-1", "c1", "only for us");
	secret.comment.visibility = ENT_INTERNAL;
	arrive(world, "orion", &secret);
	say(world, 1, A_UUID, "our own", "internal");
	say(world, 1, B_UUID, "for orion", "orion");
	assert_int_equal(due(world, "telnord").id, 0);
	struct delivery delivery = due(world, "orion");
	assert_string_equal(delivery.comment, B_UUID);
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE comment <> ''"), 1);
	check_all(world);
}

/* Made public later, as Redmine's private notes can be: it reaches the others then, and once. Made internal again, it
 * is taken out there. */
static void test_internal_words_that_become_public(void **state)
{
	struct world *world = *state;

	two_parties(world);
	struct ent_change note = word(world, "O-1", "c1", "the disk is full");
	note.comment.visibility = ENT_INTERNAL;
	arrive(world, "orion", &note);
	assert_int_equal(due(world, "telnord").id, 0);
	for (int i = 0; i < 3; i++) {
		world->now_ms += 1000;
		note.stamp.time_ms = world->now_ms;
		note.comment.visibility = i % 2 ? ENT_INTERNAL : ENT_PUBLIC;
		arrive(world, "orion", &note);
		assert_int_equal(bring(world, "telnord", "t1") > 0, i < 2);
	}
	note.comment.body = ENT_STR("the disk was full");
	world->now_ms += 1000;
	note.stamp.time_ms = world->now_ms;
	arrive(world, "orion", &note);
	assert_int_equal(due(world, "telnord").id, 0); /* an edit goes nowhere */
	check_all(world);
}

static void test_removed_ticket_stops_its_queue(void **state)
{
	struct world *world = *state;
	struct ent_change removed;

	two_parties(world);
	write_word(world, "orion", "O-1", "c1", "hello");
	struct delivery delivery = due(world, "telnord");
	removed = (struct ent_change){
	    .kind = ENT_TICKET_REMOVED, .stamp.time_ms = world->now_ms + 1, .ticket.id = ENT_STR("T-1")};
	arrive(world, "telnord", &removed);
	assert_int_equal(state_of(world, delivery.id), DELIVERY_PARKED);
	assert_int_equal(load(world, delivery.id).cause, CAUSE_GONE);
	write_word(world, "orion", "O-1", "c2", "nobody there");
	assert_int_equal(ask(world, "SELECT count(*) FROM delivery WHERE state = 'pending'"), 0);
	check_sound(world);
	assert_int_equal(share(world, 1, "telnord", false), JOB_ACCEPTED); /* again: another ticket */
	delivery = due(world, "telnord");
	assert_int_equal(delivery.op, ENT_CREATE_TICKET);
	bring(world, "telnord", "T-9");
	struct job job = {.kind = JOB_REPAIR, .ask.cause = CAUSE_GONE};
	run(world, &job);
	delivery = due(world, "telnord");
	assert_true(sdk_eqz(delivery.ticket, "T-9"));
	check_all(world);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {
	    TEST(test_a_comment_reaches_the_others_once),
	    TEST(test_one_party_plans_nothing),
	    TEST(test_status_goes_to_the_other),
	    TEST(test_a_parked_update_holds_nobody_back),
	    TEST(test_order_of_a_queue_and_of_no_other),
	    TEST(test_nothing_goes_before_its_ticket),
	    TEST(test_states_of_an_attempt),
	    TEST(test_a_refused_result_changes_nothing),
	    TEST(test_a_person_decides),
	    TEST(test_repair_all_of_a_cause),
	    TEST(test_what_is_removed_or_taken_back_does_not_go),
	    TEST(test_internal_words_stay),
	    TEST(test_internal_words_that_become_public),
	    TEST(test_removed_ticket_stops_its_queue),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
