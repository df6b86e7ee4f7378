/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets what: events against who takes part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "suppliers.h"

#define UUID "51f4a1d6-6f0b-4c89-9a57-3f1fd33d0b02"

struct world {
	struct sdk_arena arena;
	struct supplier_set *set;
	struct incident before, after;
	struct event event;
	struct party party[N_SUPPLIERS];
	struct federate at;
	struct planned_list list;
};

/* Everybody takes part with a ticket in progress at priority 3, and so does the incident; orion holds the ball and is
 * who speaks. */
static void begin(struct world *world, enum event_kind kind)
{
	memset(world, 0, sizeof *world);
	sdk_arena_init(&world->arena);
	world->set = test_suppliers();
	world->before = (struct incident){.number = 42,
					  .values.at[ENT_STATUS] = ENT_IN_PROGRESS,
					  .values.at[ENT_PRIORITY] = 3,
					  .holder = ENT_STR("orion"),
					  .sequence = 3};
	world->after = world->before;
	world->event =
	    (struct event){.kind = kind, .incident = 42, .supplier = ENT_STR("orion"), .ticket_id = ENT_STR("A-1")};
	for (size_t i = 0; i < N_SUPPLIERS; i++)
		world->party[i] = (struct party){.supplier = &world->set->at[i],
						 .shares = true,
						 .ticket = ENT_STR("T-1"),
						 .values.at[ENT_STATUS] = ENT_IN_PROGRESS,
						 .values.at[ENT_PRIORITY] = 3};
	world->at =
	    (struct federate){ENT_STR("us"), &world->before, &world->after, &world->event, world->party, N_SUPPLIERS};
	world->list.arena = &world->arena.abi;
}

static void end(struct world *world)
{
	supplier_set_unref(world->set);
	sdk_arena_release(&world->arena);
}

/* "telnord:add_comment vega:update_ticket(status,priority)" */
static const char *plans(struct world *world)
{
	struct ent_str text = ENT_STR("");

	federate(&world->at, &world->list);
	for (size_t i = 0; i < world->list.n; i++) {
		const struct planned *p = &world->list.at[i];
		const char *op = p->op == ENT_CREATE_TICKET    ? "create"
				 : p->op == ENT_ADD_COMMENT    ? "comment"
				 : p->op == ENT_EDIT_COMMENT   ? "edit"
				 : p->op == ENT_REMOVE_COMMENT ? "removal"
							       : "update";
		if (p->op == ENT_ADD_COMMENT && !p->comment[0])
			op = p->text.n ? "notice" : "nothing";
		text = sdk_format(&world->arena.abi, "%.*s%s%.*s:%s%s%s%s", ENT_F(text), i ? " " : "",
				  ENT_F(p->supplier->name), op, p->set & (1u << ENT_STATUS) ? "+status" : "",
				  p->set & (1u << ENT_PRIORITY) ? "+priority" : "", p->cancels ? "+cancels" : "");
		if (p->set & (1u << ENT_IMPACT | 1u << ENT_URGENCY))
			text = sdk_format(&world->arena.abi, "%.*s%s%s", ENT_F(text),
					  p->set & (1u << ENT_IMPACT) ? "+impact" : "",
					  p->set & (1u << ENT_URGENCY) ? "+urgency" : "");
	}
	return sdk_z(&world->arena.abi, text);
}

static void expect(struct world *world, const char *what, const char *want)
{
	const char *got = plans(world);

	if (strcmp(got, want) != 0)
		fail_msg("%s: got '%s', expected '%s'", what, got, want);
	end(world);
}

static void test_comment_by_audience(void **state)
{
	(void)state;
	static const struct {
		const char *organisations;
		bool everyone, requester;
		const char *from, *expect;
	} row[] = {
	    {"us", false, false, "orion", ""},
	    {"us", false, false, "", ""},
	    {"", false, false, "", ""}, /* zeros: ours alone */
	    {"us,vega", false, false, "", "vega:comment"},
	    {"orion,us,vega", false, false, "orion", "vega:comment"}, /* the origin never gets its own */
	    {"orion,us", false, false, "orion", ""},
	    {"ear,us", false, false, "", ""}, /* only listened to */
	    {"us", true, false, "orion", "telnord:comment vega:comment"},
	    {"us", true, false, "", "orion:comment telnord:comment vega:comment"},
	    {"us", true, false, "ear", "orion:comment telnord:comment vega:comment"},
	    {"us", false, true, "vega", ""}, /* the requester is nobody's organisation */
	    {"us", true, true, "vega", "orion:comment telnord:comment"},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world, EVENT_COMMENT_ADDED);
		world.event.supplier = world.event.comment.supplier = sdk_str(row[i].from);
		world.event.comment.audience =
		    (struct audience){sdk_str(row[i].organisations), row[i].everyone, row[i].requester};
		memcpy(world.event.comment.uuid, UUID, ID_SIZE);
		expect(&world, sdk_z(&world.arena.abi, sdk_format(&world.arena.abi, "row %zu", i)), row[i].expect);
	}
}

