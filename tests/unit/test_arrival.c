/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of what a connector says: whose delivery it is, its limits, its words, and ids that it did not give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/arrival.h"
#include "sdk/webhook.h"

/* The connector says what `self->state` holds. */
struct speech {
	struct ent_str delivery;
	struct ent_changes changes;
};

static enum ent_rc speech_verify(const struct ent_self *self, const struct ent_webhook *webhook,
				 const struct ent_str *secret, size_t n_secret, int64_t now_ms, struct ent_arena *arena,
				 struct ent_str *ret_delivery, struct ent_err *err)
{
	(void)webhook, (void)secret, (void)n_secret, (void)now_ms, (void)arena, (void)err;
	*ret_delivery = ((const struct speech *)self->state)->delivery;
	return ENT_OK;
}

static enum ent_rc speech_decode(const struct ent_self *self, const struct ent_webhook *webhook,
				 struct ent_arena *arena, struct ent_changes *ret, struct ent_err *err)
{
	(void)webhook, (void)arena, (void)err;
	*ret = ((const struct speech *)self->state)->changes;
	return ENT_OK;
}

static const struct ent_map_row speech_status[] = {{"open", "new"}, {0}};
static const struct ent_connector speech_connector = {
    .name = "speech", .map[ENT_STATUS] = speech_status, .verify = speech_verify, .decode = speech_decode};

struct world {
	struct sdk_arena arena;
	struct supplier supplier;
	struct supplier_set set;
	struct speech speech;
	struct ent_self self;
	struct ent_change change;
	struct ent_webhook webhook;
	struct arrival arrival;
};

static void begin(struct world *world)
{
	*world = (struct world){.supplier = {.name = ENT_STR("orion"), .connector = &speech_connector},
				.change = {.kind = ENT_TICKET_CHANGED, .ticket.id = ENT_STR("A-1")},
				.webhook.body = ENT_STR("{}")};
	sdk_arena_init(&world->arena);
	world->set = (struct supplier_set){.at = &world->supplier, .n = 1};
	world->self.state = &world->speech;
	world->speech.changes = (struct ent_changes){&world->change, 1};
}

static const struct ent_change *decode(struct world *world)
{
	arrival_decode(&world->set, &world->supplier, &world->self, &world->webhook, &world->arena.abi,
		       &world->arrival);
	return world->arrival.changes.at;
}

static void expect_dead(struct world *world, const char *words)
{
	(void)decode(world);
	assert_true(world->arrival.dead);
	assert_int_equal(world->arrival.changes.n, 0);
	if (!strstr(sdk_z(&world->arena.abi, world->arrival.reason.text), words))
		fail_msg("\"%.*s\" does not say \"%s\"", ENT_F(world->arrival.reason.text), words);
}

static void delivery_ids(void **state)
{
	char id[ENT_ID_MAX + 1];

	(void)state;
	memset(id, '~', sizeof id);
	assert_true(arrival_is_delivery_id(ENT_STR("a")));
	assert_true(arrival_is_delivery_id((struct ent_str){id, ENT_ID_MAX}));
	assert_false(arrival_is_delivery_id((struct ent_str){id, ENT_ID_MAX + 1}));
	assert_false(arrival_is_delivery_id(ENT_ABSENT) || arrival_is_delivery_id(ENT_STR("")));
	assert_false(arrival_is_delivery_id(ENT_STR("a b")) || arrival_is_delivery_id(ENT_STR("a\n")));
	assert_false(arrival_is_delivery_id(ENT_STR("\x7f")) || arrival_is_delivery_id(ENT_STR("\xC3\xA9")));
}

static void verified(void **state)
{
	struct world world;
	struct ent_err err = {0};

	(void)state;
	begin(&world);
	assert_int_equal(arrival_verify(&world.supplier, &world.self, &world.webhook, false, 5, &world.arena.abi,
					&world.arrival, &err),
			 ENT_OK);
	assert_true(sdk_starts(world.arrival.delivery_id, "sha256:"));
	assert_int_equal(world.arrival.received_ms, 5);
	world.speech.delivery = ENT_STR("not an id");
	world.arrival.received_ms = 4; /* an arrival that is refused leaves what was there */
	assert_int_equal(arrival_verify(&world.supplier, &world.self, &world.webhook, false, 6, &world.arena.abi,
					&world.arrival, &err),
			 ENT_EINVAL);
	assert_non_null(strstr(err.msg, "1 to 200 printable"));
	assert_int_equal(world.arrival.received_ms, 4);
	sdk_arena_release(&world.arena);
}

