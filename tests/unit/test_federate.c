/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets what: events against who takes part. */
#include "plans.h"

static void test_what_moved(void **state)
{
	(void)state;
	static const struct {
		const char *what, *by;
		enum ent_status now, telnord, vega;
		unsigned priority;
		enum policy policy; /* telnord's */
		const char *expect;
	} row[] = {
	    {"the holder resolves", "orion", ENT_RESOLVED, ENT_IN_PROGRESS, ENT_IN_PROGRESS, 3, POLICY_HOLDER,
	     "telnord:update+status vega:update+status"},
	    {"who says so already is left alone", "orion", ENT_RESOLVED, ENT_RESOLVED, ENT_IN_PROGRESS, 3,
	     POLICY_HOLDER, "vega:update+status"},
	    {"theirs is never written", "orion", ENT_RESOLVED, ENT_IN_PROGRESS, ENT_RESOLVED, 3, POLICY_THEIRS, ""},
	    {"ours is", "orion", ENT_RESOLVED, ENT_IN_PROGRESS, ENT_RESOLVED, 3, POLICY_OURS, "telnord:update+status"},
	    {"newest is", "orion", ENT_RESOLVED, ENT_IN_PROGRESS, ENT_RESOLVED, 3, POLICY_NEWEST,
	     "telnord:update+status"},
	    {"a person with us: everybody", "", ENT_RESOLVED, ENT_IN_PROGRESS, ENT_IN_PROGRESS, 3, POLICY_HOLDER,
	     "orion:update+status telnord:update+status vega:update+status"},
	    {"another supplier reopened it: the holder, too", "vega", ENT_PENDING, ENT_RESOLVED, ENT_PENDING, 3,
	     POLICY_HOLDER, "orion:update+status telnord:update+status"},
	    {"both at once", "orion", ENT_RESOLVED, ENT_IN_PROGRESS, ENT_IN_PROGRESS, 1, POLICY_HOLDER,
	     "telnord:update+status+priority vega:update+status+priority"},
	    {"a word its tool lacks, open as it is: all it can say", "orion", ENT_HELD, ENT_IN_PROGRESS, ENT_PENDING, 3,
	     POLICY_HOLDER, ""},
	    {"a word its tool lacks, and it is not as open", "orion", ENT_CANCELLED, ENT_IN_PROGRESS, ENT_RESOLVED, 3,
	     POLICY_HOLDER, "telnord:update+status"},
	    {"closed by itself after it was resolved", "orion", ENT_RESOLVED, ENT_CLOSED, ENT_RESOLVED, 3,
	     POLICY_HOLDER, ""},
	    {"closed here, resolved there", "orion", ENT_CLOSED, ENT_RESOLVED, ENT_CLOSED, 3, POLICY_HOLDER,
	     "telnord:update+status"},
	    {"who passed it on is told when it is over", "orion", ENT_PENDING, ENT_TRANSFERRED, ENT_TRANSFERRED, 3,
	     POLICY_HOLDER, ""},
	    {"and then", "orion", ENT_RESOLVED, ENT_TRANSFERRED, ENT_RESOLVED, 3, POLICY_HOLDER,
	     "telnord:update+status"},
	    {"nothing moved", "orion", ENT_IN_PROGRESS, ENT_NEW, ENT_NEW, 3, POLICY_HOLDER, ""},
	    {"priority alone", "orion", ENT_IN_PROGRESS, ENT_IN_PROGRESS, ENT_IN_PROGRESS, 5, POLICY_HOLDER,
	     "telnord:update+priority vega:update+priority"},
	    {"a priority no tool has a word for", "orion", ENT_IN_PROGRESS, ENT_IN_PROGRESS, ENT_IN_PROGRESS, 2,
	     POLICY_HOLDER, ""},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world, row[i].priority == 3 ? EVENT_INCIDENT_STATUS_CHANGED : EVENT_TICKET_CHANGED);
		world.event.supplier = *row[i].by ? sdk_str(row[i].by) : ENT_ABSENT;
		world.after.values.at[ENT_STATUS] = row[i].now;
		world.after.values.at[ENT_PRIORITY] = row[i].priority;
		world.party[TELNORD].values.at[ENT_STATUS] = row[i].telnord;
		world.party[VEGA].values.at[ENT_STATUS] = row[i].vega;
		world.set->at[TELNORD].policy[ENT_STATUS] = row[i].policy;
		expect(&world, row[i].what, row[i].expect);
	}
}

