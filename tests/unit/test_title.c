/* SPDX-License-Identifier: Apache-2.0 */
/* Our number in a title. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sdk/title.h"

static void test_title_split(void **state)
{
	static const struct {
		const char *title, *rest, *number; /* number NULL: none */
	} row[] = {
	    {"Lift 3 stuck [ENT-000042]", "Lift 3 stuck", "ENT-000042"},
	    {"Lift 3 stuck [ENT-000042]  ", "Lift 3 stuck", "ENT-000042"},
	    {"[ENT-000042]", "", "ENT-000042"},
	    {"[ENT-000042] Lift", "[ENT-000042] Lift", NULL}, /* at its end alone */
	    {"Lift [ENT-]", "Lift [ENT-]", NULL},
	    {"Lift [ENT-42x]", "Lift [ENT-42x]", NULL},
	    {"Lift [CHG-42]", "Lift [CHG-42]", NULL},
	    {"Lift [ENT-1234567890123456789]", "Lift [ENT-1234567890123456789]", NULL},
	    {"]", "]", NULL},
	    {"", "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ent_str number, rest = sdk_title_split(sdk_str(row[i].title), &number);

		assert_true(sdk_eqz(rest, row[i].rest));
		assert_true(sdk_eq(number, sdk_str(row[i].number)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_title_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
