/* SPDX-License-Identifier: Apache-2.0 */
/* The index follows the store: edits, removals, shares, merges, another store, a damaged file, a crash after any step.
 */
#include "comment_changes.h"
#include "search/titles.h"
#include "search_world.h"
#include "view/view_list.h"
#include "view_histories.h"

static const struct reader telnord = {.kind = READER_ORGANISATION, .organisation = ENT_STR("telnord")};

static bool finds(struct indexed *indexed, struct world *world, const struct reader *reader, const char *text,
		  const char *says)
{
	return indexed_says(indexed_find(indexed, world, &world->arena.abi, reader, sdk_str(text), NULL), says);
}

/* Before the index is told anything the store decides; afterwards the words themselves are gone. */
static void test_comment(void **state)
{
	struct world *world = *state;
	struct indexed indexed;

	indexed_open(&indexed, world);
	(void)said(world);
	indexed_follow(&indexed);
	assert_true(finds(&indexed, world, &reader_ours, "smok", "It smokes."));
	assert_true(finds(&indexed, world, &telnord, "smok", "It smokes."));
	edit(world, "It burns now.");
	indexed_follow(&indexed);
	assert_true(finds(&indexed, world, &telnord, "burns", "It burns now."));
	assert_false(finds(&indexed, world, &reader_ours, "smokes", "kind"));
	narrow(world, "It burns now.");
	assert_false(finds(&indexed, world, &telnord, "burns", "kind"));
	indexed_follow(&indexed);
	assert_false(finds(&indexed, world, &telnord, "burns", "kind"));
	assert_true(finds(&indexed, world, &reader_ours, "burns", "It burns now."));
	take_away(world);
	assert_false(finds(&indexed, world, &reader_ours, "burns", "\"comment\""));
	indexed_follow(&indexed);
	assert_int_equal(db_ask(indexed.index, "SELECT count(*) FROM words WHERE words MATCH 'burns'"), 0);
	indexed_close(&indexed);
}

/* What is held is found by its own organisation at most; when it is published, by all that it is for. */
static void test_held(void **state)
{
	static const struct reader theirs = {.kind = READER_ORGANISATION, .organisation = ENT_STR("orion")};
	const struct reader *const by[] = {&reader_ours, &theirs};
	static const char *const words[] = {"kookaburra", "cassowary"};
	struct world *world = *state;
	struct indexed indexed;

	two_parties(world);
	indexed_open(&indexed, world);
	for (size_t i = 0; i < 2; i++) {
		struct job job = {.kind = JOB_COMMENT,
				  .ask = {.incident = 1,
					  .text = sdk_str(words[i]),
					  .author = {ENT_STR("pat"), ENT_STR("pat")},
					  .by = *by[i],
					  .undo_ms = 10000}};
		struct ent_err err;

		snprintf(job.ask.comment_uuid, ID_SIZE, "00000007-0000-4000-8000-00000000000%zu", i);
		assert_true(audience_words(&world->arena.abi, ENT_STR("us"), ENT_STR("everyone"), &job.ask.audience));
		assert_int_equal(run(world, &job), JOB_ACCEPTED);
		indexed_follow(&indexed);
		assert_false(finds(&indexed, world, &telnord, words[i], "\"comment\""));
		assert_false(finds(&indexed, world, by[1 - i], words[i], "\"comment\""));
		world->now_ms += 10000;
		while (writer_step(world->writer, &err) == ENT_OK)
			;
		indexed_follow(&indexed);
		assert_true(finds(&indexed, world, &telnord, words[i], "\"comment\""));
		assert_true(finds(&indexed, world, by[1 - i], words[i], "\"comment\""));
	}
	indexed_close(&indexed);
}

