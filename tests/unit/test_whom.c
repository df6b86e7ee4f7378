/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a person's comment is for: the narrowest by default, a reply never wider, a widening only of what was shown. */
#include "core/role.h"
#include "deliveries.h"

#define U1 "00000000-0000-4000-8000-00000000000"

static const struct reader orion = {.kind = READER_ORGANISATION,
				    .organisation = ENT_STR("orion"),
				    .role = ROLE_SUPPLIER_SYSTEM,
				    .verbs = VERB_READ | VERB_WRITE};
static const struct reader orions_admin = {.kind = READER_ORGANISATION,
					   .organisation = ENT_STR("orion"),
					   .role = ROLE_SUPPLIER_ADMIN,
					   .verbs = VERB_READ | VERB_WRITE | VERB_INVITE};

/* One incident, shared with orion. */
static int64_t begin(struct world *world)
{
	tell(world, "telnord", "T-1", "new");
	assert_int_equal(share(world, 1, "orion", false), JOB_ACCEPTED);
	world->now_ms += 1000;
	return 1;
}

struct told {
	enum job_outcome outcome;
	char msg[300];
	struct audience audience;
};

/* audience NULL: nothing is said of it. */
static struct told write_as(struct world *world, enum job_kind kind, const struct reader *by, const char *name, char id,
			    const char *audience, const char *more)
{
	struct ent_arena *arena = &world->arena.abi;
	struct job job = {.kind = kind,
			  .ask = {.incident = 1,
				  .text = kind == JOB_COMMENT ? ENT_STR("words") : ENT_ABSENT,
				  .by = *by,
				  .author = {sdk_str(name), sdk_str(name)},
				  .narrowest = !audience,
				  .has_audience = audience != NULL}};
	struct told told = {.outcome = JOB_WAITING};
	struct comment comment;

	if (audience)
		assert_true(audience_words(arena, ENT_STR("us"), sdk_str(audience), &job.ask.audience));
	snprintf(job.ask.comment_uuid, ID_SIZE, U1 "%c", id);
	if (kind == JOB_COMMENT && more)
		snprintf(job.ask.reply_to, ID_SIZE, U1 "%s", more);
	else if (more)
		job.ask.readers = sdk_str(more);
	world->now_ms += 10;
	told.outcome = run(world, &job);
	snprintf(told.msg, sizeof told.msg, "%s", job.err.msg);
	if (comment_by_uuid(world->read, arena, sdk_str(job.ask.comment_uuid), &comment))
		told.audience = comment.audience;
	return told;
}

static void is_for(struct told told, const char *organisations, bool everyone)
{
	assert_int_equal(told.outcome, JOB_ACCEPTED);
	assert_int_equal(told.audience.organisations.n, strlen(organisations));
	assert_memory_equal(told.audience.organisations.p, organisations, strlen(organisations));
	assert_int_equal(told.audience.everyone, everyone);
	assert_false(told.audience.requester);
}

static void is_refused(struct told told, enum job_outcome outcome, const char *words)
{
	assert_int_equal(told.outcome, outcome);
	if (!strstr(told.msg, words))
		fail_msg("'%s' is not in: %s", words, told.msg);
}

static void test_nothing_said_is_the_narrowest(void **state)
{
	struct world *world = *state;

	begin(world);
	is_for(write_as(world, JOB_COMMENT, &reader_ours, "desk", '1', NULL, NULL), "us", false);
	is_for(write_as(world, JOB_COMMENT, &orion, "bot", '2', NULL, NULL), "orion,us", false);
	is_for(write_as(world, JOB_COMMENT, &reader_ours, "desk", '3', NULL, "2"), "us", false);
	is_for(write_as(world, JOB_COMMENT, &orion, "bot", '4', "everyone", NULL), "orion,us", true);
	is_for(write_as(world, JOB_COMMENT, &orion, "bot", '5', "telnord", NULL), "orion,telnord,us", false);
}

static void test_an_organisation_names_who_takes_part(void **state)
{
	struct world *world = *state;
	struct told stranger, other;

	begin(world);
	other = write_as(world, JOB_COMMENT, &orion, "bot", '1', "datacoeur", NULL);
	stranger = write_as(world, JOB_COMMENT, &orion, "bot", '2', "nobodyxyz", NULL);
	is_refused(other, JOB_CONFLICT, "datacoeur takes no part");
	is_refused(stranger, JOB_CONFLICT, "nobodyxyz takes no part");
	assert_string_equal(other.msg + 9, stranger.msg + 9);
	is_refused(write_as(world, JOB_COMMENT, &orion, "bot", '3', "requester", NULL), JOB_CONTENT,
		   "only people of the service desk");
	is_refused(write_as(world, JOB_COMMENT, &reader_ours, "desk", '4', "datacoeur", NULL), JOB_CONFLICT,
		   "share it first");
}

