/* SPDX-License-Identifier: Apache-2.0 */
/* How often somebody may try. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/attempts.h"

#define AT_ONCE  5
#define EVERY_MS 1000

static struct attempts *attempts_fresh(void)
{
	struct attempts *attempts = calloc(1, sizeof *attempts);

	attempts->at_once = AT_ONCE;
	attempts->every_ms = EVERY_MS;
	return attempts;
}

/* A thousand tries at once are five, and a refused one costs nothing more. */
static void burst_then_one_each_period(void **state)
{
	struct attempts *attempts = attempts_fresh();
	int64_t now_ms = 1700000000000;
	int n = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		n += attempts_take(attempts, 7, now_ms) == 0;
	assert_int_equal(n, AT_ONCE);
	assert_int_equal(attempts_take(attempts, 7, now_ms), EVERY_MS);
	assert_int_equal(attempts_take(attempts, 7, now_ms + EVERY_MS - 1), 1);
	assert_int_equal(attempts_take(attempts, 7, now_ms + EVERY_MS), 0);
	assert_int_equal(attempts_take(attempts, 7, now_ms + EVERY_MS), EVERY_MS);
	assert_int_equal(attempts_take(attempts, 8, now_ms), 0); /* another one is not held back */
	free(attempts);
}

static void right_one_costs_nothing(void **state)
{
	struct attempts *attempts = attempts_fresh();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(attempts_take(attempts, 7, 5000), 0);
		attempts_give_back(attempts, 7, 5000);
	}
	for (int i = 0; i < AT_ONCE; i++)
		assert_int_equal(attempts_take(attempts, 7, 5000), 0);
	assert_int_not_equal(attempts_take(attempts, 7, 5000), 0);
	attempts_give_back(attempts, 9, 5000); /* of one that is not there */
	assert_int_not_equal(attempts_take(attempts, 7, 5000), 0);
	free(attempts);
}

/* Many others do not make it forget one that owes more than they do. */
static void full_table_forgets_the_least(void **state)
{
	struct attempts *attempts = attempts_fresh();

	(void)state;
	while (attempts_take(attempts, 7, 5000) == 0)
		;
	for (uint64_t who = 100; who < 100 + 4 * ATTEMPTS_CELLS; who++)
		(void)!attempts_take(attempts, who, 5001);
	assert_int_not_equal(attempts_take(attempts, 7, 5001), 0);
	free(attempts);
}

static void clock_set_back_holds_nobody_for_long(void **state)
{
	struct attempts *attempts = attempts_fresh();

	(void)state;
	assert_int_equal(attempts_take(attempts, 7, 1700000000000), 0);
	assert_int_equal(attempts_take(attempts, 7, 1000), 0);
	free(attempts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(burst_then_one_each_period), cmocka_unit_test(right_one_costs_nothing),
	    cmocka_unit_test(full_table_forgets_the_least), cmocka_unit_test(clock_set_back_holds_nobody_for_long)};

	return cmocka_run_group_tests_name("attempts", tests, NULL, NULL);
}
