/* SPDX-License-Identifier: Apache-2.0 */
/* What is held has no effect yet, and is there for its own organisation alone, whichever way somebody asks. */
#include "held.h"

#include "store/acts.h"
#include "view/view_reach.h"
#include "view/view_revision.h"

/* ---- what follows from words, only when others may read them --------------------------------------- */

#define PROMISE_UUID "a1000000-0000-4000-8000-000000000001"
#define REPLY_UUID   "a1000000-0000-4000-8000-000000000002"

static void promise(struct world *world, const struct reader *by)
{
	struct job job = {.kind = JOB_ACT_BEGIN,
			  .ask = {.incident = 1,
				  .text = ENT_STR("News at ten."),
				  .author = {ENT_STR("pat"), ENT_STR("pat")},
				  .by = *by,
				  .comment_uuid = PROMISE_UUID,
				  .undo_ms = UNDO_MS,
				  .act = {.kind = ACT_PROMISE, .due_ms = world->now_ms + 3600000}}};

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	/* An act is there at once, and so are its words. */
	assert_int_equal(count(world, "comment", "uuid = '" PROMISE_UUID "' AND held_by = '' AND everyone = 1"), 1);
	world->now_ms += 2000;
}

static void promise_stands(struct world *world, const char *state)
{
	struct act act;

	assert_true(acts_load(world->read, &world->arena.abi, ENT_STR(PROMISE_UUID), &act));
	assert_string_equal(act_state_word(act.state), state);
}

static enum job_outcome reword(struct world *world, const struct reader *by, const char *text)
{
	struct job job = {.kind = JOB_COMMENT_EDIT,
			  .ask = {.incident = 1,
				  .text = sdk_str(text),
				  .author = {ENT_STR("pat"), ENT_STR("pat")},
				  .by = *by,
				  .comment_uuid = A_UUID}};

	return run(world, &job);
}

static void test_held_news_keep_no_promise(void **state)
{
	struct world *world = *state;

	two_parties(world);
	promise(world, &orion);
	assert_int_equal(hold(world, &orion, "telnord"), JOB_ACCEPTED);
	assert_int_equal(reword(world, &orion, "cassowary"), JOB_ACCEPTED);
	promise_stands(world, "open");
	assert_false(finds(world, &telnord, A_UUID));
	assert_false(finds(world, &ada, A_UUID));
	check_all(world);
	pass(world, UNDO_MS);
	promise_stands(world, "kept");
	assert_int_equal(n_event(world, "promise.kept"), 1);
	check_all(world);
}

static void test_held_news_of_ours_keep_no_promise(void **state)
{
	struct world *world = *state;

	two_parties(world);
	promise(world, &ada);
	assert_int_equal(hold(world, &ada, "telnord"), JOB_ACCEPTED);
	assert_int_equal(reword(world, &ada, "cassowary"), JOB_ACCEPTED);
	promise_stands(world, "open");
	assert_int_equal(do_it(world, JOB_COMMENT_PUBLISH, &ada), JOB_ACCEPTED);
	promise_stands(world, "kept");
	assert_int_equal(n_event(world, "promise.kept"), 1);
	check_all(world);
}

static void test_undone_news_keep_no_promise(void **state)
{
	struct world *world = *state;

	two_parties(world);
	promise(world, &orion);
	assert_int_equal(hold(world, &orion, "everyone"), JOB_ACCEPTED);
	assert_int_equal(do_it(world, JOB_COMMENT_UNDO, &orion), JOB_ACCEPTED);
	pass(world, UNDO_MS);
	promise_stands(world, "open");
	assert_int_equal(n_event(world, "promise.kept"), 0);
	check_all(world);
}

/* Orion holds the ball and was handed it: that somebody acts there is told with the words, by whoever sends them. */
static void held_ball(struct world *world)
{
	two_parties(world);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	assert_int_equal(share(world, 1, "telnord", true), JOB_ACCEPTED);
	assert_int_equal(count(world, "incident", "holder = 'telnord' AND accepted = 0"), 1);
	assert_int_equal(hold(world, &telnord, "orion"), JOB_ACCEPTED);
	assert_int_equal(reword(world, &telnord, "cassowary"), JOB_ACCEPTED);
	assert_int_equal(count(world, "incident", "accepted = 0"), 1);
	check_all(world);
}

static void test_held_words_accept_no_ball(void **state)
{
	struct world *world = *state;

	held_ball(world);
	pass(world, UNDO_MS);
	assert_int_equal(count(world, "incident", "holder = 'telnord' AND accepted = 1"), 1);
	assert_int_equal(n_event(world, "incident.holder_accepted"), 1);
	check_all(world);
}

