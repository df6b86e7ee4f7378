/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's program that looks at a file: no shell, no secrets, and an end after a time. */
#include "link/hook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void test_hook(void **state)
{
	char dir[] = "/tmp/hook-XXXXXX", script[64];
	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(script, sizeof script, "%s/check", dir);
	FILE *file = fopen(script, "w");
	struct sdk_arena arena;

	sdk_arena_init(&arena);

	fputs("#!/bin/sh\n[ -z \"$SECRET\" ] || exit 9\n[ $# = 2 ] || exit 8\ncase $2 in *late) sleep 100 & wait;; "
	      "esac\nexit "
	      "${2##*/}\n",
	      file);
	fclose(file);
	chmod(script, 0700);
	setenv("SECRET", "canary", 1);
	const struct ent_str words = sdk_format(&arena.abi, "%s  'a", script); /* no shell looks at it */
	assert_int_equal(hook_run(clock_system(), words, "/x/0", 5000, -1), HOOK_CLEAN);
	assert_int_equal(hook_run(clock_system(), words, "/x/1", 5000, -1), HOOK_REFUSED);
	assert_int_equal(hook_run(clock_system(), words, "/x/2", 5000, -1), HOOK_FAILED);
	assert_int_equal(hook_run(clock_system(), words, "/x/late", 200, -1), HOOK_LATE);
	assert_int_equal(hook_run(clock_system(), ENT_STR("/there/is/none"), "/x/0", 5000, -1), HOOK_FAILED);
	unlink(script);
	rmdir(dir);
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_hook)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
