/* SPDX-License-Identifier: Apache-2.0 */
/* Several readers find the same index lost: it is made anew once. */
#include "search/search.h"

#include <unistd.h>

#include "search_world.h"

enum { PATIENCE_MS = 20000 };

static int64_t log_at(void *clock)
{
	(void)clock;
	return 0;
}

static struct log quiet = {2, LOG_ERROR, LOG_JSON, false, log_at, NULL};

/* A handle on it, when it is there; the generation that was opened. */
static unsigned opened(struct search *search)
{
	unsigned generation = 0;
	struct db *index = NULL;
	struct ent_err err;
	int waited = 0;

	while (search_open(search, &index, &generation, &err) != ENT_OK) {
		if (++waited > PATIENCE_MS)
			fail_msg("%s", err.msg);
		(void)usleep(1000);
	}
	db_close(index);
	return generation;
}

/* The thread does what it was told before it ends: what it was told last is seen by the file. */
static bool stands_after(struct world *world, bool is_current)
{
	const char *path = sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "%s/lost.sqlite", world->dir));
	struct search *search = NULL;
	struct ent_err err;

	if (search_start(path, world->path, world->suppliers, &world->metrics, &quiet, &search, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	const unsigned first = opened(search);
	search_lost(search, first);
	for (int waited = 0; search_generation(search) == first; waited++) {
		assert_true(waited < PATIENCE_MS);
		(void)usleep(1000);
	}
	const unsigned second = opened(search);
	assert_int_equal(second, first + 1);
	search_lost(search, is_current ? second : first);
	search_stop(search);
	return access(path, F_OK) == 0;
}

static void test_lost_once(void **state)
{
	assert_true(stands_after(*state, false));
	assert_false(stands_after(*state, true));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_lost_once, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