/* Repeated it has the same id; another author, time or word is another comment. */
static void comments_without_id(void **state)
{
	struct world world;
	struct ent_comment *comment = &world.change.comment;
	struct ent_str id[6];

	(void)state;
	begin(&world);
	world.change.kind = ENT_COMMENT_ADDED;
	world.change.stamp.time_ms = 1000;
	*comment = (struct ent_comment){.author.name = ENT_STR("Ann"), .body = ENT_STR("Seen.")};
	id[0] = decode(&world)->comment.id;
	assert_true(sdk_starts(id[0], "sha256:") && id[0].n == 7 + 32);
	assert_true(sdk_eq(decode(&world)->comment.id, id[0]));
	world.change.stamp.version = 9;
	assert_true(sdk_eq(decode(&world)->comment.id, id[0]));
	comment->body = ENT_STR("Seen!");
	id[1] = decode(&world)->comment.id;
	comment->body = ENT_STR("Seen.");
	comment->author.id = ENT_STR("u1");
	id[2] = decode(&world)->comment.id;
	comment->author = (struct ent_person){ENT_ABSENT, ENT_STR("Bob")};
	id[3] = decode(&world)->comment.id;
	world.change.stamp.time_ms = 2000;
	id[4] = decode(&world)->comment.id;
	comment->created_ms = 3000; /* its own time counts, when it is told */
	id[5] = decode(&world)->comment.id;
	for (size_t i = 0; i < 6; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(sdk_eq(id[i], id[k]));
	world.change.stamp.time_ms = 4000;
	assert_true(sdk_eq(decode(&world)->comment.id, id[5]));
	comment->id = ENT_STR("c-1");
	assert_true(sdk_eqz(decode(&world)->comment.id, "c-1"));
	*comment = (struct ent_comment){0};
	world.change.kind = ENT_COMMENT_REMOVED;
	expect_dead(&world, "the comment's id is missing");
	sdk_arena_release(&world.arena);
}

static void limits(void **state)
{
	struct ent_change many[ENT_CHANGES_MAX + 1];
	struct ent_reference reference[ENT_REFERENCES_MAX + 1];
	char id[ENT_ID_MAX + 1];
	struct world world;

	(void)state;
	begin(&world);
	memset(id, 'x', sizeof id);
	for (size_t i = 0; i < ENT_REFERENCES_MAX + 1; i++)
		reference[i] = (struct ent_reference){ENT_STR("orion"), ENT_STR("B-1")};
	world.change.correlation.reference = reference;
	world.change.correlation.n_reference = ENT_REFERENCES_MAX;
	world.change.ticket.id = (struct ent_str){id, ENT_ID_MAX};
	for (size_t i = 0; i < ENT_CHANGES_MAX + 1; i++)
		many[i] = world.change;
	world.speech.changes = (struct ent_changes){many, ENT_CHANGES_MAX};
	(void)decode(&world);
	assert_false(world.arrival.dead);
	assert_false(world.arrival.is_cut);
	assert_int_equal(world.arrival.changes.n, ENT_CHANGES_MAX);
	world.speech.changes.n = ENT_CHANGES_MAX + 1;
	(void)decode(&world);
	assert_false(world.arrival.dead);
	assert_true(world.arrival.is_cut);
	assert_int_equal(world.arrival.changes.n, ENT_CHANGES_MAX);
	assert_non_null(strstr(sdk_z(&world.arena.abi, world.arrival.reason.text),
			       "more than 1000 changes: the first 1000 were taken"));
	many[ENT_CHANGES_MAX].ticket.id.n = ENT_ID_MAX + 1; /* changes that are not taken are not checked */
	(void)decode(&world);
	assert_true(world.arrival.is_cut);
	many[7].ticket.id.n = ENT_ID_MAX + 1;
	expect_dead(&world, "the ticket's id is 201 bytes long; at most 200");
	assert_false(world.arrival.is_cut);
	world.speech.changes = (struct ent_changes){&world.change, 1};
	world.change.ticket.id.n = ENT_ID_MAX + 1;
	expect_dead(&world, "the ticket's id is 201 bytes long; at most 200");
	world.change.ticket.id.n = ENT_ID_MAX;
	world.change.correlation.n_reference = ENT_REFERENCES_MAX + 1;
	expect_dead(&world, "33 references to other tickets; at most 32");
	sdk_arena_release(&world.arena);
}

/* The supplier's own rows, then what the connector says that it means, then the connector's rows. */
static void words(void **state)
{
	static const struct {
		const char *native, *text, *want;
		uint32_t n_unmapped;
	} row[] = {
	    {"open", NULL, "new", 0},           {"open", "held", "held", 0}, {"work", "held", "in_progress", 0},
	    {"strange", NULL, "", 1},           {"strange", "odd", "", 1},   {NULL, "closed", "closed", 0},
	    {"strange", "closed", "closed", 0},
	};
	const struct map_row own[] = {{ENT_STR("work"), ENT_STR("in_progress")}};
	struct world world;

	(void)state;
	begin(&world);
	world.supplier.maps.of[ENT_STATUS] = (struct map){.in = own, .n_in = 1};
	world.change.ticket.has = 1u << ENT_STATUS;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		world.change.ticket.at[ENT_STATUS] = (struct ent_value){sdk_str(row[i].text), sdk_str(row[i].native)};
		const struct ent_value *value = &decode(&world)->ticket.at[ENT_STATUS];
		if (!sdk_eqz(value->text, row[i].want) || world.arrival.n_unmapped != row[i].n_unmapped)
			fail_msg("row %zu: \"%.*s\"", i, ENT_F(value->text));
		assert_true(value->native.n > 0);
	}
	sdk_arena_release(&world.arena);
}

