/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets which comment, and in which words. */
#include "plans.h"

#include "core/wording.h"

static void test_comment_by_audience(void **state)
{
	(void)state;
	static const struct {
		const char *organisations;
		bool everyone, requester;
		const char *from, *expect;
	} row[] = {
	    {"us", false, false, "orion", ""},
	    {"us", false, false, "", ""},
	    {"", false, false, "", ""}, /* zeros: ours alone */
	    {"us,vega", false, false, "", "vega:comment"},
	    {"orion,us,vega", false, false, "orion", "vega:comment"}, /* the origin never gets its own */
	    {"orion,us", false, false, "orion", ""},
	    {"ear,us", false, false, "", ""}, /* only listened to */
	    {"us", true, false, "orion", "telnord:comment vega:comment"},
	    {"us", true, false, "", "orion:comment telnord:comment vega:comment"},
	    {"us", true, false, "ear", "orion:comment telnord:comment vega:comment"},
	    {"us", false, true, "vega", ""}, /* the requester is nobody's organisation */
	    {"us", true, true, "vega", "orion:comment telnord:comment"},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world, EVENT_COMMENT_ADDED);
		world.event.supplier = world.event.comment.supplier = sdk_str(row[i].from);
		world.event.comment.audience =
		    (struct audience){sdk_str(row[i].organisations), row[i].everyone, row[i].requester};
		memcpy(world.event.comment.uuid, UUID, ID_SIZE);
		expect(&world, sdk_z(&world.arena.abi, sdk_format(&world.arena.abi, "row %zu", i)), row[i].expect);
	}
}

static void test_comment_plan_carries_audience(void **state)
{
	struct world world;

	(void)state;
	begin(&world, EVENT_COMMENT_ADDED);
	world.event.comment = (struct comment){.uuid = UUID, .supplier = ENT_STR("orion")};
	world.event.comment.audience = (struct audience){ENT_STR("telnord,us"), false, true};
	federate(&world.at, &world.list);
	assert_int_equal(world.list.n, 1);
	assert_string_equal(world.list.at[0].comment, UUID);
	assert_true(audience_equal(&world.list.at[0].audience, &world.event.comment.audience));
	end(&world);
}

/* What is meant for an organisation goes to each of its tools; the one that it was written in has it. */
static void test_two_tools_of_one_organisation(void **state)
{
	static const struct {
		const char *organisations, *from, *expect;
	} row[] = {
	    {"us,west", "", "telnord:comment vega:comment"},
	    {"us,west", "telnord", "vega:comment"}, /* its private note */
	    {"us,vega", "", ""},                    /* a tool's name is no organisation's */
	    {"orion,us", "", "orion:comment"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world, EVENT_COMMENT_ADDED);
		for (size_t k = 0; k < N_SUPPLIERS; k++)
			if (sdk_eqz(world.set->at[k].name, "telnord") || sdk_eqz(world.set->at[k].name, "vega"))
				world.set->at[k].organisation = ENT_STR("west");
		world.event.supplier = world.event.comment.supplier = sdk_str(row[i].from);
		world.event.comment.audience = (struct audience){sdk_str(row[i].organisations), false, false};
		memcpy(world.event.comment.uuid, UUID, ID_SIZE);
		expect(&world, sdk_z(&world.arena.abi, sdk_format(&world.arena.abi, "row %zu", i)), row[i].expect);
	}
}

/* Whoever may have it gets its new words, or has it taken away; its own tool and one that is only listened to do not.
 */
static void test_comment_that_changes(void **state)
{
	static const struct {
		enum event_kind kind;
		const char *organisations;
		bool everyone, reworded, published;
		const char *expect;
		bool was_requesters, requester;
	} row[] = {
	    {EVENT_COMMENT_EDITED, "orion,us", true, true, false, "telnord:edit vega:edit", false, false},
	    {EVENT_COMMENT_EDITED, "orion,us", true, false, false, "", false, false},
	    {EVENT_COMMENT_EDITED, "orion,us", true, false, true, "telnord:comment vega:comment telnord:edit vega:edit",
	     false, false},
	    {EVENT_COMMENT_EDITED, "orion,us,vega", false, true, false, "telnord:removal vega:edit", false, false},
	    {EVENT_COMMENT_EDITED, "orion,us", false, false, false, "telnord:removal vega:removal", false, false},
	    {EVENT_COMMENT_REMOVED, "orion,us", false, false, false, "telnord:removal vega:removal", false, false},
	    /* It stands in public there: with other words and without, it is taken away. vega: our own service desk. */
	    {EVENT_COMMENT_EDITED, "orion,us", true, false, false, "telnord:removal", true, false},
	    {EVENT_COMMENT_EDITED, "orion,us", true, true, false, "telnord:removal vega:edit", true, false},
	    {EVENT_COMMENT_EDITED, "orion,telnord,us", false, false, true,
	     "telnord:comment telnord:removal vega:removal", true, false},
	    {EVENT_COMMENT_EDITED, "orion,us", true, true, false, "telnord:edit vega:edit", true, true},
	    {EVENT_COMMENT_EDITED, "orion,us", true, false, false, "", true, true},
	    {EVENT_COMMENT_EDITED, "orion,us", false, false, false, "telnord:removal vega:removal", true, false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world, row[i].kind);
		world.event.supplier = world.event.comment.supplier = ENT_STR("orion");
		world.event.comment.audience =
		    (struct audience){sdk_str(row[i].organisations), row[i].everyone, row[i].requester};
		world.set->at[VEGA].public_reader = row[i].was_requesters ? PUBLIC_SERVICE_DESK : PUBLIC_UNKNOWN;
		if (!row[i].published)
			world.event.was = world.event.comment.audience;
		world.event.was.requester = row[i].was_requesters;
		world.event.is_reworded = row[i].reworded;
		world.event.is_published = row[i].published;
		memcpy(world.event.comment.uuid, UUID, ID_SIZE);
		expect(&world, sdk_z(&world.arena.abi, sdk_format(&world.arena.abi, "row %zu", i)), row[i].expect);
	}
}

