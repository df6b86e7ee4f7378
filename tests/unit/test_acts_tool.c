/* SPDX-License-Identifier: Apache-2.0 */
/* A supplier's people act in their own tool, without a page of ours: their ticket accepts or declines what is proposed
 * to them, a reply below our text answers an ask. A wrong guess is worse than none. */
#include "act_steps.h"

/* orion holds the ball; it is proposed to telnord, whose ticket is T-1. */
static void proposed(struct world *world)
{
	two_parties(world);
	assert_int_equal(begin(world, ACT_HANDOVER, A1, "telnord", 0), JOB_ACCEPTED);
	world->now_ms += 120000;
}

static struct ent_change assigned(struct world *world, const char *name)
{
	struct ent_change change = ticket(world, "T-1", NULL, NULL);

	sdk_set_reference(&change.ticket, ENT_ASSIGNEE, sdk_str(name), sdk_str(name));
	return change;
}

static void test_a_ticket_that_is_worked_on_accepts(void **state)
{
	static const char *const says[] = {"acknowledged", "in_progress"};
	struct world *world = *state;

	two_parties(world);
	tell(world, "telnord", "T-1", "held"); /* the tool is told in_progress, and says held again */
	assert_int_equal(begin(world, ACT_HANDOVER, A1, "telnord", 0), JOB_ACCEPTED);
	world->now_ms += 120000;
	tell(world, "telnord", "T-1", "pending");
	stands(world, A1, "open");
	tell(world, "telnord", "T-1", says[0]);
	stands(world, A1, "accepted");
	holds(world, "telnord");
	assert_int_equal(tell(world, "telnord", "T-1", says[0]), JOB_ACCEPTED);
	tell(world, "telnord", "T-1", says[1]);
	assert_int_equal(n_event(world, "handover.accepted"), 1);
	assert_int_equal(n_event(world, "handover.lapsed"), 0);
	assert_int_equal(n_event(world, "incident.holder_changed"), 1);
	check_all(world);
}

static void test_a_ticket_that_is_assigned_accepts(void **state)
{
	struct world *world = *state;

	proposed(world);
	struct ent_change change = assigned(world, "Mo");
	assert_int_equal(arrive(world, "telnord", &change), JOB_ACCEPTED);
	stands(world, A1, "accepted");
	holds(world, "telnord");
	check_all(world);
}

/* Said before, by our own account, by a sweep, by another supplier, from one person to the next: none of it is a yes.
 */
static void test_nothing_is_guessed(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	struct ent_change before = assigned(world, "Mo");
	arrive(world, "telnord", &before);
	change = ticket(world, "T-1", "pending", NULL);
	world->now_ms += 120000;
	assert_int_equal(begin(world, ACT_HANDOVER, A1, "telnord", 0), JOB_ACCEPTED);
	arrive(world, "telnord", &change); /* said before, heard after */
	world->now_ms += 120000;
	change = ticket(world, "T-1", "acknowledged", NULL);
	change.stamp.time_ms -= 200000;
	arrive(world, "telnord", &change);
	stands(world, A1, "open");
	change = assigned(world, "Ada");
	arrive(world, "telnord", &change);
	tell(world, "orion", "O-1", "acknowledged");
	stands(world, A1, "open");
	change = ticket(world, "T-1", "in_progress", NULL);
	struct job sweep = {.kind = JOB_ARRIVAL, .arrival = arrival_of(world, "telnord", &change, 1)};
	sweep.arrival.sweep = true;
	assert_int_equal(run(world, &sweep), JOB_ACCEPTED);
	stands(world, A1, "open");
	holds(world, "orion");
	assert_int_equal(n_event(world, "handover.accepted"), 0);
	check_all(world);
}

static void test_our_own_account_accepts_nothing(void **state)
{
	struct world *world = *state;

	proposed(world);
	struct ent_change change = assigned(world, "Mo");
	for (size_t i = 0; i < world->suppliers->n; i++)
		world->suppliers->at[i].account = ENT_STR("entente");
	change.actor = (struct ent_person){ENT_STR("entente"), ENT_STR("Entente")};
	assert_int_equal(arrive(world, "telnord", &change), JOB_ACCEPTED);
	stands(world, A1, "open");
	holds(world, "orion");
}

static bool is_reason(struct world *world, const char *external)
{
	struct db_stmt *stmt =
	    db_use(world->read, "SELECT 1 FROM comment, act WHERE external_id = $1 AND act.uuid = $2 AND "
				"act.ended_by = comment.uuid AND reply_to = act.uuid");

	db_bind_str(stmt, 1, sdk_str(external));
	db_bind_str(stmt, 2, ENT_STR(A1));
	return db_found(stmt);
}

static void test_a_rejected_ticket_declines_and_the_next_comment_says_why(void **state)
{
	struct world *world = *state;
	struct incident incident;

	proposed(world);
	write_word(world, "telnord", "T-1", "c1", "We will look at it.");
	world->now_ms += 120000;
	tell(world, "telnord", "T-1", "rejected");
	stands(world, A1, "declined");
	holds(world, "orion");
	assert_true(incident_load(world->read, &world->arena.abi, 1, &incident));
	assert_int_equal(incident.values.at[ENT_STATUS], ENT_IN_PROGRESS); /* they say no to the work; it goes on */
	struct ent_change note = word(world, "T-1", "c2", "Do not tell them: we are understaffed.");
	note.comment.visibility = ENT_INTERNAL;
	arrive(world, "telnord", &note);
	write_word(world, "orion", "O-1", "c3", "Then who?");
	write_word(world, "telnord", "T-1", "c4", "Nobody of ours is on site today.");
	write_word(world, "telnord", "T-1", "c5", "Tomorrow there is.");
	assert_true(is_reason(world, "c4"));
	assert_false(is_reason(world, "c2") || is_reason(world, "c3") || is_reason(world, "c5"));
	assert_int_equal(n_event(world, "handover.declined"), 1);
	check_all(world);
}

