/* SPDX-License-Identifier: Apache-2.0 */
/* A store rebuilt from its own events is the same store. */
#include "store/fsck.h"
#include "store/rebuild.h"
#include "store_file.h"

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

static void rebuild_from_events(struct fixture *fixture, uint64_t seed)
{
	enum { CHANGES = 500 }; /* with more of them nearly all incidents have become one */
	char before[65], after[65];
	struct sdk_buf report;
	struct ent_err err = {0};
	int64_t events, findings = 0;

	fixture->seed = seed;
	for (int i = 0; i < CHANGES; i++) {
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

static void test_rebuild_from_events(void **state)
{
	rebuild_from_events(*state, 0x9E3779B97F4A7C15u);
}

static void test_rebuild_from_other_events(void **state)
{
	rebuild_from_events(*state, 0xD1B54A32D192ED03u);
}

static void test_rebuild_from_events_once_more(void **state)
{
	rebuild_from_events(*state, 0x8CB92BA72F3D8DD7u);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_rebuild_from_events, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_rebuild_from_other_events, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_rebuild_from_events_once_more, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
