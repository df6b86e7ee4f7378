/* SPDX-License-Identifier: Apache-2.0 */
/* Asks, proposed hand-overs, promises of news, calls for help: jobs, timers, what follows by itself, what suppliers'
 * tools are told, and that a store which is rebuilt from the stream has the same. */
#include "act_steps.h"

#include "store/timers.h"
#include "view/view_act.h"
#include "view/view_history.h"

#define A2_OF(n) "a2000000-0000-4000-8000-00000000000" n /* more of them */
/* ---- asks ------------------------------------------------------------------------------------ */

static void test_an_ask_goes_to_whom_it_is_for(void **state)
{
	struct world *world = *state;
	int64_t due_ms;

	two_parties(world);
	world->suppliers->at[0].language = ENT_FRENCH; /* orion */
	due_ms = world->now_ms + HOUR_MS;
	assert_int_equal(begin(world, ACT_QUESTION, A1, "orion", due_ms), JOB_ACCEPTED);
	assert_true(goes_to(world, A1, "orion") && !goes_to(world, A1, "telnord"));
	struct ent_str text = text_for(world, A1, "orion");
	assert_true(sdk_starts(text, "Question à orion. Réponse attendue au plus tard le "));
	text = text_for(world, A1, "telnord");
	assert_true(sdk_starts(text, "Question to orion. Answer wanted by "));
	assert_int_equal(begin(world, ACT_QUESTION, A1, "orion", due_ms), JOB_REPEATED);
	stands(world, A1, "open");
	check_all(world);
}

static void test_who_may_ask_whom(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(begin(world, ACT_ACTION, A1, "datacoeur", 0), JOB_CONFLICT); /* takes no part */
	assert_int_equal(begin(world, ACT_ACTION, A1, "orion", world->now_ms - 1), JOB_CONFLICT);
	struct job job = job_of(JOB_ACT_BEGIN, A1, "Look");
	job.ask.act = (struct act){.kind = ACT_QUESTION, .to = ENT_STR("orion")};
	job.ask.has_audience = true; /* internal: it could not read it */
	assert_int_equal(run(world, &job), JOB_CONFLICT);
	assert_int_equal(n_event(world, "ask.made"), 0);
	assert_int_equal(n_event(world, "comment.added"), 0);
}

static void test_a_reply_in_the_tool_answers(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	assert_int_equal(begin(world, ACT_QUESTION, A1, "orion", 0), JOB_ACCEPTED);
	write_word(world, "orion", "O-1", "c1", "By the way, the fan is loud."); /* no reply */
	stands(world, A1, "open");
	struct delivery delivery = due(world, "orion");
	struct ent_str sent =
	    sdk_format(&world->arena.abi, "%.*s %.*s", ENT_F(text_for(world, A1, "orion")),
		       ENT_F(sdk_marker(&world->arena.abi, ENT_STR("ENT-000001"), sdk_str(delivery.key))));
	assert_true(bring(world, "orion", "r1") > 0);
	change = word(world, "O-1", "c2", NULL);
	change.comment.body = sdk_format(&world->arena.abi, "Yes, since nine.\n> %.*s", ENT_F(sent));
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	stands(world, A1, "answered");
	assert_int_equal(n_event(world, "ask.answered"), 1);
	check_all(world);
}

static void test_an_ask_is_answered_once(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_ACTION, A1, "orion", 0);
	assert_int_equal(answer(world, ACT_QUESTION, A1, A2, true, "They said yes, by phone."), JOB_ACCEPTED);
	stands(world, A1, "answered");
	assert_int_equal(answer(world, ACT_QUESTION, A1, A2, true, "They said yes, by phone."), JOB_REPEATED);
	assert_int_equal(answer(world, ACT_QUESTION, A1, A3, true, "No"), JOB_CONFLICT);
	assert_int_equal(end(world, ACT_QUESTION, A1), JOB_CONFLICT);
	assert_int_equal(answer(world, ACT_HANDOVER, A1, A3, true, "Other noun"), JOB_NOT_FOUND);
	check_all(world);
}

