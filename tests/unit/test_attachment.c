/* SPDX-License-Identifier: Apache-2.0 */
/* Who reads a file: those who read the comment that it stands at, as long as they do; else its own people and us. */
#include "shares.h"
#include "view/view_find.h"
#include "view/view_incident.h"

static void attach(struct world *world, const char *id, const char *comment)
{
	struct ent_change change = ticket(world, "O-1", NULL, NULL);

	change.kind = ENT_ATTACHMENT_ADDED;
	change.comment = (struct ent_comment){.id = comment ? sdk_str(comment) : ENT_ABSENT};
	change.attachment = (struct ent_attachment){
	    .id = sdk_str(id), .name = sdk_str(id), .url = ENT_STR("https://orion.example/files"), .size = -1};
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
}

static void comment_as(struct world *world, const char *id, const char *body, enum ent_visibility visibility)
{
	struct ent_change change = word(world, "O-1", id, body);

	world->now_ms += 1000;
	change.comment.visibility = visibility;
	change.stamp.time_ms = world->now_ms;
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
}

/* "f1 f2": the files that a reader finds with the incident. */
static const char *files(struct world *world, const struct reader *reader)
{
	struct view view = {.db = world->read, .arena = &world->arena.abi, .reader = reader};
	struct ent_str json = ENT_ABSENT, found = ENT_STR("");
	const struct sdk_json *node;
	struct incident incident;
	struct ent_err err;

	assert_int_equal(view_find(&view, ENT_STR("ENT-000001"), &incident, &err), ENT_OK);
	assert_int_equal(view_incident(&view, &incident, &json, &err), ENT_OK);
	assert_int_equal(sdk_json_parse(&world->arena.abi, json, &node, &err), ENT_OK);
	for (const struct sdk_json *at = sdk_json_first(sdk_json_at(node, "attachments")); at; at = sdk_json_next(at)) {
		bool is_own = reader_sees_own(reader, ENT_STR("orion"));
		assert_int_equal(sdk_json_at(at, "url") != NULL, is_own);
		assert_int_equal(sdk_json_at(at, "ticket") != NULL, is_own);
		found = sdk_format(&world->arena.abi, "%.*s%s%.*s", ENT_F(found), found.n ? " " : "",
				   ENT_F(sdk_json_text_at(at, "name")));
	}
	return sdk_z(&world->arena.abi, found);
}

static const struct reader telnord = {.kind = READER_ORGANISATION, .organisation = ENT_STR("telnord")},
			   orion = {.kind = READER_ORGANISATION, .organisation = ENT_STR("orion")};

static void test_as_its_comment(void **state)
{
	struct world *world = *state;

	two_parties(world);
	world->now_ms += 5000;
	comment_as(world, "c1", "For all", ENT_PUBLIC);
	comment_as(world, "c2", "For us", ENT_INTERNAL);
	attach(world, "f1", "c1");
	attach(world, "f2", "c2");
	attach(world, "f3", NULL);
	attach(world, "f4", "not-heard-of");
	assert_string_equal(files(world, &reader_ours), "f1 f2 f3 f4");
	assert_string_equal(files(world, &orion), "f1 f2 f3 f4");
	assert_string_equal(files(world, &telnord), "f1");
	comment_as(world, "c1", "For us after all", ENT_INTERNAL); /* fewer read it now */
	assert_string_equal(files(world, &telnord), "");
	comment_as(world, "c2", "For all after all", ENT_PUBLIC); /* its file was never meant for them */
	assert_string_equal(files(world, &telnord), "");
	assert_string_equal(files(world, &reader_ours), "f1 f2 f3 f4");
	assert_int_equal(ask(world, "SELECT count(*) FROM attachment WHERE everyone = 1"), 0);
	comment_as(world, "c3", "For all", ENT_PUBLIC);
	attach(world, "f5", "c3");
	assert_int_equal(ask(world, "SELECT count(*) FROM attachment WHERE everyone = 1"), 1);
	struct ent_change gone = word(world, "O-1", "c3", "");
	gone.kind = ENT_COMMENT_REMOVED;
	assert_int_equal(arrive(world, "orion", &gone), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM attachment WHERE everyone = 1"), 0);
	check_all(world);
}

/* What was for everyone is, after a merge, for those by name who could read it: the comment, and its file. */
static void test_as_its_comment_after_a_merge(void **state)
{
	struct world *world = *state;

	two_parties(world);
	world->now_ms += 5000;
	comment_as(world, "c1", "For all", ENT_PUBLIC);
	attach(world, "f1", "c1");
	tell(world, "datacoeur", "D-1", "in_progress");
	struct ent_change one = ticket(world, "O-1", "in_progress", NULL),
			  other = ticket(world, "D-1", "in_progress", NULL);
	one.correlation.key = other.correlation.key = ENT_STR("K");
	arrive(world, "orion", &one);
	arrive(world, "datacoeur", &other);
	assert_int_equal(n_event(world, "incident.merged"), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM attachment WHERE everyone = 1"), 0);
	assert_int_equal(ask(world,
			     "SELECT count(*) FROM attachment AS a JOIN comment AS c ON c.uuid = a.comment WHERE "
			     "a.organisations = c.organisations AND a.organisations = 'orion,telnord,us'"),
			 1);
	assert_string_equal(files(world, &telnord), "f1");
	check_all(world);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_as_its_comment), TEST(test_as_its_comment_after_a_merge)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
