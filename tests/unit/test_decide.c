/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of what one change means, given what is known. */
#include "core/arrival.h"
#include "core/decide.h"
#include "core/decide_own.h"
#include "core/decide_word.h"
#include "core/fold.h"
#include "sdk/webhook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct world {
	struct sdk_arena arena;
	struct incident incident;
	struct ticket ticket;
	struct arrival arrival;
	struct situation at;
	struct ent_change change;
	struct events events;
};

static void begin(struct world *world)
{
	memset(world, 0, sizeof *world);
	sdk_arena_init(&world->arena);
	world->incident = (struct incident){.number = 7,
					    .values.at[ENT_STATUS] = ENT_NEW,
					    .holder = ENT_STR("orion"),
					    .is_accepted = true,
					    .sequence = 2};
	world->arrival.delivery_id = ENT_STR("d1");
	world->at = (struct situation){
	    .supplier = ENT_STR("orion"), .incident = &world->incident, .now_ms = 1000000, .arrival = &world->arrival};
	world->change = (struct ent_change){.kind = ENT_TICKET_CHANGED, .ticket.id = ENT_STR("A-1")};
	world->events.arena = &world->arena.abi;
}

static void known(struct world *world, const char *status, int64_t version, int64_t time_ms)
{
	world->ticket = (struct ticket){
	    .id = 1, .supplier = world->at.supplier, .external_id = ENT_STR("A-1"), .has = 1u << ENT_STATUS};
	world->ticket.at[ENT_STATUS] = (struct attribute){{sdk_str(status), sdk_str(status)}, {version, time_ms}};
	world->at.ticket = &world->ticket;
}

static void says(struct world *world, const char *status, int64_t version, int64_t time_ms)
{
	world->change.ticket.has = 1u << ENT_STATUS;
	world->change.ticket.at[ENT_STATUS] = (struct ent_value){sdk_str(status), sdk_str(status)};
	world->change.stamp = (struct ent_stamp){version, time_ms};
}

static const char *kinds(struct world *world)
{
	static const char none[] = "";
	struct sdk_buf buf;

	sdk_buf_init(&buf, 1000);
	for (size_t i = 0; i < world->events.n; i++) {
		sdk_buf_z(&buf, i ? " " : "");
		sdk_buf_z(&buf, event_name(world->events.at[i].kind));
	}
	const char *text = buf.n ? sdk_z(&world->arena.abi, sdk_buf_view(&buf)) : none;
	sdk_buf_release(&buf);
	return text;
}

static void test_newer_and_older(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct ent_stamp stored, said;
		const char *status, *events;
	} row[] = {
	    {"newer version", {3, 0}, {4, 0}, "resolved", "ticket.changed incident.status_changed"},
	    {"older version moves nothing", {3, 0}, {2, 0}, "resolved", "ticket.late"},
	    {"same version again", {3, 0}, {3, 0}, "new", "ticket.changed"},
	    {"newer time", {0, 100}, {0, 101}, "resolved", "ticket.changed incident.status_changed"},
	    {"older time", {0, 100}, {0, 99}, "resolved", "ticket.late"},
	    {"same coarse time: arrival decides",
	     {0, 100},
	     {0, 100},
	     "resolved",
	     "ticket.changed incident.status_changed"},
	    {"version decides over time", {3, 100}, {4, 50}, "resolved", "ticket.changed incident.status_changed"},
	    {"no stamp at all: arrival decides", {0, 0}, {0, 0}, "resolved", "ticket.changed incident.status_changed"},
	    {"unknown native value is kept, the incident stays", {3, 0}, {4, 0}, "", "ticket.changed"},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		begin(&world);
		known(&world, "new", row[i].stored.version, row[i].stored.time_ms);
		says(&world, row[i].status, row[i].said.version, row[i].said.time_ms);
		decide_change(&world.at, &world.change, &world.events);
		if (strcmp(kinds(&world), row[i].events) != 0)
			fail_msg("%s: got '%s', expected '%s'", row[i].name, kinds(&world), row[i].events);
		sdk_arena_release(&world.arena);
	}
}

