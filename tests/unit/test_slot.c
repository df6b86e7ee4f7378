/* SPDX-License-Identifier: Apache-2.0 */
/* What ended three processes is not read again; whoever dies is a process here, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/slot.h"

static int64_t now(void *of)
{
	(void)of;
	return 0;
}

static struct log quiet = {2, LOG_ERROR + 1, LOG_JSON, false, now, NULL};

struct world {
	char folder[64];
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);

	snprintf(world->folder, sizeof world->folder, "/tmp/entente-slot-XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;
	char command[128];

	snprintf(command, sizeof command, "rm -rf '%s'", world->folder);
	assert_int_equal(system(command), 0);
	free(world);
	return 0;
}

static struct slot_id id_of(const char *name)
{
	const struct ent_str part[] = {ENT_STR("orion"), sdk_str(name)};

	return slot_id(part, 2);
}

/* One life of the broker: reads the good one, and then the other. Says whether it read the other. */
enum life { ENDED, DIED, REFUSED };
static enum life live(struct world *world, const char *other, bool dies, bool asked)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct slot_id good = id_of("good"), bad = id_of(other);
		struct slots *slots;
		struct slot *slot;
		struct ent_err err;

		if (slots_open(world->folder, &quiet, &slots, &err) != ENT_OK)
			_exit(9);
		slot = slot_new(slots, "http-0");
		if (!slot || !slot_enter(slot, &good, false))
			_exit(9);
		slot_leave(slot);
		if (!slot_enter(slot, &bad, asked))
			_exit(REFUSED);
		if (dies)
			kill(getpid(), SIGKILL);
		slot_leave(slot);
		slot_free(slot);
		slots_close(slots);
		_exit(ENDED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(!WIFEXITED(status) || WEXITSTATUS(status) != 9);
	return WIFEXITED(status) ? (enum life)WEXITSTATUS(status) : DIED;
}

static void test_three_deaths(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < SLOT_DEATHS; i++)
		assert_int_equal(live(world, "bad", true, false), DIED);
	for (int i = 0; i < 3; i++)
		assert_int_equal(live(world, "bad", true, false), REFUSED);
	assert_int_equal(live(world, "other", false, false), ENDED); /* the others go on */
	assert_int_equal(live(world, "bad", false, true), ENDED);    /* a person asked, and it is mended */
	assert_int_equal(live(world, "bad", false, false), ENDED);
}

/* Killed twice by someone else while it was read: it was not to blame. */
static void test_what_can_be_read_is_forgiven(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 5; i++) {
		assert_int_equal(live(world, "slow", true, false), DIED);
		assert_int_equal(live(world, "slow", true, false), DIED);
		assert_int_equal(live(world, "slow", false, false), ENDED);
	}
}

static void test_another_configuration_tries_once_more(void **state)
{
	struct world *world = *state;
	struct slots *slots;
	struct ent_err err;

	for (int i = 0; i < SLOT_DEATHS; i++)
		assert_int_equal(live(world, "bad", true, false), DIED);
	assert_int_equal(slots_open(world->folder, &quiet, &slots, &err), ENT_OK);
	slots_forgive(slots);
	slots_close(slots);
	assert_int_equal(live(world, "bad", true, false), DIED);
	assert_int_equal(live(world, "bad", true, false), REFUSED);
}

static void test_without_slots_all_is_read(void **state)
{
	struct slot_id id = id_of("any");

	(void)state;
	assert_null(slot_new(NULL, "http-0"));
	assert_true(slot_enter(NULL, &id, false));
	slot_leave(NULL);
	slot_free(NULL);
	slots_forgive(NULL);
	slots_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_three_deaths, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_what_can_be_read_is_forgiven, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_another_configuration_tries_once_more, set_up, tear_down),
	    cmocka_unit_test(test_without_slots_all_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
