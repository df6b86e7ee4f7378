/* SPDX-License-Identifier: Apache-2.0 */
/* What a delivery says to a connector, and whether the tool did it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/delivery.h"
#include "suppliers.h"

#define KEY    "0b9c6f0e-4d1a-4f6c-8e2b-7a5d3c1f0e9a"
#define MARKER "[ENT-000042:0b9c6f0e4d1a4f6c8e2b7a5d3c1f0e9a]"
#define UUID   "51f4a1d6-6f0b-4c89-9a57-3f1fd33d0b02"

struct world {
	struct sdk_arena arena;
	struct supplier_set *set;
	struct delivery delivery;
	struct comment comment;
	struct ent_op op;
	enum delivery_cause cause;
	struct ent_err err;
};

static void begin(struct world *world, enum ent_op_kind op)
{
	memset(world, 0, sizeof *world);
	sdk_arena_init(&world->arena);
	world->set = test_suppliers();
	world->delivery = (struct delivery){.key = KEY,
					    .incident = 42,
					    .supplier = ENT_STR("vega"),
					    .ticket = ENT_STR("17"),
					    .ticket_key = ENT_STR("V-17"),
					    .op = op,
					    .values.at[ENT_STATUS] = ENT_IN_PROGRESS,
					    .values.at[ENT_PRIORITY] = 3};
	world->comment = (struct comment){.uuid = UUID,
					  .incident = 42,
					  .supplier = ENT_STR("orion"),
					  .author = {.ref = ENT_STR("ref of David"), .name = ENT_STR("David")},
					  .body = ENT_STR("It burns")};
}

static enum ent_rc make(struct world *world, bool with_comment)
{
	return delivery_op(&world->delivery, &world->set->at[VEGA], world->set, with_comment ? &world->comment : NULL,
			   &world->arena.abi, &world->op, &world->cause, &world->err);
}

static void end(struct world *world)
{
	supplier_set_unref(world->set);
	sdk_arena_release(&world->arena);
}

/* Public only what is for the requester, or where our own service desk is the requester. */
static void test_what_stands_as_public(void **state)
{
	static const struct {
		bool planned, now; /* for the requester */
		enum public_reader reader;
		enum ent_visibility as, expect;
		bool may;
	} row[] = {
	    {false, false, PUBLIC_UNKNOWN, ENT_INTERNAL, ENT_INTERNAL, false},
	    {false, false, PUBLIC_UNKNOWN, ENT_PUBLIC, ENT_INTERNAL, false},
	    {false, false, PUBLIC_REQUESTER, ENT_PUBLIC, ENT_INTERNAL, false},
	    {false, false, PUBLIC_SERVICE_DESK, ENT_INTERNAL, ENT_INTERNAL, true},
	    {false, false, PUBLIC_SERVICE_DESK, ENT_PUBLIC, ENT_PUBLIC, true},
	    {true, true, PUBLIC_UNKNOWN, ENT_INTERNAL, ENT_PUBLIC, true},
	    {true, true, PUBLIC_REQUESTER, ENT_INTERNAL, ENT_PUBLIC, true},
	    {true, false, PUBLIC_REQUESTER, ENT_INTERNAL, ENT_INTERNAL, false}, /* narrowed since */
	    {false, true, PUBLIC_REQUESTER, ENT_INTERNAL, ENT_INTERNAL,
	     false}, /* widened since: not what was planned */
	};
	struct world world;

	(void)state;
	begin(&world, ENT_ADD_COMMENT);
	memcpy(world.delivery.comment, UUID, ID_SIZE);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		world.delivery.audience.requester = row[i].planned;
		world.comment.audience.requester = row[i].now;
		world.set->at[VEGA].public_reader = row[i].reader;
		world.set->at[VEGA].comments_as = row[i].as;
		assert_int_equal(make(&world, true), ENT_OK);
		if (world.op.comment.visibility != row[i].expect ||
		    delivery_may_show(&world.delivery, &world.set->at[VEGA], &world.comment) != row[i].may)
			fail_msg("row %zu", i);
	}
	assert_false(delivery_may_show(&world.delivery, &(struct supplier){.public_reader = PUBLIC_REQUESTER}, NULL));
	end(&world);
}

