/* SPDX-License-Identifier: Apache-2.0 */
/* Whose word counts: policies against roles. */
#include "situations.h"

static void policy(struct world *world, enum policy value)
{
	for (size_t i = 0; i < ENT_N_ATTR; i++)
		world->at.policy[i] = world->set->at[VEGA].policy[i] = value;
}

/* What its ticket said before; NULL: it has none. */
static void said(struct world *world, enum ent_attr attr, const char *word)
{
	if (!word)
		return;
	world->ticket.id = 1;
	world->ticket.external_id = ENT_STR("V-1");
	world->ticket.has |= 1u << attr;
	world->ticket.at[attr].value = (struct ent_value){sdk_str(word), sdk_str(word)};
	world->at.ticket = &world->ticket;
}

static void says(struct world *world, enum ent_attr attr, const char *word)
{
	world->change.ticket.has |= 1u << attr;
	world->change.ticket.at[attr] = (struct ent_value){sdk_str(word), sdk_str(word)};
}

#define NEWS      "ticket.changed"
#define MOVED     "ticket.changed incident.status_changed"
#define OVERRULED "ticket.changed ticket.overruled"

static void test_status(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		enum policy policy;
		const char *holder;
		enum ent_status now;
		const char *before, *says, *expect;
		enum ent_status then;
	} row[] = {
	    /* policy and role */
	    {"holder: the holder's", POLICY_HOLDER, "vega", ENT_IN_PROGRESS, "in_progress", "resolved", MOVED,
	     ENT_RESOLVED},
	    {"holder: a shadow's", POLICY_HOLDER, "orion", ENT_IN_PROGRESS, "in_progress", "resolved", OVERRULED,
	     ENT_IN_PROGRESS},
	    {"holder: nobody holds it", POLICY_HOLDER, "", ENT_NEW, "new", "pending", OVERRULED, ENT_NEW},
	    {"newest: the holder's", POLICY_NEWEST, "vega", ENT_IN_PROGRESS, "in_progress", "resolved", MOVED,
	     ENT_RESOLVED},
	    {"newest: a shadow's", POLICY_NEWEST, "orion", ENT_IN_PROGRESS, "in_progress", "resolved", MOVED,
	     ENT_RESOLVED},
	    {"theirs: a shadow's", POLICY_THEIRS, "orion", ENT_IN_PROGRESS, "in_progress", "resolved", MOVED,
	     ENT_RESOLVED},
	    {"ours: the holder's", POLICY_OURS, "vega", ENT_IN_PROGRESS, "in_progress", "resolved", OVERRULED,
	     ENT_IN_PROGRESS},
	    {"ours: a shadow's", POLICY_OURS, "orion", ENT_IN_PROGRESS, "in_progress", "resolved", OVERRULED,
	     ENT_IN_PROGRESS},
	    /* opening again */
	    {"a shadow opens again what was resolved", POLICY_HOLDER, "orion", ENT_RESOLVED, "resolved", "in_progress",
	     MOVED, ENT_IN_PROGRESS},
	    {"opened again as new", POLICY_HOLDER, "orion", ENT_CLOSED, "closed", "new", MOVED, ENT_NEW},
	    {"its ticket was open all along", POLICY_HOLDER, "orion", ENT_RESOLVED, "in_progress", "pending", OVERRULED,
	     ENT_RESOLVED},
	    {"the incident is open already", POLICY_HOLDER, "orion", ENT_PENDING, "resolved", "in_progress", OVERRULED,
	     ENT_PENDING},
	    {"ours does not open again", POLICY_OURS, "orion", ENT_RESOLVED, "resolved", "in_progress", OVERRULED,
	     ENT_RESOLVED},
	    {"newest opens again", POLICY_NEWEST, "orion", ENT_RESOLVED, "resolved", "in_progress", MOVED,
	     ENT_IN_PROGRESS},
	    /* no word */
	    {"the same again, by the holder", POLICY_HOLDER, "vega", ENT_RESOLVED, "in_progress", "in_progress", NEWS,
	     ENT_RESOLVED},
	    {"the same again, by a shadow", POLICY_HOLDER, "orion", ENT_PENDING, "in_progress", "in_progress", NEWS,
	     ENT_PENDING},
	    {"what stands", POLICY_HOLDER, "orion", ENT_IN_PROGRESS, "pending", "in_progress", NEWS, ENT_IN_PROGRESS},
	    {"a word no map knows", POLICY_HOLDER, "vega", ENT_IN_PROGRESS, "in_progress", "", NEWS, ENT_IN_PROGRESS},
	    {"closed by itself after it was resolved", POLICY_HOLDER, "orion", ENT_RESOLVED, "resolved", "closed", NEWS,
	     ENT_RESOLVED},
	    {"a shadow passes it on", POLICY_HOLDER, "orion", ENT_IN_PROGRESS, "in_progress", "transferred", NEWS,
	     ENT_IN_PROGRESS},
	    /* first words */
	    {"a shadow's ticket joins", POLICY_HOLDER, "orion", ENT_IN_PROGRESS, NULL, "new", "ticket.linked",
	     ENT_IN_PROGRESS},
	    {"the holder's new ticket has not spoken", POLICY_HOLDER, "vega", ENT_IN_PROGRESS, NULL, "new",
	     "ticket.linked", ENT_IN_PROGRESS},
	    {"the holder's ticket joins at work", POLICY_HOLDER, "vega", ENT_PENDING, NULL, "in_progress",
	     "ticket.linked incident.status_changed", ENT_IN_PROGRESS},
	    {"newest: born new is no word", POLICY_NEWEST, "orion", ENT_IN_PROGRESS, NULL, "new", "ticket.linked",
	     ENT_IN_PROGRESS},
	    {"the holder puts it back to new", POLICY_HOLDER, "vega", ENT_IN_PROGRESS, "in_progress", "new", MOVED,
	     ENT_NEW},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world);
		policy(&world, row[i].policy);
		world.incident.values.at[ENT_STATUS] = row[i].now;
		world.incident.holder = sdk_str(row[i].holder);
		said(&world, ENT_STATUS, row[i].before);
		says(&world, ENT_STATUS, row[i].says);
		decide_change(&world.at, &world.change, &world.events);
		if (!sdk_eqz(kinds(&world), row[i].expect))
			fail_msg("%s: got '%.*s'", row[i].what, ENT_F(kinds(&world)));
		fold(&world);
		if (world.incident.values.at[ENT_STATUS] != row[i].then)
			fail_msg("%s: then %s", row[i].what, sdk_status_name(world.incident.values.at[ENT_STATUS]));
		end(&world);
	}
}

