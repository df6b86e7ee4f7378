/* SPDX-License-Identifier: Apache-2.0 */
/* The writer over a real file: each delivery once, merges, dead letters, and a store rebuilt from its own events. */
#include "core/arrival.h"
#include "sdk/crypto.h"
#include "sdk/webhook.h"
#include "store/outbox.h"
#include "view/view_dead.h"
#include "view/view_find.h"
#include "view/view_incident.h"
#include "store/fsck.h"
#include "store/rebuild.h"
#include "store/writer.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	char dir[64], path[96], again[96];
	struct clock clock;
	int64_t now_ms;
	struct chance chance;
	uint64_t seed;
	struct metrics metrics;
	struct store_meta meta;
	struct writer *writer;
	struct db *read;
	struct sdk_arena arena;
};

static struct fixture *of_clock(struct clock *clock)
{
	return (struct fixture *)((char *)clock - offsetof(struct fixture, clock));
}

static int64_t now_ms(struct clock *clock)
{
	return of_clock(clock)->now_ms;
}

static int64_t mono_us(struct clock *clock)
{
	return of_clock(clock)->now_ms * 1000;
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void uuid(struct chance *chance, char ret[ID_SIZE])
{
	struct fixture *fixture = (struct fixture *)((char *)chance - offsetof(struct fixture, chance));
	snprintf(ret, ID_SIZE, "%08x-0000-4000-8000-%012" PRIx64, (unsigned)next_random(&fixture->seed),
		 next_random(&fixture->seed) & 0xffffffffffff);
}

static void bytes(struct chance *chance, void *ret, size_t n)
{
	(void)chance;
	memset(ret, 7, n);
}

static int set_up(void **state)
{
	static const struct writer_options options = {.queue_max = 10000, .batch_max = 500, .wal_pages = 200};
	struct fixture *fixture = calloc(1, sizeof *fixture);
	struct ent_err err;
	struct db *db = NULL;

	snprintf(fixture->dir, sizeof fixture->dir, "/tmp/entente-store-XXXXXX");
	assert_non_null(mkdtemp(fixture->dir));
	snprintf(fixture->path, sizeof fixture->path, "%s/entente.db", fixture->dir);
	snprintf(fixture->again, sizeof fixture->again, "%s/again.db", fixture->dir);
	fixture->clock = (struct clock){now_ms, mono_us};
	fixture->now_ms = 1700000000000;
	fixture->chance = (struct chance){uuid, bytes};
	fixture->seed = 88172645463325252u;
	sdk_arena_init(&fixture->arena);
	if (store_open(fixture->path, NULL, 6, &fixture->clock, &fixture->chance, &db, &fixture->meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	fixture->writer =
	    writer_new(db, &fixture->meta, &fixture->clock, &fixture->chance, &fixture->metrics, &options, NULL, NULL);
	if (store_open_read(fixture->path, NULL, &fixture->read, &fixture->meta, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	char command[128];

	db_close(fixture->read);
	writer_free(fixture->writer);
	sdk_arena_release(&fixture->arena);
	snprintf(command, sizeof command, "rm -rf '%s'", fixture->dir);
	assert_int_equal(system(command), 0);
	free(fixture);
	return 0;
}

static void nothing(struct job *job)
{
	(void)job;
}

/* One delivery of one change, stepped through the writer. */
static enum job_outcome deliver(struct fixture *fixture, const char *supplier, const char *id, const char *body,
				const struct ent_change *change)
{
	struct job *job = SDK_NEW(&fixture->arena.abi, struct job);
	unsigned char hash[SDK_HASH_MAX];
	struct ent_err err;

	job->kind = JOB_ARRIVAL;
	job->answer = nothing;
	job->arrival = (struct arrival){.supplier = sdk_str(supplier),
					.delivery_id = sdk_str(id),
					.received_ms = fixture->now_ms++,
					.header_json = ENT_STR("{}"),
					.body = sdk_str(body)};
	sdk_digest(SDK_SHA256, &job->arrival.body, 1, hash);
	memcpy(job->arrival.body_hash, hash, 32);
	job->arrival.dead = change == NULL;
	job->arrival.reason = ENT_STR("not understood");
	job->arrival.changes = (struct ent_changes){change, change != NULL};
	assert_true(writer_submit(fixture->writer, job));
	if (writer_step(fixture->writer, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return job->outcome;
}

static struct ent_change ticket(const char *id, const char *status, int64_t version, const char *key)
{
	struct ent_change change = {.kind = ENT_TICKET_CHANGED, .stamp.version = version, .ticket.id = sdk_str(id)};
	sdk_set(&change.ticket, ENT_STATUS, sdk_str(status));
	sdk_set_native(&change.ticket, ENT_STATUS, sdk_str(status));
	sdk_set(&change.ticket, ENT_TITLE, sdk_str(id));
	change.correlation.key = sdk_str(key);
	return change;
}

static struct ent_str show(struct fixture *fixture, const char *word, struct incident *ret)
{
	struct view view = {.db = fixture->read, .arena = &fixture->arena.abi, .reader = &reader_ours};
	struct ent_str json = ENT_ABSENT;
	struct ent_err err;

	if (view_find(&view, sdk_str(word), ret, &err) != ENT_OK || view_incident(&view, ret, &json, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	return json;
}

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

/* ---- rebuilding ------------------------------------------------------------------------ */

struct copy {
	struct rebuild *rebuild;
	struct ent_arena *arena;
	struct rebuild_record *at;
	size_t n;
};

static bool copy_row(void *to, const struct outbox_row *row)
{
	struct copy *copy = to;

	if (row->topic == OUTBOX_EVENTS)
		copy->at[copy->n++] = (struct rebuild_record){row->seq,
							      row->sequence,
							      row->time_ms,
							      row->recorded_ms,
							      row->partition,
							      event_type(copy->arena, row->kind),
							      sdk_dup(copy->arena, row->json),
							      sdk_dup(copy->arena, row->traceparent)};
	return true;
}

static bool copy_person(void *to, const struct person_row *row)
{
	struct sdk_buf json;
	struct ent_err err;

	sdk_buf_init(&json, 10000);
	person_record(row, &json);
	enum ent_rc rc = rebuild_person(to, row->person.ref, sdk_buf_view(&json), &err);
	sdk_buf_release(&json);
	return rc == ENT_OK;
}

static void random_change(struct fixture *fixture, int i, struct ent_change *ret, const char **ret_supplier)
{
	static const char *const suppliers[] = {"orion", "telnord", "datacoeur"};
	static const char *const statuses[] = {"new", "in_progress", "pending", "transferred", "resolved", "closed"};
	struct ent_arena *arena = &fixture->arena.abi;
	uint64_t r = next_random(&fixture->seed);

	*ret_supplier = suppliers[r % 3];
	*ret = ticket(sdk_z(arena, sdk_format(arena, "T-%d", (int)(r >> 8) % 40)), statuses[(r >> 16) % 6],
		      (int64_t)(r >> 20) % 50 + 1, NULL);
	ret->stamp.time_ms = 1600000000000 + (int64_t)(r >> 24) % 100000;
	if ((r >> 32) % 4 == 0)
		ret->correlation.key = sdk_format(arena, "K%d", (int)(r >> 40) % 15);
	if ((r >> 42) % 9 == 0) {
		struct ent_reference *to = SDK_NEW(arena, struct ent_reference);
		*to = (struct ent_reference){sdk_str(suppliers[(r >> 50) % 3]),
					     sdk_format(arena, "T-%d", (int)((r >> 53) % 60))};
		ret->correlation.reference = to;
		ret->correlation.n_reference = 1;
	}
	if ((r >> 34) % 3 == 0)
		sdk_set(&ret->ticket, ENT_TRANSFERRED_TO, sdk_str(suppliers[(r >> 44) % 3]));
	if ((r >> 35) % 5 == 0)
		sdk_set(&ret->ticket, ENT_FIELDS, ENT_STR("{\"n\":9007199254740993,\"x\":1.50,\"t\":\"é\"}"));
	if ((r >> 36) % 3 == 0) {
		ret->kind = (r >> 48) % 5 == 0 ? ENT_COMMENT_REMOVED : ENT_COMMENT_ADDED;
		ret->comment = (struct ent_comment){.id = sdk_format(arena, "c%d", (int)(r >> 52) % 5),
						    .body = sdk_format(arena, "word %d \"\\ é", i)};
	} else if ((r >> 36) % 7 == 1) {
		ret->kind = ENT_ATTACHMENT_ADDED;
		ret->attachment = (struct ent_attachment){
		    .id = sdk_format(arena, "f%d", i % 9), .name = ENT_STR("a.png"), .size = -1};
	} else if ((r >> 38) % 30 == 1) {
		ret->kind = ENT_TICKET_REMOVED;
	}
}

static void test_rebuild_from_events(void **state)
{
	struct fixture *fixture = *state;
	char before[65], after[65];
	struct sdk_buf report;
	struct ent_err err = {""};
	int64_t events, findings = 0;

	for (int i = 0; i < 1500; i++) {
		struct ent_change change;
		const char *supplier;
		random_change(fixture, i, &change, &supplier);
		const char *id = sdk_z(&fixture->arena.abi, sdk_format(&fixture->arena.abi, "d%d", i));
		assert_int_equal(deliver(fixture, supplier, id, id, i % 50 == 7 ? NULL : &change),
				 i % 50 == 7 ? JOB_DEAD : JOB_ACCEPTED);
	}
	sdk_buf_init(&report, 100000);
	assert_int_equal(store_check(fixture->read, &report, &findings, &err), ENT_OK);
	if (findings)
		fail_msg("%.*s", (int)report.n, report.p);
	sdk_buf_release(&report);
	assert_int_equal(store_digest(fixture->read, before, &err), ENT_OK);

	int64_t last = outbox_last_seq(fixture->read);
	struct copy copy = {.arena = &fixture->arena.abi, .at = calloc((size_t)last, sizeof *copy.at)};
	assert_int_equal(outbox_read(fixture->read, 0, last, copy_row, &copy), last);
	assert_int_equal(
	    rebuild_open(fixture->again, NULL, &fixture->meta, &fixture->clock, &fixture->chance, &copy.rebuild, &err),
	    ENT_OK);
	assert_true(outbox_people(fixture->read, 0, INT64_MAX, ENT_ABSENT, copy_person, copy.rebuild));
	for (size_t i = copy.n; i-- > 0;) /* in the wrong order, and some twice */
		for (int twice = 0; twice < (i % 10 == 0 ? 2 : 1); twice++)
			if (rebuild_add(copy.rebuild, &copy.at[i], &err) != ENT_OK)
				fail_msg("%s", err.msg);
	if (rebuild_finish(copy.rebuild, &events, &err) != ENT_OK)
		fail_msg("%s", err.msg);
	assert_int_equal(events, copy.n);
	rebuild_close(copy.rebuild);

	struct db *again = NULL;
	struct store_meta meta;
	assert_int_equal(store_open_read(fixture->again, NULL, &again, &meta, &err), ENT_OK);
	assert_string_equal(meta.store_id, fixture->meta.store_id);
	assert_int_equal(store_digest(again, after, &err), ENT_OK);
	assert_string_equal(before, after);
	db_close(again);
	free(copy.at);
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
	    cmocka_unit_test_setup_teardown(test_several_incidents_meet, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_removed_and_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_replay_moves_nothing_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_rebuild_from_events, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_raw, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