static void test_comment_plan_carries_audience(void **state)
{
	struct world world;

	(void)state;
	begin(&world, EVENT_COMMENT_ADDED);
	world.event.comment = (struct comment){.uuid = UUID, .supplier = ENT_STR("orion")};
	world.event.comment.audience = (struct audience){ENT_STR("telnord,us"), false, true};
	federate(&world.at, &world.list);
	assert_int_equal(world.list.n, 1);
	assert_string_equal(world.list.at[0].comment, UUID);
	assert_true(audience_equal(&world.list.at[0].audience, &world.event.comment.audience));
	end(&world);
}

/* What is meant for an organisation goes to each of its tools; the one that it was written in has it. */
static void test_two_tools_of_one_organisation(void **state)
{
	static const struct {
		const char *organisations, *from, *expect;
	} row[] = {
	    {"us,west", "", "telnord:comment vega:comment"},
	    {"us,west", "telnord", "vega:comment"}, /* its private note */
	    {"us,vega", "", ""},                    /* a tool's name is no organisation's */
	    {"orion,us", "", "orion:comment"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world, EVENT_COMMENT_ADDED);
		for (size_t k = 0; k < N_SUPPLIERS; k++)
			if (sdk_eqz(world.set->at[k].name, "telnord") || sdk_eqz(world.set->at[k].name, "vega"))
				world.set->at[k].organisation = ENT_STR("west");
		world.event.supplier = world.event.comment.supplier = sdk_str(row[i].from);
		world.event.comment.audience = (struct audience){sdk_str(row[i].organisations), false, false};
		memcpy(world.event.comment.uuid, UUID, ID_SIZE);
		expect(&world, sdk_z(&world.arena.abi, sdk_format(&world.arena.abi, "row %zu", i)), row[i].expect);
	}
}

/* Whoever may have it gets its new words, or has it taken away; its own tool and one that is only listened to do not.
 */
static void test_comment_that_changes(void **state)
{
	static const struct {
		enum event_kind kind;
		const char *organisations;
		bool everyone, reworded, published;
		const char *expect;
		bool was_requesters, requester;
	} row[] = {
	    {EVENT_COMMENT_EDITED, "orion,us", true, true, false, "telnord:edit vega:edit", false, false},
	    {EVENT_COMMENT_EDITED, "orion,us", true, false, false, "", false, false},
	    {EVENT_COMMENT_EDITED, "orion,us", true, false, true, "telnord:comment vega:comment telnord:edit vega:edit",
	     false, false},
	    {EVENT_COMMENT_EDITED, "orion,us,vega", false, true, false, "telnord:removal vega:edit", false, false},
	    {EVENT_COMMENT_EDITED, "orion,us", false, false, false, "telnord:removal vega:removal", false, false},
	    {EVENT_COMMENT_REMOVED, "orion,us", false, false, false, "telnord:removal vega:removal", false, false},
	    /* It stands in public there: with other words and without, it is taken away. vega: our own service desk. */
	    {EVENT_COMMENT_EDITED, "orion,us", true, false, false, "telnord:removal", true, false},
	    {EVENT_COMMENT_EDITED, "orion,us", true, true, false, "telnord:removal vega:edit", true, false},
	    {EVENT_COMMENT_EDITED, "orion,telnord,us", false, false, true,
	     "telnord:comment telnord:removal vega:removal", true, false},
	    {EVENT_COMMENT_EDITED, "orion,us", true, true, false, "telnord:edit vega:edit", true, true},
	    {EVENT_COMMENT_EDITED, "orion,us", true, false, false, "", true, true},
	    {EVENT_COMMENT_EDITED, "orion,us", false, false, false, "telnord:removal vega:removal", true, false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world, row[i].kind);
		world.event.supplier = world.event.comment.supplier = ENT_STR("orion");
		world.event.comment.audience =
		    (struct audience){sdk_str(row[i].organisations), row[i].everyone, row[i].requester};
		world.set->at[VEGA].public_reader = row[i].was_requesters ? PUBLIC_SERVICE_DESK : PUBLIC_UNSAID;
		world.event.was_for_requester = row[i].was_requesters;
		world.event.is_reworded = row[i].reworded;
		world.event.is_published = row[i].published;
		memcpy(world.event.comment.uuid, UUID, ID_SIZE);
		expect(&world, sdk_z(&world.arena.abi, sdk_format(&world.arena.abi, "row %zu", i)), row[i].expect);
	}
}

/* Of a comment that was removed before it was told, nothing was brought. */
static void test_removal_of_an_unknown_comment(void **state)
{
	struct world world;

	(void)state;
	begin(&world, EVENT_COMMENT_REMOVED);
	world.event.supplier = world.event.comment.supplier = ENT_STR("orion");
	expect(&world, "it has no name here", "");
}