/* A shadow under `holder` resolves, and it does not count. What of it makes no word at all? */
static void test_no_word(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		bool sweep, withdrawn, writes, late;
		uint32_t echo, asked;
		const char *before, *expect;
	} row[] = {
	    {"somebody says so", .writes = true, .before = "in_progress", .expect = OVERRULED},
	    {"our own update comes back", .writes = true, .echo = 1u << ENT_STATUS, .before = "in_progress",
	     .expect = NEWS},
	    {"another attribute came back", .writes = true, .echo = 1u << ENT_PRIORITY, .before = "in_progress",
	     .expect = OVERRULED},
	    {"the answer to a ticket of ours", .writes = true, .asked = UINT32_MAX, .before = "in_progress",
	     .expect = NEWS},
	    {"the answer to an update of it", .writes = true, .asked = 1u << ENT_STATUS, .before = "in_progress",
	     .expect = NEWS},
	    {"the answer to an update of something else", .writes = true, .asked = 1u << ENT_PRIORITY,
	     .before = "in_progress", .expect = OVERRULED},
	    {"its share was taken back", .writes = true, .withdrawn = true, .before = "in_progress", .expect = NEWS},
	    {"too late", .writes = true, .late = true, .before = "in_progress", .expect = "ticket.late"},
	    {"the same again", .writes = true, .before = "resolved", .expect = NEWS},
	    {"the same again, and asked for", .writes = true, .sweep = true, .before = "resolved", .expect = OVERRULED},
	    {"we cannot write there", .before = "in_progress", .expect = NEWS},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world);
		world.at.sweep = row[i].sweep;
		world.at.asked = row[i].asked;
		world.at.withdrawn = row[i].withdrawn;
		world.at.writes = row[i].writes;
		world.at.echo = row[i].echo;
		said(&world, ENT_STATUS, row[i].before);
		world.ticket.at[ENT_STATUS].stamp.version = 5;
		world.change.stamp.version = row[i].late ? 4 : 6;
		says(&world, ENT_STATUS, "resolved");
		decide_change(&world.at, &world.change, &world.events);
		if (!sdk_eqz(kinds(&world), row[i].expect))
			fail_msg("%s: got '%.*s'", row[i].what, ENT_F(kinds(&world)));
		end(&world);
	}
}

