/* SPDX-License-Identifier: Apache-2.0 */
/* The writer over a real file: each delivery once, merges, dead letters, files that it refuses. */
#include "view/view_dead.h"
#include "store_file.h"

#include "store/rows.h"

static void test_each_delivery_once(void **state)
{
	struct fixture *fixture = *state;
	struct ent_change change = ticket("A-1", "new", 1, NULL);
	struct incident incident;

	assert_int_equal(deliver(fixture, "orion", "d1", "{1}", &change), JOB_ACCEPTED);
	int64_t seq = writer_last_seq(fixture->writer);
	assert_int_equal(deliver(fixture, "orion", "d1", "{1}", &change), JOB_REPEATED);
	assert_int_equal(writer_last_seq(fixture->writer), seq);
	assert_int_equal(deliver(fixture, "telnord", "d1", "{1}", &change), JOB_ACCEPTED); /* another's id */
	assert_int_equal(deliver(fixture, "orion", "d1", "{other}", &change), JOB_DEAD);   /* same id, other body */
	assert_int_equal(deliver(fixture, "orion", "d1", "{other}", &change), JOB_REPEATED);
	assert_int_equal(deliver(fixture, "orion", "d2", "what?", NULL), JOB_DEAD);
	assert_int_equal(deliver(fixture, "orion", "d2", "what?", NULL), JOB_REPEATED);
	assert_int_equal(db_ask(fixture->read, "SELECT count(*) FROM dead_letter WHERE state = 'waiting'"), 2);
	show(fixture, "ENT-000001", &incident);
	assert_int_equal(incident.sequence, 2);
	assert_true(sdk_eqz(incident.holder, "orion"));
	show(fixture, "telnord:A-1", &incident);
	assert_int_equal(incident.number, 2);
}

static void test_late_and_merge(void **state)
{
	struct fixture *fixture = *state;
	struct ent_change a = ticket("A-1", "in_progress", 3, NULL), b = ticket("B-1", "new", 1, "K1");
	struct ent_change old = ticket("A-1", "new", 2, NULL), joins = ticket("A-1", "in_progress", 4, "K1");
	struct ent_change word = {.kind = ENT_COMMENT_ADDED,
				  .ticket.id = ENT_STR("B-1"),
				  .comment = {.id = ENT_STR("c"), .body = ENT_STR("canary-1")}};
	struct incident incident;

	deliver(fixture, "orion", "1", "1", &a);
	deliver(fixture, "telnord", "2", "2", &b);
	deliver(fixture, "telnord", "3", "3", &word);
	deliver(fixture, "orion", "4", "4", &old);
	show(fixture, "ENT-000001", &incident);
	assert_int_equal(incident.values.at[ENT_STATUS], ENT_IN_PROGRESS); /* the late one moved nothing back */
	deliver(fixture, "orion", "5", "5", &joins);
	struct ent_str json = show(fixture, "ENT-000002", &incident); /* the younger is part of the older now */
	assert_int_equal(incident.number, 1);
	assert_int_equal(incident.n_ticket, 2);
	assert_non_null(strstr(sdk_z(&fixture->arena.abi, json), "canary-1"));
	show(fixture, "telnord:B-1", &incident);
	assert_int_equal(incident.number, 1);
}

static void test_reference_before_and_after(void **state)
{
	struct fixture *fixture = *state;
	const struct ent_reference to_b = {ENT_STR("telnord"), ENT_STR("B-9")},
				   to_a = {ENT_STR("orion"), ENT_STR("A-1")};
	struct ent_change a = ticket("A-1", "new", 1, NULL), b = ticket("B-9", "new", 1, NULL),
			  c = ticket("C-1", "new", 1, NULL);
	struct incident incident;

	a.correlation.reference = &to_b; /* named before it is heard of */
	a.correlation.n_reference = 1;
	c.correlation.reference = &to_a; /* named after */
	c.correlation.n_reference = 1;
	deliver(fixture, "orion", "1", "1", &a);
	deliver(fixture, "telnord", "2", "2", &b);
	deliver(fixture, "datacoeur", "3", "3", &c);
	show(fixture, "datacoeur:C-1", &incident);
	assert_int_equal(incident.number, 1);
	assert_int_equal(incident.n_ticket, 3);
	struct ent_change d = ticket("D-1", "new", 1, NULL);
	d.correlation.number = ENT_STR("ENT-000001");
	deliver(fixture, "datacoeur", "4", "4", &d);
	show(fixture, "datacoeur:D-1", &incident);
	assert_int_equal(incident.number, 1);
}