static void test_words_sent_now_accept_the_ball(void **state)
{
	struct world *world = *state;

	held_ball(world);
	assert_int_equal(do_it(world, JOB_COMMENT_PUBLISH, &telnord), JOB_ACCEPTED);
	assert_int_equal(count(world, "incident", "holder = 'telnord' AND accepted = 1"), 1);
	check_all(world);
}

static void test_undone_words_accept_no_ball(void **state)
{
	struct world *world = *state;

	held_ball(world);
	assert_int_equal(do_it(world, JOB_COMMENT_UNDO, &telnord), JOB_ACCEPTED);
	pass(world, UNDO_MS);
	assert_int_equal(count(world, "incident", "accepted = 0"), 1);
	check_all(world);
}

static enum job_outcome reply(struct world *world, const struct reader *by, const char *text)
{
	struct job job = {.kind = JOB_COMMENT,
			  .ask = {.incident = 1,
				  .text = sdk_str(text),
				  .narrowest = true,
				  .author = {ENT_STR("pat"), ENT_STR("pat")},
				  .by = *by,
				  .comment_uuid = REPLY_UUID,
				  .reply_to = A_UUID,
				  .undo_ms = UNDO_MS}};

	return run(world, &job);
}

static void test_own_held_words_are_answered(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "everyone"), JOB_ACCEPTED);
	assert_int_equal(reply(world, &orion, "an answer"), JOB_CONFLICT);
	assert_int_equal(reply(world, &ada, "an answer"), JOB_ACCEPTED);
	check_all(world);
}

static void test_held_words_of_others_are_not_answered(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &orion, "everyone"), JOB_ACCEPTED);
	assert_int_equal(reply(world, &ada, "an answer"), JOB_CONFLICT);
	assert_int_equal(reply(world, &telnord, "an answer"), JOB_CONFLICT);
	assert_int_equal(reply(world, &orion, "an answer"), JOB_ACCEPTED);
	check_all(world);
}

/* ---- each way to a comment ---------------------------------------------------------------------- */

static void keep_answer(struct sdk_buf *all, enum ent_rc rc, struct ent_str json, const struct ent_err *err)
{
	sdk_buf_str(all, rc == ENT_OK ? json : sdk_str(err->msg));
	sdk_buf_z(all, "\n");
}

/* What the dry run says of a reply to it, or of a widening of it. */
static enum whom_verdict dry_run(const struct view *view, bool is_reply, struct sdk_buf *all)
{
	struct view_reach asked = {.incident = 1, .now_ms = 1, .reply_to = ""};
	struct ent_str json = ENT_STR("");
	enum whom_verdict verdict;
	struct ent_err err = {0};

	if (is_reply)
		asked.reply_to = A_UUID;
	else
		asked.comment = A_UUID;
	keep_answer(all, view_reach(view, &asked, &json, &verdict, &err), json, &err);
	return verdict;
}

static bool reaches(struct world *world, const struct reader *reader)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	struct ent_str json = ENT_STR("");
	struct ent_err err = {0};
	struct sdk_buf all;
	bool found;

	sdk_buf_init(&all, 1 << 20);
	keep_answer(&all, view_revision(&view, 1, ENT_STR(A_UUID), &json, &err), json, &err);
	keep_answer(&all, view_thread_comment(&view, ENT_STR(A_UUID), &json, &err), json, &err);
	keep_answer(&all, view_thread_has(&view, 1, ENT_STR(A_UUID), &err), ENT_STR("it is there"), &err);
	sdk_buf_str(&all, sdk_or_empty(view_thread_draft(&view, ENT_STR(A_UUID))));
	(void)dry_run(&view, false, &all);
	found = dry_run(&view, true, &all) != WHOM_UNSEEN || reads(world, reader) || finds(world, reader, A_UUID) ||
		memmem(sdk_buf_view(&all).p, sdk_buf_view(&all).n, WORDS, strlen(WORDS)) ||
		memmem(sdk_buf_view(&all).p, sdk_buf_view(&all).n, "it is there", 11) ||
		memmem(sdk_buf_view(&all).p, sdk_buf_view(&all).n, "\"readers\"", 9);
	sdk_buf_release(&all);
	return found;
}

static void test_each_way_to_what_is_held(void **state)
{
	const struct reader *const by[] = {&ada, &orion, &telnord};
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &orion, "everyone"), JOB_ACCEPTED);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(reaches(world, by[i]), by[i] == &orion);
	pass(world, UNDO_MS);
	for (size_t i = 0; i < 3; i++)
		assert_true(reaches(world, by[i]));
}