static void test_sweep_is_heard_of_the_holder(void **state)
{
	struct world world;

	(void)state;
	begin(&world); /* a webhook of the holder's was lost, and then another's made it look known */
	world.incident.holder = ENT_STR("vega");
	world.at.sweep = true;
	said(&world, ENT_STATUS, "resolved");
	says(&world, ENT_STATUS, "resolved");
	decide_change(&world.at, &world.change, &world.events);
	assert_true(sdk_eqz(kinds(&world), MOVED));
	end(&world);
}

/* Of two who differ under `newest` or `theirs` each would be the newest in turn, with every sweep. */
static void test_sweep_is_no_newer_word(void **state)
{
	static const enum policy policy[] = {POLICY_NEWEST, POLICY_THEIRS};
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		struct world world;

		begin(&world);
		world.at.sweep = true;
		world.at.policy[ENT_STATUS] = policy[i];
		said(&world, ENT_STATUS, "resolved");
		says(&world, ENT_STATUS, "resolved");
		decide_change(&world.at, &world.change, &world.events);
		for (size_t k = 0; k < world.events.n; k++)
			assert_int_not_equal(world.events.at[k].kind, EVENT_INCIDENT_STATUS_CHANGED);
		end(&world);

		begin(&world); /* a webhook was lost: that is news */
		world.at.sweep = true;
		world.at.policy[ENT_STATUS] = policy[i];
		said(&world, ENT_STATUS, "in_progress");
		says(&world, ENT_STATUS, "resolved");
		decide_change(&world.at, &world.change, &world.events);
		assert_true(sdk_eqz(kinds(&world), MOVED));
		end(&world);
	}
}

static void test_overruled_tells_both(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	said(&world, ENT_STATUS, "in_progress");
	says(&world, ENT_STATUS, "resolved");
	decide_change(&world.at, &world.change, &world.events);
	const struct event *event = &world.events.at[1];
	assert_int_equal(event->kind, EVENT_TICKET_OVERRULED);
	assert_true(sdk_eqz(event->ticket_id, "V-1"));
	assert_int_equal(event->n_attr, 1);
	assert_int_equal(event->attr[0].attr, ENT_STATUS);
	assert_true(sdk_eqz(event->attr[0].from.text, "resolved"));
	assert_true(sdk_eqz(event->attr[0].to.text, "in_progress"));
	assert_true(sdk_eqz(event->attr[0].to.native, "Open")); /* its tool's word */
	end(&world);
}

static void test_priority(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		enum policy policy;
		const char *holder;
		unsigned now;
		const char *before, *says;
		bool is_echo, overruled;
		unsigned then;
	} row[] = {
	    {"holder: the holder's", POLICY_HOLDER, "vega", 3, "3", "1", false, false, 1},
	    {"holder: a shadow's", POLICY_HOLDER, "orion", 3, "3", "1", false, true, 3},
	    {"holder: a shadow's, when there was none", POLICY_HOLDER, "orion", 0, "", "1", false, false, 1},
	    {"newest: a shadow's", POLICY_NEWEST, "orion", 3, "3", "1", false, false, 1},
	    {"theirs: a shadow's", POLICY_THEIRS, "orion", 3, "3", "1", false, false, 1},
	    {"ours: the holder's", POLICY_OURS, "vega", 3, "3", "1", false, true, 3},
	    {"ours: when there was none", POLICY_OURS, "orion", 0, "", "1", false, false, 1},
	    {"our own update comes back from the holder late", POLICY_HOLDER, "vega", 3, "5", "1", true, false, 3},
	    {"the holder's, the same again", POLICY_HOLDER, "vega", 3, "1", "1", false, false, 3},
	    {"no word no map knows", POLICY_HOLDER, "vega", 3, "3", "", false, false, 3},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world);
		policy(&world, row[i].policy);
		world.incident.values.at[ENT_PRIORITY] = row[i].now;
		world.incident.holder = sdk_str(row[i].holder);
		world.at.echo = row[i].is_echo ? 1u << ENT_PRIORITY : 0;
		said(&world, ENT_STATUS, "in_progress");
		said(&world, ENT_PRIORITY, row[i].before);
		says(&world, ENT_PRIORITY, row[i].says);
		decide_change(&world.at, &world.change, &world.events);
		if (!sdk_eqz(kinds(&world), row[i].overruled ? OVERRULED : NEWS))
			fail_msg("%s: got '%.*s'", row[i].what, ENT_F(kinds(&world)));
		fold(&world);
		if (world.incident.values.at[ENT_PRIORITY] != row[i].then)
			fail_msg("%s: then %d", row[i].what, world.incident.values.at[ENT_PRIORITY]);
		end(&world);
	}
}

