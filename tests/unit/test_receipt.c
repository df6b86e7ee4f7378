/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a comment, and who is told of it; a person's own language. */
#include "readers.h"

#include "view/view_receipt.h"

#define FIRST  "c0000000-0000-4000-8000-000000000001"
#define SECOND "c0000000-0000-4000-8000-000000000002"

/* ---- answers ----------------------------------------------------------------------------- */

static const struct sdk_json *receipts(struct world *world, const struct reader *reader, const char *uuid)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	const struct sdk_json *answer;
	struct ent_str json;
	struct ent_err err;

	if (view_receipt(&view, 1, sdk_str(uuid), &json, &err) != ENT_OK)
		return NULL;
	assert_int_equal(sdk_json_parse(view.arena, json, &answer, &err), ENT_OK);
	return answer;
}

/* Of an organisation. */
static const struct sdk_json *receipt(struct world *world, const struct reader *reader, const char *uuid,
				      const char *organisation)
{
	const struct sdk_json *one = sdk_json_first(sdk_json_at(receipts(world, reader, uuid), "items"));

	while (one && !sdk_json_is(one, "organisation", organisation))
		one = sdk_json_next(one);
	return one;
}

/* Told both in the thread and as a receipt, or in neither. */
static bool is_seen(struct world *world, const struct reader *reader, const char *uuid, const char *organisation)
{
	const struct sdk_json *one = sdk_json_first(sdk_json_at(told_of(world, reader, 1, uuid), "seen"));
	bool found = sdk_json_at(receipt(world, reader, uuid, organisation), "seen") != NULL;

	while (one && !sdk_json_is(one, "organisation", organisation))
		one = sdk_json_next(one);
	assert_int_equal(one != NULL, found);
	return found;
}

static size_t n_read_by(struct world *world, const struct reader *reader, const char *uuid)
{
	return sdk_json_count(sdk_json_at(receipts(world, reader, uuid), "read_by"));
}

static void three_parties(struct world *world)
{
	two_parties(world);
	assert_int_equal(share(world, 1, "datacoeur", false), JOB_ACCEPTED);
	world->now_ms += 120000;
}

/* ---- seen ------------------------------------------------------------------------------------ */

static void test_seen_by_an_organisation(void **state)
{
	struct world *world = *state;

	three_parties(world);
	const struct reader ola = person(world, OLA_REF, "orion", ROLE_SUPPLIER_TECHNICIAN);
	assert_int_equal(says(world, &ada, FIRST, "for both", "orion,telnord", 0), JOB_ACCEPTED);
	assert_false(is_seen(world, &ada, FIRST, "orion"));
	assert_int_equal(has_read(world, &ola, 1, FIRST), JOB_ACCEPTED);
	assert_true(is_seen(world, &ada, FIRST, "orion"));
	assert_true(is_seen(world, &telnord, FIRST, "orion"));
	assert_true(is_seen(world, &orion, FIRST, "orion"));
	assert_false(is_seen(world, &ada, FIRST, "telnord"));
	assert_false(finds(world, &telnord, OLA_REF)); /* never who */
	assert_false(finds(world, &ada, OLA_REF));
	assert_null(receipts(world, &datacoeur, FIRST));
	check_all(world);
}

/* Whoever may not be told that the other one reads it is not told that it was seen. */
static void test_seen_is_told_as_the_audience_is(void **state)
{
	struct world *world = *state;

	three_parties(world);
	const struct reader ola = person(world, OLA_REF, "orion", ROLE_SUPPLIER_TECHNICIAN);
	assert_int_equal(says(world, &ada, FIRST, "for all", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ola, 1, FIRST), JOB_ACCEPTED);
	assert_true(is_seen(world, &telnord, FIRST, "orion"));
	assert_int_equal(unshare(world, 1, "orion"), JOB_ACCEPTED);
	assert_false(is_seen(world, &telnord, FIRST, "orion")); /* it does not take part */
	assert_true(is_seen(world, &ada, FIRST, "orion"));
	check_all(world);
}

static void narrow(struct world *world, const char *uuid, const char *audience)
{
	struct job job = {
	    .kind = JOB_COMMENT_EDIT,
	    .ask = {.incident = 1, .has_audience = true, .author = {ENT_STR("pat"), ENT_STR("pat")}, .by = ada}};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", uuid);
	assert_true(audience_words(&world->arena.abi, organisation_ours(world->suppliers), sdk_str(audience),
				   &job.ask.audience));
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
}