static void test_removed_and_back(void **state)
{
	struct fixture *fixture = *state;
	struct ent_change open = ticket("A-1", "new", 5, NULL), back = ticket("A-1", "in_progress", 7, NULL);
	struct ent_change old_removal = {.kind = ENT_TICKET_REMOVED, .stamp.version = 3, .ticket.id = ENT_STR("A-1")};
	struct ent_change removal = {.kind = ENT_TICKET_REMOVED, .stamp.version = 6, .ticket.id = ENT_STR("A-1")};
	const char *const removed = "SELECT removed FROM ticket";

	deliver(fixture, "orion", "1", "1", &open);
	deliver(fixture, "orion", "2", "2", &old_removal);
	assert_int_equal(db_ask(fixture->read, removed), 0);
	deliver(fixture, "orion", "3", "3", &removal);
	assert_int_equal(db_ask(fixture->read, removed), 1);
	deliver(fixture, "orion", "4", "4", &back);
	assert_int_equal(db_ask(fixture->read, removed), 0);
}

static enum job_outcome replay(struct fixture *fixture, int64_t id, int64_t received_ms,
			       const struct ent_change *change)
{
	struct job *job = SDK_NEW(&fixture->arena.abi, struct job);
	struct ent_err err;

	*job = (struct job){.kind = JOB_REPLAY,
			    .answer = nothing,
			    .dead_letter = id,
			    .arrival = {.supplier = ENT_STR("orion"),
					.delivery_id = ENT_STR("again"),
					.received_ms = received_ms,
					.changes = {change, 1}}};
	assert_true(writer_submit(fixture->writer, job));
	assert_int_equal(writer_step(fixture->writer, &err), ENT_OK);
	return job->outcome;
}

static void test_replay_moves_nothing_back(void **state)
{
	struct fixture *fixture = *state;
	struct ent_change open = ticket("A-1", "new", 0, NULL), working = ticket("A-1", "in_progress", 0, NULL);
	struct ent_change done = ticket("A-1", "resolved", 0, NULL);
	struct incident incident;
	int64_t ids[8];

	deliver(fixture, "orion", "1", "1", &open);
	int64_t came_ms = fixture->now_ms;
	assert_int_equal(deliver(fixture, "orion", "2", "2", NULL), JOB_DEAD);
	deliver(fixture, "orion", "3", "3", &done);
	assert_int_equal(deliver(fixture, "orion", "1", "another body", &working), JOB_DEAD); /* a conflict */
	assert_int_equal(
	    view_dead_ids(&(struct view){.db = fixture->read, .reader = &reader_ours}, ENT_ABSENT, 0, ids, 8),
	    1); /* is not among those for all */
	assert_int_equal(replay(fixture, ids[0], came_ms, &working), JOB_ACCEPTED);
	show(fixture, "ENT-000001", &incident);
	assert_int_equal(incident.values.at[ENT_STATUS], ENT_RESOLVED);
	assert_int_equal(replay(fixture, ids[0], came_ms, &working), JOB_NOT_FOUND);
}

static void test_several_incidents_meet(void **state)
{
	struct fixture *fixture = *state;
	const struct ent_reference to_c[] = {{ENT_STR("datacoeur"), ENT_STR("C-1")}},
				   to_both[] = {{ENT_STR("orion"), ENT_STR("A-1")}, {ENT_STR("orion"), ENT_STR("A-2")}};
	struct ent_change a = ticket("A-1", "new", 1, NULL), b = ticket("B-1", "new", 1, NULL),
			  c = ticket("C-1", "new", 1, NULL);
	struct ent_change a2 = ticket("A-2", "new", 1, NULL), d = ticket("D-1", "new", 1, NULL);
	struct incident incident;

	a.correlation.reference = b.correlation.reference = to_c; /* two incidents name a ticket nobody has heard of */
	a.correlation.n_reference = b.correlation.n_reference = 1;
	deliver(fixture, "orion", "1", "1", &a);
	deliver(fixture, "telnord", "2", "2", &b);
	deliver(fixture, "orion", "3", "3", &a2);
	deliver(fixture, "datacoeur", "4", "4", &c); /* it arrives: they are one */
	show(fixture, "telnord:B-1", &incident);
	assert_int_equal(incident.number, 1);
	assert_int_equal(incident.n_ticket, 3);
	d.correlation.reference = to_both; /* and one that names two */
	d.correlation.n_reference = 2;
	deliver(fixture, "datacoeur", "5", "5", &d);
	show(fixture, "orion:A-2", &incident);
	assert_int_equal(incident.number, 1);
	assert_int_equal(incident.n_ticket, 5);
}

