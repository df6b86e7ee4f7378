/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/maps.h"

static const struct ent_map_row words[] = {{"open", "in_progress"}, {"done", "resolved"}, {0}};
static const struct ent_connector connector = {.name = "words", .map[ENT_STATUS] = words};

struct world {
	struct sdk_arena arena;
	struct maps maps;
	struct ent_err err;
};

static enum ent_rc parse(struct world *world, const char *json)
{
	memset(&world->maps, 0, sizeof world->maps);
	world->err.msg[0] = '\0';
	return maps_parse(&world->arena.abi, sdk_str(json), &connector, &world->maps, &world->err);
}

static void test_reads(void **state)
{
	struct world *world = *state;

	assert_int_equal(parse(world, "{}"), ENT_OK);
	assert_int_equal(world->maps.of[ENT_STATUS].n_in, 0);
	assert_int_equal(parse(world, "{\"status\": {\"Wartet\": \"pending\", \"Ruht\": \"pending\"}, \"status_out\": "
				      "{\"pending\": \"Ruht\"}, \"priority\": {\"P1\": 1}, \"category\": {\"Netz\": "
				      "\"network\"}, \"person\": {\"u1\": \"Ada\"}}"),
			 ENT_OK);
	assert_true(sdk_eqz(map_in(&world->maps.of[ENT_STATUS], words, ENT_STR("Wartet")), "pending"));
	assert_true(sdk_eqz(map_in(&world->maps.of[ENT_STATUS], words, ENT_STR("done")), "resolved"));
	assert_true(sdk_eqz(map_out(&world->maps.of[ENT_STATUS], words, ENT_STR("pending")), "Ruht"));
	assert_true(sdk_eqz(map_in(&world->maps.of[ENT_PRIORITY], NULL, ENT_STR("P1")), "1"));
	assert_true(sdk_eqz(map_in(&world->maps.of[ENT_CATEGORY], NULL, ENT_STR("Netz")), "network"));
	assert_true(sdk_eqz(map_in(&world->maps.of[MAP_PERSON], NULL, ENT_STR("u1")), "Ada"));
}

/* Without status_out the first row of a value is its way out: the order of the file counts. */
static void test_order(void **state)
{
	struct world *world = *state;

	assert_int_equal(parse(world, "{\"status\": {\"Z\": \"held\", \"A\": \"held\"}}"), ENT_OK);
	assert_true(sdk_eqz(map_out(&world->maps.of[ENT_STATUS], words, ENT_STR("held")), "Z"));
}

static void test_refuses(void **state)
{
	static const struct {
		const char *json, *names;
	} row[] = {{"", "end"},
		   {"[]", "object"},
		   {"{\"colour\": {}}", "'colour'"},
		   {"{\"status\": []}", "status"},
		   {"{\"status\": {\"x\": \"Resolved\"}}", "'Resolved'"},
		   {"{\"status\": {\"x\": \"unknown\"}}", "'unknown'"},
		   {"{\"status\": {\"x\": null}}", "'x'"},
		   {"{\"status\": {\"x\": {}}}", "'x'"},
		   {"{\"status\": {\"\": \"new\"}}", "1 to 200"},
		   {"{\"person\": {\"u1\": \"\"}}", "1 to 200"},
		   {"{\"priority\": {\"P0\": \"0\"}}", "'0'"},
		   {"{\"priority\": {\"P6\": \"6\"}}", "'6'"},
		   {"{\"status_out\": {\"resolved\": \"open\"}}", "resolved"}, /* open comes back as in_progress */
		   {"{\"status\": {\"x\": \"new\", \"x\": \"held\"}}", "x"}};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct maps before = world->maps;

		world->err.msg[0] = '\0';
		if (maps_parse(&world->arena.abi, sdk_str(row[i].json), &connector, &world->maps, &world->err) !=
		    ENT_EINVAL)
			fail_msg("%s was taken", row[i].json);
		if (i > 0 && !strstr(world->err.msg, row[i].names))
			fail_msg("%s: '%s' does not name %s", row[i].json, world->err.msg, row[i].names);
		assert_memory_equal(&before, &world->maps, sizeof before);
	}
}

static struct ent_str rows_json(struct world *world, int n)
{
	struct sdk_buf buf;
	struct ent_str json;

	sdk_buf_init(&buf, 1 << 20);
	sdk_buf_z(&buf, "{\"category\":{");
	for (int i = 0; i < n; i++)
		sdk_buf_format(&buf, "%s\"w%d\":\"x\"", i ? "," : "", i);
	sdk_buf_z(&buf, "}}");
	json = sdk_dup(&world->arena.abi, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	return json;
}

static void test_bounded(void **state)
{
	struct world *world = *state;

	assert_int_equal(
	    maps_parse(&world->arena.abi, rows_json(world, MAPS_ROWS_MAX), &connector, &world->maps, &world->err),
	    ENT_OK);
	assert_int_equal(world->maps.of[ENT_CATEGORY].n_in, MAPS_ROWS_MAX);
	assert_int_equal(
	    maps_parse(&world->arena.abi, rows_json(world, MAPS_ROWS_MAX + 1), &connector, &world->maps, &world->err),
	    ENT_EINVAL);
}

static void test_prints_what_it_reads(void **state)
{
	static const char json[] = "{\"status\":{\"Z\":\"held\",\"A\":\"held\"},\"status_out\":{\"new\":\"N\"},"
				   "\"priority\":{\"P1\":\"1\"},\"category\":{\"Netz\":\"network\"},\"person\":{\"u\":"
				   "\"Ada\"}}";
	struct world *world = *state;
	struct sdk_buf buf;
	struct sdk_jsonw w;

	assert_int_equal(parse(world,
			       "{\"status\": {\"Z\": \"held\", \"A\": \"held\", \"N\": \"new\"}, \"status_out\": "
			       "{\"new\": \"N\"}}"),
			 ENT_OK);
	assert_int_equal(parse(world, json), ENT_EINVAL); /* N goes out as new and comes back as nothing */
	assert_int_equal(parse(world, "{\"status\":{\"Z\":\"held\",\"N\":\"new\"},\"status_out\":{\"new\":\"N\"},"
				      "\"priority\":{\"P1\":\"1\"},\"person\":{\"u\":\"Ada\"}}"),
			 ENT_OK);
	sdk_buf_init(&buf, 4096);
	sdk_jsonw_init(&w, &buf);
	maps_print(&world->maps, &w);
	assert_true(sdk_eqz(sdk_buf_view(&buf),
			    "{\"status\":{\"Z\":\"held\",\"N\":\"new\"},\"status_out\":{\"new\":\"N\"},\"priority\":{"
			    "\"P1\":\"1\"},\"person\":{\"u\":\"Ada\"}}"));
	sdk_buf_release(&buf);
}

static int set_up(void **state)
{
	struct world *world = sdk_xalloc(sizeof *world);

	memset(world, 0, sizeof *world);
	sdk_arena_init(&world->arena);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	sdk_arena_release(&world->arena);
	free(world);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_reads, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_refuses, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_bounded, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_prints_what_it_reads, set_up, tear_down)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
