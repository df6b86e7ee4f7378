/* SPDX-License-Identifier: Apache-2.0 */
/* A store of version 1 is brought to the present one when it is opened for writing, and loses nothing. */
#include "deliveries.h"

#include "store/sql_text.h"

#define APPLICATION_ID 0x454e5445

/* What versions 2 and 3 brought; the tables of version 1 are as they were. */
static void make_old(struct world *world)
{
	static const char undo[] =
	    "DROP TABLE reading_place; DROP TABLE seen; "
	    "DROP TABLE link; DROP TABLE apart; DROP TABLE merging_reads; DROP TABLE merging_share; DROP TABLE "
	    "merging; DROP TABLE timer; DROP TABLE once; DROP TABLE act; DROP TABLE share; DROP TABLE reads; DROP "
	    "TABLE "
	    "delivery; DROP TABLE "
	    "copy; DROP TABLE "
	    "cursor; DROP TABLE "
	    "aside; "
	    "DROP TABLE supplier_state; DROP TABLE trouble; DROP TABLE map; DROP TABLE finished; DROP TABLE "
	    "join_request; DROP INDEX "
	    "comment_uuid; "
	    /* and what version 3 brought */
	    "DROP TABLE upload; DROP TABLE loose; "
	    "DROP TABLE mention; DROP TABLE follow; DROP TABLE notified; DROP TABLE notified_read; DROP TABLE work; "
	    "DROP TABLE taken; DROP TABLE snooze; "
	    "DROP TABLE draft; DROP TABLE erasure; DROP TABLE account; DROP TABLE audit; DROP TABLE session; DROP "
	    "TABLE invitation; DROP INDEX "
	    "token_account; ALTER TABLE token DROP COLUMN ref; ALTER "
	    "TABLE token DROP "
	    "COLUMN organisation; ALTER TABLE token DROP COLUMN role; ALTER TABLE token DROP COLUMN verbs; ALTER TABLE "
	    "token DROP COLUMN account";
	struct ent_change both = ticket(world, "O-2", "new", NULL);
	struct ent_err err;
	struct db *db = NULL;

	tell(world, "orion", "O-1", "new");
	write_word(world, "orion", "O-1", "c1", "hello");
	tell(world, "telnord", "T-1", "held");
	tell(world, "orion", "O-2", "new");
	both.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "orion", &both);
	both = ticket(world, "T-1", "held", NULL);
	both.correlation.number = ENT_STR("ENT-000001");
	arrive(world, "telnord", &both);
	db_close(world->read);
	writer_free(world->writer);
	world->writer = NULL;
	if (db_open(world->path, DB_WRITE, NULL, &db, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	db_exec(db, undo);
	db_identify(db, APPLICATION_ID, 1);
	db_checkpoint(db, true);
	if (db_failed(db))
		fail_msg("%s", db_error(db));
	db_close(db);
}

/* Each table and index as the database itself tells it, so that a store that was undone is one of version 1. */
static int64_t n_schema(struct db *db)
{
	return db_ask(db, "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'");
}

static void test_the_tables_of_version_1(void **state)
{
	struct world *world = *state;
	struct db *undone = NULL, *fresh = NULL;
	struct ent_err err;

	make_old(world);
	assert_int_equal(db_open(world->path, DB_WRITE, NULL, &undone, &err), ENT_OK);
	assert_int_equal(db_open(world->again, DB_WRITE, NULL, &fresh, &err), ENT_OK);
	db_exec(fresh, sql_0001);
	assert_int_equal(n_schema(undone), n_schema(fresh));
	db_close(undone);
	db_close(fresh);
	world->read = NULL;
}

static void test_version_1_is_brought_here(void **state)
{
	struct world *world = *state;
	static const struct writer_options options = {.queue_max = 10, .batch_max = 10, .wal_pages = 100};
	struct db *db = NULL;
	struct store_meta meta;
	struct ent_err err = {0};

	make_old(world);
	assert_int_equal(store_open_read(world->path, NULL, &db, &meta, &err),
			 ENT_EINVAL); /* a reader brings nothing */
	assert_non_null(strstr(err.msg, "entente serve"));
	if (store_open(world->path, NULL, 3, &world->clock, &world->chance, &db, &meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	assert_string_equal(meta.store_id, world->meta.store_id);
	world->is_old = true;
	assert_int_equal(meta.partitions, 6); /* what it was made with */
	assert_int_equal(db_ask(db, "PRAGMA user_version"), STORE_VERSION);
	assert_int_equal(db_ask(db, "SELECT count(*) FROM share WHERE incident = 1 AND withdrawn_ms = 0"), 2);
	assert_int_equal(db_ask(db, "SELECT count(*) FROM share"), 2);
	db_close(db);
	if (store_open(world->path, NULL, 3, &world->clock, &world->chance, &db, &meta, &err) !=
	    ENT_OK) /* and once more */
		fail_msg("%s", err.msg);
	world->writer = writer_new(db, &meta, &world->clock, &world->chance, &world->metrics, &options, NULL, NULL);
	assert_int_equal(store_open_read(world->path, NULL, &world->read, &meta, &err), ENT_OK);
	check_all(world);
	assert_int_equal(give_status(world, 2, ENT_RESOLVED), JOB_ACCEPTED); /* merged into 1 */
	assert_int_equal(due(world, "telnord").values.at[ENT_STATUS], ENT_RESOLVED);
	assert_int_equal(due(world, "orion").values.at[ENT_STATUS], ENT_RESOLVED);
	check_all(world);
}

/* Its tables are the present ones, and what stands in them means something else. */
static void test_another_shape_is_refused(void **state)
{
	static const char *const change[] = {"DELETE FROM meta WHERE name = 'shape'",
					     "INSERT INTO meta (name, value) VALUES ('shape', '3')"};
	struct world *world = *state;
	struct store_meta meta;
	struct ent_err err;
	struct db *db;

	tell(world, "orion", "O-1", "new");
	db_close(world->read);
	world->read = NULL;
	writer_free(world->writer);
	world->writer = NULL;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(db_open(world->path, DB_WRITE, NULL, &db, &err), ENT_OK);
		db_exec(db, change[i]);
		db_close(db);
		assert_int_equal(store_open(world->path, NULL, 3, &world->clock, &world->chance, &db, &meta, &err),
				 ENT_EINVAL);
		assert_non_null(strstr(err.msg, i ? "it has shape 3, this one reads shape 2" : "it has shape 1"));
		assert_non_null(strstr(err.msg, "Name a new data_dir"));
		assert_int_equal(store_open_read(world->path, NULL, &db, &meta, &err), ENT_EINVAL);
		assert_non_null(strstr(err.msg, "Name a new data_dir"));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_the_tables_of_version_1, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_version_1_is_brought_here, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(test_another_shape_is_refused, world_set_up, world_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
