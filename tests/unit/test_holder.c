/* SPDX-License-Identifier: Apache-2.0 */
/* Who holds the ball: whom a tool means, who has accepted it, who gives it back. */
#include "core/arrival.h"
#include "core/decide.h"
#include "core/decide_own.h"
#include "core/fold.h"
#include "core/holder.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "suppliers.h"

enum { TICKETS = 2 }; /* orion's and vega's */

/* An incident that orion opened, told change by change. */
struct world {
	struct sdk_arena arena;
	struct supplier_set *set;
	struct incident incident;
	struct ticket ticket[TICKETS];
	struct arrival arrival;
	struct events events;
	bool is_listened_to; /* nothing can be written to them */
	int64_t now_ms;
};

static void begin(struct world *world)
{
	memset(world, 0, sizeof *world);
	sdk_arena_init(&world->arena);
	world->set = test_suppliers();
	world->incident.number = 42;
	world->events.arena = &world->arena.abi;
	world->now_ms = 1000000;
}

static void end(struct world *world)
{
	supplier_set_unref(world->set);
	sdk_arena_release(&world->arena);
}

/* Folds what was decided. The kinds of what is about the ball: "changed accepted". */
static const char *fold(struct world *world)
{
	struct ent_str text = ENT_STR("");

	for (size_t i = 0; i < world->events.n; i++) {
		struct event *event = &world->events.at[i];
		struct ent_str name = sdk_str(event_name(event->kind));

		event->sequence = world->incident.sequence + 1;
		fold_incident(&world->incident, event);
		for (int k = 0; k < TICKETS; k++)
			if (sdk_eq(event->supplier, world->ticket[k].supplier))
				fold_ticket(&world->ticket[k], event);
		if (sdk_starts(name, "incident.holder_"))
			text = sdk_format(&world->arena.abi, "%.*s%s%.*s%s", ENT_F(text), text.n ? " " : "",
					  (int)(name.n - sizeof "incident.holder_" + 1),
					  name.p + sizeof "incident.holder_" - 1, event->is_declined ? "!" : "");
	}
	world->events.n = 0;
	return sdk_z(&world->arena.abi, text);
}

static struct situation situation_of(struct world *world, enum ent_change_kind kind, const char *supplier,
				     struct ent_change *ret)
{
	int mine = strcmp(supplier, "vega") == 0;
	struct word *word = SDK_NEW(&world->arena.abi, struct word);
	struct situation at = {.suppliers = world->set,
			       .supplier = sdk_str(supplier),
			       .incident = &world->incident,
			       .now_ms = world->now_ms += 1000,
			       .arrival = &world->arrival,
			       .writes = !world->is_listened_to};

	*ret = (struct ent_change){.kind = kind, .ticket.id = ENT_STR("1")};
	at.ticket = world->ticket[mine].supplier.n ? &world->ticket[mine] : NULL;
	world->ticket[mine].supplier = at.supplier;
	if (world->ticket[!mine].supplier.n) {
		*word = ticket_word(&world->ticket[!mine]);
		at.word = word;
		at.n_word = 1;
	}
	return at;
}

static const char *tells(struct world *world, const char *supplier, const char *status, const char *to)
{
	struct ent_change change;
	struct situation at = situation_of(world, ENT_TICKET_CHANGED, supplier, &change);

	sdk_set(&change.ticket, ENT_STATUS, sdk_str(status));
	if (to)
		sdk_set(&change.ticket, ENT_TRANSFERRED_TO, sdk_str(to));
	decide_change(&at, &change, &world->events);
	return fold(world);
}

static const char *says(struct world *world, const char *supplier, bool is_echo)
{
	struct ent_change change;
	struct situation at = situation_of(world, ENT_COMMENT_ADDED, supplier, &change);

	change.comment = (struct ent_comment){.id = ENT_STR("c"), .body = ENT_STR("We look at it.")};
	at.is_comment_echo = is_echo;
	decide_change(&at, &change, &world->events);
	return fold(world);
}

static void holds(const struct world *world, const char *holder, bool accepted, const char *handed_by)
{
	assert_string_equal(sdk_z((struct ent_arena *)&world->arena.abi, world->incident.holder), holder);
	assert_int_equal(world->incident.is_accepted, accepted);
	assert_string_equal(sdk_z((struct ent_arena *)&world->arena.abi, world->incident.handed_by), handed_by);
}

static void test_whom_a_tool_means(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	assert_true(sdk_eqz(holder_named(world.set, ENT_STR("vega"), &world.arena.abi), "vega"));
	assert_true(sdk_eqz(holder_named(world.set, ENT_STR("vega sa"), &world.arena.abi), "vega"));
	assert_true(sdk_eqz(holder_named(world.set, ENT_STR("us"), &world.arena.abi), "us"));
	assert_true(sdk_eqz(holder_named(world.set, ENT_STR(""), &world.arena.abi), "us"));
	assert_true(sdk_eqz(holder_named(world.set, ENT_STR("Night Shift"), &world.arena.abi), "word:Night Shift"));
	assert_true(sdk_eqz(holder_named(world.set, ENT_STR("elsewhere"), &world.arena.abi), "word:elsewhere"));
	end(&world);
}

