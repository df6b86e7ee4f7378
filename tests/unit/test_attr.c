/* SPDX-License-Identifier: Apache-2.0 */
/* One row per attribute: which are carried, their values, and how the store keeps them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/attr.h"
#include "sdk/webhook.h"

static void what_is_carried_is_mapped(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		enum ent_attr attr = (enum ent_attr)i;
		bool is_carried = attr_in(ATTR_CARRIED, i), is_scale = sdk_attr_steps(attr) > 0;

		assert_int_equal(is_carried, attr_in(ATTR_MAPPEDS, i));
		assert_int_equal(is_carried, attr == ENT_STATUS || is_scale);
		assert_int_equal(is_scale, attr_in(ATTR_LEVELS, i));
		assert_int_equal(is_scale, attr_rule(attr) >= ATTR_LEVEL);
	}
}

static void each_word_is_a_value(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ENT_N_ATTR; i++) {
		enum ent_attr attr = (enum ent_attr)i;

		assert_int_equal(attr_n_value(attr) > 1, attr_in(ATTR_CARRIED, i));
		for (unsigned value = 1; value < attr_n_value(attr); value++) {
			struct ent_str word = attr_word(attr, value);
			assert_true(word.n > 0 && sdk_is_canonical(attr, word));
			assert_int_equal(attr_value(attr, word), value);
		}
		assert_int_equal(attr_value(attr, ENT_STR("unknown")), 0);
		assert_int_equal(attr_value(attr, ENT_ABSENT), 0);
	}
	assert_int_equal(attr_value(ENT_PRIORITY, ENT_STR("6")), 0);
	assert_int_equal(attr_word(ENT_PRIORITY, 6).n, 0);
	assert_int_equal(attr_value(ENT_SITE, ENT_STR("1")), 0);
}

static void the_store_keeps_what_is_known(void **state)
{
	struct values values = {{0}}, back;
	char text[ATTR_VALUES_SIZE];

	(void)state;
	assert_int_equal(attr_values_print(&values, text).n, 0);
	values.at[ENT_PRIORITY] = 2;
	assert_true(sdk_eqz(attr_values_print(&values, text), "priority=2"));
	for (unsigned i = 0; i < ENT_N_ATTR; i++)
		values.at[i] = attr_n_value((enum ent_attr)i) - 1;
	back = attr_values_parse(attr_values_print(&values, text));
	assert_int_equal(attr_differ(&values, &back), 0);
	back = attr_values_parse(ENT_STR("status=new site=1 priority=9 colour=2  title"));
	assert_int_equal(back.at[ENT_STATUS], ENT_NEW);
	back.at[ENT_STATUS] = 0;
	assert_int_equal(attr_differ(&back, &(struct values){{0}}), 0);
}

static void what_is_known_is_taken(void **state)
{
	struct values to = {{0}}, from = {{0}};

	(void)state;
	to.at[ENT_STATUS] = ENT_NEW;
	to.at[ENT_PRIORITY] = 3;
	from.at[ENT_PRIORITY] = 1;
	assert_int_equal(attr_differ(&to, &from), 1u << ENT_STATUS | 1u << ENT_PRIORITY);
	attr_take(&to, &from);
	assert_int_equal(to.at[ENT_STATUS], ENT_NEW);
	assert_int_equal(to.at[ENT_PRIORITY], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_carried_is_mapped),
	    cmocka_unit_test(each_word_is_a_value),
	    cmocka_unit_test(the_store_keeps_what_is_known),
	    cmocka_unit_test(what_is_known_is_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
