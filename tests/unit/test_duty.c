/* SPDX-License-Identifier: Apache-2.0 */
/* People of an organisation take incidents and asks, give them back, and put places of their list off: for their own
 * organisation alone. */
#include "view/view_duty.h"
#include "view/view_history.h"
#include "view/view_work.h"
#include "work_world.h"

#define A1 "a1000000-0000-4000-8000-000000000001"

#define PERSON(name, id, of, what)                                                                                     \
	static const struct reader name = {.kind = (what) == ROLE_TECHNICIAN ? READER_OURS : READER_ORGANISATION,      \
					   .organisation = ENT_STR(of),                                                \
					   .role = (what),                                                             \
					   .ref = ENT_STR(id "0000000-0000-4000-8000-000000000000"),                   \
					   .verbs = VERB_READ | VERB_WRITE}
PERSON(ana, "a", "us", ROLE_TECHNICIAN);
PERSON(ben, "b", "us", ROLE_TECHNICIAN);
PERSON(olga, "c", "orion", ROLE_SUPPLIER_TECHNICIAN);
PERSON(tom, "d", "telnord", ROLE_SUPPLIER_TECHNICIAN);

static void person_add(struct world *world, const struct reader *who, const char *name)
{
	const struct user_change change = {.user = {.ref = who->ref,
						    .organisation = who->organisation,
						    .role = who->role,
						    .name = sdk_str(name),
						    .mail = ENT_STR(""),
						    .language = ENT_STR(""),
						    .time_zone = ENT_STR("")}};
	struct job job = {.kind = JOB_USER_ADD, .ask.by = reader_ours, .user = &change};

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
}

static int duty_set_up(void **state)
{
	int rc = world_set_up(state);
	struct world *world = *state;

	two_parties(world);
	person_add(world, &ana, "Ana");
	person_add(world, &ben, "Ben");
	person_add(world, &olga, "Olga");
	person_add(world, &tom, "Tom");
	return rc;
}

static enum job_outcome take(struct world *world, const struct reader *by, bool takes, const char *ask)
{
	struct job job = {.kind = JOB_TAKE, .ask = {.incident = 1, .by = *by, .accepts = takes}};

	snprintf(job.ask.act.uuid, ID_SIZE, "%s", ask);
	return run(world, &job);
}

static enum job_outcome snooze(struct world *world, const struct reader *by, int64_t until_ms)
{
	struct job job = {.kind = JOB_SNOOZE, .ask = {.incident = 1, .by = *by, .since_ms = until_ms}};

	return run(world, &job);
}

static enum job_outcome wake(struct world *world, const struct reader *by)
{
	struct job job = {.kind = JOB_SNOOZE, .ask = {.incident = 1, .by = *by, .accepts = true}};

	return run(world, &job);
}

static enum job_outcome ask_telnord(struct world *world)
{
	struct job job = {.kind = JOB_ACT_BEGIN,
			  .ask = {.incident = 1,
				  .text = ENT_STR("Is the port up?"),
				  .author = {ENT_STR("desk"), ENT_STR("desk")},
				  .act = {.kind = ACT_QUESTION, .to = ENT_STR("telnord")}}};

	snprintf(job.ask.comment_uuid, ID_SIZE, "%s", A1);
	return run(world, &job);
}

static enum job_outcome write_as(struct world *world, const struct reader *by)
{
	struct job job = {.kind = JOB_COMMENT,
			  .ask = {.incident = 1,
				  .by = *by,
				  .text = sdk_format(&world->arena.abi, "Words of %.*s at %lld.",
						     ENT_F(by->organisation), (long long)world->now_ms),
				  .narrowest = true,
				  .author = {ENT_STR("x"), ENT_STR("x")}}};

	return run(world, &job);
}