static void test_an_answer_is_for_no_more_readers(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_QUESTION, A1, "orion", 0);
	struct job job = job_of(JOB_ACT_ANSWER, A2, "Yes");
	snprintf(job.ask.act.uuid, ID_SIZE, "%s", A1);
	job.ask.has_audience = job.ask.audience.everyone = true;
	assert_int_equal(run(world, &job), JOB_CONFLICT);
	stands(world, A1, "open");
}

static void test_an_ask_is_overdue_once(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_INFORMATION, A1, "orion", world->now_ms + HOUR_MS);
	wait_ms(world, HOUR_MS - 1000);
	assert_int_equal(n_event(world, "ask.overdue"), 0);
	wait_ms(world, 2000);
	wait_ms(world, HOUR_MS);
	assert_int_equal(n_event(world, "ask.overdue"), 1);
	stands(world, A1, "open");
	check_all(world);
	assert_int_equal(end(world, ACT_QUESTION, A1), JOB_ACCEPTED);
	stands(world, A1, "withdrawn");
	check_all(world);
}

static void test_whoever_leaves_is_asked_no_more(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_QUESTION, A1, "telnord", 0);
	begin(world, ACT_HANDOVER, A2, "telnord", 0);
	unshare(world, 1, "telnord");
	stands(world, A1, "withdrawn");
	stands(world, A2, "lapsed");
	check_all(world);
}

/* ---- the ball --------------------------------------------------------------------------------- */

static void test_the_holder_keeps_the_ball_until_accepted(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(begin(world, ACT_HANDOVER, A1, "orion", 0), JOB_CONFLICT); /* holds it */
	assert_int_equal(begin(world, ACT_HANDOVER, A1, "us", 0), JOB_ACCEPTED);
	holds(world, "orion");
	assert_int_equal(begin(world, ACT_HANDOVER, A2, "telnord", 0), JOB_CONFLICT);   /* one at a time */
	assert_int_equal(answer(world, ACT_HANDOVER, A1, A3, false, ""), JOB_CONFLICT); /* why? */
	holds(world, "orion");
	assert_int_equal(answer(world, ACT_HANDOVER, A1, A3, false, "Nobody is here today."), JOB_ACCEPTED);
	stands(world, A1, "declined");
	holds(world, "orion");
	assert_int_equal(begin(world, ACT_HANDOVER, A2, "us", 0), JOB_ACCEPTED);
	assert_int_equal(answer(world, ACT_HANDOVER, A2, "", true, NULL), JOB_ACCEPTED);
	stands(world, A2, "accepted");
	holds(world, "us");
	assert_int_equal(n_event(world, "handover.lapsed"), 0);
	check_all(world);
}

static void test_only_whom_it_is_for_accepts(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_HANDOVER, A1, "telnord", 0);
	assert_int_equal(answer(world, ACT_HANDOVER, A1, A2, true, "We take it for them"), JOB_CONFLICT);
	holds(world, "orion");
	assert_int_equal(end(world, ACT_HANDOVER, A1), JOB_ACCEPTED);
	stands(world, A1, "withdrawn");
	check_all(world);
}

static void test_a_proposal_lapses(void **state)
{
	struct world *world = *state;

	world->suppliers->handover_lapses_ms = 24 * HOUR_MS;
	two_parties(world);
	begin(world, ACT_HANDOVER, A1, "telnord", 0);
	wait_ms(world, 24 * HOUR_MS - 1000);
	stands(world, A1, "open");
	check_all(world);
	wait_ms(world, 2000);
	stands(world, A1, "lapsed");
	holds(world, "orion");
	check_all(world);
}

static void test_a_tool_moves_the_ball_at_once(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	begin(world, ACT_HANDOVER, A1, "telnord", 0);
	change = ticket(world, "O-1", "transferred", NULL);
	sdk_set(&change.ticket, ENT_TRANSFERRED_TO, ENT_STR("us"));
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	holds(world, "us");
	stands(world, A1, "lapsed");
	assert_int_equal(n_event(world, "handover.lapsed"), 1);
	check_all(world);
}

