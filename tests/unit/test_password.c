/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords: what may be chosen, and that a stranger's takes as long as anybody's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/password.h"
#include "base/world.h"

static const struct {
	const char *password;
	enum password_flaw flaw;
} row[] = {
    {"correct horse battery", PASSWORD_FINE},
    {"elevenbytes", PASSWORD_SHORT},
    {"twelve bytes", PASSWORD_FINE},
    {"", PASSWORD_SHORT},
    {"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", PASSWORD_SHORT}, /* 12 bytes, 6 characters */
    {"aaaaaaaaaaaaaaaa", PASSWORD_GUESSED},
    {"LEA@orion.example", PASSWORD_GUESSED},
    {"L\xc3\xa9"
     "a Martin Dupont",
     PASSWORD_GUESSED},
    {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", PASSWORD_SHORT},
};

static void may_be_chosen(void **state)
{
	char longer[PASSWORD_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (password_vet(sdk_str(row[i].password),
				 ENT_STR("L\xc3\xa9"
					 "a Martin Dupont"),
				 ENT_STR("lea@orion.example")) != row[i].flaw)
			fail_msg("\"%s\"", row[i].password);
	for (size_t i = 0; i < sizeof longer; i++)
		longer[i] = (char)('a' + i % 26);
	assert_int_equal(password_vet((struct ent_str){longer, sizeof longer}, ENT_STR(""), ENT_STR("")),
			 PASSWORD_LONG);
	assert_int_equal(password_vet((struct ent_str){longer, PASSWORD_MAX}, ENT_STR(""), ENT_STR("")), PASSWORD_FINE);
}

static void only_the_right_one(void **state)
{
	char hash[PASSWORD_SIZE], again[PASSWORD_SIZE];

	(void)state;
	assert_true(password_hash(ENT_STR("correct horse battery"), hash));
	assert_true(password_hash(ENT_STR("correct horse battery"), again));
	assert_string_not_equal(hash, again); /* salted */
	assert_ptr_equal(strstr(hash, "$argon2id$"), hash);
	assert_true(password_check(sdk_str(hash), ENT_STR("correct horse battery")));
	assert_false(password_check(sdk_str(hash), ENT_STR("correct horse batterz")));
	assert_false(password_check(sdk_str(hash), ENT_STR("")));
	assert_false(password_check(sdk_str(hash), ENT_ABSENT));
	assert_false(password_check(ENT_STR("no hash at all"), ENT_STR("correct horse battery")));
}

static int64_t took_us(struct ent_str stored)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < 3; i++) {
		int64_t began_us = system_mono_us();

		assert_false(password_check(stored, ENT_STR("some wrong password")));
		if (system_mono_us() - began_us < best)
			best = system_mono_us() - began_us;
	}
	return best;
}

/* The same amounts of work and memory: the parameters are compared, and the time roughly. */
static void stranger_takes_as_long(void **state)
{
	char hash[PASSWORD_SIZE];
	int64_t known_us, stranger_us;

	(void)state;
	assert_true(password_hash(ENT_STR("correct horse battery"), hash));
	assert_int_equal(strncmp(hash, "$argon2id$v=19$m=32768,t=2,p=1$", 31), 0);
	known_us = took_us(sdk_str(hash));
	stranger_us = took_us(ENT_STR(""));
	if (stranger_us * 3 < known_us || known_us * 3 < stranger_us)
		fail_msg("known %lld us, stranger %lld us", (long long)known_us, (long long)stranger_us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(may_be_chosen), cmocka_unit_test(only_the_right_one),
					   cmocka_unit_test(stranger_takes_as_long)};

	return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
