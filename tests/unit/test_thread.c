/* SPDX-License-Identifier: Apache-2.0 */
/* Writing in a thread: a quote of what fewer may read, two who edit at once, a request that is sent again. */
#include "shares.h"

#define A_UUID "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define B_UUID "1b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define SECRET "The contract with them ends in May and nobody knows it yet."

static struct job writes(struct world *world, enum job_kind kind, const char *uuid, const char *text,
			 const char *audience)
{
	struct job job = {.kind = kind,
			  .ask = {.incident = 1,
				  .text = sdk_str(text),
				  .author = {ENT_STR("pat"), ENT_STR("pat")},
				  .by = {.kind = READER_OURS, .role = ROLE_SYSTEM, .verbs = VERB_ALL}}};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	if (audience) {
		job.ask.has_audience = true;
		assert_true(audience_words(&world->arena.abi, organisation_ours(world->suppliers), sdk_str(audience),
					   &job.ask.audience));
	}
	return job;
}

static enum job_outcome write_as(struct world *world, const char *uuid, const char *text, const char *audience)
{
	struct job job = writes(world, JOB_COMMENT, uuid, text, audience);

	return run(world, &job);
}

static void test_a_quote_of_what_fewer_read(void **state)
{
	struct world *world = *state;
	struct job edit;

	two_parties(world);
	assert_int_equal(write_as(world, A_UUID, SECRET, "internal"), JOB_ACCEPTED);
	assert_int_equal(write_as(world, B_UUID, "> " SECRET "\n\nIs that so?", "telnord"), JOB_CONTENT);
	assert_non_null(strstr(world->last.err.msg, "quote"));
	assert_int_equal(write_as(world, B_UUID, "Hear this:\n\n> " SECRET "\n\nIs that so?", "everyone"), JOB_CONTENT);
	assert_int_equal(write_as(world, B_UUID, SECRET, "everyone"), JOB_CONTENT);
	assert_int_equal(write_as(world, B_UUID, "> " SECRET "\n\nIs that so?", "internal"), JOB_ACCEPTED);
	assert_int_equal(write_as(world, "2b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a", "Is that so? We ask.", "telnord"),
			 JOB_ACCEPTED);
	edit = writes(world, JOB_COMMENT_EDIT, "2b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a", "> " SECRET "\n\nIs that so?",
		      NULL);
	assert_int_equal(run(world, &edit), JOB_CONTENT);
	assert_int_equal(count(world, "comment", "body LIKE '%May%' AND organisations <> 'us'"), 0);
	check_all(world);
}

/* It would tell that the words are there. */
static void test_a_quote_of_what_the_writer_may_not_read(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(write_as(world, A_UUID, SECRET, "internal"), JOB_ACCEPTED);
	struct job job = writes(world, JOB_COMMENT, B_UUID, "> " SECRET "\n\nIs that so?", "telnord");
	job.ask.by =
	    (struct reader){.kind = READER_ORGANISATION, .organisation = ENT_STR("telnord"), .verbs = VERB_WRITE};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	check_all(world);
}

static void test_two_edit_at_once(void **state)
{
	struct world *world = *state;
	struct job edit, removal;

	two_parties(world);
	assert_int_equal(write_as(world, A_UUID, "One.", "telnord"), JOB_ACCEPTED);
	edit = writes(world, JOB_COMMENT_EDIT, A_UUID, "Two.", NULL);
	edit.ask.if_match = 1;
	assert_int_equal(run(world, &edit), JOB_ACCEPTED);
	edit.ask.text = ENT_STR("Three.");
	assert_int_equal(run(world, &edit), JOB_CHANGED);
	assert_non_null(strstr(world->last.err.msg, "version 2"));
	removal = writes(world, JOB_COMMENT_REMOVE, A_UUID, "", NULL);
	removal.ask.if_match = 1;
	assert_int_equal(run(world, &removal), JOB_CHANGED);
	assert_int_equal(count(world, "comment", "body = 'Two.' AND version = 2"), 1);
	removal.ask.if_match = 2;
	assert_int_equal(run(world, &removal), JOB_ACCEPTED);
	check_all(world);
}

static void test_a_request_sent_again(void **state)
{
	struct world *world = *state;
	struct job job, again, other;

	two_parties(world);
	job = writes(world, JOB_COMMENT, A_UUID, "Once.", "telnord");
	job.ask.key = ENT_STR("k-1");
	again = other = job;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	snprintf(again.ask.comment_uuid, ID_SIZE, "%s", B_UUID); /* made anew by each request */
	assert_int_equal(run(world, &again), JOB_REPEATED);
	assert_string_equal(again.ask.comment_uuid, A_UUID);
	other.ask.key_hash[0] = 1;
	assert_int_equal(run(world, &other), JOB_CONTENT);
	other.ask.by.ref = ENT_STR(B_UUID); /* another asker's keys are other keys */
	other.ask.by.role = ROLE_TECHNICIAN;
	snprintf(other.ask.comment_uuid, ID_SIZE, "%s", B_UUID);
	assert_int_equal(run(world, &other), JOB_ACCEPTED);
	assert_int_equal(count(world, "comment", "body = 'Once.'"), 2);
	world->now_ms += 25 * 3600 * 1000;
	snprintf(again.ask.comment_uuid, ID_SIZE, "%s", "3b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a");
	assert_int_equal(run(world, &again), JOB_ACCEPTED); /* a day later it is forgotten */
	check_all(world);
}

/* A refusal is no answer to keep: the reason may be gone. */
static void test_a_refusal_is_not_remembered(void **state)
{
	struct world *world = *state;
	struct job job;

	two_parties(world);
	job = writes(world, JOB_COMMENT, A_UUID, "For datacoeur.", "datacoeur");
	job.ask.key = ENT_STR("k-1");
	struct job again = job;
	assert_int_not_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(share(world, 1, "datacoeur", false), JOB_ACCEPTED);
	assert_int_equal(run(world, &again), JOB_ACCEPTED);
	check_all(world);
}

#define THREAD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    THREAD_TEST(test_a_quote_of_what_fewer_read),
	    THREAD_TEST(test_a_quote_of_what_the_writer_may_not_read),
	    THREAD_TEST(test_two_edit_at_once),
	    THREAD_TEST(test_a_request_sent_again),
	    THREAD_TEST(test_a_refusal_is_not_remembered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
