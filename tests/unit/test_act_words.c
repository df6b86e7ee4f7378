/* SPDX-License-Identifier: Apache-2.0 */
/* The words of acts: what nobody may say in a comment, nobody says by an act; a repeat says the same again. */
#include "held.h"

#include "store/acts.h"

#define A1    "a1000000-0000-4000-8000-000000000001"
#define A2    "a1000000-0000-4000-8000-000000000002"
#define A3    "a1000000-0000-4000-8000-000000000003"
#define QUOTE "The customer ends the contract in March, keep it quiet."

static struct job job_by(const struct reader *by, enum job_kind kind, const char *uuid, const char *text)
{
	struct job job = {.kind = kind, .ask = {.incident = 1, .by = *by, .author = {ENT_STR("pat"), ENT_STR("pat")}}};

	job.ask.text = sdk_str(text);
	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	return job;
}

static struct job begin_by(const struct reader *by, enum act_kind kind, const char *uuid, const char *to,
			   const char *text)
{
	struct job job = job_by(by, JOB_ACT_BEGIN, uuid, text);

	job.ask.act = (struct act){.kind = kind, .to = sdk_str(to)};
	return job;
}

static struct job answer_by(const struct reader *by, enum act_kind kind, const char *act, const char *uuid,
			    const char *text)
{
	struct job job = job_by(by, JOB_ACT_ANSWER, uuid, text);

	job.ask.act.kind = kind;
	job.ask.accepts = true;
	snprintf(job.ask.act.uuid, ID_SIZE, "%s", act);
	return job;
}

static enum job_outcome run_for(struct world *world, struct job job, const char *audience)
{
	job.ask.has_audience = audience != NULL;
	if (audience)
		assert_true(audience_words(&world->arena.abi, organisation_ours(world->suppliers), sdk_str(audience),
					   &job.ask.audience));
	job.err.msg[0] = '\0';
	return run(world, &job);
}

static void test_suppliers_do_not_write_to_the_requester(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(run_for(world, begin_by(&orion, ACT_QUESTION, A1, "us", "May I?"), "us,requester"),
			 JOB_CONTENT);
	assert_int_equal(run_for(world, begin_by(&orion, ACT_HANDOVER, A1, "us", "Yours"), "us,requester"),
			 JOB_CONTENT);
	assert_int_equal(run_for(world, begin_by(&orion, ACT_HELP, A1, NULL, "Who knows?"), "everyone,requester"),
			 JOB_CONTENT);
	assert_int_equal(run_for(world, job_by(&orion, JOB_TELL, A1, "Dear customer"), NULL), JOB_CONTENT);
	assert_int_equal(n_event(world, "comment.added"), 0);
	assert_int_equal(run_for(world, begin_by(&ada, ACT_HELP, A1, NULL, "Who knows?"), "everyone,requester"),
			 JOB_ACCEPTED);
	assert_int_equal(run_for(world, answer_by(&orion, ACT_HELP, A1, A2, "I do"), "us,requester"), JOB_CONTENT);
	assert_int_equal(run_for(world, answer_by(&orion, ACT_HELP, A1, A2, "I do"), "us"), JOB_ACCEPTED);
	check_all(world);
}

/* A name without an organisation, and an organisation that takes no part: nobody learns which is which. */
static void test_nobody_learns_who_exists(void **state)
{
	struct world *world = *state;
	static const char *const name[] = {"datacoeur", "nobody"};
	struct ent_str said[2];

	two_parties(world);
	for (size_t i = 0; i < 2; i++) {
		struct job job = begin_by(&orion, ACT_QUESTION, A1, name[i], "Well?");
		assert_int_equal(run(world, &job), JOB_CONFLICT);
		assert_int_equal(strncmp(job.err.msg, name[i], strlen(name[i])), 0);
		said[i] = sdk_format(&world->arena.abi, "%s", job.err.msg + strlen(name[i]));
	}
	assert_true(sdk_eq(said[0], said[1]));
}

static void test_acts_quote_nothing_narrower(void **state)
{
	struct world *world = *state;

	two_parties(world);
	say(world, 1, A3, QUOTE, "internal");
	assert_int_equal(run_for(world, begin_by(&ada, ACT_QUESTION, A1, "orion", "> " QUOTE "\n\nTrue?"), NULL),
			 JOB_CONTENT);
	assert_int_equal(run_for(world, job_by(&ada, JOB_TELL, A1, "> " QUOTE "\n\nTrue?"), NULL), JOB_CONTENT);
	assert_int_equal(run_for(world, begin_by(&ada, ACT_QUESTION, A1, "us", "> " QUOTE "\n\nTrue?"), NULL),
			 JOB_ACCEPTED);
}

