/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader might not read then is not told later, when something beside it is read: neither in order nor in time.
 */
#include "comment_changes.h"
#include "held.h"
#include "shares.h"

#include "view/view_revision.h"

#define HELP_UUID  "a1000000-0000-4000-8000-000000000001"
#define OFFER_UUID "a1000000-0000-4000-8000-000000000002"

static bool revision_has(struct world *world, const struct reader *reader, const char *text)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	struct ent_str json = ENT_STR("");
	struct ent_err err;

	if (view_revision(&view, 1, ENT_STR(A_UUID), &json, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return memmem(json.p, json.n, text, strlen(text)) != NULL;
}

static void share_with_datacoeur(struct world *world, bool with_history)
{
	struct job job = {.kind = JOB_SHARE,
			  .ask = {.incident = 1,
				  .supplier = ENT_STR("datacoeur"),
				  .with_history = with_history,
				  .brief = {.what = ENT_STR("No printer prints.")},
				  .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	world->now_ms += 2000;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	world->now_ms += 2000;
}

static void reword(struct world *world, const char *body, const char *audience)
{
	world->now_ms += 2000;
	assert_int_equal(change_own(world, JOB_COMMENT_EDIT, A_UUID, body, audience), JOB_ACCEPTED);
}

/* Said for everyone and edited, before datacoeur's share reads; datacoeur is named afterwards. */
static void name_datacoeur(struct world *world, bool with_history)
{
	two_parties(world);
	assert_int_equal(say(world, 1, A_UUID, WORDS, "everyone"), JOB_ACCEPTED);
	reword(world, "cassowary", NULL);
	share_with_datacoeur(world, with_history);
	assert_int_equal(finds(world, &datacoeur, A_UUID), with_history);
	reword(world, NULL, "datacoeur,everyone");
	assert_true(finds(world, &datacoeur, "cassowary"));
}

static void test_revisions_from_before_its_share_reads(void **state)
{
	struct world *world = *state;

	name_datacoeur(world, false);
	assert_true(revision_has(world, &datacoeur, "cassowary"));
	assert_false(revision_has(world, &datacoeur, WORDS));
	assert_false(revision_has(world, &datacoeur, "\"added\"")); /* nor that there was one, and when */
	assert_true(revision_has(world, &telnord, WORDS));
	reword(world, "ostrich", NULL);
	assert_true(revision_has(world, &datacoeur, "cassowary"));
	assert_true(revision_has(world, &datacoeur, "ostrich"));
	check_all(world);
}

static void test_events_from_before_its_share_reads(void **state)
{
	struct world *world = *state;

	name_datacoeur(world, false);
	assert_false(finds(world, &datacoeur, "comment.added"));
	assert_true(finds(world, &datacoeur, "comment.edited"));
	assert_true(finds(world, &telnord, "comment.added"));
}

static void test_revisions_of_a_share_that_reads_all(void **state)
{
	struct world *world = *state;

	name_datacoeur(world, true);
	assert_true(revision_has(world, &datacoeur, WORDS));
	assert_true(finds(world, &datacoeur, "comment.added"));
}

/* It was held; others than datacoeur read it since its publication. */
static void test_publication_from_before_its_share_reads(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "everyone"), JOB_ACCEPTED);
	pass(world, UNDO_MS);
	share_with_datacoeur(world, false);
	reword(world, NULL, "datacoeur,everyone");
	assert_true(reads(world, &datacoeur));
	assert_false(finds(world, &datacoeur, "comment.published"));
	assert_false(revision_has(world, &datacoeur, "\"published\""));
	assert_true(finds(world, &telnord, "comment.published"));
	assert_true(revision_has(world, &telnord, "\"published\""));
}

/* Who reads the call does not learn by it that somebody offered help, whose words are for others. */
static void test_an_offer_is_told_to_its_readers(void **state)
{
	struct world *world = *state;
	struct job call = {.kind = JOB_ACT_BEGIN,
			   .ask = {.incident = 1,
				   .text = ENT_STR("Who knows this switch?"),
				   .author = {ENT_STR("desk"), ENT_STR("desk")},
				   .comment_uuid = HELP_UUID,
				   .has_audience = true,
				   .act = {.kind = ACT_HELP}}};
	struct job offer = {.kind = JOB_ACT_ANSWER,
			    .ask = {.incident = 1,
				    .text = ENT_STR("We had one."),
				    .author = {ENT_STR("pat"), ENT_STR("pat")},
				    .by = telnord,
				    .comment_uuid = OFFER_UUID,
				    .has_audience = true,
				    .accepts = true,
				    .act = {.kind = ACT_HELP, .uuid = HELP_UUID}}};

	two_parties(world);
	assert_true(audience_words(&world->arena.abi, ENT_STR("us"), ENT_STR("orion,telnord"), &call.ask.audience));
	assert_int_equal(run(world, &call), JOB_ACCEPTED);
	assert_true(audience_words(&world->arena.abi, ENT_STR("us"), ENT_STR("telnord"), &offer.ask.audience));
	assert_int_equal(run(world, &offer), JOB_ACCEPTED);
	assert_true(finds(world, &orion, "help.wanted"));
	assert_false(finds(world, &orion, "help.offered"));
	assert_true(finds(world, &telnord, "help.offered"));
	assert_true(finds(world, &ada, "help.offered"));
	check_all(world);
}

#define TOLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TOLD_TEST(test_revisions_from_before_its_share_reads),
	    TOLD_TEST(test_events_from_before_its_share_reads),
	    TOLD_TEST(test_revisions_of_a_share_that_reads_all),
	    TOLD_TEST(test_publication_from_before_its_share_reads),
	    TOLD_TEST(test_an_offer_is_told_to_its_readers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