/* A new ticket of the holder's has not spoken; who only watches is told what stands. */
static void test_new_tickets(void **state)
{
	(void)state;
	static const struct {
		const char *what, *by, *holder;
		enum event_kind kind;
		const char *expect;
	} row[] = {
	    {"a shadow's new ticket", "vega", "orion", EVENT_TICKET_LINKED, "vega:update+status+priority"},
	    {"the holder's new ticket: its levels alone", "vega", "vega", EVENT_TICKET_LINKED, "vega:update+priority"},
	    {"it is moved by another while new", "orion", "vega", EVENT_INCIDENT_STATUS_CHANGED,
	     "telnord:update+status"},
	    {"a person with us says so", "", "vega", EVENT_INCIDENT_STATUS_CHANGED,
	     "orion:update+status telnord:update+status vega:update+status"},
	    {"a person moves the ball on from it", "", "orion", EVENT_INCIDENT_HOLDER_CHANGED,
	     "vega:update+status+priority"},
	    {"merged: all but the holder", "vega", "orion", EVENT_INCIDENT_MERGED,
	     "telnord:update+status vega:update+status+priority"},
	};
	static const struct event_attr said[] = {
	    {ENT_STATUS, {{NULL, 0}, {NULL, 0}}, {ENT_STR("new"), ENT_STR("New")}},
	    {ENT_PRIORITY, {{NULL, 0}, {NULL, 0}}, {ENT_STR("5"), ENT_STR("Low")}}};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world, row[i].kind);
		world.event.supplier = *row[i].by ? sdk_str(row[i].by) : ENT_ABSENT;
		world.after.holder = world.before.holder = sdk_str(row[i].holder);
		world.after.values.at[ENT_STATUS] = ENT_PENDING;
		if (row[i].kind == EVENT_INCIDENT_HOLDER_CHANGED) {
			world.before.values.at[ENT_STATUS] = ENT_PENDING;
			world.event.holder_from = ENT_STR("vega");
			world.event.holder_to = ENT_STR("orion");
		}
		if (row[i].kind == EVENT_TICKET_LINKED) {
			world.before.values.at[ENT_STATUS] = ENT_PENDING;
			world.event.attr = said;
			world.event.n_attr = 2;
		} else {
			world.party[VEGA].values.at[ENT_STATUS] = ENT_NEW;
			world.party[VEGA].values.at[ENT_PRIORITY] = 5;
		}
		expect(&world, row[i].what, row[i].expect);
	}
}

static void test_shared(void **state)
{
	(void)state;
	static const struct {
		const char *what, *supplier;
		bool has_ticket, comes, says;
		enum ent_status status;
		const char *expect;
	} row[] = {
	    {"no ticket: one is made", "vega", false, false, true, 0, "vega:create"},
	    {"without a word", "vega", false, false, false, 0, "vega:create"},
	    {"one is being made already", "vega", false, true, false, 0, ""},
	    {"one is being made: the brief goes after it", "vega", false, true, true, 0, "vega:notice"},
	    {"a ticket: its brief is a comment by now", "vega", true, false, true, ENT_IN_PROGRESS, ""},
	    {"a ticket that lags", "vega", true, false, true, ENT_RESOLVED, "vega:update+status"},
	    {"only listened to", "ear", false, false, true, 0, ""},
	    {"not in the configuration any more", "gone", false, false, true, 0, ""},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world, EVENT_INCIDENT_SHARED);
		world.event.supplier = sdk_str(row[i].supplier);
		if (row[i].says)
			world.event.brief.what = ENT_STR("No print");
		for (size_t k = VEGA; k <= EAR; k++) {
			world.party[k].ticket = row[i].has_ticket ? ENT_STR("T-1") : ENT_ABSENT;
			world.party[k].comes = row[i].comes;
			world.party[k].values.at[ENT_STATUS] = row[i].status;
		}
		expect(&world, row[i].what, row[i].expect);
	}
}

