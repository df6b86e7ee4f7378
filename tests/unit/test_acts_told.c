/* SPDX-License-Identifier: Apache-2.0 */
/* Acts that a supplier's tool tells as such: each has one effect however often it is told, and what its people may not
 * see is as what is not there. */
#include "act_steps.h"

static struct ent_change told(struct world *world, const char *ticket_id, enum ent_act_kind kind, const char *id,
			      const char *comment, const char *body)
{
	struct ent_change change = word(world, ticket_id, comment, body);

	change.kind = ENT_ACT;
	change.act = (struct ent_act){.kind = kind, .id = id ? sdk_str(id) : ENT_ABSENT};
	change.comment.visibility = ENT_INTERNAL;
	if (!body)
		change.comment = (struct ent_comment){.id = ENT_ABSENT};
	return change;
}

/* An arrival of a number that may come twice. True: it was taken without a dead letter. */
static bool takes(struct world *world, const char *supplier, struct ent_change change)
{
	assert_int_equal(arrive(world, supplier, &change), JOB_ACCEPTED);
	return !world->last.has_letter;
}

static struct ent_str why(struct world *world)
{
	return sdk_str(world->last.err.code);
}

static bool stands_in(struct world *world, const char *external, const char *organisations, const char *entry)
{
	struct db_stmt *stmt =
	    db_use(world->read, "SELECT 1 FROM comment WHERE external_id = $1 AND organisations = $2 AND "
				"everyone = 0 AND instr(entry, $3) > 0 AND supplier <> ''");

	db_bind_str(stmt, 1, sdk_str(external));
	db_bind_str(stmt, 2, sdk_str(organisations));
	db_bind_str(stmt, 3, sdk_str(entry));
	return db_found(stmt);
}

static void uuid_of(struct world *world, const char *external, char ret[ID_SIZE])
{
	struct db_stmt *stmt = db_use(world->read, "SELECT uuid FROM comment WHERE external_id = $1");

	db_bind_str(stmt, 1, sdk_str(external));
	assert_true(db_row(stmt));
	snprintf(ret, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
	db_done(stmt);
}

/* ---- asks ------------------------------------------------------------------------------------ */

static void test_an_answer_is_told(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_QUESTION, A1, "orion", 0);
	assert_true(takes(world, "orion", told(world, "O-1", ENT_ASK_ANSWERED, A1, "c1", "Since nine.")));
	stands(world, A1, "answered");
	assert_true(stands_in(world, "c1", "orion,us", "answer")); /* for who asked, whatever else */
	assert_true(takes(world, "orion", told(world, "O-1", ENT_ASK_ANSWERED, A1, "c1", "Since nine.")));
	assert_int_equal(n_event(world, "ask.answered"), 1);
	assert_int_equal(n_event(world, "comment.added"), 2);
	assert_false(takes(world, "orion", told(world, "O-1", ENT_ASK_ANSWERED, A1, "c2", "Since ten.")));
	assert_int_equal(n_event(world, "comment.added"), 2);
	check_all(world);
}

static void test_an_answer_without_an_id_is_to_the_only_ask(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_QUESTION, A1, "orion", 0);
	struct job job = job_of(JOB_ACT_BEGIN, A2, "And yours?"); /* which orion reads, too */
	job.ask.act = (struct act){.kind = ACT_QUESTION, .to = ENT_STR("telnord")};
	job.ask.has_audience = job.ask.audience.everyone = true;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_true(takes(world, "orion", told(world, "O-1", ENT_ASK_ANSWERED, NULL, "c1", "Since nine.")));
	stands(world, A1, "answered");
	stands(world, A2, "open");
	begin(world, ACT_QUESTION, A3, "telnord", 0);
	assert_false(takes(world, "telnord", told(world, "T-1", ENT_ASK_ANSWERED, NULL, "c2", "Both.")));
	stands(world, A2, "open");
	check_all(world);
}

/* What telnord may not see, what is in another incident, and what does not exist are one and the same. */
static void test_others_acts_are_not_there(void **state)
{
	static const char *const ids[] = {A1, A4, "nonsense"};
	struct world *world = *state;
	struct ent_str first = ENT_ABSENT;

	two_parties(world);
	begin(world, ACT_QUESTION, A1, "orion", 0);
	for (size_t i = 0; i < 3; i++) {
		assert_false(
		    takes(world, "telnord", told(world, "T-1", ENT_ASK_ANSWERED, ids[i], "c1", "Let me answer.")));
		struct ent_str said = sdk_dup(&world->arena.abi, sdk_str(world->last.err.msg));
		assert_true(!first.p || sdk_eq(first, said));
		first = said;
		assert_false(takes(world, "telnord", told(world, "T-1", ENT_ASK_WITHDRAWN, ids[i], NULL, NULL)));
	}
	assert_true(sdk_eqz(why(world), "act.told"));
	stands(world, A1, "open");
	assert_int_equal(n_event(world, "comment.added"), 1);
	unshare(world, 1, "orion");
	assert_false(takes(world, "orion", told(world, "O-1", ENT_ASK_ANSWERED, A1, "c2", "Too late.")));
	assert_false(takes(world, "orion", told(world, "O-77", ENT_ASK_ANSWERED, A1, "c3", "No such ticket.")));
	assert_int_equal(ask(world, "SELECT count(*) FROM incident"), 1);
	check_all(world);
}