/* ---- promises ------------------------------------------------------------------------------------ */

static void test_news_keep_a_promise(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(begin(world, ACT_PROMISE, A1, NULL, world->now_ms + HOUR_MS), JOB_ACCEPTED);
	assert_true(goes_to(world, A1, "orion") && goes_to(world, A1, "telnord"));
	stands(world, A1, "open"); /* its own words are no news */
	say(world, 1, A2, "Between us: no idea.", "internal");
	write_word(world, "orion", "O-1", "c1", "Not by the promiser.");
	stands(world, A1, "open");
	begin(world, ACT_QUESTION, A2_OF("1"), "orion", 0);
	begin(world, ACT_HANDOVER, A2_OF("2"), "telnord", 0);
	struct job call = job_of(JOB_ACT_BEGIN, A2_OF("3"), "Who knows this switch?");
	call.ask.act.kind = ACT_HELP;
	call.ask.has_audience = call.ask.audience.everyone = true;
	assert_int_equal(run(world, &call), JOB_ACCEPTED);
	stands(world, A1, "open"); /* what wants something is no news either */
	say(world, 1, A3, "The part is on its way.", "orion");
	stands(world, A1, "kept");
	wait_ms(world, 2 * HOUR_MS);
	assert_int_equal(n_event(world, "promise.broken"), 0);
	check_all(world);
}

static void test_a_promise_breaks(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_PROMISE, A1, NULL, world->now_ms + HOUR_MS);
	wait_ms(world, HOUR_MS + 1000);
	stands(world, A1, "broken");
	say(world, 1, A2, "Too late.", "everyone");
	stands(world, A1, "broken");
	assert_int_equal(n_event(world, "promise.kept"), 0);
	check_all(world);
}

static void test_a_postponement_is_recorded(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_PROMISE, A1, NULL, world->now_ms + HOUR_MS);
	begin(world, ACT_PROMISE, A2, NULL, world->now_ms + 3 * HOUR_MS);
	stands(world, A1, "replaced");
	stands(world, A2, "open");
	assert_int_equal(n_event(world, "promise.kept"), 0);
	assert_non_null(memmem(text_for(world, A2, "orion").p, text_for(world, A2, "orion").n, "no longer by", 12));
	wait_ms(world, 2 * HOUR_MS);
	assert_int_equal(n_event(world, "promise.broken"), 0);
	struct job job = {.kind = JOB_COMMENT_REMOVE, .ask = {.incident = 1}};
	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", A2);
	run(world, &job);
	stands(world, A2, "open"); /* no quiet way out */
	wait_ms(world, 2 * HOUR_MS);
	stands(world, A2, "broken");
	check_all(world);
}

static void test_what_is_over_breaks_no_promise(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_PROMISE, A1, NULL, world->now_ms + HOUR_MS);
	give_status(world, 1, ENT_RESOLVED);
	wait_ms(world, HOUR_MS + 1000);
	stands(world, A1, "kept");
	check_all(world);
}

/* ---- help, plain words -------------------------------------------------------------------------------- */

static void test_help(void **state)
{
	struct world *world = *state;

	two_parties(world);
	struct job job = job_of(JOB_ACT_BEGIN, A1, "Who knows this switch?");
	job.ask.act.kind = ACT_HELP;
	job.ask.has_audience = job.ask.audience.everyone = true;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(answer(world, ACT_HELP, A1, A2, true, "We had one."), JOB_ACCEPTED);
	stands(world, A1, "open");
	assert_int_equal(n_event(world, "help.offered"), 1);
	assert_int_equal(end(world, ACT_HELP, A1), JOB_ACCEPTED);
	stands(world, A1, "ended");
	check_all(world);
}

