/* SPDX-License-Identifier: Apache-2.0 */
/* Organisations with several tools and with none: they take part, read and hold the ball, whatever their tools are. */
#include "shares.h"
#include "view_answers.h"
#include "view_worlds.h"

#define COUNCIL "council" /* has no tool */

static const struct reader council = {.kind = READER_ORGANISATION, .organisation = ENT_STR(COUNCIL)};

static int council_set_up(void **state)
{
	int rc = views_set_up(state);

	((struct world *)*state)->suppliers->named = ENT_STR(COUNCIL);
	return rc;
}

static void asks(struct world *world, const char *supplier)
{
	for (size_t i = 0; i < world->suppliers->n; i++)
		if (sdk_eqz(world->suppliers->at[i].name, supplier))
			world->suppliers->at[i].joins = JOINS_ASK;
}

/* The incident as the reader is told of it. */
static const struct sdk_json *told(struct world *world, const struct reader *reader, int64_t number)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	char text[INCIDENT_NUMBER_SIZE];
	const struct sdk_json *answer;
	struct incident incident;
	struct ent_str json;
	struct ent_err err;

	if (view_find(&view, incident_number(number, text), &incident, &err) != ENT_OK)
		return NULL;
	assert_int_equal(view_incident(&view, &incident, &json, &err), ENT_OK);
	assert_int_equal(sdk_json_parse(view.arena, json, &answer, &err), ENT_OK);
	return answer;
}

static size_t n_told(struct world *world, const struct reader *reader, int64_t number, const char *list)
{
	return sdk_json_count(sdk_json_at(told(world, reader, number), list));
}

static void opens(struct world *world)
{
	tell(world, "telnord", "T-1", "in_progress");
}

/* Orion's two tools take part, each with a ticket of its own. */
static void two_tools(struct world *world)
{
	opens(world);
	for (int k = 0; k < TOOLS; k++) {
		assert_int_equal(share(world, 1, tool_name[k], false), JOB_ACCEPTED);
		assert_true(bring(world, tool_name[k], k ? "S-1" : "N-1") > 0);
	}
	while (bring(world, "north", "x") || bring(world, "south", "x") || bring(world, "telnord", "x"))
		;
}

/* ---- several tools ---------------------------------------------------------------------------- */

/* Its other tool is still in; what this one opens now says nothing there. */
static void test_a_tool_that_was_sent_away_comes_in_by_no_sister(void **state)
{
	struct world *world = *state;

	two_tools(world);
	asks(world, "south");
	unshare(world, 1, "south");
	struct ent_change change = word(world, "S-9", "c9", "Hello all");
	change.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "south", &change);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE external_id = 'c9'"), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM comment WHERE external_id = 'c9' AND everyone = 1"), 0);
	check_all(world);
}

static void test_each_tool_is_its_own(void **state)
{
	struct world *world = *state;
	const struct sdk_json *incident;
	int64_t n;

	two_tools(world);
	incident = told(world, &orion, 1);
	/* its own two whole, and of telnord's the number and the common status */
	assert_int_equal(sdk_json_count(sdk_json_at(incident, "tickets")), 3);
	size_t n_whole = 0;
	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(incident, "tickets")); one;
	     one = sdk_json_next(one))
		if (sdk_json_is(one, "organisation", ORION))
			n_whole += sdk_json_at(one, "attributes") != NULL;
		else
			assert_int_equal(sdk_json_count(one), 3);
	assert_int_equal(n_whole, 2);
	assert_true(sdk_json_int(sdk_json_at(incident, "n_ticket"), &n) && n == 3);
	assert_int_equal(sdk_json_count(sdk_json_at(incident, "shares")), 2);
	write_word(world, "north", "N-1", "c1", "for everyone");
	struct ent_change change = word(world, "S-1", "c2", "for orion's people");
	change.comment.visibility = ENT_INTERNAL;
	arrive(world, "south", &change);
	/* What one of its tools says goes to the other; what is private goes nowhere else. */
	assert_int_equal(count(world, "delivery", "op = 'add_comment' AND supplier = 'south' AND comment <> ''"), 1);
	assert_int_equal(count(world, "delivery", "op = 'add_comment' AND supplier = 'north' AND comment <> ''"), 1);
	assert_int_equal(count(world, "delivery", "op = 'add_comment' AND supplier = 'telnord' AND comment <> ''"), 1);
	assert_int_equal(n_told(world, &orion, 1, "thread"), 2);
	assert_int_equal(n_told(world,
				&(struct reader){.kind = READER_ORGANISATION, .organisation = ENT_STR("telnord")}, 1,
				"thread"),
			 1);
	/* A supplier is not the organisation: nobody reads as north. */
	assert_null(told(world, &(struct reader){.kind = READER_ORGANISATION, .organisation = ENT_STR("north")}, 1));
	check_all(world);
}