/* By its id, by its key, and by both: each that refers to it counts once, the oldest incident first. */
static void test_who_refers_to_a_ticket(void **state)
{
	struct fixture *fixture = *state;
	const struct ent_reference by_key[] = {{ENT_STR("telnord"), ENT_STR("KEY-9")}},
				   by_both[] = {{ENT_STR("telnord"), ENT_STR("B-9")},
						{ENT_STR("telnord"), ENT_STR("KEY-9")}},
				   by_id[] = {{ENT_STR("telnord"), ENT_STR("B-9")}};
	struct ent_change a = ticket("A-1", "new", 1, NULL), b = ticket("A-2", "new", 1, NULL),
			  c = ticket("A-3", "new", 1, NULL);
	struct referrer found[REFERRERS_MAX];

	a.correlation = (struct ent_correlation){ENT_ABSENT, ENT_ABSENT, by_key, 1};
	b.correlation = (struct ent_correlation){ENT_ABSENT, ENT_ABSENT, by_both, 2};
	c.correlation = (struct ent_correlation){ENT_ABSENT, ENT_ABSENT, by_id, 1};
	deliver(fixture, "orion", "1", "1", &a);
	deliver(fixture, "orion", "2", "2", &b);
	deliver(fixture, "datacoeur", "3", "3", &c);
	struct ent_arena *arena = &fixture->arena.abi;
	struct ent_str supplier = ENT_STR("telnord"), id = ENT_STR("B-9");
	assert_int_equal(reference_find(fixture->read, arena, supplier, id, ENT_STR("KEY-9"), found), 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(found[i].incident, i + 1);
	assert_true(sdk_eqz(found[1].ticket, "A-2") && sdk_eqz(found[2].supplier, "datacoeur"));
	assert_int_equal(reference_find(fixture->read, arena, supplier, id, ENT_ABSENT, found), 2);
	assert_int_equal(found[0].incident, 2);
	assert_int_equal(reference_find(fixture->read, arena, supplier, id, id, found), 2);
	assert_int_equal(reference_find(fixture->read, arena, ENT_STR("orion"), id, ENT_ABSENT, found), 0);
}

static void test_refusals(void **state)
{
	struct fixture *fixture = *state;
	struct db *db = NULL;
	struct store_meta meta;
	struct ent_err err;
	char path[128];

	assert_int_equal(store_open_read("/nonexistent/entente.db", NULL, &db, &meta, &err), ENT_EINVAL);
	snprintf(path, sizeof path, "%s/other.db", fixture->dir);
	FILE *file = fopen(path, "w");
	fputs("this is not a store, nor SQLite, but a text that somebody put where the store should be", file);
	fclose(file);
	assert_int_equal(store_open_read(path, NULL, &db, &meta, &err), ENT_EINVAL);
	assert_int_equal(store_open(path, NULL, 6, &fixture->clock, &fixture->chance, &db, &meta, &err), ENT_EINVAL);
	unlink(path);
	assert_int_equal(db_open(path, DB_WRITE, NULL, &db, &err), ENT_OK);
	db_exec(db, "CREATE TABLE somebodys (x INTEGER)");
	db_close(db);
	assert_int_equal(store_open(path, NULL, 6, &fixture->clock, &fixture->chance, &db, &meta, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, "not a store of Entente"));
	unlink(path);
	assert_int_equal(store_open(path, NULL, 6, &fixture->clock, &fixture->chance, &db, &meta, &err), ENT_OK);
	db_exec(db, "PRAGMA user_version=99");
	db_close(db);
	assert_int_equal(store_open(path, NULL, 6, &fixture->clock, &fixture->chance, &db, &meta, &err), ENT_EINVAL);
	assert_non_null(strstr(err.msg, "newer program"));
}

static void test_raw(void **state)
{
	struct fixture *fixture = *state;
	struct ent_str body = ENT_STR("{\"a\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}"),
		       back;
	struct ent_err err;
	struct ent_str packed = raw_pack(&fixture->arena.abi, body);
	assert_true(packed.n < body.n);
	assert_int_equal(raw_unpack(&fixture->arena.abi, packed, 1000, &back, &err), ENT_OK);
	assert_true(sdk_eq(body, back));
	assert_int_equal(raw_unpack(&fixture->arena.abi, packed, 10, &back, &err), ENT_EINVAL);
	assert_int_equal(raw_unpack(&fixture->arena.abi, ENT_STR("nonsense"), 1000, &back, &err), ENT_EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_each_delivery_once, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_late_and_merge, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_reference_before_and_after, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_who_refers_to_a_ticket, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_removed_and_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_replay_moves_nothing_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_several_incidents_meet, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_raw, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