/* Of a comment that was removed before it was told, nothing was brought. */
static void test_removal_of_an_unknown_comment(void **state)
{
	struct world world;

	(void)state;
	begin(&world, EVENT_COMMENT_REMOVED);
	world.event.supplier = world.event.comment.supplier = ENT_STR("orion");
	expect(&world, "it has no name here", "");
}

static void test_comment_by_part(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		bool shares, has_ticket, comes;
		const char *expect;
	} row[] = {
	    {"takes part", true, true, false, "telnord:comment vega:comment"},
	    {"its ticket is being made", true, false, true, "telnord:comment vega:comment"},
	    {"no ticket and none to come", true, false, false, "vega:comment"},
	    {"its share was taken back", false, true, false, "vega:comment"},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world, EVENT_COMMENT_ADDED);
		world.event.comment.supplier = ENT_STR("orion");
		world.event.comment.audience.everyone = true;
		memcpy(world.event.comment.uuid, UUID, ID_SIZE);
		world.party[TELNORD].shares = row[i].shares;
		world.party[TELNORD].ticket = row[i].has_ticket ? ENT_STR("T-1") : ENT_ABSENT;
		world.party[TELNORD].comes = row[i].comes;
		expect(&world, row[i].what, row[i].expect);
	}
}

static void test_words(void **state)
{
	struct sdk_arena arena;
	struct supplier_set *set = test_suppliers();
	struct comment comment = {.supplier = ENT_STR("orion"), .body = ENT_STR("It burns")};

	(void)state;
	sdk_arena_init(&arena);
	assert_true(sdk_eqz(wording_comment(&arena.abi, set, ENT_ENGLISH, &comment), "Orion: It burns"));
	comment.author =
	    (struct person){.ref = ENT_STR("ref"), .organisation = ENT_STR("orion")}; /* no name is known */
	assert_true(sdk_eqz(wording_comment(&arena.abi, set, ENT_ENGLISH, &comment), "Orion: It burns"));
	comment.author.name = ENT_STR("David");
	assert_true(sdk_eqz(wording_comment(&arena.abi, set, ENT_ENGLISH, &comment), "David (Orion): It burns"));
	comment.supplier = ENT_STR("left");
	assert_true(sdk_eqz(wording_comment(&arena.abi, set, ENT_ENGLISH, &comment), "David (left): It burns"));
	comment.supplier = ENT_STR("");
	assert_true(sdk_eqz(wording_comment(&arena.abi, set, ENT_ENGLISH, &comment), "David: It burns"));
	comment.author.name = ENT_ABSENT;
	comment.body = ENT_STR("- one\n- two");
	assert_true(sdk_eqz(wording_comment(&arena.abi, NULL, ENT_ENGLISH, &comment), "Entente:\n\n- one\n- two"));

	comment.body = ENT_STR("Yes\n> [ENT-000042:0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a]"); /* goes no further */
	assert_true(sdk_eqz(wording_comment(&arena.abi, NULL, ENT_ENGLISH, &comment), "Entente:\n\nYes\n>"));

	struct brief brief = {
	    .what = ENT_STR("No print"), .needed_before_ms = 1795335243123, .wanted = ENT_STR("Look")};
	struct incident incident = {.number = 42};
	assert_true(sdk_eqz(wording_brief(&arena.abi, ENT_ENGLISH, &brief, &incident),
			    "No print\n\nWanted: Look\n\nNeeded before: 2026-11-22 08:14 UTC\n\nIncident: ENT-000042"));
	incident.site = ENT_STR("Site 7"); /* as a person described it; the brief's own word goes before */
	incident.service = ENT_STR("Printing");
	incident.requester.name = ENT_STR("Ana");
	incident.needed_before_ms = 1795335243123 + 60000;
	assert_true(sdk_eqz(wording_brief(&arena.abi, ENT_ENGLISH, &brief, &incident),
			    "No print\n\nWanted: Look\n\nNeeded before: 2026-11-22 08:14 UTC\n\nService: Printing\n\n"
			    "Site: Site 7\n\nIncident: ENT-000042"));
	brief.needed_before_ms = 0;
	assert_true(sdk_eqz(wording_brief(&arena.abi, ENT_ENGLISH, &brief, &incident),
			    "No print\n\nWanted: Look\n\nNeeded before: 2026-11-22 08:15 UTC\n\nService: Printing\n\n"
			    "Site: Site 7\n\nIncident: ENT-000042"));
	supplier_set_unref(set);
	sdk_arena_release(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_comment_by_audience),
	    cmocka_unit_test(test_comment_plan_carries_audience),
	    cmocka_unit_test(test_two_tools_of_one_organisation),
	    cmocka_unit_test(test_comment_that_changes),
	    cmocka_unit_test(test_removal_of_an_unknown_comment),
	    cmocka_unit_test(test_comment_by_part),
	    cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