/* What one tool's share reads, the organisation reads; it takes part until the last share is taken back. */
static void test_one_share_is_enough(void **state)
{
	struct world *world = *state;

	opens(world);
	assert_int_equal(share(world, 1, "north", false), JOB_ACCEPTED);
	assert_int_equal(say(world, 1, "00000000-0000-4000-8000-000000000001", "between", "everyone"), JOB_ACCEPTED);
	assert_int_equal(share(world, 1, "south", false), JOB_ACCEPTED);
	assert_int_equal(n_told(world, &orion, 1, "thread"), 1);
	assert_int_equal(unshare(world, 1, "south"), JOB_ACCEPTED);
	assert_int_equal(n_told(world, &orion, 1, "thread"), 1);
	assert_int_equal(say(world, 1, "00000000-0000-4000-8000-000000000002", "named", ORION), JOB_ACCEPTED);
	assert_int_equal(unshare(world, 1, "north"), JOB_ACCEPTED);
	assert_null(told(world, &orion, 1));
	assert_int_equal(say(world, 1, "00000000-0000-4000-8000-000000000003", "named", ORION), JOB_CONFLICT);
	check_all(world);
}

static void test_the_ball_stays_while_a_tool_shares(void **state)
{
	struct world *world = *state;

	opens(world);
	assert_int_equal(share(world, 1, "north", true), JOB_ACCEPTED);
	assert_int_equal(share(world, 1, "south", false), JOB_ACCEPTED);
	assert_int_equal(unshare(world, 1, "north"), JOB_ACCEPTED);
	assert_int_equal(count(world, "incident", "holder = '" ORION "'"), 1);
	assert_int_equal(unshare(world, 1, "south"), JOB_ACCEPTED);
	assert_int_equal(count(world, "incident", "holder = 'us'"), 1);
	check_all(world);
}

/* With `joins: ask` a ticket gets in where another tool of its organisation takes part, and nobody is asked. */
static void test_joins_are_the_organisations(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	asks(world, "south");
	opens(world);
	for (int shared = 0; shared < 2; shared++) {
		if (shared)
			assert_int_equal(share(world, 1, "north", false), JOB_ACCEPTED);
		change = ticket(world, shared ? "S-2" : "S-1", "new", NULL);
		change.correlation.number = ENT_STR("ENT-000001");
		arrive(world, "south", &change);
		assert_int_equal(count(world, "ticket", "supplier = 'south' AND incident = 1"), shared);
		assert_int_equal(count(world, "join_request", "supplier = 'south'"), 1);
	}
	check_all(world);
}

/* A merge writes the organisation's name where it writes down who saw what. */
static void test_a_merge_names_organisations(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	opens(world);
	tell(world, "telnord", "T-2", "in_progress");
	assert_int_equal(share(world, 2, "south", false), JOB_ACCEPTED);
	assert_int_equal(say(world, 2, "00000000-0000-4000-8000-000000000001", "before", "everyone"), JOB_ACCEPTED);
	assert_int_equal(share(world, 2, "datacoeur", true), JOB_ACCEPTED);
	assert_int_equal(n_told(world, &orion, 2, "hand_overs"), 1);
	change = ticket(world, "T-2", "in_progress", NULL);
	change.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "telnord", &change);
	assert_int_equal(n_told(world, &orion, 1, "hand_overs"), 1);
	assert_int_equal(n_told(world, &orion, 1, "thread"), 1);
	assert_int_equal(n_told(world, &(struct reader){.kind = READER_ORGANISATION, .organisation = ENT_STR(COEUR)}, 1,
				"hand_overs"),
			 1);
	check_all(world);
}

/* ---- none ------------------------------------------------------------------------------------- */

