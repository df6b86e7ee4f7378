/* SPDX-License-Identifier: Apache-2.0 */
/* What an organisation's reader finds in 1,000 random worlds: each word that it may read, and none that it may not. */
#include "search_world.h"
#include "view_histories.h"

static struct ent_str find_as(struct indexed *indexed, struct world *world, struct ent_arena *arena, const char *text,
			      const char *kind)
{
	return indexed_find(indexed, world, arena, &orion, sdk_str(text), kind);
}

static struct ent_str find(struct indexed *indexed, struct world *world, struct ent_arena *arena, const char *text)
{
	return find_as(indexed, world, arena, text, NULL);
}

/* A canary is found as a comment, by its own words, or not at all: then the answer is that of a word nobody said. */
static void check_canaries(struct indexed *indexed, struct history *history, int index, int *found)
{
	struct small *small = &history->small[index];

	for (int i = 0; i < small->n_said; i++) {
		const struct said *said = &small->said[i];
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		bool sees = small_sees(small, said);
		bool all = (index + i) % 4 == 0;
		struct ent_str told = find_as(indexed, history->world, &arena.abi, said->text, all ? NULL : "comment");
		if (indexed_says(told, said->text) != sees)
			fail_msg("world %d: '%s' %s:\n%.*s", index, said->text, sees ? "is not found" : "is found",
				 ENT_F(told));
		if (!sees && all)
			assert_true(sdk_eq(told, find(indexed, history->world, &arena.abi, "nobody_said_this")));
		found[sees]++;
		sdk_arena_release(&arena);
	}
}

static void check_titles(struct indexed *indexed, struct history *history, int index)
{
	struct small *small = &history->small[index];

	for (int which = 0; which < 2; which++) {
		struct sdk_arena arena;

		sdk_arena_init(&arena);
		struct ent_str told = find(indexed, history->world, &arena.abi,
					   sdk_z(&arena.abi, sdk_format(&arena.abi, "title_%d_%d_", index, which)));
		bool sees = small_sees_incident(small, which);
		if ((indexed_count(told, "\"kind\":\"incident\"") == 1) != sees)
			fail_msg("world %d, incident %d: %.*s", index, which, ENT_F(told));
		/* another's ticket is found by nothing */
		assert_false(indexed_says(told, "\"kind\":\"ticket\""));
		told = find(indexed, history->world, &arena.abi, ticket_of(history->world, "telnord", index, which));
		assert_false(indexed_says(told, "\"kind\""));
		sdk_arena_release(&arena);
	}
}

/* Of more incidents than are looked at the newest of its own are. */
static void check_cut(struct indexed *indexed, struct history *history)
{
	struct world *world = history->world;
	size_t n = 0;

	for (int i = 0; i < WORLDS; i++)
		for (int which = 0; which < 2; which++)
			n += small_sees_incident(&history->small[i], which);
	assert_true(n > FIND_CUT / 2 && n < 2 * WORLDS);
	struct ent_str told = indexed_find(indexed, world, &world->arena.abi, &orion, ENT_STR("title"), "incident");
	assert_int_equal(indexed_count(told, "\"kind\":\"incident\""), n < FIND_CUT ? n : FIND_CUT);
}

static const char *const hidden[] = {"telnord only", "private",    "internal", "telnords", "team",
				     "elsewhere",    "attachment", "desk",     "robot"};

static void test_canaries(void **state)
{
	struct world *world = *state;
	struct history history = make(world, WORLDS, -1);
	struct indexed indexed;
	int found[2] = {0, 0};

	indexed_open(&indexed, world);
	indexed_follow(&indexed);
	for (int i = 0; i < WORLDS; i++) {
		check_canaries(&indexed, &history, i, found);
		check_titles(&indexed, &history, i);
	}
	check_cut(&indexed, &history);
	assert_true(found[0] > WORLDS && found[1] > WORLDS / 2);
	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
		assert_int_equal(indexed_count(find(&indexed, world, &world->arena.abi, hidden[i]), "\"kind\""), 0);
	indexed_close(&indexed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_canaries, views_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