static void test_seen_before_it_was_narrowed(void **state)
{
	struct world *world = *state;

	three_parties(world);
	const struct reader ola = person(world, OLA_REF, "orion", ROLE_SUPPLIER_TECHNICIAN);
	assert_int_equal(says(world, &ada, FIRST, "for both", "orion,telnord", 0), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ola, 1, FIRST), JOB_ACCEPTED);
	narrow(world, FIRST, "telnord");
	assert_false(is_seen(world, &telnord, FIRST, "orion"));
}

/* Nothing counts as seen that nobody there could read. */
static void test_not_seen_what_is_hidden(void **state)
{
	struct world *world = *state;

	three_parties(world);
	const struct reader ola = person(world, OLA_REF, "orion", ROLE_SUPPLIER_TECHNICIAN);
	assert_int_equal(says(world, &ada, FIRST, "for telnord", "telnord", 0), JOB_ACCEPTED);
	assert_int_equal(says(world, &ada, SECOND, "for both", "orion,telnord", 0), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ola, 1, SECOND), JOB_ACCEPTED);
	assert_int_equal(count(world, "seen", "comment = '" FIRST "'"), 0);
	assert_int_equal(count(world, "seen", "comment = '" SECOND "' AND organisation = 'orion'"), 1);
}

/* A colleague of whoever wrote it is no reader that the others wait for. */
static void test_not_seen_by_its_own(void **state)
{
	struct world *world = *state;

	three_parties(world);
	const struct reader ola = person(world, OLA_REF, "orion", ROLE_SUPPLIER_TECHNICIAN);
	assert_int_equal(says(world, &orion, FIRST, "of orion", "everyone", 0), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ola, 1, FIRST), JOB_ACCEPTED);
	assert_int_equal(count(world, "seen", "1"), 0);
	assert_int_equal(n_read_by(world, &orion, FIRST), 1);
}

static void test_who_does_not_show_it(void **state)
{
	struct world *world = *state;

	three_parties(world);
	const struct reader ola = person(world, OLA_REF, "orion", ROLE_SUPPLIER_TECHNICIAN);
	const struct reader ben = person(world, BEN_REF, "us", ROLE_AUDITOR);
	assert_int_equal(says(world, &ada, FIRST, "for both", "orion,telnord", 0), JOB_ACCEPTED);
	set_person(world, OLA_REF, USER_HAS_SEEN, false, "");
	assert_int_equal(has_read(world, &ola, 1, FIRST), JOB_ACCEPTED);
	assert_false(is_seen(world, &ada, FIRST, "orion"));
	assert_int_equal(n_read_by(world, &orion, FIRST), 0);
	set_person(world, OLA_REF, USER_HAS_SEEN, true, "");
	assert_int_equal(has_read(world, &ola, 1, FIRST), JOB_REPEATED);
	assert_false(is_seen(world, &ada, FIRST, "orion")); /* what was read while it was off stays untold */
	assert_int_equal(says(world, &telnord, SECOND, "an answer", "orion", 0), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ben, 1, SECOND), JOB_ACCEPTED);
	assert_false(is_seen(world, &telnord, SECOND, "us")); /* an auditor only looks on */
}

/* Names within one's own organisation alone. */
static void test_who_has_read_it(void **state)
{
	struct world *world = *state;

	three_parties(world);
	const struct reader ola = person(world, OLA_REF, "orion", ROLE_SUPPLIER_TECHNICIAN);
	const struct reader ana = person(world, ANA_REF, "us", ROLE_TECHNICIAN);
	assert_int_equal(says(world, &telnord, FIRST, "for both", "orion", 0), JOB_ACCEPTED);
	assert_int_equal(has_read(world, &ola, 1, FIRST), JOB_ACCEPTED);
	assert_int_equal(n_read_by(world, &ada, FIRST), 0);
	assert_int_equal(n_read_by(world, &telnord, FIRST), 0);
	assert_int_equal(n_read_by(world, &orion, FIRST), 1);
	assert_int_equal(has_read(world, &ana, 1, FIRST), JOB_ACCEPTED);
	assert_int_equal(n_read_by(world, &ada, FIRST), 1);
	assert_int_equal(n_read_by(world, &orion, FIRST), 1);
}

/* ---- where it stands ---------------------------------------------------------------------------- */