static void test_a_reply_never_widens(void **state)
{
	struct world *world = *state;
	struct told unseen, none;

	begin(world);
	is_for(write_as(world, JOB_COMMENT, &reader_ours, "desk", '1', "internal", NULL), "us", false);
	is_for(write_as(world, JOB_COMMENT, &reader_ours, "desk", '2', "orion", NULL), "orion,us", false);
	is_for(write_as(world, JOB_COMMENT, &reader_ours, "desk", '3', "everyone", NULL), "us", true);
	is_refused(write_as(world, JOB_COMMENT, &reader_ours, "desk", '5', "orion", "1"), JOB_CONTENT,
		   "orion may not read");
	is_refused(write_as(world, JOB_COMMENT, &reader_ours, "desk", '5', "everyone", "2"), JOB_CONTENT,
		   "not everyone may read the comment that this one answers");
	is_refused(write_as(world, JOB_COMMENT, &reader_ours, "desk", '5', "requester", "3"), JOB_CONTENT,
		   "requester may not read");
	is_refused(write_as(world, JOB_COMMENT, &orion, "bot", '5', "telnord", "2"), JOB_CONTENT,
		   "telnord may not read");
	is_for(write_as(world, JOB_COMMENT, &reader_ours, "desk", '5', "orion", "3"), "orion,us", false);
	is_for(write_as(world, JOB_COMMENT, &orion, "bot", '6', "orion", "2"), "orion,us", false);
	/* One who came later does not read what everyone was told before. */
	assert_int_equal(share(world, 1, "datacoeur", false), JOB_ACCEPTED);
	is_refused(write_as(world, JOB_COMMENT, &reader_ours, "desk", '7', "datacoeur", "3"), JOB_CONTENT,
		   "datacoeur may not read");
	/* What one may not read is not there. */
	unseen = write_as(world, JOB_COMMENT, &orion, "bot", '8', NULL, "1");
	none = write_as(world, JOB_COMMENT, &orion, "bot", '8', NULL, "9");
	is_refused(unseen, JOB_CONFLICT, "there is no comment " U1 "1");
	is_refused(none, JOB_CONFLICT, "there is no comment " U1 "9");
	*strstr(none.msg, U1 "9") = *strstr(unseen.msg, U1 "1") = '\0';
	assert_string_equal(unseen.msg, none.msg);
}

static void test_a_widening_repeats_what_was_shown(void **state)
{
	struct world *world = *state;

	begin(world);
	is_for(write_as(world, JOB_COMMENT, &orion, "bot", '1', NULL, NULL), "orion,us", false);
	is_refused(write_as(world, JOB_COMMENT_EDIT, &orion, "bot", '1', "everyone", NULL), JOB_CONTENT, "/widen");
	is_refused(write_as(world, JOB_COMMENT_EDIT, &orion, "bot", '1', "telnord", NULL), JOB_CONTENT, "/widen");
	is_refused(write_as(world, JOB_COMMENT_WIDEN, &orion, "bot", '1', "everyone", "orion,us"), JOB_CONFLICT,
		   "orion,telnord,us would read it");
	is_refused(write_as(world, JOB_COMMENT_WIDEN, &orion, "other bot", '1', "everyone", "orion,telnord,us"),
		   JOB_DENIED, "only its author");
	is_refused(write_as(world, JOB_COMMENT_WIDEN, &orion, "bot", '1', "datacoeur", "datacoeur,orion,us"),
		   JOB_CONFLICT, "takes no part");
	/* Somebody came meanwhile. */
	assert_int_equal(share(world, 1, "datacoeur", false), JOB_ACCEPTED);
	is_for(write_as(world, JOB_COMMENT, &orion, "bot", '2', NULL, NULL), "orion,us", false);
	is_refused(write_as(world, JOB_COMMENT_WIDEN, &orion, "bot", '2', "everyone", "orion,telnord,us"), JOB_CONFLICT,
		   "datacoeur,orion,telnord,us would read it");
	is_for(write_as(world, JOB_COMMENT_WIDEN, &orion, "bot", '2', "everyone", "us,telnord,orion,datacoeur"),
	       "orion,us", true);
	/* What was said before it came is not for it, and so it does not stand in the list. */
	is_for(write_as(world, JOB_COMMENT_WIDEN, &orions_admin, "anna", '1', "everyone", "orion,telnord,us"),
	       "orion,us", true);
	is_for(write_as(world, JOB_COMMENT_EDIT, &orion, "bot", '1', "internal", NULL), "orion,us", false);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_nothing_said_is_the_narrowest, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_an_organisation_names_who_takes_part, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_reply_never_widens, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_widening_repeats_what_was_shown, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