static void test_an_approval_is_told(void **state)
{
	struct world *world = *state;
	struct ent_change change;
	struct act act;

	two_parties(world);
	begin(world, ACT_APPROVAL, A1, "orion", 0);
	assert_false(takes(world, "orion", told(world, "O-1", ENT_ASK_ANSWERED, A1, "c1", "Well.")));
	change = told(world, "O-1", ENT_ASK_ANSWERED, A1, "c2", "Not today.");
	change.act.accepts = ENT_NO;
	assert_true(takes(world, "orion", change));
	assert_true(acts_load(world->read, &world->arena.abi, ENT_STR(A1), &act));
	assert_int_equal(act.said, ACT_SAID_NO);
	assert_true(stands_in(world, "c2", "orion,us", "refused"));
	check_all(world);
}

static void test_a_supplier_asks(void **state)
{
	struct world *world = *state;
	struct ent_change change;
	char made[ID_SIZE];

	two_parties(world);
	change = told(world, "T-1", ENT_ASK_MADE, NULL, "c1", "Where is the switch?");
	change.act.ask = ENT_STR("information");
	change.act.to = ENT_STR("Orion");
	for (int i = 0; i < 2; i++)
		assert_true(takes(world, "telnord", change));
	assert_int_equal(n_event(world, "ask.made"), 1);
	uuid_of(world, "c1", made);
	stands(world, made, "open");
	assert_true(goes_to(world, made, "orion") && !goes_to(world, made, "telnord"));
	assert_true(sdk_starts(text_for(world, made, "orion"), "Information wanted from "));
	change = told(world, "T-1", ENT_ASK_MADE, NULL, "c2", "Are you there?");
	change.act.ask = ENT_STR("question");
	change.act.to = ENT_STR("datacoeur"); /* takes no part, as one that does not exist */
	assert_false(takes(world, "telnord", change));
	assert_true(takes(world, "orion", told(world, "O-1", ENT_ASK_ANSWERED, made, "c3", "In the cellar.")));
	stands(world, made, "answered");
	change = told(world, "T-1", ENT_ASK_MADE, NULL, "c4", "And the key?");
	change.act.ask = ENT_STR("question");
	change.act.to = ENT_STR("us");
	assert_true(takes(world, "telnord", change));
	assert_true(takes(world, "telnord", told(world, "T-1", ENT_ASK_WITHDRAWN, NULL, NULL, NULL)));
	uuid_of(world, "c4", made);
	stands(world, made, "withdrawn");
	check_all(world);
}

/* A comment that came as nothing but words is none: the sender would think that its act was taken. */
static void test_words_that_came_before_are_no_act(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_QUESTION, A1, "orion", 0);
	write_word(world, "orion", "O-1", "c1", "Since nine.");
	assert_false(takes(world, "orion", told(world, "O-1", ENT_ASK_ANSWERED, A1, "c1", "Since nine.")));
	stands(world, A1, "open");
	check_all(world);
}

static void test_our_own_words_come_back(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	begin(world, ACT_QUESTION, A1, "orion", 0);
	assert_true(bring(world, "orion", "r1") > 0);
	change = told(world, "O-1", ENT_ASK_MADE, A1, "r1", "Question to orion. desk: Is the port up?");
	change.act.ask = ENT_STR("question");
	change.act.to = ENT_STR("orion");
	assert_true(takes(world, "orion", change));
	assert_int_equal(n_event(world, "ask.made"), 1);
	assert_int_equal(n_event(world, "comment.added"), 1);
	check_all(world);
}

/* ---- the ball, news, help --------------------------------------------------------------------- */

static void test_a_hand_over_is_accepted_once(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_HANDOVER, A1, "telnord", 0);
	assert_false(
	    takes(world, "orion", told(world, "O-1", ENT_HANDOVER_ACCEPTED, A1, NULL, NULL))); /* not for them */
	assert_true(takes(world, "telnord", told(world, "T-1", ENT_HANDOVER_ACCEPTED, A1, NULL, NULL)));
	stands(world, A1, "accepted");
	holds(world, "telnord");
	assert_true(takes(world, "telnord", told(world, "T-1", ENT_HANDOVER_ACCEPTED, A1, NULL, NULL)));
	assert_false(takes(world, "telnord", told(world, "T-1", ENT_HANDOVER_DECLINED, A1, "c9", "No, after all.")));
	assert_int_equal(n_event(world, "handover.accepted"), 1);
	assert_int_equal(n_event(world, "incident.holder_changed"), 1);
	check_all(world);
}

