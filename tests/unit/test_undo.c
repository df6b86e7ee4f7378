/* SPDX-License-Identifier: Apache-2.0 */
/* Undo: what a person writes for others is held, for its own organisation alone, and then delivered once; or never. */
#include "held.h"

/* ---- tests --------------------------------------------------------------------------------------- */

static void test_held_then_published(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "everyone"), JOB_ACCEPTED);
	assert_true(reads(world, &ada));
	assert_false(reads(world, &orion));
	assert_false(finds(world, &orion, A_UUID));
	assert_int_equal(n_delivery(world), 0);
	assert_true(finds(world, &ada, "\"held\":{\"until\":"));
	check_all(world);
	assert_int_equal(hold(world, &ada, "everyone"), JOB_REPEATED);
	pass(world, UNDO_MS - 20);
	assert_int_equal(n_delivery(world), 0);
	pass(world, 20);
	assert_true(reads(world, &orion));
	assert_true(reads(world, &telnord));
	assert_int_equal(goes_to(world, "orion"), 1);
	assert_int_equal(goes_to(world, "telnord"), 1);
	assert_int_equal(n_event(world, "comment.published"), 1);
	assert_int_equal(count(world, "timer", "1"), 0);
	check_all(world);
	pass(world, 10 * UNDO_MS);
	assert_int_equal(n_event(world, "comment.published"), 1);
	assert_int_equal(n_delivery(world), 2);
	assert_int_equal(do_it(world, JOB_COMMENT_UNDO, &ada), JOB_CONFLICT);
}

static void test_nothing_is_held_for_nobody(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "internal"), JOB_ACCEPTED);
	assert_int_equal(count(world, "timer", "1"), 0);
	assert_int_equal(count(world, "comment", "held_by <> ''"), 0);
	check_all(world);
}

static void test_undone(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "everyone"), JOB_ACCEPTED);
	assert_int_equal(do_it(world, JOB_COMMENT_UNDO, &orion), JOB_NOT_FOUND);
	assert_int_equal(do_it(world, JOB_COMMENT_PUBLISH, &orion), JOB_NOT_FOUND);
	assert_int_equal(do_it(world, JOB_COMMENT_UNDO, &ada), JOB_ACCEPTED);
	assert_int_equal(do_it(world, JOB_COMMENT_UNDO, &ada), JOB_REPEATED);
	assert_int_equal(do_it(world, JOB_COMMENT_PUBLISH, &ada), JOB_CONFLICT);
	assert_false(reads(world, &ada)); /* neither in the thread nor in the history */
	assert_false(reads(world, &orion));
	assert_int_equal(count(world, "comment", "body = '" WORDS "'"), 0);
	pass(world, 10 * UNDO_MS);
	assert_int_equal(n_delivery(world), 0);
	assert_int_equal(n_event(world, "comment.published"), 0);
	assert_int_equal(count(world, "timer", "1"), 0);
	assert_false(finds(world, &orion, A_UUID));
	check_all(world);
}

static void test_sent_now(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "telnord"), JOB_ACCEPTED);
	assert_int_equal(do_it(world, JOB_COMMENT_PUBLISH, &ada), JOB_ACCEPTED);
	assert_int_equal(goes_to(world, "telnord"), 1);
	assert_true(reads(world, &telnord));
	assert_false(reads(world, &orion));
	assert_int_equal(do_it(world, JOB_COMMENT_PUBLISH, &ada), JOB_REPEATED);
	pass(world, 10 * UNDO_MS);
	assert_int_equal(n_event(world, "comment.published"), 1);
	assert_int_equal(n_delivery(world), 1);
	check_all(world);
}

/* Not even ours reads it, and not even its own tool has it. */
static void test_held_by_a_supplier(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &orion, "telnord"), JOB_ACCEPTED);
	assert_true(reads(world, &orion));
	assert_false(reads(world, &ada));
	assert_false(finds(world, &ada, A_UUID));
	assert_false(reads(world, &telnord));
	assert_int_equal(n_delivery(world), 0);
	assert_int_equal(do_it(world, JOB_COMMENT_UNDO, &ada), JOB_NOT_FOUND);
	assert_int_equal(do_it(world, JOB_COMMENT_PIN, &ada), JOB_NOT_FOUND);
	check_all(world);
	pass(world, UNDO_MS);
	assert_true(reads(world, &ada));
	assert_true(reads(world, &telnord));
	assert_int_equal(goes_to(world, "telnord"), 1);
	assert_int_equal(goes_to(world, "orion"), 1);
	check_all(world);
}