static void test_handed_over_and_accepted(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	assert_string_equal(tells(&world, "orion", "in_progress", NULL), "");
	holds(&world, "orion", true, "");
	assert_string_equal(tells(&world, "orion", "transferred", "vega"), "changed");
	holds(&world, "vega", false, "orion");
	assert_string_equal(tells(&world, "vega", "new", NULL), ""); /* the ticket that we made there */
	assert_string_equal(says(&world, "orion", false), "");
	assert_string_equal(says(&world, "vega", true), ""); /* our own, coming back */
	holds(&world, "vega", false, "orion");
	assert_string_equal(tells(&world, "vega", "in_progress", NULL), "accepted");
	holds(&world, "vega", true, "");
	assert_string_equal(tells(&world, "vega", "pending", NULL), "");
	end(&world);

	begin(&world); /* a comment accepts, too */
	(void)tells(&world, "orion", "transferred", "vega");
	holds(&world, "vega", false, "orion");
	(void)tells(&world, "vega", "new", NULL);
	assert_string_equal(says(&world, "vega", false), "accepted");
	end(&world);

	begin(&world); /* only listened to: who opens a ticket did something */
	world.is_listened_to = true;
	(void)tells(&world, "orion", "transferred", "vega");
	assert_string_equal(tells(&world, "vega", "new", NULL), "accepted");
	end(&world);
}

static void test_given_back(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	(void)tells(&world, "orion", "in_progress", NULL);
	(void)tells(&world, "orion", "transferred", "vega");
	assert_string_equal(tells(&world, "vega", "rejected", NULL), "changed!");
	holds(&world, "orion", true, "");
	assert_int_equal(world.incident.values.at[ENT_STATUS], ENT_IN_PROGRESS); /* nothing is rejected but the ball */
	/* orion's ticket still says that it passed the ball on */
	assert_string_equal(says(&world, "orion", false), "");
	assert_string_equal(says(&world, "vega", false), "");
	holds(&world, "orion", true, "");
	/* until it says so anew */
	(void)tells(&world, "orion", "in_progress", NULL);
	assert_string_equal(tells(&world, "orion", "transferred", "vega"), "changed");
	holds(&world, "vega", false, "orion");
	end(&world);

	begin(&world); /* vega thinks better of it */
	(void)tells(&world, "orion", "in_progress", NULL);
	(void)tells(&world, "orion", "transferred", "vega");
	(void)tells(&world, "vega", "rejected", NULL);
	assert_string_equal(tells(&world, "vega", "in_progress", NULL), "changed");
	holds(&world, "vega", true, "");
	/* who has accepted says what the incident is */
	assert_string_equal(tells(&world, "vega", "cancelled", NULL), "");
	assert_int_equal(world.incident.values.at[ENT_STATUS], ENT_CANCELLED);
	end(&world);
}

/* As it stood in vega's ticket before vega was handed the ball. said_ms: by vega's clock. */
static const char *told_late(struct world *world, const char *status, int64_t said_ms, bool sweep)
{
	struct ent_change change;
	struct situation at = situation_of(world, ENT_TICKET_CHANGED, "vega", &change);

	change.stamp.time_ms = said_ms;
	at.sweep = sweep;
	sdk_set(&change.ticket, ENT_STATUS, sdk_str(status));
	decide_change(&at, &change, &world->events);
	return fold(world);
}

/* Its words of before say nothing of the work that it was handed: they neither decline nor accept nor end it. */
static void test_words_of_before_the_hand_over(void **state)
{
	struct world world;
	int64_t before_ms;

	(void)state;
	begin(&world); /* heard late */
	(void)tells(&world, "orion", "in_progress", NULL);
	(void)tells(&world, "vega", "in_progress", NULL);
	before_ms = world.now_ms += 60000;
	world.now_ms += 60000;
	(void)tells(&world, "orion", "transferred", "vega");
	holds(&world, "vega", false, "orion");
	assert_string_equal(told_late(&world, "rejected", before_ms, false), "");
	holds(&world, "vega", false, "orion");
	assert_int_equal(world.incident.values.at[ENT_STATUS], ENT_IN_PROGRESS);
	/* the same word again, by a sweep, is no new one */
	assert_string_equal(told_late(&world, "rejected", world.now_ms, true), "");
	assert_int_equal(world.incident.values.at[ENT_STATUS], ENT_IN_PROGRESS);
	/* what it says since counts */
	assert_string_equal(told_late(&world, "pending", world.now_ms, false), "accepted");
	end(&world);

	begin(&world); /* stood there: rejected before it was handed over by another */
	(void)tells(&world, "orion", "in_progress", NULL);
	(void)tells(&world, "vega", "in_progress", NULL);
	(void)told_late(&world, "rejected", world.now_ms, false);
	assert_int_equal(world.incident.values.at[ENT_STATUS], ENT_IN_PROGRESS);
	world.now_ms += 60000;
	assert_string_equal(tells(&world, "orion", "transferred", "vega"), "changed");
	holds(&world, "vega", false, "orion");
	assert_int_equal(world.incident.values.at[ENT_STATUS], ENT_IN_PROGRESS);
	end(&world);

	begin(&world); /* a comment from before accepts nothing */
	(void)tells(&world, "orion", "in_progress", NULL);
	before_ms = world.now_ms += 60000;
	world.now_ms += 60000;
	(void)tells(&world, "orion", "transferred", "vega");
	struct ent_change change;
	struct situation at = situation_of(&world, ENT_COMMENT_ADDED, "vega", &change);
	change.comment = (struct ent_comment){.id = ENT_STR("c"), .body = ENT_STR("Old."), .created_ms = before_ms};
	decide_change(&at, &change, &world.events);
	assert_string_equal(fold(&world), "");
	holds(&world, "vega", false, "orion");
	end(&world);
}