/* All that the reader is told of the incident's duties, its history and the list of work. */
static const char *told(struct world *world, const struct reader *reader, struct work_filter filter)
{
	const struct view view = {world->read, &world->arena.abi, reader, world->suppliers};
	struct incident incident = {.number = 1};
	struct ent_str duty, history, work;
	struct ent_err err;

	filter.limit = 50;
	assert_true(incident_load(world->read, view.arena, 1, &incident));
	assert_int_equal(view_duty(&view, &incident, &duty, &err), ENT_OK);
	assert_int_equal(view_history(&view, &incident, 0, 200, &history, &err), ENT_OK);
	assert_int_equal(view_work(&view, &filter, &work, &err), ENT_OK);
	return sdk_z(view.arena, sdk_format(view.arena, "%.*s\n%.*s\n%.*s", ENT_F(duty), ENT_F(history), ENT_F(work)));
}

static bool says(struct world *world, const struct reader *reader, const char *words)
{
	return strstr(told(world, reader, (struct work_filter){.limit = 50}), words) != NULL;
}

static void has(struct world *world, const char *organisation, const char *rows)
{
	const struct ent_str found = work_rows(world->read, &world->arena.abi, organisation, false);

	assert_string_equal(sdk_z(&world->arena.abi, found), rows);
	check_work(world);
}

static void test_take_and_give_back(void **state)
{
	struct world *world = *state;

	has(world, "us", "");
	assert_int_equal(take(world, &ana, true, ""), JOB_ACCEPTED);
	assert_int_equal(take(world, &ana, true, ""), JOB_REPEATED);
	has(world, "us", "1 us taken\n");
	assert_int_equal(take(world, &ben, true, ""), JOB_CONFLICT);
	assert_non_null(strstr(world->last.err.msg, "Ana has taken it"));
	assert_int_equal(take(world, &ben, false, ""), JOB_CONFLICT);
	assert_non_null(strstr(world->last.err.msg, "Ana has taken it"));
	assert_int_equal(take(world, &olga, true, ""), JOB_ACCEPTED); /* each organisation for itself */
	has(world, "orion", "1 orion held\n1 orion taken\n");
	assert_int_equal(take(world, &ana, false, ""), JOB_ACCEPTED);
	assert_int_equal(take(world, &ana, false, ""), JOB_REPEATED);
	assert_int_equal(take(world, &ben, true, ""), JOB_ACCEPTED);
	check_all(world);
}

/* Ours reads its own alone, as everybody does; nothing else shows it, nor moves. */
static void test_only_the_own_organisation_is_told(void **state)
{
	struct world *world = *state;
	const int64_t changed = ask(world, "SELECT changed_ms FROM incident");

	assert_int_equal(take(world, &olga, true, ""), JOB_ACCEPTED);
	assert_int_equal(snooze(world, &olga, world->now_ms + HOUR_MS), JOB_ACCEPTED);
	assert_true(says(world, &olga, "Olga") && says(world, &olga, "incident.taken") &&
		    says(world, &olga, "incident.snoozed"));
	assert_false(says(world, &ana, "Olga") || says(world, &ana, "taken.v1") || says(world, &ana, "snoozed"));
	assert_false(says(world, &tom, "Olga") || says(world, &tom, "taken.v1") || says(world, &tom, "snoozed"));
	assert_int_equal(ask(world, "SELECT changed_ms FROM incident"), changed);
	assert_int_equal(take(world, &ana, true, ""), JOB_ACCEPTED);
	assert_true(says(world, &ben, "Ana") && says(world, &ben, "taken.v1"));
	assert_false(says(world, &olga, "Ana") || says(world, &tom, "Ana"));
	check_all(world);
}

static void test_an_ask_is_taken(void **state)
{
	struct world *world = *state;

	ask_telnord(world);
	assert_int_equal(take(world, &olga, true, A1), JOB_NOT_FOUND); /* it is not theirs */
	assert_int_equal(take(world, &ana, true, A1), JOB_NOT_FOUND);
	assert_int_equal(take(world, &tom, true, A1), JOB_ACCEPTED);
	has(world, "telnord", "1 telnord ask\n1 telnord taken\n");
	struct job job = {
	    .kind = JOB_ACT_ANSWER,
	    .ask = {.incident = 1, .by = tom, .text = ENT_STR("Yes."), .author = {ENT_STR("t"), ENT_STR("t")}}};
	snprintf(job.ask.act.uuid, ID_SIZE, "%s", A1);
	world->chance.uuid(&world->chance, job.ask.comment_uuid);
	job.ask.accepts = true;
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	has(world, "telnord", ""); /* it is answered, and nobody's any more */
	check_all(world);
}

