/* SPDX-License-Identifier: Apache-2.0 */
/* People in the store: one ref for each account, the name as it is now, nothing of either in an event; and the same
 * refs in a store that is rebuilt from the stream. */
#include "deliveries.h"

#include "core/wording.h"
#include "store/rows.h"
#include "store/users.h"

struct told {
	const char *account, *name;
};

static struct ent_person person_told(struct told told)
{
	return (struct ent_person){told.account ? sdk_str(told.account) : ENT_ABSENT,
				   told.name ? sdk_str(told.name) : ENT_ABSENT};
}

static void write_as(struct world *world, const char *supplier, const char *id, const char *comment, struct told told)
{
	struct ent_change change =
	    word(world, id, comment, sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "Words of %s", comment)));

	change.actor = (struct ent_person){ENT_ABSENT, ENT_ABSENT};
	change.comment.author = person_told(told);
	assert_int_equal(arrive(world, supplier, &change), JOB_ACCEPTED);
}

/* A column of one comment. */
static const char *of_comment(struct db *db, struct ent_arena *arena, const char *comment, bool name)
{
	struct db_stmt *stmt =
	    name ? db_use(db, "SELECT coalesce((SELECT name FROM person WHERE ref = author), '-') FROM comment WHERE "
			      "external_id = $1")
		 : db_use(db, "SELECT author FROM comment WHERE external_id = $1");

	db_bind_str(stmt, 1, sdk_str(comment));
	assert_true(db_row(stmt));
	const char *ret = sdk_z(arena, db_str(stmt, 0));
	db_done(stmt);
	return ret;
}

static const char *ref_of(struct world *world, const char *comment)
{
	return of_comment(world->read, &world->arena.abi, comment, false);
}

static const char *name_of(struct world *world, const char *comment)
{
	return of_comment(world->read, &world->arena.abi, comment, true);
}

static void test_one_ref_for_an_account(void **state)
{
	static const struct {
		const char *supplier, *id, *comment;
		struct told told;
		const char *same_as, *name;
	} row[] = {
	    {"orion", "O-1", "c1", {"u1", "Ann"}, NULL, "Ann"},
	    {"orion", "O-1", "c2", {"u1", "Ann"}, "c1", "Ann"},
	    {"orion", "O-1", "c3", {"u2", "Ann"}, NULL, "Ann"}, /* another Ann */
	    {"telnord", "T-1", "c4", {"u1", "Ann"}, NULL, "Ann"},
	    {"orion", "O-1", "c5", {NULL, "Bob"}, NULL, "Bob"}, /* the name is the account */
	    {"orion", "O-1", "c6", {NULL, "Bob"}, "c5", "Bob"},
	    {"orion", "O-1", "c7", {"u1", "Ann Lee"}, "c1", "Ann Lee"}, /* she changed her name */
	    {"orion", "O-1", "c8", {"u1", NULL}, "c1", "Ann Lee"},
	    {"orion", "O-1", "c9", {"u9", NULL}, NULL, ""}, /* no name is told: none is guessed */
	};
	struct world *world = *state;

	two_parties(world);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		write_as(world, row[i].supplier, row[i].id, row[i].comment, row[i].told);
		const char *ref = ref_of(world, row[i].comment);
		assert_int_equal(strlen(ref), ID_SIZE - 1);
		for (size_t k = 0; k < i; k++)
			assert_int_equal(strcmp(ref, ref_of(world, row[k].comment)) == 0,
					 row[i].same_as &&
					     (strcmp(row[k].comment, row[i].same_as) == 0 ||
					      (row[k].same_as && strcmp(row[k].same_as, row[i].same_as) == 0)));
		assert_string_equal(name_of(world, row[i].comment), row[i].name);
	}
	assert_string_equal(name_of(world, "c1"), "Ann Lee"); /* what she wrote before, too */
	assert_string_equal(name_of(world, "c3"), "Ann");
	check_all(world);
}

