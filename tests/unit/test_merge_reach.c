/* SPDX-License-Identifier: Apache-2.0 */
/* Told before a merge or a split what becomes of whom, and then done: both are the same. */
#include "held.h"

#include "view/view_merge.h"

static enum job_outcome pair(struct world *world, enum job_kind kind)
{
	struct job job = {.kind = kind,
			  .ask = {.incident = 1, .other = 2, .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	return run(world, &job);
}

static const struct sdk_json *told(struct world *world, enum job_kind kind)
{
	const struct view view = {world->read, &world->arena.abi, &ada, world->suppliers};
	struct ent_str json = ENT_STR("");
	const struct sdk_json *answer;
	struct incident one, other;
	struct ent_err err = {0};

	assert_true(incident_load(world->read, view.arena, 1, &one));
	if (kind == JOB_SPLIT) {
		assert_int_equal(view_split_reach(&view, &one, 0, &json, &err), ENT_OK);
	} else {
		assert_true(incident_load(world->read, view.arena, 2, &other));
		assert_int_equal(view_merge_reach(&view, &one, &other, &json, &err), ENT_OK);
	}
	assert_int_equal(sdk_json_parse(view.arena, json, &answer, &err), ENT_OK);
	return answer;
}

/* How many incidents the supplier will take part in. */
static int n_after(const struct sdk_json *answer, const char *supplier)
{
	int n = 0;

	for (const struct sdk_json *one = sdk_json_first(sdk_json_at(answer, "suppliers")); one;
	     one = sdk_json_next(one))
		if (sdk_eqz(sdk_json_text_at(one, "supplier"), supplier))
			for (const struct sdk_json *in = sdk_json_first(sdk_json_at(one, "will_take_part_in")); in;
			     in = sdk_json_next(in))
				n++;
	return n;
}

/* It is told, then it is done. */
static void check_takers(struct world *world, enum job_kind kind)
{
	const struct sdk_json *answer = told(world, kind);
	const int n_orion = n_after(answer, "orion"), n_telnord = n_after(answer, "telnord");

	assert_int_equal(pair(world, kind), JOB_ACCEPTED);
	assert_int_equal(count(world, "share", "supplier = 'orion' AND withdrawn_ms = 0"), n_orion);
	assert_int_equal(count(world, "share", "supplier = 'telnord' AND withdrawn_ms = 0"), n_telnord);
}

/* A share that ended by a split is none that somebody took back. */
static void test_merged_again(void **state)
{
	struct world *world = *state;

	assert_int_equal(tell(world, "orion", "O-1", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(tell(world, "orion", "O-2", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(share(world, 2, "telnord", false), JOB_ACCEPTED);
	assert_true(bring(world, "telnord", "T-2") > 0);
	for (int i = 0; i < 2; i++) {
		check_takers(world, JOB_MERGE);
		assert_int_equal(count(world, "share", "supplier = 'telnord' AND withdrawn_ms = 0"), 1);
		check_takers(world, JOB_SPLIT);
	}
	assert_int_equal(unshare(world, 2, "telnord"), JOB_ACCEPTED);
	check_takers(world, JOB_MERGE);
	assert_int_equal(count(world, "share", "supplier = 'telnord' AND withdrawn_ms = 0"), 0);
}

/* Words that another organisation still holds are told to nobody else, not even as a number. */
static void test_what_others_hold_is_not_counted(void **state)
{
	struct world *world = *state;
	int64_t stay;

	two_parties(world);
	assert_int_equal(tell(world, "orion", "O-2", "in_progress"), JOB_ACCEPTED);
	assert_int_equal(pair(world, JOB_MERGE), JOB_ACCEPTED);
	assert_true(sdk_json_int(sdk_json_at(told(world, JOB_SPLIT), "comments_stay"), &stay));
	assert_int_equal(hold(world, &orion, "everyone"), JOB_ACCEPTED);
	assert_int_equal(count(world, "comment", "held_by = 'orion'"), 1);
	int64_t now_stay;
	assert_true(sdk_json_int(sdk_json_at(told(world, JOB_SPLIT), "comments_stay"), &now_stay));
	assert_int_equal(now_stay, stay);
	pass(world, UNDO_MS);
	assert_true(sdk_json_int(sdk_json_at(told(world, JOB_SPLIT), "comments_stay"), &now_stay));
	assert_int_equal(now_stay, stay + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_merged_again, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_what_others_hold_is_not_counted, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
