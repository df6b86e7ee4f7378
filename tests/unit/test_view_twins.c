/* SPDX-License-Identifier: Apache-2.0 */
/* Worlds that are alike but for what an organisation may not see: it is told the same of both. */
#include "view/view_list.h"
#include "view_answers.h"
#include "view_plain.h"
#include "view_histories.h"

enum { TWINS = 250 };

static void test_twins_are_told_alike(void **state)
{
	struct world *world[2] = {*state, NULL};
	struct history history[2];
	void *second = NULL;
	int n = 0;

	assert_int_equal(views_set_up(&second), 0);
	world[1] = second;
	world[1]->seed = 1234567; /* other ids */
	for (int twin = 0; twin < 2; twin++)
		history[twin] = make(world[twin], TWINS, twin);
	for (int i = 0; i < TWINS; i++)
		for (int which = 0; which < 2; which++) {
			struct ent_str told[2];
			bool found[2];

			for (int twin = 0; twin < 2; twin++) {
				struct ent_arena *arena = &world[twin]->arena.abi;
				struct answers answers = {
				    .view = {world[twin]->read, arena, &orion, world[twin]->suppliers}};
				char number[INCIDENT_NUMBER_SIZE];

				sdk_buf_init(&answers.text, 1 << 20);
				found[twin] = ask_incident(
				    &answers, incident_number(history[twin].small[i].number[which], number));
				told[twin] = plain(arena, sdk_buf_view(&answers.text));
				sdk_buf_release(&answers.text);
			}
			assert_int_equal(found[0], found[1]);
			n += found[0];
			if (!sdk_eq(told[0], told[1]))
				fail_msg("world %d, incident %d:\n%.*s\n%.*s", i, which, ENT_F(told[0]),
					 ENT_F(told[1]));
		}
	assert_true(n > TWINS / 4);
	struct ent_str list[2];
	for (int twin = 0; twin < 2; twin++) {
		struct view view = {world[twin]->read, &world[twin]->arena.abi, &orion, world[twin]->suppliers};
		struct incident_filter filter = {.limit = 100, .status = ENT_STR("open")};

		struct ent_err err;
		assert_int_equal(view_list(&view, &filter, &list[twin], &err), ENT_OK);
		list[twin] = plain(view.arena, list[twin]);
	}
	assert_true(sdk_eq(list[0], list[1]));
	world_tear_down(&second);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_twins_are_told_alike, views_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