static void test_a_share_without_a_tool(void **state)
{
	struct world *world = *state;

	opens(world);
	assert_int_equal(say(world, 1, "00000000-0000-4000-8000-000000000001", "too soon", COUNCIL), JOB_CONFLICT);
	assert_null(told(world, &council, 1));
	assert_int_equal(share(world, 1, COUNCIL, true), JOB_ACCEPTED);
	assert_int_equal(count(world, "delivery", "supplier = '" COUNCIL "'"), 0);
	assert_int_equal(count(world, "incident", "holder = '" COUNCIL "' AND accepted = 0"), 1);
	/* No ticket says the brief: the thread does. */
	assert_int_equal(count(world, "comment", "organisations = '" COUNCIL ",us' AND body LIKE '%printer%'"), 1);
	assert_int_equal(share(world, 1, COUNCIL, false), JOB_ACCEPTED);
	assert_int_equal(count(world, "comment", "organisations = '" COUNCIL ",us'"), 1);
	assert_int_equal(say(world, 1, "00000000-0000-4000-8000-000000000002", "named", COUNCIL), JOB_ACCEPTED);
	write_word(world, "telnord", "T-1", "c1", "for everyone");
	assert_int_equal(n_told(world, &council, 1, "thread"), 3);
	assert_int_equal(n_told(world, &council, 1, "shares"), 1);
	assert_int_equal(count(world, "delivery", "supplier = '" COUNCIL "'"), 0);
	assert_int_equal(unshare(world, 1, COUNCIL), JOB_ACCEPTED);
	assert_int_equal(count(world, "incident", "holder = 'us'"), 1);
	assert_null(told(world, &council, 1));
	check_all(world);
}

/* A tool hands over to it: it holds the ball, and we are asked whether it takes part. */
static void test_a_hand_over_without_a_tool(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	opens(world);
	change = ticket(world, "T-1", "transferred", NULL);
	sdk_set(&change.ticket, ENT_TRANSFERRED_TO, ENT_STR(COUNCIL));
	arrive(world, "telnord", &change);
	assert_int_equal(count(world, "incident", "holder = '" COUNCIL "'"), 1);
	assert_int_equal(count(world, "join_request", "supplier = '" COUNCIL "' AND state = 'open'"), 1);
	assert_null(told(world, &council, 1));
	struct job job = {.kind = JOB_JOIN_ACCEPT, .ask = {.author = {ENT_STR("desk"), ENT_STR("desk")}}};
	job.ask.id = ask(world, "SELECT max(id) FROM join_request");
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_non_null(told(world, &council, 1));
	check_all(world);
}

/* It gets a tool later: what was shared with it by its own name still is. */
static void test_a_tool_comes_later(void **state)
{
	struct world *world = *state;
	struct supplier *deaf = NULL;

	opens(world);
	assert_int_equal(share(world, 1, COUNCIL, false), JOB_ACCEPTED);
	for (size_t i = 0; i < world->suppliers->n; i++)
		if (sdk_eqz(world->suppliers->at[i].name, "deaf"))
			deaf = &world->suppliers->at[i];
	assert_non_null(deaf);
	deaf->organisation = ENT_STR(COUNCIL);
	assert_non_null(told(world, &council, 1));
	assert_int_equal(say(world, 1, "00000000-0000-4000-8000-000000000001", "named", COUNCIL), JOB_ACCEPTED);
	assert_int_equal(unshare(world, 1, COUNCIL), JOB_ACCEPTED);
	assert_null(told(world, &council, 1));
	tell(world, "deaf", "D-1", "new");
	assert_int_equal(unshare(world, 2, COUNCIL), JOB_ACCEPTED); /* its one tool is meant */
	check_all(world);
}

static void test_whom_a_share_names(void **state)
{
	struct world *world = *state;
	const struct supplier_set *set = world->suppliers;
	struct ent_arena *arena = &world->arena.abi;
	struct ent_str ret;

	assert_int_equal(organisation_sharer(arena, set, ENT_STR("north"), &ret), SHARER_FOUND);
	assert_true(sdk_eqz(ret, "north"));
	assert_int_equal(organisation_sharer(arena, set, ENT_STR(COEUR), &ret), SHARER_FOUND);
	assert_true(sdk_eqz(ret, "datacoeur"));
	assert_int_equal(organisation_sharer(arena, set, ENT_STR(COUNCIL), &ret), SHARER_FOUND);
	assert_true(sdk_eqz(ret, COUNCIL));
	assert_int_equal(organisation_sharer(arena, set, ENT_STR(ORION), &ret), SHARER_SEVERAL);
	assert_true(sdk_eqz(ret, "north, south"));
	assert_int_equal(organisation_sharer(arena, set, ENT_STR("us"), &ret), SHARER_UNKNOWN);
	assert_int_equal(organisation_sharer(arena, set, ENT_STR("nobody"), &ret), SHARER_UNKNOWN);
	assert_true(sdk_eqz(organisation_list(arena, set), "us,orion,telnord,coeur,deaf,council"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_each_tool_is_its_own, council_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_tool_that_was_sent_away_comes_in_by_no_sister, council_set_up,
					    world_tear_down),
	    cmocka_unit_test_setup_teardown(test_one_share_is_enough, council_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_the_ball_stays_while_a_tool_shares, council_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_joins_are_the_organisations, council_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_merge_names_organisations, council_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_share_without_a_tool, council_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_hand_over_without_a_tool, council_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_tool_comes_later, council_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_whom_a_share_names, council_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
