/* SPDX-License-Identifier: Apache-2.0 */
/* Two worlds that differ only in what orion may not read: each search of orion's is answered alike, byte for byte. */
#include "search_world.h"
#include "view_histories.h"
#include "view_plain.h"

enum { TWINS = 300 };

static struct ent_str told(struct indexed *indexed, struct world *world, struct ent_arena *arena, struct ent_str text,
			   const char *kind)
{
	struct ent_str answer = indexed_find(indexed, world, arena, &orion, text, kind);

	return plain(arena, answer);
}

static void check_alike(struct indexed *indexed, struct history *history, const char *text, const char *kind, int *n)
{
	struct sdk_arena arena;
	struct ent_str answer[2];

	sdk_arena_init(&arena);
	for (int twin = 0; twin < 2; twin++)
		answer[twin] = told(&indexed[twin], history[twin].world, &arena.abi, sdk_str(text), kind);
	if (!sdk_eq(answer[0], answer[1]))
		fail_msg("'%s':\n%.*s\n%.*s", text, ENT_F(answer[0]), ENT_F(answer[1]));
	*n += indexed_says(answer[0], "\"kind\"");
	sdk_arena_release(&arena);
}

static void check_searches(struct indexed *indexed, struct history *history)
{
	static const char *const text[] = {"title",   "ti",      "ours",     "our",      "theirs", "named",     "na",
					   "old",     "private", "internal", "telnords", "te",     "elsewhere", "coeur",
					   "telnord", "data",    "orion",    "or",       "us",     "desk",      "david",
					   "title 1", "ours 1",  "1",        "12",       "north",  "n",         "team"};
	static const char *const kind[] = {NULL, "incident", "ticket", "comment", "person", "organisation"};
	int n = 0, n_canary = 0;

	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		for (size_t k = 0; k < sizeof kind / sizeof *kind; k++)
			check_alike(indexed, history, text[i], kind[k], &n);
	assert_true(n > 30);
	for (int twin = 0; twin < 2; twin++)
		for (int i = 0; i < TWINS; i += 3)
			for (int k = 0; k < history[twin].small[i].n_said; k++)
				check_alike(indexed, history, history[twin].small[i].said[k].text, NULL, &n_canary);
	assert_true(n_canary > TWINS / 4);
}

static void test_twins(void **state)
{
	struct world *world[2] = {*state, NULL};
	struct history history[2];
	struct indexed indexed[2];
	void *second = NULL;

	assert_int_equal(views_set_up(&second), 0);
	world[1] = second;
	world[1]->seed = 1234567; /* other ids */
	for (int twin = 0; twin < 2; twin++) {
		history[twin] = make(world[twin], TWINS, twin);
		indexed_open(&indexed[twin], world[twin]);
		indexed_follow(&indexed[twin]);
	}
	check_searches(indexed, history);
	for (int twin = 0; twin < 2; twin++)
		indexed_close(&indexed[twin]);
	world_tear_down(&second);
}

/* Two that orion reads say both words, each one of them twice. What is hidden makes one word common: a place that
 * counts hidden rows (BM25) would turn them round. */
static void test_places(void **state)
{
	struct world *world = *state;
	struct batch batch = {.world = world};
	struct sdk_arena arena;
	struct indexed indexed;
	struct ent_str before, after;

	sdk_arena_init(&arena);
	indexed_open(&indexed, world);
	open_incident(&batch, 0, 0, "north", "alpha alpha beta");
	open_incident(&batch, 1, 0, "north", "alpha beta beta");
	batch_run(&batch);
	indexed_follow(&indexed);
	before = told(&indexed, world, &arena.abi, ENT_STR("alpha beta"), "incident");
	for (int i = 0; i < 40; i++)
		open_incident(&batch, i, 1, "telnord", "beta beta");
	batch_run(&batch);
	indexed_follow(&indexed);
	after = told(&indexed, world, &arena.abi, ENT_STR("alpha beta"), "incident");
	if (!indexed_says(before, "alpha alpha beta") || !sdk_eq(before, after))
		fail_msg("%.*s\n%.*s", ENT_F(before), ENT_F(after));
	indexed_close(&indexed);
	sdk_arena_release(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_twins, views_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_places, views_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