static void test_mine(void **state)
{
	struct world *world = *state;
	const struct work_filter mine = {.mine = true}, of_asks = {.mine = true, .reason = ENT_STR("ask")};

	tell(world, "orion", "O-2", "new");
	take(world, &olga, true, "");
	assert_non_null(strstr(told(world, &olga, mine), "\"number\":\"ENT-000001\",\"title\""));
	assert_null(strstr(told(world, &olga, mine), "ENT-000002"));
	assert_null(strstr(told(world, &olga, of_asks), "\"title\""));
	assert_null(strstr(told(world, &tom, mine), "\"title\""));
}

static void test_who_may_not(void **state)
{
	struct world *world = *state;
	const struct reader machine = {.kind = READER_ORGANISATION,
				       .organisation = ENT_STR("orion"),
				       .role = ROLE_SUPPLIER_SYSTEM,
				       .verbs = VERB_READ | VERB_WRITE};

	assert_int_equal(take(world, &machine, true, ""), JOB_DENIED);
	assert_int_equal(snooze(world, &machine, world->now_ms + HOUR_MS), JOB_DENIED);
	unshare(world, 1, "telnord");
	assert_int_equal(take(world, &tom, true, ""), JOB_NOT_FOUND);
	assert_int_equal(snooze(world, &tom, world->now_ms + HOUR_MS), JOB_NOT_FOUND);
	assert_int_equal(snooze(world, &olga, world->now_ms), JOB_CONTENT);
	assert_int_equal(snooze(world, &olga, 0), JOB_CONTENT); /* 1970 is no `wake` */
	assert_int_equal(snooze(world, &olga, world->now_ms + 400 * 24 * (int64_t)HOUR_MS), JOB_CONTENT);
}

static void test_an_account_that_is_disabled(void **state)
{
	struct world *world = *state;
	const struct user_change change = {.user = {.ref = olga.ref, .state = ENT_STR(USER_DISABLED)},
					   .has = USER_HAS_STATE};
	struct job job = {.kind = JOB_USER_CHANGE, .ask.by = reader_ours, .user = &change};

	tell(world, "orion", "O-2", "new");
	take(world, &olga, true, "");
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM taken"), 0);
	assert_int_equal(n_event(world, "incident.taken"), 2);
	has(world, "orion", "1 orion held\n2 orion held\n");
	check_all(world);
}

/* ---- put off ----------------------------------------------------------------------------------- */

static bool is_listed(struct world *world, const struct reader *reader, bool snoozed)
{
	const char *text = told(world, reader, (struct work_filter){.snoozed = snoozed});

	return strstr(text, "\"title\"") != NULL;
}

static void test_a_snooze_ends_with_its_time(void **state)
{
	struct world *world = *state;

	assert_true(is_listed(world, &olga, false) && !is_listed(world, &olga, true));
	assert_int_equal(snooze(world, &olga, world->now_ms + HOUR_MS), JOB_ACCEPTED);
	assert_true(!is_listed(world, &olga, false) && is_listed(world, &olga, true));
	check_work(world);
	check_all(world);
	pass(world, HOUR_MS - 1000);
	assert_false(is_listed(world, &olga, false));
	pass(world, 2000);
	assert_true(is_listed(world, &olga, false) && !is_listed(world, &olga, true));
	assert_false(says(world, &olga, "\"snoozed\":"));
	check_work(world);
	assert_int_equal(snooze(world, &olga, world->now_ms + HOUR_MS), JOB_ACCEPTED);
	assert_int_equal(wake(world, &ana), JOB_REPEATED); /* it is olga's organisation that put it off */
	assert_int_equal(wake(world, &olga), JOB_ACCEPTED);
	assert_true(is_listed(world, &olga, false));
	const int64_t n = n_event(world, "incident.snoozed");
	assert_int_equal(wake(world, &olga), JOB_REPEATED);
	assert_int_equal(n_event(world, "incident.snoozed"), n);
	check_all(world);
}