static void test_unshared(void **state)
{
	struct world world;

	(void)state;
	begin(&world, EVENT_INCIDENT_UNSHARED);
	world.event.supplier = ENT_STR("vega");
	world.event.reason = ENT_STR("Orion found it.");
	world.party[VEGA].shares = false;
	assert_string_equal(plans(&world), "vega:notice+cancels");
	assert_true(
	    sdk_eqz(world.list.at[0].text, "Entente: ENT-000042 is not shared with you any more. Orion found it."));
	assert_false(world.list.at[0].audience.everyone || world.list.at[0].audience.requester);
	assert_true(sdk_eqz(world.list.at[0].audience.organisations, "us,vega"));
	end(&world);

	begin(&world, EVENT_INCIDENT_UNSHARED); /* its ticket was still to be made */
	world.event.supplier = ENT_STR("vega");
	world.party[VEGA].shares = false;
	world.party[VEGA].ticket = ENT_ABSENT;
	expect(&world, "no ticket to tell", "vega:nothing+cancels");
}

/* Whatever happens, and although its ticket stands and lags behind. */
static void test_nothing_for_a_share_that_is_gone(void **state)
{
	static const struct event_attr row = {.attr = ENT_STATUS,
					      .to = {.text = ENT_STR("new"), .native = ENT_STR("new")}};
	static const struct {
		enum event_kind kind;
		const char *supplier, *expect;
	} event[] = {{EVENT_INCIDENT_STATUS_CHANGED, "", "orion:update+status telnord:update+status"},
		     {EVENT_COMMENT_ADDED, "", "orion:comment telnord:comment"},
		     {EVENT_TICKET_LINKED, "vega", ""},
		     {EVENT_TICKET_OVERRULED, "vega", ""},
		     {EVENT_INCIDENT_SHARED, "vega", ""}};
	(void)state;

	for (size_t i = 0; i < sizeof event / sizeof *event; i++) {
		struct world world;

		begin(&world, event[i].kind);
		world.event.supplier = world.event.comment.supplier = sdk_str(event[i].supplier);
		world.event.comment.audience.everyone = true;
		memcpy(world.event.comment.uuid, UUID, ID_SIZE);
		world.event.attr = &row;
		world.event.n_attr = 1;
		if (i == 0)
			world.after.values.at[ENT_STATUS] = ENT_RESOLVED;
		world.party[VEGA].values.at[ENT_STATUS] = ENT_NEW;
		world.party[VEGA].shares = false;
		expect(&world, sdk_z(&world.arena.abi, sdk_format(&world.arena.abi, "event %zu", i)), event[i].expect);
	}
}

static void test_overruled(void **state)
{
	static const struct event_attr row = {
	    ENT_STATUS, {ENT_STR("closed"), ENT_STR("Closed")}, {ENT_STR("pending"), ENT_STR("Waiting")}};
	struct world world;

	(void)state;
	begin(&world, EVENT_TICKET_OVERRULED);
	world.event.supplier = ENT_STR("vega");
	world.event.attr = &row;
	world.event.n_attr = 1;
	expect(&world, "written back", "vega:update+status");

	begin(&world, EVENT_TICKET_OVERRULED);
	world.event.supplier = ENT_STR("vega");
	world.event.attr = &row;
	world.event.n_attr = 1;
	world.set->at[VEGA].policy[ENT_STATUS] = POLICY_THEIRS;
	expect(&world, "never against theirs", "");
}

static void test_ball_given_back_by_a_person(void **state)
{
	struct world world;

	(void)state;
	begin(&world, EVENT_INCIDENT_HOLDER_CHANGED);
	world.event.supplier = ENT_ABSENT;
	world.after.holder = ENT_STR("vega");
	world.party[VEGA].values.at[ENT_STATUS] = ENT_TRANSFERRED;
	expect(&world, "its ticket must not say any more that it passed it on", "vega:update+status");

	begin(&world, EVENT_INCIDENT_HOLDER_CHANGED);
	world.event.supplier = ENT_ABSENT;
	world.after.holder = ENT_STR("vega");
	expect(&world, "else nothing", "");
}

