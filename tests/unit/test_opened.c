/* SPDX-License-Identifier: Apache-2.0 */
/* An incident that a person with us opens, without a ticket: what it says, who is told, and that it is opened once. */
#include "shares.h"

#define AN_ID "7d4cf5d2-3b1f-4c53-9f4b-3a8d7c2f6e10"

static enum job_outcome open_incident(struct world *world, const char *id, const struct description *description)
{
	struct job job = {.kind = JOB_OPEN, .suppliers = world->suppliers};

	job.ask.author = (struct ent_person){ENT_STR("desk"), ENT_STR("desk")};
	job.ask.description = *description;
	snprintf(job.ask.incident_uuid, ID_SIZE, "%s", id);
	return run(world, &job);
}

static enum job_outcome describe(struct world *world, int64_t incident, enum ent_status status,
				 const struct description *description)
{
	struct job job = {.kind = JOB_STATUS, .suppliers = world->suppliers};

	job.ask.author = (struct ent_person){ENT_STR("desk"), ENT_STR("desk")};
	job.ask.incident = incident;
	job.ask.status = status;
	job.ask.description = *description;
	return run(world, &job);
}

static const struct description uplink = {.says = 1u << DESCRIBED_TITLE | 1u << DESCRIBED_IMPACT |
						  1u << DESCRIBED_SITE | 1u << DESCRIBED_REQUESTER,
					  .title = ENT_STR("No uplink"),
					  .impact = 1,
					  .site = ENT_STR("Site 7"),
					  .requester.name = ENT_STR("Ana")};

static void test_opened_once(void **state)
{
	struct world *world = *state;
	assert_int_equal(open_incident(world, AN_ID, &uplink), JOB_ACCEPTED);
	assert_string_equal(world->last.incident_uuid, AN_ID);
	assert_int_equal(open_incident(world, AN_ID, &uplink), JOB_REPEATED);
	assert_int_equal(
	    count(world, "incident",
		  "uuid = '" AN_ID "' AND title = 'No uplink' AND site = 'Site 7' AND "
		  "requester = (SELECT ref FROM person WHERE name = 'Ana') AND attributes = 'status=new impact=1' AND "
		  "holder = 'us' AND accepted = 1 AND n_ticket = 0"),
	    1);
	assert_int_equal(count(world, "incident", "1"), 1);
	assert_int_equal(count(world, "share", "1"), 0);
	assert_int_equal(n_event(world, "incident.opened"), 1);
	assert_int_equal(n_event(world, "incident.described"), 1);
	check_all(world);
}

/* Another's id, or other words: nothing of it is passed over in silence. */
static void test_an_id_of_something_else_is_refused(void **state)
{
	struct world *world = *state;
	struct description other = uplink;
	char id[ID_SIZE];

	assert_int_equal(open_incident(world, AN_ID, &uplink), JOB_ACCEPTED);
	other.title = ENT_STR("Another");
	assert_int_equal(open_incident(world, AN_ID, &other), JOB_CONFLICT);
	assert_non_null(strstr(world->last.err.msg, "ENT-000001"));
	other = uplink;
	other.says |= 1u << DESCRIBED_SERVICE;
	other.service = ENT_STR("Mail");
	assert_int_equal(open_incident(world, AN_ID, &other), JOB_CONFLICT);
	other = uplink;
	other.requester.name = ENT_STR("Bo");
	assert_int_equal(open_incident(world, AN_ID, &other), JOB_CONFLICT);
	tell(world, "orion", "O-1", "new");
	memcpy(id, world->last.incident_uuid, ID_SIZE);
	assert_int_equal(open_incident(world, id, &uplink), JOB_CONFLICT);
	/* What was said of it since is no other first word. */
	other = (struct description){.says = 1u << DESCRIBED_TITLE, .title = ENT_STR("Two uplinks")};
	assert_int_equal(describe(world, 1, ENT_STATUS_UNKNOWN, &other), JOB_ACCEPTED);
	assert_int_equal(open_incident(world, AN_ID, &uplink), JOB_REPEATED);
	other.says = 1u << DESCRIBED_TITLE; /* a title alone, twice */
	snprintf(id, ID_SIZE, "%s", "9d4cf5d2-3b1f-4c53-9f4b-3a8d7c2f6e10");
	assert_int_equal(open_incident(world, id, &other), JOB_ACCEPTED);
	assert_int_equal(open_incident(world, id, &other), JOB_REPEATED);
	assert_int_equal(count(world, "incident", "1"), 3);
	check_all(world);
}

