/* SPDX-License-Identifier: Apache-2.0 */
/* What link decides without a lane: how long the pauses are, what the end of a round trip means, and when a delivery
 * itself is to blame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "link/ending.h"
#include "link/pace.h"
#include "link/strike.h"

/* Chance that always says the same. */
struct fixed_chance {
	struct chance abi;
	uint64_t says;
};

static void fixed_bytes(struct chance *chance, void *ret, size_t n)
{
	struct fixed_chance *fixed = (struct fixed_chance *)(void *)chance;

	assert_int_equal(n, sizeof fixed->says);
	memcpy(ret, &fixed->says, n);
}

static void pauses_double_and_half_is_chance(void **state)
{
	static const struct {
		unsigned times;
		int64_t least_ms, most_ms;
	} row[] = {{0, 500, 1000},      {1, 1000, 2000},     {3, 4000, 8000},
		   {8, 128000, 256000}, {9, 150000, 300000}, {99, 150000, 300000}};
	struct fixed_chance chance = {.abi.bytes = fixed_bytes};
	struct pace pace = {&chance.abi, 1000, 300000};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		chance.says = 0;
		assert_int_equal(pace_backoff_ms(&pace, row[i].times), row[i].least_ms);
		chance.says = (uint64_t)(row[i].most_ms - row[i].least_ms);
		assert_int_equal(pace_backoff_ms(&pace, row[i].times), row[i].most_ms);
		chance.says++;
		assert_int_equal(pace_backoff_ms(&pace, row[i].times), row[i].least_ms);
	}
	chance.says = 0;
	assert_int_equal(pace_spread_ms(&pace, 60000), 54000);
	chance.says = 12000;
	assert_int_equal(pace_spread_ms(&pace, 60000), 66000);
}

static void times_of_two_clocks(void **state)
{
	(void)state;
	assert_int_equal(pace_mono_us(1500, 1000, 7000000), 7500000);
	assert_int_equal(pace_mono_us(1000, 1000, 7000000), 7000000);
	assert_int_equal(pace_mono_us(0, 1000, 7000000), 7000000); /* what is past is due now */
	assert_true(pace_mono_us(INT64_MAX, 1000, 7000000) == NEVER_US);
}