static void test_undone_by_a_supplier(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &orion, "telnord"), JOB_ACCEPTED);
	assert_int_equal(do_it(world, JOB_COMMENT_UNDO, &orion), JOB_ACCEPTED);
	assert_false(finds(world, &ada, A_UUID)); /* as if it had never been written */
	assert_false(reads(world, &orion));
	pass(world, 10 * UNDO_MS);
	assert_false(finds(world, &ada, A_UUID));
	assert_int_equal(n_delivery(world), 0);
	check_all(world);
}

/* Power is cut while it is held; the store alone tells the rest. */
static void test_after_a_crash(void **state)
{
	static const struct writer_options options = {.queue_max = 1000, .batch_max = 500, .wal_pages = 200};
	struct world *world = *state;
	struct db *db = NULL;
	struct ent_err err;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "everyone"), JOB_ACCEPTED);
	writer_free(world->writer);
	assert_int_equal(store_open(world->path, NULL, 6, &world->clock, &world->chance, &db, &world->meta, &err),
			 ENT_OK);
	world->writer =
	    writer_new(db, &world->meta, &world->clock, &world->chance, &world->metrics, &options, world_woken, world);
	writer_reload(world->writer, world->suppliers);
	pass(world, UNDO_MS / 2);
	assert_int_equal(n_delivery(world), 0);
	pass(world, UNDO_MS);
	assert_int_equal(n_delivery(world), 2);
	assert_int_equal(n_event(world, "comment.published"), 1);
	check_all(world);
}

static void test_after_a_rebuild(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "telnord"), JOB_ACCEPTED);
	become_rebuilt(world);
	assert_false(reads(world, &telnord));
	assert_true(reads(world, &ada));
	pass(world, 1);
	assert_int_equal(n_delivery(world), 0);
	pass(world, UNDO_MS);
	assert_int_equal(goes_to(world, "telnord"), 1);
	assert_true(reads(world, &telnord));
	check_all(world);
}

static void test_the_clock_is_set(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "telnord"), JOB_ACCEPTED);
	pass(world, 100);
	pass(world, -3600000); /* back */
	pass(world, UNDO_MS - 1);
	assert_int_equal(n_delivery(world), 0);
	pass(world, 1);
	assert_int_equal(n_delivery(world), 1);
	check_all(world);
}

static void test_unshared_meanwhile(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "orion,telnord"), JOB_ACCEPTED);
	assert_int_equal(unshare(world, 1, "telnord"), JOB_ACCEPTED);
	pass(world, UNDO_MS);
	assert_int_equal(n_event(world, "comment.published"), 1);
	assert_int_equal(goes_to(world, "telnord"), 0);
	assert_int_equal(goes_to(world, "orion"), 1);
	assert_int_equal(count(world, "comment", "uuid = '" A_UUID "' AND organisations LIKE '%telnord%'"), 0);
	check_all(world);
}

/* A share with the whole thread brings what is published, and the rest when it is. */
static void test_shared_meanwhile(void **state)
{
	struct world *world = *state;
	struct job job = {.kind = JOB_SHARE,
			  .ask = {.incident = 1,
				  .supplier = ENT_STR("datacoeur"),
				  .with_history = true,
				  .brief = {.what = ENT_STR("Look.")},
				  .author = {ENT_STR("desk"), ENT_STR("desk")}}};

	two_parties(world);
	assert_int_equal(hold(world, &ada, "everyone"), JOB_ACCEPTED);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(n_delivery(world), 0);
	assert_false(reads(world, &datacoeur));
	pass(world, UNDO_MS);
	assert_int_equal(goes_to(world, "datacoeur"), 1);
	assert_true(reads(world, &datacoeur));
	check_all(world);
}

/* Two incidents become one: it is for those who would have read it in its own. */
static void test_merged_meanwhile(void **state)
{
	struct world *world = *state;
	struct ent_change both;

	two_parties(world);
	assert_int_equal(tell(world, "datacoeur", "D-1", "new"), JOB_ACCEPTED);
	assert_int_equal(hold(world, &ada, "everyone"), JOB_ACCEPTED);
	both = ticket(world, "D-1", "new", NULL);
	both.correlation.number = ENT_STR("ENT-000001");
	assert_int_equal(arrive(world, "datacoeur", &both), JOB_ACCEPTED);
	assert_int_equal(n_event(world, "incident.merged"), 1);
	assert_false(reads(world, &datacoeur));
	check_all(world);
	pass(world, UNDO_MS);
	assert_int_equal(n_event(world, "comment.published"), 1);
	assert_int_equal(goes_to(world, "orion"), 1);
	assert_int_equal(goes_to(world, "telnord"), 1);
	assert_int_equal(goes_to(world, "datacoeur"), 0);
	assert_false(reads(world, &datacoeur));
	assert_true(reads(world, &telnord));
	check_all(world);
}

