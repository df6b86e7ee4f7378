/* SPDX-License-Identifier: Apache-2.0 */
/* Who may read a comment: making an audience, asking it, its JSON; and the organisations that it names. */
#include "core/audience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/organisation.h"
#include "sdk/webhook.h"

struct world {
	struct sdk_arena arena;
	struct supplier_set *set;
};

enum { ORION, ORION_CLOUD, TELNORD, DESK, N_SUPPLIERS };

/* Orion has two tools; one is ours. */
static void begin(struct world *world)
{
	sdk_arena_init(&world->arena);
	world->set = supplier_set_new(N_SUPPLIERS);
	world->set->at[ORION].name = ENT_STR("orion");
	world->set->at[ORION_CLOUD].name = ENT_STR("orion-cloud");
	world->set->at[ORION_CLOUD].organisation = ENT_STR("orion");
	world->set->at[TELNORD].name = ENT_STR("telnord");
	world->set->at[DESK].name = ENT_STR("desk");
	world->set->at[DESK].organisation = ENT_STR("acme");
	world->set->ours = ENT_STR("acme");
}

static void end(struct world *world)
{
	supplier_set_unref(world->set);
	sdk_arena_release(&world->arena);
}

static void test_ours_and_the_authors_are_always_named(void **state)
{
	static const struct {
		const char *author, *named, *expect;
	} row[] = {
	    {NULL, NULL, "us"},
	    {"orion", NULL, "orion,us"},
	    {"vega", NULL, "us,vega"},
	    {NULL, "vega,orion,telnord", "orion,telnord,us,vega"},
	    {"orion", "vega,orion,us,vega", "orion,us,vega"},
	    {"us", "us", "us"},
	    {"a", "aa,ab,b,a", "a,aa,ab,b,us"},
	    {"zz", "usa,u", "u,us,usa,zz"},
	};
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct audience made = audience_make(&arena.abi, ENT_STR("us"), sdk_str(row[i].author),
						     sdk_str(row[i].named), i % 2, i % 3);

		if (!sdk_eqz(made.organisations, row[i].expect))
			fail_msg("row %zu: %.*s", i, ENT_F(made.organisations));
		assert_true(audience_names(&made, ENT_STR("us")));
		assert_int_equal(made.everyone, i % 2 != 0);
		assert_int_equal(made.requester, i % 3 != 0);
	}
	sdk_arena_release(&arena);
}

static void test_words(void **state)
{
	static const struct {
		const char *words, *expect; /* NULL: refused */
		bool everyone, requester;
	} row[] = {
	    {"internal", "us", false, false},
	    {"everyone", "us", true, false},
	    {"requester", "us", false, true},
	    {"vega", "us,vega", false, false},
	    {" vega , orion", "orion,us,vega", false, false},
	    {"everyone,requester", "us", true, true},
	    {"requester,orion", "orion,us", false, true},
	    {"us", "us", false, false},
	    {"", NULL, false, false},
	    {" ", NULL, false, false},
	    {",", NULL, false, false},
	    {"vega,", NULL, false, false},
	    {"vega,vega", NULL, false, false},
	    {"everyone,everyone", NULL, false, false},
	    {"internal,vega", NULL, false, false},
	    {"everyone,internal", NULL, false, false},
	    {NULL, NULL, false, false},
	};
	struct sdk_arena arena;
	struct audience made;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		bool taken = audience_words(&arena.abi, ENT_STR("us"), sdk_str(row[i].words), &made);

		if (taken != (row[i].expect != NULL))
			fail_msg("row %zu", i);
		if (!taken)
			continue;
		assert_true(sdk_eqz(made.organisations, row[i].expect));
		assert_int_equal(made.everyone, row[i].everyone);
		assert_int_equal(made.requester, row[i].requester);
	}
	sdk_arena_release(&arena);
}

static void test_too_many_words(void **state)
{
	struct sdk_arena arena;
	struct audience made;
	struct ent_str words = ENT_STR("n0");

	(void)state;
	sdk_arena_init(&arena);
	for (int i = 1; i < AUDIENCE_MAX; i++)
		words = sdk_format(&arena.abi, "%.*s,n%d", ENT_F(words), i);
	assert_true(audience_words(&arena.abi, ENT_STR("us"), words, &made));
	words = sdk_format(&arena.abi, "%.*s,more", ENT_F(words));
	assert_false(audience_words(&arena.abi, ENT_STR("us"), words, &made));
	sdk_arena_release(&arena);
}