static void is_state(struct world *world, const struct reader *reader, const char *organisation, const char *state)
{
	const struct sdk_json *one = receipt(world, reader, FIRST, organisation);

	if (!state) {
		assert_null(one);
		return;
	}
	assert_non_null(one);
	if (!sdk_json_is(one, "state", state))
		fail_msg("%s: %.*s in place of %s", organisation, ENT_F(sdk_json_text_at(one, "state")), state);
}

static void test_its_way(void **state)
{
	struct world *world = *state;

	three_parties(world);
	assert_int_equal(says(world, &orion, FIRST, "for telnord", "telnord", UNDO_MS), JOB_ACCEPTED);
	is_state(world, &orion, "telnord", "held");
	is_state(world, &orion, "datacoeur", NULL);
	assert_null(receipts(world, &ada, FIRST));
	assert_null(receipts(world, &telnord, FIRST));
	pass(world, UNDO_MS);
	is_state(world, &ada, "telnord", "waiting");
	is_state(world, &telnord, "telnord", "waiting");
	is_state(world, &orion, "telnord", NULL); /* a delivery to others is not told */
	is_state(world, &ada, "us", "here");
	is_state(world, &ada, "datacoeur", "not_sent");
	assert_true(
	    sdk_json_is(sdk_json_at(receipt(world, &ada, FIRST, "datacoeur"), "why"), "code", "reach.audience"));
	assert_true(bring(world, "telnord", "t-1") > 0);
	is_state(world, &ada, "telnord", "in_tool");
	is_state(world, &telnord, "telnord", "in_tool");
	is_state(world, &orion, "telnord", NULL);
	check_all(world);
}

static void test_it_could_not_be_brought(void **state)
{
	struct world *world = *state;

	three_parties(world);
	assert_int_equal(says(world, &ada, FIRST, "for telnord", "telnord", 0), JOB_ACCEPTED);
	struct delivery delivery = due(world, "telnord");
	assert_int_equal(send(world, delivery.id, "x"), JOB_ACCEPTED);
	struct delivery_result result = {.id = delivery.id, .attempt = 1, .outcome = OUTCOME_PARKED};
	result.cause = CAUSE_REFUSED;
	assert_int_equal(settle(world, result, "telnord", NULL), JOB_ACCEPTED);
	is_state(world, &ada, "telnord", "failed");
	is_state(world, &telnord, "telnord", "failed");
	assert_non_null(sdk_json_at(receipt(world, &ada, FIRST, "telnord"), "why"));
	assert_null(sdk_json_at(receipt(world, &telnord, FIRST, "telnord"), "why"));
}

/* ---- the line of an act -------------------------------------------------------------------------- */

static struct ent_str line_for(struct world *world, const struct reader *reader)
{
	return sdk_json_text_at(sdk_json_at(told_of(world, reader, 1, FIRST), "entry"), "line");
}

static void test_a_line_in_the_readers_language(void **state)
{
	struct world *world = *state;

	two_parties(world);
	const struct reader ana = person(world, ANA_REF, "us", ROLE_TECHNICIAN);
	struct job job = {.kind = JOB_ACT_BEGIN,
			  .ask = {.incident = 1,
				  .text = ENT_STR("News at ten."),
				  .author = {ENT_STR("pat"), ENT_STR("pat")},
				  .by = orion,
				  .comment_uuid = FIRST,
				  .act = {.kind = ACT_PROMISE, .due_ms = world->now_ms + 3600000}}};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	const struct ent_str english = line_for(world, &ana);
	assert_true(english.n && sdk_eq(english, line_for(world, &ada)));
	set_person(world, ANA_REF, USER_HAS_LANGUAGE, false, "fr");
	assert_false(sdk_eq(english, line_for(world, &ana)));
	assert_true(sdk_eq(english, line_for(world, &ada)));
	set_person(world, ANA_REF, USER_HAS_LANGUAGE, false, "");
	assert_true(sdk_eq(english, line_for(world, &ana)));
}

#define RECEIPT_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    RECEIPT_TEST(test_seen_by_an_organisation),
	    RECEIPT_TEST(test_seen_is_told_as_the_audience_is),
	    RECEIPT_TEST(test_seen_before_it_was_narrowed),
	    RECEIPT_TEST(test_not_seen_what_is_hidden),
	    RECEIPT_TEST(test_not_seen_by_its_own),
	    RECEIPT_TEST(test_who_does_not_show_it),
	    RECEIPT_TEST(test_who_has_read_it),
	    RECEIPT_TEST(test_its_way),
	    RECEIPT_TEST(test_it_could_not_be_brought),
	    RECEIPT_TEST(test_a_line_in_the_readers_language),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
