/* SPDX-License-Identifier: Apache-2.0 */
/* Mentions: whom people may mention, who has to be able to read it, and what becomes of the name. */
#include "comment_changes.h"
#include "people_here.h"

#include "store/mentions.h"
#include "view/view_reach.h"
#include "view/view_revision.h"

static struct ent_str thread_of(struct world *world, const struct reader *reader)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	struct ent_str json = ENT_STR("");
	struct ent_err err;

	if (view_thread_comment(&view, ENT_STR(A_UUID), &json, &err) != ENT_OK)
		return ENT_STR("");
	return json;
}

static bool thread_has(struct world *world, const struct reader *reader, const char *text)
{
	struct ent_str json = thread_of(world, reader);

	if (memmem(json.p, json.n, text, strlen(text)))
		return true;
	print_message("%.*s\n", ENT_F(json));
	return false;
}

static int64_t stands(struct world *world)
{
	return count(world, "mention", "comment = '" A_UUID "'");
}

static enum job_outcome person_edits(struct world *world, const char *ref, enum job_kind kind, const char *text,
				     const char *audience, const char *readers)
{
	struct job job = {.kind = kind,
			  .ask = {.incident = 1,
				  .text = text ? sdk_str(text) : ENT_ABSENT,
				  .has_audience = audience != NULL,
				  .readers = sdk_str(readers ? readers : ""),
				  .by = person_by(world, ref),
				  .comment_uuid = A_UUID}};

	if (audience)
		assert_true(audience_words(&world->arena.abi, organisation_ours(world->suppliers), sdk_str(audience),
					   &job.ask.audience));
	return run(world, &job);
}

static void test_by_name(void **state)
{
	struct world *world = *state;
	const struct user_change renamed = {.user = {.ref = ENT_STR(ORA), .name = ENT_STR("Ora Ray")},
					    .has = USER_HAS_NAME},
				 disabled = {.user = {.ref = ENT_STR(ORA), .state = ENT_STR(USER_DISABLED)},
					     .has = USER_HAS_STATE};
	struct job job = {.kind = JOB_USER_CHANGE, .ask.by = ada, .user = &renamed};

	people_here(world);
	assert_int_equal(person_says(world, ANN, A_UUID, "orion", "Please look, " AT(ORA) "!"), JOB_ACCEPTED);
	assert_int_equal(stands(world), 1);
	assert_true(thread_has(world, &orion, "\"body\":\"Please look, " AT(ORA) "!\""));
	assert_true(thread_has(world, &orion,
			       "\"mentions\":[{\"ref\":\"" ORA "\",\"name\":\"Ora\",\"organisation\":\"orion\"}]"));
	assert_true(thread_has(world, &orion,
			       "{\"type\":\"text\",\"text\":\"Please look, \"},{\"type\":\"mention\","
			       "\"ref\":\"" ORA "\",\"name\":\"Ora\",\"organisation\":\"orion\"},{"
			       "\"type\":\"text\",\"text\":\"!\"}"));
	assert_true(finds(world, &ada, "\"mentions\":[\"" ORA "\"]")); /* the event */
	assert_int_equal(count(world, "person", "ref = '" ORA "'"), 1);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_true(thread_has(world, &orion, "\"name\":\"Ora Ray\""));
	job.user = &disabled;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_true(thread_has(world, &telnord, "") && thread_has(world, &orion, "\"name\":\"Ora Ray\""));
	check_all(world);
}

/* As tools get it. */
static void test_plain(void **state)
{
	struct world *world = *state;
	struct ent_arena *arena = &world->arena.abi;

	people_here(world);
	assert_true(
	    sdk_eqz(mentions_plain(world->read, arena, ENT_STR("`" AT(ORA) "` " AT(ORA) AT(DAN) "."), ENT_MARKDOWN),
		    "`" AT(ORA) "` @Ora@Dan."));
	assert_true(sdk_eqz(mentions_plain(world->read, arena, ENT_STR(AT(REF("ff"))), ENT_TEXT), AT(REF("ff"))));
}