static void secrets_are_not_kept(void **state)
{
	struct world world;
	struct ent_err err;
	const struct ent_header header[] = {{ENT_STR("X-Desk-Key"), ENT_STR("key=CANARY-secret;v=1")},
					    {ENT_STR("X-Request-Id"), ENT_STR("42")},
					    {ENT_STR("Authorization"), ENT_STR("Basic x")}};

	(void)state;
	begin(&world);
	world.supplier.secret[0] = (struct secret){(char[]){"CANARY-secret"}, 13};
	world.supplier.n_secret = 1;
	world.webhook.header = header;
	world.webhook.n_header = 3;
	assert_int_equal(arrival_verify(&world.supplier, &world.self, &world.webhook, false, 1, &world.arena.abi,
					&world.arrival, &err),
			 ENT_OK);
	assert_true(sdk_eqz(world.arrival.header_json, "{\"X-Request-Id\":\"42\"}"));
	sdk_arena_release(&world.arena);
}

static void sizes_and_times(void **state)
{
	struct world world;
	const size_t big = 1600u << 10;

	(void)state;
	begin(&world);
	world.change.ticket.has = 1u << ENT_DESCRIPTION;
	world.change.ticket.at[ENT_DESCRIPTION].text =
	    (struct ent_str){memset(sdk_alloc(&world.arena.abi, big), 'a', big), big};
	expect_dead(&world, "attributes take");
	world.change.ticket.at[ENT_DESCRIPTION].text.n = 800 << 10;
	assert_non_null(decode(&world));
	assert_false(world.arrival.dead);
	memset((char *)(uintptr_t)world.change.ticket.at[ENT_DESCRIPTION].text.p, '"',
	       800 << 10); /* twice as long in JSON */
	expect_dead(&world, "attributes take");

	world.change.ticket.has = 0;
	world.arrival.received_ms = 1700000000000;
	world.change.stamp.time_ms = 253402300799999; /* the year 9999: a clock that is wrong */
	assert_int_equal(decode(&world)->stamp.time_ms, 1700000000000);
	world.change.stamp.time_ms = 1700000000000 + 3600000; /* an hour ahead: that happens */
	assert_int_equal(decode(&world)->stamp.time_ms, 1700000000000 + 3600000);
	world.change.stamp.time_ms = 253402300800000;
	expect_dead(&world, "years 1 to 9999");
	world.change.stamp = (struct ent_stamp){.version = -1};
	expect_dead(&world, "negative");
	sdk_arena_release(&world.arena);
}