/* Only listened to, and its organisation has another name: what the holder says counts. */
static void test_the_level_of_a_holder_with_another_name(void **state)
{
	struct world world;
	struct ent_change change;

	(void)state;
	begin(&world);
	world.is_listened_to = true;
	world.set->at[ORION].organisation = ENT_STR("orion-sa");
	(void)tells(&world, "orion", "in_progress", NULL);
	holds(&world, "orion-sa", true, "");
	for (const char *level = "41"; *level; level++) {
		struct situation at = situation_of(&world, ENT_TICKET_CHANGED, "orion", &change);
		sdk_set(&change.ticket, ENT_PRIORITY, sdk_format(&world.arena.abi, "%c", *level));
		decide_change(&at, &change, &world.events);
		(void)fold(&world);
		assert_int_equal(world.incident.values.at[ENT_PRIORITY], *level - '0');
	}
	end(&world);
}

static void test_giver_has_left(void **state)
{
	struct world world;
	struct ent_change change;

	(void)state;
	begin(&world);
	(void)tells(&world, "orion", "transferred", "vega");
	struct situation at = situation_of(&world, ENT_TICKET_CHANGED, "vega", &change);
	sdk_set(&change.ticket, ENT_STATUS, ENT_STR("rejected"));
	at.giver_left = true;
	decide_change(&at, &change, &world.events);
	assert_string_equal(fold(&world), "changed!");
	holds(&world, "us", true, "");
	end(&world);
}

static void test_a_name_that_nobody_has(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	(void)tells(&world, "orion", "in_progress", NULL);
	(void)tells(&world, "orion", "transferred", "Night Shift");
	holds(&world, "word:Night Shift", false, "orion");
	assert_string_equal(tells(&world, "vega", "in_progress", NULL), ""); /* it is not theirs */
	world.set->at[VEGA].title = ENT_STR("Night Shift");
	assert_string_equal(tells(&world, "vega", "pending", NULL), "changed"); /* by now it is */
	holds(&world, "vega", true, "");
	end(&world);
}

static void test_with_us(void **state)
{
	static const struct person desk = {.ref = ENT_STR("ref of desk"), .name = ENT_STR("desk")};
	struct world world;
	struct situation at;

	(void)state;
	begin(&world);
	(void)tells(&world, "orion", "in_progress", NULL);
	(void)tells(&world, "orion", "transferred", "us");
	holds(&world, "us", false, "orion");
	at = (struct situation){.suppliers = world.set, .incident = &world.incident, .now_ms = world.now_ms};
	decide_status(&at, ENT_PENDING, &desk, &world.events);
	decide_status(&at, ENT_IN_PROGRESS, &desk, &world.events); /* two in one act: accepted once */
	assert_string_equal(fold(&world), "accepted");
	holds(&world, "us", true, "");
	assert_string_equal(tells(&world, "vega", "in_progress", NULL), ""); /* who works does not take it any more */
	decide_share(&at, ENT_STR("vega"), true, READS_FROM_TIME, &(struct brief){.what = ENT_ABSENT}, &desk,
		     &world.events);
	assert_string_equal(fold(&world), "changed");
	holds(&world, "vega", false, "us");
	assert_string_equal(tells(&world, "vega", "rejected", NULL), "changed!");
	holds(&world, "us", true, "");
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_whom_a_tool_means),
	    cmocka_unit_test(test_handed_over_and_accepted),
	    cmocka_unit_test(test_given_back),
	    cmocka_unit_test(test_words_of_before_the_hand_over),
	    cmocka_unit_test(test_the_level_of_a_holder_with_another_name),
	    cmocka_unit_test(test_giver_has_left),
	    cmocka_unit_test(test_a_name_that_nobody_has),
	    cmocka_unit_test(test_with_us),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