static void test_op_comment(void **state)
{
	struct world world;

	(void)state;
	begin(&world, ENT_ADD_COMMENT);
	memcpy(world.delivery.comment, UUID, ID_SIZE);
	world.set->at[VEGA].comments_as = ENT_PUBLIC;
	world.set->at[VEGA].public_reader = PUBLIC_SERVICE_DESK;
	assert_int_equal(make(&world, true), ENT_OK);
	assert_true(sdk_eqz(world.op.key, KEY));
	assert_true(sdk_eqz(world.op.marker, MARKER));
	assert_true(sdk_eqz(world.op.number, "ENT-000042"));
	assert_true(sdk_eqz(world.op.ticket.id, "17") && sdk_eqz(world.op.ticket.key, "V-17"));
	assert_true(sdk_eqz(world.op.comment.body, "David (Orion): It burns")); /* the marker stands beside it */
	assert_true(sdk_eqz(world.op.comment.author.name, "David"));
	assert_null(world.op.comment.author.id.p); /* the ref is ours alone */
	assert_int_equal(world.op.comment.visibility, ENT_PUBLIC);

	world.delivery.text = ENT_STR("It smokes"); /* mended by a person; whose words it was stays */
	world.set->at[VEGA].comments_as = ENT_INTERNAL;
	assert_int_equal(make(&world, true), ENT_OK);
	assert_true(sdk_eqz(world.op.comment.body, "David (Orion): It smokes"));
	assert_int_equal(world.op.comment.visibility, ENT_INTERNAL);

	assert_int_equal(make(&world, false), ENT_EINVAL); /* the comment is gone: its text alone is nobody's */
	assert_int_equal(world.cause, CAUSE_INVALID);

	world.delivery.comment[0] = '\0';
	assert_int_equal(make(&world, false), ENT_OK);
	assert_true(sdk_eqz(world.op.comment.body, "It smokes")); /* a notice */
	end(&world);
}

static void test_op_create(void **state)
{
	struct world world;

	(void)state;
	begin(&world, ENT_CREATE_TICKET);
	world.delivery.title = ENT_STR("Printers");
	world.delivery.text = ENT_STR("\nNo print\n\nIncident: ENT-000042");
	assert_int_equal(make(&world, false), ENT_OK);
	assert_true(sdk_eqz(world.op.marker, MARKER));
	assert_true(sdk_eqz(world.op.ticket.at[ENT_TITLE].text, "Printers"));
	assert_true(sdk_eqz(world.op.ticket.at[ENT_STATUS].text, "in_progress"));
	assert_true(sdk_eqz(world.op.ticket.at[ENT_STATUS].native, "Open"));
	assert_true(sdk_eqz(world.op.ticket.at[ENT_PRIORITY].native, "Normal"));
	assert_int_equal(world.op.ticket.has,
			 1u << ENT_TITLE | 1u << ENT_DESCRIPTION | 1u << ENT_STATUS | 1u << ENT_PRIORITY);

	world.delivery.values.at[ENT_STATUS] = ENT_HELD; /* no words for these: the tool's own defaults */
	world.delivery.values.at[ENT_PRIORITY] = 2;
	world.delivery.title = ENT_ABSENT;
	assert_int_equal(make(&world, false), ENT_OK);
	assert_int_equal(world.op.ticket.has, 1u << ENT_TITLE | 1u << ENT_DESCRIPTION);
	assert_true(sdk_eqz(world.op.ticket.at[ENT_TITLE].text, "No print"));

	world.delivery.text = ENT_ABSENT;
	assert_int_equal(make(&world, false), ENT_OK);
	assert_true(sdk_eqz(world.op.ticket.at[ENT_TITLE].text, "ENT-000042"));
	end(&world);
}

