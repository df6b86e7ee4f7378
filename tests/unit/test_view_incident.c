/* SPDX-License-Identifier: Apache-2.0 */
/* One incident, and what each of its readers is told of it: hand-overs after a merge, entity tags. */
#include "view/view_find.h"
#include "view/view_incident.h"
#include "view_worlds.h"

/* ---- a merge shows nothing of the other side's past ---------------------------------------------------- */

static size_t hand_overs_for(struct world *world, const struct reader *reader, int64_t number)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	char text[INCIDENT_NUMBER_SIZE];
	struct incident incident;
	const struct sdk_json *answer;
	struct ent_str json;
	struct ent_err err;

	assert_int_equal(view_find(&view, incident_number(number, text), &incident, &err), ENT_OK);
	assert_int_equal(view_incident(&view, &incident, &json, &err), ENT_OK);
	assert_int_equal(sdk_json_parse(view.arena, json, &answer, &err), ENT_OK);
	return sdk_json_count(sdk_json_at(answer, "hand_overs"));
}

/* telnord: who hands over before the merge, in the incident that stays or in the one that goes. */
static void merge_after_hand_over(struct world *world, bool stays)
{
	struct ent_change change = ticket(world, "T-1", "in_progress", NULL);
	int64_t theirs = stays ? 1 : 2;

	if (!stays)
		tell(world, ORION, "O-1", "in_progress");
	arrive(world, "telnord", &change);
	if (stays)
		tell(world, ORION, "O-1", "in_progress");
	assert_int_equal(share(world, theirs, "datacoeur", true), JOB_ACCEPTED);
	assert_int_equal(hand_overs_for(world, &reader_ours, theirs), 1);
	assert_int_equal(
	    hand_overs_for(world, &(struct reader){.kind = READER_ORGANISATION, .organisation = ENT_STR("telnord")},
			   theirs),
	    1);
	change = ticket(world, "T-1", "in_progress", NULL);
	change.correlation.number = stays ? ENT_STR("ENT-000002") : ENT_STR("ENT-000001");
	arrive(world, "telnord", &change);
	assert_int_equal(
	    hand_overs_for(world, &(struct reader){.kind = READER_ORGANISATION, .organisation = ENT_STR("telnord")}, 1),
	    hand_overs_for(world, &reader_ours, 1));
	assert_true(hand_overs_for(world, &orion, 1) < hand_overs_for(world, &reader_ours, 1));
}

static void test_a_hand_over_before_a_merge_in_what_stays(void **state)
{
	merge_after_hand_over(*state, true);
}

static void test_a_hand_over_before_a_merge_in_what_goes(void **state)
{
	merge_after_hand_over(*state, false);
}

/* ---- entity tags ------------------------------------------------------------------------------------------- */

static struct ent_str tag_for(struct world *world, const struct reader *reader, struct ent_str word)
{
	struct view view = {.db = world->read, .arena = &world->arena.abi, .reader = reader};
	struct incident incident;
	struct ent_str tag = ENT_ABSENT;
	struct ent_err err;

	if (view_find(&view, word, &incident, &err) != ENT_OK ||
	    view_incident_tag(&view, &incident, &tag, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return tag;
}

static void test_tags(void **state)
{
	static const struct reader datacoeur = {.kind = READER_ORGANISATION, .organisation = ENT_STR("datacoeur")};
	struct world *world = *state;
	struct ent_str one = ENT_STR("1"), before, ours;

	tell(world, "telnord", "T-1", "new");
	share(world, 1, "orion", false);
	share(world, 1, "datacoeur", false);
	before = tag_for(world, &orion, one);
	ours = tag_for(world, &reader_ours, one);
	assert_false(sdk_eq(before, ours));
	assert_false(sdk_eq(before, tag_for(world, &datacoeur, one)));
	say(world, 1, "00000000-0000-4000-8000-000000000001", "hidden", "internal");
	assert_true(sdk_eq(before, tag_for(world, &orion, one)));
	/* A delivery to another supplier: its tag for orion stays as well. */
	assert_int_equal(send(world, due(world, "datacoeur").id, "POST /tickets"), JOB_ACCEPTED);
	assert_true(sdk_eq(before, tag_for(world, &orion, one)));
	assert_false(sdk_eq(ours, tag_for(world, &reader_ours, one)));
	say(world, 1, "00000000-0000-4000-8000-000000000002", "for all", "everyone");
	assert_false(sdk_eq(before, tag_for(world, &orion, one)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_a_hand_over_before_a_merge_in_what_stays, world_set_up,
					    world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_hand_over_before_a_merge_in_what_goes, world_set_up,
					    world_tear_down),
	    cmocka_unit_test_setup_teardown(test_tags, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