/* Whoever is told as author, actor, assignee or requester: the account and the name stand in no event. */
static void test_no_event_tells_an_account_or_a_name(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "O-1", "new", "2");

	change.actor = (struct ent_person){ENT_STR("acct-canary-1"), ENT_STR("Canary One")};
	sdk_set_person(&change.ticket, ENT_ASSIGNEE, ENT_STR("acct-canary-2"), ENT_STR("Canary Two"));
	sdk_set_person(&change.ticket, ENT_REQUESTER, ENT_STR("acct-canary-3"), ENT_STR("Canary Three"));
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	change = word(world, "O-1", "c1", "It burns");
	change.actor = (struct ent_person){ENT_STR("acct-canary-4"), ENT_STR("Canary Four")};
	change.comment.author = (struct ent_person){ENT_ABSENT, ENT_STR("Canary Five")};
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	change = ticket(world, "O-1", "held", NULL);
	sdk_set_person(&change.ticket, ENT_ASSIGNEE, ENT_STR("acct-canary-6"), ENT_STR("Canary Six"));
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	struct job job = {.kind = JOB_SHARE,
			  .ask = {.incident = 1,
				  .supplier = ENT_STR("telnord"),
				  .author = {ENT_STR("acct-canary-7"), ENT_STR("Canary Seven")}}};
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM event WHERE json LIKE '%canary%'"), 0);
	assert_int_equal(ask(world, "SELECT count(*) FROM person WHERE name LIKE 'Canary %'"), 7);
	assert_int_equal(
	    ask(world, "SELECT count(*) FROM person WHERE organisation = 'orion' AND name LIKE 'Canary %'"), 6);
	assert_int_equal(ask(world, "SELECT count(*) FROM ticket WHERE attributes LIKE '%anary%'"), 0);
	assert_int_equal(ask(world, "SELECT count(*) FROM event JOIN person ON json LIKE '%\"' || ref || '\"%' WHERE "
				    "person.name LIKE 'Canary %' AND event.seq < person.first_seq"),
			 0);
	/* The key makes the marks, and is told nowhere. */
	assert_int_equal(ask(world, "SELECT count(*) FROM event, meta WHERE meta.name = 'people_key' AND json LIKE '%' "
				    "|| meta.value || '%'"),
			 0);
	check_all(world);
}

/* The same assignee by another name is no change of the ticket. */
static void test_a_new_name_changes_no_ticket(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "O-1", "new", NULL);

	sdk_set_person(&change.ticket, ENT_ASSIGNEE, ENT_STR("u2"), ENT_STR("Ann"));
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM event WHERE json LIKE '%\"assignee\",\"from\"%'"), 1);
	sdk_set_person(&change.ticket, ENT_ASSIGNEE, ENT_STR("u2"), ENT_STR("Ann Lee"));
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM event WHERE json LIKE '%\"assignee\",\"from\"%'"), 1);
	sdk_set_person(&change.ticket, ENT_ASSIGNEE, ENT_STR("u3"), ENT_STR("Ann Lee"));
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM event WHERE json LIKE '%\"assignee\",\"from\"%'"), 2);
	sdk_set_person(&change.ticket, ENT_ASSIGNEE, ENT_ABSENT, ENT_ABSENT);
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	assert_int_equal(ask(world,
			     "SELECT count(*) FROM event WHERE json LIKE '%\"attribute\":\"assignee\"%' AND json "
			     "LIKE '%\"to\":{}%'"),
			 1);
	check_all(world);
}

/* What others read there carries the name as it is when it is sent. */
static void test_others_read_the_name(void **state)
{
	struct world *world = *state;
	struct ent_arena *arena = &world->arena.abi;
	struct comment comment;

	two_parties(world);
	write_as(world, "orion", "O-1", "c1", (struct told){"u7", "Ann"});
	write_as(world, "orion", "O-1", "c2", (struct told){"u7", "Ann Lee"});
	assert_true(comment_load(world->read, arena, ENT_STR("orion"), ENT_STR("O-1"), ENT_STR("c1"), &comment));
	assert_true(
	    sdk_eqz(wording_comment(arena, world->suppliers, ENT_ENGLISH, &comment), "Ann Lee (orion): Words of c1"));
	assert_true(sdk_eqz(comment.author.organisation, "orion") && !comment.author.is_machine);
}

static void test_our_account_there_is_a_machine(void **state)
{
	struct world *world = *state;
	struct ent_change change = ticket(world, "O-1", "new", NULL);

	change.actor = (struct ent_person){ENT_STR("robot"), ENT_STR("Entente")};
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM person WHERE kind = 'machine' AND name = 'Entente'"), 1);
	assert_true(ask(world, "SELECT count(*) FROM event WHERE json LIKE "
			       "'%\"organisation\":\"orion\",\"kind\":\"machine\"}%'") > 0);
	check_all(world);
}

