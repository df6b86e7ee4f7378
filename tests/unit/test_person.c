/* SPDX-License-Identifier: Apache-2.0 */
/* Which account somebody is, what is learned about it, and what events and entente.people.v1 tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "core/person.h"

#define REF "b1c2d3e4-0000-4000-8000-00000000a001"
#define KEY ENT_STR("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")

static bool same_mark(const char *supplier, const struct ent_person *one, const char *other_supplier,
		      const struct ent_person *other)
{
	unsigned char a[PERSON_MARK_SIZE], b[PERSON_MARK_SIZE];

	person_mark(KEY, ENT_STR("acme"), sdk_str(supplier), person_account(one), a);
	person_mark(KEY, ENT_STR("acme"), sdk_str(other_supplier), person_account(other), b);
	return memcmp(a, b, sizeof a) == 0;
}

static void test_accounts(void **state)
{
	static const struct {
		const char *supplier;
		struct ent_person one;
		const char *other_supplier;
		struct ent_person other;
		bool same;
	} row[] = {
	    {"orion", {ENT_STR("u1"), ENT_STR("Ann")}, "orion", {ENT_STR("u1"), ENT_STR("Ann")}, true},
	    {"orion",
	     {ENT_STR("u1"), ENT_STR("Ann")},
	     "orion",
	     {ENT_STR("u1"), ENT_STR("Ann Lee")},
	     true}, /* renamed */
	    {"orion", {ENT_STR("u1"), ENT_STR("Ann")}, "orion", {ENT_STR("u1"), ENT_ABSENT}, true},
	    {"orion", {ENT_STR("u1"), ENT_STR("Ann")}, "orion", {ENT_STR("u2"), ENT_STR("Ann")}, false}, /* two Anns */
	    {"orion", {ENT_STR("u1"), ENT_STR("Ann")}, "vega", {ENT_STR("u1"), ENT_STR("Ann")}, false},
	    {"orion", {ENT_ABSENT, ENT_STR("Ann")}, "orion", {ENT_STR(""), ENT_STR("Ann")}, true}, /* the name is it */
	    {"orion", {ENT_ABSENT, ENT_STR("ann")}, "orion", {ENT_STR("ann"), ENT_STR("Ann Lee")}, true},
	    {"orion", {ENT_STR("ann"), ENT_ABSENT}, "orion", {ENT_STR("Ann"), ENT_ABSENT}, false},
	};
	const struct ent_person nobody = {ENT_ABSENT, ENT_STR("")};
	unsigned char a[PERSON_MARK_SIZE], b[PERSON_MARK_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (same_mark(row[i].supplier, &row[i].one, row[i].other_supplier, &row[i].other) != row[i].same)
			fail_msg("row %zu", i);
	assert_int_equal(person_account(&nobody).n, 0);
	person_mark(KEY, ENT_STR("acme"), ENT_STR("orion"), ENT_STR("u1"), a);
	person_mark(ENT_STR("another key"), ENT_STR("acme"), ENT_STR("orion"), ENT_STR("u1"), b);
	assert_memory_not_equal(a, b, sizeof a);
	person_mark(KEY, ENT_STR("orion"), ENT_STR("orion"), ENT_STR("u1"), b);
	assert_memory_not_equal(a, b, sizeof a);
}

