/* SPDX-License-Identifier: Apache-2.0 */
/* At a shell people are mentioned by mail address, name or ref. */
#include "cli/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define REF "00000000-0000-4000-8000-0000000000a1"

static bool find(void *of, struct ent_str who, struct ent_str *ret, struct ent_err *err)
{
	(void)of;
	*ret = ENT_STR(REF);
	if (sdk_eqz(who, "Ana Weber") || sdk_eqz(who, "ana@us.example"))
		return true;
	(void)sdk_fail(err, ENT_EINVAL, "%.*s", ENT_F(who));
	return false;
}

static void test_words(void **state)
{
	static const struct {
		const char *typed, *sent; /* NULL: nobody is called so */
	} rows[] = {
	    {"", ""},
	    {"no one", "no one"},
	    {"@ana@us.example", "<@" REF ">"},
	    {"Please, @ana@us.example.", "Please, <@" REF ">."},
	    {"(@ana@us.example, @(Ana Weber)!)", "(<@" REF ">, <@" REF ">!)"},
	    {"@( Ana Weber )", "<@" REF ">"},
	    {"@" REF " and <@" REF ">", "<@" REF "> and <@" REF ">"},
	    {"mail ana@us.example", "mail ana@us.example"},
	    {"@home, @ 5 or @", "@home, @ 5 or @"},
	    {"@(", "@("},
	    {"@()", "@()"},
	    {"@(Ben)", NULL},
	    {"@ben@us.example", NULL},
	};
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ent_str sent;
		struct ent_err err;
		bool found = address_words(&arena.abi, sdk_str(rows[i].typed), find, NULL, &sent, &err);

		if (found != (rows[i].sent != NULL) || (found && !sdk_eqz(sent, rows[i].sent)))
			fail_msg("%s: %.*s", rows[i].typed, ENT_F(sent));
	}
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_words)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