/* An account that no event names, as of a repeat or of nothing new, is not kept. */
static void test_nobody_is_kept_without_an_event(void **state)
{
	struct world *world = *state;

	two_parties(world);
	write_as(world, "orion", "O-1", "c1", (struct told){"u7", "Ann"});
	int64_t before = ask(world, "SELECT count(*) FROM person"), last = outbox_last_seq(world->read);
	struct ent_change change = word(world, "O-1", "c1", "Words of c1"); /* told again, by somebody else */
	change.actor = change.comment.author = (struct ent_person){ENT_STR("u8"), ENT_STR("Bob")};
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	assert_int_equal(outbox_last_seq(world->read), last);
	assert_int_equal(ask(world, "SELECT count(*) FROM person"), before);
}

static bool count_person(void *to, const struct person_row *row)
{
	(void)row;
	return ++*(int64_t *)to < INT64_MAX;
}

/* A row goes with the first event that names it, and with the one after which it reads otherwise. */
static void test_rows_are_published_with_their_events(void **state)
{
	struct world *world = *state;
	int64_t n = 0, first, again;

	two_parties(world);
	write_as(world, "orion", "O-1", "c1", (struct told){"u7", "Ann"});
	first = outbox_last_seq(world->read);
	assert_int_equal(outbox_people_next(world->read, first - 1), first);
	write_as(world, "orion", "O-1", "c2", (struct told){"u7", "Ann"});
	assert_int_equal(outbox_people_next(world->read, first), INT64_MAX);
	write_as(world, "orion", "O-1", "c3", (struct told){"u7", "Ann Lee"});
	again = ask(world, "SELECT seq FROM person WHERE name = 'Ann Lee'");
	assert_true(again > first);
	assert_int_equal(outbox_people_next(world->read, first), again);
	assert_int_equal(outbox_people_next(world->read, first - 1), first); /* still: it was perhaps not published */
	assert_true(outbox_people(world->read, first - 1, first, ENT_ABSENT, count_person, &n));
	assert_int_equal(n, 1);
	assert_true(outbox_people(world->read, first, again - 1, ENT_ABSENT, count_person, &n));
	assert_int_equal(n, 1);
	assert_true(outbox_people(world->read, first, again, ENT_ABSENT, count_person, &n));
	assert_int_equal(n, 2);
	assert_int_equal(outbox_people_next(world->read, again), INT64_MAX);
}

/* The broker goes on with the store that was rebuilt. */
static void go_on_rebuilt(struct world *world)
{
	static const struct writer_options options = {.queue_max = 1000, .batch_max = 500, .wal_pages = 200};
	struct store_meta meta;
	struct db *db = NULL;
	struct ent_err err;

	writer_free(world->writer);
	db_close(world->read);
	assert_int_equal(store_open(world->again, NULL, 6, &world->clock, &world->chance, &db, &meta, &err), ENT_OK);
	world->writer =
	    writer_new(db, &meta, &world->clock, &world->chance, &world->metrics, &options, world_woken, world);
	assert_int_equal(store_open_read(world->again, NULL, &world->read, &meta, &err), ENT_OK);
	assert_string_equal(meta.people_key, world->meta.people_key);
}