static void test_comment_by_part(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		bool shares, has_ticket, comes;
		const char *expect;
	} row[] = {
	    {"takes part", true, true, false, "telnord:comment vega:comment"},
	    {"its ticket is being made", true, false, true, "telnord:comment vega:comment"},
	    {"no ticket and none to come", true, false, false, "vega:comment"},
	    {"its share was taken back", false, true, false, "vega:comment"},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world, EVENT_COMMENT_ADDED);
		world.event.comment.supplier = ENT_STR("orion");
		world.event.comment.audience.everyone = true;
		memcpy(world.event.comment.uuid, UUID, ID_SIZE);
		world.party[TELNORD].shares = row[i].shares;
		world.party[TELNORD].ticket = row[i].has_ticket ? ENT_STR("T-1") : ENT_ABSENT;
		world.party[TELNORD].comes = row[i].comes;
		expect(&world, row[i].what, row[i].expect);
	}
}

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

static void test_words(void **state)
{
	struct sdk_arena arena;
	struct supplier_set *set = test_suppliers();
	struct comment comment = {.supplier = ENT_STR("orion"), .body = ENT_STR("It burns")};

	(void)state;
	sdk_arena_init(&arena);
	assert_true(sdk_eqz(federate_comment(&arena.abi, set, &comment), "Orion: It burns"));
	comment.author =
	    (struct person){.ref = ENT_STR("ref"), .organisation = ENT_STR("orion")}; /* no name is known */
	assert_true(sdk_eqz(federate_comment(&arena.abi, set, &comment), "Orion: It burns"));
	comment.author.name = ENT_STR("David");
	assert_true(sdk_eqz(federate_comment(&arena.abi, set, &comment), "David (Orion): It burns"));
	comment.supplier = ENT_STR("left");
	assert_true(sdk_eqz(federate_comment(&arena.abi, set, &comment), "David (left): It burns"));
	comment.supplier = ENT_STR("");
	assert_true(sdk_eqz(federate_comment(&arena.abi, set, &comment), "David: It burns"));
	comment.author.name = ENT_ABSENT;
	comment.body = ENT_STR("- one\n- two");
	assert_true(sdk_eqz(federate_comment(&arena.abi, NULL, &comment), "Entente:\n\n- one\n- two"));

	comment.body = ENT_STR("Yes\n> [ENT-000042:0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a]"); /* goes no further */
	assert_true(sdk_eqz(federate_comment(&arena.abi, NULL, &comment), "Entente:\n\nYes\n>"));

	struct brief brief = {
	    .what = ENT_STR("No print"), .needed_before_ms = 1795335243123, .wanted = ENT_STR("Look")};
	struct incident incident = {.number = 42};
	assert_true(sdk_eqz(federate_brief(&arena.abi, &brief, &incident),
			    "No print\n\nWanted: Look\n\nNeeded before: 2026-11-22 08:14 UTC\n\nIncident: ENT-000042"));
	incident.site = ENT_STR("Site 7"); /* as a person described it; the brief's own word goes before */
	incident.service = ENT_STR("Printing");
	incident.requester.name = ENT_STR("Ana");
	incident.needed_before_ms = 1795335243123 + 60000;
	assert_true(sdk_eqz(federate_brief(&arena.abi, &brief, &incident),
			    "No print\n\nWanted: Look\n\nNeeded before: 2026-11-22 08:14 UTC\n\nService: Printing\n\n"
			    "Site: Site 7\n\nIncident: ENT-000042"));
	brief.needed_before_ms = 0;
	assert_true(sdk_eqz(federate_brief(&arena.abi, &brief, &incident),
			    "No print\n\nWanted: Look\n\nNeeded before: 2026-11-22 08:15 UTC\n\nService: Printing\n\n"
			    "Site: Site 7\n\nIncident: ENT-000042"));
	supplier_set_unref(set);
	sdk_arena_release(&arena);
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
	    cmocka_unit_test(test_comment_by_audience),
	    cmocka_unit_test(test_comment_plan_carries_audience),
	    cmocka_unit_test(test_two_tools_of_one_organisation),
	    cmocka_unit_test(test_comment_that_changes),
	    cmocka_unit_test(test_removal_of_an_unknown_comment),
	    cmocka_unit_test(test_comment_by_part),
	    cmocka_unit_test(test_what_moved),
	    cmocka_unit_test(test_new_tickets),
	    cmocka_unit_test(test_shared),
	    cmocka_unit_test(test_unshared),
	    cmocka_unit_test(test_nothing_for_a_share_that_is_gone),
	    cmocka_unit_test(test_overruled),
	    cmocka_unit_test(test_ball_given_back_by_a_person),
	    cmocka_unit_test(test_quiet_events),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_a_scale_that_not_every_tool_has),
	    cmocka_unit_test(test_a_tool_that_works_priority_out),
	    cmocka_unit_test(test_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