/* The connector's limits, lowered by settings and never raised; half of what was sent when that was too long. */
static void test_op_limits(void **state)
{
	static const struct {
		struct ent_limits tool;
		int64_t title_max, text_max;
		bool halved;
		uint32_t title, text; /* title and text have 100 and 2000 characters */
	} row[] = {
	    {{ENT_CHARACTERS, 255, 32767}, 0, 0, false, 255, 32767},
	    {{ENT_CHARACTERS, 255, 32767}, 80, 5000, false, 80, 5000},
	    {{ENT_CHARACTERS, 255, 32767}, 300, 40000, false, 255, 32767},
	    {{ENT_CHARACTERS, 0, 0}, 80, 5000, false, 80, 5000},
	    {{ENT_CHARACTERS, 0, 0}, 0, 0, true, 50, 1000},
	    {{ENT_CHARACTERS, 255, 1200}, 0, 0, true, 50, 600},
	    {{ENT_CHARACTERS, 60, 600}, 0, 0, true, 40, 500}, /* no tool takes less */
	    {{ENT_CHARACTERS, 40, 500}, 0, 0, true, 40, 500},
	};
	const struct ent_connector *was;
	struct ent_connector tool;
	struct world world;
	char words[2001];

	(void)state;
	memset(words, 'w', sizeof words - 1);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		begin(&world, ENT_CREATE_TICKET);
		was = world.set->at[VEGA].connector;
		tool = *was;
		tool.limits = row[i].tool;
		world.set->at[VEGA].connector = &tool;
		world.set->at[VEGA].title_max = row[i].title_max;
		world.set->at[VEGA].text_max = row[i].text_max;
		world.set->at[VEGA].language = ENT_FRENCH;
		world.delivery.halved = row[i].halved;
		world.delivery.title = (struct ent_str){words, 100};
		world.delivery.text = (struct ent_str){words, 2000};
		assert_int_equal(make(&world, false), ENT_OK);
		if (world.op.limits.title != row[i].title || world.op.limits.text != row[i].text)
			fail_msg("row %zu: %u, %u", i, world.op.limits.title, world.op.limits.text);
		assert_int_equal(world.op.language, ENT_FRENCH);
		world.set->at[VEGA].connector = was;
		end(&world);
	}
}

static void test_op_update(void **state)
{
	struct world world;

	(void)state;
	begin(&world, ENT_UPDATE_TICKET);
	world.delivery.set = 1u << ENT_STATUS;
	assert_int_equal(make(&world, false), ENT_OK);
	assert_int_equal(world.op.ticket.has, 1u << ENT_STATUS);
	assert_true(sdk_eqz(world.op.ticket.at[ENT_STATUS].native, "Open"));
	assert_null(world.op.marker.p);

	world.delivery.set |= 1u << ENT_PRIORITY;
	world.delivery.values.at[ENT_PRIORITY] = 2;
	assert_int_equal(make(&world, false), ENT_EINVAL);
	assert_int_equal(world.cause, CAUSE_UNMAPPED);
	assert_string_equal(world.err.msg, "no word of vega's tool for the priority 2");
	world.delivery.values.at[ENT_STATUS] = ENT_HELD;
	assert_int_equal(make(&world, false), ENT_EINVAL);
	assert_string_equal(world.err.msg, "no word of vega's tool for the status held");

	static const struct map_row out[] = {{ENT_STR("Waiting"), ENT_STR("held")}, {ENT_STR("High"), ENT_STR("2")}};
	world.set->at[VEGA].maps.of[ENT_STATUS] = (struct map){.out = out, .n_out = 2}; /* a person gave it words */
	world.set->at[VEGA].maps.of[ENT_PRIORITY] = (struct map){.out = out, .n_out = 2};
	assert_int_equal(make(&world, false), ENT_OK);
	assert_true(sdk_eqz(world.op.ticket.at[ENT_STATUS].native, "Waiting"));
	assert_true(sdk_eqz(world.op.ticket.at[ENT_STATUS].text, "held"));
	assert_true(sdk_eqz(world.op.ticket.at[ENT_PRIORITY].native, "High"));
	end(&world);
}

static void test_op_unsupported(void **state)
{
	struct world world;
	struct ent_connector mute = test_connector;

	(void)state;
	begin(&world, ENT_ADD_COMMENT);
	mute.ops = 1u << ENT_UPDATE_TICKET;
	world.set->at[VEGA].connector = &mute;
	assert_int_equal(make(&world, true), ENT_EUNSUPPORTED);
	assert_int_equal(world.cause, CAUSE_UNSUPPORTED);
	end(&world);
}