static void test_a_snooze_ends_with_news(void **state)
{
	struct world *world = *state;

	snooze(world, &olga, world->now_ms + 24 * (int64_t)HOUR_MS);
	write_as(world, &olga); /* its own words are no news */
	say(world, 1, "", "Between us.", "internal");
	write_as(world, &tom); /* not for orion */
	ask_telnord(world);
	tell(world, "orion", "O-1", "pending");
	assert_false(is_listed(world, &olga, false));
	check_work(world);
	say(world, 1, "", "For whoever takes part.", "everyone");
	assert_true(is_listed(world, &olga, false));
	check_work(world);
	snooze(world, &olga, world->now_ms + 24 * (int64_t)HOUR_MS);
	assert_false(is_listed(world, &olga, false));
	give_status(world, 1, ENT_IN_PROGRESS);
	assert_true(is_listed(world, &olga, false));
	check_all(world);
}

/* However much others do that the organisation does not see, it is no news; and what was looked at once is not again.
 */
static void test_what_is_hidden_ends_no_snooze(void **state)
{
	enum { HIDDEN = 510 };
	struct world *world = *state;

	snooze(world, &olga, world->now_ms + 24 * (int64_t)HOUR_MS);
	for (int i = 0; i < HIDDEN; i++) {
		struct job job = {.kind = JOB_COMMENT,
				  .ask = {.incident = 1,
					  .text = ENT_STR("ours alone"),
					  .author = {ENT_STR("desk"), ENT_STR("desk")},
					  .by = reader_ours}};
		job.ask.audience = (struct audience){ENT_STR("us"), false, false};
		world->chance.uuid(&world->chance, job.ask.comment_uuid);
		assert_int_equal(run(world, &job), JOB_ACCEPTED);
	}
	assert_true(ask(world, "SELECT max(sequence) FROM event WHERE incident = 1") > HIDDEN);
	assert_false(is_listed(world, &olga, false));
	assert_true(is_listed(world, &olga, true));
	assert_true(ask(world, "SELECT looked FROM snooze") > HIDDEN);
	give_status(world, 1, ENT_PENDING);
	assert_true(is_listed(world, &olga, false));
}

/* A merge takes both with it. */
static void test_a_merge(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "T-9", "new", NULL);

	tell(world, "telnord", "T-9", "new");
	struct job job = {.kind = JOB_TAKE, .ask = {.incident = 2, .by = tom, .accepts = true}};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	job = (struct job){.kind = JOB_SNOOZE, .ask = {.incident = 2, .by = tom, .since_ms = world->now_ms + HOUR_MS}};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	change.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "telnord", &change);
	assert_int_equal(ask(world, "SELECT merged_into FROM incident WHERE number = 2"), 1);
	assert_int_equal(ask(world, "SELECT incident FROM taken"), 1);
	assert_int_equal(ask(world, "SELECT incident FROM snooze"), 1);
	has(world, "telnord", "1 telnord taken\n");
	assert_true(is_listed(world, &tom, true));
	check_all(world);
	job = (struct job){.kind = JOB_SPLIT, .ask = {.incident = 1, .other = 2, .by = reader_ours}};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT incident FROM taken"), 2);
	assert_int_equal(ask(world, "SELECT incident FROM snooze"), 2);
	check_all(world);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_take_and_give_back, duty_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_only_the_own_organisation_is_told, duty_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_an_ask_is_taken, duty_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_mine, duty_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_who_may_not, duty_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_an_account_that_is_disabled, duty_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_snooze_ends_with_its_time, duty_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_snooze_ends_with_news, duty_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_what_is_hidden_ends_no_snooze, duty_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_a_merge, duty_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
