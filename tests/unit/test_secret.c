/* SPDX-License-Identifier: Apache-2.0 */
/* A secret comes by reference only, from where others cannot read it, and its text is in no error. */
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
#include "base/secret.h"

#define CANARY "canary-3f9a"

static char folder[] = "/tmp/entente-secret-XXXXXX";

static int folder_make(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int folder_drop(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* "file:/..." of a file with that content and mode; drop() removes it. */
static const char *file_with(const char *content, size_t n, mode_t mode)
{
	static char reference[sizeof folder + 32];
	FILE *f;

	snprintf(reference, sizeof reference, "file:%s/secret", folder);
	f = fopen(reference + 5, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(content, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(reference + 5, mode), 0);
	return reference;
}

static void drop(const char *reference)
{
	assert_int_equal(unlink(reference + 5), 0);
}

static void expect_refused(const char *reference, const char *words)
{
	struct secret secret = {NULL, 0};
	struct ent_err err = {0};

	assert_int_equal(secret_load(sdk_str(reference), &secret, &err), ENT_EINVAL);
	assert_null(secret.bytes);
	if (!strstr(err.msg, words))
		fail_msg("\"%s\" does not say \"%s\"", err.msg, words);
	assert_null(strstr(err.msg, CANARY));
}

static void expect_loaded(const char *reference, const char *bytes, size_t n)
{
	struct secret secret = {NULL, 0};
	struct ent_err err = {0};

	assert_int_equal(secret_load(sdk_str(reference), &secret, &err), ENT_OK);
	assert_int_equal(secret_bytes(&secret).n, n);
	assert_memory_equal(secret_bytes(&secret).p, bytes, n);
	secret_release(&secret);
	assert_null(secret.bytes);
	secret_release(&secret);
}

static void from_the_environment(void **state)
{
	char large[SECRET_SIZE_MAX + 2];

	(void)state;
	assert_int_equal(setenv("ENTENTE_TEST_SECRET", CANARY, 1), 0);
	expect_loaded("env:ENTENTE_TEST_SECRET", CANARY, strlen(CANARY));
	assert_int_equal(setenv("ENTENTE_TEST_SECRET", "", 1), 0);
	expect_refused("env:ENTENTE_TEST_SECRET", "empty");
	memset(large, 'x', sizeof large - 1);
	large[sizeof large - 1] = '\0';
	assert_int_equal(setenv("ENTENTE_TEST_SECRET", large, 1), 0);
	expect_refused("env:ENTENTE_TEST_SECRET", "more than 4096");
	large[SECRET_SIZE_MAX] = '\0';
	assert_int_equal(setenv("ENTENTE_TEST_SECRET", large, 1), 0);
	expect_loaded("env:ENTENTE_TEST_SECRET", large, SECRET_SIZE_MAX);
	assert_int_equal(unsetenv("ENTENTE_TEST_SECRET"), 0);
	expect_refused("env:ENTENTE_TEST_SECRET", "not set");
	expect_refused("env:", "name of an environment variable");
	expect_refused("env:1X", "name of an environment variable");
	expect_refused("env:A=B", "name of an environment variable");
}

static void from_a_file(void **state)
{
	char large[SECRET_SIZE_MAX + 3];
	const char *reference;

	(void)state;
	drop((reference = file_with("x", 1, 0600)));
	expect_refused(reference, "No such file");
	expect_loaded((reference = file_with(CANARY "\r\n\n", strlen(CANARY) + 3, 0640)), CANARY, strlen(CANARY));
	drop(reference);
	expect_loaded((reference = file_with(" a b\0c \n", 8, 0400)), " a b\0c ", 7);
	drop(reference);
	expect_refused((reference = file_with("\n\n", 2, 0600)), "is empty");
	drop(reference);
	memset(large, 'x', sizeof large);
	expect_refused((reference = file_with(large, SECRET_SIZE_MAX + 1, 0600)), "more than 4096");
	drop(reference);
	large[SECRET_SIZE_MAX] = '\n';
	expect_loaded((reference = file_with(large, SECRET_SIZE_MAX + 1, 0600)), large, SECRET_SIZE_MAX);
	drop(reference);
}

static void never_from_what_others_can_read(void **state)
{
	static const mode_t open_to_others[] = {0644, 0604, 0602, 0666, 0777};
	const char *reference = NULL;
	char fifo[sizeof folder + 16];

	(void)state;
	for (size_t i = 0; i < sizeof open_to_others / sizeof *open_to_others; i++)
		expect_refused((reference = file_with(CANARY, strlen(CANARY), open_to_others[i])), "chmod o-rwx");
	drop(reference);
	expect_refused("file:/etc", "not a regular file");
	expect_refused("file:secret", "absolute path");
	expect_refused("file:", "absolute path");
	snprintf(fifo, sizeof fifo, "file:%s/fifo", folder);
	assert_int_equal(mkfifo(fifo + 5, 0600), 0);
	expect_refused(fifo, "not a regular file"); /* and does not wait for a writer */
	drop(fifo);
}

static void never_inline(void **state)
{
	(void)state;
	expect_refused(CANARY, "is not a reference");
	expect_refused("ENV:" CANARY, "is not a reference");
	expect_refused("", "is not a reference");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(from_the_environment),
	    cmocka_unit_test(from_a_file),
	    cmocka_unit_test(never_from_what_others_can_read),
	    cmocka_unit_test(never_inline),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_drop);
}