static void test_outside(void **state)
{
	struct world *world = *state;

	people_here(world);
	assert_int_equal(person_says(world, ANN, A_UUID, "orion", AT(TIM)), JOB_CONTENT);
	assert_true(refused_as(world, "mention.outside"));
	assert_true(world->last.ask.outside_shares);
	assert_string_equal(world->last.ask.outside_of, "telnord");
	assert_string_equal(world->last.ask.outside, TIM);
	assert_int_equal(person_says(world, ANN, A_UUID, "everyone", AT(DAN)), JOB_CONFLICT);
	assert_true(refused_as(world, "mention.no_part"));
	assert_false(world->last.ask.outside_shares);
	assert_int_equal(person_says(world, ANN, A_UUID, "internal", AT(ORA)), JOB_CONTENT);
	assert_int_equal(person_says(world, ANN, A_UUID, "internal", AT(BEN) "`" AT(ORA) "`"), JOB_ACCEPTED);
	assert_int_equal(stands(world), 1);
	assert_int_equal(count(world, "comment", "1"), 1);
}

/* Changes are asked as well: other words, fewer readers, more readers. */
static void test_changes(void **state)
{
	struct world *world = *state;

	people_here(world);
	assert_int_equal(person_says(world, ANN, A_UUID, "orion,telnord", AT(TIM) " and " AT(ORA)), JOB_ACCEPTED);
	assert_int_equal(person_edits(world, ANN, JOB_COMMENT_EDIT, NULL, "orion", NULL), JOB_CONTENT);
	assert_true(refused_as(world, "mention.outside"));
	assert_int_equal(person_edits(world, ANN, JOB_COMMENT_EDIT, AT(DAN), NULL, NULL), JOB_CONFLICT);
	assert_true(refused_as(world, "mention.no_part"));
	assert_int_equal(person_edits(world, ANN, JOB_COMMENT_EDIT, AT(ORA), "orion", NULL), JOB_ACCEPTED);
	assert_int_equal(stands(world), 1);
	assert_int_equal(unshare(world, 1, "orion"), JOB_ACCEPTED);
	assert_int_equal(person_edits(world, ANN, JOB_COMMENT_WIDEN, NULL, "telnord", "telnord,us"), JOB_CONFLICT);
	assert_true(refused_as(world, "mention.no_part"));
	assert_int_equal(person_edits(world, ANN, JOB_COMMENT_EDIT, AT(BEN), NULL, NULL), JOB_ACCEPTED);
	assert_int_equal(person_edits(world, ANN, JOB_COMMENT_WIDEN, NULL, "telnord", "telnord,us"), JOB_ACCEPTED);
	assert_int_equal(person_edits(world, ANN, JOB_COMMENT_REMOVE, NULL, NULL, NULL), JOB_ACCEPTED);
	assert_int_equal(stands(world), 0);
	check_all(world);
}

/* The answer as it stands, but for the ref. */
static void said_without(const struct world *world, const char *ref, char *ret, size_t size)
{
	const struct ent_said said = sdk_said(&world->last.err);
	char *at;

	snprintf(ret, size, "%d %.*s %.*s %.*s", world->last.outcome, ENT_F(said.code), ENT_F(said.params),
		 ENT_F(said.text));
	while ((at = strstr(ret, ref)) != NULL)
		memset(at, '-', strlen(ref));
}

static bool says_without(const struct world *world, const char *ref, const char *as)
{
	char said[4096];

	said_without(world, ref, said, sizeof said);
	return strcmp(said, as) == 0;
}

/* Whom a supplier's people do not know does not exist: the answer is the same, to the byte. */
static void test_unknown(void **state)
{
	struct world *world = *state;
	char said[4096];

	people_here(world);
	assert_int_equal(person_says(world, ORA, A_UUID, NULL, AT(REF("ff"))), JOB_CONTENT);
	assert_true(refused_as(world, "mention.unknown"));
	said_without(world, REF("ff"), said, sizeof said);
	assert_int_equal(person_says(world, ORA, A_UUID, "orion", AT(DAN)), JOB_CONTENT);
	assert_true(refused_as(world, "mention.unknown"));
	assert_true(says_without(world, DAN, said));
	assert_int_equal(world->last.ask.outside[0], 0);
	assert_int_equal(person_says(world, ORA, A_UUID, "orion", "> " AT(DAN)), JOB_CONTENT);
	assert_true(refused_as(world, "mention.unknown"));
	assert_int_equal(person_says(world, ORA, A_UUID, "telnord", AT(TIM) AT(ANN) AT(OLE)), JOB_ACCEPTED);
	assert_int_equal(stands(world), 3);
}