static void test_a_hand_over_is_declined_and_proposed(void **state)
{
	struct world *world = *state;
	struct ent_change change;
	char made[ID_SIZE];

	two_parties(world);
	change = told(world, "O-1", ENT_HANDOVER_PROPOSED, NULL, "c1", "The line is yours.");
	change.act.to = ENT_STR("telnord");
	assert_true(takes(world, "orion", change));
	uuid_of(world, "c1", made);
	assert_true(takes(world, "telnord", told(world, "T-1", ENT_HANDOVER_DECLINED, NULL, "c2", "It is not.")));
	stands(world, made, "declined");
	holds(world, "orion");
	assert_true(stands_in(world, "c2", "orion,telnord,us", "declined"));
	check_all(world);
}

static void test_a_promise_and_help_are_told(void **state)
{
	struct world *world = *state;
	struct ent_change change;
	char made[ID_SIZE];

	two_parties(world);
	change = told(world, "O-1", ENT_PROMISE_MADE, NULL, "c1", "The part is on its way.");
	change.act.due_ms = world->now_ms + HOUR_MS;
	for (int i = 0; i < 2; i++)
		assert_true(takes(world, "orion", change));
	uuid_of(world, "c1", made);
	stands(world, made, "open");
	assert_true(goes_to(world, made, "telnord"));
	write_word(world, "orion", "O-1", "c2", "It is here.");
	stands(world, made, "kept");
	change = told(world, "T-1", ENT_PROMISE_MADE, NULL, "c3", "Soon.");
	change.act.due_ms = world->now_ms - HOUR_MS;
	assert_false(takes(world, "telnord", change)); /* past */
	assert_true(takes(world, "telnord", told(world, "T-1", ENT_HELP_WANTED, NULL, "c4", "Who knows this switch?")));
	assert_true(takes(world, "orion", told(world, "O-1", ENT_HELP_OFFERED, NULL, "c5", "We had one.")));
	assert_true(takes(world, "telnord", told(world, "T-1", ENT_HELP_ENDED, NULL, NULL, NULL)));
	assert_int_equal(n_event(world, "promise.made"), 1);
	assert_int_equal(n_event(world, "help.offered"), 1);
	assert_int_equal(n_event(world, "help.ended"), 1);
	check_all(world);
}

static void test_a_call_for_help_is_offered_by_its_readers(void **state)
{
	struct world *world = *state;
	struct job call = job_of(JOB_ACT_BEGIN, A1, "Who knows this switch?");

	two_parties(world);
	call.ask.act.kind = ACT_HELP;
	call.ask.has_audience = true;
	call.ask.audience.organisations = ENT_STR("orion");
	assert_int_equal(run(world, &call), JOB_ACCEPTED);
	assert_false(takes(world, "telnord", told(world, "T-1", ENT_HELP_OFFERED, A4, "c1", "We do.")));
	const struct ent_str none = sdk_dup(&world->arena.abi, sdk_str(world->last.err.msg));
	assert_false(takes(world, "telnord", told(world, "T-1", ENT_HELP_OFFERED, A1, "c1", "We do.")));
	assert_true(sdk_eqz(none, world->last.err.msg));
	assert_false(takes(world, "telnord", told(world, "T-1", ENT_HELP_OFFERED, NULL, "c2", "We do.")));
	assert_true(takes(world, "orion", told(world, "O-1", ENT_HELP_OFFERED, A1, "c3", "We do.")));
	assert_int_equal(n_event(world, "help.offered"), 1);
	check_all(world);
}

/* A yes that was under way for long means what was asked when it was said, not what is asked now. */
static void test_an_old_yes_is_to_no_later_act(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(begin(world, ACT_HANDOVER, A1, "telnord", 0), JOB_ACCEPTED);
	wait_ms(world, 3000);
	struct ent_change yes = told(world, "T-1", ENT_HANDOVER_ACCEPTED, NULL, NULL, NULL);
	yes.stamp.time_ms = world->now_ms;
	wait_ms(world, 3000);
	assert_int_equal(end(world, ACT_HANDOVER, A1), JOB_ACCEPTED);
	wait_ms(world, 24 * HOUR_MS);
	assert_int_equal(begin(world, ACT_HANDOVER, A2, "telnord", 0), JOB_ACCEPTED);
	wait_ms(world, 3000);
	assert_false(takes(world, "telnord", yes));
	stands(world, A2, "open");
	/* Its note tells when, where the arrival tells a later time. */
	struct ent_change note = told(world, "T-1", ENT_HANDOVER_ACCEPTED, NULL, "c1", "Yes.");
	note.comment.created_ms = yes.stamp.time_ms;
	note.stamp.time_ms = world->now_ms;
	assert_false(takes(world, "telnord", note));
	stands(world, A2, "open");
	note.comment.id = ENT_STR("c2");
	note.comment.created_ms = world->now_ms;
	assert_true(takes(world, "telnord", note));
	stands(world, A2, "accepted");
	check_all(world);
}