static void test_a_reason_comes_within_a_day(void **state)
{
	struct world *world = *state;

	proposed(world);
	tell(world, "telnord", "T-1", "rejected");
	world->now_ms += 25 * (int64_t)HOUR_MS;
	write_word(world, "telnord", "T-1", "c1", "Another thing.");
	assert_false(is_reason(world, "c1"));
	check_all(world);
}

/* ---- approvals ---------------------------------------------------------------------------------- */

static enum act_said said(struct world *world)
{
	struct act act;

	assert_true(acts_load(world->read, &world->arena.abi, ENT_STR(A1), &act));
	return act.state == ACT_ANSWERED ? act.said : ACT_SAID_NOTHING;
}

static void reply(struct world *world, const char *marker, const char *comment, const char *text,
		  enum ent_visibility visibility)
{
	struct ent_change change = word(world, "O-1", comment, NULL);

	change.comment.visibility = visibility;
	change.comment.body = sdk_format(&world->arena.abi, "%s\n> Approval wanted.\n> %s", text, marker);
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
}

static void test_an_approval_is_a_yes_or_a_no(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(begin(world, ACT_APPROVAL, A1, "orion", 0), JOB_ACCEPTED);
	struct delivery delivery = due(world, "orion");
	const char *marker =
	    sdk_z(&world->arena.abi, sdk_marker(&world->arena.abi, ENT_STR("ENT-000001"), sdk_str(delivery.key)));
	assert_true(bring(world, "orion", "r1") > 0);
	assert_true(sdk_starts(text_for(world, A1, "orion"),
			       "Approval wanted from orion. Write only yes or no on the first line of your reply."));
	reply(world, marker, "c1", "No problem, when do you begin?", ENT_PUBLIC);
	reply(world, marker, "c2", "Yes, but only the second one", ENT_PUBLIC);
	stands(world, A1, "open");
	reply(world, marker, "c3", "No.\n\nThe budget is gone.", ENT_PUBLIC);
	assert_int_equal(said(world), ACT_SAID_NO);
	reply(world, marker, "c4", "Yes", ENT_PUBLIC);
	assert_int_equal(said(world), ACT_SAID_NO);
	assert_int_equal(n_event(world, "ask.answered"), 1);
	check_all(world);
}

static void test_people_say_yes_or_no_too(void **state)
{
	struct world *world = *state;
	struct job job = job_of(JOB_ACT_ANSWER, A2, "They said so by phone.");

	two_parties(world);
	begin(world, ACT_APPROVAL, A1, "orion", 0);
	begin(world, ACT_QUESTION, A3, "orion", 0);
	snprintf(job.ask.act.uuid, ID_SIZE, "%s", A1);
	assert_int_equal(run(world, &job), JOB_CONFLICT); /* which? */
	job.ask.said = ACT_SAID_YES;
	snprintf(job.ask.act.uuid, ID_SIZE, "%s", A3);
	assert_int_equal(run(world, &job), JOB_CONFLICT); /* no approval */
	snprintf(job.ask.act.uuid, ID_SIZE, "%s", A1);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(run(world, &job), JOB_REPEATED);
	assert_int_equal(said(world), ACT_SAID_YES);
	assert_true(sdk_starts(text_for(world, A2, "orion"), "Yes to us: approved."));
	check_all(world);
}

/* telnord asks; orion's note for its own people is no answer, and what everybody reads is one. */
static void test_an_internal_note_answers_nothing(void **state)
{
	struct world *world = *state;
	struct job job = job_of(JOB_ACT_BEGIN, A1, "Is the port up?");

	two_parties(world);
	job.ask.by = (struct reader){.kind = READER_ORGANISATION, .organisation = ENT_STR("telnord")};
	job.ask.act = (struct act){.kind = ACT_QUESTION, .to = ENT_STR("orion")};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	struct delivery delivery = due(world, "orion");
	const char *marker =
	    sdk_z(&world->arena.abi, sdk_marker(&world->arena.abi, ENT_STR("ENT-000001"), sdk_str(delivery.key)));
	assert_true(bring(world, "orion", "r1") > 0);
	reply(world, marker, "c1", "Since nine, but keep it quiet", ENT_INTERNAL);
	stands(world, A1, "open");
	reply(world, marker, "c2", "Since nine", ENT_PUBLIC);
	stands(world, A1, "answered");
	reply(world, marker, "c2", "Since nine", ENT_PUBLIC); /* again */
	assert_int_equal(n_event(world, "ask.answered"), 1);
	check_all(world);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(test_a_ticket_that_is_worked_on_accepts),
	    ROW(test_a_ticket_that_is_assigned_accepts),
	    ROW(test_nothing_is_guessed),
	    ROW(test_our_own_account_accepts_nothing),
	    ROW(test_a_rejected_ticket_declines_and_the_next_comment_says_why),
	    ROW(test_a_reason_comes_within_a_day),
	    ROW(test_an_approval_is_a_yes_or_a_no),
	    ROW(test_people_say_yes_or_no_too),
	    ROW(test_an_internal_note_answers_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
