/* SPDX-License-Identifier: Apache-2.0 */
/* What the loader takes, and what it refuses by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config/plugins.h"
#include "sdk/str.h"

static void expect_refused(const char *folder, const char *file, const char *words)
{
	struct plugins *plugins = NULL;
	struct ent_err err = {0};

	assert_int_equal(plugins_load(folder, &plugins, &err), ENT_EINVAL);
	assert_null(plugins);
	if (!strstr(err.msg, words) || !strstr(err.msg, file))
		fail_msg("\"%s\" does not name %s and say \"%s\"", err.msg, file, words);
}

static void good_ones(void **state)
{
	struct plugins *plugins = NULL;
	struct ent_err err;

	(void)state;
	assert_int_equal(plugins_load(FIXTURES "/good::" CONNECTORS, &plugins, &err), ENT_OK);
	assert_true(plugins_count(plugins) >= 2);
	for (size_t i = 1; i < plugins_count(plugins); i++)
		assert_true(strcmp(plugins_at(plugins, i - 1)->name, plugins_at(plugins, i)->name) < 0);
	assert_non_null(plugins_find(plugins, ENT_STR("fixture")));
	assert_string_equal(plugins_find(plugins, ENT_STR("generic"))->name, "generic");
	assert_null(plugins_find(plugins, ENT_STR("fix")));
	assert_null(plugins_find(plugins, ENT_ABSENT));
	plugins_unload(plugins);
	plugins_unload(NULL);
}

static void bad_ones(void **state)
{
	(void)state;
	expect_refused(FIXTURES "/abi-newer", "abi-newer.so", "ABI 4, this broker speaks 3");
	expect_refused(FIXTURES "/abi-unserved", "abi-unserved.so", "does not serve connector ABI 3");
	expect_refused(FIXTURES "/symbol-missing", "symbol-missing.so", "lacks the symbol entente_connector");
	expect_refused(FIXTURES "/table-small", "table-small.so", " bytes, ABI 3 needs ");
	expect_refused(FIXTURES "/name-bad", "name-bad.so", "name");
	expect_refused(FIXTURES "/decode-missing", "decode-missing.so", "decode is missing");
	expect_refused(FIXTURES "/parse-missing", "parse-missing.so", "build and parse belong together");
	expect_refused(FIXTURES "/ops-unknown", "ops-unknown.so", "ops name one");
	expect_refused(FIXTURES "/ops-unbuilt", "ops-unbuilt.so", "it has ops and no build");
	expect_refused(FIXTURES "/ops-none", "ops-none.so", "it has build and no ops");
	expect_refused(FIXTURES "/setting-outside", "setting-outside.so", "\"flag\"");
	expect_refused(FIXTURES "/map-unknown", "map-unknown.so", "\"finished\", which is none");
	expect_refused(FIXTURES "/nowhere", "nowhere", "No such file");
}

/* All of the table comes through: what may be repeated, and what the tool cannot express. */
static void one_that_writes(void **state)
{
	struct ent_self self = {0};
	struct plugins *plugins = NULL;
	const struct ent_connector *connector;
	struct ent_err err = {0};
	unsigned lag_s = 0;

	(void)state;
	if (plugins_load(FIXTURES "/writer", &plugins, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	connector = plugins_find(plugins, ENT_STR("fixture"));
	assert_non_null(connector);
	assert_int_equal(connector->ops, 1u << ENT_ADD_COMMENT);
	assert_non_null(connector->parse);
	assert_int_equal(connector->repeat(&self, ENT_ADD_COMMENT, &lag_s), ENT_REPEAT_SEARCH);
	assert_string_equal(connector->cannot[0].code, "cannot.fixture");
	assert_string_equal(connector->cannot[0].text, "It keeps nothing.");
	assert_null(connector->cannot[1].code);
	plugins_unload(plugins);
}

/* The table grows at its end: a connector that knows less of it, or more, is served all the same. */
static void tables_of_other_brokers(void **state)
{
	static const char *const folder[] = {FIXTURES "/table-short", FIXTURES "/table-long"};

	(void)state;
	for (size_t i = 0; i < sizeof folder / sizeof *folder; i++) {
		struct plugins *plugins = NULL;
		const struct ent_connector *connector;
		struct ent_err err = {0};

		if (plugins_load(folder[i], &plugins, &err) != ENT_OK)
			fail_msg("%s", err.msg);
		connector = plugins_find(plugins, ENT_STR("fixture"));
		assert_non_null(connector);
		assert_non_null(connector->decode);
		assert_null(connector->build); /* the short one's memory goes on with something else */
		assert_null(connector->parse);
		plugins_unload(plugins);
	}
}

static void two_of_one_name(void **state)
{
	(void)state;
	expect_refused(FIXTURES "/good:" FIXTURES "/twin", "twin.so", "call themselves \"fixture\"");
	expect_refused(FIXTURES "/twin:" FIXTURES "/good", "good.so", "call themselves \"fixture\"");
	expect_refused(FIXTURES "/good:" FIXTURES "/good", "good.so", "call themselves \"fixture\"");
}

static void no_library(void **state)
{
	char folder[] = "/tmp/entente-plugin-XXXXXX", file[64];
	struct plugins *plugins = NULL;
	struct ent_err err;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(plugins_load(folder, &plugins, &err), ENT_OK);
	assert_int_equal(plugins_count(plugins), 0);
	plugins_unload(plugins);
	snprintf(file, sizeof file, "%s/text.so", folder);
	f = fopen(file, "w");
	assert_non_null(f);
	assert_true(fputs("no library\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
	expect_refused(folder, "text.so", "cannot load");
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_ones),       cmocka_unit_test(bad_ones),   cmocka_unit_test(tables_of_other_brokers),
	    cmocka_unit_test(two_of_one_name), cmocka_unit_test(no_library), cmocka_unit_test(one_that_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