/* ---- dead letters ------------------------------------------------------------------------------ */

static enum job_outcome read_page(struct world *world, struct ent_change *change, int n, bool is_sweep)
{
	struct job job = {.kind = JOB_PAGE, .arrival = arrival_of(world, "orion", change, 1)};

	job.arrival.sweep = is_sweep;
	job.arrival.is_page = true;
	job.arrival.delivery_id = sdk_format(&world->arena.abi, "page:%d", n);
	job.ask.cursor.supplier = ENT_STR("orion");
	job.ask.cursor.memo = job.ask.cursor.page = job.ask.cursor.state = ENT_STR("");
	wait_ms(world, HOUR_MS);
	return run(world, &job);
}

/* A ticket is looked at again and again: a sweep keeps no letter, and of a poll each comment has one. */
static void test_a_refused_act_is_kept_once(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	change = told(world, "O-1", ENT_ASK_ANSWERED, NULL, "c1", "Since nine.");
	for (int i = 0; i < 3; i++)
		assert_int_equal(read_page(world, &change, i, true), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM dead_letter"), 0);
	for (int i = 3; i < 6; i++)
		assert_int_equal(read_page(world, &change, i, false), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM dead_letter"), 1);
	change.comment.id = ENT_STR("c2");
	assert_int_equal(read_page(world, &change, 6, false), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM dead_letter"), 2);
	change.comment.id = ENT_ABSENT; /* without an id nobody knows that it is the same */
	for (int i = 7; i < 9; i++)
		assert_int_equal(read_page(world, &change, i, false), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM dead_letter"), 4);
	begin(world, ACT_QUESTION, A1, "orion", 0); /* and a sweep cannot tell what it means */
	assert_int_equal(read_page(world, &change, 9, true), JOB_ACCEPTED);
	stands(world, A1, "open");
	check_all(world);
}

/* What else the arrival tells is taken. Replayed when its time has come, the act is taken, too. */
static void test_a_refused_act_waits_as_a_dead_letter(void **state)
{
	struct world *world = *state;

	two_parties(world);
	struct ent_change change[] = {ticket(world, "O-1", "held", NULL),
				      told(world, "O-1", ENT_ASK_ANSWERED, A1, "c1", "Since nine.")};
	struct job job = {.kind = JOB_ARRIVAL, .arrival = arrival_of(world, "orion", change, 2)};
	const struct arrival arrival = job.arrival;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_true(job.has_letter);
	assert_int_equal(ask(world, "SELECT count(*) FROM dead_letter WHERE state = 'waiting'"), 1);
	struct job again = {.kind = JOB_ARRIVAL, .arrival = arrival};
	assert_int_equal(run(world, &again), JOB_REPEATED);
	struct job replay = {.kind = JOB_REPLAY, .dead_letter = 1, .arrival = arrival};
	assert_int_equal(run(world, &replay), JOB_DEAD);
	assert_int_equal(ask(world, "SELECT count(*) FROM dead_letter WHERE state = 'waiting'"), 1);
	begin(world, ACT_QUESTION, A1, "orion", 0);
	replay = (struct job){.kind = JOB_REPLAY, .dead_letter = 1, .arrival = arrival};
	assert_int_equal(run(world, &replay), JOB_ACCEPTED);
	stands(world, A1, "answered");
	assert_int_equal(ask(world, "SELECT count(*) FROM dead_letter WHERE state = 'waiting'"), 0);
	check_all(world);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(test_an_answer_is_told),
	    ROW(test_an_answer_without_an_id_is_to_the_only_ask),
	    ROW(test_others_acts_are_not_there),
	    ROW(test_an_approval_is_told),
	    ROW(test_a_supplier_asks),
	    ROW(test_words_that_came_before_are_no_act),
	    ROW(test_our_own_words_come_back),
	    ROW(test_a_hand_over_is_accepted_once),
	    ROW(test_a_hand_over_is_declined_and_proposed),
	    ROW(test_a_promise_and_help_are_told),
	    ROW(test_a_call_for_help_is_offered_by_its_readers),
	    ROW(test_an_old_yes_is_to_no_later_act),
	    ROW(test_a_refused_act_is_kept_once),
	    ROW(test_a_refused_act_waits_as_a_dead_letter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