static void test_quiet_events(void **state)
{
	(void)state;
	static const enum event_kind quiet[] = {
	    EVENT_INCIDENT_OPENED,    EVENT_INCIDENT_ABSORBED,      EVENT_TICKET_LATE,   EVENT_TICKET_REMOVED,
	    EVENT_COMMENT_EDITED,     EVENT_ATTACHMENT_ADDED,       EVENT_DELIVERY_DONE, EVENT_DELIVERY_PARKED,
	    EVENT_DELIVERY_CANCELLED, EVENT_SUPPLIER_STATE_CHANGED,
	};
	for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++) {
		struct world world;
		begin(&world, quiet[i]);
		world.after.values.at[ENT_STATUS] = ENT_RESOLVED;
		world.event.comment.audience.everyone = true;
		expect(&world, event_name(quiet[i]), "");
	}
}

static const struct ent_map_row three[] = {{"High", "1"}, {"Mid", "2"}, {"Low", "3"}, {0}};

/* vega's tool knows impact and urgency; derives: it works priority out from them. */
static void knows_three(struct world *world, struct ent_connector *connector, bool derives)
{
	*connector = test_connector;
	connector->map[ENT_IMPACT] = connector->map[ENT_URGENCY] = three;
	connector->derived = derives ? 1u << ENT_PRIORITY : 0;
	connector->derived_from = derives ? 1u << ENT_IMPACT | 1u << ENT_URGENCY : 0;
	world->set->at[VEGA].connector = connector;
	world->party[TELNORD].shares = false;
}

static void scales(struct values *values, const unsigned scale[3])
{
	values->at[ENT_PRIORITY] = scale[0];
	values->at[ENT_IMPACT] = scale[1];
	values->at[ENT_URGENCY] = scale[2];
}

static void test_a_scale_that_not_every_tool_has(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		bool knows, moved, tells;
		unsigned now, there;
		const char *expect;
	} row[] = {
	    {"it moved", true, true, true, 1, 2, "vega:update+impact"},
	    {"it moved, and its ticket never told one", true, true, false, 1, 0, "vega:update+impact"},
	    {"it moved to what its ticket says", true, true, true, 1, 1, ""},
	    {"its tool has no word for it", false, true, true, 1, 2, ""},
	    {"nothing moved, its ticket differs", true, false, true, 1, 2, "vega:update+impact"},
	    {"nothing moved, its ticket lacks one", true, false, true, 1, 0, "vega:update+impact"},
	    {"nothing moved, its ticket never told one", true, false, false, 1, 0, ""},
	    {"nothing is known here", true, false, true, 0, 2, ""},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ent_connector connector;
		struct world world;
		begin(&world, row[i].moved ? EVENT_TICKET_CHANGED : EVENT_DELIVERY_DONE);
		knows_three(&world, &connector, false);
		if (!row[i].knows)
			connector.map[ENT_IMPACT] = NULL;
		if (!row[i].moved) {
			world.event.supplier = ENT_STR("vega");
			world.event.op = ENT_UPDATE_TICKET;
		}
		world.before.values.at[ENT_IMPACT] = row[i].moved ? 3 : row[i].now;
		world.after.values.at[ENT_IMPACT] = row[i].now;
		world.party[VEGA].values.at[ENT_IMPACT] = row[i].there;
		world.party[VEGA].tells = row[i].tells ? 1u << ENT_IMPACT : 0;
		expect(&world, row[i].what, row[i].expect);
	}
}

