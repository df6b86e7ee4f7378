/* SPDX-License-Identifier: Apache-2.0 */
/* What a person with us does. */
#include "situations.h"

static const struct person desk = {.ref = ENT_STR("ref of desk"), .name = ENT_STR("desk")};

static void test_share(void **state)
{
	struct world world;
	const struct brief brief = {.what = ENT_STR("No print")};
	const struct word word = {
	    .supplier = ENT_STR("telnord"), .values.at[ENT_STATUS] = ENT_PENDING, .values.at[ENT_PRIORITY] = 2};

	(void)state;
	begin(&world);
	world.at.arrival = NULL;
	decide_share(&world.at, ENT_STR("telnord"), false, false, &brief, &desk, &world.events);
	assert_true(sdk_eqz(kinds(&world), "incident.shared"));
	assert_true(sdk_eqz(world.events.at[0].supplier, "telnord"));
	assert_true(sdk_eqz(world.events.at[0].actor.name, "desk"));
	assert_false(world.events.at[0].escalated);
	fold(&world);
	assert_true(sdk_eqz(world.incident.holder, "orion"));

	world.events.n = 0;
	world.at.word = &word;
	world.at.n_word = 1;
	decide_share(&world.at, ENT_STR("telnord"), true, false, &brief, &desk, &world.events);
	assert_true(sdk_eqz(kinds(&world), "incident.shared incident.holder_changed comment.added"));
	assert_int_equal(world.events.at[1].supplier.n, 0); /* by a person */
	const struct comment *comment = &world.events.at[2].comment;
	assert_false(comment->audience.everyone || comment->audience.requester);
	assert_true(sdk_eqz(comment->audience.organisations, "telnord,us"));
	assert_true(sdk_eqz(comment->body, "No print\n\nIncident: ENT-000042"));
	assert_int_equal(comment->uuid[0], '\0'); /* the store's */
	fold(&world);
	assert_true(sdk_eqz(world.incident.holder, "telnord"));
	assert_int_equal(world.incident.holder_since_ms, 1000000);
	assert_int_equal(world.incident.values.at[ENT_PRIORITY], 2);

	world.events.n = 0;
	decide_share(&world.at, ENT_STR("telnord"), true, false, &(struct brief){.what = ENT_ABSENT}, &desk,
		     &world.events);
	assert_true(sdk_eqz(kinds(&world), "incident.shared")); /* it holds the ball already */
	end(&world);
}

static void test_unshare(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	world.at.arrival = NULL;
	decide_unshare(&world.at, ENT_STR("vega"), ENT_STR("found"), &desk, &world.events);
	assert_true(sdk_eqz(kinds(&world), "incident.unshared"));
	assert_true(sdk_eqz(world.events.at[0].reason, "found"));
	world.events.n = 0;
	decide_unshare(&world.at, ENT_STR("orion"), ENT_STR(""), &desk, &world.events);
	assert_true(sdk_eqz(kinds(&world), "incident.unshared incident.holder_changed"));
	fold(&world);
	assert_true(sdk_eqz(world.incident.holder, "us"));
	assert_true(world.incident.is_accepted);
	end(&world);
}

static void test_status_and_comment_of_ours(void **state)
{
	struct world world;
	struct comment comment = {
	    .uuid = "51f4a1d6-6f0b-4c89-9a57-3f1fd33d0b02", .author = desk, .body = ENT_STR("hm")};

	(void)state;
	begin(&world);
	world.at.arrival = NULL;
	decide_status(&world.at, ENT_IN_PROGRESS, &desk, &world.events);
	assert_true(sdk_eqz(kinds(&world), "")); /* it is */
	decide_status(&world.at, ENT_RESOLVED, &desk, &world.events);
	assert_true(sdk_eqz(kinds(&world), "incident.status_changed"));
	assert_int_equal(world.events.at[0].supplier.n, 0);
	fold(&world);
	assert_int_equal(world.incident.values.at[ENT_STATUS], ENT_RESOLVED);

	world.events.n = 0;
	comment.audience = (struct audience){ENT_STR("orion,us"), false, false};
	decide_own_comment(&world.at, &comment, &world.events);
	assert_true(sdk_eqz(kinds(&world), "comment.added"));
	struct comment kept = {.id = 0};
	fold_comment(&kept, &world.events.at[0]);
	assert_int_equal(kept.supplier.n + kept.ticket.n, 0);
	assert_true(sdk_eqz(kept.external_id, comment.uuid));
	assert_true(sdk_eqz(kept.audience.organisations, "orion,us"));
	assert_int_equal(kept.created_ms, 1000000);
	end(&world);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_share),
	    cmocka_unit_test(test_unshare),
	    cmocka_unit_test(test_status_and_comment_of_ours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