/* A share that is taken back counts at once. */
static void test_share(void **state)
{
	struct world *world = *state;
	struct indexed indexed;
	struct job job = {.kind = JOB_UNSHARE,
			  .ask = {.incident = 1,
				  .supplier = ENT_STR("telnord"),
				  .text = ENT_STR("Done."),
				  .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	indexed_open(&indexed, world);
	(void)said(world);
	indexed_follow(&indexed);
	assert_true(finds(&indexed, world, &telnord, "ent 1", "\"kind\":\"incident\""));
	assert_true(finds(&indexed, world, &telnord, "orion", "\"kind\":\"organisation\",\"organisation\":\"orion\""));
	assert_false(finds(&indexed, world, &telnord, "datacoeur", "kind"));
	assert_true(finds(&indexed, world, &reader_ours, "datacoeur", "organisation"));
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	for (int i = 0; i < 2; i++) {
		assert_false(finds(&indexed, world, &telnord, "smok", "kind"));
		assert_false(finds(&indexed, world, &telnord, "ent 1", "kind"));
		assert_false(finds(&indexed, world, &telnord, "orion", "kind"));
		assert_true(finds(&indexed, world, &reader_ours, "smok", "It smokes."));
		indexed_follow(&indexed);
	}
	indexed_close(&indexed);
}

static void test_people_and_tickets(void **state)
{
	static const struct reader own = {.kind = READER_ORGANISATION, .organisation = ENT_STR("orion")};
	struct world *world = *state;
	struct indexed indexed;

	indexed_open(&indexed, world);
	(void)said(world);
	indexed_follow(&indexed);
	assert_true(finds(&indexed, world, &reader_ours, "davi", "\"kind\":\"person\""));
	assert_true(finds(&indexed, world, &own, "david", "\"organisation\":\"orion\""));
	assert_false(finds(&indexed, world, &telnord, "david", "\"organisation\":\"orion\""));
	assert_true(finds(&indexed, world, &reader_ours, "O-1", "\"ticket\":\"O-1\""));
	assert_true(finds(&indexed, world, &reader_ours, "orion:O-1", "\"ticket\":\"O-1\""));
	assert_true(finds(&indexed, world, &own, "o-1", "\"ticket\":\"O-1\""));
	assert_false(finds(&indexed, world, &telnord, "O-1", "\"ticket\""));
	assert_true(finds(&indexed, world, &reader_ours, "ENT-000001", "ENT-000001"));
	assert_true(finds(&indexed, world, &reader_ours, "ent-1", "ENT-000001"));
	assert_true(finds(&indexed, world, &reader_ours, "1", "ENT-000001"));
	indexed_close(&indexed);
}

/* More than are looked at begin alike: the one that goes on as typed is found all the same. */
static void test_long_beginning(void **state)
{
	struct world *world = *state;
	struct indexed indexed;

	indexed_open(&indexed, world);
	for (int i = 0; i < 2 * FIND_CUT; i++) {
		struct ent_change change =
		    ticket(world, sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "O-%d", i)), "new", "3");

		sdk_set(&change.ticket, ENT_TITLE,
			sdk_format(&world->arena.abi, i ? "imprimerie %d" : "imprimante", i));
		assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
	}
	indexed_follow(&indexed);
	assert_true(finds(&indexed, world, &reader_ours, "impriman", "ENT-000001"));
	assert_true(finds(&indexed, world, &reader_ours, "imprimeri", "imprimerie"));
	assert_false(finds(&indexed, world, &reader_ours, "imprimeria", "kind"));
	indexed_close(&indexed);
}

/* ---- a followed index is what one made anew is --------------------------------------------------- */

static struct ent_str rows_of(struct db *index, struct ent_arena *arena)
{
	static const char *const sql[] = {
	    /* people are numbered as they come */
	    ("SELECT CASE WHEN words.rowid >> 52 = 2 THEN (SELECT ref FROM person WHERE id = words.rowid - (2 << 52)) "
	     "ELSE words.rowid END AS row, name, text, who FROM words ORDER BY row"),
	    "SELECT incident, reads, organisations, folded FROM part ORDER BY incident",
	    "SELECT one, other, n, '' FROM beside WHERE n <> 0 ORDER BY one, other"};
	struct sdk_buf buf;