static void test_plain_words_are_for_the_requester(void **state)
{
	struct world *world = *state;
	struct comment comment;

	two_parties(world);
	say(world, 1, A1, "The port is up.", "internal");
	struct job job = job_of(JOB_TELL, A2, "The port is up.");
	job.ask.supplier = ENT_STR("telnord");
	assert_int_equal(run(world, &job), JOB_CONFLICT); /* a copy */
	job = job_of(JOB_TELL, A2, "You can print again.");
	job.ask.supplier = ENT_STR("telnord");
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_true(comment_by_uuid(world->read, &world->arena.abi, ENT_STR(A2), &comment));
	assert_true(comment.audience.requester && !comment.audience.everyone);
	assert_true(goes_to(world, A2, "telnord") && !goes_to(world, A2, "orion"));
	assert_int_equal(n_event(world, "incident.told"), 1);
	check_all(world);
}

/* ---- who sees it ----------------------------------------------------------------------------------------- */

static bool sees(struct world *world, const char *organisation, const char *uuid)
{
	const struct reader reader = {.kind = READER_ORGANISATION, .organisation = sdk_str(organisation)};
	const struct view view = {world->read, &world->arena.abi, organisation ? &reader : &reader_ours,
				  world->suppliers};
	struct incident incident;
	struct ent_str json;
	struct ent_err err;

	assert_true(incident_load(world->read, &world->arena.abi, 1, &incident));
	return view_act(&view, &incident, sdk_str(uuid), &json, &err) == ENT_OK;
}

/* Its history names the act. */
static bool is_told(struct world *world, const char *organisation, const char *uuid)
{
	const struct reader reader = {.kind = READER_ORGANISATION, .organisation = sdk_str(organisation)};
	const struct view view = {world->read, &world->arena.abi, &reader, world->suppliers};
	struct incident incident;
	struct ent_str json;
	struct ent_err err;

	assert_true(incident_load(world->read, &world->arena.abi, 1, &incident));
	assert_int_equal(view_history(&view, &incident, 0, 200, &json, &err), ENT_OK);
	return memmem(json.p, json.n, uuid, strlen(uuid)) != NULL;
}

static void test_who_sees_an_act(void **state)
{
	struct world *world = *state;

	two_parties(world);
	begin(world, ACT_QUESTION, A1, "orion", 0);
	begin(world, ACT_HANDOVER, A3, "telnord", 0);
	begin(world, ACT_PROMISE, A2, NULL, world->now_ms + HOUR_MS);
	assert_true(sees(world, NULL, A1) && sees(world, "orion", A1));
	assert_false(sees(world, "telnord", A1) || sees(world, "datacoeur", A1));
	assert_true(sees(world, "orion", A2) && sees(world, "telnord", A2) && sees(world, "orion", A3));
	assert_false(sees(world, "datacoeur", A2));
	assert_true(is_told(world, "orion", A1));
	assert_false(is_told(world, "telnord", A1));
	assert_int_equal(share(world, 1, "datacoeur", false), JOB_ACCEPTED);
	assert_true(sees(world, "datacoeur", A2)); /* it is open: as the holder */
	assert_false(sees(world, "datacoeur", A1));
	unshare(world, 1, "telnord");
	assert_false(sees(world, "telnord", A2));
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(test_an_ask_goes_to_whom_it_is_for),
	    ROW(test_who_may_ask_whom),
	    ROW(test_a_reply_in_the_tool_answers),
	    ROW(test_an_ask_is_answered_once),
	    ROW(test_an_answer_is_for_no_more_readers),
	    ROW(test_an_ask_is_overdue_once),
	    ROW(test_whoever_leaves_is_asked_no_more),
	    ROW(test_the_holder_keeps_the_ball_until_accepted),
	    ROW(test_only_whom_it_is_for_accepts),
	    ROW(test_a_proposal_lapses),
	    ROW(test_a_tool_moves_the_ball_at_once),
	    ROW(test_news_keep_a_promise),
	    ROW(test_a_promise_breaks),
	    ROW(test_a_postponement_is_recorded),
	    ROW(test_what_is_over_breaks_no_promise),
	    ROW(test_help),
	    ROW(test_plain_words_are_for_the_requester),
	    ROW(test_who_sees_an_act),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