/* A quote keeps a mention and tells nobody; whoever takes no part is not brought in by it either. */
static void test_quoted(void **state)
{
	struct world *world = *state;

	people_here(world);
	assert_int_equal(person_says(world, ANN, A_UUID, "internal", "> " AT(ORA) "\n\nwhat is this?"), JOB_ACCEPTED);
	assert_int_equal(stands(world), 0);
	assert_true(thread_has(world, &ada, "\"type\":\"mention\",\"ref\":\"" ORA));
	assert_true(thread_has(world, &ada, "\"organisation\":\"orion\",\"plain\":true}"));
	assert_int_equal(person_says(world, ANN, NULL, "orion", "> " AT(DAN)), JOB_CONFLICT);
	assert_true(refused_as(world, "mention.no_part"));
}

/* While it was held a share was taken back: the name stays, and is a name. */
static void test_published(void **state)
{
	struct world *world = *state;
	struct job job = {.kind = JOB_COMMENT,
			  .ask = {.incident = 1,
				  .text = ENT_STR(AT(TIM) AT(ORA)),
				  .format = ENT_MARKDOWN,
				  .audience = {.organisations = ENT_STR("orion,telnord,us")},
				  .comment_uuid = A_UUID,
				  .undo_ms = UNDO_MS}};

	people_here(world);
	job.ask.by = person_by(world, ANN);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	pass(world, UNDO_MS);
	assert_int_equal(n_event(world, "comment.published"), 1);
	assert_int_equal(stands(world), 1);
	assert_true(thread_has(world, &orion,
			       "{\"type\":\"text\",\"text\":\"@\"},{\"type\":\"text\",\"text\":\"Tim\"},{"
			       "\"type\":\"mention\",\"ref\":\"" ORA));
	assert_true(thread_has(world, &orion, "\"name\":\"Tim\",\"organisation\":\"telnord\",\"plain\":true}"));
	check_all(world);
}

static bool dry_run_has(struct world *world, const char *ref, const char *text, const char *audience, const char *has)
{
	const struct reader reader = person_by(world, ref);
	const struct view view = {world->read, &world->arena.abi, &reader, world->suppliers};
	struct audience asked;
	struct view_reach reach = {.incident = 1,
				   .now_ms = world->now_ms,
				   .text = sdk_str(text),
				   .audience = &asked,
				   .format = ENT_MARKDOWN,
				   .reply_to = ""};
	struct ent_str json = ENT_STR("");
	enum whom_verdict verdict;
	struct ent_err err;

	assert_true(audience_words(&world->arena.abi, organisation_ours(world->suppliers), sdk_str(audience), &asked));
	if (view_reach(&view, &reach, &json, &verdict, &err) != ENT_OK)
		json = sdk_dup(&world->arena.abi, sdk_said(&err).code);
	if (memmem(json.p, json.n, has, strlen(has)))
		return true;
	print_message("%.*s\n", ENT_F(json));
	return false;
}

static void test_dry_run(void **state)
{
	struct world *world = *state;

	people_here(world);
	assert_true(dry_run_has(world, ANN, AT(ORA) AT(DAN), "orion",
				"\"name\":\"Ora\",\"organisation\":\"orion\",\"reads\":true},{\"ref\":\"" DAN
				"\",\"name\":\"Dan\",\"organisation\":\"datacoeur\",\"reads\":false}]"));
	assert_true(dry_run_has(world, ORA, AT(DAN), "orion", "mention.unknown"));
	assert_true(dry_run_has(world, ORA, AT(REF("ff")), "orion", "mention.unknown"));
	assert_true(dry_run_has(world, ORA, "nobody", "orion", "\"mentions\":[]"));
}

/* A tool's words are words: nobody is mentioned there. */
static void test_of_a_tool(void **state)
{
	struct world *world = *state;

	people_here(world);
	assert_int_equal(write_word(world, "orion", "O-1", "c1", "Who is " AT(ANN) "?"), JOB_ACCEPTED);
	assert_int_equal(count(world, "comment", "1"), 1);
	assert_int_equal(count(world, "mention", "1"), 0);
	assert_false(finds(world, &ada, "\"mentions\""));
	assert_true(finds(world, &ada, AT(ANN)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_by_name), TEST(test_plain),     TEST(test_outside), TEST(test_changes),   TEST(test_unknown),
	    TEST(test_quoted),  TEST(test_published), TEST(test_dry_run), TEST(test_of_a_tool),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