static void test_a_share_makes_its_ticket(void **state)
{
	struct world *world = *state;

	(void)open_incident(world, AN_ID, &uplink);
	assert_int_equal(share_saying(world, 1, "telnord", true, "Look at the port."), JOB_ACCEPTED);
	struct delivery made = load(world, due(world, "telnord").id);
	assert_int_equal(made.op, ENT_CREATE_TICKET);
	assert_true(sdk_eqz(made.title, "No uplink"));
	assert_int_equal(made.values.at[ENT_IMPACT], 1);
	assert_true(sdk_eqz(made.text, "Look at the port.\n\nSite: Site 7\n\nIncident: ENT-000001"));
	bring(world, "telnord", "T-1");
	assert_int_equal(count(world, "ticket", "supplier = 'telnord' AND incident = 1"), 1);
	assert_int_equal(count(world, "incident", "holder = 'telnord' AND accepted = 0 AND handed_by = 'us'"), 1);
	tell(world, "telnord", "T-1", "in_progress");
	assert_int_equal(count(world, "incident", "holder = 'telnord' AND accepted = 1 AND handed_by = ''"), 1);
	assert_int_equal(n_event(world, "incident.holder_accepted"), 1);
	tell(world, "orion", "O-1", "new"); /* others open their own */
	assert_int_equal(count(world, "incident", "1"), 2);
	check_all(world);
}

static void test_described(void **state)
{
	struct world *world = *state;
	struct description news = {.says = 1u << DESCRIBED_TITLE | 1u << DESCRIBED_SITE | 1u << DESCRIBED_NEEDED_BEFORE,
				   .title = ENT_STR("No uplink"), /* as it is: not told again */
				   .needed_before_ms = 1795335243000};

	(void)open_incident(world, AN_ID, &uplink);
	assert_int_equal(describe(world, 1, ENT_STATUS_UNKNOWN, &news), JOB_ACCEPTED);
	assert_int_equal(count(world, "event",
			       "kind = 'incident.described' AND sequence = 3 AND json LIKE "
			       "'%\"needed_before\":\"2026-11-22T08:14:03.000Z\",\"site\":null}'"),
			 1);
	assert_int_equal(describe(world, 1, ENT_PENDING, &news), JOB_ACCEPTED); /* a status, and nothing new besides */
	assert_int_equal(n_event(world, "incident.described"), 2);
	assert_int_equal(count(world, "incident", "status = 'pending' AND site = '' AND title = 'No uplink'"), 1);
	assert_int_equal(describe(world, 1, ENT_STATUS_UNKNOWN, &(struct description){.says = 0}), JOB_CONFLICT);
	assert_int_equal(describe(world, 2, ENT_STATUS_UNKNOWN, &news), JOB_NOT_FOUND);
	check_all(world);
}

/* Words that come late correct what tickets made of an incident, not what a person said of it. */
static void test_late_words_leave_the_description(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	(void)open_incident(world, AN_ID, &uplink);
	for (int64_t time_ms = 900000; time_ms >= 300000; time_ms -= 300000) {
		change = ticket(world, time_ms == 600000 ? "D-2" : "D-1", "in_progress", "2");
		sdk_set(&change.ticket, ENT_TITLE, ENT_STR("Its own title"));
		change.stamp = (struct ent_stamp){.time_ms = time_ms};
		change.correlation.number = ENT_STR("ENT-000001");
		(void)arrive(world, "deaf", &change);
	}
	assert_int_equal(n_event(world, "incident.corrected"), 0);
	assert_int_equal(count(world, "incident", "title = 'No uplink' AND holder = 'us'"), 1);
	check_all(world);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_opened_once), TEST(test_an_id_of_something_else_is_refused), TEST(test_a_share_makes_its_ticket),
	    TEST(test_described),   TEST(test_late_words_leave_the_description),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