static void test_who_holds_the_ball(void **state)
{
	(void)state;
	static const struct {
		const char *name, *holder, *status, *to;
		struct {
			const char *supplier, *to; /* another's ticket; to: it says transferred */
		} other[2];
		const char *expect;
	} row[] = {
	    {"the holder works on", "orion", "in_progress", "", {{0}}, "orion"},
	    {"the holder hands over", "orion", "transferred", "telnord", {{0}}, "telnord"},
	    {"to nobody that is named", "orion", "transferred", "", {{0}}, "us"},
	    {"to a name that nobody has", "orion", "transferred", "Vega Nights", {{0}}, "word:Vega Nights"},
	    {"somebody else's hand-over moves nothing",
	     "telnord",
	     "transferred",
	     "datacoeur",
	     {{"telnord", NULL}},
	     "telnord"},
	    {"to one who passed it on already",
	     "orion",
	     "transferred",
	     "telnord",
	     {{"telnord", "datacoeur"}},
	     "datacoeur"},
	    {"and who holds it there",
	     "orion",
	     "transferred",
	     "telnord",
	     {{"telnord", "datacoeur"}, {"datacoeur", NULL}},
	     "datacoeur"},
	    {"a circle moves nothing", "orion", "transferred", "telnord", {{"telnord", "orion"}}, "orion"},
	    {"who took it back breaks the circle", "telnord", "in_progress", "", {{"telnord", "orion"}}, "orion"},
	    {"handed to us, and nobody took it: who works takes it", "us", "in_progress", "", {{0}}, "orion"},
	    {"handed to us: waiting is not taking", "us", "pending", "", {{0}}, "us"},
	    {"another supplier's work does not take it", "telnord", "in_progress", "", {{"telnord", NULL}}, "telnord"},
	    {"a holder without a ticket here", "telnord", "in_progress", "", {{0}}, "telnord"},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct world world;
		struct word words[2];
		begin(&world);
		known(&world, "new", 0, 60);
		says(&world, row[i].status, 0, 100);
		world.change.ticket.has |= 1u << ENT_TRANSFERRED_TO;
		world.change.ticket.at[ENT_TRANSFERRED_TO].text = sdk_str(row[i].to);
		world.incident.holder = sdk_str(row[i].holder);
		world.incident.is_accepted = false;
		for (size_t k = 0; k < 2 && row[i].other[k].supplier; k++)
			words[world.at.n_word++] = (struct word){
			    .supplier = sdk_str(row[i].other[k].supplier),
			    .transferred_to = sdk_str(row[i].other[k].to),
			    .values.at[ENT_STATUS] = row[i].other[k].to ? ENT_TRANSFERRED : ENT_IN_PROGRESS};
		world.at.word = words;
		struct ent_str holder = decide_next_holder(&world.at, &world.change, &world.arena.abi);
		if (!sdk_eqz(holder, row[i].expect))
			fail_msg("%s: got '%.*s'", row[i].name, (int)holder.n, holder.p);
		sdk_arena_release(&world.arena);
	}
}

static void test_the_ball_brings_its_priority(void **state)
{
	(void)state;
	struct world world;

	begin(&world); /* it was handed to us; a new ticket of orion's is being worked on */
	world.incident.holder = ENT_STR("us");
	world.incident.is_accepted = false;
	world.incident.values.at[ENT_PRIORITY] = 3;
	says(&world, "in_progress", 1, 100);
	sdk_set(&world.change.ticket, ENT_PRIORITY, ENT_STR("2"));
	decide_change(&world.at, &world.change, &world.events);
	assert_string_equal(kinds(&world), "ticket.linked incident.holder_changed incident.status_changed");
	world.events.at[0].incident = 7;
	fold_incident(&world.incident, &world.events.at[0]);
	assert_int_equal(world.incident.values.at[ENT_PRIORITY], 3); /* not the holder's word yet */
	fold_incident(&world.incident, &world.events.at[1]);
	assert_int_equal(world.incident.values.at[ENT_PRIORITY], 2);

	world.incident.sequence = 5;
	world.events.n = 0; /* handed over to a supplier whose ticket says 4 */
	known(&world, "in_progress", 1, 100);
	says(&world, "transferred", 2, 200);
	sdk_set(&world.change.ticket, ENT_TRANSFERRED_TO, ENT_STR("telnord"));
	world.at.word = &(struct word){
	    .supplier = ENT_STR("telnord"), .values.at[ENT_STATUS] = ENT_IN_PROGRESS, .values.at[ENT_PRIORITY] = 4};
	world.at.n_word = 1;
	decide_change(&world.at, &world.change, &world.events);
	fold_incident(&world.incident, &world.events.at[1]);
	assert_int_equal(world.incident.values.at[ENT_PRIORITY], 4);
	sdk_arena_release(&world.arena);
}