	sdk_buf_init(&buf, 64 << 20);
	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++)
		for (struct db_stmt *stmt = db_use(index, sql[i]); db_row(stmt);) {
			for (int k = 0; k < 4; k++)
				sdk_buf_format(&buf, "%.*s|", ENT_F(sdk_or_empty(db_str(stmt, k))));
			sdk_buf_char(&buf, '\n');
		}
	struct ent_str ret = sdk_dup(arena, sdk_buf_view(&buf));
	sdk_buf_release(&buf);
	if (db_failed(index))
		fail_msg("%s", db_error(index));
	return ret;
}

/* Some steps after each batch; and after some of them the process ends and begins again. */
static void listen(struct history *history)
{
	struct indexed *indexed = history->ear;
	uint64_t chance = world_random(history->world);

	for (uint64_t i = 0; i < chance % 4 && follower_step(&indexed->follower); i++)
		if ((chance >> (8 + i)) % 2) {
			indexed_close(indexed);
			indexed_open(indexed, history->world);
		}
}

static void test_followed_is_made_anew(void **state)
{
	enum { SMALL = 200 };
	struct world *world = *state;
	struct indexed indexed;
	struct ent_str followed, anew;

	indexed_open(&indexed, world);
	(void)make_heard(world, SMALL, -1, listen, &indexed);
	indexed_follow(&indexed);
	followed = rows_of(indexed.index, &world->arena.abi);
	assert_int_equal(db_ask(indexed.index, "SELECT count(*) FROM title WHERE title MATCH '\"itl\"'"),
			 db_ask(world->read, "SELECT count(*) FROM incident WHERE merged_into = 0 AND title LIKE "
					     "'%itl%'"));
	follower_restart(&indexed.follower);
	indexed_follow(&indexed);
	anew = rows_of(indexed.index, &world->arena.abi);
	assert_true(followed.n > 100 * SMALL);
	for (size_t i = 0; i < followed.n; i++)
		if (i >= anew.n || followed.p[i] != anew.p[i])
			fail_msg("followed: %.*s\nmade anew: %.*s", 300, followed.p + (i > 100 ? i - 100 : 0), 300,
				 anew.p + (i > 100 ? i - 100 : 0));
	assert_int_equal(followed.n, anew.n);
	indexed_close(&indexed);
}

/* ---- lists by a text -------------------------------------------------------------------------------- */

/* As titles are walked one after the other, and by the index. */
static size_t check_list(struct indexed *indexed, struct world *world, struct incident_filter filter, enum titles want)
{
	struct view view = {world->read, &world->arena.abi, &reader_ours, world->suppliers};
	struct ent_str walked, among;
	struct ent_err err;
	size_t n;

	assert_int_equal(view_list(&view, &filter, &walked, &err), ENT_OK);
	assert_int_equal(
	    titles_find(indexed->index, world->read, view.arena, filter.text, &filter.among, &filter.n_among), want);
	if (want != TITLES_NARROWED)
		return 0;
	n = filter.n_among;
	assert_int_equal(view_list(&view, &filter, &among, &err), ENT_OK);
	if (!sdk_eq(walked, among))
		fail_msg("'%.*s':\n%.*s\n%.*s", ENT_F(filter.text), ENT_F(walked), ENT_F(among));
	return n;
}