static void test_priority_of_new_tickets(void **state)
{
	struct world world;

	(void)state;
	begin(&world); /* the holder's new ticket is born with the tool's default */
	world.incident.holder = ENT_STR("vega");
	says(&world, ENT_STATUS, "new");
	says(&world, ENT_PRIORITY, "5");
	decide_change(&world.at, &world.change, &world.events);
	fold(&world);
	assert_int_equal(world.incident.values.at[ENT_PRIORITY], 3);
	end(&world);

	begin(&world); /* the same, and nobody has said one yet */
	world.incident.holder = ENT_STR("vega");
	world.incident.values.at[ENT_PRIORITY] = 0;
	says(&world, ENT_STATUS, "new");
	says(&world, ENT_PRIORITY, "5");
	decide_change(&world.at, &world.change, &world.events);
	fold(&world);
	assert_int_equal(world.incident.values.at[ENT_PRIORITY], 5);
	end(&world);

	begin(&world); /* swept: what was kept as nobody's word is the holder's now */
	world.incident.holder = ENT_STR("vega");
	world.at.sweep = true;
	said(&world, ENT_STATUS, "in_progress");
	said(&world, ENT_PRIORITY, "5");
	says(&world, ENT_PRIORITY, "5");
	decide_change(&world.at, &world.change, &world.events);
	fold(&world);
	assert_int_equal(world.incident.values.at[ENT_PRIORITY], 5);
	end(&world);
}

static void test_ball(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		bool writes, withdrawn;
		uint32_t echo;
		const char *before, *holder;
	} row[] = {
	    {"who works takes it", true, false, 0, "pending", "vega"},
	    {"our own update makes nobody work", true, false, 1u << ENT_STATUS, "pending", "us"},
	    {"working all along is no word", true, false, 0, "in_progress", "us"},
	    {"working all along, only listened to", false, false, 0, "in_progress", "vega"},
	    {"its share was taken back", true, true, 0, "pending", "us"},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world);
		world.incident.holder = ENT_STR("us"); /* handed to us, and nobody took it */
		world.incident.is_accepted = false;
		world.at.writes = row[i].writes;
		world.at.withdrawn = row[i].withdrawn;
		world.at.echo = row[i].echo;
		said(&world, ENT_STATUS, row[i].before);
		says(&world, ENT_STATUS, "in_progress");
		if (!sdk_eqz(decide_next_holder(&world.at, &world.change, &world.arena.abi), row[i].holder))
			fail_msg("%s", row[i].what);
		end(&world);
	}
}