static void test_learning(void **state)
{
	static const struct {
		const char *known;
		bool was_machine;
		struct ent_person told;
		bool is_machine;
		const char *want;
		bool learns;
	} row[] = {
	    {"", false, {ENT_STR("u1"), ENT_STR("Ann")}, false, "Ann", true},
	    {"Ann", false, {ENT_STR("u1"), ENT_STR("Ann")}, false, "Ann", false},
	    {"Ann", false, {ENT_STR("u1"), ENT_STR("Ann Lee")}, false, "Ann Lee", true},
	    {"Ann", false, {ENT_STR("u1"), ENT_ABSENT}, false, "Ann", false},    /* not told: what is known stays */
	    {"Ann", false, {ENT_STR("u1"), ENT_STR("u1")}, false, "Ann", false}, /* shown for want of a name */
	    {"", false, {ENT_STR("u1"), ENT_STR("u1")}, false, "u1", true},
	    {"", false, {ENT_ABSENT, ENT_STR("Ann")}, false, "Ann", true},
	    {"Ann Lee", false, {ENT_ABSENT, ENT_STR("ann")}, false, "Ann Lee", false},
	    {"Ann", false, {ENT_STR("u1"), ENT_STR("Ann")}, true, "Ann", true}, /* it is our account there */
	    {"Ann", true, {ENT_STR("u1"), ENT_STR("Ann")}, false, "Ann", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct person person = {
		    .ref = ENT_STR(REF), .name = sdk_str(row[i].known), .is_machine = row[i].was_machine};
		bool learns = person_learn(&person, &row[i].told, row[i].is_machine);

		if (learns != row[i].learns || !sdk_eqz(person.name, row[i].want) ||
		    person.is_machine != row[i].is_machine || !sdk_eqz(person.ref, REF))
			fail_msg("row %zu: %.*s", i, ENT_F(person.name));
	}
}

static void test_values_there_and_back(void **state)
{
	struct person person = {
	    .ref = ENT_STR(REF), .organisation = ENT_STR("orion"), .name = ENT_STR("Ann"), .is_machine = true};
	const struct person nobody = {.ref = ENT_STR("")};
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	struct ent_value value = person_value(&arena.abi, &person);
	struct person back = person_of_value(&value);
	assert_true(sdk_eqz(back.ref, REF) && sdk_eqz(back.organisation, "orion") && back.is_machine);
	assert_int_equal(back.name.n, 0);
	person.is_machine = false;
	value = person_value(&arena.abi, &person);
	assert_false(person_of_value(&value).is_machine);
	value = person_value(&arena.abi, &nobody);
	assert_true(value.text.n == 0 && value.native.n == 0 && person_of_value(&value).ref.n == 0);
	sdk_arena_release(&arena);
}

static void test_records(void **state)
{
	static const char *const broken[] = {
	    "{}",
	    "[]",
	    "17",
	    "{\"ref\":\"" REF "\"}",
	    "{\"ref\":\"" REF "\",\"account_hash\":\"12\"}",
	    "{\"ref\":\"" REF
	    "\",\"account_hash\":\"x0000000000000000000000000000000000000000000000000000000000000000\"}"};
	struct person_row row = {
	    .person = {.ref = ENT_STR(REF), .organisation = ENT_STR("orion"), .name = ENT_STR("A\"n")}};
	struct person_row back;
	struct sdk_arena arena;
	struct sdk_buf buf;
	struct ent_err err;

	(void)state;
	sdk_arena_init(&arena);
	sdk_buf_init(&buf, 10000);
	person_mark(KEY, ENT_STR("orion"), ENT_STR("orion"), ENT_STR("u1"), row.mark);
	person_record(&row, &buf);
	assert_null(memmem(buf.p, buf.n, "u1", 2)); /* the account stands nowhere */
	assert_int_equal(person_record_parse(&arena.abi, sdk_buf_view(&buf), &back, &err), ENT_OK);
	assert_true(sdk_eqz(back.person.ref, REF) && sdk_eqz(back.person.organisation, "orion") &&
		    sdk_eqz(back.person.name, "A\"n") && !back.person.is_machine);
	assert_memory_equal(back.mark, row.mark, sizeof row.mark);
	row.person.name = ENT_STR("");
	row.person.is_machine = true;
	sdk_buf_clear(&buf);
	person_record(&row, &buf);
	assert_int_equal(person_record_parse(&arena.abi, sdk_buf_view(&buf), &back, &err), ENT_OK);
	assert_true(back.person.name.n == 0 && back.person.is_machine);
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
		if (person_record_parse(&arena.abi, sdk_str(broken[i]), &back, &err) != ENT_EINVAL)
			fail_msg("%s", broken[i]);
	sdk_buf_release(&buf);
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_accounts), cmocka_unit_test(test_learning),
					   cmocka_unit_test(test_values_there_and_back),
					   cmocka_unit_test(test_records)};

	return cmocka_run_group_tests_name("person", tests, NULL, NULL);
}