/* A page repeats values that are known: only the values that it changes make an event. */
static void test_what_a_page_says_again(void **state)
{
	static const struct {
		const char *name;
		bool is_page, is_removed;
		const char *status;
		struct ent_stamp stored, said;
		const char *events;
	} row[] = {
	    {"the same of the same stamp", true, false, "new", {0, 100}, {0, 100}, ""},
	    {"the same, without stamps", true, false, "new", {0, 0}, {0, 0}, ""},
	    {"the same of a newer stamp", true, false, "new", {0, 100}, {0, 200}, "ticket.changed"},
	    {"another value of the same stamp", true, false, "held", {0, 100}, {0, 100}, "ticket.changed"},
	    {"of a ticket that was removed: it is back", true, true, "new", {0, 0}, {0, 100}, "ticket.changed"},
	    {"a webhook", false, false, "new", {0, 100}, {0, 100}, "ticket.changed"},
	};
	struct world world;

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		begin(&world);
		world.arrival.is_page = row[i].is_page;
		known(&world, "new", row[i].stored.version, row[i].stored.time_ms);
		world.ticket.removed = row[i].is_removed;
		says(&world, row[i].status, row[i].said.version, row[i].said.time_ms);
		decide_change(&world.at, &world.change, &world.events);
		if (strncmp(kinds(&world), row[i].events, strlen(row[i].events)) != 0 ||
		    !*row[i].events != !world.events.n)
			fail_msg("%s: got '%s', expected '%s'", row[i].name, kinds(&world), row[i].events);
		sdk_arena_release(&world.arena);
	}
}

/* Orion's own people and ours always read it. */
static void expect_audience(const struct world *world, bool everyone)
{
	const struct audience *audience = &world->events.at[0].comment.audience;

	assert_true(sdk_eqz(audience->organisations, "orion,us"));
	assert_int_equal(audience->everyone, everyone);
	assert_false(audience->requester);
}

/* Their requester reads it there: that is said only where the configuration says who reads it. */
static void test_who_reads_what_is_public(void **state)
{
	struct supplier orion = {
	    .name = ENT_STR("orion-jira"), .organisation = ENT_STR("orion"), .public_everyone = true};
	struct world world;

	(void)state;
	begin(&world);
	known(&world, "new", 1, 0);
	world.at.from = &orion;
	world.change.kind = ENT_COMMENT_ADDED;
	world.change.comment =
	    (struct ent_comment){.id = ENT_STR("c1"), .body = ENT_STR("x"), .visibility = ENT_PUBLIC};
	for (int reader = PUBLIC_UNKNOWN; reader <= PUBLIC_SERVICE_DESK; reader++) {
		world.events.n = 0;
		orion.public_reader = (enum public_reader)reader;
		decide_change(&world.at, &world.change, &world.events);
		const struct audience *audience = &world.events.at[0].comment.audience;
		assert_true(audience->everyone && sdk_eqz(audience->organisations, "orion,us"));
		assert_int_equal(audience->requester, reader == PUBLIC_REQUESTER);
	}
	orion.public_reader = PUBLIC_REQUESTER;
	world.change.comment.visibility = ENT_INTERNAL;
	world.events.n = 0;
	decide_change(&world.at, &world.change, &world.events);
	assert_false(world.events.at[0].comment.audience.requester);
	sdk_arena_release(&world.arena);
}

/* private_comments: drop. What was public and is private now is taken back. */
static void test_private_comments_are_dropped(void **state)
{
	const struct supplier orion = {.name = ENT_STR("orion"), .drops_private = true};
	struct comment stored;
	struct world world;

	(void)state;
	begin(&world);
	known(&world, "new", 1, 0);
	world.at.from = &orion;
	world.change.kind = ENT_COMMENT_ADDED;
	world.change.comment = (struct ent_comment){.id = ENT_STR("c1"), .body = ENT_STR("secret")};
	decide_change(&world.at, &world.change, &world.events);
	assert_string_equal(kinds(&world), "");
	assert_true(decide_drops(&world.at, &world.change));
	world.change.comment.visibility = ENT_PUBLIC;
	decide_change(&world.at, &world.change, &world.events);
	assert_string_equal(kinds(&world), "comment.added");
	assert_false(decide_drops(&world.at, &world.change));
	stored = world.events.at[0].comment;
	world.at.comment = &stored;
	world.events.n = 0;
	world.change.comment.visibility = ENT_INTERNAL;
	decide_change(&world.at, &world.change, &world.events);
	assert_string_equal(kinds(&world), "comment.edited");
	assert_int_equal(world.events.at[0].comment.body.n, 0);
	assert_int_equal(world.events.at[0].comment.visibility, ENT_INTERNAL);
	assert_false(world.events.at[0].comment.audience.everyone);
	stored = world.events.at[0].comment;
	world.events.n = 0;
	decide_change(&world.at, &world.change, &world.events);
	assert_string_equal(kinds(&world), "");
	world.change.comment.visibility = ENT_PUBLIC; /* again, and newer */
	world.change.stamp.version++;
	world.change.stamp.time_ms += 1000;
	decide_change(&world.at, &world.change, &world.events);
	assert_string_equal(kinds(&world), "comment.edited");
	assert_true(sdk_eqz(world.events.at[0].comment.body, "secret"));
	sdk_arena_release(&world.arena);
}