static void test_edited_meanwhile(void **state)
{
	struct world *world = *state;
	struct job job = {.kind = JOB_COMMENT_EDIT,
			  .ask = {.incident = 1,
				  .text = ENT_STR("cassowary"),
				  .author = {ENT_STR("pat"), ENT_STR("pat")},
				  .comment_uuid = A_UUID}};

	two_parties(world);
	assert_int_equal(hold(world, &ada, "telnord"), JOB_ACCEPTED);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(n_delivery(world), 0);
	assert_false(finds(world, &telnord, "cassowary"));
	job.ask.has_audience = true;
	assert_true(audience_words(&world->arena.abi, ENT_STR("us"), ENT_STR("everyone"), &job.ask.audience));
	assert_int_equal(run(world, &job), JOB_CONFLICT);
	check_all(world);
	pass(world, UNDO_MS);
	assert_true(finds(world, &telnord, "cassowary"));
	assert_false(reads(world, &telnord));
	assert_int_equal(n_delivery(world), 1);
	check_all(world);
}

/* Removing it while it is held is undoing it. */
static void test_removed_meanwhile(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(hold(world, &ada, "telnord"), JOB_ACCEPTED);
	assert_int_equal(do_it(world, JOB_COMMENT_REMOVE, &ada), JOB_ACCEPTED);
	pass(world, UNDO_MS);
	assert_int_equal(n_delivery(world), 0);
	assert_int_equal(n_event(world, "comment.published"), 0);
	assert_false(finds(world, &telnord, A_UUID));
	check_all(world);
}

/* What was removed after all had read it leaves our history as well. */
static void test_removed_words_leave_the_history(void **state)
{
	struct world *world = *state;

	two_parties(world);
	assert_int_equal(say(world, 1, A_UUID, WORDS, "telnord"), JOB_ACCEPTED);
	assert_true(reads(world, &ada));
	assert_int_equal(do_it(world, JOB_COMMENT_REMOVE, &ada), JOB_ACCEPTED);
	assert_false(reads(world, &ada));
	assert_false(reads(world, &telnord));
	assert_true(finds(world, &ada, A_UUID));
	check_all(world);
}

static void test_pinned(void **state)
{
	struct world *world = *state;
	struct job job = {
	    .kind = JOB_COMMENT_PIN,
	    .ask = {
		.incident = 1, .is_pinned = true, .author = {ENT_STR("pat"), ENT_STR("pat")}, .comment_uuid = A_UUID}};

	two_parties(world);
	assert_int_equal(say(world, 1, A_UUID, WORDS, "telnord"), JOB_ACCEPTED);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(n_event(world, "comment.pinned"), 1);
	assert_true(finds(world, &telnord, "\"pinned\":\"20"));
	assert_false(finds(world, &orion, "\"pinned\":\"20"));
	check_all(world);
	assert_int_equal(do_it(world, JOB_COMMENT_PIN, &ada), JOB_ACCEPTED);
	assert_int_equal(count(world, "comment", "pinned_ms <> 0"), 0);
	check_all(world);
	write_word(world, "orion", "O-1", "c9", "a tool's");
	struct db_stmt *stmt = db_use(world->read, "SELECT uuid FROM comment WHERE external_id = 'c9'");
	assert_true(db_row(stmt));
	snprintf(job.ask.comment_uuid, ID_SIZE, "%.*s", ENT_F(db_str(stmt, 0)));
	db_done(stmt);
	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	assert_int_equal(count(world, "comment", "pinned_ms <> 0 AND supplier = 'orion'"), 1);
	check_all(world);
}

/* ---- whose words they are ---------------------------------------------------------------------- */

/* Somebody of orion with an account. */
static struct reader person_of_orion(struct world *world, const char *ref, enum role role)
{
	const struct user_change change = {.user = {.ref = sdk_str(ref),
						    .organisation = ENT_STR("orion"),
						    .name = sdk_str(ref + 24),
						    .mail = sdk_format(&world->arena.abi, "%s@orion.example", ref + 24),
						    .language = ENT_STR(""),
						    .time_zone = ENT_STR(""),
						    .state = ENT_STR(USER_INVITED),
						    .role = role}};
	struct job job = {.kind = JOB_USER_ADD, .ask.by = ada, .user = &change};