static void test_each_way_to_what_we_hold(void **state)
{
	const struct reader *const by[] = {&ada, &orion, &telnord};
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "everyone"), JOB_ACCEPTED);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(reaches(world, by[i]), by[i] == &ada);
	pass(world, UNDO_MS);
	for (size_t i = 0; i < 3; i++)
		assert_true(reaches(world, by[i]));
}

/* Who cannot read them does not learn by a refusal that these are the words. */
static void test_quotes_of_what_is_held(void **state)
{
	struct world *world = *state;
	struct job job = {.kind = JOB_COMMENT,
			  .ask = {.incident = 1,
				  .text = ENT_STR("> the kookaburra sings there\n\nYes."),
				  .author = {ENT_STR("pat"), ENT_STR("pat")},
				  .by = telnord,
				  .comment_uuid = REPLY_UUID}};

	two_parties(world);
	assert_int_equal(hold(world, &orion, "orion"), JOB_ACCEPTED);
	assert_int_equal(reword(world, &orion, "the kookaburra sings there"), JOB_ACCEPTED);
	assert_true(audience_words(&world->arena.abi, ENT_STR("us"), ENT_STR("everyone"), &job.ask.audience));
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	job.ask.by = orion;
	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", PROMISE_UUID);
	job.outcome = 0;
	assert_int_equal(run(world, &job), JOB_CONTENT);
}

/* ---- earlier words of one that was held ------------------------------------------------------------ */

static bool revision_has(struct world *world, const struct reader *reader, const char *text)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	struct ent_str json = ENT_STR("");
	struct ent_err err;

	if (view_revision(&view, 1, ENT_STR(A_UUID), &json, &err) != ENT_OK)
		return false;
	return memmem(json.p, json.n, text, strlen(text)) != NULL;
}

/* What was taken out while it was held, nobody else reads afterwards: neither as a revision, nor in history or live. */
static void test_words_that_were_held_and_replaced(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &orion, "telnord"), JOB_ACCEPTED);
	assert_false(revision_has(world, &ada, WORDS));
	assert_int_equal(reword(world, &orion, "emu"), JOB_ACCEPTED);
	assert_int_equal(reword(world, &orion, "cassowary"), JOB_ACCEPTED);
	pass(world, UNDO_MS);
	for (size_t i = 0; i < 2; i++) {
		const struct reader *reader = i ? &telnord : &ada;

		assert_false(reads(world, reader));
		assert_false(revision_has(world, reader, WORDS));
		assert_false(revision_has(world, reader, "\"emu\""));
		assert_true(revision_has(world, reader, "cassowary"));
		assert_true(finds(world, reader, "cassowary"));
	}
	assert_false(finds(world, &ada, "\"emu\""));
	assert_true(revision_has(world, &orion, WORDS));
	assert_int_equal(reword(world, &orion, "ostrich"), JOB_ACCEPTED);
	assert_true(revision_has(world, &telnord, "cassowary"));
	assert_true(revision_has(world, &ada, "cassowary"));
	assert_true(finds(world, &ada, "cassowary"));
	assert_false(reads(world, &ada));
	check_all(world);
}

static void test_our_words_that_were_held_and_replaced(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "telnord"), JOB_ACCEPTED);
	assert_int_equal(reword(world, &ada, "cassowary"), JOB_ACCEPTED);
	pass(world, UNDO_MS);
	assert_true(revision_has(world, &ada, WORDS));
	assert_true(reads(world, &ada));
	assert_false(revision_has(world, &telnord, WORDS));
	assert_true(revision_has(world, &telnord, "cassowary"));
	assert_false(reads(world, &telnord));
}

#define HELD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    HELD_TEST(test_held_news_keep_no_promise),
	    HELD_TEST(test_held_news_of_ours_keep_no_promise),
	    HELD_TEST(test_undone_news_keep_no_promise),
	    HELD_TEST(test_held_words_accept_no_ball),
	    HELD_TEST(test_words_sent_now_accept_the_ball),
	    HELD_TEST(test_undone_words_accept_no_ball),
	    HELD_TEST(test_own_held_words_are_answered),
	    HELD_TEST(test_held_words_of_others_are_not_answered),
	    HELD_TEST(test_each_way_to_what_is_held),
	    HELD_TEST(test_each_way_to_what_we_hold),
	    HELD_TEST(test_quotes_of_what_is_held),
	    HELD_TEST(test_words_that_were_held_and_replaced),
	    HELD_TEST(test_our_words_that_were_held_and_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
