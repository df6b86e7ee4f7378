/* SPDX-License-Identifier: Apache-2.0 */
/* A mailbox gives notes back in their order, the latest of what replaces another, and wakes its owner once. */
#include "base/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void count(void *of)
{
	++*(int *)of;
}

static void test_notes_in_order(void **state)
{
	struct mailbox mailbox;
	struct note note[3];
	int wakes = 0, what[3];
	struct mail mail;

	(void)state;
	mailbox_open(&mailbox, count, &wakes);
	assert_false(mailbox_has(&mailbox));
	for (int i = 0; i < 3; i++)
		mailbox_leave(&mailbox, &note[i], &what[i]);
	assert_int_equal(wakes, 1); /* the owner has not looked since */
	assert_true(mailbox_has(&mailbox));
	mail = mailbox_take(&mailbox);
	for (int i = 0; i < 3; i++, mail.note = mail.note->next)
		assert_ptr_equal(mail.note->of, &what[i]);
	assert_null(mail.note);
	assert_null(mailbox_take(&mailbox).note);
	mailbox_leave(&mailbox, &note[0], &what[0]);
	assert_int_equal(wakes, 2);
	assert_ptr_equal(mailbox_take(&mailbox).note, &note[0]);
	mailbox_close(&mailbox);
}

static void test_latest_and_bell(void **state)
{
	struct mailbox mailbox;
	struct note note;
	int wakes = 0, first, second;
	struct mail mail;

	(void)state;
	mailbox_open(&mailbox, count, &wakes);
	assert_null(mailbox_replace(&mailbox, &first));
	assert_ptr_equal(mailbox_replace(&mailbox, &second), &first); /* nobody took it: the caller's again */
	mail = mailbox_take(&mailbox);
	assert_ptr_equal(mail.latest, &second);
	assert_false(mail.is_rung);
	assert_null(mailbox_take(&mailbox).latest);
	assert_int_equal(wakes, 1);

	mailbox_ring(&mailbox);
	mailbox_ring(&mailbox);
	assert_int_equal(wakes, 2);
	assert_false(mailbox_has(&mailbox));
	assert_true(mailbox_answer_bell(&mailbox)); /* looked at alone: what comes next wakes again */
	assert_false(mailbox_answer_bell(&mailbox));
	mailbox_leave(&mailbox, &note, NULL);
	assert_int_equal(wakes, 3);
	assert_false(mailbox_take(&mailbox).is_rung);
	mailbox_close(&mailbox);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_notes_in_order),
						  cmocka_unit_test(test_latest_and_bell)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