	assert_int_equal(run(world, &job), JOB_ACCEPTED);
	return (struct reader){.kind = READER_ORGANISATION,
			       .organisation = ENT_STR("orion"),
			       .role = role,
			       .ref = sdk_str(ref),
			       .verbs = role_verbs(role)};
}

static enum job_outcome reword(struct world *world, const struct reader *by)
{
	struct job job = {.kind = JOB_COMMENT_EDIT,
			  .ask = {.incident = 1,
				  .text = ENT_STR("cassowary"),
				  .author = {ENT_STR("pat"), ENT_STR("pat")},
				  .by = *by,
				  .comment_uuid = A_UUID}};

	return run(world, &job);
}

/* A colleague and a machine rewrite, remove, undo and publish a person's words as little as strangers do. */
static void test_words_of_a_colleague(void **state)
{
	static const enum job_kind acts[] = {JOB_COMMENT_UNDO, JOB_COMMENT_PUBLISH, JOB_COMMENT_REMOVE};
	struct world *world = *state;

	two_parties(world);
	const struct reader author = person_of_orion(world, "00000000-0000-4000-8000-0000000000a1",
						     ROLE_SUPPLIER_TECHNICIAN),
			    colleague = person_of_orion(world, "00000000-0000-4000-8000-0000000000a2",
							ROLE_SUPPLIER_TECHNICIAN),
			    chief = person_of_orion(world, "00000000-0000-4000-8000-0000000000a3", ROLE_SUPPLIER_ADMIN);
	const struct reader *const others[] = {&colleague, &orion};

	assert_int_equal(hold(world, &author, "telnord"), JOB_ACCEPTED);
	for (int published = 0; published < 2; published++) {
		for (size_t i = 0; i < 2; i++) {
			assert_int_equal(reword(world, others[i]), JOB_CONFLICT);
			for (size_t k = 0; k < 3; k++)
				assert_int_equal(do_it(world, acts[k], others[i]), JOB_CONFLICT);
		}
		assert_true(reads(world, &author));
		pass(world, UNDO_MS);
	}
	assert_true(reads(world, &telnord));
	assert_int_equal(count(world, "comment", "body = '" WORDS "' AND removed = 0"), 1);
	assert_int_equal(reword(world, &ada), JOB_CONFLICT); /* it reads them */
	assert_int_equal(reword(world, &datacoeur), JOB_NOT_FOUND);
	assert_int_equal(reword(world, &author), JOB_ACCEPTED);
	assert_int_equal(do_it(world, JOB_COMMENT_REMOVE, &chief), JOB_ACCEPTED);
	check_all(world);
}

/* What a machine wrote, its organisation's machines change, and no technician. */
static void test_words_of_a_machine(void **state)
{
	struct world *world = *state;

	two_parties(world);
	const struct reader colleague =
	    person_of_orion(world, "00000000-0000-4000-8000-0000000000a2", ROLE_SUPPLIER_TECHNICIAN);
	assert_int_equal(hold(world, &orion, "telnord"), JOB_ACCEPTED);
	assert_int_equal(reword(world, &colleague), JOB_CONFLICT);
	assert_int_equal(do_it(world, JOB_COMMENT_REMOVE, &colleague), JOB_CONFLICT);
	assert_int_equal(reword(world, &orion), JOB_ACCEPTED);
	assert_int_equal(do_it(world, JOB_COMMENT_REMOVE, &orion), JOB_ACCEPTED);
	check_all(world);
}

#define UNDO_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    UNDO_TEST(test_held_then_published),
	    UNDO_TEST(test_nothing_is_held_for_nobody),
	    UNDO_TEST(test_undone),
	    UNDO_TEST(test_sent_now),
	    UNDO_TEST(test_held_by_a_supplier),
	    UNDO_TEST(test_undone_by_a_supplier),
	    UNDO_TEST(test_after_a_crash),
	    UNDO_TEST(test_after_a_rebuild),
	    UNDO_TEST(test_the_clock_is_set),
	    UNDO_TEST(test_unshared_meanwhile),
	    UNDO_TEST(test_shared_meanwhile),
	    UNDO_TEST(test_merged_meanwhile),
	    UNDO_TEST(test_edited_meanwhile),
	    UNDO_TEST(test_removed_meanwhile),
	    UNDO_TEST(test_removed_words_leave_the_history),
	    UNDO_TEST(test_pinned),
	    UNDO_TEST(test_words_of_a_colleague),
	    UNDO_TEST(test_words_of_a_machine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