/* vega hands over to orion or ear: whose word comes along? */
static void test_hand_over(void **state)
{
	(void)state;
	static const struct {
		const char *what, *to;
		enum ent_status status;
		enum policy policy;
		enum ent_status then;
		unsigned priority;
	} row[] = {
	    {"at work there", "orion", ENT_PENDING, POLICY_HOLDER, ENT_PENDING, 1},
	    {"a new ticket has not spoken", "orion", ENT_NEW, POLICY_HOLDER, ENT_IN_PROGRESS, 3},
	    {"only listened to: its word is taken", "ear", ENT_NEW, POLICY_HOLDER, ENT_NEW, 1},
	    {"ours", "orion", ENT_PENDING, POLICY_OURS, ENT_IN_PROGRESS, 3},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		struct word word = {.supplier = sdk_str(row[i].to),
				    .values.at[ENT_STATUS] = row[i].status,
				    .values.at[ENT_PRIORITY] = 1};
		begin(&world);
		world.incident.holder = ENT_STR("vega");
		world.at.word = &word;
		world.at.n_word = 1;
		world.set->at[ORION].policy[ENT_STATUS] = world.set->at[ORION].policy[ENT_PRIORITY] = row[i].policy;
		said(&world, ENT_STATUS, "in_progress");
		says(&world, ENT_STATUS, "transferred");
		world.change.ticket.has |= 1u << ENT_TRANSFERRED_TO;
		world.change.ticket.at[ENT_TRANSFERRED_TO].text = sdk_str(row[i].to);
		decide_change(&world.at, &world.change, &world.events);
		fold(&world);
		if (!sdk_eqz(world.incident.holder, row[i].to) || world.incident.values.at[ENT_STATUS] != row[i].then ||
		    world.incident.values.at[ENT_PRIORITY] != row[i].priority)
			fail_msg("%s: %.*s %s %d", row[i].what, ENT_F(world.incident.holder),
				 sdk_status_name(world.incident.values.at[ENT_STATUS]),
				 world.incident.values.at[ENT_PRIORITY]);
		end(&world);
	}
}

static void test_comment_echo_says_nothing(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	said(&world, ENT_STATUS, "in_progress");
	world.at.is_comment_echo = true;
	world.change.kind = ENT_COMMENT_ADDED;
	world.change.comment = (struct ent_comment){.id = ENT_STR("c"), .body = ENT_STR("ours")};
	decide_change(&world.at, &world.change, &world.events);
	assert_true(sdk_eqz(kinds(&world), ""));
	says(&world, ENT_STATUS, "pending"); /* but what it brings along is said */
	decide_change(&world.at, &world.change, &world.events);
	assert_true(sdk_eqz(kinds(&world), OVERRULED));
	world.events.n = 0;
	world.change.ticket.has = 0;
	world.change.kind = ENT_COMMENT_REMOVED;
	decide_change(&world.at, &world.change, &world.events);
	assert_true(sdk_eqz(kinds(&world), ""));
	end(&world);
}

static void test_names(void **state)
{
	static const enum policy all[] = {POLICY_HOLDER, POLICY_NEWEST, POLICY_OURS, POLICY_THEIRS};
	enum policy found;

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		assert_true(policy_by_name(sdk_str(policy_name(all[i])), &found));
		assert_int_equal(found, all[i]);
	}
	assert_false(policy_by_name(ENT_STR("mine"), &found));
	assert_false(policy_by_name(ENT_STR(""), &found));
}

static void test_can(void **state)
{
	struct supplier_set *set = test_suppliers();
	struct ent_connector deaf = test_connector;

	(void)state;
	assert_true(supplier_can(&set->at[ORION], ENT_ADD_COMMENT));
	assert_false(supplier_can(&set->at[ORION], ENT_POLL)); /* not among its ops */
	assert_false(supplier_can(&set->at[EAR], ENT_ADD_COMMENT));
	deaf.build = NULL;
	set->at[ORION].connector = &deaf;
	assert_false(supplier_can(&set->at[ORION], ENT_ADD_COMMENT));
	set->at[ORION].connector = NULL;
	assert_false(supplier_can(&set->at[ORION], ENT_ADD_COMMENT));
	supplier_set_unref(set);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_status),
	    cmocka_unit_test(test_no_word),
	    cmocka_unit_test(test_sweep_is_heard_of_the_holder),
	    cmocka_unit_test(test_sweep_is_no_newer_word),
	    cmocka_unit_test(test_overruled_tells_both),
	    cmocka_unit_test(test_priority),
	    cmocka_unit_test(test_priority_of_new_tickets),
	    cmocka_unit_test(test_ball),
	    cmocka_unit_test(test_hand_over),
	    cmocka_unit_test(test_comment_echo_says_nothing),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_can),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