/* A category by its word; people by id, and only where the tool gives no name. */
static void mapped_by_the_supplier(void **state)
{
	static const struct map_row category[] = {{ENT_STR("Drucker"), ENT_STR("Printing")}};
	static const struct map_row person[] = {{ENT_STR("u17"), ENT_STR("David")}, {ENT_STR("u18"), ENT_STR("Jane")}};
	static const struct {
		const char *id, *name, *expect;
	} row[] = {
	    {"u17", "", "David"},
	    {"u17", "u17", "David"}, /* shown for want of a name */
	    {"u17", "D. Smith", "D. Smith"},
	    {"u99", "", ""},
	    {"u99", "u99", "u99"},
	    {"", "u17", "u17"}, /* what is called so is not known to be it */
	    {"", "", ""},
	};
	struct world world;

	(void)state;
	begin(&world);
	world.supplier.maps.of[ENT_CATEGORY] = (struct map){.in = category, .n_in = 1};
	world.supplier.maps.of[MAP_PERSON] = (struct map){.in = person, .n_in = 2};
	world.change.kind = ENT_COMMENT_ADDED;
	world.change.comment.id = ENT_STR("c");
	world.change.ticket.has = 1u << ENT_CATEGORY | 1u << ENT_ASSIGNEE;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct ent_person who = {sdk_str(row[i].id), sdk_str(row[i].name)};
		world.change.actor = world.change.comment.author = who;
		world.change.ticket.at[ENT_ASSIGNEE] = (struct ent_value){who.name, who.id};
		world.change.ticket.at[ENT_CATEGORY] = (struct ent_value){ENT_STR("Drucker"), ENT_ABSENT};
		const struct ent_change *got = decode(&world);
		assert_false(world.arrival.dead);
		assert_true(sdk_eqz(got->ticket.at[ENT_CATEGORY].text, "Printing"));
		assert_true(sdk_eqz(got->ticket.at[ENT_CATEGORY].native, "Drucker"));
		if (!sdk_eqz(got->comment.author.name, row[i].expect) || !sdk_eqz(got->actor.name, row[i].expect) ||
		    !sdk_eqz(got->ticket.at[ENT_ASSIGNEE].text, row[i].expect))
			fail_msg("%s/%s: %.*s", row[i].id, row[i].name, ENT_F(got->comment.author.name));
		assert_true(sdk_eqz(got->comment.author.id, row[i].id)); /* never erased */
	}
	world.change.ticket.at[ENT_CATEGORY] = (struct ent_value){ENT_STR("Netz"), ENT_ABSENT};
	assert_true(sdk_eqz(decode(&world)->ticket.at[ENT_CATEGORY].text, "Netz"));
	sdk_arena_release(&world.arena);
}

static void taken_from_an_answer(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	world.arrival.received_ms = 5;
	world.change.ticket.has = 1u << ENT_STATUS;
	world.change.ticket.at[ENT_STATUS] = (struct ent_value){ENT_ABSENT, ENT_STR("open")};
	arrival_take(&world.set, &world.supplier, world.speech.changes, &world.arena.abi, &world.arrival);
	assert_false(world.arrival.dead);
	assert_true(sdk_eqz(world.arrival.changes.at[0].ticket.at[ENT_STATUS].text, "new"));
	assert_ptr_equal(world.arrival.from, &world.supplier);

	world.change.ticket.id = ENT_ABSENT; /* the same checks as for a webhook */
	arrival_take(&world.set, &world.supplier, world.speech.changes, &world.arena.abi, &world.arrival);
	assert_true(world.arrival.dead);
	assert_int_equal(world.arrival.changes.n, 0);
	sdk_arena_release(&world.arena);
}

/* An event holds them some levels down, and has to be read again by `rebuild`. */
static void fields_are_not_deep(void **state)
{
	struct world world;
	char deep[2 * 64 + 1];

	(void)state;
	for (size_t depth = 48; depth <= 49; depth++) {
		begin(&world);
		memset(deep, '[', depth);
		memset(deep + depth, ']', depth);
		sdk_set(&world.change.ticket, ENT_FIELDS, (struct ent_str){deep, 2 * depth});
		if (depth == 49)
			expect_dead(&world, "48 deep");
		else
			assert_int_equal(decode(&world)->ticket.at[ENT_FIELDS].text.n, 2 * depth);
		sdk_arena_release(&world.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(delivery_ids),
	    cmocka_unit_test(secrets_are_not_kept),
	    cmocka_unit_test(sizes_and_times),
	    cmocka_unit_test(verified),
	    cmocka_unit_test(comments_without_id),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(words),
	    cmocka_unit_test(mapped_by_the_supplier),
	    cmocka_unit_test(taken_from_an_answer),
	    cmocka_unit_test(fields_are_not_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