/* The matrix of its tool: whatever is written last, it settles. */
static void test_a_tool_that_works_priority_out(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		unsigned before[3], now[3], there[3];
		const char *expect;
		uint32_t goes; /* of what is planned */
	} row[] = {
	    {"nobody knows an impact here: priority",
	     {3, 0, 0},
	     {1, 0, 0},
	     {3, 2, 2},
	     "vega:update+priority",
	     1u << ENT_PRIORITY},
	    {"priority moves alone", {3, 2, 2}, {1, 2, 2}, {3, 2, 2}, "vega:update+priority", 1u << ENT_PRIORITY},
	    {"and stands there", {1, 2, 2}, {1, 2, 2}, {1, 1, 1}, "", 0},
	    {"impact moves alone", {3, 2, 2}, {3, 1, 2}, {3, 2, 2}, "vega:update+impact", 1u << ENT_IMPACT},
	    {"and stands there", {3, 1, 2}, {3, 1, 2}, {2, 1, 2}, "", 0},
	    {"all move",
	     {3, 2, 2},
	     {1, 1, 1},
	     {3, 2, 2},
	     "vega:update+priority+impact+urgency",
	     1u << ENT_IMPACT | 1u << ENT_URGENCY},
	    {"neither agrees",
	     {3, 2, 2},
	     {3, 2, 2},
	     {5, 3, 3},
	     "vega:update+priority+impact+urgency",
	     1u << ENT_IMPACT | 1u << ENT_URGENCY},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		bool moved = memcmp(row[i].before, row[i].now, sizeof row[i].now) != 0;
		struct ent_connector connector;
		struct world world;
		begin(&world, moved ? EVENT_TICKET_CHANGED : EVENT_DELIVERY_DONE);
		knows_three(&world, &connector, true);
		if (!moved) {
			world.event.supplier = ENT_STR("vega");
			world.event.op = ENT_UPDATE_TICKET;
		}
		scales(&world.before.values, row[i].before);
		scales(&world.after.values, row[i].now);
		scales(&world.party[VEGA].values, row[i].there);
		world.party[VEGA].tells = UINT32_MAX;
		const char *got = plans(&world);
		uint32_t set = world.list.n ? world.list.at[0].set : 0;
		if (strcmp(got, row[i].expect) != 0 ||
		    federate_set(&world.set->at[VEGA], set, &world.after.values) != row[i].goes)
			fail_msg("%s: got '%s', expected '%s'", row[i].what, got, row[i].expect);
		end(&world);
	}
}

static void test_values(void **state)
{
	struct supplier_set *set = test_suppliers();
	struct incident incident = {.values.at[ENT_STATUS] = ENT_RESOLVED, .values.at[ENT_PRIORITY] = 2};
	struct ent_value value;

	(void)state;
	assert_true(federate_value(&set->at[ORION], &incident.values, ENT_STATUS, &value));
	assert_true(sdk_eqz(value.text, "resolved") && sdk_eqz(value.native, "Resolved"));
	assert_false(federate_value(&set->at[ORION], &incident.values, ENT_PRIORITY, &value));
	assert_true(sdk_eqz(value.text, "2") && value.native.n == 0);
	/* A way out that shares another value's word comes back as that. */
	static const struct map_row out[] = {{ENT_STR("Closed"), ENT_STR("resolved")}};
	set->at[ORION].maps.of[ENT_STATUS] = (struct map){.out = out, .n_out = 1};
	assert_true(federate_agrees(&(struct party){.supplier = &set->at[ORION], .values.at[ENT_STATUS] = ENT_CLOSED},
				    &incident, ENT_STATUS));
	assert_false(federate_agrees(&(struct party){.supplier = &set->at[ORION], .values.at[ENT_STATUS] = ENT_PENDING},
				     &incident, ENT_STATUS));
	assert_false(
	    federate_agrees(&(struct party){.supplier = &set->at[ORION]}, &incident, ENT_STATUS)); /* raw word */
	supplier_set_unref(set);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_moved),
	    cmocka_unit_test(test_new_tickets),
	    cmocka_unit_test(test_shared),
	    cmocka_unit_test(test_unshared),
	    cmocka_unit_test(test_nothing_for_a_share_that_is_gone),
	    cmocka_unit_test(test_overruled),
	    cmocka_unit_test(test_ball_given_back_by_a_person),
	    cmocka_unit_test(test_quiet_events),
	    cmocka_unit_test(test_a_scale_that_not_every_tool_has),
	    cmocka_unit_test(test_a_tool_that_works_priority_out),
	    cmocka_unit_test(test_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
