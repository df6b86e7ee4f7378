/* SPDX-License-Identifier: Apache-2.0 */
/* Who is meant by a word, what words mean, and who may read a comment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/supplier.h"

static const struct ent_map_row tool[] = {
    {"Open", "new"}, {"Active", "in_progress"}, {"Work", "in_progress"}, {"Done", "resolved"}, {0}};

static struct map_row row(const char *native, const char *canonical)
{
	return (struct map_row){sdk_str(native), sdk_str(canonical)};
}

static void expect(struct ent_str got, const char *want)
{
	if (!want)
		assert_null(got.p);
	else if (!sdk_eqz(got, want))
		fail_msg("got \"%.*s\", want \"%s\"", (int)got.n, got.p ? got.p : "", want);
}

static void words_in(void **state)
{
	const struct map_row in[] = {row("Open", "acknowledged"), row("", "held"), row("Zum Kunden", "pending")};
	const struct map map = {.in = in, .n_in = 3}, none = {0};

	(void)state;
	expect(map_in(&none, tool, ENT_STR("Open")), "new");
	expect(map_in(&map, tool, ENT_STR("Open")), "acknowledged");
	expect(map_in(&map, tool, ENT_STR("Done")), "resolved");
	expect(map_in(&map, tool, ENT_STR("Zum Kunden")), "pending");
	expect(map_in(&map, tool, ENT_STR("")), "held");
	expect(map_in(&map, tool, ENT_STR("open")), NULL); /* words are exact */
	expect(map_in(&map, tool, ENT_STR("Zum")), NULL);
	expect(map_in(&none, NULL, ENT_STR("Open")), NULL);
}

static void words_out(void **state)
{
	const struct map_row in[] = {row("Open", "acknowledged"), row("A", "pending"), row("B", "pending")};
	const struct map_row out[] = {row("B", "pending")};
	const struct map map = {.in = in, .n_in = 3}, named = {.in = in, .n_in = 3, .out = out, .n_out = 1}, none = {0};

	(void)state;
	expect(map_out(&none, tool, ENT_STR("in_progress")), "Active"); /* the first of several */
	expect(map_out(&map, tool, ENT_STR("pending")), "A");
	expect(map_out(&named, tool, ENT_STR("pending")), "B");
	expect(map_out(&map, tool, ENT_STR("acknowledged")), "Open");
	expect(map_out(&map, tool, ENT_STR("new")), NULL); /* its only word means something else now */
	expect(map_out(&map, tool, ENT_STR("closed")), NULL);
	expect(map_out(&none, NULL, ENT_STR("new")), NULL);
}

static void what_does_not_come_back(void **state)
{
	const struct map_row in[] = {row("a", "resolved"), row("b", "closed")};
	const struct map_row wrong[] = {row("b", "resolved")}, nowhere[] = {row("zz", "held")},
			     right[] = {row("a", "resolved")};
	const struct map bad = {.in = in, .n_in = 2, .out = wrong, .n_out = 1};
	const struct map lost = {.in = in, .n_in = 2, .out = nowhere, .n_out = 1};
	const struct map good = {.in = in, .n_in = 2, .out = right, .n_out = 1}, none = {0};
	const struct map_row borrows[] = {row("a", "closed")}, only[] = {row("a", "resolved")};
	const struct map borrowed = {.in = only, .n_in = 1, .out = borrows, .n_out = 1};
	struct ent_err err;

	(void)state;
	assert_int_equal(map_check(&borrowed, NULL, ENT_STATUS, &err), ENT_OK);
	assert_int_equal(map_check(&good, tool, ENT_STATUS, &err), ENT_OK);
	assert_int_equal(map_check(&none, tool, ENT_STATUS, &err), ENT_OK);
	assert_int_equal(map_check(&none, NULL, ENT_STATUS, &err), ENT_OK);
	assert_int_equal(map_check(&bad, NULL, ENT_STATUS, &err), ENT_EINVAL);
	assert_string_equal(err.msg, "status: resolved goes out as \"b\", which comes back as closed");
	assert_int_equal(map_check(&lost, NULL, ENT_STATUS, &err), ENT_EINVAL);
	assert_string_equal(err.msg, "status: held goes out as \"zz\", which comes back as nothing");
}

static struct supplier_set *two(void)
{
	struct supplier_set *set = supplier_set_new(2);

	set->at[0].name = ENT_STR("orion");
	set->at[0].title = ENT_STR("Orion Infogérance");
	set->at[1].name = ENT_STR("telnord");
	set->at[1].title = ENT_STR("Orion");
	return set;
}

static void who_is_meant(void **state)
{
	struct supplier_set *set = two();

	(void)state;
	assert_int_equal(set->at[1].index, 1);
	assert_ptr_equal(supplier_by_name(set, ENT_STR("telnord")), &set->at[1]);
	assert_null(supplier_by_name(set, ENT_STR("Telnord")));
	assert_null(supplier_by_name(set, ENT_ABSENT));
	assert_ptr_equal(supplier_by_any(set, ENT_STR("ORION INFOGérance")), &set->at[0]);
	assert_ptr_equal(supplier_by_any(set, ENT_STR("orion")), &set->at[0]); /* a name goes before another's title */
	assert_null(supplier_by_any(set, ENT_STR("")));
	assert_null(supplier_by_any(set, ENT_STR("Orion Infog")));
	supplier_set_unref(set);
}

static void the_last_one_wipes(void **state)
{
	struct supplier_set *set = two();
	struct ent_err err;

	(void)state;
	assert_int_equal(setenv("ENTENTE_TEST_SECRET", "x", 1), 0);
	assert_int_equal(secret_load(ENT_STR("env:ENTENTE_TEST_SECRET"), &set->at[0].secret[0], &err), ENT_OK);
	set->at[0].n_secret = 1;
	assert_ptr_equal(supplier_set_ref(set), set);
	supplier_set_unref(set);
	assert_int_equal(secret_bytes(&set->at[0].secret[0]).n, 1); /* one reference is left */
	supplier_set_unref(set);
	supplier_set_unref(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_in),
	    cmocka_unit_test(words_out),
	    cmocka_unit_test(what_does_not_come_back),
	    cmocka_unit_test(who_is_meant),
	    cmocka_unit_test(the_last_one_wipes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
