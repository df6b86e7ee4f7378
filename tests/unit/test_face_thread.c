/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on a comment by HTTP: undo, send now, pin, and its revisions. */
#include "face_world.h"

#define A_UUID   "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define COMMENTS "/v1/incidents/1/comments"

static void begin(struct world *world, const char *comment)
{
	assert_false(send_with(world, "POST", "/hooks/telnord", BODY, (const char *[]){NULL}));
	commit(world);
	expect(world, 202, "accepted");
	assert_false(send(world, "POST", COMMENTS, comment));
	commit(world);
	expect(world, 201, "kookaburra");
}

static void post(struct world *world, const char *method, const char *what, int status, const char *part)
{
	char target[200];

	snprintf(target, sizeof target, COMMENTS "/" A_UUID "%s", what);
	if (!send(world, method, target, ""))
		commit(world);
	expect(world, status, part);
}

#define HELD "{\"id\": \"" A_UUID "\", \"body\": \"kookaburra\", \"audience\": \"everyone\", \"undo\": 10}"

static void test_undo(void **state)
{
	struct world *world = *state;

	begin(world, HELD);
	expect(world, 201, "\"held\":{\"until\":\"");
	post(world, "POST", "/undo", 200, "\"draft\":{\"body\":\"kookaburra\",\"format\":\"text\",\"audience\":");
	post(world, "POST", "/undo", 200, "\"undone\":true}");
	post(world, "POST", "/publish", 409, "ask.comment_removed");
	post(world, "GET", "/history", 200, "\"act\":\"removed\"");
	assert_null(strstr(world->out.p, "kookaburra"));
}

static void test_publish_and_pin(void **state)
{
	struct world *world = *state;

	begin(world, HELD);
	post(world, "POST", "/publish", 200, "\"everyone\":true");
	assert_null(strstr(world->out.p, "\"held\""));
	post(world, "POST", "/undo", 409, "ask.undo_late");
	post(world, "POST", "/pin", 200, "\"pinned\":\"");
	post(world, "DELETE", "/pin", 200, A_UUID);
	assert_null(strstr(world->out.p, "\"pinned\""));
	assert_false(send(world, "PATCH", COMMENTS "/" A_UUID, "{\"body\": \"cassowary\"}"));
	commit(world);
	expect(world, 200, "cassowary");
	post(world, "GET", "/history", 200, "kookaburra");
	expect(world, 200, "\"act\":\"published\"");
	expect(world, 200, "cassowary");
}

static void test_not_there(void **state)
{
	struct world *world = *state;

	begin(world, "{\"body\": \"kookaburra\", \"audience\": \"internal\"}");
	post(world, "POST", "/undo", 404, "ask.no_comment_here");
	post(world, "POST", "/publish", 404, "ask.no_comment_here");
	post(world, "POST", "/pin", 404, "ask.no_comment_here");
	post(world, "GET", "/history", 404, "ask.no_comment_here");
	assert_true(send(world, "POST", COMMENTS "/x/undo", ""));
	expect(world, 404, "ask.comment_uuid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_undo, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_publish_and_pin, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_not_there, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
