/* SPDX-License-Identifier: Apache-2.0 */
/* A person's request that is made twice, as after an answer that was lost, is one request. */
#include "comment_changes.h"
#include "view/view_repeat.h"

/* The same request again, after somebody edited what it wrote, or a merge named its readers, is a repeat. */
static void test_a_repeat_after_an_edit(void **state)
{
	struct world *world = *state;
	struct view view = {.db = world->read, .arena = &world->arena.abi, .reader = &reader_ours};
	struct audience everyone, internal;

	two_parties(world);
	assert_true(audience_words(view.arena, ENT_STR("us"), ENT_STR("everyone"), &everyone));
	assert_true(audience_words(view.arena, ENT_STR("us"), ENT_STR("internal"), &internal));
	say(world, 1, own_uuid, "First words.", "everyone");
	assert_true(view_repeat(&view, 1, sdk_str(own_uuid), ENT_STR("First words."), &everyone));
	assert_false(view_repeat(&view, 1, sdk_str(own_uuid), ENT_STR("First words."), &internal));
	change_own(world, JOB_COMMENT_EDIT, own_uuid, "Second words.", "internal");
	assert_true(view_repeat(&view, 1, sdk_str(own_uuid), ENT_STR("First words."), &everyone));
	assert_false(view_repeat(&view, 1, sdk_str(own_uuid), ENT_STR("Second words."), &internal));
	change_own(world, JOB_COMMENT_REMOVE, own_uuid, NULL, NULL);
	assert_true(view_repeat(&view, 1, sdk_str(own_uuid), ENT_STR("First words."), &everyone));
	assert_false(view_repeat(&view, 2, sdk_str(own_uuid), ENT_STR("First words."), &everyone));
	check_all(world);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)
	static const struct CMUnitTest tests[] = {TEST(test_a_repeat_after_an_edit)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