static void test_titles(void **state)
{
	static const char *const title[] = {"La benne à déchets \"pleine\" à 100 %",
					    "Le CŒUR du réseau",
					    "a\"b\"\"c'd",
					    "東京駅の電源",
					    "imprimante",
					    "AND OR NOT *"};
	static const char *const text[] = {"dechets", "\"pleine\"", "100 %",      "COEUR", "b\"\"c",
					   "京駅の",  "primant",    "and or",     "not *", "nothing has this",
					   "0 %",     "e du",       "ENT-000002", "O-3"};
	static const char *const status[] = {"", "open", "resolved"};
	struct world *world = *state;
	struct indexed indexed;
	size_t n = 0;

	indexed_open(&indexed, world);
	assert_int_equal(follower_behind(indexed.index, world->read), -1);
	(void)check_list(&indexed, world, (struct incident_filter){.text = ENT_STR("dechets")}, TITLES_BEHIND);
	for (int i = 0; i < 120; i++) {
		struct ent_change change =
		    ticket(world, sdk_z(&world->arena.abi, sdk_format(&world->arena.abi, "O-%d", i)),
			   i % 5 ? "new" : "resolved", "3");

		sdk_set(&change.ticket, ENT_TITLE, sdk_format(&world->arena.abi, "%s %d", title[i % 6], i));
		assert_int_equal(arrive(world, "orion", &change), JOB_ACCEPTED);
		if (i == 100)
			indexed_follow(&indexed); /* the others come after it */
	}
	for (int behind = 1; behind >= 0; behind--) {
		for (size_t i = 0; i < sizeof text / sizeof *text; i++)
			for (size_t k = 0; k < sizeof status / sizeof *status; k++)
				n += check_list(&indexed, world,
						(struct incident_filter){.text = sdk_str(text[i]),
									 .status = sdk_str(status[k]),
									 .holder = k ? ENT_STR("orion") : ENT_ABSENT,
									 .limit = 7},
						TITLES_NARROWED);
		indexed_follow(&indexed);
	}
	assert_true(n > 500);
	(void)check_list(&indexed, world, (struct incident_filter){.text = ENT_STR("im")}, TITLES_MANY);
	indexed_close(&indexed);
}

/* ---- files that are not what they should be ---------------------------------------------------------- */

static void write_over(const char *path, long at, const char *bytes)
{
	FILE *file = fopen(path, "r+");

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_int_equal(fwrite(bytes, 1, strlen(bytes), file), strlen(bytes));
	fclose(file);
}

static void test_files(void **state)
{
	struct world *world = *state;
	struct indexed indexed;
	struct db *index;
	struct ent_err err;
	char path[96];

	indexed_open(&indexed, world);
	memcpy(path, indexed.path, sizeof path);
	assert_int_equal(index_open_read("/nowhere/search.sqlite", &index, &err), ENT_EINVAL);
	(void)said(world);
	indexed_follow(&indexed);
	/* of another version */
	db_identify(indexed.index, 0x454e5453, INDEX_VERSION + 1);
	indexed_close(&indexed);
	assert_int_equal(index_open_read(path, &index, &err), ENT_EINVAL);
	indexed_open(&indexed, world);
	assert_int_equal(db_ask(indexed.index, "SELECT count(*) FROM words"), 0);
	indexed_follow(&indexed);
	assert_true(finds(&indexed, world, &telnord, "smok", "It smokes."));
	/* damaged */
	indexed_close(&indexed);
	write_over(path, 0, "no database at all");
	indexed_open(&indexed, world);
	indexed_follow(&indexed);
	assert_true(finds(&indexed, world, &telnord, "smok", "It smokes."));
	/* of a store that was put back: another event stands at its position */
	db_exec(indexed.index, "UPDATE progress SET value = 'another' WHERE name = 'mark'; DELETE FROM words");
	indexed_follow(&indexed);
	assert_true(finds(&indexed, world, &telnord, "smok", "It smokes."));
	/* ahead of the store */
	db_exec(indexed.index, "UPDATE progress SET value = value + 100 WHERE name = 'position'; DELETE FROM words");
	indexed_follow(&indexed);
	assert_true(finds(&indexed, world, &telnord, "smok", "It smokes."));
	/* a supplier's organisation is another one now */
	for (size_t i = 0; i < world->suppliers->n; i++)
		if (sdk_eqz(world->suppliers->at[i].name, "telnord"))
			world->suppliers->at[i].organisation = ENT_STR("north");
	indexed_follow(&indexed);
	assert_false(finds(&indexed, world, &telnord, "smok", "kind"));
	indexed_close(&indexed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_comment, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_held, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_share, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_people_and_tickets, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_followed_is_made_anew, views_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_long_beginning, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_titles, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_files, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