static void test_comments(void **state)
{
	(void)state;
	struct world world;
	begin(&world);
	known(&world, "new", 1, 0);
	const struct supplier orion = {.name = ENT_STR("orion"), .public_everyone = true};
	world.at.from = &orion;
	world.change.kind = ENT_COMMENT_ADDED;
	world.change.comment = (struct ent_comment){.id = ENT_STR("c1"), .body = ENT_STR("internal word")};
	decide_change(&world.at, &world.change, &world.events);
	assert_string_equal(kinds(&world), "comment.added");
	expect_audience(&world, false);

	world.events.n = 0;
	world.change.comment.visibility = ENT_PUBLIC;
	decide_change(&world.at, &world.change, &world.events);
	expect_audience(&world, true);

	world.at.withdrawn = true; /* its share was taken back: nobody shares its words any more */
	world.events.n = 0;
	decide_change(&world.at, &world.change, &world.events);
	expect_audience(&world, false);
	world.at.withdrawn = false;
	world.events.n = 0;
	decide_change(&world.at, &world.change, &world.events);

	struct comment stored = world.events.at[0].comment;
	world.at.comment = &stored;
	world.events.n = 0;
	decide_change(&world.at, &world.change, &world.events);
	assert_string_equal(kinds(&world), ""); /* the same words again */

	world.change.comment.visibility = ENT_INTERNAL;
	decide_change(&world.at, &world.change, &world.events);
	assert_string_equal(kinds(&world), "comment.edited"); /* made internal: narrows */
	expect_audience(&world, false);

	/* Public and internal within one stamp: the narrower stands, in whatever order they come. */
	stored.visibility = ENT_INTERNAL;
	stored.stamp = (struct ent_stamp){8, 0};
	world.change.comment.visibility = ENT_PUBLIC;
	for (int64_t version = 8; version <= 9; version++) {
		world.change.stamp = (struct ent_stamp){version, 0};
		world.events.n = 0;
		decide_change(&world.at, &world.change, &world.events);
		assert_string_equal(kinds(&world), version == 8 ? "" : "comment.edited");
	}
	world.change.comment.visibility = ENT_INTERNAL;

	stored.removed = true;
	world.events.n = 0;
	decide_change(&world.at, &world.change, &world.events);
	assert_string_equal(kinds(&world), ""); /* removed stays removed */

	world.at.comment = NULL;
	world.change.kind = ENT_COMMENT_REMOVED;
	decide_change(&world.at, &world.change, &world.events);
	assert_string_equal(kinds(&world), "comment.removed"); /* before it was added: remembered */
	sdk_arena_release(&world.arena);
}

static void test_correlate(void **state)
{
	(void)state;
	static const struct {
		int64_t found[4], expect;
	} row[] = {
	    {{0, 0, 0, 0}, 0}, {{0, 5, 0, 0}, 5}, {{0, 0, 0, 7}, 7}, {{4, 0, 0, 0}, 4},
	    {{4, 9, 0, 0}, 4}, {{9, 4, 0, 0}, 4}, {{9, 4, 2, 7}, 2}, {{0, 3, 3, 0}, 3},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		assert_int_equal(correlate(row[i].found, 4), row[i].expect);
}

static void test_numbers(void **state)
{
	(void)state;
	char text[INCIDENT_NUMBER_SIZE];
	int64_t number;
	assert_true(sdk_eqz(incident_number(42, text), "ENT-000042"));
	assert_true(incident_number_parse(ENT_STR("ENT-000042"), &number));
	assert_int_equal(number, 42);
	assert_true(incident_number_parse(ENT_STR("ENT-12345678"), &number));
	assert_false(incident_number_parse(ENT_STR("ENT-"), &number));
	assert_false(incident_number_parse(ENT_STR("ENT-0"), &number));
	assert_false(incident_number_parse(ENT_STR("ENT--5"), &number));
	assert_false(incident_number_parse(ENT_STR("INC0000042"), &number));
}

static void test_partition_is_kafkas(void **state)
{
	(void)state;
	/* Known values of Kafka's own murmur2: "21" -> -973932308, "foobar" -> -790332482, "abc" -> 479470107. */
	assert_int_equal(event_partition(ENT_STR("21"), INT32_MAX), (-973932308 & 0x7fffffff) % INT32_MAX);
	assert_int_equal(event_partition(ENT_STR("foobar"), INT32_MAX), (-790332482 & 0x7fffffff) % INT32_MAX);
	assert_int_equal(event_partition(ENT_STR("abc"), INT32_MAX), 479470107);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_newer_and_older),
	    cmocka_unit_test(test_who_holds_the_ball),
	    cmocka_unit_test(test_the_ball_brings_its_priority),
	    cmocka_unit_test(test_what_a_page_says_again),
	    cmocka_unit_test(test_comments),
	    cmocka_unit_test(test_who_reads_what_is_public),
	    cmocka_unit_test(test_private_comments_are_dropped),
	    cmocka_unit_test(test_correlate),
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_partition_is_kafkas),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