static void for_whom_is_the_pause(void **state)
{
	static const struct {
		enum ent_rc rc;
		int status;
		const char *after; /* Retry-After; NULL: none */
		unsigned said_s;   /* by the connector */
		enum ending_pause pause;
		int64_t wait_ms;
	} row[] = {
	    {ENT_ERETRY, 429, "7", 0, PAUSE_SUPPLIER, 7000},  {ENT_ERETRY, 503, "7", 0, PAUSE_SUPPLIER, 7000},
	    {ENT_ERETRY, 403, NULL, 9, PAUSE_SUPPLIER, 9000}, {ENT_ERETRY, 429, "7", 9, PAUSE_SUPPLIER, 9000},
	    {ENT_ERETRY, 429, "7", 3, PAUSE_SUPPLIER, 7000},  {ENT_ERETRY, 429, NULL, 0, PAUSE_UNSAID, 0},
	    {ENT_ERETRY, 403, NULL, 0, PAUSE_UNSAID, 0},      {ENT_ERETRY, 503, NULL, 0, PAUSE_SUPPLIER, 0},
	    {ENT_ERETRY, 500, "7", 0, PAUSE_OURS, 7000},      {ENT_EAUTH, 403, NULL, 0, PAUSE_OURS, 0},
	    {ENT_OK, 200, "7", 0, PAUSE_OURS, 7000},          {ENT_ERETRY, 429, NULL, 86400, PAUSE_SUPPLIER, 3600000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ent_header header = {ENT_STR("retry-after"), row[i].after ? sdk_str(row[i].after) : ENT_ABSENT};
		struct ent_response response = {
		    .status = row[i].status, .header = &header, .n_header = row[i].after ? 1 : 0};
		struct ending ending = {.rc = row[i].rc, .result.retry_after_s = row[i].said_s};

		if (ending_pause(&ending, &response, 1000) != row[i].pause || ending.wait_ms != row[i].wait_ms)
			fail_msg("row %zu: waits %lld ms", i, (long long)ending.wait_ms);
	}
}

static void what_it_says_of_the_supplier(void **state)
{
	static const struct {
		enum ent_rc rc;
		enum transfer_outcome outcome;
		bool asks_who;
		enum ending_verdict is;
	} row[] = {
	    {ENT_OK, TRANSFER_ANSWERED, false, VERDICT_WELL},
	    {ENT_MORE, TRANSFER_ANSWERED, false, VERDICT_WELL},
	    {ENT_EINVAL, TRANSFER_ANSWERED, false, VERDICT_WELL},
	    {ENT_EGONE, TRANSFER_ANSWERED, false, VERDICT_WELL},
	    {ENT_ERETRY, TRANSFER_ANSWERED, false, VERDICT_FAILED},
	    {ENT_ERETRY, TRANSFER_LOST, false, VERDICT_FAILED},
	    {ENT_ERETRY, TRANSFER_NOT_SENT, true, VERDICT_FAILED},
	    {ENT_EAUTH, TRANSFER_ANSWERED, false, VERDICT_REFUSED},
	    {ENT_EAUTH, TRANSFER_REFUSED, false, VERDICT_REFUSED},
	    {ENT_OK, TRANSFER_ANSWERED, true, VERDICT_WELL},
	    {ENT_EINVAL, TRANSFER_ANSWERED, true, VERDICT_NONE}, /* a probe's 404 is no success */
	    {ENT_OK, TRANSFER_LOST, false, VERDICT_NONE},        /* a poll that hears of a silence */
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ending ending = {.rc = row[i].rc};

		if (ending_verdict(&ending, row[i].outcome, row[i].asks_who) != row[i].is)
			fail_msg("row %zu", i);
	}
}

/* May the tool have done what we asked, whatever we make of its answer? */
static void what_a_write_may_have_done(void **state)
{
	static const struct {
		enum ent_rc rc;
		int status;
		bool said_no, is_no, wrote, is_unread;
	} row[] = {
	    {ENT_EINVAL, 200, false, false, true, true},  {ENT_EINVAL, 302, false, false, true, true},
	    {ENT_EINVAL, 200, true, true, true, false},   {ENT_EINVAL, 422, false, true, false, false},
	    {ENT_EINVAL, 500, false, false, false, true}, {ENT_ETOOLONG, 200, false, true, true, true},
	    {ENT_EAUTH, 403, false, true, false, false},  {ENT_EINVAL, 0, false, false, false, true},
	};
	struct ending lost = {0}, refused = {0};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ending ending = {
		    .rc = row[i].rc, .is_built = true, .status = row[i].status, .result.said_no = row[i].said_no};

		if (ending_is_no(&ending) != row[i].is_no || ending_wrote(&ending, true) != row[i].wrote ||
		    ending_is_unread(&ending, true) != row[i].is_unread)
			fail_msg("row %zu", i);
		assert_false(ending_wrote(&ending, false));
		assert_false(ending_is_unread(&ending, false));
		ending.is_built = false; /* nothing was sent */
		assert_false(ending_is_no(&ending) || ending_wrote(&ending, true) || ending_is_unread(&ending, true));
	}
	ending_unanswered(&lost, &(struct transfer_end){.outcome = TRANSFER_LOST}, true);
	assert_true(lost.is_lost && lost.rc == ENT_ERETRY);
	ending_unanswered(&lost, &(struct transfer_end){.outcome = TRANSFER_LOST}, false);
	assert_false(lost.is_lost);
	ending_unanswered(&refused, &(struct transfer_end){.outcome = TRANSFER_REFUSED}, true);
	assert_true(refused.rc == ENT_EAUTH && !refused.is_lost);
}

static void only_failures_beside_successes_count(void **state)
{
	static struct strikes strikes; /* too large for a stack that is looked at */

	(void)state;
	strikes = (struct strikes){0};
	assert_false(strike_is_out(&strikes, 7, 3)); /* 1 */
	assert_false(strike_is_out(&strikes, 7, 3)); /* the supplier did nothing for others: it may be to blame */
	assert_false(strike_is_out(&strikes, 7, 3));
	strikes.successes++;
	assert_false(strike_is_out(&strikes, 7, 3)); /* 2 */
	strikes.successes++;
	assert_false(strike_is_out(&strikes, 8, 3)); /* another one */
	assert_true(strike_is_out(&strikes, 7, 3));  /* 3 */
	strike_forget(&strikes, 7);
	assert_false(strike_is_out(&strikes, 7, 3));

	assert_false(strike_is_alone(&strikes, 9));
	*strike_of(&strikes, 9) = (struct strike){.delivery = 9, .refused_ms = 1, .let_in = strikes.successes};
	assert_false(strike_is_alone(&strikes, 9));
	strikes.successes++;
	assert_true(strike_is_alone(&strikes, 9));
	for (int64_t id = 100; id < 100 + STRIKES;
	     id++) /* no place is left: the oldest goes, and nothing else happens */
		assert_int_equal(strike_of(&strikes, id)->delivery, id);
	assert_false(strike_is_alone(&strikes, 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pauses_double_and_half_is_chance),
	    cmocka_unit_test(times_of_two_clocks),
	    cmocka_unit_test(for_whom_is_the_pause),
	    cmocka_unit_test(what_it_says_of_the_supplier),
	    cmocka_unit_test(what_a_write_may_have_done),
	    cmocka_unit_test(only_failures_beside_successes_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