static void test_a_rebuilt_store_knows_everybody_again(void **state)
{
	struct world *world = *state;
	struct ent_change change;

	two_parties(world);
	change = ticket(world, "O-1", "held", NULL);
	sdk_set_person(&change.ticket, ENT_ASSIGNEE, ENT_STR("u2"), ENT_STR("Cleo"));
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	write_as(world, "orion", "O-1", "c1", (struct told){"u7", "Ann"});
	write_as(world, "orion", "O-1", "c2", (struct told){"u7", "Ann Lee"});
	write_as(world, "orion", "O-1", "c3", (struct told){NULL, "Bob"});
	const char *ann = ref_of(world, "c1"), *bob = ref_of(world, "c3");
	int64_t n = ask(world, "SELECT count(*) FROM person");
	check_all(world);
	go_on_rebuilt(world);
	assert_string_equal(name_of(world, "c1"), "Ann Lee");
	assert_int_equal(ask(world, "SELECT count(*) FROM person"), n);
	assert_int_equal(ask(world, "SELECT count(*) FROM person WHERE first_seq > 0 OR seq > 0"), 0); /* published */
	write_as(world, "orion", "O-1", "c4", (struct told){"u7", "Ann Lee"});
	write_as(world, "orion", "O-1", "c5", (struct told){NULL, "Bob"});
	assert_string_equal(ref_of(world, "c4"), ann);
	assert_string_equal(ref_of(world, "c5"), bob);
	int64_t assigned = ask(world, "SELECT count(*) FROM event WHERE json LIKE '%\"attribute\":\"assignee\"%'");
	change = ticket(world, "O-1", "held", NULL); /* and no change where there is none */
	sdk_set_person(&change.ticket, ENT_ASSIGNEE, ENT_STR("u2"), ENT_STR("Cleo"));
	assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	assert_int_equal(ask(world, "SELECT count(*) FROM event WHERE json LIKE '%\"attribute\":\"assignee\"%'"),
			 assigned);
	assert_int_equal(ask(world, "SELECT count(*) FROM person"), n);
}

static void test_who_is_forgotten_has_no_name(void **state)
{
	struct world *world = *state;
	struct rebuild *rebuild = NULL;
	struct ent_err err;

	assert_int_equal(rebuild_open(world->again, NULL, &world->meta, &world->clock, &world->chance, &rebuild, &err),
			 ENT_OK);
	struct person_row row = {.person = {.ref = ENT_STR("b1c2d3e4-0000-4000-8000-00000000a001"),
					    .organisation = ENT_STR("orion"),
					    .name = ENT_STR("Ann")}};
	(void)world_copy_person(rebuild, &row);
	row.person.name = ENT_STR(""); /* a record without a name */
	(void)world_copy_person(rebuild, &row);
	row.mark[0] = 1;
	row.person.ref = ENT_STR("b1c2d3e4-0000-4000-8000-00000000a002");
	(void)world_copy_person(rebuild, &row);
	assert_int_equal(rebuild_person(rebuild, row.person.ref, ENT_ABSENT, &err), ENT_OK); /* a tombstone */
	assert_int_equal(rebuild_person(rebuild, ENT_STR("x"), ENT_STR("{}"), &err), ENT_EINVAL);
	int64_t n;
	assert_int_equal(rebuild_finish(rebuild, &n, &err), ENT_OK);
	rebuild_close(rebuild);
	go_on_rebuilt(world);
	assert_int_equal(ask(world, "SELECT count(*) FROM person"), 1);
	assert_int_equal(ask(world, "SELECT count(*) FROM person WHERE name = ''"), 1);
}

static void test_mail_addresses(void **state)
{
	static const struct {
		const char *mail;
		bool is;
	} row[] = {
	    {"ana@example.org", true},
	    {"a@b", true},
	    {NULL, false},
	    {"", false},
	    {"@", false},
	    {"ana", false},
	    {"ana@", false},
	    {"@b", false},
	    {"a@b@", false},
	    {"a@@b", false},
	    {"a na@b", false},
	    {" a@b", false},
	    {"a@b ", false},
	    {"a@b\t", false},
	    {"a\n@b", false},
	    {"a@b\r\nc", false},
	    {"a\x7f@b", false},
	    {"\x01@b", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (user_mail_vet(sdk_str(row[i].mail)) != row[i].is)
			fail_msg("%s", row[i].mail ? row[i].mail : "absent");
	assert_false(user_mail_vet(ENT_STR("a@b\0c")));
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WORLD_TEST(test_one_ref_for_an_account),
	    WORLD_TEST(test_no_event_tells_an_account_or_a_name),
	    WORLD_TEST(test_a_new_name_changes_no_ticket),
	    WORLD_TEST(test_others_read_the_name),
	    WORLD_TEST(test_our_account_there_is_a_machine),
	    WORLD_TEST(test_nobody_is_kept_without_an_event),
	    WORLD_TEST(test_rows_are_published_with_their_events),
	    WORLD_TEST(test_a_rebuilt_store_knows_everybody_again),
	    WORLD_TEST(test_who_is_forgotten_has_no_name),
	    cmocka_unit_test(test_mail_addresses),
	};

	return cmocka_run_group_tests_name("people", tests, NULL, NULL);
}
