/* SPDX-License-Identifier: Apache-2.0 */
/* Is it worth asking this supplier's tool, and who is refused? The pure parts of link's judgement, by tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "link/breaker.h"
#include "link/limiter.h"
#include "link/refusal.h"

#define MAX 3 /* failures */

static const struct ent_err why = {.msg = "because"};

/* f: failed at that incident, r: refused there, o: something was done; 0: the supplier as a whole. */
static const struct {
	const char *happens;
	bool open, failing, refused;
} row[] = {
    {"", false, false, false},
    {"f1f1", false, false, false},
    {"f1f1f1", false, true, false}, /* shown, and stops nobody */
    {"f1f2f1", true, true, false},
    {"f0f0f0", true, true, false},
    {"f1f2of1", false, false, false},
    {"r1", false, false, false},
    {"r1r1r1r1r1r1", false, false, false},
    {"r1r2r1r2", false, false, false},
    {"r1r2r3", true, false, true},
    {"r1r2or3r4", false, false, false},
    {"r1r2or3r4r5", true, false, true},
    {"r0", true, false, true},
    {"r0r1", true, false, true},
    {"r0f1", true, false, true},
    {"r0o", false, false, false},
    {"r1f1r2f1f2", true, true, false},
};

static void what_opens(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct breaker breaker = {0};

		for (const char *p = row[i].happens; *p; p++) {
			int64_t whom = *p == 'o' ? 0 : p[1] - '0';
			if (*p == 'o')
				breaker_ok(&breaker);
			else if (*p == 'f')
				breaker_failed(&breaker, MAX, whom, 0, 10, &why);
			else
				breaker_refused(&breaker, MAX, whom, 0, 10, &why);
			p += *p != 'o';
		}
		if (breaker_is_open(&breaker, MAX) != row[i].open ||
		    breaker_is_failing(&breaker, MAX) != row[i].failing ||
		    breaker_is_refused(&breaker) != row[i].refused)
			fail_msg("\"%s\": open %d, failing %d, refused %d", row[i].happens,
				 breaker_is_open(&breaker, MAX), breaker_is_failing(&breaker, MAX),
				 breaker_is_refused(&breaker));
	}
}

static void who_is_refused(void **state)
{
	static const struct {
		enum transfer_outcome outcome;
		int status;
		bool is_probe, can_probe;
		enum refusal is;
	} of[] = {
	    {TRANSFER_ANSWERED, 401, false, false, REFUSAL_US}, {TRANSFER_ANSWERED, 403, false, false, REFUSAL_TICKET},
	    {TRANSFER_ANSWERED, 200, false, false, REFUSAL_US}, /* a program's word */
	    {TRANSFER_ANSWERED, 401, false, true, REFUSAL_ASK}, {TRANSFER_ANSWERED, 403, false, true, REFUSAL_ASK},
	    {TRANSFER_ANSWERED, 200, false, true, REFUSAL_ASK}, {TRANSFER_ANSWERED, 401, true, true, REFUSAL_US},
	    {TRANSFER_ANSWERED, 403, true, true, REFUSAL_US},   {TRANSFER_REFUSED, 0, false, true, REFUSAL_US},
	    {TRANSFER_REFUSED, 0, false, false, REFUSAL_US},
	};

	(void)state;
	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		assert_int_equal(refusal_of(of[i].outcome, of[i].status, of[i].is_probe, of[i].can_probe), of[i].is);
}

static void what_becomes_of_the_delivery(void **state)
{
	static const struct {
		bool is_closed, let_in_since;
		int status;
		int64_t since_ms;
		enum refusal_next is;
	} of[] = {
	    {true, false, 401, 0, REFUSAL_WAITS},       {true, true, 403, 999999, REFUSAL_WAITS},
	    {false, false, 403, 0, REFUSAL_AGAIN},      {false, false, 401, 0, REFUSAL_AGAIN},
	    {false, true, 403, 0, REFUSAL_PARKS},       {false, true, 401, 0, REFUSAL_PARKS},
	    {false, false, 403, 59999, REFUSAL_AGAIN},  {false, false, 403, 60000, REFUSAL_PARKS},
	    {false, false, 401, 600000, REFUSAL_AGAIN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		assert_int_equal(refusal_next(of[i].is_closed, of[i].let_in_since, of[i].status, of[i].since_ms),
				 of[i].is);
}

static void limits_double(void **state)
{
	struct limiter limiter = {0};
	int64_t now = 1000;

	(void)state;
	limiter_set(&limiter, 60);
	assert_int_equal(limiter_limited(&limiter, now, 60, 200), 60);
	assert_int_equal(limiter_limited(&limiter, now + 10, 60, 200), 50); /* it flew beside the first */
	assert_int_equal(limiter_when(&limiter, now + 10), now + 60);
	assert_int_equal(limiter_limited(&limiter, now += 60, 60, 200), 120);
	assert_int_equal(limiter_limited(&limiter, now += 120, 60, 200), 200);
	assert_int_equal(limiter_limited(&limiter, now += 200, 60, 200), 200);
	limiter_well(&limiter);
	assert_int_equal(limiter_limited(&limiter, now += 200, 60, 200), 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_opens),
	    cmocka_unit_test(who_is_refused),
	    cmocka_unit_test(what_becomes_of_the_delivery),
	    cmocka_unit_test(limits_double),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