static void test_what_is_held_quotes_nothing_narrower(void **state)
{
	struct world *world = *state;
	struct job job = job_by(&ada, JOB_COMMENT_EDIT, A_UUID, "> " QUOTE "\n\nSo it is.");

	two_parties(world);
	say(world, 1, A3, QUOTE, "internal");
	assert_int_equal(hold(world, &ada, "everyone"), JOB_ACCEPTED);
	assert_int_equal(run(world, &job), JOB_CONTENT);
	pass(world, 2 * UNDO_MS);
	assert_false(finds(world, &orion, "ends the contract"));
}

/* The face has asked, from what was committed then. */
static void test_the_writer_asks_again(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(run_for(world, begin_by(&datacoeur, ACT_HELP, A1, NULL, "Who?"), "everyone"), JOB_NOT_FOUND);
	assert_int_equal(run_for(world, begin_by(&ada, ACT_HELP, A1, NULL, "Who knows?"), "orion"), JOB_ACCEPTED);
	struct job hidden = answer_by(&telnord, ACT_HELP, A1, A2, "I do"), none = hidden;
	snprintf(none.ask.act.uuid, ID_SIZE, "%s", A3);
	assert_int_equal(run(world, &hidden), JOB_NOT_FOUND);
	assert_int_equal(run(world, &none), JOB_NOT_FOUND);
	assert_string_equal(hidden.err.msg, none.err.msg);
	unshare(world, 1, "orion");
	assert_int_equal(run_for(world, answer_by(&orion, ACT_HELP, A1, A2, "I do"), NULL), JOB_NOT_FOUND);
	assert_int_equal(n_event(world, "help.offered"), 0);
}

static void test_a_repeat_says_the_same(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(run_for(world, begin_by(&ada, ACT_QUESTION, A1, "orion", "Up?"), NULL), JOB_ACCEPTED);
	assert_int_equal(run_for(world, begin_by(&ada, ACT_QUESTION, A1, "orion", "Up?"), NULL), JOB_REPEATED);
	assert_int_equal(run_for(world, begin_by(&ada, ACT_QUESTION, A1, "orion", "Down?"), NULL), JOB_CONFLICT);
	assert_int_equal(run_for(world, begin_by(&ada, ACT_ACTION, A1, "orion", "Up?"), NULL), JOB_CONFLICT);
	assert_int_equal(run_for(world, begin_by(&ada, ACT_QUESTION, A1, "telnord", "Up?"), NULL), JOB_CONFLICT);
	assert_int_equal(run_for(world, begin_by(&ada, ACT_QUESTION, A1, "orion", "Up?"), "everyone"), JOB_CONFLICT);
	assert_int_equal(run_for(world, begin_by(&orion, ACT_QUESTION, A1, "orion", "Up?"), NULL), JOB_CONFLICT);
	assert_int_equal(run_for(world, job_by(&ada, JOB_TELL, A1, "Up?"), NULL), JOB_CONFLICT);
	assert_int_equal(run_for(world, begin_by(&ada, ACT_QUESTION, A3, "orion", "Up?"), NULL), JOB_ACCEPTED);
	assert_int_equal(run_for(world, answer_by(&orion, ACT_QUESTION, A1, A2, "Yes"), NULL), JOB_ACCEPTED);
	assert_int_equal(run_for(world, answer_by(&orion, ACT_QUESTION, A1, A2, "Yes"), NULL), JOB_REPEATED);
	assert_int_equal(run_for(world, answer_by(&orion, ACT_QUESTION, A1, A2, "No"), NULL), JOB_CONFLICT);
	assert_int_equal(run_for(world, answer_by(&orion, ACT_QUESTION, A3, A2, "Yes"), NULL), JOB_CONFLICT);
	assert_int_equal(run_for(world, answer_by(&ada, ACT_QUESTION, A1, A2, "Yes"), NULL), JOB_CONFLICT);
	assert_int_equal(n_event(world, "comment.added"), 3);
}

/* Its name is known to whoever takes part; what its tool is called is for us. */
static void test_titles_of_tools_are_for_us(void **state)
{
	struct world *world = *state;

	two_parties(world);
	world->suppliers->at[0].title = ENT_STR("wallaby"); /* orion's */
	assert_int_equal(run_for(world, begin_by(&ada, ACT_QUESTION, A1, "orion", "Up?"), "everyone"), JOB_ACCEPTED);
	assert_true(finds(world, &ada, "Question to wallaby"));
	assert_true(finds(world, &telnord, "Question to orion"));
	assert_false(finds(world, &telnord, "wallaby"));
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(test_suppliers_do_not_write_to_the_requester),
	    ROW(test_nobody_learns_who_exists),
	    ROW(test_acts_quote_nothing_narrower),
	    ROW(test_what_is_held_quotes_nothing_narrower),
	    ROW(test_the_writer_asks_again),
	    ROW(test_a_repeat_says_the_same),
	    ROW(test_titles_of_tools_are_for_us),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