static void test_read_back(void **state)
{
	(void)state;
	static const struct {
		const char *what, *id, *text, *native;
		bool speaks;
		enum ent_rc expect;
	} row[] = {
	    {"the word", "17", NULL, "Resolved", true, ENT_OK},
	    {"in another case", "17", NULL, "resolved", true, ENT_OK},
	    {"what it means", "17", "resolved", NULL, true, ENT_OK},
	    {"what it means, under another word", "17", "resolved", "Done", true, ENT_OK},
	    {"the word as text", "17", "Resolved", NULL, true, ENT_OK},
	    {"another word", "17", NULL, "Open", true, ENT_EINVAL},
	    {"another meaning", "17", "in_progress", "Open", true, ENT_EINVAL},
	    {"cleared", "17", NULL, NULL, true, ENT_EINVAL},
	    {"nothing about it", "17", NULL, "Open", false, ENT_OK},
	    {"another ticket", "18", NULL, "Open", true, ENT_OK},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ent_op op = {.kind = ENT_UPDATE_TICKET,
				    .ticket = {.id = ENT_STR("17"), .has = 1u << ENT_STATUS}};
		struct ent_change change = {.ticket.id = sdk_str(row[i].id)};
		struct ent_err err = {0};

		op.ticket.at[ENT_STATUS] = (struct ent_value){ENT_STR("resolved"), ENT_STR("Resolved")};
		change.ticket.has = row[i].speaks ? 1u << ENT_STATUS : 1u << ENT_TITLE;
		change.ticket.at[ENT_STATUS] = (struct ent_value){sdk_str(row[i].text), sdk_str(row[i].native)};
		if (delivery_read_back(&op, &(struct ent_changes){&change, 1}, &err) != row[i].expect)
			fail_msg("%s: %s", row[i].what, err.msg);
	}
}

/* Status and priority alike: a tool that answers 200 and left one as it was did not do it. */
static void test_read_back_of_a_priority(void **state)
{
	struct ent_op op = {.ticket = {.id = ENT_STR("17"), .has = 1u << ENT_STATUS | 1u << ENT_PRIORITY}};
	struct ent_change change = {.ticket = {.id = ENT_STR("17"), .has = 1u << ENT_STATUS | 1u << ENT_PRIORITY}};
	const struct ent_changes changes = {&change, 1};
	struct ent_err err = {0};

	(void)state;
	op.ticket.at[ENT_STATUS] = (struct ent_value){ENT_STR("resolved"), ENT_STR("Resolved")};
	op.ticket.at[ENT_PRIORITY] = (struct ent_value){ENT_STR("1"), ENT_STR("Highest")};
	change.ticket.at[ENT_STATUS].native = ENT_STR("Resolved");
	change.ticket.at[ENT_PRIORITY].native = ENT_STR("Highest");
	assert_int_equal(delivery_read_back(&op, &changes, &err), ENT_OK);
	change.ticket.at[ENT_PRIORITY].native = ENT_STR("Low");
	assert_int_equal(delivery_read_back(&op, &changes, &err), ENT_EINVAL);
	assert_string_equal(err.msg, "priority: asked for \"Highest\", the tool says \"Low\"");
}

static void test_read_back_takes_the_last_word(void **state)
{
	struct ent_op op = {.ticket = {.id = ENT_STR("17"), .has = 1u << ENT_STATUS}};
	struct ent_change change[2] = {{.ticket = {.id = ENT_STR("17"), .has = 1u << ENT_STATUS}}};
	struct ent_err err = {0};

	(void)state;
	op.ticket.at[ENT_STATUS] = (struct ent_value){ENT_STR("resolved"), ENT_STR("Resolved")};
	change[1] = change[0];
	change[0].ticket.at[ENT_STATUS].native = ENT_STR("Open");
	change[1].ticket.at[ENT_STATUS].native = ENT_STR("Resolved");
	assert_int_equal(delivery_read_back(&op, &(struct ent_changes){change, 2}, &err), ENT_OK);
	change[1].ticket.at[ENT_STATUS].native = ENT_STR("Open");
	assert_int_equal(delivery_read_back(&op, &(struct ent_changes){change, 2}, &err), ENT_EINVAL);
	assert_string_equal(err.msg, "status: asked for \"Resolved\", the tool says \"Open\"");
	assert_int_equal(delivery_read_back(&op, &(struct ent_changes){NULL, 0}, &err), ENT_OK);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_stands_as_public),
	    cmocka_unit_test(test_op_comment),
	    cmocka_unit_test(test_op_create),
	    cmocka_unit_test(test_op_limits),
	    cmocka_unit_test(test_op_update),
	    cmocka_unit_test(test_op_unsupported),
	    cmocka_unit_test(test_read_back),
	    cmocka_unit_test(test_read_back_of_a_priority),
	    cmocka_unit_test(test_read_back_takes_the_last_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