static void test_who_is_allowed(void **state)
{
	static const struct {
		const char *named;
		bool everyone, requester;
		const char *who;
		bool shares, allowed;
	} row[] = {
	    {NULL, false, false, "orion", true, false}, /* zeros */
	    {"us", false, false, "orion", true, false},
	    {"us", true, false, "orion", true, true},
	    {"us", true, false, "orion", false, false},
	    {"us", false, true, "orion", true, false}, /* the requester is nobody's organisation */
	    {"orion,tel,us", false, false, "tel", true, true},
	    {"orion,tel,us", false, false, "orion", true, true},
	    {"orion,us", false, false, "ori", true, false},
	    {"orion,us", false, false, "orion", false, false},
	    {"orion,tel,us", false, false, "el", true, false},
	    {"us", false, false, "us", true, true}, /* a tool of ours */
	    {"", false, false, "", true, false},
	    {NULL, true, false, "", true, false},
	    {"orion, tel", false, false, "tel", true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct audience audience = {sdk_str(row[i].named), row[i].everyone, row[i].requester};

		if (audience_allows(&audience, sdk_str(row[i].who), row[i].shares) != row[i].allowed)
			fail_msg("row %zu", i);
	}
}

static void test_what_widens(void **state)
{
	static const struct audience ours = {ENT_STR("us"), false, false}, one = {ENT_STR("orion,us"), false, false},
				     two = {ENT_STR("orion,us,vega"), false, false},
				     all = {ENT_STR("orion,us"), true, false},
				     shown = {ENT_STR("orion,us"), false, true};

	(void)state;
	assert_true(audience_widens(&ours, &one));
	assert_true(audience_widens(&one, &two));
	assert_true(audience_widens(&one, &all));
	assert_true(audience_widens(&one, &shown));
	assert_true(audience_widens(&all, &shown));
	assert_true(audience_widens(&shown, &all));
	assert_false(audience_widens(&two, &one));
	assert_false(audience_widens(&all, &one));
	assert_false(audience_widens(&one, &one));
	assert_true(audience_equal(&one, &one));
	assert_false(audience_equal(&one, &all));
	assert_false(audience_equal(&one, &shown));
	assert_false(audience_equal(&one, &two));
}

static bool parses(struct sdk_arena *arena, const char *json, struct audience *ret)
{
	const struct sdk_json *node;
	struct ent_err err;

	assert_int_equal(sdk_json_parse(&arena->abi, sdk_str(json), &node, &err), ENT_OK);
	return audience_parse(&arena->abi, node, ret);
}

static void test_json(void **state)
{
	static const char *const refused[] = {
	    "{}",
	    "[]",
	    "\"everyone\"",
	    "null",
	    "{\"organisations\":[],\"everyone\":true}",
	    "{\"organisations\":\"us\"}",
	    "{\"organisations\":[\"us\",\"us\"]}",
	    "{\"organisations\":[\"us\",7]}",
	    "{\"organisations\":[\"\"]}",
	    "{\"organisations\":[\"us,orion\"]}",
	    "{\"organisations\":[\"us\"],\"everyone\":1}",
	    "{\"organisations\":[\"us\"],\"requester\":\"true\"}",
	    "{\"organisations\":[\"us\"],\"evreyone\":true}",
	    "{\"kind\":\"everyone\"}",
	};
	struct audience audience = {ENT_STR("orion,us"), true, false}, back;
	struct sdk_arena arena;
	struct sdk_jsonw w;
	struct sdk_buf buf;

	(void)state;
	sdk_arena_init(&arena);
	sdk_buf_init(&buf, 1024);
	sdk_jsonw_init(&w, &buf);
	audience_print(&w, &audience);
	const char *text = sdk_z(&arena.abi, sdk_buf_view(&buf));
	assert_string_equal(text, "{\"organisations\":[\"orion\",\"us\"],\"everyone\":true,\"requester\":false}");
	assert_true(parses(&arena, text, &back));
	assert_true(audience_equal(&audience, &back));
	assert_true(
	    parses(&arena, "{\"organisations\":[\"us\",\"orion\"]}", &back)); /* sorted; flags left out are false */
	assert_true(sdk_eqz(back.organisations, "orion,us"));
	assert_false(back.everyone || back.requester);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (parses(&arena, refused[i], &back))
			fail_msg("%s", refused[i]);
	sdk_buf_release(&buf);
	sdk_arena_release(&arena);
}

static void test_organisations(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	assert_true(sdk_eqz(organisation_ours(world.set), "acme"));
	assert_true(sdk_eqz(organisation_ours(NULL), "us"));
	assert_true(sdk_eqz(organisation_of(&world.set->at[TELNORD]), "telnord"));
	assert_true(sdk_eqz(organisation_of(&world.set->at[ORION_CLOUD]), "orion"));
	assert_true(sdk_eqz(organisation_named(world.set, ENT_STR("desk")), "acme"));
	assert_true(sdk_eqz(organisation_named(world.set, ENT_STR("gone")), "gone"));
	assert_true(sdk_eqz(organisation_named(NULL, ENT_STR("orion-cloud")), "orion-cloud"));
	assert_true(sdk_eqz(organisation_list(&world.arena.abi, world.set), "acme,orion,telnord"));
	assert_true(organisation_is_known(world.set, ENT_STR("acme")));
	assert_true(organisation_is_known(world.set, ENT_STR("orion")));
	assert_false(organisation_is_known(world.set, ENT_STR("orion-cloud"))); /* a tool, no organisation */
	assert_false(organisation_is_known(world.set, ENT_STR("us")));
	assert_false(organisation_is_known(world.set, ENT_STR("")));
	assert_true(organisation_is_known(NULL, ENT_STR("us")));
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ours_and_the_authors_are_always_named),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_too_many_words),
	    cmocka_unit_test(test_who_is_allowed),
	    cmocka_unit_test(test_what_widens),
	    cmocka_unit_test(test_json),
	    cmocka_unit_test(test_organisations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
